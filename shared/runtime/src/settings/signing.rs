//! Our own key: what it signs, partners verify with the one at `/.well-known/jwks.json`.

use contract::ids::KeyId;
use contract::signing::keys::PrivateKey;

use super::{Env, Secret, Settings};

/// The key that signs now, and its name.
#[derive(Debug, Clone)]
pub struct SigningSettings {
    /// `SIGNING_KEY` (or `_FILE`): an RSA private key, PEM or bare Base64.
    pub key: PrivateKey,
    /// `SIGNING_KEY_ID`: the name under which others know its public half.
    pub key_id: KeyId,
}

impl Settings for SigningSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let key = key(env);
        let key_id = key_id(env);
        Some(Self {
            key: key?,
            key_id: key_id?,
        })
    }
}

fn key(env: &mut Env) -> Option<PrivateKey> {
    let text: Secret = env.required("SIGNING_KEY")?;
    match text.expose().parse() {
        Ok(key) => Some(key),
        Err(error) => env.refuse("SIGNING_KEY", &format!("must be a private key: {error}")),
    }
}

fn key_id(env: &mut Env) -> Option<KeyId> {
    let text: String = env.required("SIGNING_KEY_ID")?;
    match text.parse() {
        // It stands in quotation marks in the Authorization header, and in signed texts.
        Ok(key_id) if !text.contains(['&', '=', '"', '\\']) => Some(key_id),
        Ok(_) | Err(_) => env.refuse(
            "SIGNING_KEY_ID",
            "must be 1 to 32 printable ASCII characters without spaces, &, =, \" and \\",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_not_stand_in_a_signed_text_is_refused_and_no_key_is_repeated() {
        for name in ["a b", "a=b", "a&b", "a\"b", "a\\b"] {
            let mut env = Env::new([("SIGNING_KEY", "hunter2"), ("SIGNING_KEY_ID", name)]);
            assert!(SigningSettings::read(&mut env).is_none());
            let errors = env.errors().join("\n");
            assert!(errors.contains("SIGNING_KEY must"), "{errors}");
            assert!(errors.contains("SIGNING_KEY_ID must"), "{errors}");
            assert!(!errors.contains("hunter2"), "{errors}");
        }
    }
}
