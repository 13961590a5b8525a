//! The feed of events and the notices that are asked for again, by a partner that signs both.

use contract::ids::{NoticeId, WithdrawalId};
use contract::withdrawal::Transition;
use http::Method;
use sandbox::partner::{ApiAnswer, PartnerHandle};
use sandbox::user::{Choice, UserAgent};
use serde_json::{Value, json};
use store::progress::{Advanced, NewIds, Step, advance};
use store::withdrawals::Change;

use crate::world::{PASSWORD, World, order_of, shop};

/// A withdrawal that Huifu has refused, with a notice that nobody has sent yet.
async fn refused(world: &World, number: &str) -> (WithdrawalId, NoticeId) {
    let mut user = UserAgent::new().unwrap();
    let fields = [("out_order_no", number), ("cash_type", "D0")];
    let page = world.page(&mut user, &fields).await;
    let id = order_of(&page.url);
    user.decide(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let notice = runtime::ids::new_notice_id();
    for transition in [Transition::OpenAttempt, Transition::Refuse] {
        let step = Step {
            withdrawal: &id,
            transition,
            change: Change {
                reason_code: Some("card_refused"),
                ..Change::default()
            },
            detail: &json!({}),
            ids: NewIds {
                notice: notice.clone(),
                message: runtime::ids::new_message_id(),
            },
            causation_id: None,
        };
        let mut connection = world.store.connection().await.unwrap();
        let tx = connection.begin("intake test: end it").await.unwrap();
        let advanced = advance(&tx, runtime::clock::now(), &step).await.unwrap();
        assert!(matches!(advanced, Advanced::Moved { .. }), "{advanced:?}");
        tx.commit().await.unwrap();
    }
    (id, notice)
}

/// As if partner-notifier had sent it and been answered with `success`.
async fn delivered(world: &World, notice: &NoticeId) {
    let id = notice.as_str();
    let statements = include_str!("sql/notice_is_delivered.sql");
    world.sql(&statements.replace("{id}", id)).await;
}

/// The body of an answer that we signed, which must have this status.
fn signed(answer: ApiAnswer, status: u16) -> Value {
    assert!(answer.signed, "{}", answer.body);
    assert_eq!(answer.status, status, "{}", answer.body);
    answer.body
}

async fn page(partner: &PartnerHandle, query: &str) -> Value {
    let path = format!("/v1/events{query}");
    signed(partner.send(&Method::GET, &path, "").await.unwrap(), 200)
}

fn texts<'a>(page: &'a Value, pointer: &str) -> Vec<&'a str> {
    let events = page["events"].as_array().unwrap();
    let each = events.iter().map(|event| event.pointer(pointer).unwrap());
    each.map(|text| text.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_partner_reads_its_feed_page_by_page_and_another_reads_nothing_of_it() {
    let world = World::open().await;
    let empty = page(&world.partner, "").await;
    assert_eq!(
        (&empty["events"], &empty["has_more"]),
        (&json!([]), &json!(false))
    );
    let (id, notice) = refused(&world, "E-1").await;
    refused(&world, "E-2").await;
    delivered(&world, &notice).await;

    let all = page(&world.partner, "").await;
    let finished = "withdrawal.finished";
    assert_eq!(
        texts(&all, "/kind"),
        [finished, finished, "notice.delivered"]
    );
    assert_eq!(texts(&all, "/notice/out_order_no"), ["E-1", "E-2", "E-1"]);
    let first = &all["events"][0]["notice"];
    assert_eq!(first["order_id"], id.as_str());
    assert_eq!(first["notice_id"], notice.as_str());
    assert_eq!(
        (&first["status"], &first["reason_code"]),
        (&json!("0"), &json!("card_refused"))
    );
    assert_eq!(
        (&first["money"], &first["fee"]),
        (&json!("100.00"), &json!("1.05"))
    );

    let start = empty["next"].as_str().unwrap();
    let two = page(&world.partner, &format!("?after={start}&limit=2")).await;
    assert_eq!(
        (two["events"].as_array().unwrap().len(), &two["has_more"]),
        (2, &json!(true))
    );
    assert_eq!(two["next"], all["events"][1]["cursor"]);
    let next = two["next"].as_str().unwrap();
    let rest = page(&world.partner, &format!("?limit=2&after={next}")).await;
    assert_eq!(texts(&rest, "/kind"), ["notice.delivered"]);
    assert_eq!(
        (&rest["has_more"], &rest["next"]),
        (&json!(false), &all["next"])
    );

    let other = shop(&world.base, "other", 4).await;
    assert_eq!(page(&other, "").await["events"], json!([]));
    let stolen = other.events(next).await.unwrap();
    let problem = signed(stolen, 400);
    assert_eq!(
        (&problem["code"], &problem["field"]),
        (&json!("field_malformed"), &json!("after"))
    );
}

#[tokio::test]
async fn a_bad_question_names_its_field() {
    let world = World::open().await;
    let ahead = contract::partner::events::Cursor::new(9).text(&"shop".parse().unwrap());
    for (query, field) in [
        ("?after=7", "after"),
        (&format!("?after={ahead}"), "after"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=5&limit=6", "limit"),
        ("?since=1", "since"),
    ] {
        let path = format!("/v1/events{query}");
        let answer = world.partner.send(&Method::GET, &path, "").await.unwrap();
        let problem = signed(answer, 400);
        assert_eq!(problem["field"], field, "{query}");
    }
    let with_body = world.partner.send(&Method::GET, "/v1/events", "{}").await;
    let problem = with_body.unwrap();
    assert_eq!(
        (problem.status, &problem.body["code"]),
        (413, &json!("request_too_large"))
    );
    let posted = world
        .partner
        .send(&Method::POST, "/v1/events", "")
        .await
        .unwrap();
    assert_eq!(
        (posted.status, &posted.body["code"]),
        (405, &json!("method_not_allowed"))
    );
    let unsigned = reqwest::get(format!("{}/v1/events", world.base))
        .await
        .unwrap();
    assert_eq!(unsigned.status(), 401);
}

#[tokio::test]
async fn a_notice_is_sent_again_when_its_partner_asks_and_not_twice_a_minute() {
    let world = World::open().await;
    let (_, notice) = refused(&world, "R-1").await;
    let id = notice.as_str();
    let waiting = signed(world.partner.resend(id).await.unwrap(), 200);
    assert_eq!(waiting, json!({ "notice_id": id, "already_due": true }));

    delivered(&world, &notice).await;
    let again = signed(world.partner.resend(id).await.unwrap(), 200);
    assert_eq!(again, json!({ "notice_id": id, "already_due": false }));
    let still = signed(world.partner.resend(id).await.unwrap(), 200);
    assert_eq!(still["already_due"], json!(true));
    let feed = page(&world.partner, "").await;
    assert_eq!(
        texts(&feed, "/kind"),
        ["withdrawal.finished", "notice.delivered", "notice.resent"]
    );

    delivered(&world, &notice).await;
    let path = format!("/v1/notices/{id}/resend");
    let header = world.partner.authorization("POST", &path, "");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.post(format!("{}{path}", world.base));
    let too_soon = asked.header("authorization", header).send().await.unwrap();
    assert_eq!(too_soon.status(), 429);
    let pause: u64 = too_soon.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&pause), "{pause}");
    let problem: Value = serde_json::from_str(&too_soon.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "rate_limited");
    world.sql(include_str!("sql/resent_a_minute_ago.sql")).await;
    let later = signed(world.partner.resend(id).await.unwrap(), 200);
    assert_eq!(later["already_due"], json!(false));
}

#[tokio::test]
async fn a_notice_of_nobody_or_of_somebody_else_is_unknown() {
    let world = World::open().await;
    let (_, notice) = refused(&world, "R-2").await;
    let other = shop(&world.base, "other", 4).await;
    for (partner, id) in [
        (&other, notice.as_str()),
        (&world.partner, "N01KASGXE00000000000000000A"),
        (&world.partner, "nonsense"),
    ] {
        let problem = signed(partner.resend(id).await.unwrap(), 404);
        assert_eq!(problem["code"], "notice_unknown", "{id}");
    }
    let path = format!("/v1/notices/{notice}/resend");
    let answer = world
        .partner
        .send(&Method::POST, &path, r#"{"now":true}"#)
        .await;
    let problem = signed(answer.unwrap(), 400);
    assert_eq!(
        (&problem["code"], &problem["field"]),
        (&json!("field_malformed"), &json!("now"))
    );
}

#[tokio::test]
async fn a_partner_that_asks_too_often_is_told_when_to_come_back_and_others_go_on() {
    let world = World::open_with(&[("API_CALLS_PER_S", "1")]).await;
    let mut last = world.partner.events("").await.unwrap();
    for _ in 0..10 {
        if last.status != 200 {
            break;
        }
        last = world.partner.events("").await.unwrap();
    }
    let problem = signed(last, 429);
    assert_eq!(problem["code"], "rate_limited");
    let other = shop(&world.base, "other", 4).await;
    page(&other, "").await;
}
