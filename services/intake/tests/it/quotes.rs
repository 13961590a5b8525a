//! Quotes: fees of today, and what can be withdrawn now, with the age of that knowledge.

use std::time::{Duration, Instant};

use contract::balance::Balance;
use contract::money::Fen;
use contract::withdrawal::CashType;
use jiff::SignedDuration;
use sandbox::partner::Api;
use sandbox::user::{Choice, UserAgent};
use serde_json::{Value, json};
use store::Store;
use store::balances::Known;

use crate::api::{call, good, refused};
use crate::world::{CARDLESS, PASSWORD, STRANGER, USER, World};

/// Huifu said so, so many seconds ago.
async fn told(store: &Store, available: i64, seconds: i64) {
    let fen = |fen| Fen::new(fen).unwrap();
    let now = runtime::clock::now();
    let known = Known {
        balance: Balance {
            available: fen(available),
            yesterday: fen(available),
            dm_quota: Some(fen(5_000)),
        },
        asked_at: now - SignedDuration::from_secs(seconds),
    };
    let mut connection = store.connection().await.unwrap();
    let tx = connection.begin("intake test: balance").await.unwrap();
    let user = USER.parse().unwrap();
    assert!(
        store::balances::record(&tx, now, &user, &known)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

async fn open_dm(store: &Store) {
    let mut connection = store.connection().await.unwrap();
    let user = USER.parse().unwrap();
    let rules = store::users::cash_rules::of(&connection, &user)
        .await
        .unwrap();
    let tx = connection.begin("intake test: DM").await.unwrap();
    let now = runtime::clock::now();
    store::users::cash_rules::set(&tx, now, &user, CashType::Dm, &rules[0].1)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn asked(user: &str, money: &str) -> Value {
    json!({ "htouhui_user_id": user, "money": money })
}

/// What a quote says of one cash type.
fn of<'a>(quote: &'a Value, cash_type: &str) -> &'a Value {
    let mut all = quote["cash_types"].as_array().unwrap().iter();
    all.find(|found| found["cash_type"] == cash_type).unwrap()
}

#[tokio::test]
async fn without_a_word_of_huifus_fees_are_quoted_and_the_balance_is_asked_for_once() {
    let world = World::open().await;
    let body = asked(USER, "100.00");
    let quote = good(&world.partner, Api::Quotes, &body).await;
    assert_eq!(
        quote,
        json!({
            "htouhui_user_id": USER,
            "money": "100.00",
            "balance": "unknown",
            "cash_types": [
                { "cash_type": "D0", "fix_amt": "1.00", "fee_rate": "0.05", "fee_bearer": "inner",
                  "fee": "1.05", "arrival_money": "98.95" },
                { "cash_type": "T1", "fix_amt": "0.00", "fee_rate": "0.00", "fee_bearer": "inner",
                  "fee": "0.00", "arrival_money": "100.00" },
            ],
        })
    );
    good(&world.partner, Api::Quotes, &body).await;
    let wishes = world.wishes().await;
    assert_eq!(wishes.len(), 1, "asking again does not fill the queue");
    assert_eq!(wishes[0].correlation_id, USER);
}

#[tokio::test]
async fn a_fresh_balance_says_what_each_type_can_take_and_what_not() {
    let world = World::open().await;
    open_dm(&world.store).await;
    told(&world.store, 9_000, 3).await;
    let quote = good(&world.partner, Api::Quotes, &asked(USER, "80.00")).await;
    assert_eq!(quote["balance"], "fresh");
    let age = quote["balance_age_s"].as_u64().unwrap();
    assert!((3..30).contains(&age), "{age}");
    let d0 = of(&quote, "D0");
    assert_eq!(
        (&d0["available_money"], &d0["fee"]),
        (&json!("90.00"), &json!("1.04"))
    );
    assert!(d0.get("refusal").is_none());
    let dm = of(&quote, "DM");
    assert_eq!(
        (&dm["available_money"], &dm["refusal"]),
        (&json!("50.00"), &json!("balance_too_low"))
    );
    assert!(world.wishes().await.is_empty(), "it is fresh");

    for (money, refusal) in [
        ("1.00", "amount_below_fee"),
        ("90.01", "balance_too_low"),
        ("50000.01", "amount_too_large"),
    ] {
        let quote = good(&world.partner, Api::Quotes, &asked(USER, money)).await;
        assert_eq!(of(&quote, "D0")["refusal"], refusal, "{money}");
    }
    let bare = json!({ "htouhui_user_id": USER });
    let quote = good(&world.partner, Api::Quotes, &bare).await;
    assert!(quote.get("money").is_none() && of(&quote, "D0").get("fee").is_none());
    assert_eq!(of(&quote, "D0")["available_money"], "90.00");
}

#[tokio::test]
async fn what_a_withdrawal_of_our_own_takes_is_not_offered_again() {
    let world = World::open_with(&[("BALANCE_MAX_AGE_MS", "3600000")]).await;
    told(&world.store, 10_000, 0).await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[("money", "80.00")]).await;
    let wishes = world.wishes().await.len();
    user.finish(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let quote = good(&world.partner, Api::Quotes, &asked(USER, "80.00")).await;
    assert_eq!(quote["balance"], "stale");
    assert_eq!(world.wishes().await.len(), wishes + 1, "it is asked for");
    // Asked for since, but nobody has sent the withdrawal yet.
    told(&world.store, 10_000, 0).await;
    let quote = good(&world.partner, Api::Quotes, &asked(USER, "80.00")).await;
    assert_eq!(quote["balance"], "stale");
}

#[tokio::test]
async fn the_wait_for_huifu_counts_to_the_age() {
    let world = World::open_with(&[("BALANCE_WAIT_MS", "5000")]).await;
    let body = asked(USER, "80.00");
    let (quote, ()) = tokio::join!(good(&world.partner, Api::Quotes, &body), async {
        let patience = Duration::from_secs(20);
        stand::eventually(patience, "the wish", async || {
            world.wishes().await.len() == 1
        })
        .await;
        let asked_at = Instant::now();
        stand::eventually(patience, "two seconds", async || {
            asked_at.elapsed() >= Duration::from_secs(2)
        })
        .await;
        told(&world.store, 9_000, 2).await;
    });
    assert!(quote["balance_age_s"].as_u64().unwrap() >= 2, "{quote}");
}

#[tokio::test]
async fn an_old_balance_is_shown_with_its_age_and_refuses_nothing() {
    let world = World::open().await;
    told(&world.store, 9_000, 600).await;
    let quote = good(&world.partner, Api::Quotes, &asked(USER, "90.01")).await;
    assert_eq!(quote["balance"], "stale");
    assert!(quote["balance_age_s"].as_u64().unwrap() >= 600);
    let d0 = of(&quote, "D0");
    assert_eq!(d0["available_money"], "90.00");
    assert!(d0.get("refusal").is_none());
    assert_eq!(world.wishes().await.len(), 1);
}

#[tokio::test]
async fn a_quote_waits_a_moment_for_huifu_and_keeps_no_connection_from_others() {
    let settings = [("BALANCE_WAIT_MS", "5000"), ("DATABASE_POOL_SIZE", "1")];
    let world = World::open_with(&settings).await;
    let body = asked(USER, "80.00");
    let (quote, ()) = tokio::join!(good(&world.partner, Api::Quotes, &body), async {
        let patience = Duration::from_secs(20);
        stand::eventually(patience, "the wish", async || {
            world.wishes().await.len() == 1
        })
        .await;
        // Somebody else asks something meanwhile.
        let other = json!({ "application_no": "C-1" });
        let (status, _) = call(&world.partner, Api::Applications, &other).await;
        assert_eq!(status, 404);
        told(&world.store, 9_000, 0).await;
    });
    assert_eq!(quote["balance"], "fresh");
    assert_eq!(of(&quote, "D0")["available_money"], "90.00");
}

#[tokio::test]
async fn only_the_first_of_many_waits_for_a_huifu_that_is_away() {
    let world = World::open_with(&[("BALANCE_WAIT_MS", "3000")]).await;
    let body = asked(USER, "80.00");
    let first = Instant::now();
    good(&world.partner, Api::Quotes, &body).await;
    assert!(first.elapsed() >= Duration::from_secs(3));
    let second = Instant::now();
    let quote = good(&world.partner, Api::Quotes, &body).await;
    assert!(
        second.elapsed() < Duration::from_secs(3),
        "{:?}",
        second.elapsed()
    );
    assert_eq!(quote["balance"], "unknown");
}

#[tokio::test]
async fn quotes_are_for_the_partners_own_users() {
    let world = World::open().await;
    for user in [STRANGER, "10000000099"] {
        assert_eq!(
            refused(&world.partner, Api::Quotes, &asked(user, "1.00")).await,
            (
                422,
                "user_unknown".to_owned(),
                vec!["htouhui_user_id".to_owned()]
            )
        );
    }
    assert!(
        world.wishes().await.is_empty(),
        "nobody asks after strangers"
    );
    good(&world.partner, Api::Quotes, &asked(CARDLESS, "1.00")).await;
    let (status, _, fields) = refused(
        &world.partner,
        Api::Quotes,
        &json!({ "money": "-1", "user": "x" }),
    )
    .await;
    assert_eq!(
        (status, fields),
        (
            400,
            vec!["user".into(), "htouhui_user_id".into(), "money".into()]
        )
    );
}
