//! One pooled connection is enough: nobody holds it while waiting for something else.

use std::time::Duration;

use sandbox::user::{Choice, UserAgent, UserError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::api::keep;
use crate::world::{PASSWORD, World};

const ONE_CONNECTION: (&str, &str) = ("DATABASE_POOL_SIZE", "1");

#[tokio::test]
async fn a_form_that_comes_slowly_keeps_no_connection_from_others() {
    let world = World::open_with(&[ONE_CONNECTION]).await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let address = world.base.trim_start_matches("http://");
    let mut slow = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n",
        page.url.path()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    // Asked for when the body is being waited for, and not before.
    let mut told = [0; 12];
    slow.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100");
    assert_eq!(user.get(&page.url).await.unwrap().status, 200);
}

#[tokio::test]
async fn strangers_who_send_slowly_keep_no_picture_waiting() {
    let world = World::open().await;
    let address = world.base.trim_start_matches("http://");
    let mut strangers = Vec::new();
    // As many as there may be pictures at once. They know whom to name, and no key.
    for _ in 0..16 {
        let mut stranger = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v1/onboarding/materials HTTP/1.1\r\nhost: {address}\r\n\
             authorization: TIXIAN-RSA2 partner_id=\"shop\",key_id=\"key-1\",\
             timestamp=\"20261124000000\",nonce=\"n\",signature=\"AAAA\"\r\n\
             expect: 100-continue\r\ncontent-length: 100000\r\n\r\n"
        );
        stranger.write_all(head.as_bytes()).await.unwrap();
        // Its body is being waited for.
        let mut told = [0; 12];
        stranger.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 100");
        strangers.push(stranger);
    }
    keep(&world.partner, "M-1", "F07").await;
}

#[tokio::test]
async fn a_password_that_is_being_checked_keeps_no_connection_from_others() {
    let world = World::open_with(&[ONE_CONNECTION]).await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    world.sql(include_str!("sql/slow_password.sql")).await;
    let (mut other_tab, confirmed) = (user.clone(), page.clone());
    let confirming = tokio::spawn(async move {
        let choice = Choice::confirm(PASSWORD);
        other_tab.decide(&confirmed, &choice).await
    });
    // Its try is counted, so the check runs.
    let counted = include_str!("sql/one_try_counted.sql");
    stand::eventually(Duration::from_secs(20), "the try", async || {
        world.holds(counted).await
    })
    .await;
    assert_eq!(user.get(&page.url).await.unwrap().status, 200);
    assert!(!confirming.is_finished(), "the check was over too soon");
    match confirming.await.unwrap() {
        Err(UserError::Shown(told)) => assert_eq!(told.status, 403, "{}", told.text()),
        other => panic!("the page was due again: {other:?}"),
    }
}
