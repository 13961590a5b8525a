//! Questions about applications: what became of a review, and what Huifu has of a merchant or user.

use contract::application::SubjectKind;
use contract::huifu::operations::{
    ApplicationStatusAnswer, MerchantApplicationQuery, MerchantQuery, ReviewVerdict, SubjectAnswer,
    UserApplicationQuery, UserQuery,
};
use contract::huifu::{LimitError, ReqDate};
use contract::ids::HuifuId;
use jiff::Timestamp;
use runtime::ids;
use serde::Serialize;

use super::{Huifu, Room, SendError};

/// What became of a review.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ReviewQuestion {
    /// Of a merchant.
    Merchant(MerchantApplicationQuery),
    /// Of a user.
    User(UserApplicationQuery),
}

/// What Huifu has of somebody.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SubjectQuestion {
    /// Of a merchant.
    Merchant(MerchantQuery),
    /// Of a user.
    User(UserQuery),
}

/// What Huifu said about a review.
#[derive(Debug)]
pub struct ReviewFound {
    /// What it means.
    pub verdict: ReviewVerdict,
    /// Huifu's code, for the timeline.
    pub resp_code: Option<String>,
    /// Huifu's letter, for the timeline.
    pub apply_status: Option<String>,
}

impl ReviewQuestion {
    /// Every question is a request of its own, with a serial of its own.
    pub fn new(
        subject: SubjectKind,
        huifu_id: &HuifuId,
        apply_no: &str,
        now: Timestamp,
    ) -> Result<Self, LimitError> {
        let (serial, day) = (ids::new_req_seq_id(), ReqDate::at(now));
        Ok(if subject.is_merchant() {
            let query = MerchantApplicationQuery::new(serial, day, huifu_id, apply_no)?;
            Self::Merchant(query)
        } else {
            Self::User(UserApplicationQuery::new(serial, day, huifu_id, apply_no)?)
        })
    }

    const fn path(&self) -> &'static str {
        match self {
            Self::Merchant(_) => MerchantApplicationQuery::PATH,
            Self::User(_) => UserApplicationQuery::PATH,
        }
    }
}

impl SubjectQuestion {
    /// Every question is a request of its own, with a serial of its own.
    pub fn new(
        subject: SubjectKind,
        huifu_id: &HuifuId,
        now: Timestamp,
    ) -> Result<Self, LimitError> {
        let (serial, day) = (ids::new_req_seq_id(), ReqDate::at(now));
        Ok(if subject.is_merchant() {
            Self::Merchant(MerchantQuery::new(serial, day, huifu_id)?)
        } else {
            Self::User(UserQuery::new(serial, day, huifu_id)?)
        })
    }

    const fn path(&self) -> &'static str {
        match self {
            Self::Merchant(_) => MerchantQuery::PATH,
            Self::User(_) => UserQuery::PATH,
        }
    }
}

impl Huifu {
    /// Asks what became of a review of `huifu_id`. An answer that cannot be believed is an error.
    pub async fn ask_review(
        &self,
        room: &Room,
        question: &ReviewQuestion,
        huifu_id: &HuifuId,
    ) -> Result<ReviewFound, SendError> {
        let answer = self.exchange(room, question.path(), question).await?;
        let verdict = ReviewVerdict::of_status_query(&answer);
        let answer: ApplicationStatusAnswer = answer.map_err(SendError::Envelope)?;
        // A good signature over somebody else's answer is not an answer to us.
        let foreign = |echoed: &str| echoed != huifu_id.as_str();
        if answer.huifu_id.as_deref().is_some_and(foreign) {
            return Err(SendError::ForeignAccount);
        }
        self.heed_code(answer.resp_code.as_deref());
        Ok(ReviewFound {
            verdict,
            resp_code: answer.resp_code,
            apply_status: answer.apply_status,
        })
    }

    /// Asks what Huifu has of a merchant or user; the caller looks at the code first.
    pub async fn ask_subject(
        &self,
        room: &Room,
        question: &SubjectQuestion,
    ) -> Result<SubjectAnswer, SendError> {
        let answer: SubjectAnswer = self.call(room, question.path(), question).await?;
        self.heed_code(answer.resp_code.as_deref());
        Ok(answer)
    }

    fn heed_code(&self, resp_code: Option<&str>) {
        let resp_code = resp_code.unwrap_or_default().to_owned();
        self.heed(&SendError::Inconclusive { resp_code });
    }
}
