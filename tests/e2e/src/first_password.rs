//! A user who was opened by an application sets the first password, with a code that goes to the
//! mobile of its form.

use anyhow::{Context as _, Result, ensure};
use contract::ids::WithdrawalId;
use sandbox::user::{Choice, Page, UserAgent};

use crate::onboard::{Applicant, as_applicant};
use crate::scene::{Scene, order_id};

/// A new password is six digits, which may stand by chance in any log; so no audit looks for it.
const PASSWORD: &str = "806142";

impl Scene {
    /// From the partner's button over the first password to the accepted withdrawal, all on one
    /// page's address; answers the withdrawal and the mobile that was written to.
    pub async fn sets_first_password(
        &self,
        applicant: &Applicant,
        money: &str,
    ) -> Result<(WithdrawalId, String)> {
        let mut user = UserAgent::new()?;
        let form = self.partner.signed_form(&as_applicant(applicant, money));
        let page = user.open(&self.partner.withdraw_url(), &form).await?;
        let link = page.link("set-password").context("no way to a password")?;
        let asking = user.get(&link).await?;
        let typing = press(&mut user, &asking, "send", &[]).await?;
        let message = self.sms.newest().context("no SMS came")?.request;
        let typed = [
            ("code", message.code.as_str()),
            ("new_password", PASSWORD),
            ("repeat", PASSWORD),
        ];
        let page = press(&mut user, &typing, "set", &typed).await?;
        ensure!(page.url.path() == link.path().trim_end_matches("/password"));
        let back = user.finish(&page, &Choice::confirm(PASSWORD)).await?;
        Ok((order_id(&back)?, message.mobile))
    }
}

async fn press(
    user: &mut UserAgent,
    page: &Page,
    action: &'static str,
    typed: &[(&str, &str)],
) -> Result<Page> {
    let form = page.form_for(action);
    let form = form.with_context(|| format!("no {action} on: {}", page.text()))?;
    let mut form = form.clone().with("action", action);
    for (name, value) in typed {
        form = form.with(name, value);
    }
    let location = user.submit(form).await?;
    Ok(user.get(&location).await?)
}
