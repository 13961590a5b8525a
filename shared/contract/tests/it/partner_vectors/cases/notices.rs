//! Notices: ours, and what somebody else posts to a partner's server.

use contract::partner::ReasonCode;
use contract::partner::notice::Outcome;
use contract::signing::partner::signed_text;

use super::super::maker::{
    FUTURE, Maker, OUR_KEY, OUR_NEXT_KEY, PARTNER_KEY, STALE, fields, with, with_sign, without,
};
use super::super::{Case, Field, bent};
use super::{Forms, MALFORMED, MISMATCH, OUT_OF_RANGE};

const FAILED: Outcome = Outcome::Failed(ReasonCode::BankFailed);
const SENT_BACK: Outcome = Outcome::Failed(ReasonCode::ReturnedByBank);

/// What we send.
pub(super) fn right(maker: &Maker) -> Vec<Case> {
    let paid = |key| maker.notice(Outcome::Succeeded, 1, key);
    let more = with(without(paid(OUR_KEY), "sign"), &[("a_later_field", "1")]);
    let mut forms = Forms::of("platform", "notice");
    forms.add("succeeded", &paid(OUR_KEY), "ok");
    let failed = maker.notice(FAILED, 1, OUR_KEY);
    forms.add("failed, with a reason in Chinese", &failed, "ok");
    let sent_back = maker.notice(SENT_BACK, 2, OUR_KEY);
    forms.add("sent back by the bank later", &sent_back, "ok");
    forms.add("signed with our next key", &paid(OUR_NEXT_KEY), "ok");
    let more = maker.signed(&more, OUR_KEY);
    forms.add("a field that is new is signed too", &more, "ok");
    let passed = maker.application_notice(None);
    forms.add("about an application that passed", &passed, "ok");
    let refused =
        maker.application_notice(Some(contract::partner::ApplicationReason::CardMismatch));
    forms.add("about an application that did not", &refused, "ok");
    forms.cases
}

/// What is not ours, or not for this partner, or not now.
pub(super) fn wrong(maker: &Maker) -> Vec<Case> {
    let good = maker.notice(FAILED, 1, OUR_KEY);
    let mut forms = Forms::of("platform", "bad notice");
    changed(&mut forms, &good);
    signed_otherwise(&mut forms, maker, &good);
    unfit(&mut forms, maker, &good);
    forms.cases
}

fn changed(forms: &mut Forms, good: &[Field]) {
    let change = |name, value| with(good.to_vec(), &[(name, value)]);
    let lost = |name| without(good.to_vec(), name);
    forms.add("status changed", &change("status", "1"), MISMATCH);
    forms.add("money changed", &change("money", "10000.00"), MISMATCH);
    let encoded = change("reason", "%E9%93%B6");
    forms.add("a reason encoded once more", &encoded, MISMATCH);
    let event = change("event", "application.finished");
    forms.add("a field added", &event, MISMATCH);
    forms.add("a field lost", &lost("reason"), MISMATCH);
    forms.add("no signature", &lost("sign"), "field_missing");
    let mut twice = good.to_vec();
    twice.extend(fields(&[("status", "1")]));
    forms.add("a repeated field", &twice, "field_repeated");
    // One field less, and the very same signed text.
    let moved = with(lost("sign_type"), &[("sequence", "1&sign_type=RSA2")]);
    forms.add("the border of a value moved", &moved, MALFORMED);
    forms.add_seen("a repeated nonce", good);
}

fn signed_otherwise(forms: &mut Forms, maker: &Maker, good: &[Field]) {
    let bare = without(good.to_vec(), "sign");
    let text = signed_text(&bare).unwrap();
    let pem = maker.pem(OUR_KEY);
    let sign = maker.key(OUR_KEY).sign(text.as_bytes());
    let by_partner = maker.signed(&bare, PARTNER_KEY);
    forms.add("signed by a partner", &by_partner, MISMATCH);
    let by_other = maker.signed(&bare, OUR_NEXT_KEY);
    forms.add("our other key under this name", &by_other, MISMATCH);
    let encoded = maker.signed_over(&bare, &bent::url_encoded(&bare), OUR_KEY);
    forms.add("URL-encoded before signing", &encoded, MISMATCH);
    forms.add("PSS", &with_sign(&bare, &bent::pss(pem, &text)), MISMATCH);
    let sha1 = with_sign(&bare, &bent::sha1(pem, &text));
    forms.add("SHA-1", &sha1, MISMATCH);
    let url_safe = with_sign(&bare, &sign.replace('+', "-").replace('/', "_"));
    forms.add("base64url", &url_safe, MALFORMED);
    let unpadded = with_sign(&bare, sign.trim_end_matches('='));
    forms.add("Base64 without padding", &unpadded, MALFORMED);
}

fn unfit(forms: &mut Forms, maker: &Maker, good: &[Field]) {
    let bare = without(good.to_vec(), "sign");
    let signed = |name, value| maker.signed(&with(bare.clone(), &[(name, value)]), OUR_KEY);
    let unknown = signed("key_id", "tixian-9");
    forms.add("an unknown key_id", &unknown, "key_unknown");
    let foreign = signed("partner_id", "other-shop");
    forms.add("for another partner", &foreign, "partner_unknown");
    forms.add("a stale clock", &signed("timestamp", STALE), OUT_OF_RANGE);
    forms.add("a clock ahead", &signed("timestamp", FUTURE), OUT_OF_RANGE);
}
