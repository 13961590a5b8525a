//! Further cards and other cash rules, for users who have an account.

use contract::application::{ApplicationKind, Step};
use sandbox::partner::Api;
use serde_json::{Value, json};
use stand::forms;

use crate::api::{call, change, good, opening, refused};
use crate::world::{STRANGER, USER, USER_AT_SHOP, World};

const SUBJECT: &str = "individual_user";

#[tokio::test]
async fn a_card_and_cash_rules_are_received_for_the_users_own_account() {
    let world = World::open().await;
    for (api, number, form, kind) in [
        (
            Api::Cards,
            "C-1",
            forms::second_card(SUBJECT, ""),
            ApplicationKind::Card,
        ),
        (
            Api::CashRules,
            "R-1",
            forms::other_cash_rules(),
            ApplicationKind::CashRules,
        ),
    ] {
        let body = change(USER, number, &form);
        let answer = good(&world.partner, api, &body).await;
        let stored = world.application(number).await.unwrap();
        assert_eq!(answer["kind"], kind.as_str());
        assert_eq!(answer["htouhui_user_id"], USER);
        assert_eq!(answer["third_party_user_id"], USER_AT_SHOP);
        assert_eq!((stored.kind, stored.step), (kind, Step::Business));
        assert_eq!(stored.huifu_id.unwrap().as_str(), "6666000021291985");
        let tail = (kind == ApplicationKind::Card).then_some(forms::SECOND_TAIL);
        assert_eq!(answer["card_tail"].as_str(), tail);
        assert!(answer.get("huifu_id").is_none(), "it is not theirs to know");
        assert_eq!(good(&world.partner, api, &body).await, answer, "a repeat");
    }
    assert_eq!(world.received().await.len(), 2);
    for secret in forms::SECRETS {
        assert!(world.hides(secret).await, "{secret} can be read");
    }
}

#[tokio::test]
async fn a_number_is_used_once_for_whatever_it_is() {
    let world = World::open().await;
    let card = change(USER, "C-1", &forms::second_card(SUBJECT, ""));
    good(&world.partner, Api::Cards, &card).await;
    let conflict = (
        409,
        "application_no_conflict".to_owned(),
        vec!["application_no".to_owned()],
    );
    let rules = change(USER, "C-1", &forms::other_cash_rules());
    assert_eq!(
        refused(&world.partner, Api::CashRules, &rules).await,
        conflict
    );
    let mut other = card.clone();
    other["form"]["card_info"]["card_no"] = json!("6228480099887767");
    assert_eq!(refused(&world.partner, Api::Cards, &other).await, conflict);
    let mut elsewhere = card;
    elsewhere["htouhui_user_id"] = json!(crate::world::CARDLESS);
    assert_eq!(
        refused(&world.partner, Api::Cards, &elsewhere).await,
        conflict
    );
    assert_eq!(world.received().await.len(), 1);
}

#[tokio::test]
async fn foreign_unknown_and_unopened_users_look_alike() {
    let world = World::open().await;
    let applied = opening(&world.partner, SUBJECT, "A-1").await;
    let applied = good(&world.partner, Api::Openings, &applied).await;
    let unopened = applied["htouhui_user_id"].as_str().unwrap();
    for user in [STRANGER, "10000000099", unopened] {
        for (api, form) in [
            (Api::Cards, forms::second_card(SUBJECT, "")),
            (Api::CashRules, forms::other_cash_rules()),
        ] {
            assert_eq!(
                refused(&world.partner, api, &change(user, "C-1", &form)).await,
                (
                    422,
                    "user_unknown".to_owned(),
                    vec!["htouhui_user_id".to_owned()]
                ),
                "{user}"
            );
        }
    }
    assert!(world.application("C-1").await.is_none());
    assert_eq!(world.received().await.len(), 1);
}

#[tokio::test]
async fn a_broken_change_is_refused_with_everything_that_is_wrong() {
    let world = World::open().await;
    let mut body = change(USER, "C 1", &forms::second_card(SUBJECT, ""));
    body["form"]["card_info"]["card_no"] = json!("x");
    body["form"]["card_info"]["cert_no"] = json!(null);
    body["form"]["subject"] = json!({});
    let (status, _, fields) = refused(&world.partner, Api::Cards, &body).await;
    assert_eq!(status, 400);
    for field in [
        "application_no",
        "form.subject",
        "form.card_info.card_no",
        "form.card_info.cert_no",
    ] {
        assert!(
            fields.iter().any(|named| named == field),
            "{field}: {fields:?}"
        );
    }
    let nobody = json!({ "form": { "cash_config": "x" } });
    let (_, _, fields) = refused(&world.partner, Api::CashRules, &nobody).await;
    assert_eq!(fields, ["application_no", "htouhui_user_id", "notify_url"]);
    assert!(world.received().await.is_empty());
}

/// The account of an opened user of the shop's neighbour.
const FOREIGN_ACCOUNT: &str = "6666000099999999";

#[tokio::test]
async fn only_accounts_of_the_partners_own_users_pay_outer_fees() {
    let world = World::open().await;
    let rules = |payer: &str| {
        json!({ "cash_config": [
            { "cash_type": "D0", "fix_amt": "1.00", "switch_state": "1" },
            { "cash_type": "T1", "fix_amt": "1.00", "switch_state": "1", "out_fee_flag": "1",
              "out_fee_huifu_id": payer },
        ] })
    };
    world.sql(include_str!("sql/stranger_account.sql")).await;
    let mut told = Vec::new();
    for payer in [FOREIGN_ACCOUNT, "6666000088888888"] {
        let body = change(USER, "R-1", &rules(payer));
        told.push(call(&world.partner, Api::CashRules, &body).await);
        let mut body = opening(&world.partner, SUBJECT, "A-1").await;
        for rule in body["form"]["cash_config"].as_array_mut().unwrap() {
            rule["out_fee_flag"] = json!("1");
            rule["out_fee_huifu_id"] = json!(payer);
        }
        let (status, code, fields) = refused(&world.partner, Api::Openings, &body).await;
        assert_eq!((status, code.as_str()), (422, "user_unknown"));
        assert_eq!(fields[0], "form.cash_config[0].out_fee_huifu_id");
    }
    let (status, problem) = &told[0];
    assert_eq!((*status, &problem["code"]), (422, &json!("user_unknown")));
    assert_eq!(
        problem["errors"][0]["field"],
        "form.cash_config[1].out_fee_huifu_id"
    );
    assert!(!problem.to_string().contains(FOREIGN_ACCOUNT));
    let shown = |(status, problem): &(u16, Value)| (*status, problem["errors"].clone());
    assert_eq!(
        shown(&told[0]),
        shown(&told[1]),
        "a foreign account is told from an unknown one"
    );
    assert!(world.received().await.is_empty());

    let body = change(USER, "R-1", &rules("6666000021291985"));
    good(&world.partner, Api::CashRules, &body).await;
}
