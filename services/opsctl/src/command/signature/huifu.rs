//! Huifu's rule (huifu-api.md §2): a JSON object.

use anyhow::Context as _;
use contract::signing::huifu::reprint;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Claim;
use crate::exit::WrongUsage;

/// What travels: the signed part and the signature beside it; other members do not matter.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, alias = "resp_data")]
    data: &'a RawValue,
    sign: Option<String>,
}

/// The text that is signed for this object, which is the `data` of a request.
pub(super) fn signed_text(input: &str) -> anyhow::Result<String> {
    let text = reprint(input).map_err(|error| WrongUsage(error.to_string()))?;
    Ok(text)
}

/// With `given`, standard input is the signed object itself; else it is the envelope
/// `{"data": …, "sign": "…"}`. A `data` that is a string is a callback's text, signed as it is.
pub(super) fn claim(input: &str, given: Option<&str>) -> anyhow::Result<Claim> {
    if let Some(signature) = given {
        return Ok(over(
            input.trim_end_matches(['\n', '\r']),
            signature.to_owned(),
        ));
    }
    let envelope: Envelope<'_> = serde_json::from_str(input).map_err(|_| {
        WrongUsage("expected {\"data\": …, \"sign\": \"…\"}, or --signature".to_owned())
    })?;
    let sign = envelope.sign.unwrap_or_default();
    if envelope.data.get().starts_with('"') {
        let text: String = serde_json::from_str(envelope.data.get())
            .context("data is a string that is not Unicode")?;
        return Ok(over(&text, sign));
    }
    Ok(over(envelope.data.get(), sign))
}

/// Huifu signs answers over the text as sent or over its sorted form, depending on who reads it;
/// both count, as they do in huifu-dispatcher.
fn over(text: &str, signature: String) -> Claim {
    Claim {
        text: text.to_owned(),
        signature,
        or_text: reprint(text).ok(),
    }
}
