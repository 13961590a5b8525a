//! Keys, times and the forms that vectors are made of.

use std::collections::BTreeMap;

use contract::application::{ApplicationKind, SubjectKind};
use contract::ids::KeyId;
use contract::money::Fen;
use contract::partner::answer::{Answer, AnswerCode};
use contract::partner::application_notice::Outcome as Passed;
use contract::partner::notice::{Notice, Outcome};
use contract::partner::seal::{Form, Seal};
use contract::partner::time::WireTime;
use contract::partner::url::{LoopbackHttp, PartnerUrl};
use contract::partner::{ApplicationNotice, ApplicationReason};
use contract::signing::api::{Authorization, Signed};
use contract::signing::keys::PrivateKey;
use contract::signing::partner::{SIGN, signed_text};
use contract::withdrawal::CashType;

use super::{Field, Key, KeySet};

/// Beijing time of the moment in which everything is judged.
pub(super) const NOW: &str = "20261122120000";
/// Eleven minutes earlier: one more than a clock may be off.
pub(super) const STALE: &str = "20261122114900";
/// Eleven minutes later.
pub(super) const FUTURE: &str = "20261122121100";
pub(super) const PARTNER: &str = "demo-shop";
pub(super) const PARTNER_KEY: &str = "shop-1";
pub(super) const OUR_KEY: &str = "tixian-1";
pub(super) const OUR_NEXT_KEY: &str = "tixian-2";
pub(super) const ORDER: &str = "W01KASGXE00000000000000000A";

/// The three keys.
pub(super) struct Maker {
    pems: BTreeMap<String, String>,
}

impl Maker {
    pub(super) fn with(pems: &BTreeMap<String, String>) -> Self {
        let pems = pems.clone();
        Self { pems }
    }

    pub(super) fn pem(&self, key_id: &str) -> &str {
        &self.pems[key_id]
    }

    pub(super) fn key(&self, key_id: &str) -> PrivateKey {
        self.pem(key_id).parse().expect("a good key")
    }

    pub(super) fn key_sets(&self) -> BTreeMap<String, KeySet> {
        let set = |ids: &[&str]| KeySet {
            keys: ids.iter().map(|id| self.published(id)).collect(),
        };
        BTreeMap::from([
            ("partner".to_owned(), set(&[PARTNER_KEY])),
            ("platform".to_owned(), set(&[OUR_KEY, OUR_NEXT_KEY])),
        ])
    }

    fn published(&self, key_id: &str) -> Key {
        let jwk = self.key(key_id).public().to_jwk(key_id);
        Key {
            kid: jwk.kid,
            kty: jwk.kty.to_owned(),
            r#use: jwk.usage.to_owned(),
            alg: jwk.alg.to_owned(),
            n: jwk.n,
            e: jwk.e,
        }
    }

    /// `fields` with a signature over `text`, whatever that is.
    pub(super) fn signed_over(&self, fields: &[Field], text: &str, key_id: &str) -> Vec<Field> {
        with_sign(fields, &self.key(key_id).sign(text.as_bytes()))
    }

    /// `fields` with the right signature.
    pub(super) fn signed(&self, fields: &[Field], key_id: &str) -> Vec<Field> {
        let text = signed_text(fields).expect("fields that have a text");
        self.signed_over(fields, &text, key_id)
    }

    pub(super) fn notice(&self, outcome: Outcome, sequence: u32, key_id: &str) -> Form {
        let notice = Notice {
            third_party_user_id: "user-1".parse().unwrap(),
            htouhui_user_id: "10000001".parse().unwrap(),
            money: Fen::new(10_000).unwrap(),
            outcome,
            order_id: ORDER.parse().unwrap(),
            out_order_no: Some("T20261122-1".parse().unwrap()),
            notice_id: "N01KASGXE00000000000000000B".parse().unwrap(),
            sequence,
            fee: Fen::new(105).unwrap(),
            arrival_money: Fen::new(9_895).unwrap(),
            cash_type: CashType::T1,
            finished_at: now().timestamp(),
        };
        notice.form(&seal((key_id, NOW)), &self.key(key_id))
    }

    /// About an application that passed, or why it did not.
    pub(super) fn application_notice(&self, reason: Option<ApplicationReason>) -> Form {
        let notice = ApplicationNotice {
            application_id: "P01KASGXE00000000000000000C".parse().unwrap(),
            application_no: "A20261122-1".parse().unwrap(),
            notice_id: "N01KASGXE00000000000000000D".parse().unwrap(),
            sequence: 1,
            kind: ApplicationKind::Opening,
            subject: SubjectKind::IndividualUser,
            third_party_user_id: "user-1".parse().unwrap(),
            htouhui_user_id: "10000001".parse().unwrap(),
            outcome: reason.map_or(Passed::Passed, Passed::NotPassed),
            floor: None,
            card_tail: Some("6378".to_owned()),
            finished_at: now().timestamp(),
        };
        notice.form(&seal((OUR_KEY, NOW)), &self.key(OUR_KEY))
    }

    pub(super) fn returned(
        &self,
        code: AnswerCode,
        return_url: &str,
        (key_id, timestamp): (&str, &str),
    ) -> String {
        let answer = Answer {
            code,
            htouhui_user_id: "10000001".parse().unwrap(),
            third_party_user_id: "user-1".parse().unwrap(),
            money: Fen::new(10_000).unwrap(),
            order_id: ORDER.parse().unwrap(),
        };
        let url = PartnerUrl::parse(return_url, LoopbackHttp::Refused).unwrap();
        let url = answer.url(&url, &seal((key_id, timestamp)), &self.key(key_id));
        url.to_string()
    }

    pub(super) fn authorization(
        &self,
        signed: Signed<'_>,
        (timestamp, nonce): (&str, &str),
        key_id: &str,
    ) -> Authorization {
        let name: KeyId = key_id.parse().unwrap();
        let partner = PARTNER.parse().unwrap();
        let timestamp = timestamp.parse().unwrap();
        let key = (name, &self.key(key_id));
        Authorization::sign(signed, partner, timestamp, nonce.to_owned(), key)
    }
}

fn now() -> WireTime {
    NOW.parse().unwrap()
}

fn seal((key_id, timestamp): (&str, &str)) -> Seal {
    Seal {
        partner_id: PARTNER.parse().unwrap(),
        key_id: key_id.parse().unwrap(),
        timestamp: timestamp.parse().unwrap(),
        nonce: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

/// A page call with every field that must be there, in the order of the contract.
pub(super) fn page_call() -> Vec<Field> {
    fields(&[
        ("partner_id", PARTNER),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("key_id", PARTNER_KEY),
        ("timestamp", NOW),
        ("nonce", "c0ffee00c0ffee00c0ffee00c0ffee00"),
        ("third_party_user_id", "user-1"),
        ("htouhui_user_id", "10000001"),
        ("money", "100.00"),
        ("return_url", "https://shop.example/return"),
        ("notify_url", "https://shop.example/notify"),
        ("from_url", "https://shop.example/"),
    ])
}

pub(super) fn fields(pairs: &[(&str, &str)]) -> Vec<Field> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// With these fields in place of those of the same name, or behind the others.
pub(super) fn with(mut fields: Vec<Field>, changes: &[(&str, &str)]) -> Vec<Field> {
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => (*value).clone_into(&mut field.1),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields
}

pub(super) fn without(mut fields: Vec<Field>, name: &str) -> Vec<Field> {
    fields.retain(|(known, _)| known != name);
    fields
}

pub(super) fn with_sign(fields: &[Field], sign: &str) -> Vec<Field> {
    with(fields.to_vec(), &[(SIGN, sign)])
}

pub(super) fn encoded(fields: &[Field]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(super) fn decoded(body: &str) -> Vec<Field> {
    form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}
