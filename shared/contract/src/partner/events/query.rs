//! The query of `GET /v1/events`: `after` and `limit`, both optional.

use std::borrow::Cow;

use super::Cursor;
use crate::ids::PartnerId;
use crate::partner::field_problem::{BodyError, FieldProblem};
use crate::partner::json::repeatable;
use crate::partner::rule::{FieldError, Rule, UNKNOWN_FIELD};

/// Events in a page unless the question says otherwise.
pub const DEFAULT_LIMIT: u16 = 100;

/// Events in a page at most: some 150 KB.
pub const MAX_LIMIT: u16 = 200;

/// Names that are not in the contract and are complained about.
const MOST_UNKNOWN: usize = 20;

/// From where, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventsQuery {
    /// Only what is newer; from the first event if the question does not say.
    pub after: Cursor,
    /// 1 to [`MAX_LIMIT`].
    pub limit: u16,
}

impl EventsQuery {
    /// Reads the part of the path behind `?`, or says everything that is wrong with it. An empty
    /// value is the same as none.
    pub fn parse(query: &str, partner: &PartnerId) -> Result<Self, BodyError> {
        let mut after = None;
        let mut limit = None;
        let mut problems = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match name.as_ref() {
                "after" => &mut after,
                "limit" => &mut limit,
                _ => {
                    problems.push(unknown(&name));
                    continue;
                }
            };
            let field = if name == "after" { "after" } else { "limit" };
            if slot.replace(value).is_some() {
                problems.push(problem(field, Rule::Once));
            }
        }
        problems.truncate(MOST_UNKNOWN);
        let after =
            given(after).map_or(Some(Cursor::BEGINNING), |text| Cursor::read(&text, partner));
        let limit = given(limit).map_or(Some(DEFAULT_LIMIT), |text| read_limit(&text));
        if after.is_none() {
            problems.push(problem("after", Rule::Cursor));
        }
        if limit.is_none() {
            problems.push(problem("limit", Rule::Between(1, MAX_LIMIT)));
        }
        match (after, limit) {
            (Some(after), Some(limit)) if problems.is_empty() => Ok(Self { after, limit }),
            (Some(_) | None, Some(_) | None) => Err(BodyError::Fields(problems)),
        }
    }
}

fn given(value: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    value.filter(|value| !value.is_empty())
}

/// Digits alone: `+5` and ` 5` are what somebody did not mean to send.
fn read_limit(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|_| digits && text.len() <= 3)?;
    (1..=MAX_LIMIT).contains(&limit).then_some(limit)
}

fn unknown(name: &str) -> FieldProblem {
    FieldProblem {
        field: repeatable(name).to_owned(),
        ..problem(UNKNOWN_FIELD, Rule::Unknown)
    }
}

fn problem(field: &'static str, rule: Rule) -> FieldProblem {
    FieldError { field, rule }.into()
}
