//! The signed form of the page call, right or deliberately wrong.

use crate::clock;
use crate::partner::signed_text::signed_text;
use crate::partner::verify::Field;
use crate::partner::world::World;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A form as it will be posted, with `overrides` in place before the signature is made.
///
/// `None` leaves a field out. An override of `sign` takes the place of the signature.
pub(crate) fn signed_form(world: &World, overrides: &[(&str, Option<&str>)]) -> Vec<Field> {
    let mut fields = defaults(world);
    for (name, value) in overrides {
        match value {
            Some(value) => fields.insert((*name).to_owned(), (*value).to_owned()),
            None => fields.remove(*name),
        };
    }
    let text = signed_text(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    if !overrides.iter().any(|(name, _)| *name == "sign") {
        fields.insert(
            "sign".to_owned(),
            world.signing_key().1.sign(text.as_bytes()),
        );
    }
    fields.into_iter().collect()
}

fn defaults(world: &World) -> BTreeMap<String, String> {
    let now = clock::beijing_seconds(clock::now());
    let fresh = Uuid::new_v4().simple().to_string();
    let url = |path: &str| format!("{}{path}", world.public_url());
    let user = world.user();
    BTreeMap::from([
        ("partner_id".to_owned(), world.partner_id.clone()),
        ("version".to_owned(), "1.0".to_owned()),
        ("sign_type".to_owned(), "RSA2".to_owned()),
        ("key_id".to_owned(), world.signing_key().0),
        ("nonce".to_owned(), fresh.clone()),
        // Its own number for the order, at most 32 long: the time for people, the rest to differ.
        ("out_order_no".to_owned(), format!("T{now}{}", &fresh[..12])),
        ("timestamp".to_owned(), now),
        ("third_party_user_id".to_owned(), user.third_party_user_id),
        ("htouhui_user_id".to_owned(), user.htouhui_user_id),
        ("money".to_owned(), "100.00".to_owned()),
        ("return_url".to_owned(), url("/return")),
        ("notify_url".to_owned(), url("/notify")),
        ("from_url".to_owned(), url("/")),
    ])
}
