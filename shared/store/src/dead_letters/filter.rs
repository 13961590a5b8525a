//! Which dead letters are meant: the one filter that lists, groups, decisions and replay jobs use.

use contract::money::Fen;
use contract::withdrawal::State;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use super::DeadLetterState;

/// The predicate of a [`Filter`] on a row of `dead_letters` that is called `letter`. It takes $1 to
/// $13; what a statement needs besides begins with $14.
macro_rules! letter_is_chosen {
    () => {
        "\
($1::text is null or letter.state = $1)
   and ($2::text is null or letter.partner_id = $2)
   and ($3::text is null or letter.host = $3)
   and ($4::text is null or letter.error_class = $4)
   and ($5::text is null or letter.service = $5)
   and ($6::text is null or letter.queue = $6)
   and ($7::text is null or position(lower($7) in lower(letter.reason)) > 0)
   and ($8::timestamptz is null or letter.last_failed_at >= $8)
   and ($9::timestamptz is null or letter.last_failed_at < $9)
   and ($10::bigint is null or letter.amount_fen >= $10)
   and ($11::bigint is null or letter.amount_fen <= $11)
   and ($12::text is null or exists (
           select from withdrawals
            where withdrawals.id = letter.correlation_id and withdrawals.state = $12))
   and ($13::bigint[] is null or letter.id = any ($13))"
    };
}
pub(crate) use letter_is_chosen;

/// Which dead letters are meant; what is `None` excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<DeadLetterState>,
    /// Whom they concern.
    pub partner: Option<String>,
    /// The host of the partner's address; only notices have one.
    pub host: Option<String>,
    /// Why, in a word.
    pub class: Option<String>,
    /// Who gave up.
    pub service: Option<String>,
    /// The queue they came from.
    pub queue: Option<String>,
    /// What their reason contains, in small letters or large.
    pub reason: Option<String>,
    /// They failed last at this time or later.
    pub since: Option<Timestamp>,
    /// They failed last before this time.
    pub until: Option<Timestamp>,
    /// The withdrawal's amount is this or more.
    pub amount_from: Option<Fen>,
    /// The withdrawal's amount is this or less.
    pub amount_to: Option<Fen>,
    /// Where the withdrawal stands.
    pub withdrawal_state: Option<State>,
    /// They are among these.
    pub ids: Option<Vec<i64>>,
}

/// The values of a [`Filter`], as its predicate wants them.
pub(crate) struct Chosen<'a> {
    filter: &'a Filter,
    state: Option<&'static str>,
    amount_from: Option<i64>,
    amount_to: Option<i64>,
    withdrawal_state: Option<&'static str>,
}

impl Filter {
    pub(crate) fn chosen(&self) -> Chosen<'_> {
        Chosen {
            filter: self,
            state: self.state.map(DeadLetterState::as_str),
            amount_from: self.amount_from.map(Fen::get),
            amount_to: self.amount_to.map(Fen::get),
            withdrawal_state: self.withdrawal_state.map(State::as_str),
        }
    }
}

impl Chosen<'_> {
    /// $1 to $13, then `further`.
    pub(crate) fn and<'b>(
        &'b self,
        further: &[&'b (dyn ToSql + Sync)],
    ) -> Vec<&'b (dyn ToSql + Sync)> {
        let filter = self.filter;
        let mut all: Vec<&(dyn ToSql + Sync)> = vec![
            &self.state,
            &filter.partner,
            &filter.host,
            &filter.class,
            &filter.service,
            &filter.queue,
            &filter.reason,
            &filter.since,
            &filter.until,
            &self.amount_from,
            &self.amount_to,
            &self.withdrawal_state,
            &filter.ids,
        ];
        all.extend_from_slice(further);
        all
    }
}
