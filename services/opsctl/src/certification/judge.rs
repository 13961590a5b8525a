//! From an answer to a verdict.

use contract::partner::certification::{HEADER, Judged};
use runtime::courier::{Answer, ErrorClass};

use super::Verdict;

/// A verdict with what was seen, in a few words.
pub(super) type Seen = (Verdict, String);

/// What an answer to a notice that must be taken comes to.
///
/// That something new was taken for new need not be said: `success` is enough, as no harm comes of
/// it. That a repeat was known for one is what double booking hangs on.
pub(super) fn must_be_taken(answer: &Answer, expected: Judged) -> Seen {
    if answer.taken.is_err() {
        return (Verdict::Fail, told(answer));
    }
    match (said(answer), expected) {
        (Some(judged), _) if judged == Ok(expected) => {
            (Verdict::Pass, format!("success, {}", expected.as_str()))
        }
        (Some(Ok(judged)), _) => (
            Verdict::Fail,
            format!(
                "success, but taken for {} and not for {}",
                judged.as_str(),
                expected.as_str()
            ),
        ),
        (Some(Err(())), _) => (
            Verdict::Fail,
            format!("success, but {HEADER} is none of new, repeat, older"),
        ),
        (None, Judged::New) => (Verdict::Pass, "success".to_owned()),
        (None, Judged::Repeat | Judged::Older) => (Verdict::Skip, unseen()),
    }
}

/// What an answer to something that must not be taken comes to.
pub(super) fn must_be_refused(answer: &Answer) -> Seen {
    match answer.taken {
        Ok(()) => (Verdict::Fail, "answered success".to_owned()),
        Err(
            ErrorClass::Status | ErrorClass::Body | ErrorClass::Redirect | ErrorClass::NoAnswer,
        ) => (Verdict::Pass, format!("refused: {}", told(answer))),
        // It may have been taken, or never have come there.
        Err(
            ErrorClass::Dns
            | ErrorClass::Connect
            | ErrorClass::Tls
            | ErrorClass::Timeout
            | ErrorClass::AddressRefused,
        ) => (Verdict::Skip, told(answer)),
    }
}

/// What an answer to the same bytes again comes to. A partner may refuse them for their nonce, or
/// know them by their `notice_id`.
pub(super) fn must_not_be_new(answer: &Answer) -> Seen {
    if answer.taken.is_ok() {
        must_be_taken(answer, Judged::Repeat)
    } else {
        must_be_refused(answer)
    }
}

/// What two answers to one notice, sent twice at the same time, come to.
pub(super) fn one_of_two(one: &Answer, other: &Answer) -> Seen {
    if let Some(answer) = [one, other]
        .into_iter()
        .find(|answer| answer.taken.is_err())
    {
        return (Verdict::Fail, told(answer));
    }
    match (said(one), said(other)) {
        (Some(Ok(Judged::New)), Some(Ok(Judged::Repeat)))
        | (Some(Ok(Judged::Repeat)), Some(Ok(Judged::New))) => {
            (Verdict::Pass, "success, one new and one repeat".to_owned())
        }
        (Some(Ok(Judged::New)), Some(Ok(Judged::New))) => {
            (Verdict::Fail, "success, and both taken for new".to_owned())
        }
        (None, None) => (Verdict::Skip, unseen()),
        (_, _) => (
            Verdict::Fail,
            format!("success, but {HEADER} is not new once and repeat once"),
        ),
    }
}

/// The worse of several, the first of those that are equally bad.
pub(super) fn worst(seen: impl IntoIterator<Item = Seen>) -> Seen {
    let mut all = seen.into_iter();
    let first = all.next().expect("a check sees something");
    all.fold(
        first,
        |worst, next| if next.0 > worst.0 { next } else { worst },
    )
}

/// An answer in a few words.
pub(super) fn told(answer: &Answer) -> String {
    let Some(status) = answer.status else {
        return answer.outcome().to_owned();
    };
    match answer.text.as_deref() {
        Some(text) if !text.trim().is_empty() => {
            let start: String = text.trim().chars().take(40).collect();
            format!("{status} {start:?}")
        }
        Some(_) | None => status.to_string(),
    }
}

/// What the partner says that it took the notice for.
fn said(answer: &Answer) -> Option<Result<Judged, ()>> {
    let value = answer.headers.get(HEADER)?;
    let judged = value.to_str().ok().and_then(Judged::from_name);
    Some(judged.ok_or(()))
}

fn unseen() -> String {
    format!("success; what it was taken for cannot be seen without the header {HEADER}")
}
