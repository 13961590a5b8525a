//! A user from the shop to the page and back, without a browser.

use crate::platform::Platform;
use sandbox::user::{Choice, UserAgent, UserError};

#[tokio::test]
async fn a_user_confirms_and_comes_back_with_a_signed_answer() {
    let platform = Platform::start().await;
    let partner = &platform.partner;
    let shop_query = format!("{}/return?basket=7", partner.base_url);
    let form = partner.signed_form(&[("return_url", &shop_query), ("money", "12.34")]);
    let mut user = UserAgent::new().unwrap();
    let choice = Choice::Confirm {
        password: "246810".into(),
        cash_type: Some("D0".into()),
    };
    let back = user
        .withdraw(&partner.withdraw_url(), &form, &choice)
        .await
        .unwrap();
    let confirmed = platform.site.confirmed.lock().unwrap().clone();
    for (name, value) in [
        ("action", "confirm"),
        ("password", "246810"),
        ("cash_type", "D0"),
        ("csrf", "c1"),
    ] {
        assert_eq!(confirmed[name], value);
    }
    assert!(back.as_str().starts_with(&shop_query), "{back}");
    let verdict = partner.verify_return(&back).await;
    assert!(verdict.is_good(), "{verdict:?}");
    let shown = user.get(&back).await.unwrap();
    assert!(shown.text().contains("提现已受理") && shown.text().contains("12.34"));
}

#[tokio::test]
async fn an_altered_answer_is_shown_as_untrustworthy() {
    let platform = Platform::start().await;
    let form = platform.partner.signed_form(&[]);
    let mut user = UserAgent::new().unwrap();
    let withdraw_url = platform.partner.withdraw_url();
    let back = user
        .withdraw(&withdraw_url, &form, &Choice::confirm("1"))
        .await
        .unwrap();
    let altered = back.as_str().replace("money=100.00", "money=900.00");
    let altered: url::Url = altered.parse().unwrap();
    assert_ne!(altered, back);
    assert!(
        !platform
            .partner
            .verify_return(&altered)
            .await
            .signature_holds
    );
    assert!(
        user.get(&altered)
            .await
            .unwrap()
            .text()
            .contains("签名无效")
    );
}

#[tokio::test]
async fn a_user_who_cancels_comes_back_too() {
    let platform = Platform::start().await;
    let form = platform.partner.signed_form(&[]);
    let mut user = UserAgent::new().unwrap();
    let back = user
        .withdraw(&platform.partner.withdraw_url(), &form, &Choice::Cancel)
        .await
        .unwrap();
    assert!(platform.partner.verify_return(&back).await.is_good());
    assert!(
        back.query_pairs()
            .any(|(name, value)| name == "code" && value == "1001")
    );
    assert!(user.get(&back).await.unwrap().text().contains("提现未受理"));
}

#[tokio::test]
async fn an_error_page_in_place_of_a_redirect_is_handed_to_the_test() {
    let platform = Platform::start().await;
    let form = platform.partner.signed_form(&[("money", "0.00")]);
    let mut user = UserAgent::new().unwrap();
    let error = user
        .open(&platform.partner.withdraw_url(), &form)
        .await
        .unwrap_err();
    let UserError::Shown(page) = error else {
        panic!("{error:?}")
    };
    assert_eq!((page.status, page.text().as_str()), (400, "金额有误 MONEY"));
}

#[tokio::test]
async fn a_user_cannot_choose_what_the_page_does_not_offer() {
    let platform = Platform::start().await;
    let form = platform.partner.signed_form(&[]);
    let mut user = UserAgent::new().unwrap();
    let page = user
        .open(&platform.partner.withdraw_url(), &form)
        .await
        .unwrap();
    let choice = Choice::Confirm {
        password: "1".into(),
        cash_type: Some("DM".into()),
    };
    let error = user.decide(&page, &choice).await.unwrap_err();
    assert!(matches!(error, UserError::NotOffered(_)), "{error:?}");
}
