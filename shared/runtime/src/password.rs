//! Transaction passwords: argon2id with a pepper, the same for whoever sets one and whoever checks.
//!
//! The pepper is not in the database, so a stolen table alone cannot be guessed through, although
//! six digits are a million tries. Losing the pepper makes every stored password wrong.
//!
//! One hash costs 15-22 ms of a core and 19 MiB: run it on a blocking pool, with a bound.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::settings::Secret;

/// Why a password could not be hashed or compared. It repeats neither password nor hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Longer than 4 GiB.
    #[error("the pepper cannot be used")]
    Pepper,
    /// The machine has no memory or no randomness left.
    #[error("the password could not be hashed")]
    Hash(#[source] password_hash::Error),
    /// What is stored is not an argon2id hash in PHC form.
    #[error("the stored hash cannot be read")]
    Stored,
}

/// Hashes a password: argon2id in PHC form with a fresh salt, as `users.password_hash` keeps it.
pub fn hash(password: &str, pepper: &Secret) -> Result<String, PasswordError> {
    let hash = peppered(pepper)?
        .hash_password(password.as_bytes())
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that `stored` was made of, with the same pepper. Takes as long for
/// a wrong one as for the right one.
pub fn verify(password: &str, stored: &str, pepper: &Secret) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError::Stored)?;
    match peppered(pepper)?.verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

fn peppered(pepper: &Secret) -> Result<Argon2<'_>, PasswordError> {
    Argon2::new_with_secret(
        pepper.expose().as_bytes(),
        Algorithm::Argon2id,
        Version::V0x13,
        Params::default(),
    )
    .map_err(|_| PasswordError::Pepper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_with_the_right_pepper_verifies() {
        let pepper = Secret::new("pepper");
        let stored = hash("135790", &pepper).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(verify("135790", &stored, &pepper), Ok(true));
        assert_eq!(verify("135791", &stored, &pepper), Ok(false));
        assert_eq!(verify("135790", &stored, &Secret::new("salt")), Ok(false));
        assert_ne!(
            hash("135790", &pepper).unwrap(),
            stored,
            "the salt is fresh"
        );
    }

    #[test]
    fn a_hash_that_is_none_is_corruption_and_not_a_wrong_password() {
        let verdict = verify("135790", "135790", &Secret::new("pepper"));
        assert_eq!(verdict, Err(PasswordError::Stored));
    }
}
