//! What a page offers a user: its forms and their fields.

use scraper::{ElementRef, Html, Selector};
use url::Url;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// The whole text.
    pub html: String,
    /// Its forms, in order.
    pub forms: Vec<Form>,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it goes, resolved.
    pub action: Url,
    /// `get` or `post`.
    pub method: String,
    /// What would be sent as the page stands: hidden, text, and checked fields.
    pub fields: Vec<(String, String)>,
    /// Every value of each radio, checked or not.
    pub radios: Vec<(String, String)>,
    /// Names of fields to type into.
    pub inputs: Vec<String>,
    /// The buttons that send it.
    pub submits: Vec<Submit>,
}

/// A button that sends its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Empty for a button without a name, which sends nothing of its own.
    pub name: String,
    /// What it sends.
    pub value: String,
}

impl Page {
    pub(crate) fn read(url: Url, status: u16, html: String) -> Self {
        let document = Html::parse_document(&html);
        let forms = document
            .select(&css("form"))
            .map(|form| read_form(&url, form))
            .collect();
        Self {
            url,
            status,
            html,
            forms,
        }
    }

    /// The form with a button named `action` of this value.
    #[must_use]
    pub fn form_for(&self, action: &str) -> Option<&Form> {
        self.forms.iter().find(|form| {
            form.submits
                .iter()
                .any(|submit| submit.name == "action" && submit.value == action)
        })
    }

    /// Where the link with this id leads.
    #[must_use]
    pub fn link(&self, id: &str) -> Option<Url> {
        let document = Html::parse_document(&self.html);
        let selector = css("a[href]");
        let mut links = document.select(&selector);
        let link = links.find(|link| link.value().attr("id") == Some(id))?;
        self.url.join(link.value().attr("href")?).ok()
    }

    /// What a person would read, white space joined.
    #[must_use]
    pub fn text(&self) -> String {
        let document = Html::parse_document(&self.html);
        let body = document.select(&css("body")).next();
        let words = body.into_iter().flat_map(|body| body.text());
        words
            .flat_map(str::split_whitespace)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Form {
    /// The same form with this field typed into or chosen.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The value of a field as it stands.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

fn read_form(page: &Url, form: ElementRef<'_>) -> Form {
    let attribute = |element: ElementRef<'_>, name: &str| {
        element.value().attr(name).unwrap_or_default().to_owned()
    };
    let mut read = Form {
        action: page
            .join(&attribute(form, "action"))
            .unwrap_or_else(|_| page.clone()),
        method: attribute(form, "method").to_ascii_lowercase(),
        fields: Vec::new(),
        radios: Vec::new(),
        inputs: Vec::new(),
        submits: Vec::new(),
    };
    for element in form.select(&css("input, button")) {
        let kind = attribute(element, "type").to_ascii_lowercase();
        let (name, value) = (attribute(element, "name"), attribute(element, "value"));
        let checked = element.value().attr("checked").is_some();
        let is_button = element.value().name() == "button";
        if kind == "submit" || is_button && kind.is_empty() {
            read.submits.push(Submit { name, value });
            continue;
        }
        if name.is_empty() || element.value().attr("disabled").is_some() || is_button {
            continue;
        }
        match kind.as_str() {
            "radio" => {
                read.radios.push((name.clone(), value.clone()));
                if checked {
                    read.fields.push((name, value));
                }
            }
            "checkbox" if !checked => {}
            "hidden" | "checkbox" => read.fields.push((name, value)),
            _ => {
                read.inputs.push(name.clone());
                read.fields.push((name, value));
            }
        }
    }
    read
}

fn css(selector: &'static str) -> Selector {
    Selector::parse(selector).expect("the selectors in this file are valid CSS")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = r#"<body><h1>提现</h1><form method="POST" action="confirm?x=1">
        <input type="hidden" name="csrf" value="a&amp;b">
        <input type="radio" name="cash_type" value="D0"><input type=radio name=cash_type value=T1
        checked><input type="password" name="password"><input type="checkbox" name="no" value="1">
        <button name="action" value="confirm">确认</button></form><a id="back" href="/w/1/back?a=1&amp;b=2">
        x</a><form method="post"><button type="submit" name="action" value="cancel">x</button></form>"#;

    fn page() -> Page {
        Page::read(
            "http://127.0.0.1/w/1".parse().unwrap(),
            200,
            HTML.to_owned(),
        )
    }

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let page = page();
        let form = page.form_for("confirm").unwrap();
        assert_eq!(
            (form.method.as_str(), form.action.as_str()),
            ("post", "http://127.0.0.1/w/confirm?x=1")
        );
        let fields = [("csrf", "a&b"), ("cash_type", "T1"), ("password", "")];
        assert_eq!(
            form.fields,
            fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(form.radios.len(), 2);
        assert_eq!(form.inputs, ["password"]);
    }

    #[test]
    fn a_form_without_an_action_goes_to_its_page() {
        let page = page();
        assert_eq!(page.form_for("cancel").unwrap().action, page.url);
        assert!(page.form_for("pay").is_none());
        let back = page.link("back").unwrap();
        assert_eq!(back.as_str(), "http://127.0.0.1/w/1/back?a=1&b=2");
        assert_eq!(page.link("forth"), None);
        assert!(page.text().starts_with("提现"));
    }
}
