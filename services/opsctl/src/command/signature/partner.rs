//! The partner's rule: an urlencoded form.

use contract::signing::partner::{self, SIGN};

use super::Claim;
use crate::exit::WrongUsage;

/// The text that is signed for this form; a field `sign` in it is left out.
pub(super) fn signed_text(input: &str) -> anyhow::Result<String> {
    let form = read(input);
    let text = partner::signed_text(&form).map_err(|error| WrongUsage(error.to_string()))?;
    Ok(text)
}

/// The signature is `given`, or the form's field `sign`.
pub(super) fn claim(input: &str, given: Option<&str>) -> anyhow::Result<Claim> {
    let inside = read(input)
        .into_iter()
        .find(|(name, _)| name == SIGN)
        .map(|(_, sign)| sign);
    let signature = given.map(str::to_owned).or(inside).unwrap_or_default();
    Ok(Claim {
        text: signed_text(input)?,
        signature,
        or_text: None,
    })
}

/// A form typed at a terminal ends in a line end that nobody meant; inside of a form it is `%0A`.
fn read(input: &str) -> Vec<(String, String)> {
    let form = input.trim_end_matches(['\n', '\r']);
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}
