//! Reads the members of `data` as the field tables say: strings, required or not, at most n long.
//!
//! S(n) counts characters, not bytes. An empty optional field is an absent one: Java's and Go's
//! clients send it, Python's and PHP's do not (huifu-api.md §2).

use crate::huifu::rule_r::Members;
use std::borrow::Cow;

/// A field breaks its table; `resp_code` 10000000.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub(crate) struct BadField {
    pub(crate) field: Cow<'static, str>,
    pub(crate) rule: &'static str,
}

impl BadField {
    pub(crate) fn new(field: &'static str, rule: &'static str) -> Self {
        Self {
            field: Cow::Borrowed(field),
            rule,
        }
    }

    /// The same, for a field of a nested object: `card_info.` comes before its name.
    pub(crate) fn inside(mut self, prefix: &'static str) -> Self {
        if !prefix.is_empty() {
            self.field = Cow::Owned(format!("{prefix}{}", self.field));
        }
        self
    }
}

pub(crate) fn required(
    members: &Members<'_>,
    field: &'static str,
    max: usize,
) -> Result<String, BadField> {
    optional(members, field, max)?.ok_or(BadField::new(field, "不能为空"))
}

pub(crate) fn optional(
    members: &Members<'_>,
    field: &'static str,
    max: usize,
) -> Result<Option<String>, BadField> {
    let Some(raw) = members.get(field).filter(|raw| raw.get() != "null") else {
        return Ok(None);
    };
    let value: String =
        serde_json::from_str(raw.get()).map_err(|_| BadField::new(field, "类型应为字符串"))?;
    if value.chars().count() > max {
        return Err(BadField::new(field, "长度超限"));
    }
    Ok(Some(value).filter(|value| !value.is_empty()))
}

pub(crate) fn one_of(
    value: String,
    field: &'static str,
    allowed: &[&str],
) -> Result<String, BadField> {
    if allowed.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(BadField::new(field, "枚举值错误"))
    }
}

/// yyyyMMdd, and a day that exists.
pub(crate) fn date(value: String, field: &'static str) -> Result<String, BadField> {
    let bad = || BadField::new(field, "格式应为yyyyMMdd");
    if value.len() != 8 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    jiff::civil::Date::strptime("%Y%m%d", &value).map_err(|_| bad())?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huifu::rule_r::members;

    #[test]
    fn a_field_is_a_string_of_at_most_so_many_characters() {
        let members = members(r#"{"a":"提现","b":1,"c":null,"d":""}"#).unwrap();
        assert_eq!(required(&members, "a", 2), Ok("提现".to_owned()));
        assert!(required(&members, "a", 1).is_err());
        assert!(optional(&members, "b", 9).is_err());
        assert_eq!(optional(&members, "c", 9), Ok(None));
        assert_eq!(optional(&members, "d", 9), Ok(None));
        assert!(required(&members, "d", 9).is_err());
        assert!(required(&members, "e", 9).is_err());
    }

    #[test]
    fn a_date_must_exist() {
        assert!(date("20261122".into(), "req_date").is_ok());
        for wrong in ["2026112", "20261131", "2026-1-2", "abcdefgh", "+2026112"] {
            assert!(date(wrong.into(), "req_date").is_err(), "{wrong}");
        }
    }
}
