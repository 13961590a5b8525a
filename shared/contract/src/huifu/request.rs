//! What we ask of Huifu: a withdrawal, and what became of one.
//!
//! Every field is a string at the first level, which is the one form that all of Huifu's clients
//! sign alike (huifu-api.md §2). Limits are checked here, so that a refusal by length can never
//! come back from Huifu after an attempt was opened.

use serde::Serialize;
use url::Url;

use super::date::ReqDate;
use super::field::{LimitError, TextRule, check_text};
use crate::ids::{HuifuId, ReqSeqId, TokenNo};
use crate::money::Fen;
use crate::partner::url::is_loopback;
use crate::withdrawal::CashType;

/// What a withdrawal at Huifu needs to know (huifu-api.md §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEncashment<'a> {
    /// The Beijing day on which the attempt was opened.
    pub req_date: ReqDate,
    /// The attempt.
    pub req_seq_id: ReqSeqId,
    /// How much; at least 0.01.
    pub cash_amt: Fen,
    /// Who withdraws.
    pub huifu_id: HuifuId,
    /// When the money is to arrive.
    pub into_acct_date_type: CashType,
    /// To which bound card.
    pub token_no: TokenNo,
    /// From which account; Huifu's default is the basic one.
    pub acct_id: Option<&'a str>,
    /// A remark on the transaction.
    pub remark: Option<&'a str>,
    /// Where callbacks go.
    pub notify_url: Option<&'a str>,
}

/// The `data` of a withdrawal, within every limit of huifu-api.md §3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Encashment {
    req_date: ReqDate,
    req_seq_id: ReqSeqId,
    cash_amt: String,
    huifu_id: HuifuId,
    into_acct_date_type: CashType,
    token_no: TokenNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    acct_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_url: Option<String>,
}

impl Encashment {
    /// Checks every limit; the first that is broken is reported.
    pub fn new(wanted: NewEncashment<'_>) -> Result<Self, LimitError> {
        if wanted.cash_amt == Fen::ZERO {
            return Err(LimitError {
                field: "cash_amt",
                rule: TextRule::Positive,
            });
        }
        let cash_amt = wanted.cash_amt.to_string();
        check_text("cash_amt", &cash_amt, 14)?;
        check_text("huifu_id", wanted.huifu_id.as_str(), 32)?;
        check_text("token_no", wanted.token_no.as_str(), 20)?;
        if let Some(acct_id) = wanted.acct_id {
            check_text("acct_id", acct_id, 32)?;
        }
        if let Some(remark) = wanted.remark {
            check_text("remark", remark, 100)?;
        }
        if let Some(notify_url) = wanted.notify_url {
            check_callback_url(notify_url)?;
        }
        Ok(Self {
            req_date: wanted.req_date,
            req_seq_id: wanted.req_seq_id,
            cash_amt,
            huifu_id: wanted.huifu_id,
            into_acct_date_type: wanted.into_acct_date_type,
            token_no: wanted.token_no,
            acct_id: wanted.acct_id.map(str::to_owned),
            remark: wanted.remark.map(str::to_owned),
            notify_url: wanted.notify_url.map(str::to_owned),
        })
    }

    /// The attempt.
    pub fn req_seq_id(&self) -> &ReqSeqId {
        &self.req_seq_id
    }

    /// Its day.
    pub fn req_date(&self) -> ReqDate {
        self.req_date
    }

    /// The query that asks what became of this.
    pub fn query(&self) -> Query {
        Query::new(
            self.huifu_id.clone(),
            self.req_date,
            self.req_seq_id.clone(),
        )
    }
}

/// The `data` of a query (huifu-api.md §3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    huifu_id: HuifuId,
    org_req_date: ReqDate,
    org_req_seq_id: ReqSeqId,
}

impl Query {
    /// Asks about the withdrawal of `huifu_id` (who withdrew, not who asks) that was sent as
    /// `org_req_seq_id` on `org_req_date`.
    pub fn new(huifu_id: HuifuId, org_req_date: ReqDate, org_req_seq_id: ReqSeqId) -> Self {
        Self {
            huifu_id,
            org_req_date,
            org_req_seq_id,
        }
    }

    /// The attempt that is asked about.
    pub fn org_req_seq_id(&self) -> &ReqSeqId {
        &self.org_req_seq_id
    }

    /// Its day.
    pub fn org_req_date(&self) -> ReqDate {
        self.org_req_date
    }
}

/// Whether Huifu calls back to this address; for settings, so that no attempt fails on it.
pub fn check_callback_url(text: &str) -> Result<(), LimitError> {
    check_text("notify_url", text, 128)?;
    // Huifu never calls this machine, but its sandbox does, on whatever port was free.
    let fits = Url::parse(text).is_ok_and(|url| {
        let scheme = matches!(url.scheme(), "http" | "https");
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        scheme && bare && (is_loopback(&url) || port_is_called(&url))
    });
    if fits {
        Ok(())
    } else {
        Err(LimitError {
            field: "notify_url",
            rule: TextRule::CallbackUrl,
        })
    }
}

fn port_is_called(url: &Url) -> bool {
    // `port` is None for the scheme's own port.
    url.port()
        .is_none_or(|port| (8000..=9005).contains(&port) || port == 80 || port == 443)
}

#[cfg(test)]
mod tests;
