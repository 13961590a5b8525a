//! The user: opens the page, reads it, types the password, and is sent back to the shop.

use anyhow::{Context as _, Result, ensure};
use sandbox::user::{Choice, Page, UserAgent};
use url::Url;

use super::screen::Screen;
use super::stage::Stage;
use crate::tenant;

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
pub(super) async fn withdraw(screen: &Screen, stage: &Stage, money: &str) -> Result<Asked> {
    let shop = &stage.shop;
    let form = shop.signed_form(money).await?;
    screen.step(&format!(
        "The shop signs a form for {money} yuan; the user's browser posts it"
    ));
    let mut user = UserAgent::new()?;
    let page = user.open(shop.withdraw_url(), &form).await?;
    let offer = Offer::read(&page, money)?;
    screen.step(&format!(
        "Our page shows {money} yuan, fee {}, arriving {}, to the card ending in {}",
        offer.fee,
        offer.arrival,
        tenant::CARD_TAIL
    ));
    let back = user
        .decide(&page, &Choice::confirm(tenant::PASSWORD))
        .await?;
    screen.step("The user types the password and confirms");
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
        "Back at the shop: code {code} (accepted), order {order_id}; our signature holds"
    ));
    Ok(Asked { order_id, offer })
}

fn query(url: &Url, name: &str) -> Result<String> {
    let found = url.query_pairs().find(|(found, _)| found == name);
    let (_, value) = found.with_context(|| format!("no {name} in the answer to the shop"))?;
    Ok(value.into_owned())
}

impl Offer {
    /// Reads what a person would: the text of the page.
    fn read(page: &Page, money: &str) -> Result<Self> {
        let text = page.text();
        ensure!(
            page.status == 200,
            "the page has status {}: {text}",
            page.status
        );
        ensure!(
            text.contains(money),
            "the page does not show {money}: {text}"
        );
        ensure!(
            text.contains(tenant::CARD_TAIL),
            "the page does not show the card: {text}"
        );
        let after = |label: &str| {
            amount_after(&text, label).with_context(|| format!("no {label} on the page: {text}"))
        };
        Ok(Self {
            fee: after("手续费")?,
            arrival: after("到账")?,
        })
    }
}

/// The first amount of money behind a label.
fn amount_after(text: &str, label: &str) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    rest.split(|c| !is_part(c))
        .find(|part| {
            part.split_once('.')
                .is_some_and(|(_, decimals)| decimals.len() == 2)
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_found_behind_their_labels() {
        let text = "提现金额 ¥100.00 手续费 ¥1.05 实际到账 ¥98.95 尾号 6378";
        assert_eq!(amount_after(text, "手续费").as_deref(), Some("1.05"));
        assert_eq!(amount_after(text, "到账").as_deref(), Some("98.95"));
        assert_eq!(amount_after(text, "余额"), None);
    }
}
