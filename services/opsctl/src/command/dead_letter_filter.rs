//! Which dead letters are meant, as the command line says it.

use clap::{Args, ValueEnum};
use contract::money::Fen;
use contract::withdrawal::State;
use jiff::Timestamp;
use store::dead_letters::{DeadLetterState, Filter};

use crate::beijing;
use crate::exit::WrongUsage;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    Open,
    Replayed,
    Discarded,
    Archived,
    All,
}

impl Which {
    pub(crate) fn state(self) -> Option<DeadLetterState> {
        match self {
            Self::Open => Some(DeadLetterState::Open),
            Self::Replayed => Some(DeadLetterState::Replayed),
            Self::Discarded => Some(DeadLetterState::Discarded),
            Self::Archived => Some(DeadLetterState::Archived),
            Self::All => None,
        }
    }
}

/// What is not said excludes nothing.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// Only those of this partner
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// Only notices to this host
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Only those of this class: timeout, status, connect, …
    #[arg(long, value_name = "WORD")]
    class: Option<String>,
    /// Only those that this service gave up
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Only those from this queue
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// Only those whose reason contains this
    #[arg(long, value_name = "TEXT")]
    reason_contains: Option<String>,
    /// Only those that failed last at this time or later: a time, or how long ago, as 2h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only those that failed last before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only those about a withdrawal of this amount or more, in yuan
    #[arg(long, value_name = "YUAN")]
    amount_from: Option<Fen>,
    /// Only those about a withdrawal of this amount or less, in yuan
    #[arg(long, value_name = "YUAN")]
    amount_to: Option<Fen>,
    /// Only those whose withdrawal stands there: paid, failed, unconfirmed, …
    #[arg(long, value_name = "STATE")]
    withdrawal_state: Option<String>,
}

impl FilterArgs {
    /// Whether it excludes anything.
    pub(crate) fn says_something(&self) -> bool {
        let texts = [
            &self.partner,
            &self.host,
            &self.class,
            &self.service,
            &self.queue,
            &self.reason_contains,
            &self.since,
            &self.until,
            &self.withdrawal_state,
        ];
        texts.iter().any(|text| text.is_some())
            || self.amount_from.is_some()
            || self.amount_to.is_some()
    }

    /// The filter, with times that are counted back from `now`.
    pub(crate) fn filter(&self, now: Timestamp) -> Result<Filter, WrongUsage> {
        let time = |text: &Option<String>| {
            text.as_deref()
                .map(|text| beijing::moment(now, text))
                .transpose()
        };
        let withdrawal_state = self.withdrawal_state.as_deref().map(|name| {
            let known = State::ALL.map(State::as_str).join(", ");
            State::from_name(name)
                .ok_or_else(|| WrongUsage(format!("a withdrawal is one of: {known}")))
        });
        Ok(Filter {
            state: None,
            partner: self.partner.clone(),
            host: self.host.clone(),
            class: self.class.clone(),
            service: self.service.clone(),
            queue: self.queue.clone(),
            reason: self.reason_contains.clone(),
            since: time(&self.since)?,
            until: time(&self.until)?,
            amount_from: self.amount_from,
            amount_to: self.amount_to,
            withdrawal_state: withdrawal_state.transpose()?,
            ids: None,
        })
    }
}
