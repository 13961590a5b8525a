//! Callbacks as the Huifu sandbox sends them.

use std::time::Duration;

use contract::huifu::envelope::{Caller, seal};
use contract::huifu::request::NewEncashment;
use contract::huifu::{CONTENT_TYPE, ENCASHMENT_PATH, Encashment, ReqDate};
use contract::money::Fen;
use contract::withdrawal::{CashType, State};
use runtime::clock;
use sandbox::huifu::{AccountOpening, BoundCard, Fault, HuifuConfig, HuifuHandle, HuifuSandbox};
use stand::eventually;

use crate::world::{HUIFU_ID, HUIFU_KEY, Sent, TOKEN_NO, World, client, key};

const SOON: Duration = Duration::from_secs(20);

async fn start_huifu() -> HuifuHandle {
    let mut config = HuifuConfig::for_tests(key(0).verifying_key(), HUIFU_KEY.clone());
    config.callback_retries = 1;
    config.accounts = vec![AccountOpening {
        huifu_id: HUIFU_ID.to_owned(),
        acct_id: None,
        balance: sandbox::Fen(10_000_000),
    }];
    config.cards = vec![BoundCard {
        huifu_id: HUIFU_ID.to_owned(),
        token_no: TOKEN_NO.to_owned(),
    }];
    HuifuSandbox::start(config).await.unwrap()
}

/// Posts the attempt to the sandbox, which calls our receiver back.
async fn encash(world: &World, huifu: &HuifuHandle, sent: &Sent) {
    let url = world.url();
    let encashment = Encashment::new(NewEncashment {
        req_date: ReqDate::at(clock::now()),
        req_seq_id: sent.attempt.clone(),
        cash_amt: Fen::new(10_000).unwrap(),
        huifu_id: HUIFU_ID.parse().unwrap(),
        into_acct_date_type: CashType::D0,
        token_no: TOKEN_NO.parse().unwrap(),
        acct_id: None,
        remark: None,
        notify_url: Some(&url),
    })
    .unwrap();
    let caller = Caller {
        sys_id: HUIFU_ID.to_owned(),
        product_id: "YYZY".to_owned(),
    };
    let merchant = stand::keys::rsa_2048(0).private_pkcs8_pem.parse().unwrap();
    let answer = client()
        .post(format!("{}{ENCASHMENT_PATH}", huifu.base_url))
        .header("content-type", CONTENT_TYPE)
        .body(seal(&encashment, &caller, &merchant))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

async fn callbacks(huifu: &HuifuHandle, count: usize) -> Vec<bool> {
    eventually(SOON, "the callbacks", async || {
        let book = huifu.book();
        let payment = book.payments.first()?;
        let tries: Vec<bool> = payment
            .callbacks
            .iter()
            .map(|one| one.outcome == sandbox::huifu::TryOutcome::Acked)
            .collect();
        (tries.len() >= count).then_some(tries)
    })
    .await
}

#[tokio::test]
async fn both_callbacks_are_acknowledged_and_the_withdrawal_is_paid() {
    let (world, huifu) = tokio::join!(World::start(), start_huifu());
    let sent = world.sent().await;
    encash(&world, &huifu, &sent).await;
    assert_eq!(callbacks(&huifu, 2).await, [true, true]);
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    assert_eq!(world.notices().await, 1);
}

#[tokio::test]
async fn orders_and_repeats_end_the_same() {
    for (fault, count) in [
        (Fault::FinalBeforeAccounting, 2),
        (Fault::DuplicateCallbacks { n: 3 }, 6),
        (Fault::CallbackBeforeAnswer, 2),
    ] {
        let (world, huifu) = tokio::join!(World::start(), start_huifu());
        let sent = world.sent().await;
        huifu.fail_next(1, fault.clone());
        encash(&world, &huifu, &sent).await;
        let tries = callbacks(&huifu, count).await;
        assert!(tries.iter().all(|acked| *acked), "{fault:?}: {tries:?}");
        assert_eq!(
            world.state(&sent.id).await,
            (State::Paid, false),
            "{fault:?}"
        );
        assert_eq!(world.notices().await, 1, "{fault:?}");
    }
}

#[tokio::test]
async fn lies_are_not_acknowledged_and_change_nothing() {
    for (fault, cases) in [
        (Fault::UnsignedCallback, 0),
        (Fault::AlteredCallback, 0),
        (Fault::WrongAmountInCallback, 1),
        (Fault::ForeignOrderInCallback, 1),
    ] {
        let (world, huifu) = tokio::join!(World::start(), start_huifu());
        let sent = world.sent().await;
        huifu.fail_next(1, fault.clone());
        encash(&world, &huifu, &sent).await;
        // Both callbacks, each tried twice.
        let tries = callbacks(&huifu, 4).await;
        assert!(tries.iter().all(|acked| !acked), "{fault:?}: {tries:?}");
        assert_eq!(
            world.state(&sent.id).await,
            (State::Dispatching, false),
            "{fault:?}"
        );
        assert_eq!(world.cases().await.len(), cases, "{fault:?}");
    }
}

#[tokio::test]
async fn a_final_that_contradicts_an_earlier_one_is_a_case() {
    let (world, huifu) = tokio::join!(World::start(), start_huifu());
    let sent = world.sent().await;
    huifu.fail_next(1, Fault::ContradictingFinal);
    encash(&world, &huifu, &sent).await;
    eventually(SOON, "the case", async || {
        world.case_kinds().await == ["contradiction"]
    })
    .await;
    assert_eq!(world.state(&sent.id).await, (State::Paid, true));
    assert_eq!(world.notices().await, 1);
}
