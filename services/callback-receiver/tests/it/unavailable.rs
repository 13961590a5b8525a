//! The database is away: no receipt, and Huifu is asked to repeat.

use std::collections::BTreeMap;

use stand::TestDatabase;

use crate::world::{HUIFU_KEY, client, form, post_to, start_receiver};

#[tokio::test]
async fn without_a_database_there_is_no_receipt_and_a_5xx() {
    let database = TestDatabase::create().await.unwrap();
    let running = start_receiver(database.url()).await;
    let url = format!("http://{}/huifu/callback", running.address());
    drop(database);
    let serial = runtime::ids::new_req_seq_id().to_string();
    let fields = BTreeMap::from([("req_seq_id", serial.as_str()), ("req_date", "20261122")]);
    let text = serde_json::to_string(&fields).unwrap();
    let sign = HUIFU_KEY.sign(text.as_bytes());
    let (status, body) = post_to(&client(), &url, &form(&text, Some(&sign))).await;
    assert_eq!(status, 503, "{body}");
    assert!(!body.contains("RECV_ORD_ID"));
}
