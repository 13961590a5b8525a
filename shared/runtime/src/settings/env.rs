//! The environment as a map that remembers what was asked, and everything that was wrong.
//!
//! An empty variable counts as one that is not set: that is what a blank line in a ConfigMap means.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::ops::RangeInclusive;

use super::FromEnv;

/// Variables, what was read of them, and what was wrong.
#[derive(Default)]
pub struct Env {
    values: BTreeMap<String, String>,
    read: BTreeMap<&'static str, Shown>,
    accepted: BTreeSet<String>,
    errors: Vec<String>,
}

/// How a value that was read is printed: redacted if secret.
enum Shown {
    Given(String),
    Default(String),
    Absent,
}

impl Env {
    /// From any map: what tests use.
    pub fn new<K, V>(values: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            values,
            ..Self::default()
        }
    }

    /// From the environment of this process; variables that are not UTF-8 are not ours.
    pub fn of_process() -> Self {
        Self::new(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// A value without which the service cannot run.
    pub fn required<T: FromEnv>(&mut self, name: &'static str) -> Option<T> {
        let value = self.lookup(name)?;
        if value.is_none() {
            self.errors
                .push(format!("{name} is not set; it must be {}", T::expected()));
        }
        value
    }

    /// A value with a default.
    pub fn or<T: FromEnv>(&mut self, name: &'static str, default: T) -> Option<T> {
        let value = self.lookup(name)?;
        if value.is_none() {
            self.read.insert(name, Shown::Default(default.show()));
        }
        Some(value.unwrap_or(default))
    }

    /// A value with a default and bounds, both included.
    pub fn or_in<T: FromEnv + PartialOrd>(
        &mut self,
        name: &'static str,
        default: T,
        bounds: RangeInclusive<T>,
    ) -> Option<T> {
        let value = self.or(name, default)?;
        if bounds.contains(&value) {
            return Some(value);
        }
        self.errors.push(format!(
            "{name} must be between {} and {}",
            bounds.start().show(),
            bounds.end().show()
        ));
        None
    }

    /// A value that may be left out: `Some(None)` then, and `None` only when it was wrong.
    pub fn optional<T: FromEnv>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.lookup(name)
    }

    /// Says that a value, although well formed, cannot be used: `problem` is "must …".
    pub fn refuse<T>(&mut self, name: &'static str, problem: &str) -> Option<T> {
        self.errors.push(format!("{name} {problem}"));
        None
    }

    /// Everything that was wrong, in the order in which it was asked for.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// Every variable that was asked for; a secret is named without its `_FILE` form.
    pub fn names_read(&self) -> Vec<&'static str> {
        self.read.keys().copied().collect()
    }

    /// Variables that are set and that nobody asked for.
    pub fn unread(&self) -> Vec<&str> {
        self.values
            .keys()
            .map(String::as_str)
            .filter(|name| !self.accepted.contains(*name))
            .collect()
    }

    /// What was read, one `NAME=value` a line, secrets as `***`, defaults marked.
    pub fn redacted(&self) -> String {
        let mut text = String::new();
        for (name, shown) in &self.read {
            let line = match shown {
                Shown::Given(value) => writeln!(text, "{name}={value}"),
                Shown::Default(value) => writeln!(text, "{name}={value}  # default"),
                Shown::Absent => writeln!(text, "{name}=  # not set"),
            };
            line.expect("writing to a String does not fail");
        }
        text
    }

    /// `Some(None)` when absent, `None` when wrong.
    fn lookup<T: FromEnv>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.accepted.insert(name.to_owned());
        self.read.insert(name, Shown::Absent);
        let text = match self.text::<T>(name) {
            Ok(Some(text)) => text,
            Ok(None) => return Some(None),
            Err(problem) => return self.refuse(name, &problem),
        };
        match T::from_env(&text) {
            Some(value) => {
                self.read.insert(name, Shown::Given(value.show()));
                Some(Some(value))
            }
            None => self.refuse(name, &format!("must be {}", T::expected())),
        }
    }

    fn text<T: FromEnv>(&mut self, name: &str) -> Result<Option<String>, String> {
        let given = self.values.get(name).filter(|text| !text.is_empty());
        if !T::MAY_BE_A_FILE {
            return Ok(given.cloned());
        }
        let file_name = format!("{name}_FILE");
        let path = self.values.get(&file_name).filter(|text| !text.is_empty());
        self.accepted.insert(file_name);
        match (given, path) {
            (Some(_), Some(_)) => Err(format!("and {name}_FILE are both set; one is enough")),
            (Some(text), None) => Ok(Some(text.clone())),
            (None, Some(path)) => std::fs::read_to_string(path)
                .map(|text| Some(text.trim_end_matches(['\n', '\r']).to_owned()))
                .map_err(|error| format!("_FILE names a file that cannot be read: {error}")),
            (None, None) => Ok(None),
        }
    }
}

/// Shows names only: a value may be a secret that was not read as one.
impl fmt::Debug for Env {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}
