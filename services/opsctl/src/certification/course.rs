//! The course of a run: what is sent, in which order, and what each answer must be.

use std::time::Duration;

use contract::partner::ReasonCode;
use contract::partner::certification::{CertificationNotice, Judged, Tells};
use contract::partner::seal::{Form, Seal};
use contract::signing::keys::{PrivateKey, generate_pkcs8_pem};
use contract::signing::partner::SIGN;
use jiff::{SignedDuration, Timestamp};
use runtime::clock;
use runtime::courier::{Answer, Parcel};

use super::judge::{
    Seen, must_be_refused, must_be_taken, must_not_be_new, one_of_two, told, worst,
};
use super::{Check, Finding, Sender, Verdict, tls};

/// Six times what a clock may be off.
const FAR: SignedDuration = SignedDuration::from_hours(1);
const A_MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Somebody who is not us, and a partner who is somebody else.
const STRANGER: &str = "certification";

/// Drives the endpoint and answers what was found, in the order of the sheet. An endpoint that does
/// not take a good notice is not asked for more: what it refuses would prove nothing.
pub(crate) async fn drive(sender: &Sender<'_>, prompt: Duration) -> anyhow::Result<Vec<Finding>> {
    let mut sheet = Vec::new();
    let mut found = |check: Check, (verdict, found): Seen| {
        sheet.push(Finding {
            check,
            verdict,
            found,
        });
    };
    let now = clock::now();
    let first = sender.notice(Tells::Paid);
    let parcel = sender.good(&first, now);
    let answer = sender.send(parcel.clone()).await;
    found(Check::Answer, must_be_taken(&answer, Judged::New));
    if answer.taken.is_err() {
        for check in Check::ALL.into_iter().skip(1) {
            if asked(check, sender, &answer) {
                let why = "not tried: a good notice is not taken";
                found(check, (Verdict::Skip, why.to_owned()));
            }
        }
        return Ok(sheet);
    }
    let again = sender.send(sender.good(&first, clock::now())).await;
    found(Check::Repeat, must_be_taken(&again, Judged::Repeat));
    found(Check::AtOnce, at_once(sender).await);
    found(Check::Order, order(sender).await);
    found(Check::Late, late(sender).await);
    let failed = sender.notice(Tells::Failed(ReasonCode::AccountFrozen));
    found(Check::Failed, taken(sender, &failed).await);
    found(Check::Returned, returned(sender).await);
    let application = sender.notice(Tells::ApplicationPassed);
    found(Check::Application, taken(sender, &application).await);
    found(Check::UnknownField, unknown_field(sender).await);
    found(Check::HungUp, hung_up(sender).await);
    let replayed = sender.send(parcel).await;
    found(Check::Replayed, must_not_be_new(&replayed));
    for (check, seen) in forgeries(sender).await? {
        found(check, seen);
    }
    if sender.has_secrets() {
        found(Check::StandardHeaders, standard_headers(sender).await);
    }
    found(Check::Get, get(sender).await);
    found(Check::AnswerTime, answer_time(sender, prompt));
    if answer.certificate.is_some() {
        found(Check::Tls, tls::seen(answer.certificate.as_deref(), now));
    }
    Ok(sheet)
}

/// Whether the check has a place on the sheet of an endpoint that took nothing.
fn asked(check: Check, sender: &Sender<'_>, answer: &Answer) -> bool {
    match check {
        Check::StandardHeaders => sender.has_secrets(),
        Check::Tls => answer.certificate.is_some(),
        Check::Answer
        | Check::Repeat
        | Check::AtOnce
        | Check::Order
        | Check::Late
        | Check::Failed
        | Check::Returned
        | Check::Application
        | Check::UnknownField
        | Check::HungUp
        | Check::Replayed
        | Check::Stale
        | Check::Future
        | Check::BadSignature
        | Check::ChangedByte
        | Check::MissingSign
        | Check::ForeignKey
        | Check::ForeignKeyOurName
        | Check::AnotherPartner
        | Check::AfterForgery
        | Check::Get
        | Check::AnswerTime => true,
    }
}

async fn taken(sender: &Sender<'_>, notice: &CertificationNotice) -> Seen {
    let answer = sender.send(sender.good(notice, clock::now())).await;
    must_be_taken(&answer, Judged::New)
}

async fn at_once(sender: &Sender<'_>) -> Seen {
    let notice = sender.notice(Tells::Paid);
    let good = || sender.good(&notice, clock::now());
    let (one, other) = tokio::join!(sender.send(good()), sender.send(good()));
    one_of_two(&one, &other)
}

async fn order(sender: &Sender<'_>) -> Seen {
    let older = sender.notice(Tells::Paid);
    let newer = CertificationNotice {
        sequence: 2,
        subject: older.subject.clone(),
        ..sender.notice(Tells::Failed(ReasonCode::ReturnedByBank))
    };
    let first = taken(sender, &newer).await;
    let answer = sender.send(sender.good(&older, clock::now())).await;
    worst([must_be_taken(&answer, Judged::Older), first])
}

async fn late(sender: &Sender<'_>) -> Seen {
    let notice = CertificationNotice {
        finished_at: clock::now() - A_MONTH,
        ..sender.notice(Tells::Paid)
    };
    taken(sender, &notice).await
}

async fn returned(sender: &Sender<'_>) -> Seen {
    let paid = sender.notice(Tells::Paid);
    let returned = CertificationNotice {
        sequence: 2,
        subject: paid.subject.clone(),
        ..sender.notice(Tells::Failed(ReasonCode::ReturnedByBank))
    };
    let first = taken(sender, &paid).await;
    worst([taken(sender, &returned).await, first])
}

async fn unknown_field(sender: &Sender<'_>) -> Seen {
    let now = clock::now();
    let notice = sender.notice(Tells::Paid);
    let form = notice.form(&sender.seal(now), sender.key(), &[("heard_of_later", "1")]);
    let parcel = sender.parcel(&form, &notice.notice_id, now);
    must_be_taken(&sender.send(parcel).await, Judged::New)
}

/// Whether the first of the two was taken nobody knows, so the second may be new or a repeat.
async fn hung_up(sender: &Sender<'_>) -> Seen {
    let notice = sender.notice(Tells::Paid);
    let good = || sender.good(&notice, clock::now());
    sender.send_and_hang_up(good()).await;
    let answer = sender.send(good()).await;
    let repeat = must_be_taken(&answer, Judged::Repeat);
    match repeat.0 {
        Verdict::Pass => (Verdict::Pass, "success".to_owned()),
        Verdict::Skip | Verdict::Fail => match must_be_taken(&answer, Judged::New) {
            (Verdict::Pass, _) => (Verdict::Pass, "success".to_owned()),
            _ => repeat,
        },
    }
}

/// Everything that must not be taken, all with the id of one notice, and then that notice.
async fn forgeries(sender: &Sender<'_>) -> anyhow::Result<Vec<(Check, Seen)>> {
    let notice = sender.notice(Tells::Paid);
    let mut found = Vec::new();
    // Whoever has caught a notice may send it again as it is, so both signatures hold.
    for (check, at) in [
        (Check::Stale, clock::now() - FAR),
        (Check::Future, clock::now() + FAR),
    ] {
        let answer = sender.send(sender.good(&notice, at)).await;
        found.push((check, must_be_refused(&answer)));
    }
    let stranger: PrivateKey = generate_pkcs8_pem(&mut rsa::rand_core::OsRng, 2048)?.parse()?;
    for (check, parcel) in forged(sender, &notice, &stranger, clock::now()) {
        let answer = sender.send(parcel).await;
        found.push((check, must_be_refused(&answer)));
    }
    found.push((Check::AfterForgery, taken(sender, &notice).await));
    Ok(found)
}

fn forged(
    sender: &Sender<'_>,
    notice: &CertificationNotice,
    stranger: &PrivateKey,
    now: Timestamp,
) -> Vec<(Check, Parcel)> {
    let id = &notice.notice_id;
    let good = || notice.form(&sender.seal(now), sender.key(), &[]);
    let signed_by_stranger = |seal: Seal| notice.form(&seal, stranger, &[]);
    let foreign = Seal {
        key_id: STRANGER.parse().expect("a plain word is a key_id"),
        ..sender.seal(now)
    };
    let elsewhere = Seal {
        partner_id: STRANGER.parse().expect("a plain word is a partner_id"),
        ..sender.seal(now)
    };
    let forms = [
        (Check::BadSignature, changed(good(), SIGN, other_character)),
        (
            Check::ChangedByte,
            changed(good(), "money", |_| "9.01".to_owned()),
        ),
        (Check::MissingSign, without(good(), SIGN)),
        (Check::ForeignKey, signed_by_stranger(foreign)),
        (
            Check::ForeignKeyOurName,
            signed_by_stranger(sender.seal(now)),
        ),
        (
            Check::AnotherPartner,
            notice.form(&elsewhere, sender.key(), &[]),
        ),
    ];
    forms
        .into_iter()
        .map(|(check, form)| (check, sender.forged(&form, id, now)))
        .collect()
}

/// The form holds here, so to take it is safe; it only shows that nobody looks at the headers that
/// were asked for. Whoever goes by them alone is found out by the forgeries, where neither holds.
async fn standard_headers(sender: &Sender<'_>) -> Seen {
    let now = clock::now();
    let notice = sender.notice(Tells::Paid);
    let form = notice.form(&sender.seal(now), sender.key(), &[]);
    let parcel = sender.forged(&form, &notice.notice_id, now);
    match must_be_refused(&sender.send(parcel).await) {
        (Verdict::Fail, _) => {
            let found = "success: it goes by the form's signature, and not by the headers";
            (Verdict::Skip, found.to_owned())
        }
        seen => seen,
    }
}

async fn get(sender: &Sender<'_>) -> Seen {
    let answer = sender.look().await;
    if answer.taken.is_ok() {
        (Verdict::Fail, "GET is answered success".to_owned())
    } else {
        (Verdict::Pass, told(&answer))
    }
}

fn answer_time(sender: &Sender<'_>, prompt: Duration) -> Seen {
    let (taken, slowest) = sender.pace();
    let (slowest, most) = (slowest.as_millis(), prompt.as_millis());
    let found = format!("the slowest of {taken} took {slowest} ms; {most} ms is the most");
    let verdict = if slowest <= most {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    (verdict, found)
}

fn changed(form: Form, name: &str, change: impl Fn(&str) -> String) -> Form {
    let fields = form.into_iter().map(|(field, value)| {
        let value = if field == name { change(&value) } else { value };
        (field, value)
    });
    fields.collect()
}

fn without(form: Form, name: &str) -> Form {
    form.into_iter()
        .filter(|(field, _)| field != name)
        .collect()
}

/// Standard Base64 still, of the same length.
fn other_character(sign: &str) -> String {
    let first = if sign.starts_with('A') { "B" } else { "A" };
    format!("{first}{}", sign.get(1..).unwrap_or_default())
}
