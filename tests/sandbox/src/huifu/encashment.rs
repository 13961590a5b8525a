//! 取现, the withdrawal (huifu-api.md §3.1): checks the request and moves the money.
//!
//! Order matters: fields, then duplicate, then fault, then business rules. A repeat must be
//! answered 20000000 whatever fault is due, or a test of repeats could pay twice by script.

use crate::fen::Fen;
use crate::huifu::accounts::Place;
use crate::huifu::answer::{self, Data};
use crate::huifu::book::Book;
use crate::huifu::cash::{CashType, Payer};
use crate::huifu::fault::Asked;
use crate::huifu::fields::{BadField, date, one_of, optional, required};
use crate::huifu::member::MemberState;
use crate::huifu::notify_url::notify_url;
use crate::huifu::operation::Operation;
use crate::huifu::order::{Order, Short};
use crate::huifu::payment::PaymentKey;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::register::Register;
use crate::huifu::rule_r::Members;
use crate::huifu::script::{Money, Script};
use crate::huifu::snapshot::Unbooked;
use crate::huifu::world::World;

/// The request, fields checked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) key: PaymentKey,
    pub(crate) cash_amt: Fen,
    pub(crate) cash_type: CashType,
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
        let type_given = required(members, "into_acct_date_type", 3)?;
        let cash_type = CashType::from_name(&type_given)
            .ok_or(BadField::new("into_acct_date_type", "枚举值错误"))?;
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
            cash_type,
            token_no: required(members, "token_no", 20)?,
            acct_id: optional(members, "acct_id", 32)?,
            remark: optional(members, "remark", 100)?,
            notify_url: optional(members, "notify_url", 128)?
                .map(notify_url)
                .transpose()?,
        })
    }

    fn order(&self, register: &Register, book: &Book, hf_seq_id: String) -> Result<Order, Refusal> {
        let member = register
            .member(&self.key.huifu_id)
            .ok_or(Known::MERCHANT_MISSING)?;
        if member.state != MemberState::Active {
            return Err(Known::STATE_WRONG.into());
        }
        let account = book
            .accounts
            .for_withdrawal(&self.key.huifu_id, self.acct_id.as_deref())
            .ok_or(Known::ACCOUNT_MISSING)?;
        if !member.has_card(&self.token_no) {
            return Err(Known::CARD_UNKNOWN.into());
        }
        let rule = member
            .cash_rule(self.cash_type)
            .ok_or(Known::CASH_TYPE_CLOSED)?;
        let fee_amt = register
            .price(&rule, self.cash_type, &self.key.req_date)
            .of(self.cash_amt);
        let fee_payer = match &rule.payer {
            Payer::Inner if fee_amt >= self.cash_amt => return Err(Known::FEE_NOT_COVERED.into()),
            Payer::Inner => None,
            Payer::Outer {
                huifu_id,
                acct_type,
            } => {
                let payer = book.accounts.of_type(huifu_id, acct_type);
                let payer = payer.ok_or(Known::ACCOUNT_MISSING)?;
                Some(Place {
                    huifu_id: payer.huifu_id.clone(),
                    acct_id: payer.acct_id.clone(),
                })
            }
        };
        Ok(Order {
            key: self.key.clone(),
            hf_seq_id,
            acct_id: account.acct_id.clone(),
            token_no: self.token_no.clone(),
            cash_type: self.cash_type,
            cash_amt: self.cash_amt,
            fee_amt,
            fee_payer,
            remark: self.remark.clone(),
            notify_url: self.notify_url.clone(),
        })
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
    let now = world.now();
    let register = world.register();
    let mut book = world.book();
    if book.note_repeat(&request.key) {
        return Played {
            data: refused(request, &Known::DUPLICATE.into()),
            ..proper()
        };
    }
    let script = Script::of(&world.faults().take(&Asked {
        huifu_id: &request.key.huifu_id,
        cash_amt: Some(request.cash_amt),
        ..Asked::about(Operation::Encashment, &request.key.req_seq_id)
    }));
    let moved = move_money(world, &register, &mut book, request, &script.money);
    match moved {
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
                at: now,
            });
            Played {
                data: refused(request, &refusal),
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
    register: &Register,
    book: &mut Book,
    request: &Request,
    money: &Money,
) -> Result<Data, Refusal> {
    let now = world.now();
    match money {
        Money::Swallow => return Err(Refusal::new("swallowed", "")),
        Money::Refuse {
            resp_code,
            resp_desc,
        } => {
            let words = if resp_desc.is_empty() {
                "交易失败"
            } else {
                resp_desc
            };
            return Err(Refusal::new(resp_code, words));
        }
        Money::Pay | Money::CallItShort | Money::FailAtOnce => {}
    }
    let order = request.order(register, book, world.next_hf_seq_id(now))?;
    let hf_seq_id = order.hf_seq_id.clone();
    let acct_id = order.acct_id.clone();
    let (Known(code, text), letter) = match money {
        Money::Pay => match book.execute(order, now) {
            Ok(()) => (Known("00000000", "处理成功"), "P"),
            Err(Short::Balance) => (Known::SHORT, "F"),
            Err(Short::DmQuota) => (Known::DM_SHORT, "F"),
        },
        Money::CallItShort => {
            book.enter_failed(order, now);
            (Known::SHORT, "F")
        }
        Money::FailAtOnce | Money::Swallow | Money::Refuse { .. } => {
            book.enter_failed(order, now);
            (Known("00000000", "交易失败"), "F")
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

fn refused(request: &Request, refusal: &Refusal) -> Data {
    echo(request, refusal.data())
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
