//! What a user does on a page, and what a user reads there.

use anyhow::{Context as _, Result};
use thirtyfour::{By, WebElement};

use crate::browser::Browser;
use crate::look::{PATIENCE, Page};

impl Browser {
    /// Goes to an address, as if it were typed in.
    pub async fn go(&self, url: &str) -> Result<()> {
        Ok(self.driver.goto(url).await?)
    }

    /// The one element that a CSS selector names.
    pub async fn find(&self, selector: &str) -> Result<WebElement> {
        let found = self.driver.find(By::Css(selector)).await;
        found.with_context(|| format!("the page has no {selector}"))
    }

    /// Whether there is such an element.
    pub async fn has(&self, selector: &str) -> Result<bool> {
        Ok(!self.driver.find_all(By::Css(selector)).await?.is_empty())
    }

    /// The one element that a CSS selector names, once it is where typing goes: a page is complete
    /// before the browser moves the focus to where the page wants it, a frame or more later under
    /// load. `:focus` would not do: it wants the window to be in front too, which none is here.
    pub async fn focused(&self, selector: &str) -> Result<WebElement> {
        let what = format!("{selector} to have the focus");
        stand::try_eventually(PATIENCE, &what, async || {
            let has = "return document.activeElement.matches(arguments[0])";
            let told = self.driver.execute(has, [selector.into()]).await;
            told.is_ok_and(|told| told.convert::<bool>().unwrap_or(false))
        })
        .await?;
        self.find(selector).await
    }

    /// What stands in such an element, as a reader sees it.
    pub async fn text(&self, selector: &str) -> Result<String> {
        Ok(self.find(selector).await?.text().await?)
    }

    /// Presses a button or a link, and waits for the page that it leads to.
    pub async fn follow(&self, selector: &str) -> Result<()> {
        self.leave_by(selector, self.press(selector)).await
    }

    /// Does something, and waits for the page that it leads to, which may be the same one again. A
    /// driver may answer before the browser has begun to leave.
    pub async fn leave_by(&self, what: &str, act: impl Future<Output = Result<()>>) -> Result<()> {
        let left = self.find("html").await?;
        act.await?;
        let leads = format!("{what} to lead to a page");
        stand::try_eventually(PATIENCE, &leads, async || left.tag_name().await.is_err()).await?;
        self.read(what).await.map(drop)
    }

    /// Presses what leads to no other page.
    pub async fn press(&self, selector: &str) -> Result<()> {
        let element = self.find(selector).await?;
        element.scroll_into_view().await?;
        let pressed = element.click().await;
        pressed.with_context(|| format!("{selector} cannot be pressed"))
    }

    /// Types instead of what stood there.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.find(selector).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Picks an entry of a list.
    pub async fn pick(&self, list: &str, value: &str) -> Result<()> {
        self.press(&format!("{list} option[value='{value}']")).await
    }

    /// From the shop's first page to our page, as a user of the shop goes: the amount is typed,
    /// and the arrival and the language are picked there if they are not empty.
    pub async fn ask_at(&self, shop: &str, yuan: &str, cash_type: &str, lang: &str) -> Result<()> {
        self.go(shop).await?;
        self.type_into("#money", yuan).await?;
        self.pick("#cash_type", cash_type).await?;
        self.pick("#lang", lang).await?;
        self.follow("form button").await?;
        self.follow("form button").await
    }

    /// Opens our page as [`Browser::ask_at`] does; answers what stands there.
    pub async fn ask(&self, shop: &str, yuan: &str) -> Result<Page> {
        self.ask_at(shop, yuan, "", "").await?;
        self.read("our page").await
    }

    /// Types the password and confirms.
    pub async fn confirm(&self, password: &str) -> Result<()> {
        self.type_into("#password", password).await?;
        self.follow("button[value=confirm]").await
    }
}
