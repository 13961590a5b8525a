//! Which question there is about an attempt, and what its answer means.

use contract::application::ApplicationKind;
use contract::huifu::LimitError;
use contract::huifu::operations::{ApplicationForm, ReviewVerdict, StepRefusal, SubjectAnswer};
use contract::ids::{HuifuId, TokenNo};
use runtime::{clock, mobile};
use serde_json::{Value, json};
use store::applications::attempts::Attempt;
use store::applications::{self, Application, ForSending, Grant};
use store::users::{self, Card, SealedMobile};
use tokio_util::sync::CancellationToken;

use super::Ask;
use super::evidence::{Evidence, Proof};
use crate::huifu::{ReviewQuestion, SendError, SubjectQuestion};
use crate::onboard::form::{FormError, opened};

/// A question that was asked, or could not be.
pub(super) struct Asked {
    pub(super) application: Application,
    pub(super) form: ApplicationForm,
    pub(super) finding: Finding,
    /// Ids and codes, for the timeline.
    pub(super) told: Value,
}

/// What is known now.
pub(super) enum Finding {
    /// The step is done, or all of the application has its end: this attempt is no question.
    Over,
    /// Everything that was asked for is there.
    Passed(Box<Grant>),
    /// Huifu's people look at it.
    Pending,
    /// Huifu's people said no.
    Refused(StepRefusal),
    /// Huifu tried and could not.
    Failed(StepRefusal),
    /// Huifu does not have it, or not all of it, or not yet.
    NotThere,
    /// Huifu answered, and nothing can be concluded.
    Unclear,
    /// There is no number to ask by.
    NothingToAskBy,
    /// Huifu cannot be reached, or not be believed.
    NoAnswer,
}

impl Finding {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Passed(_) => "passed",
            Self::Pending => "pending",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
            Self::NotThere => "not_there",
            Self::Unclear => "unclear",
            Self::NothingToAskBy => "nothing_to_ask_by",
            Self::NoAnswer => "no_answer",
        }
    }
}

/// Why there is nothing to conclude from.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("the database cannot be asked")]
    Store(#[from] store::StoreError),
    #[error("the application is gone")]
    Gone,
    #[error(transparent)]
    Form(#[from] FormError),
    #[error("the question breaks a limit of Huifu")]
    Limit(#[from] LimitError),
}

/// How strictly what Huifu has is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nobody has said that the step is done: everything must be there, and new.
    Nothing,
    /// A review passed; only the card's number is missing.
    PassedReview,
}

/// Both questions speak of the same things.
struct About<'a> {
    application: &'a Application,
    form: &'a ApplicationForm,
    huifu_id: &'a HuifuId,
    /// What the form says of where a new user can be reached.
    mobile: Option<SealedMobile>,
    stopping: &'a CancellationToken,
}

impl About<'_> {
    /// What the application grants if Huifu knows its card by this number.
    fn grant(&self, token_no: Option<&TokenNo>) -> Option<Grant> {
        let mobile = self.mobile.clone();
        Grant::new(self.application, self.form, self.huifu_id, token_no, mobile)
    }
}

/// A finding and what goes onto the timeline with it; `None` when the service stops.
type Answer = Option<(Finding, Value)>;

impl Ask {
    /// `None`: the service stops.
    pub(super) async fn ask(
        &self,
        attempt: &Attempt,
        stopping: &CancellationToken,
    ) -> Result<Option<Asked>, AskError> {
        let connection = self.store.connection().await?;
        let wanted = applications::for_sending(&connection, &attempt.application_id).await?;
        drop(connection);
        let ForSending {
            application,
            form_sealed,
            ..
        } = wanted.ok_or(AskError::Gone)?;
        let form = opened(&self.data_keys, &application, &form_sealed)?;
        let is_over = application.terminal_at.is_some() || application.step != attempt.step;
        let answer = match (&application.huifu_id, is_over) {
            (_, true) => Some((Finding::Over, Value::Null)),
            (None, false) => Some((Finding::NothingToAskBy, Value::Null)),
            (Some(huifu_id), false) => {
                let user = &application.htouhui_user_id;
                let about = About {
                    application: &application,
                    form: &form,
                    huifu_id,
                    mobile: mobile::of_form(&self.data_keys, user, &form),
                    stopping,
                };
                self.ask_huifu(&about).await?
            }
        };
        Ok(answer.map(|(finding, told)| Asked {
            application,
            form,
            finding,
            told,
        }))
    }

    async fn ask_huifu(&self, about: &About<'_>) -> Result<Answer, AskError> {
        let Some(apply_no) = about.application.apply_no.as_deref() else {
            return self.ask_subject(about, After::Nothing).await;
        };
        let question = ReviewQuestion::new(
            about.application.subject,
            about.huifu_id,
            apply_no,
            clock::now(),
        )?;
        let Some(room) = self.lane.room(about.stopping).await else {
            return Ok(None);
        };
        let huifu = self.lane.huifu();
        let found = huifu.ask_review(&room, &question, about.huifu_id).await;
        drop(room);
        let found = match found {
            Ok(found) => found,
            Err(error) => return Ok(Some(no_answer("review", &error))),
        };
        let told = json!({
            "asked": "review",
            "verdict": found.verdict.as_str(),
            "resp_code": found.resp_code,
            "apply_status": found.apply_status,
        });
        let finding = match found.verdict {
            ReviewVerdict::Pending => Finding::Pending,
            ReviewVerdict::Refused(refusal) => Finding::Refused(refusal),
            ReviewVerdict::Failed(refusal) => Finding::Failed(refusal),
            ReviewVerdict::Passed { .. } => {
                let token_no = about.application.token_no.as_ref();
                match about.grant(token_no) {
                    Some(grant) => Finding::Passed(Box::new(grant)),
                    None => return self.ask_subject(about, After::PassedReview).await,
                }
            }
            // The status of users covers one kind of review alone (huifu-api.md §3.11); what is
            // there is there, whatever it says.
            ReviewVerdict::Unknown => return self.ask_subject(about, After::Nothing).await,
        };
        Ok(Some((finding, told)))
    }

    async fn ask_subject(&self, about: &About<'_>, after: After) -> Result<Answer, AskError> {
        let bound = self.bound_cards(about.application).await?;
        let question =
            SubjectQuestion::new(about.application.subject, about.huifu_id, clock::now())?;
        let Some(room) = self.lane.room(about.stopping).await else {
            return Ok(None);
        };
        let answer = self.lane.huifu().ask_subject(&room, &question).await;
        drop(room);
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Ok(Some(no_answer("subject", &error))),
        };
        let proof = Evidence {
            application: about.application,
            form: about.form,
            bound: &bound,
        };
        let proof = match after {
            After::Nothing => proof.of_everything(&answer),
            After::PassedReview => proof.of_the_card(&answer),
        };
        Ok(Some(found(about, proof, &answer)))
    }

    /// The cards that were there before: a further one is another than these.
    async fn bound_cards(&self, application: &Application) -> Result<Vec<Card>, AskError> {
        match application.kind {
            ApplicationKind::Opening => Ok(Vec::new()),
            ApplicationKind::Card | ApplicationKind::CashRules => {
                let connection = self.store.connection().await?;
                Ok(users::cards::of(&connection, &application.htouhui_user_id).await?)
            }
        }
    }
}

fn found(about: &About<'_>, proof: Proof, answer: &SubjectAnswer) -> (Finding, Value) {
    let told = json!({
        "asked": "subject",
        "verdict": proof.as_str(),
        "resp_code": answer.resp_code,
    });
    let finding = match proof {
        Proof::There(card) => {
            let token_no = card.as_ref().map(|card| &card.token_no);
            let bank_name = card.as_ref().and_then(|card| card.bank_name.clone());
            match about.grant(token_no) {
                Some(grant) => Finding::Passed(Box::new(grant.named_by(bank_name))),
                None => Finding::NotThere,
            }
        }
        Proof::Absent => Finding::NotThere,
        Proof::Unclear => Finding::Unclear,
    };
    (finding, told)
}

fn no_answer(asked: &str, error: &SendError) -> (Finding, Value) {
    let told = json!({ "asked": asked, "verdict": error.as_str(), "code": error.code() });
    (Finding::NoAnswer, told)
}
