//! 取现, the withdrawal (huifu-api.md §3.1): checks the request and moves the money.
//!
//! Order matters: fields, then duplicate, then fault, then business rules. A repeat must be
//! answered 20000000 whatever fault is due, or a test of repeats could pay twice by script.

use crate::clock;
use crate::fen::Fen;
use crate::huifu::answer::{self, Data};
use crate::huifu::book::Book;
use crate::huifu::fault::{Asked, Operation};
use crate::huifu::fee::FeeMode;
use crate::huifu::fields::{BadField, date, one_of, optional, required};
use crate::huifu::order::Order;
use crate::huifu::payment::PaymentKey;
use crate::huifu::rule_r::Members;
use crate::huifu::script::{Money, Script};
use crate::huifu::snapshot::Unbooked;
use crate::huifu::world::World;
use url::Url;

/// The request, fields checked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) key: PaymentKey,
    pub(crate) cash_amt: Fen,
    pub(crate) into_acct_date_type: String,
    pub(crate) token_no: String,
    pub(crate) acct_id: Option<String>,
    pub(crate) remark: Option<String>,
    pub(crate) notify_url: Option<String>,
}

impl Request {
    pub(crate) fn read(members: &Members<'_>) -> Result<Self, BadField> {
        let key = PaymentKey {
            req_date: date(required(members, "req_date", 8)?, "req_date")?,
            req_seq_id: required(members, "req_seq_id", 128)?,
            huifu_id: required(members, "huifu_id", 32)?,
        };
        let cash_amt: Fen = required(members, "cash_amt", 14)?
            .parse()
            .map_err(|_| BadField::new("cash_amt", "应为两位小数"))?;
        if cash_amt < Fen(1) {
            return Err(BadField::new("cash_amt", "最小为0.01"));
        }
        let types = ["D0", "T1", "D1", "DM"];
        let type_given = required(members, "into_acct_date_type", 3)?;
        let channel = optional(members, "enchashment_channel", 2)?;
        if let Some(channel) = channel {
            one_of(channel, "enchashment_channel", &["00", "10"])?;
        }
        if let Some(fee_type) = optional(members, "fee_type", 1)? {
            one_of(fee_type, "fee_type", &["1", "2"])?;
        }
        Ok(Self {
            key,
            cash_amt,
            into_acct_date_type: one_of(type_given, "into_acct_date_type", &types)?,
            token_no: required(members, "token_no", 20)?,
            acct_id: optional(members, "acct_id", 32)?,
            remark: optional(members, "remark", 100)?,
            notify_url: optional(members, "notify_url", 128)?
                .map(notify_url)
                .transpose()?,
        })
    }

    fn order(&self, book: &Book, hf_seq_id: String) -> Result<Order, Refusal> {
        let member = book
            .member(&self.key.huifu_id)
            .ok_or(Refusal::MERCHANT_MISSING)?;
        let acct_id = self
            .acct_id
            .clone()
            .unwrap_or_else(|| member.basic_acct_id.clone());
        if !book.has_account(&self.key.huifu_id, &acct_id) {
            return Err(Refusal::ACCOUNT_MISSING.into());
        }
        if !member.cards.contains(&self.token_no) {
            return Err(Refusal::CARD_UNKNOWN.into());
        }
        let fee_amt = member.fee.fee(self.cash_amt);
        if member.fee.mode == FeeMode::Inner && fee_amt >= self.cash_amt {
            return Err(Refusal::FEE_NOT_COVERED.into());
        }
        Ok(Order {
            key: self.key.clone(),
            hf_seq_id,
            acct_id,
            token_no: self.token_no.clone(),
            into_acct_date_type: self.into_acct_date_type.clone(),
            cash_amt: self.cash_amt,
            fee_amt,
            fee_mode: member.fee.mode,
            remark: self.remark.clone(),
            notify_url: self.notify_url.clone(),
        })
    }
}

/// Callbacks go to addresses without a query, on the standard port or 8000-9005 (huifu-api.md
/// §4). Loopback is let through on any port: a test has to take the port it gets.
fn notify_url(text: String) -> Result<String, BadField> {
    let bad = |rule| BadField::new("notify_url", rule);
    let url = Url::parse(&text).map_err(|_| bad("不是有效的URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
        return Err(bad("应为不带参数的http(s)地址"));
    }
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(bad("不是有效的URL")),
    };
    match url.port() {
        Some(port) if !loopback && !(8000..=9005).contains(&port) => Err(bad("端口应为8000-9005")),
        Some(_) | None => Ok(text),
    }
}

/// A definite no. Codes of huifu-api.md §5.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    resp_code: String,
    resp_desc: String,
}

/// A refusal whose texts are known beforehand.
struct Known(&'static str, &'static str);

impl Refusal {
    const MERCHANT_MISSING: Known = Known("20000005", "商户不存在");
    const ACCOUNT_MISSING: Known = Known("22000003", "账户信息不存在");
    const CARD_UNKNOWN: Known = Known("22000005", "取现卡信息不存在");
    const FEE_NOT_COVERED: Known = Known("23000003", "取现金额不足以支付手续费");
    const DUPLICATE: Known = Known("20000000", "重复交易");
    const SHORT: Known = Known("90000000", "交易失败,出账失败,ACCT交易失败");
}

impl From<Known> for Refusal {
    fn from(Known(code, text): Known) -> Self {
        Self {
            resp_code: code.to_owned(),
            resp_desc: text.to_owned(),
        }
    }
}

/// What is left to do after the book was changed.
pub(crate) struct Played {
    pub(crate) data: Data,
    pub(crate) script: Script,
    /// Set when money moved, so that callbacks are due.
    pub(crate) executed: bool,
}

/// Does what the request asks, as far as the script lets it.
pub(crate) fn play(world: &World, request: &Request) -> Played {
    let mut book = world.book();
    if book.note_repeat(&request.key) {
        return Played {
            data: refused(request, Refusal::DUPLICATE.into()),
            ..proper()
        };
    }
    let script = Script::of(&world.faults().take(&Asked {
        operation: Operation::Encashment,
        huifu_id: &request.key.huifu_id,
        req_seq_id: &request.key.req_seq_id,
        cash_amt: Some(request.cash_amt),
    }));
    match move_money(world, &mut book, request, &script.money) {
        Ok(data) => Played {
            executed: script.money == Money::Pay,
            data,
            script,
        },
        Err(refusal) => {
            book.note_unbooked(Unbooked {
                huifu_id: request.key.huifu_id.clone(),
                req_seq_id: request.key.req_seq_id.clone(),
                why: refusal.resp_code.clone(),
                at: clock::now(),
            });
            Played {
                data: refused(request, refusal),
                script,
                executed: false,
            }
        }
    }
}

fn proper() -> Played {
    Played {
        data: Data::new(),
        script: Script::of(&[]),
        executed: false,
    }
}

fn move_money(
    world: &World,
    book: &mut Book,
    request: &Request,
    money: &Money,
) -> Result<Data, Refusal> {
    let now = clock::now();
    match money {
        Money::Swallow => {
            return Err(Refusal {
                resp_code: "swallowed".into(),
                resp_desc: String::new(),
            });
        }
        Money::Refuse { resp_code } => {
            return Err(Refusal {
                resp_code: resp_code.clone(),
                resp_desc: "交易失败".into(),
            });
        }
        Money::Pay | Money::CallItShort | Money::FailAtOnce => {}
    }
    let order = request.order(book, world.next_hf_seq_id(now))?;
    let hf_seq_id = order.hf_seq_id.clone();
    let acct_id = order.acct_id.clone();
    let (code, text, letter) = match money {
        Money::Pay => match book.execute(order, now) {
            Ok(()) => ("00000000", "处理成功", "P"),
            Err(_short) => (Refusal::SHORT.0, Refusal::SHORT.1, "F"),
        },
        Money::CallItShort => {
            book.enter_failed(order, now);
            (Refusal::SHORT.0, Refusal::SHORT.1, "F")
        }
        Money::FailAtOnce | Money::Swallow | Money::Refuse { .. } => {
            book.enter_failed(order, now);
            ("00000000", "交易失败", "F")
        }
    };
    let mut data = echo(request, answer::data(code, text));
    data.extend([
        ("acct_id", acct_id),
        ("hf_seq_id", hf_seq_id),
        ("trans_stat", letter.to_owned()),
    ]);
    Ok(data)
}

fn refused(request: &Request, refusal: Refusal) -> Data {
    echo(
        request,
        answer::data(&refusal.resp_code, &refusal.resp_desc),
    )
}

fn echo(request: &Request, mut data: Data) -> Data {
    data.extend([
        ("huifu_id", request.key.huifu_id.clone()),
        ("req_date", request.key.req_date.clone()),
        ("req_seq_id", request.key.req_seq_id.clone()),
    ]);
    data
}

#[cfg(test)]
mod tests;
