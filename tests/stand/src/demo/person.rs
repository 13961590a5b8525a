//! The user: opens the page, reads it, types the password, and is sent back to the shop.

use anyhow::{Context as _, Result, bail, ensure};
use sandbox::user::{Choice, Page, UserAgent};
use url::Url;

use super::screen::Screen;
use super::stage::Stage;
use super::{first_password, opened};
use crate::{forms, tenant};

/// What came of the user's part.
pub(super) struct Asked {
    pub(super) order_id: String,
    /// What the page promised.
    pub(super) offer: Offer,
}

/// What the page says a withdrawal costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) fee: String,
    pub(super) arrival: String,
}

/// From the shop's button to the shop's page of thanks.
pub(super) async fn withdraw(screen: &mut Screen, stage: &Stage, money: &str) -> Result<Asked> {
    let shop = &stage.shop;
    let form = shop.signed_form(money).await?;
    screen.step(&format!(
        "The shop signs a form for {money} yuan; the user's browser posts it"
    ));
    let mut user = UserAgent::new()?;
    let mut page = user.open(shop.withdraw_url(), &form).await?;
    if let Some(link) = page.link("set-password") {
        page = first_password::set(screen, stage, &mut user, &link).await?;
    }
    let offer = Offer::read(&page, money)?;
    screen.step(&format!(
        "Our page shows {money} yuan, fee {}, arriving {}, to the card ending in {}",
        offer.fee,
        offer.arrival,
        forms::tail(opened::SUBJECT)
    ));
    let result = user
        .decide(&page, &Choice::confirm(tenant::PASSWORD))
        .await?;
    let result = user.get(&result).await?;
    let told = result.text();
    ensure!(
        told.contains("提现已受理") && told.contains(&offer.arrival),
        "the page does not say that it was accepted: {told}"
    );
    screen.step(
        "The user types the password and confirms; the page says: accepted, and what comes next",
    );
    let back = user.go_back(&result).await?;
    let shown = user.get(&back).await?;
    let (code, order_id) = (query(&back, "code")?, query(&back, "order_id")?);
    ensure!(
        code == "0000"
            && shown.text().contains("有效 valid")
            && !shown.html.contains("class=\"bad\""),
        "the shop does not trust what the user came back with: {}",
        shown.text()
    );
    screen.step(&format!(
        "The user goes back to the shop: code {code} (accepted), order {order_id}; our signature holds"
    ));
    Ok(Asked { order_id, offer })
}

fn query(url: &Url, name: &str) -> Result<String> {
    let found = url.query_pairs().find(|(found, _)| found == name);
    let (_, value) = found.with_context(|| format!("no {name} in the answer to the shop"))?;
    Ok(value.into_owned())
}

impl Offer {
    /// Reads the choice that the page has preselected.
    fn read(page: &Page, money: &str) -> Result<Self> {
        let text = page.text();
        ensure!(
            page.status == 200,
            "the page has status {}: {text}",
            page.status
        );
        for expected in [money, forms::tail(opened::SUBJECT)] {
            ensure!(
                text.contains(expected),
                "the page does not show {expected}: {text}"
            );
        }
        let chosen = preselected(&page.html).context("the page has preselected nothing")?;
        let [fee, arrival] = amounts(chosen)[..] else {
            bail!("not a fee and an arriving amount in {chosen}");
        };
        Ok(Self {
            fee: fee.to_owned(),
            arrival: arrival.to_owned(),
        })
    }
}

/// The label of the checked choice.
fn preselected(html: &str) -> Option<&str> {
    let (_, after) = html.split_once(" checked>")?;
    after.split_once("</label>").map(|(label, _)| label)
}

/// Every amount behind a ¥ in a text: what the balance leaves open is told in words, without one.
fn amounts(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let behind = text.split('¥').skip(1);
    behind
        .map(|text| text.split(|c| !is_part(c)).next().unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preselected_choice_is_read_and_no_other() {
        let html = r#"<p>¥100.00</p><label><input type="radio" value="D0">当日 手续费 ¥2.00</label>
            <label><input type="radio" value="T1" checked> <b>T+1</b> 手续费 ¥1.05
            可提现 1,000.00 元 实际到账 ¥98.95</label><p>¥7.00</p>"#;
        assert_eq!(amounts(preselected(html).unwrap()), ["1.05", "98.95"]);
        assert_eq!(preselected("<label></label>"), None);
    }
}
