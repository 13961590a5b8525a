//! What a request asks for: names with values, from a query, a form or a JSON object.
//!
//! They are read by the very definitions that read the command line, so the two cannot differ in
//! what they know, in what they refuse, or in what they take for granted. `amount_from` is
//! `--amount-from`. A name that the command does not have is refused, and so is one that is part of
//! the act (`yes`, `reason`, `ticket`) where nothing is done.

use clap::{Args, Command};
use serde_json::Value;

use super::refusal::Refusal;

/// More than any command has.
const MOST: usize = 2_000;

/// Names with values, in the order in which they came; those without a value are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// From the query of an address, or from a form.
    pub(crate) fn of_form(text: &[u8]) -> Result<Self, Refusal> {
        let pairs = form_urlencoded::parse(text).into_owned();
        Self::bounded(pairs.filter(|(_, value)| !value.trim().is_empty()))
    }

    /// From a JSON object of texts, numbers, booleans, and lists of them. An empty body is an empty
    /// object.
    pub(crate) fn of_json(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let wrong = || {
            Refusal::Malformed(
                "The body is a JSON object of texts, numbers, booleans and lists.".to_owned(),
            )
        };
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(wrong());
        };
        let mut pairs = Vec::new();
        for (name, value) in members {
            match value {
                Value::Null => {}
                Value::Array(values) => {
                    for value in values {
                        pairs.push((name.clone(), scalar(value).ok_or_else(wrong)?));
                    }
                }
                value => pairs.push((name, scalar(value).ok_or_else(wrong)?)),
            }
        }
        Self::bounded(pairs.into_iter())
    }

    fn bounded(pairs: impl Iterator<Item = (String, String)>) -> Result<Self, Refusal> {
        let pairs: Vec<_> = pairs.take(MOST + 1).collect();
        if pairs.len() > MOST {
            return Err(Refusal::Malformed(format!(
                "No more than {MOST} values at once."
            )));
        }
        Ok(Self(pairs))
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// With one more.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes every value of this name out.
    pub(crate) fn take(&mut self, name: &str) -> Vec<String> {
        let taken = self.0.extract_if(.., |(known, _)| known == name);
        taken.map(|(_, value)| value).collect()
    }

    /// Takes the numbers of this name out.
    pub(crate) fn take_numbers(&mut self, name: &str) -> Result<Vec<i64>, Refusal> {
        let numbers = self.take(name).into_iter().map(|text| {
            let number = text.trim().parse();
            number.map_err(|_| Refusal::Malformed(format!("{name} is one number or several.")))
        });
        numbers.collect()
    }

    /// Takes a yes or a no out; absent is no.
    pub(crate) fn take_flag(&mut self, name: &str) -> Result<bool, Refusal> {
        let given = self.take(name);
        given.last().map_or(Ok(false), |text| flag(name, text))
    }

    /// Refuses whatever is left, where nothing further can be said.
    pub(crate) fn must_be_empty(&self) -> Result<(), Refusal> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(unknown(name)),
        }
    }

    /// What is left, each once more: for a form that asks the same again.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// All of it, as the command line's definition `A` reads it.
    pub(crate) fn read<A: Args>(&self) -> Result<A, Refusal> {
        let command = A::augment_args(Command::new("console"))
            .no_binary_name(true)
            .disable_help_flag(true)
            .disable_version_flag(true);
        let mut words = Vec::new();
        // What stands alone on the command line, after all that has a name.
        let mut alone = Vec::new();
        for (name, value) in &self.0 {
            let long = name.replace('_', "-");
            let known = command
                .get_arguments()
                .find(|known| known.get_long() == Some(&long) || known.get_id() == name.as_str());
            let known = known.ok_or_else(|| unknown(name))?;
            if known.is_positional() {
                alone.push(value.clone());
            } else if known.get_action().takes_values() {
                words.push(format!("--{long}={value}"));
            } else if flag(name, value)? {
                words.push(format!("--{long}"));
            }
        }
        if !alone.is_empty() {
            words.push("--".to_owned());
            words.extend(alone);
        }
        let read = command.try_get_matches_from(words);
        let read = read.and_then(|matches| A::from_arg_matches(&matches));
        read.map_err(|error| Refusal::Malformed(in_a_sentence(&error)))
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::Malformed(format!("There is no parameter {name:?} here."))
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn flag(name: &str, text: &str) -> Result<bool, Refusal> {
    match text {
        "true" | "on" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(Refusal::Malformed(format!("{name} is true or false."))),
    }
}

/// The first line of what is said at a terminal.
fn in_a_sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let choice = lines.find(|line| line.starts_with("[possible values"));
    [Some(first), choice]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use crate::command::dead_letter::List;

    use super::*;

    fn refused(query: &str) -> String {
        let read = Parameters::of_form(query.as_bytes()).and_then(|asked| asked.read::<List>());
        match read {
            Err(Refusal::Malformed(text)) => text,
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn a_query_is_read_as_the_command_line_is() {
        for good in [
            "",
            "state=all&partner=shop&amount_from=1.00&since=2h",
            "host=&class=",
        ] {
            let asked = Parameters::of_form(good.as_bytes()).unwrap();
            asked.read::<List>().unwrap();
        }
        assert!(refused("state=some").contains("[possible values: open"));
        assert!(refused("limit=0").contains("--limit"));
        assert_eq!(
            refused("database_url=x"),
            "There is no parameter \"database_url\" here."
        );
        assert!(refused("yes=true").contains("no parameter"));
        assert!(refused("a%3Db=c").contains("no parameter"));
    }

    #[test]
    fn a_body_is_an_object_of_plain_values() {
        let mut asked = Parameters::of_json(
            br#"{"ids": [1, 2], "yes": true, "partner": "shop", "host": null}"#,
        )
        .unwrap();
        assert_eq!(asked.take_numbers("ids").unwrap(), [1, 2]);
        assert!(asked.take_flag("yes").unwrap() && !asked.take_flag("yes").unwrap());
        assert_eq!(asked.get("partner"), Some("shop"));
        assert!(asked.get("host").is_none());
        for bad in ["[]", "{", r#"{"a": {}}"#, r#"{"a": [[1]]}"#] {
            assert!(Parameters::of_json(bad.as_bytes()).is_err(), "{bad}");
        }
        let crowd = format!("a=1{}", "&a=1".repeat(MOST));
        assert!(Parameters::of_form(crowd.as_bytes()).is_err());
    }
}
