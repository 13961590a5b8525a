//! Huifu's own book, read over the sandbox's door for admins: the truth about what was paid.

use anyhow::{Context as _, Result};
use reqwest::Client;
use sandbox::Fen;
use sandbox::huifu::{BookSnapshot, Payment};
use serde_json::json;

use super::SOON;
use crate::eventually::try_eventually;
use crate::process::prober;

pub(super) struct Huifu {
    base: String,
    client: Client,
}

impl Huifu {
    pub(super) fn at(base: &str) -> Result<Self> {
        Ok(Self {
            base: base.to_owned(),
            client: prober()?,
        })
    }

    pub(super) async fn book(&self) -> Result<BookSnapshot> {
        let url = format!("{}/admin/book", self.base);
        let answer = self.client.get(url).send().await?.error_for_status()?;
        serde_json::from_slice(&answer.bytes().await?).context("the book cannot be read")
    }

    /// Money comes in, in yuan, and lies there since yesterday.
    pub(super) async fn fund(&self, huifu_id: &str, balance: &str) -> Result<()> {
        let account = json!({
            "huifu_id": huifu_id, "balance": balance, "balance_yesterday": balance,
        });
        let request = self.client.post(format!("{}/admin/accounts", self.base));
        let request = request.header("content-type", "application/json");
        let answer = request.body(account.to_string()).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// Waits until the book has a payment of this amount of which `seen` makes something.
    pub(super) async fn wait<T>(
        &self,
        amount: &str,
        what: &str,
        seen: impl Fn(&Payment) -> Option<T>,
    ) -> Result<T> {
        let amount: Fen = amount.parse()?;
        try_eventually(SOON, what, async || {
            let book = self.book().await?;
            let payment = book.payments.iter().find(|one| one.cash_amt == amount);
            let payment = payment.context("Huifu has no payment of this amount")?;
            seen(payment).with_context(|| format!("{payment:?}"))
        })
        .await
    }
}
