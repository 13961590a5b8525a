//! What an endpoint says of itself to partners: Chinese first, English second.

use serde_json::Value;

/// A sentence in both languages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bilingual {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

impl Bilingual {
    pub(crate) const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// In one line, for titles.
    pub(crate) fn line(self) -> String {
        format!("{} / {}", self.zh, self.en)
    }

    /// In two paragraphs.
    pub(crate) fn paragraphs(self) -> String {
        format!("{}\n\n{}", self.zh, self.en)
    }
}

/// An endpoint as partners read it. Codes, bounds and the schema of the answer are taken from the
/// endpoint itself.
pub(crate) struct Described {
    /// A name for generated clients, in camel case; never changed.
    pub(crate) id: &'static str,
    /// One of the tags in `info.rs`.
    pub(crate) tag: &'static str,
    pub(crate) summary: Bilingual,
    pub(crate) description: Bilingual,
    /// What stands in its path and its query, as parameter objects of OpenAPI.
    pub(crate) parameters: Vec<Value>,
    /// The schema of the body, if it reads one.
    pub(crate) body: Option<Value>,
    /// At least one; each is held against the schemas and our own parser by a test.
    pub(crate) examples: Vec<Example>,
}

/// A call that could be, and its answer. Without a body to read, the body is null.
pub(crate) struct Example {
    /// A name in snake case.
    pub(crate) name: &'static str,
    pub(crate) summary: Bilingual,
    pub(crate) body: Value,
    pub(crate) answer: Value,
}
