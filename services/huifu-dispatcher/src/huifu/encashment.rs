//! The withdrawal and the question about one.
//!
//! A sending becomes one of three outcomes. Whatever is not clear is
//! [`HuifuError::OutcomeUnknown`].

use contract::huifu::answer::{EncashmentAnswer, QueryAnswer};
use contract::huifu::envelope::EnvelopeError;
use contract::huifu::{ENCASHMENT_PATH, Encashment, QUERY_PATH, Query, Verdict};
use contract::ids::HuifuId;

use super::{Huifu, HuifuError, Room, SendError};

/// What Huifu said when it took a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Huifu's serial.
    pub hf_seq_id: Option<String>,
    /// Huifu's code.
    pub resp_code: Option<String>,
}

/// What Huifu said about a withdrawal.
#[derive(Debug)]
pub struct Found {
    /// What it means.
    pub verdict: Verdict,
    /// The answer, verified.
    pub answer: QueryAnswer,
}

impl Huifu {
    /// Sends a withdrawal of `huifu_id`, once.
    pub async fn encash(
        &self,
        room: &Room,
        encashment: &Encashment,
        huifu_id: &HuifuId,
    ) -> Result<Taken, HuifuError> {
        let outcome = match self.exchange(room, ENCASHMENT_PATH, encashment).await {
            Ok(answer) => judge(answer, encashment, huifu_id),
            Err(error @ SendError::NoConnection(_)) => Err(HuifuError::NotSent(error)),
            Err(error) => Err(HuifuError::OutcomeUnknown(error)),
        };
        if let Err(HuifuError::OutcomeUnknown(error)) = &outcome {
            self.heed(error);
        }
        outcome
    }

    /// Asks about a withdrawal. An answer that cannot be believed is an error.
    pub async fn ask(&self, room: &Room, query: &Query) -> Result<Found, SendError> {
        let answer = self.exchange(room, QUERY_PATH, query).await?;
        let verdict = Verdict::of_query(&answer, query);
        let answer = answer.map_err(SendError::Envelope)?;
        Ok(Found { verdict, answer })
    }
}

fn judge(
    answer: Result<EncashmentAnswer, EnvelopeError>,
    encashment: &Encashment,
    huifu_id: &HuifuId,
) -> Result<Taken, HuifuError> {
    let verdict = Verdict::of_encashment(&answer, encashment);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Err(HuifuError::OutcomeUnknown(SendError::Envelope(error))),
    };
    // A good signature over somebody else's answer is not an answer to us.
    let foreign = |echoed: &str| echoed != huifu_id.as_str();
    if answer.huifu_id.as_deref().is_some_and(foreign) {
        return Err(HuifuError::OutcomeUnknown(SendError::ForeignAccount));
    }
    match verdict {
        Verdict::Submitted => Ok(Taken {
            hf_seq_id: answer.hf_seq_id,
            resp_code: answer.resp_code,
        }),
        Verdict::Refused(refusal) => Err(HuifuError::Refused(refusal)),
        // The last four cannot come of a synchronous answer; if they ever do, we ask.
        Verdict::Unknown
        | Verdict::NotKnown
        | Verdict::Paid
        | Verdict::Failed(_)
        | Verdict::Returned
        | Verdict::Noted => Err(HuifuError::OutcomeUnknown(SendError::Inconclusive {
            resp_code: answer.resp_code.unwrap_or_default(),
        })),
    }
}

#[cfg(test)]
mod tests {
    use contract::huifu::ReqDate;
    use contract::huifu::request::NewEncashment;
    use contract::ids::ReqSeqId;
    use contract::money::Fen;
    use contract::withdrawal::CashType;
    use jiff::Timestamp;

    use super::*;

    const HUIFU_ID: &str = "6666000021291985";

    fn encashment() -> Encashment {
        Encashment::new(NewEncashment {
            req_date: ReqDate::at(Timestamp::UNIX_EPOCH),
            req_seq_id: ReqSeqId::from_parts(1, 2),
            cash_amt: Fen::new(10_000).unwrap(),
            huifu_id: HUIFU_ID.parse().unwrap(),
            into_acct_date_type: CashType::D0,
            token_no: "10004053462".parse().unwrap(),
            acct_id: None,
            remark: None,
            notify_url: None,
        })
        .unwrap()
    }

    fn judged(resp_code: &str, trans_stat: Option<&str>, echoed: &str) -> &'static str {
        let answer = EncashmentAnswer {
            resp_code: Some(resp_code.to_owned()),
            trans_stat: trans_stat.map(str::to_owned),
            huifu_id: Some(echoed.to_owned()),
            ..EncashmentAnswer::default()
        };
        match judge(Ok(answer), &encashment(), &HUIFU_ID.parse().unwrap()) {
            Ok(_) => "taken",
            Err(error) => error.as_str(),
        }
    }

    #[test]
    fn only_a_clear_word_about_our_own_account_is_more_than_unknown() {
        assert_eq!(judged("00000000", Some("P"), HUIFU_ID), "taken");
        assert_eq!(judged("00000000", Some("S"), HUIFU_ID), "taken");
        assert_eq!(judged("22000003", None, HUIFU_ID), "refused");
        assert_eq!(judged("00000000", Some("F"), HUIFU_ID), "refused");
        for (code, stat) in [
            ("00000000", None),
            ("00000000", Some("Z")),
            ("00000100", Some("P")),
            ("20000000", None),
            ("23000001", None),
            ("99999999", Some("F")),
        ] {
            assert_eq!(judged(code, stat, HUIFU_ID), "unknown", "{code} {stat:?}");
        }
        for code in ["00000000", "22000003"] {
            let stat = (code == "00000000").then_some("P");
            assert_eq!(judged(code, stat, "6666000000000001"), "unknown");
        }
    }
}
