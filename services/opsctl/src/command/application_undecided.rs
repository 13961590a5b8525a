//! An application that a person may decide, with what the decision needs: the attempt, the cases
//! that it answers, and what a pass grants, which only the opened form tells.
//!
//! Where Huifu still says what is happening, it is asked and nobody decides in its stead: one that
//! is submitted or in review takes a case before a person may.

use anyhow::{anyhow, bail};
use contract::application::{State, steps};
use contract::huifu::operations::ApplicationForm;
use contract::ids::HuifuId;
use runtime::data_keys::context;
use runtime::mobile;
use serde_json::Value;
use store::Connection;
use store::applications::attempts::{self, Attempt};
use store::applications::{self, Application, ForSending, Grant};
use store::attempts::AttemptOutcome;
use store::cases::{self, Case, CaseState};

use super::application_decision::Decide;
use crate::database::data_keys;
use crate::exit::WrongUsage;

/// The cases that a decision answers. Others, such as a contradiction, are closed by themselves.
const ANSWERED: [&str; 4] = [
    "cannot_be_asked_about",
    "unknown_at_huifu",
    "unclear_at_huifu",
    "review_unclear",
];

/// What was found, and what is to be written about it.
pub(super) struct Undecided {
    pub(super) application: Application,
    pub(super) attempt: Attempt,
    pub(super) cases: Vec<i64>,
    /// What Huifu has, if the application has passed by this.
    pub(super) grant: Option<Grant>,
}

pub(super) async fn find(connection: &Connection, decide: &Decide) -> anyhow::Result<Undecided> {
    let id = &decide.application_id;
    let wanted = applications::for_sending(connection, id).await?;
    let wanted = wanted.ok_or_else(|| anyhow!("there is no application {id}"))?;
    let application = &wanted.application;
    let mut open = cases::of_application(connection, id).await?;
    open.retain(|case| case.state == CaseState::Open);
    require_undecided(application, &open)?;
    let attempts = attempts::of(connection, id).await?;
    let of_step = |one: &Attempt| {
        one.step == application.step && one.outcome != Some(AttemptOutcome::NotSent)
    };
    let attempt = attempts.into_iter().rev().find(of_step);
    let attempt = attempt.ok_or_else(|| anyhow!("application {id} was never sent"))?;
    let answered = open
        .iter()
        .filter(|case| ANSWERED.contains(&case.kind.as_str()));
    let cases = answered.map(|case| case.id).collect();
    let grant = if decide.passed() {
        granted(decide, &wanted)?
    } else {
        None
    };
    Ok(Undecided {
        application: wanted.application,
        attempt,
        cases,
        grant,
    })
}

fn require_undecided(application: &Application, open: &[Case]) -> anyhow::Result<()> {
    let (id, state) = (&application.id, application.state.as_str());
    match application.state {
        State::Unknown => Ok(()),
        State::Submitted | State::InReview if open.is_empty() => bail!(
            "application {id} is {state}, and no case about it is open: Huifu is asked about it \
             until it ends, or at once by opsctl application ask {id}"
        ),
        State::Submitted | State::InReview => Ok(()),
        State::Received | State::Sending | State::Passed | State::Refused | State::Failed => bail!(
            "application {id} is {state}: only one whose outcome is unknown is decided by a person"
        ),
    }
}

/// What a passing decision writes; `None` where another step follows.
fn granted(decide: &Decide, wanted: &ForSending) -> anyhow::Result<Option<Grant>> {
    let application = &wanted.application;
    let huifu_id = account(decide, application)?;
    if !is_last(application) {
        return match decide.token_no {
            None => Ok(None),
            Some(_) => {
                Err(WrongUsage("this step binds no card: leave --token-no out".to_owned()).into())
            }
        };
    }
    let form = opened(wanted)?;
    match (form.card(), &decide.token_no) {
        (Some(_), None) => {
            Err(WrongUsage("say Huifu's number of the card: --token-no NUMBER".to_owned()).into())
        }
        (None, Some(_)) => {
            Err(WrongUsage("this application has no card: leave --token-no out".to_owned()).into())
        }
        (Some(_), Some(_)) | (None, None) => {
            let token_no = decide.token_no.as_ref();
            let mobile = mobile::of_form(&data_keys()?, &application.htouhui_user_id, &form);
            Ok(Grant::new(application, &form, huifu_id, token_no, mobile))
        }
    }
}

/// The account at Huifu: the one that is known, or the one that was found in the console.
fn account<'a>(
    decide: &'a Decide,
    application: &'a Application,
) -> Result<&'a HuifuId, WrongUsage> {
    match (&application.huifu_id, &decide.huifu_id) {
        (Some(known), Some(said)) if known != said => Err(WrongUsage(format!(
            "the account of this application is {known}, which is not what --huifu-id says"
        ))),
        (Some(known), _) => Ok(known),
        (None, Some(said)) if said.as_str().len() <= 18 => Ok(said),
        (None, Some(_)) => Err(WrongUsage(
            "a huifu_id of a merchant or user has at most 18 characters".to_owned(),
        )),
        (None, None) => Err(WrongUsage(
            "say the merchant's or user's number at Huifu: --huifu-id NUMBER".to_owned(),
        )),
    }
}

fn opened(wanted: &ForSending) -> anyhow::Result<ApplicationForm> {
    let application = &wanted.application;
    let context = context::form(&application.id);
    let plain = data_keys()?.open(&context, &wanted.form_sealed)?;
    // The parser's own words, and what it stumbles over, may repeat the form.
    let form: Value =
        serde_json::from_slice(&plain).map_err(|_| anyhow!("the form is not JSON"))?;
    ApplicationForm::stored(application.kind, application.subject, &form)
        .map_err(|_| anyhow!("the form breaks limits of Huifu"))
}

fn is_last(application: &Application) -> bool {
    let steps = steps(application.kind, application.subject);
    steps.last() == Some(&application.step)
}
