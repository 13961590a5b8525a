//! The user's way back to the partner.

use contract::partner::answer::AnswerCode;

use super::super::Case;
use super::super::maker::{Maker, NOW, OUR_KEY, OUR_NEXT_KEY, STALE};
use super::{MALFORMED, MISMATCH, OUT_OF_RANGE};

const WITH_QUERY: &str = "https://shop.example/return?order=7&note=%E6%8F%90+%E7%8E%B0&Code=x";
const PLAIN: &str = "https://shop.example/return";

pub(super) fn all(maker: &Maker) -> Vec<Case> {
    let good = maker.returned(AnswerCode::Accepted, WITH_QUERY, (OUR_KEY, NOW));
    let cancelled = maker.returned(AnswerCode::Cancelled, PLAIN, (OUR_KEY, NOW));
    let expired = maker.returned(AnswerCode::Expired, PLAIN, (OUR_NEXT_KEY, NOW));
    let stale = maker.returned(AnswerCode::Accepted, PLAIN, (OUR_KEY, STALE));
    let confirmed = cancelled.replace("code=1001", "code=0000");
    let more = good.replace("money=100.00", "money=999.00");
    // One field less, and the very same signed text.
    let moved = without(&good, "htouhui_user_id")
        .replace("&code=0000", "&code=0000%26htouhui_user_id%3D10000001");
    let other_query = good.replace("order=7", "order=8");
    let twice = format!("{good}&code=0000");
    let unknown = good.replace("tixian-1", "tixian-9");
    let foreign = good.replace("demo-shop", "other-shop");
    let returns = [
        ("accepted, the partner's own query kept", good.clone(), "ok"),
        ("cancelled", cancelled, "ok"),
        ("expired, signed with our next key", expired, "ok"),
        ("the partner's own query is not signed", other_query, "ok"),
        ("cancelled made accepted", confirmed, MISMATCH),
        ("money changed", more, MISMATCH),
        ("a field lost", without(&good, "message"), MISMATCH),
        ("a field twice", twice, "field_repeated"),
        ("the border of a value moved", moved, MALFORMED),
        ("no signature", without(&good, "sign"), "field_missing"),
        ("an unknown key_id", unknown, "key_unknown"),
        ("for another partner", foreign, "partner_unknown"),
        ("a stale clock", stale, OUT_OF_RANGE),
    ];
    let returns = returns.into_iter().map(|(name, url, result)| Case::Return {
        name: format!("return: {name}"),
        keys: "platform".to_owned(),
        url,
        result: result.to_owned(),
    });
    returns.collect()
}

/// The address without one field.
fn without(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').unwrap();
    let lost = format!("{name}=");
    let kept = query.split('&').filter(|pair| !pair.starts_with(&lost));
    format!("{address}?{}", kept.collect::<Vec<_>>().join("&"))
}
