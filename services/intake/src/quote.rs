//! `POST /v1/quotes`: what a user can withdraw now with each cash type, and what that costs.
//!
//! Nothing is reserved by it. A balance that is old is asked for, and waited for a moment; a Huifu
//! that is away makes a quote poorer, not impossible.

use contract::balance::Balance;
use contract::calendar::DayKind;
use contract::fee::{BasisPoints, CashRule, FeeError};
use contract::money::Fen;
use contract::partner::ErrorCode;
use contract::partner::quote::{BalanceKnowledge, CashTypeQuote, QuoteAnswer, QuoteRequest};
use contract::partner::time::beijing_date;
use contract::withdrawal::CashType;
use runtime::clock;
use serde_json::json;
use store::balances::Known;
use store::users::{self, User};
use store::{Connection, calendar};

use crate::api::{Call, Endpoint};
use crate::balance;
use crate::openapi::{Bilingual, Components, Described, Example, QUOTE, object};
use crate::purse::Purse;
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Quotes;

impl Endpoint for Quotes {
    const PATH: &'static str = "/v1/quotes";
    /// A user and an amount.
    const LONGEST_BODY: usize = 1024;
    const CODES: &'static [ErrorCode] = &[
        ErrorCode::RequestMalformed,
        ErrorCode::FieldMissing,
        ErrorCode::FieldTooLong,
        ErrorCode::AmountNotPositive,
        ErrorCode::UserUnknown,
    ];
    type Answer = QuoteAnswer;

    fn described(components: &mut Components) -> Described {
        Described {
            id: "quote",
            tag: "withdrawals",
            summary: Bilingual::new("试算手续费", "Ask what a withdrawal would cost"),
            description: Bilingual::new(
                "用户现在每种到账方式可取多少、手续费多少、到账多少。不预留资金；余额为汇付在 \
                 balance_age_s 秒前所报，价格以申请当天（北京时间）为准。",
                "What the user could withdraw now with each cash type, what that costs and what \
                 arrives. Nothing is reserved: the balance is what Huifu said balance_age_s seconds \
                 ago, and prices are of the Beijing day.",
            ),
            parameters: Vec::new(),
            body: Some(components.add("QuoteRequest", object(&QUOTE))),
            examples: vec![Example {
                name: "hundred_yuan",
                summary: Bilingual::new("提现 100 元", "A hundred yuan"),
                body: json!({ "htouhui_user_id": "20000000001", "money": "100.00" }),
                answer: json!({
                    "htouhui_user_id": "20000000001",
                    "money": "100.00",
                    "balance": "fresh",
                    "balance_age_s": 3,
                    "cash_types": [
                        {
                            "cash_type": "D0", "fix_amt": "1.00", "fee_rate": "0.05",
                            "fee_bearer": "inner", "available_money": "5000.00", "fee": "1.05",
                            "arrival_money": "98.95",
                        },
                        {
                            "cash_type": "DM", "fix_amt": "1.00", "fee_rate": "0.05",
                            "fee_bearer": "inner", "available_money": "50.00", "fee": "1.05",
                            "arrival_money": "98.95", "refusal": "balance_too_low",
                        },
                    ],
                }),
            }],
        }
    }

    async fn answer(call: Call<'_>) -> Result<QuoteAnswer, Refusal> {
        let QuoteRequest {
            htouhui_user_id,
            money,
        } = QuoteRequest::parse(call.body)?;
        let today = beijing_date(call.now);
        let (user, rules, exception) = tokio::try_join!(
            users::find(&call.connection, &htouhui_user_id),
            users::cash_rules::of(&call.connection, &htouhui_user_id),
            calendar::exception(&call.connection, today),
        )?;
        let user = user.filter(|user| user.partner_id == *call.partner_id());
        let unknown = || Refusal::from(ErrorCode::UserUnknown).at("htouhui_user_id");
        let user = user.ok_or_else(unknown)?;
        let front = call.front;
        // Others need the connection while we wait for Huifu.
        drop::<Connection>(call.connection);
        let known = balance::current(front, &htouhui_user_id).await?;
        // After the wait: the age is never understated.
        let now = clock::now();
        let purse = Purse::of(known, front.patience.max_age, now);
        let ask = Ask {
            user: &user,
            today: DayKind::of(today, exception),
            money,
            most: front.withdrawal_max,
            purse: &purse,
        };
        Ok(QuoteAnswer {
            htouhui_user_id,
            money,
            balance: knowledge(&purse),
            balance_age_s: known.filter(|_| purse.told().is_some()).map(|standing| {
                let age = now.duration_since(standing.known.asked_at).as_secs();
                // A clock may be behind the dispatcher's.
                u64::try_from(age).unwrap_or(0)
            }),
            cash_types: rules.iter().map(|rule| ask.quote(rule)).collect(),
        })
    }
}

fn knowledge(purse: &Purse) -> BalanceKnowledge {
    match purse {
        Purse::Fresh(_) => BalanceKnowledge::Fresh,
        Purse::Aged(_) => BalanceKnowledge::Stale,
        Purse::Unknown => BalanceKnowledge::Unknown,
    }
}

/// Everything that the cash types of one quote share.
struct Ask<'a> {
    user: &'a User,
    today: DayKind,
    money: Option<Fen>,
    most: Fen,
    purse: &'a Purse,
}

impl Ask<'_> {
    fn quote(&self, (cash_type, rule): &(CashType, CashRule)) -> CashTypeQuote {
        let price = rule.on(self.today);
        let available = self.purse.told();
        let mut quote = CashTypeQuote {
            cash_type: *cash_type,
            fix_amt: price.fix,
            fee_rate: percent(price.rate),
            fee_bearer: price.bearer,
            available_money: available.and_then(|balance| balance.withdrawable(*cash_type)),
            fee: None,
            arrival_money: None,
            refusal: None,
        };
        let Some(money) = self.money else {
            return quote;
        };
        match price.quote(money) {
            Ok(cost) => {
                quote.fee = Some(cost.fee);
                quote.arrival_money = Some(cost.arrival);
                quote.refusal = self.refusal(*cash_type, rule, money, cost.fee);
            }
            Err(FeeError::AmountTooSmall) => quote.refusal = Some(ErrorCode::AmountBelowFee),
            Err(FeeError::Money(_)) => quote.refusal = Some(ErrorCode::AmountTooLarge),
        }
        quote
    }

    /// Why the amount cannot be withdrawn; of a balance that is not fresh nothing is concluded.
    fn refusal(
        &self,
        cash_type: CashType,
        rule: &CashRule,
        money: Fen,
        fee: Fen,
    ) -> Option<ErrorCode> {
        if money > self.most {
            return Some(ErrorCode::AmountTooLarge);
        }
        let payer_is_self = rule
            .payer
            .as_ref()
            .is_none_or(|payer| *payer == self.user.huifu_id);
        let covers =
            |balance: &Balance| balance.covers(cash_type, money, fee, rule.bearer, payer_is_self);
        match self.purse {
            Purse::Fresh(Known { balance, .. }) if !covers(balance) => {
                Some(ErrorCode::BalanceTooLow)
            }
            Purse::Fresh(_) | Purse::Aged(_) | Purse::Unknown => None,
        }
    }
}

/// As Huifu writes rates: percent with two decimals.
fn percent(rate: BasisPoints) -> String {
    let points = rate.get();
    format!("{}.{:02}", points / 100, points % 100)
}
