use super::*;
use crate::calendar::DayKind;
use crate::withdrawal::CashType;
use proptest::prelude::*;

fn fen(text: &str) -> Fen {
    text.parse().unwrap()
}

fn price(fix: &str, points: i32) -> Price {
    Price {
        fix: fen(fix),
        rate: BasisPoints::new(points).unwrap(),
    }
}

fn rule(fix: &str, points: i32, bearer: FeeBearer) -> FeeRule {
    let Price { fix, rate } = price(fix, points);
    FeeRule { fix, rate, bearer }
}

#[test]
fn the_reference_example_costs_one_yuan_and_five_fen() {
    // huifu-api.md §7: 100.00, fix 1.00, rate 0.05 % … its figures are 1.05 and 98.95.
    let quote = rule("1.00", 5, FeeBearer::Inner)
        .quote(fen("100.00"))
        .unwrap();
    assert_eq!((quote.fee, quote.arrival), (fen("1.05"), fen("98.95")));
    let outer = rule("1.00", 5, FeeBearer::Outer)
        .quote(fen("100.00"))
        .unwrap();
    assert_eq!((outer.fee, outer.arrival), (fen("1.05"), fen("100.00")));
}

#[test]
fn half_a_fen_is_rounded_up_and_less_is_rounded_down() {
    let half_percent = rule("0.00", 50, FeeBearer::Outer);
    assert_eq!(half_percent.quote(fen("1.00")).unwrap().fee, fen("0.01"));
    assert_eq!(half_percent.quote(fen("0.99")).unwrap().fee, fen("0.00"));
    assert_eq!(half_percent.quote(fen("3.00")).unwrap().fee, fen("0.02"));
}

#[test]
fn an_inner_fee_that_leaves_nothing_is_refused() {
    let inner = rule("1.00", 0, FeeBearer::Inner);
    assert_eq!(inner.quote(fen("1.00")), Err(FeeError::AmountTooSmall));
    assert_eq!(inner.quote(fen("0.50")), Err(FeeError::AmountTooSmall));
    assert_eq!(inner.quote(fen("1.01")).unwrap().arrival, fen("0.01"));
}

#[test]
fn nothing_is_never_withdrawn() {
    for bearer in FeeBearer::ALL {
        let quote = rule("0.00", 0, bearer).quote(Fen::ZERO);
        assert_eq!(quote, Err(FeeError::AmountTooSmall), "{bearer:?}");
    }
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_and_not_a_small_fee() {
    let most = Fen::new(i64::MAX).unwrap();
    let dear = rule("1.00", 10_000, FeeBearer::Outer);
    assert_eq!(dear.quote(most), Err(FeeError::Money(MoneyError::Overflow)));
}

#[test]
fn d1_has_a_price_for_working_days_and_one_for_holidays() {
    let d1 = CashRule {
        price: price("3.00", 10),
        weekday: Some(price("1.00", 5)),
        bearer: FeeBearer::Inner,
        payer: None,
    };
    let fee = |day| d1.on(day).quote(fen("100.00")).unwrap().fee;
    assert_eq!(fee(DayKind::Working), fen("1.05"));
    assert_eq!(fee(DayKind::Holiday), fen("3.10"));
}

#[test]
fn a_name_of_a_bearer_reads_back() {
    for bearer in FeeBearer::ALL {
        assert_eq!(FeeBearer::from_name(bearer.as_str()), Some(bearer));
    }
    assert_eq!(FeeBearer::from_name("2"), None);
}

/// Up to ten times Huifu's longest `cash_amt` (14 characters).
const MOST_FEN: i64 = 1_000_000_000_000_000;

fn amounts() -> impl Strategy<Value = Fen> {
    // Small amounts are where fees bite, so half of them are small.
    let amount = prop_oneof![1..20_000_i64, 1..MOST_FEN];
    amount.prop_map(|fen| Fen::new(fen).unwrap())
}

/// `fix_amt` and `fee_rate` have 6 characters: up to 999.99 yuan and 100.00 %.
fn prices() -> impl Strategy<Value = Price> {
    let rate = prop_oneof![Just(0), Just(10_000), 0..=10_000_i32];
    (0..100_000_i64, rate).prop_map(|(fix, points)| Price {
        fix: Fen::new(fix).unwrap(),
        rate: BasisPoints::new(points).unwrap(),
    })
}

/// A rule as the database takes it for this cash type.
fn rules(cash_type: CashType) -> impl Strategy<Value = CashRule> {
    let weekday = match cash_type {
        CashType::D1 => prop::option::of(prices()).boxed(),
        CashType::D0 | CashType::T1 | CashType::Dm => Just(None).boxed(),
    };
    let bearer = prop::sample::select(FeeBearer::ALL.to_vec());
    (prices(), weekday, bearer, any::<bool>()).prop_map(|(price, weekday, bearer, foreign)| {
        let outer = bearer == FeeBearer::Outer;
        CashRule {
            price,
            weekday,
            bearer,
            payer: (outer && foreign).then(|| "6666000021291985".parse().unwrap()),
        }
    })
}

fn any_rule() -> impl Strategy<Value = (CashType, CashRule)> {
    prop::sample::select(CashType::ALL.to_vec())
        .prop_flat_map(|cash_type| rules(cash_type).prop_map(move |rule| (cash_type, rule)))
}

fn any_day() -> impl Strategy<Value = DayKind> {
    prop::sample::select(DayKind::ALL.to_vec())
}

/// Fen in exact arithmetic: the fee times 10,000, before rounding.
fn exact(price: Price, amount: Fen) -> i128 {
    i128::from(price.fix.get()) * 10_000 + i128::from(amount.get()) * i128::from(price.rate.get())
}

proptest! {
    #[test]
    fn what_arrives_is_more_than_nothing_and_the_fee_explains_the_rest(
        (_, rule) in any_rule(), day in any_day(), amount in amounts(),
    ) {
        match rule.on(day).quote(amount) {
            Ok(quote) => {
                prop_assert!(quote.arrival > Fen::ZERO);
                match rule.bearer {
                    FeeBearer::Inner => prop_assert_eq!(quote.fee.plus(quote.arrival), Ok(amount)),
                    FeeBearer::Outer => prop_assert_eq!(quote.arrival, amount),
                }
            }
            Err(error) => {
                prop_assert_eq!(error, FeeError::AmountTooSmall);
                prop_assert_eq!(rule.bearer, FeeBearer::Inner);
            }
        }
    }

    #[test]
    fn an_inner_fee_is_refused_exactly_when_it_eats_the_amount(
        (_, rule) in any_rule(), day in any_day(), amount in amounts(),
    ) {
        let outer = FeeRule { bearer: FeeBearer::Outer, ..rule.on(day) };
        let inner = FeeRule { bearer: FeeBearer::Inner, ..rule.on(day) };
        let fee = outer.quote(amount).unwrap().fee;
        prop_assert_eq!(inner.quote(amount).is_err(), fee >= amount);
        if let Ok(quote) = inner.quote(amount) {
            prop_assert_eq!(quote.fee, fee, "the bearer does not change the fee");
        }
    }

    #[test]
    fn a_fee_is_its_exact_value_rounded_half_up(price in prices(), amount in amounts()) {
        let rule = FeeRule { fix: price.fix, rate: price.rate, bearer: FeeBearer::Outer };
        let fee = i128::from(rule.quote(amount).unwrap().fee.get()) * 10_000;
        let exact = exact(price, amount);
        // Less than half a fen too little, or at most half a fen too much.
        prop_assert!(exact - fee < 5_000, "{fee} is too little for {exact}");
        prop_assert!(fee - exact <= 5_000, "{fee} is too much for {exact}");
    }

    /// Amounts whose rate part ends in exactly half a fen, and their neighbours: the only places
    /// where rounding half up, half down, half to even and cutting off differ.
    #[test]
    fn at_the_border_half_a_fen_goes_up(points in 1..=10_000_i32, halves in 0..1_000_000_i64) {
        // Two divides the rate at most three times: 5,000 = 2³ × 625 takes no more of it away.
        let twos = points.trailing_zeros();
        prop_assume!(twos <= 3);
        let amount = (5_000 >> twos) * (2 * halves + 1);
        let whole = i128::from(amount) * i128::from(points);
        prop_assert_eq!(whole % 10_000, 5_000);
        let fee_of = |fen: i64| {
            let rule = FeeRule {
                fix: Fen::ZERO,
                rate: BasisPoints::new(points).unwrap(),
                bearer: FeeBearer::Outer,
            };
            i128::from(rule.quote(Fen::new(fen).unwrap()).unwrap().fee.get())
        };
        prop_assert_eq!(fee_of(amount), whole / 10_000 + 1);
        prop_assert!(fee_of(amount - 1) < fee_of(amount), "a fen less, and it goes down");
    }

    #[test]
    fn more_money_never_costs_less_and_never_brings_less(
        (_, rule) in any_rule(), day in any_day(), one in amounts(), other in amounts(),
    ) {
        let (small, large) = (one.min(other), one.max(other));
        let rule = rule.on(day);
        let Ok(of_small) = rule.quote(small) else {
            return Ok(());
        };
        // Where the smaller amount leaves something, the larger does too.
        let of_large = rule.quote(large);
        prop_assert!(of_large.is_ok());
        let of_large = of_large.unwrap();
        prop_assert!(of_small.fee <= of_large.fee);
        prop_assert!(of_small.arrival <= of_large.arrival);
    }

    /// Huifu's floors are `fix + AMT*rate` and `MAX(0.01, AMT*rate)` (huifu-api.md §5). Who keeps
    /// each part above the floor's keeps every fee above it: that is what opening a cash type
    /// checks once, for all amounts to come.
    #[test]
    fn a_price_not_below_its_floor_never_charges_less_than_the_floor(
        floor in prices(), more_fix in 0..100_000_i64, more_points in 0..=10_000_i32,
        amount in amounts(),
    ) {
        let points = (floor.rate.get() + more_points).min(10_000);
        let price = Price {
            fix: floor.fix.plus(Fen::new(more_fix).unwrap()).unwrap(),
            rate: BasisPoints::new(points).unwrap(),
        };
        let charge = |price: Price| {
            let rule = FeeRule { fix: price.fix, rate: price.rate, bearer: FeeBearer::Outer };
            rule.quote(amount).unwrap().fee
        };
        prop_assert!(charge(price) >= charge(floor));
        prop_assert!(charge(price) >= price.fix, "the fixed part is a floor of its own");
        let at_least_a_fen = charge(Price { fix: Fen::ZERO, ..floor }).max(fen("0.01"));
        let lifted = Price { fix: price.fix.max(fen("0.01")), ..price };
        prop_assert!(charge(lifted) >= at_least_a_fen);
    }

    #[test]
    fn only_d1_with_a_price_for_working_days_looks_at_the_day(
        (cash_type, rule) in any_rule(), amount in amounts(),
    ) {
        let (working, holiday) = (rule.on(DayKind::Working), rule.on(DayKind::Holiday));
        let of = |price: Price| FeeRule { fix: price.fix, rate: price.rate, bearer: rule.bearer };
        prop_assert_eq!(holiday, of(rule.price));
        match (cash_type, rule.weekday) {
            (CashType::D1, Some(weekday)) => prop_assert_eq!(working, of(weekday)),
            (CashType::D0 | CashType::D1 | CashType::T1 | CashType::Dm, _) => {
                prop_assert_eq!(working.quote(amount), holiday.quote(amount));
            }
        }
    }
}
