//! Refuses forms whose signed text could be read as another form.
//!
//! The rules, for a form whose required fields are all there:
//! 1. no value contains `&` + a known name + `=`, so known fields begin where they seem to begin;
//! 2. only URLs contain `&`, and only after their first `?`, where it is part of the query;
//! 3. an unknown field may not sort directly behind a URL that has a query: it could as well be
//!    the end of that query. (`&shop=1` in the query is read as query, always.)
//!
//! Between two neighbouring known fields the text can then be divided in one way only; the
//! property test beside this file tries every other division.

use super::SIGN;

/// Which names a form may have, as its reader knows them.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Every field of the contract.
    pub known: &'a [&'a str],
    /// Those of them whose values are URLs.
    pub urls: &'a [&'a str],
}

/// A form that could be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value of a field could be read as another field")]
pub struct Ambiguous {
    /// The known field where it happens; `None` for unknown fields.
    pub field: Option<String>,
}

impl Names<'_> {
    fn is_known(&self, name: &str) -> bool {
        self.known.contains(&name)
    }

    fn is_url(&self, name: &str) -> bool {
        self.urls.contains(&name)
    }

    fn refuse(&self, name: &str) -> Ambiguous {
        Ambiguous {
            field: self.is_known(name).then(|| name.to_owned()),
        }
    }
}

/// Holds when no other acceptable form has the same signed text.
pub fn check_unambiguous<N: AsRef<str>, V: AsRef<str>>(
    fields: &[(N, V)],
    names: Names<'_>,
) -> Result<(), Ambiguous> {
    let mut sorted: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        // `sign` is not in the text, so it separates nothing there.
        .filter(|(name, value)| *name != SIGN && !value.is_empty())
        .collect();
    sorted.sort_unstable();
    let mut behind_query = None;
    for (name, value) in sorted {
        if !value_is_plain(name, value, names) {
            return Err(names.refuse(name));
        }
        if names.is_known(name) {
            behind_query = (names.is_url(name) && value.contains('?')).then_some(name);
        } else if let Some(url) = behind_query {
            return Err(names.refuse(url));
        }
    }
    Ok(())
}

fn value_is_plain(name: &str, value: &str, names: Names<'_>) -> bool {
    let Some((head, rest)) = value.split_once('&') else {
        return true;
    };
    if !names.is_url(name) || !head.contains('?') {
        return false;
    }
    rest.split('&')
        .filter_map(|part| part.split_once('='))
        .all(|(inner, _)| !names.is_known(inner))
}
