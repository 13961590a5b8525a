//! What our own code makes of a vector.

use std::collections::HashMap;

use contract::partner::answer::{Answer, query_pairs};
use contract::partner::notice::Notice;
use contract::partner::seal::OpenError;
use contract::partner::time::WireTime;
use contract::partner::url::LoopbackHttp;
use contract::partner::{ApplicationNotice, PageCall};
use contract::signing::SignatureError;
use contract::signing::api::{Authorization, Signed};
use contract::signing::keys::{KeySet, RegisteredKey};
use contract::signing::partner::{TextError, VerifyError, signed_text};
use jiff::Timestamp;

use super::maker::{Maker, PARTNER_KEY, decoded};
use super::{Case, Document, Field, Key};

/// Checks one vector.
#[track_caller]
pub(super) fn check(document: &Document, case: &Case) {
    let judge = Judge::of(document);
    let (name, (_, expected)) = (case.name(), case.outcome());
    let found = match case {
        Case::Sign { fields, .. } if expected != "ok" => {
            text_code(signed_text(fields).unwrap_err())
        }
        Case::Sign {
            fields,
            text,
            sign,
            body,
            ..
        } => judge.sign(fields, (text, sign, body)),
        Case::Form {
            keys,
            body,
            seen_nonces,
            ..
        } if keys == "partner" => judge.call(&decoded(body), seen_nonces),
        Case::Form {
            body, seen_nonces, ..
        } => judge.notice(&decoded(body), seen_nonces),
        Case::Return { url, .. } => judge.returned(url),
        Case::Request {
            method,
            path,
            timestamp,
            nonce,
            body,
            text,
            authorization,
            ..
        } => {
            let signed = signed(method, path, body);
            let when = (timestamp.as_str(), nonce.as_str());
            let header = judge.maker.authorization(signed, when, PARTNER_KEY);
            assert_eq!(
                signed.text(timestamp.parse().unwrap(), nonce),
                text.as_bytes(),
                "{name}"
            );
            assert_eq!(header.to_string(), *authorization, "{name}");
            judge.header(authorization, signed, nonce, "partner")
        }
        Case::Answer {
            keys,
            method,
            path,
            nonce,
            body,
            authorization,
            ..
        } => judge.header(authorization, signed(method, path, body), nonce, keys),
    };
    assert_eq!(found, expected, "{name}");
}

fn signed<'a>(method: &'a str, path: &'a str, body: &'a str) -> Signed<'a> {
    Signed {
        method,
        path_and_query: path,
        body: body.as_bytes(),
    }
}

struct Judge {
    maker: Maker,
    partner: String,
    now: WireTime,
    keys: HashMap<&'static str, KeySet>,
}

impl Judge {
    fn of(document: &Document) -> Self {
        let maker = Maker::with(&document.private_keys);
        let keys = ["partner", "platform"].map(|owner| {
            let registered = |key: &Key| RegisteredKey {
                key_id: key.kid.parse().unwrap(),
                key: maker.key(&key.kid).public().clone(),
                not_before: Timestamp::UNIX_EPOCH,
                retired_at: None,
            };
            let set = &document.key_sets[owner];
            let keys = set.keys.iter().map(registered).collect();
            (owner, KeySet::new(keys).unwrap())
        });
        Self {
            maker,
            partner: document.partner_id.clone(),
            now: document.now.parse().unwrap(),
            keys: HashMap::from(keys),
        }
    }

    /// The text and the signature, and that the server takes what is posted.
    fn sign(&self, fields: &[Field], (text, sign, body): (&str, &str, &str)) -> &'static str {
        assert_eq!(signed_text(fields).unwrap(), text);
        assert_eq!(self.maker.key(PARTNER_KEY).sign(text.as_bytes()), sign);
        self.call(&decoded(body), &[])
    }

    /// A page call, as intake looks at it.
    fn call(&self, form: &[Field], seen: &[String]) -> &'static str {
        let call = match PageCall::parse(form, LoopbackHttp::Refused) {
            Ok(call) => call,
            Err(errors) => return errors[0].code().as_str(),
        };
        if call.partner_id.as_str() != self.partner {
            return "partner_unknown";
        }
        let now = self.now.timestamp();
        match call.verify(&self.keys["partner"], now) {
            Ok(_) => self.is_new(call.timestamp, &call.nonce, seen),
            Err(error) => signature_code(error),
        }
    }

    fn notice(&self, form: &[Field], seen: &[String]) -> &'static str {
        let (keys, now) = (&self.keys["platform"], self.now.timestamp());
        // What a later version adds is signed like everything else.
        if let Err(error) = contract::signing::partner::verify(form, keys, now) {
            return self.refused(form, OpenError::Verify(error));
        }
        let is_plain = |(name, value): &Field| name == "sign" || !value.contains('&');
        if !form.iter().all(is_plain) {
            return "field_malformed";
        }
        let known: Vec<Field> = form
            .iter()
            .filter(|(name, _)| name != "a_later_field")
            .cloned()
            .collect();
        if known.len() == form.len() {
            let is_about_application = form.iter().any(|(name, _)| name == "event");
            let opened = if is_about_application {
                ApplicationNotice::open(form, keys, now).map(drop)
            } else {
                Notice::open(form, keys, now).map(drop)
            };
            assert_eq!(opened, Ok(()));
        }
        self.for_us(form, seen)
    }

    fn returned(&self, url: &str) -> &'static str {
        let (_, query) = url.split_once('?').unwrap();
        let query = query_pairs(query);
        match Answer::open(&query, &self.keys["platform"], self.now.timestamp()) {
            Ok(_) => self.for_us(&query, &[]),
            Err(error) => self.refused(&query, error),
        }
    }

    fn header(&self, header: &str, signed: Signed<'_>, asked: &str, keys: &str) -> &'static str {
        let Ok(mut read) = header.parse::<Authorization>() else {
            return "field_malformed";
        };
        if read.partner_id.as_str() != self.partner {
            return "partner_unknown";
        }
        // An answer is to the question that was asked, whatever it says itself.
        asked.clone_into(&mut read.nonce);
        match read.verify(signed, &self.keys[keys], self.now.timestamp()) {
            Ok(()) => self.is_new(read.timestamp, &read.nonce, &[]),
            Err(error) => signature_code(error),
        }
    }

    fn for_us(&self, form: &[Field], seen: &[String]) -> &'static str {
        let value = |wanted: &str| &form.iter().find(|(name, _)| name == wanted).unwrap().1;
        if *value("partner_id") != self.partner {
            return "partner_unknown";
        }
        let timestamp = value("timestamp").parse().unwrap();
        self.is_new(timestamp, value("nonce"), seen)
    }

    fn is_new(&self, timestamp: WireTime, nonce: &str, seen: &[String]) -> &'static str {
        if !timestamp.is_near(self.now.timestamp()) {
            return "timestamp_out_of_range";
        }
        if seen.iter().any(|known| known == nonce) {
            return "nonce_repeated";
        }
        "ok"
    }

    /// A client looks whom a form is for before it looks for a key.
    fn refused(&self, form: &[Field], error: OpenError) -> &'static str {
        let is_foreign = |(name, value): &Field| name == "partner_id" && *value != self.partner;
        match error {
            OpenError::Verify(VerifyError::Signature(_)) if form.iter().any(is_foreign) => {
                "partner_unknown"
            }
            OpenError::Verify(VerifyError::Signature(error)) => signature_code(error),
            OpenError::Verify(VerifyError::Text(error)) => text_code(error),
            OpenError::Field(_) => "field_malformed",
        }
    }
}

fn text_code(error: TextError) -> &'static str {
    match error {
        TextError::Repeated => "field_repeated",
        TextError::BadName => "field_malformed",
    }
}

fn signature_code(error: SignatureError) -> &'static str {
    match error {
        SignatureError::MissingSignature => "field_missing",
        SignatureError::NotBase64 => "field_malformed",
        SignatureError::UnknownKey => "key_unknown",
        SignatureError::RetiredKey => "key_retired",
        SignatureError::Mismatch => "signature_mismatch",
    }
}
