//! Texts of signed forms: the page call, the synchronous answer, the notice.

use super::Candidate;
use crate::signing::diagnosis::Mistake;
use crate::signing::partner::{SIGN, TextError, signed_text};

/// The texts of these fields, the right one first; `sign` may be among them. The right one is an
/// error if there is none.
pub fn of_fields(fields: &[(String, String)]) -> Result<Vec<Candidate>, TextError> {
    let right = signed_text(fields)?;
    let sent: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, value)| *name != SIGN && !value.is_empty())
        .collect();
    let mut candidates = vec![Candidate::right(right.clone())];
    let mut add = |text: String, mistake: Mistake| {
        candidates.push(Candidate::wrong(text, mistake));
    };
    add(with_values(&sent, form_encoded), Mistake::ValuesUrlEncoded);
    add(
        with_values(&sent, percent_encoded),
        Mistake::ValuesUrlEncoded,
    );
    add(with_values(&sent, decoded), Mistake::ValuesUrlDecoded);
    let plus_lost = |value: &str| value.replace(' ', "+");
    add(with_values(&sent, plus_lost), Mistake::PlusLost);
    add(form_encoded(&right), Mistake::TextUrlEncoded);
    add(with_empty(fields), Mistake::EmptySigned);
    add(with_sign(fields), Mistake::SignSigned);
    add(joined(&sent), Mistake::NotSorted);
    add(
        sorted_by(&sent, |(name, value)| format!("{name}={value}")),
        Mistake::SortedWhole,
    );
    add(
        sorted_by(&sent, |(name, _)| name.to_lowercase()),
        Mistake::SortedCaseless,
    );
    add(reversed(&sent), Mistake::SortedBackwards);
    add(without_separators(&sent), Mistake::NoSeparators);
    add(values_alone(&sent), Mistake::ValuesAlone);
    add(format!("{right}&"), Mistake::SeparatorAtEnd);
    add(format!("{right}\n"), Mistake::LineEndAtEnd);
    add(format!("{right}\r\n"), Mistake::LineEndAtEnd);
    add(right.replace('\n', "\r\n"), Mistake::CrLf);
    add(right.replace("\r\n", "\n"), Mistake::CrLf);
    add(format!("\u{feff}{right}"), Mistake::ByteOrderMark);
    for (left_out, _) in &sent {
        let rest: Vec<_> = sent
            .iter()
            .filter(|(name, _)| name != left_out)
            .copied()
            .collect();
        candidates.push(Candidate::left_out(sorted(&rest), left_out));
    }
    let common = ["sign_type", "key_id"];
    let rest: Vec<_> = sent
        .iter()
        .filter(|(name, _)| !common.contains(name))
        .copied()
        .collect();
    candidates.push(Candidate::left_out(sorted(&rest), "sign_type, key_id"));
    // The first that fits is the answer, so what is the same as the right text must not be there.
    candidates.retain(|candidate| candidate.mistake.is_none() || candidate.text != right);
    Ok(candidates)
}

type Pair<'a> = (&'a str, &'a str);

fn joined<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let each = fields
        .iter()
        .map(|(name, value)| format!("{}={}", name.as_ref(), value.as_ref()));
    each.collect::<Vec<_>>().join("&")
}

fn sorted(fields: &[Pair<'_>]) -> String {
    sorted_by(fields, |(name, _)| (*name).to_owned())
}

fn sorted_by(fields: &[Pair<'_>], key: impl Fn(&Pair<'_>) -> String) -> String {
    let mut fields = fields.to_vec();
    fields.sort_by_cached_key(key);
    joined(&fields)
}

fn reversed(fields: &[Pair<'_>]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable_by(|a, b| b.cmp(a));
    joined(&fields)
}

fn with_values(fields: &[Pair<'_>], change: impl Fn(&str) -> String) -> String {
    let mut changed: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, value)| (*name, change(value)))
        .collect();
    changed.sort_unstable();
    joined(&changed)
}

fn with_empty(fields: &[(String, String)]) -> String {
    let mut all: Vec<Pair<'_>> = pairs(fields).filter(|(name, _)| *name != SIGN).collect();
    all.sort_unstable();
    joined(&all)
}

fn with_sign(fields: &[(String, String)]) -> String {
    let mut all: Vec<Pair<'_>> = pairs(fields)
        .filter(|(name, value)| *name != SIGN && !value.is_empty())
        .chain([(SIGN, "")])
        .collect();
    all.sort_unstable();
    joined(&all)
}

fn pairs(fields: &[(String, String)]) -> impl Iterator<Item = Pair<'_>> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

fn without_separators(fields: &[Pair<'_>]) -> String {
    sorted(fields).replace(['&', '='], "")
}

fn values_alone(fields: &[Pair<'_>]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    fields.into_iter().map(|(_, value)| value).collect()
}

/// As browsers encode forms: a space becomes `+`.
fn form_encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// As RFC 3986 and `encodeURIComponent` encode: a space becomes `%20`.
fn percent_encoded(value: &str) -> String {
    form_encoded(value).replace('+', "%20")
}

/// A value by itself, read as if it came in a form once more. `&` and `=` in it are no borders.
pub(super) fn decoded(value: &str) -> String {
    let escaped = value.replace('&', "%26").replace('=', "%3D");
    let mut parsed = form_urlencoded::parse(escaped.as_bytes());
    parsed
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}
