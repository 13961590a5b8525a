//! An object that passed its table: every member known, within its limit, of its kind.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::ids::MaterialId;

/// The members of an object by Huifu's names. Its `Debug` shows names alone: the values are
/// people's.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::huifu::operations) struct Members(BTreeMap<&'static str, Part>);

/// One value.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::huifu::operations) enum Part {
    /// Any text.
    Text(String),
    /// A picture, to be exchanged for Huifu's number of it.
    Picture(MaterialId),
    /// A nested object.
    Object(Members),
    /// A list of them.
    List(Vec<Members>),
    /// What the reference does not describe; free of control characters and bounded.
    Free(Value),
}

impl Members {
    pub(in crate::huifu::operations) fn insert(&mut self, name: &'static str, part: Part) {
        self.0.insert(name, part);
    }

    pub(in crate::huifu::operations) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Part::Text(text) => Some(text),
            Part::Picture(_) | Part::Object(_) | Part::List(_) | Part::Free(_) => None,
        }
    }

    pub(in crate::huifu::operations) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(in crate::huifu::operations) fn object(&self, name: &str) -> Option<&Self> {
        match self.0.get(name)? {
            Part::Object(members) => Some(members),
            Part::Text(_) | Part::Picture(_) | Part::List(_) | Part::Free(_) => None,
        }
    }

    pub(in crate::huifu::operations) fn list(&self, name: &str) -> &[Self] {
        match self.0.get(name) {
            Some(Part::List(list)) => list,
            Some(Part::Text(_) | Part::Picture(_) | Part::Object(_) | Part::Free(_)) | None => &[],
        }
    }

    pub(in crate::huifu::operations) fn list_mut(&mut self, name: &str) -> &mut [Self] {
        match self.0.get_mut(name) {
            Some(Part::List(list)) => list,
            Some(Part::Text(_) | Part::Picture(_) | Part::Object(_) | Part::Free(_)) | None => {
                &mut []
            }
        }
    }

    pub(in crate::huifu::operations) fn iter(&self) -> impl Iterator<Item = (&'static str, &Part)> {
        self.0.iter().map(|(name, part)| (*name, part))
    }

    /// The object as JSON; what stands for a picture is the caller's to say.
    pub(in crate::huifu::operations) fn to_json<E>(
        &self,
        picture: &impl Fn(&MaterialId) -> Result<String, E>,
    ) -> Result<Value, E> {
        let members = self.iter();
        let printed = members.map(|(name, part)| Ok((name.to_owned(), part.to_json(picture)?)));
        Ok(Value::Object(printed.collect::<Result<Map<_, _>, E>>()?))
    }

    /// Every picture in it, in the order of the names.
    pub(in crate::huifu::operations) fn pictures(&self, found: &mut Vec<MaterialId>) {
        for (_, part) in self.iter() {
            match part {
                Part::Picture(id) => found.push(id.clone()),
                Part::Object(members) => members.pictures(found),
                Part::List(list) => list.iter().for_each(|members| members.pictures(found)),
                Part::Text(_) | Part::Free(_) => {}
            }
        }
    }
}

impl Part {
    pub(in crate::huifu::operations) fn to_json<E>(
        &self,
        picture: &impl Fn(&MaterialId) -> Result<String, E>,
    ) -> Result<Value, E> {
        Ok(match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Picture(id) => Value::String(picture(id)?),
            Self::Object(members) => members.to_json(picture)?,
            Self::List(list) => {
                let printed = list.iter().map(|members| members.to_json(picture));
                Value::Array(printed.collect::<Result<_, E>>()?)
            }
            Self::Free(value) => value.clone(),
        })
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}
