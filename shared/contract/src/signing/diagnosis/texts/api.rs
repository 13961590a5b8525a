//! Texts of signed calls of the API.

use super::Candidate;
use super::fields::decoded;
use super::hex_sha256;
use crate::signing::diagnosis::Mistake;

/// The texts of a call whose body is Unicode, the right one first.
pub fn of_api(
    (method, path_and_query): (&str, &str),
    (timestamp, nonce): (&str, &str),
    body: &str,
) -> Vec<Candidate> {
    let text = |method: &str, path: &str, body: &str| {
        format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n")
    };
    let right = text(method, path_and_query, body);
    let (path, _) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let mut candidates = vec![Candidate::right(right.clone())];
    let mut add = |text: String, mistake: Mistake| {
        candidates.push(Candidate::wrong(text, mistake));
    };
    let without_last = right.trim_end_matches('\n');
    add(without_last.to_owned(), Mistake::LastLineEndMissing);
    add(
        format!("{method}\n{path_and_query}\n{timestamp}\n{nonce}\n"),
        Mistake::BodyLineMissing,
    );
    add(text(method, path_and_query, ""), Mistake::BodyLeftOut);
    add(format!("{right}\n"), Mistake::LineEndAtEnd);
    add(right.replace('\n', "\r\n"), Mistake::CrLf);
    add(
        text(method, path_and_query, &body.replace('\n', "\r\n")),
        Mistake::CrLf,
    );
    add(
        text(method, path_and_query, &body.replace("\r\n", "\n")),
        Mistake::CrLf,
    );
    add(text(method, path, body), Mistake::QueryLeftOut);
    add(
        text(method, &decoded(path_and_query), body),
        Mistake::PathUrlDecoded,
    );
    add(
        text(&method.to_lowercase(), path_and_query, body),
        Mistake::MethodInLowerCase,
    );
    add(
        text(method, path_and_query, &hex_sha256(body.as_bytes())),
        Mistake::BodyHashed,
    );
    add(
        text(method, path_and_query, body.trim()),
        Mistake::BodyTrimmed,
    );
    if let Some(printed) = reprinted(body) {
        add(
            text(method, path_and_query, &printed),
            Mistake::BodyPrintedAgain,
        );
    }
    add(right.replace('\n', ""), Mistake::NoSeparators);
    add(right.replace('\n', "&"), Mistake::NoSeparators);
    add(
        format!("{path_and_query}\n{timestamp}\n{nonce}\n{body}\n"),
        Mistake::MethodLeftOut,
    );
    add(format!("\u{feff}{right}"), Mistake::ByteOrderMark);
    candidates.retain(|candidate| candidate.mistake.is_none() || candidate.text != right);
    candidates
}

/// What a JSON library makes of a body that it has read: compact, names sorted.
fn reprinted(body: &str) -> Option<String> {
    let mut value: serde_json::Value = serde_json::from_str(body).ok()?;
    value.sort_all_objects();
    serde_json::to_string(&value).ok()
}
