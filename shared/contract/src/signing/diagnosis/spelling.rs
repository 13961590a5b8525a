//! Signatures that are spelled in another way than standard Base64 with padding.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;

use super::Mistake;

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const UNPADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// Twice the characters that any good signature has.
const LONGEST: usize = 2_048;

/// The bytes of a signature, and how it was misspelled, if it was; `None` if nobody can tell.
pub(super) fn read(signature: &str) -> Option<(Vec<u8>, Option<Mistake>)> {
    if signature.len() > LONGEST {
        return None;
    }
    if let Ok(bytes) = BASE64_STANDARD.decode(signature) {
        // Hexadecimal is Base64 of something else, and twice as long as it should be.
        return match from_hex(signature) {
            Some(hex) => Some((hex, Some(Mistake::SignatureHex))),
            None => Some((bytes, None)),
        };
    }
    let attempts: [(Mistake, Option<Vec<u8>>); 5] = [
        (Mistake::SignatureLineBreaks, without_line_breaks(signature)),
        (
            Mistake::SignaturePlusLost,
            standard(&signature.replace(' ', "+")),
        ),
        (Mistake::SignatureUrlEncoded, url_decoded(signature)),
        (Mistake::SignatureBase64Url, URL_SAFE.decode(signature).ok()),
        (Mistake::SignatureUnpadded, UNPADDED.decode(signature).ok()),
    ];
    // Unpadded Base64 without + and / is base64url too: the lesser mistake is named.
    let is_url_safe = signature.contains(['-', '_']);
    attempts
        .into_iter()
        .filter(|(mistake, _)| *mistake != Mistake::SignatureBase64Url || is_url_safe)
        .find_map(|(mistake, bytes)| Some((bytes?, Some(mistake))))
}

fn standard(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

fn without_line_breaks(text: &str) -> Option<Vec<u8>> {
    text.contains(['\r', '\n'])
        .then(|| standard(&text.replace(['\r', '\n'], "")))?
}

fn url_decoded(text: &str) -> Option<Vec<u8>> {
    let (decoded, _) = form_urlencoded::parse(text.as_bytes()).next()?;
    // `+` was no space here.
    text.contains('%')
        .then(|| standard(&decoded.replace(' ', "+")))?
}

/// 512 to 1024 digits, as keys of 2048 to 4096 bits make them.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !(512..=1024).contains(&text.len()) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_misspelling_is_read_and_named() {
        let bytes: Vec<u8> = (0..=255).rev().collect();
        let good = BASE64_STANDARD.encode(&bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let encoded = good
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        for (text, mistake) in [
            (good.clone(), None),
            (good.replace('+', " "), Some(Mistake::SignaturePlusLost)),
            (encoded, Some(Mistake::SignatureUrlEncoded)),
            (
                good.replace('+', "-").replace('/', "_"),
                Some(Mistake::SignatureBase64Url),
            ),
            (
                good.trim_end_matches('=').to_owned(),
                Some(Mistake::SignatureUnpadded),
            ),
            (
                format!("{}\r\n{}\r\n", &good[..76], &good[76..]),
                Some(Mistake::SignatureLineBreaks),
            ),
            (hex, Some(Mistake::SignatureHex)),
        ] {
            assert_eq!(read(&text), Some((bytes.clone(), mistake)), "{text}");
        }
        for nonsense in ["提现", "a", "%%%", &"A".repeat(4_096)] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
