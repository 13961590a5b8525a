use proptest::prelude::*;

use super::*;

fn floor(words: &str) -> Option<(Option<CashType>, i64, i32, FloorForm)> {
    FeeFloor::find(words).map(|floor| {
        (
            floor.cash_type,
            floor.fix.get(),
            floor.rate.get(),
            floor.form,
        )
    })
}

#[test]
fn the_floors_that_huifu_was_seen_to_name_are_read() {
    let t1 = Some(CashType::T1);
    for (words, wanted) in [
        (
            "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00",
            (t1, 100, 0, FloorForm::Sum),
        ),
        (
            "费率不能低于渠道商/上级商户费率底价MAX(0.01,AMT*0.0025)",
            (None, 1, 25, FloorForm::Larger),
        ),
        (
            "业务执行失败[DM取现费率不能低于底价AMT*0.0005]",
            (Some(CashType::Dm), 0, 5, FloorForm::Sum),
        ),
        (
            "D1取现费率底价2.00。请修改",
            (Some(CashType::D1), 200, 0, FloorForm::Sum),
        ),
        (
            "D0取现底价0.5+0.001*AMT，请核对",
            (Some(CashType::D0), 50, 10, FloorForm::Sum),
        ),
        // Finer than a basis point: never told too low.
        ("底价1.00+AMT*0.00251", (None, 100, 26, FloorForm::Sum)),
    ] {
        assert_eq!(floor(words), Some(wanted), "{words}");
    }
}

#[test]
fn a_text_that_is_no_floor_is_none() {
    for words in [
        "",
        "费率不能低于上级",
        "底价",
        "底价面议",
        "底价1.00+2.00",
        "底价AMT*0.01+AMT*0.02",
        "底价AMT*1.01",
        "底价MAX(1.00,AMT*x)",
        "底价99999999999999999999",
        "底价AMT*0.0000000000001",
    ] {
        assert_eq!(floor(words), None, "{words}");
    }
}

#[test]
fn a_floor_is_explained_in_both_languages() {
    let sum = FeeFloor::find("T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.0005").unwrap();
    assert_eq!(sum.zh(), "T1取现手续费不能低于每笔 1.00 元加金额的 0.05%");
    assert_eq!(
        sum.en(),
        "The fee of T1 must be at least 1.00 yuan plus 0.05 %."
    );
    let larger = FeeFloor::find("费率底价MAX(0.01,AMT*0.0025)").unwrap();
    assert_eq!(
        larger.zh(),
        "取现手续费不能低于每笔 0.01 元和金额的 0.25% 中的较大者"
    );
    assert_eq!(
        larger.en(),
        "The fee of a withdrawal must be at least 0.01 yuan or 0.25 %, whichever is more."
    );
}

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn points(points: i32) -> BasisPoints {
    BasisPoints::new(points).unwrap()
}

fn any_floor() -> impl Strategy<Value = FeeFloor> {
    let form = prop_oneof![Just(FloorForm::Sum), Just(FloorForm::Larger)];
    (0..100_000_i64, 0..=10_000_i32, form).prop_map(|(fix, rate, form)| FeeFloor {
        cash_type: None,
        fix: fen(fix),
        rate: points(rate),
        form,
    })
}

proptest! {
    #[test]
    fn a_fee_at_or_above_both_parts_is_covered_at_every_amount(
        floor in any_floor(), more in 0..10_000_i64, steeper in 0..=10_000_i32,
        amount in 1..1_000_000_000_000_i64,
    ) {
        let fix = fen(floor.fix.get() + more);
        let rate = points((floor.rate.get() + steeper).min(10_000));
        prop_assert!(floor.covers(fix, rate, fen(amount)));
    }

    #[test]
    fn a_fee_below_the_floor_is_not_covered(
        floor in any_floor(), amount in 1..1_000_000_000_000_i64, fix in 0..100_000_i64,
        rate in 0..=10_000_i32,
    ) {
        // Reckoned in another way: ten-thousandths of a fen, by hand.
        let (fix_part, rate_part) = (
            i128::from(floor.fix.get()) * 10_000,
            i128::from(amount) * i128::from(floor.rate.get()),
        );
        let wanted = match floor.form {
            FloorForm::Sum => fix_part + rate_part,
            FloorForm::Larger if fix_part > rate_part => fix_part,
            FloorForm::Larger => rate_part,
        };
        let paid = i128::from(fix) * 10_000 + i128::from(amount) * i128::from(rate);
        prop_assert_eq!(floor.covers(fen(fix), points(rate), fen(amount)), paid >= wanted);
        if floor.form == FloorForm::Sum && floor.fix > Fen::ZERO {
            let below = fen(floor.fix.get() - 1);
            prop_assert!(!floor.covers(below, floor.rate, fen(amount)));
        }
    }

    #[test]
    fn a_floor_in_its_own_words_is_found_again(
        floor in any_floor(), cash_type in proptest::sample::select(CashType::ALL.to_vec()),
        named: bool,
    ) {
        let floor = FeeFloor { cash_type: named.then_some(cash_type), ..floor };
        prop_assert_eq!(FeeFloor::find(&floor.words()), Some(floor));
    }

    #[test]
    fn any_words_are_read_without_a_panic(words in "\\PC*", formula in "[0-9.+*()AMTX,]{0,24}") {
        let _ = FeeFloor::find(&words);
        let _ = FeeFloor::find(&format!("底价{formula}"));
    }

    #[test]
    fn a_printed_floor_is_found_again(fix in 0..100_000_i64, rate in 0..=10_000_i32) {
        let fraction = format!("{}.{:04}", rate / 10_000, rate % 10_000);
        let words = format!("DM取现费率不能低于渠道商/上级商户费率底价{}+AMT*{fraction}", fen(fix));
        prop_assert_eq!(floor(&words), Some((Some(CashType::Dm), fix, rate, FloorForm::Sum)));
    }
}
