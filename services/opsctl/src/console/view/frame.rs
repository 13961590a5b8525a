//! What is around every page: head, sections, and who is signed in.

/// The part of a page that all pages share; `base.html` shows it.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) icon: String,
    /// `None` only where nobody is signed in; then there is no way to anywhere else.
    pub(crate) who: Option<Who>,
    pub(crate) at: Section,
}

/// Who looks at the page.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    /// For the form that signs out, and for every other form of this session.
    pub(crate) csrf: String,
}

/// What the console is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    DeadLetters,
    Replays,
    Withdrawals,
    Partners,
    Cases,
    Audit,
}

impl Section {
    pub(crate) const ALL: [Self; 7] = [
        Self::Overview,
        Self::DeadLetters,
        Self::Replays,
        Self::Withdrawals,
        Self::Partners,
        Self::Cases,
        Self::Audit,
    ];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::DeadLetters => "/dead-letters",
            Self::Replays => "/replays",
            Self::Withdrawals => "/withdrawals",
            Self::Partners => "/partners",
            Self::Cases => "/cases",
            Self::Audit => "/audit",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::DeadLetters => "Dead letters",
            Self::Replays => "Replays",
            Self::Withdrawals => "Withdrawals",
            Self::Partners => "Partners",
            Self::Cases => "Cases",
            Self::Audit => "Audit",
        }
    }
}

impl Frame {
    pub(crate) fn sections(&self) -> [Section; 7] {
        Section::ALL
    }

    pub(crate) fn is_at(&self, section: &Section) -> bool {
        self.at == *section
    }
}
