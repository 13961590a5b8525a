//! What is stopped before any interface sees it.

use crate::merchant::{HUIFU_ID, MERCHANT_KEY, Merchant, envelope, verified};
use sandbox::huifu::signed_text;
use serde_json::{Value, json};

async fn status_and_body(merchant: &Merchant, body: &str) -> (u16, String) {
    let response = merchant.send("encashment", body).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_signature_over_other_fields_is_refused_with_922() {
    let merchant = Merchant::start().await;
    let good = envelope(&merchant.withdrawal("S1", "100.00"));
    let altered = good.replace("\"100.00\"", "\"900.00\"");
    assert_ne!(altered, good);
    assert_eq!(status_and_body(&merchant, &altered).await.0, 922);
    let mut unsigned: Value = serde_json::from_str(&good).unwrap();
    unsigned.as_object_mut().unwrap().remove("sign");
    assert_eq!(
        status_and_body(&merchant, &unsigned.to_string()).await.0,
        922
    );
    assert!(merchant.huifu.book().payments.is_empty());
    assert_eq!(status_and_body(&merchant, &good).await.0, 200);
}

#[tokio::test]
async fn a_stranger_is_refused_with_921() {
    let merchant = Merchant::start().await;
    let good = envelope(&merchant.withdrawal("S1", "100.00"));
    for (name, other) in [("sys_id", "6666000000000000"), ("product_id", "OTHER")] {
        let mut request: Value = serde_json::from_str(&good).unwrap();
        request[name] = json!(other);
        assert_eq!(
            status_and_body(&merchant, &request.to_string()).await.0,
            921,
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_is_no_envelope_gets_an_unsigned_no() {
    let merchant = Merchant::start().await;
    let text = format!(r#"{{"sys_id":"{HUIFU_ID}","product_id":"YYZY","data":"text"}}"#);
    for sent in ["", "{}", "not json", &text] {
        let (status, body) = status_and_body(&merchant, sent).await;
        assert_eq!(status, 200, "{sent}");
        assert!(
            body.contains("10000000") && !body.contains("sign"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn another_content_type_gets_an_unsigned_no() {
    let merchant = Merchant::start().await;
    let response = merchant
        .client
        .post(format!(
            "{}/v2/trade/settlement/encashment",
            merchant.huifu.base_url
        ))
        .header("content-type", "text/plain")
        .body(envelope(&merchant.withdrawal("S1", "100.00")))
        .send()
        .await
        .unwrap();
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"data":{"resp_code":"10000000","resp_desc":"无效参数"}}"#
    );
    assert!(merchant.huifu.book().payments.is_empty());
}

#[tokio::test]
async fn bytes_that_are_no_text_get_412() {
    let merchant = Merchant::start().await;
    let response = merchant
        .client
        .post(format!(
            "{}/v2/trade/settlement/encashment",
            merchant.huifu.base_url
        ))
        .header("content-type", "application/json;charset=UTF-8")
        .body(vec![0x7b, 0xff, 0xfe, 0x7d])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 412);
}

#[tokio::test]
async fn an_unknown_service_and_another_verb_get_404() {
    let merchant = Merchant::start().await;
    let base = &merchant.huifu.base_url;
    for path in ["/", "/v2/trade/settlement/other"] {
        let response = merchant
            .client
            .post(format!("{base}{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), 404, "{path}");
    }
    let url = format!("{base}/v2/trade/settlement/encashment");
    assert_eq!(
        merchant
            .client
            .get(url)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16(),
        404
    );
}

#[tokio::test]
async fn a_request_as_pythons_client_writes_it_is_accepted() {
    let merchant = Merchant::start().await;
    let data = merchant.withdrawal("S1", "100.00");
    let sign = MERCHANT_KEY.sign(signed_text(&data.to_string()).unwrap().as_bytes());
    // Spaces, and a member that only the wire has in another order.
    let loose = data
        .to_string()
        .replace("\",\"", "\", \"")
        .replace("\":\"", "\": \"");
    let body = format!(
        r#"{{"sign": "{sign}", "data": {loose}, "product_id": "YYZY", "sys_id": "{HUIFU_ID}"}}"#
    );
    let response = merchant.send("encashment", &body).await.unwrap();
    let data = verified(&response.text().await.unwrap()).unwrap();
    assert_eq!(data["resp_code"], "00000000");
}
