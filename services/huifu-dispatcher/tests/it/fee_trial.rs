//! Huifu's own fee trial against what we foretell, which is what a page shows a user.

use contract::calendar::DayKind;
use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::huifu::ReqDate;
use contract::huifu::operations::{FeeTrial, FeeTrialAnswer};
use contract::ids::HuifuId;
use contract::money::Fen;
use contract::withdrawal::CashType;
use runtime::ids;
use sandbox::huifu::{CashRule as HuifusRule, CashType as HuifusType, Payer, Price as HuifusPrice};
use tokio_util::sync::CancellationToken;

use crate::world::{HUIFU_ID, World};

/// A Monday and a Saturday.
const DAYS: [(&str, DayKind); 2] = [
    ("20261116", DayKind::Working),
    ("20261121", DayKind::Holiday),
];

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn price(fix: i64, rate: i32) -> Price {
    Price {
        fix: fen(fix),
        rate: BasisPoints::new(rate).unwrap(),
    }
}

fn rule(cash_type: CashType, bearer: FeeBearer) -> CashRule {
    let (price, weekday) = match cash_type {
        CashType::D0 => (price(100, 5), None),
        CashType::T1 => (price(0, 37), None),
        CashType::D1 => (price(300, 8), Some(price(200, 3))),
        CashType::Dm => unreachable!("Huifu has no trial for DM"),
    };
    CashRule {
        price,
        weekday,
        bearer,
        payer: None,
    }
}

/// The same rule, as Huifu has it.
fn at_huifu(rule: &CashRule) -> HuifusRule {
    let fixed = |price: Price| sandbox::Fen(price.fix.get());
    let rate = |price: Price| u32::try_from(price.rate.get()).unwrap();
    HuifusRule {
        open: true,
        price: HuifusPrice {
            fixed: fixed(rule.price),
            rate_bp: rate(rule.price),
        },
        weekday_fixed: rule.weekday.map(fixed),
        weekday_rate_bp: rule.weekday.map(rate),
        payer: match rule.bearer {
            FeeBearer::Inner => Payer::Inner,
            FeeBearer::Outer => Payer::Outer {
                huifu_id: HUIFU_ID.to_owned(),
                acct_type: "01".to_owned(),
            },
        },
    }
}

async fn tried(world: &World, date: &str, amount: Fen, cash_type: CashType) -> FeeTrialAnswer {
    let huifu_id: HuifuId = HUIFU_ID.parse().unwrap();
    let req_date: ReqDate = date.parse().unwrap();
    let serial = ids::new_req_seq_id();
    let trial = FeeTrial::new(serial, req_date, &huifu_id, amount, cash_type).unwrap();
    let room = world.client.room(&CancellationToken::new()).await.unwrap();
    let answer = world.client.call(&room, FeeTrial::PATH, &trial).await;
    answer.unwrap()
}

#[tokio::test]
async fn huifus_own_trial_costs_what_we_foretell() {
    let world = World::start().await;
    for (cash_type, name) in [
        (CashType::D0, HuifusType::D0),
        (CashType::T1, HuifusType::T1),
        (CashType::D1, HuifusType::D1),
    ] {
        for bearer in FeeBearer::ALL {
            let rule = rule(cash_type, bearer);
            world.huifu.set_cash_rule(HUIFU_ID, name, at_huifu(&rule));
            for (date, day) in DAYS {
                // Round, small, and large with a rate that leaves a part of a fen.
                for amount in [fen(10_000), fen(1_350), fen(987_654_321)] {
                    let answer = tried(&world, date, amount, cash_type).await;
                    assert_eq!(answer.resp_code.as_deref(), Some("00000000"));
                    let foretold = rule.on(day).quote(amount).unwrap();
                    let case = format!("{cash_type:?} {bearer:?} {date} {amount}");
                    assert_eq!(answer.fee_amt, Some(foretold.fee), "{case}");
                }
            }
        }
    }
}
