//! What is due for an application, with its form opened.

use contract::application::State;
use contract::huifu::operations::{ApplicationForm, FieldError};
use contract::message::{ApplicationReceived, Envelope};
use runtime::amqp::{HandlerError, Verdict as _};
use runtime::data_keys::{DataKeyError, DataKeys, context};
use store::applications::{self, Application, ForSending};
use store::materials::Material;

use super::Onboard;

/// An application with a step that is due.
pub(super) struct Due {
    pub(super) application: Application,
    pub(super) form: ApplicationForm,
    pub(super) materials: Vec<Material>,
    /// Of an enterprise whose opening is here: the form of that opening, for a further card.
    opening: Option<ApplicationForm>,
}

impl Due {
    /// The guide: the legal person's card carries the legal person's name. A further card's form
    /// does not repeat the subject, so only here can the two be laid side by side.
    pub(super) fn check_holder(&self) -> Result<(), FieldError> {
        match self.opening.as_ref().and_then(ApplicationForm::legal_name) {
            Some(legal_name) => self.form.check_holder(legal_name),
            // Somebody added the user by hand: Huifu knows the name, and we do not.
            None => Ok(()),
        }
    }
}

/// Why a sealed form cannot be used. It repeats nothing of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    /// The key is missing, or this is not what was sealed here.
    #[error("the form cannot be opened")]
    Sealed(#[source] DataKeyError),
    /// What was sealed is not JSON; the parser's own words may repeat it.
    #[error("the form is not JSON")]
    Unreadable,
    /// It breaks limits of Huifu: which fields, and nothing of what stands in them.
    #[error("the form breaks limits of Huifu at {0}")]
    Broken(String),
}

/// Opens a form and checks it again by the tables that it was taken in by.
pub(super) fn opened(
    keys: &DataKeys,
    application: &Application,
    sealed: &str,
) -> Result<ApplicationForm, FormError> {
    let context = context::form(&application.id);
    let plain = keys.open(&context, sealed).map_err(FormError::Sealed)?;
    let form = serde_json::from_slice(&plain).map_err(|_| FormError::Unreadable)?;
    let (kind, subject) = (application.kind, application.subject);
    ApplicationForm::stored(kind, subject, &form).map_err(|errors| {
        let paths: Vec<_> = errors.into_iter().map(|error| error.path).collect();
        FormError::Broken(paths.join(", "))
    })
}

impl Onboard {
    /// `None`: nothing may be sent now, and the message is settled.
    pub(super) async fn due(
        &self,
        asked: &Envelope<ApplicationReceived>,
    ) -> Result<Option<Due>, HandlerError> {
        let connection = self.store.connection().await.or_requeue()?;
        let id = &asked.body.application_id;
        let wanted = applications::for_sending(&connection, id).await;
        drop(connection);
        let Some(wanted) = wanted.or_requeue()? else {
            return Err(HandlerError::dead_letter(
                "there is no application with this id",
            ));
        };
        let ForSending {
            application,
            form_sealed,
            materials,
            opening,
        } = wanted;
        if application.state != State::Received {
            // A redelivery that was overtaken, or a step under way: ask.rs asks.
            self.settle(asked).await.or_requeue()?;
            return Ok(None);
        }
        if application.held {
            self.rest(asked).await.or_requeue()?;
            return Ok(None);
        }
        let form = opened(&self.settings.data_keys, &application, &form_sealed)
            .or_dead_letter("the form of the application cannot be used")?;
        let opening = opening
            .filter(|(opening, _)| opening.subject.is_enterprise())
            .map(|(opening, sealed)| opened(&self.settings.data_keys, &opening, &sealed))
            .transpose()
            .or_dead_letter("the form of the user's opening cannot be used")?;
        Ok(Some(Due {
            application,
            form,
            materials,
            opening,
        }))
    }
}
