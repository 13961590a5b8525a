//! Tables of fields, as the reference prints them, and what a request gave for each.
//!
//! A table is data, one line per field, so that it can be held beside the document. Members that
//! are in no table are read over, as Huifu does, but remembered: `Onboarding::unknown_fields`
//! shows a misspelling that Huifu would have swallowed.

use crate::huifu::fields::{BadField, date, one_of, optional};
use crate::huifu::rule_r::{Members, members};
use std::collections::BTreeMap;

/// What may stand in a field besides its length.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Digits,
    /// yyyyMMdd.
    Day,
    /// One of a list of codes.
    Code(&'static [&'static str]),
    /// A file_id that the picture interface gave out.
    Picture,
    /// JSON inside a string; also taken as real JSON, which some clients send.
    Json,
}

/// One line of a table.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    max: usize,
    needed: bool,
    kind: Kind,
}

/// A field that must be there.
pub(crate) const fn must(name: &'static str, max: usize, kind: Kind) -> Field {
    Field {
        name,
        max,
        needed: true,
        kind,
    }
}

/// A field that may be there, or must under a condition that stands in code.
pub(crate) const fn may(name: &'static str, max: usize, kind: Kind) -> Field {
    Field {
        name,
        max,
        needed: false,
        kind,
    }
}

/// Huifu's body limit is all that limits a field of JSON.
pub(crate) const ANY: usize = usize::MAX;

/// What a request gave, checked against its table. Personal, so it prints nothing.
pub(crate) struct Values {
    /// Stands before the names in error texts: `card_info.`.
    prefix: &'static str,
    given: BTreeMap<&'static str, String>,
    pictures: Vec<(&'static str, String)>,
    pub(crate) unknown: Vec<String>,
}

/// Reads the members of `data` after `table`.
pub(crate) fn read(
    table: &[Field],
    members: &Members<'_>,
    prefix: &'static str,
) -> Result<Values, BadField> {
    let mut values = Values {
        prefix,
        given: BTreeMap::new(),
        pictures: Vec::new(),
        unknown: Vec::new(),
    };
    for field in table {
        let named = |bad: BadField| bad.inside(prefix);
        let Some(value) = value(field, members).map_err(named)? else {
            if field.needed {
                return Err(values.missing(field.name));
            }
            continue;
        };
        if matches!(field.kind, Kind::Picture) {
            values.pictures.push((field.name, value.clone()));
        }
        values.given.insert(field.name, value);
    }
    let known = |name: &str| table.iter().any(|field| field.name == name);
    values.unknown = members
        .keys()
        .filter(|name| !known(name))
        .map(|name| format!("{prefix}{name}"))
        .collect();
    Ok(values)
}

fn value(field: &Field, members: &Members<'_>) -> Result<Option<String>, BadField> {
    let name = field.name;
    if matches!(field.kind, Kind::Json) {
        let real = members
            .get(name)
            .filter(|raw| raw.get().starts_with(['{', '[']));
        if let Some(raw) = real {
            return Ok(Some(raw.get().to_owned()));
        }
    }
    let Some(value) = optional(members, name, field.max)? else {
        return Ok(None);
    };
    match field.kind {
        Kind::Text | Kind::Json | Kind::Picture => Ok(value),
        Kind::Digits if value.bytes().all(|byte| byte.is_ascii_digit()) => Ok(value),
        Kind::Digits => Err(BadField::new(name, "应为数字")),
        Kind::Day => date(value, name),
        Kind::Code(codes) => one_of(value, name, codes),
    }
    .map(Some)
}

impl Values {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A field of which the table says that it must be there.
    pub(crate) fn text(&self, name: &'static str) -> Result<String, BadField> {
        self.owned(name).ok_or_else(|| self.missing(name))
    }

    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    /// Refuses when any of `names` is missing although `condition` holds.
    pub(crate) fn needs(&self, condition: bool, names: &[&'static str]) -> Result<(), BadField> {
        let missing = names.iter().find(|name| self.get(name).is_none());
        match missing.filter(|_| condition) {
            Some(name) => Err(self.missing(name)),
            None => Ok(()),
        }
    }

    /// A limited document has an end, and the end is not before the beginning.
    pub(crate) fn valid_period(&self, kind: &'static str, part: Period) -> Result<(), BadField> {
        self.needs(self.is(kind, "0"), &[part.end])?;
        match (self.get(part.begin), self.get(part.end)) {
            (Some(begin), Some(end)) if end < begin => {
                Err(self.wrong(part.end, "不能早于开始日期"))
            }
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    pub(crate) fn missing(&self, name: &'static str) -> BadField {
        self.wrong(name, "不能为空")
    }

    pub(crate) fn wrong(&self, name: &'static str, rule: &'static str) -> BadField {
        BadField::new(name, rule).inside(self.prefix)
    }

    /// Each field that holds a file_id, with the id.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.pictures
            .iter()
            .map(|(name, file_id)| (*name, file_id.as_str()))
    }

    /// Every field as it was given, for whoever asks what Huifu was told.
    pub(crate) fn given(&self) -> BTreeMap<String, String> {
        self.given
            .iter()
            .map(|(name, value)| (format!("{}{name}", self.prefix), value.clone()))
            .collect()
    }
}

/// The names of the two ends of a period of validity.
#[derive(Clone, Copy)]
pub(crate) struct Period {
    pub(crate) begin: &'static str,
    pub(crate) end: &'static str,
}

/// The members of the object that stands in field `name` as JSON text.
pub(crate) fn object<'a>(text: &'a str, name: &'static str) -> Result<Members<'a>, BadField> {
    members(text).map_err(|_| BadField::new(name, "应为JSON对象"))
}

/// The members of each object in the array that stands in field `name` as JSON text.
pub(crate) fn objects<'a>(text: &'a str, name: &'static str) -> Result<Vec<Members<'a>>, BadField> {
    serde_json::from_str(text).map_err(|_| BadField::new(name, "应为JSON数组"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Field] = &[
        must("kind", 1, Kind::Code(&["0", "1"])),
        must("begin", 8, Kind::Day),
        may("end", 8, Kind::Day),
        may("list", ANY, Kind::Json),
        may("pic", 64, Kind::Picture),
        may("number", 4, Kind::Digits),
    ];
    const PERIOD: Period = Period {
        begin: "begin",
        end: "end",
    };

    #[track_caller]
    fn refused(data: &str) -> String {
        let members = members(data).unwrap();
        let values = read(TABLE, &members, "card_info.");
        let checked = values.and_then(|values| values.valid_period("kind", PERIOD));
        checked.unwrap_err().to_string()
    }

    #[test]
    fn fields_are_refused_by_their_whole_name() {
        for (data, text) in [
            (r#"{"begin":"20260101"}"#, "card_info.kind 不能为空"),
            (r#"{"kind":"2"}"#, "card_info.kind 枚举值错误"),
            (
                r#"{"kind":"0","begin":"20260101"}"#,
                "card_info.end 不能为空",
            ),
            (
                r#"{"kind":"0","begin":"20260101","end":"20251231"}"#,
                "card_info.end 不能早于开始日期",
            ),
            (
                r#"{"kind":"1","begin":"20260101","number":"12x"}"#,
                "card_info.number 应为数字",
            ),
        ] {
            assert_eq!(refused(data), text);
        }
    }

    #[test]
    fn json_may_be_text_or_real_and_unknown_members_are_remembered() {
        for list in [r#""[{\"a\":\"b\"}]""#, r#"[{"a":"b"}]"#] {
            let data =
                format!(r#"{{"kind":"1","begin":"20260101","pic":"p","list":{list},"lits":"x"}}"#);
            let members = members(&data).unwrap();
            let values = read(TABLE, &members, "").unwrap();
            assert_eq!(values.get("list"), Some(r#"[{"a":"b"}]"#));
            assert_eq!(values.unknown, ["lits"]);
            assert_eq!(values.pictures().collect::<Vec<_>>(), [("pic", "p")]);
            assert_eq!(
                objects(values.get("list").unwrap(), "list").unwrap().len(),
                1
            );
        }
    }
}
