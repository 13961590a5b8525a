//! The sending of one step of an application.
//!
//! The first password of a new user's login comes in an answer, once, and ends here: it is for
//! nobody who reads our rows or logs, and nothing that we do needs it.

use contract::application::Step;
use contract::huifu::operations::{
    OperationRequest, StepAnswer, StepDone, StepInReview, StepRefusal, StepVerdict,
};

use super::{Huifu, Room, SendError};

/// What became of a step.
#[derive(Debug)]
pub enum StepOutcome {
    /// It is done.
    Done(StepDone),
    /// Huifu's people look at it.
    InReview(StepInReview),
    /// Huifu read it and said no. It will say no again.
    Refused(StepRefusal),
    /// It never left: there was no connection. May be sent again.
    NotSent(SendError),
    /// It may have arrived. Ask; never send again.
    Unknown(SendError),
}

impl StepOutcome {
    /// A short name for metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::InReview(_) => "in_review",
            Self::Refused(_) => "refused",
            Self::NotSent(_) => "not_sent",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why nothing is known or nothing was sent.
    pub fn cause(&self) -> Option<&SendError> {
        match self {
            Self::NotSent(error) | Self::Unknown(error) => Some(error),
            Self::Done(_) | Self::InReview(_) | Self::Refused(_) => None,
        }
    }
}

impl Huifu {
    /// Sends a step, once.
    pub async fn take_step(
        &self,
        room: &Room,
        step: Step,
        request: &OperationRequest,
    ) -> StepOutcome {
        let outcome = match self.exchange(room, request.path, request).await {
            Ok(answer) => {
                let verdict = StepVerdict::of_answer(step, &answer, request);
                let answer: Result<StepAnswer, _> = answer;
                judged(verdict, answer.map_err(SendError::Envelope))
            }
            Err(error @ SendError::NoConnection(_)) => StepOutcome::NotSent(error),
            Err(error) => StepOutcome::Unknown(error),
        };
        if let StepOutcome::Unknown(error) = &outcome {
            self.heed(error);
        }
        outcome
    }
}

fn judged(verdict: StepVerdict, answer: Result<StepAnswer, SendError>) -> StepOutcome {
    match verdict {
        StepVerdict::Done(done) => StepOutcome::Done(StepDone {
            login: None,
            ..done
        }),
        StepVerdict::InReview(review) => StepOutcome::InReview(review),
        StepVerdict::Refused(refusal) => StepOutcome::Refused(refusal),
        StepVerdict::Unknown => StepOutcome::Unknown(match answer {
            Ok(answer) => SendError::Inconclusive {
                resp_code: answer.resp_code.unwrap_or_default(),
            },
            Err(error) => error,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_goes_no_further_than_this() {
        let data = r#"{"resp_code":"00000000","huifu_id":"6666000000000001",
            "login_name":"U1","login_password":"hunter2"}"#;
        let answer: StepAnswer = serde_json::from_str(data).unwrap();
        let request = OperationRequest {
            path: "/v2/user/basicdata/indv",
            data: std::collections::BTreeMap::new(),
        };
        let verdict = StepVerdict::of_answer(Step::Base, &Ok(answer.clone()), &request);
        match &verdict {
            StepVerdict::Done(done) => assert!(done.login.is_some(), "Huifu said one"),
            other => panic!("{other:?}"),
        }
        match judged(verdict, Ok(answer)) {
            StepOutcome::Done(done) => assert_eq!(done.login, None),
            other => panic!("{other:?}"),
        }
    }
}
