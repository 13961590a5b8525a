//! What is around every page: head, brand, and the way to the other language.

use contract::withdrawal::Language;

use crate::front::Front;
use crate::words::{self, Words};

/// The part of a page that all pages share; `base.html` shows it.
pub(crate) struct Frame {
    pub(crate) words: &'static Words,
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    /// Where the user may choose.
    pub(crate) other: Option<OtherLanguage>,
}

/// The language in which the page is not.
pub(crate) struct OtherLanguage {
    pub(crate) lang: &'static str,
    /// In its own words.
    pub(crate) name: &'static str,
}

impl Frame {
    /// Around a page in this language.
    pub(crate) fn new(front: &Front, language: Language) -> Self {
        Self {
            words: words::in_language(language),
            style: front.assets.style_path.clone(),
            script: front.assets.script_path.clone(),
            icon: front.assets.icon_path.clone(),
            other: None,
        }
    }

    /// With the way to the same page in the other language.
    pub(crate) fn with_choice(self) -> Self {
        let other = match self.words.language {
            Language::Chinese => (Language::English, "English"),
            Language::English => (Language::Chinese, "中文"),
        };
        Self {
            other: Some(OtherLanguage {
                lang: other.0.as_str(),
                name: other.1,
            }),
            ..self
        }
    }
}
