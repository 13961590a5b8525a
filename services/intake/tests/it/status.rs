//! Where an application stands, as its partner is told, and nobody else.

use contract::application::Step;
use contract::ids::ApplicationId;
use sandbox::partner::Api;
use serde_json::{Value, json};
use stand::forms;
use store::applications::progress::{Edge, Event, Granted, Learned, NewIds, Reason, advance};
use store::users::NewCard;

use crate::api::{change, good, refused};
use crate::world::{USER, World, shop};

/// An application for a second card, by its id.
async fn applied(world: &World, number: &str) -> ApplicationId {
    let form = forms::second_card("individual_user", "");
    let answer = good(&world.partner, Api::Cards, &change(USER, number, &form)).await;
    answer["application_id"].as_str().unwrap().parse().unwrap()
}

async fn goes(world: &World, id: &ApplicationId, event: Event<'_>, learned: Learned<'_>) {
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: advance").await.unwrap();
    let edge = Edge {
        application: id,
        step: Step::Business,
        event,
        learned,
        detail: &json!({}),
        ids: NewIds {
            notice: runtime::ids::new_notice_id(),
            message: runtime::ids::new_message_id(),
        },
        causation_id: None,
    };
    advance(&tx, runtime::clock::now(), &edge).await.unwrap();
    tx.commit().await.unwrap();
}

async fn by_id(world: &World, id: &ApplicationId) -> Value {
    let body = json!({ "application_id": id });
    good(&world.partner, Api::Applications, &body).await
}

#[tokio::test]
async fn a_partner_follows_its_application_to_the_bound_card() {
    let world = World::open().await;
    let id = applied(&world, "C-1").await;
    let by_number = json!({ "application_no": "C-1" });
    let received = good(&world.partner, Api::Applications, &by_number).await;
    assert_eq!(received, by_id(&world, &id).await);
    assert_eq!(received["state"], "received");

    goes(&world, &id, Event::OpenAttempt, Learned::default()).await;
    assert_eq!(by_id(&world, &id).await["state"], "sending");
    let token_no = "10004057766".parse().unwrap();
    let card = NewCard {
        token_no: &token_no,
        tail: forms::SECOND_TAIL,
        bank_name: "农业银行",
        is_default: false,
    };
    let granted = Granted {
        huifu_id: &"6666000021291985".parse().unwrap(),
        card: Some(card),
        rules: &[],
        mobile: None,
    };
    let learned = Learned {
        token_no: Some(&token_no),
        ..Learned::default()
    };
    goes(&world, &id, Event::Pass(&granted), learned).await;
    let passed = by_id(&world, &id).await;
    let connection = world.store.connection().await.unwrap();
    let cards = store::users::cards::of(&connection, &USER.parse().unwrap()).await;
    let bound = cards
        .unwrap()
        .into_iter()
        .find(|card| card.token_no == token_no);
    assert_eq!(
        passed,
        json!({
            "application_id": id,
            "application_no": "C-1",
            "kind": "card",
            "subject": "individual_user",
            "third_party_user_id": received["third_party_user_id"],
            "htouhui_user_id": USER,
            "state": "passed",
            "step": "business",
            "card_tail": forms::SECOND_TAIL,
            "card_id": bound.unwrap().id.to_string(),
            "received_at": received["received_at"],
            "finished_at": passed["finished_at"],
        })
    );
    assert!(passed["finished_at"].is_string());
}

#[tokio::test]
async fn a_refusal_is_explained_in_both_languages_without_huifus_words() {
    let world = World::open().await;
    let words = "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00";
    for (number, code, detail, zh, en) in [
        (
            "C-1",
            "card_mismatch",
            "张三的卡号有误",
            "银行卡号、户名与证件号码不一致",
            "belong together",
        ),
        (
            "C-2",
            "fee_below_floor",
            words,
            "每笔 1.00 元加金额的 0.00%",
            "at least 1.00 yuan",
        ),
    ] {
        let id = applied(&world, number).await;
        goes(&world, &id, Event::OpenAttempt, Learned::default()).await;
        let reason = Reason {
            code,
            detail: Some(detail),
        };
        goes(&world, &id, Event::Refuse(reason), Learned::default()).await;
        let refused = by_id(&world, &id).await;
        assert_eq!(
            (&refused["state"], &refused["reason_code"]),
            (&json!("refused"), &json!(code))
        );
        assert!(
            refused["reason"].as_str().unwrap().contains(zh),
            "{refused}"
        );
        assert!(
            refused["reason_en"].as_str().unwrap().contains(en),
            "{refused}"
        );
        assert!(!refused.to_string().contains("张三"));
        assert!(refused.get("card_id").is_none());
    }
}

#[tokio::test]
async fn another_partners_application_does_not_exist() {
    let world = World::open().await;
    let id = applied(&world, "C-1").await;
    let other = shop(&world.base, "other", 4).await;
    for body in [
        json!({ "application_no": "C-1" }),
        json!({ "application_id": id }),
        json!({ "application_id": "P01KASGXE00000000000000000A" }),
    ] {
        assert_eq!(
            refused(&other, Api::Applications, &body).await,
            (404, "application_unknown".to_owned(), Vec::new()),
            "{body}"
        );
    }
    for (bad, code, fields) in [
        (json!({}), "field_malformed", vec!["application_id"]),
        (
            json!({ "application_no": "C-1", "application_id": id }),
            "field_malformed",
            vec!["application_id"],
        ),
        (
            json!({ "application_no": 7, "page": 1 }),
            "field_malformed",
            vec!["page", "application_no"],
        ),
        (json!([]), "request_malformed", vec![]),
    ] {
        let said = refused(&world.partner, Api::Applications, &bad).await;
        let fields = fields.into_iter().map(str::to_owned).collect();
        assert_eq!(said, (400, code.to_owned(), fields), "{bad}");
    }
}
