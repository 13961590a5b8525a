//! Tokens of people and programs: a file with one line for each, which holds the SHA-256 digest of
//! the token and never the token.
//!
//! A token is 32 random bytes, so a plain digest is enough: there is nothing to guess.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runtime::ids::random_bytes;
use runtime::settings::{Env, Secret};

use super::person::Person;
use super::role::Role;

/// In front of each token, so that one that lies in the wrong place is known for what it is.
const PREFIX: &str = "tixian_console_";

/// More people than will ever have one, so that a wrong file is not read to its end.
const MOST: usize = 1000;

/// The SHA-256 digest of a secret.
pub(crate) type Digest = [u8; 32];

/// Everybody who has a token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens(Vec<(Digest, Person)>);

impl Tokens {
    /// What the file says that `CONSOLE_TOKENS_FILE` names; `Some(None)` where none is named.
    pub(crate) fn read(env: &mut Env) -> Option<Option<Self>> {
        let Some(path) = env.optional::<String>("CONSOLE_TOKENS_FILE")? else {
            return Some(None);
        };
        let Ok(text) = std::fs::read_to_string(path) else {
            return env.refuse("CONSOLE_TOKENS_FILE", "must name a file that can be read");
        };
        match Self::parse(&text) {
            Ok(tokens) => Some(Some(tokens)),
            Err(problem) => {
                env.refuse("CONSOLE_TOKENS_FILE", &format!("cannot be used: {problem}"))
            }
        }
    }

    /// Reads `ROLE NAME DIGEST` lines; `#` begins a comment. The problem names the line and repeats
    /// nothing of it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let read = parse_line(line);
            let read = read.ok_or_else(|| format!("line {number} is not ROLE NAME DIGEST"))?;
            if tokens.len() == MOST {
                return Err(format!("it has more than {MOST} tokens"));
            }
            tokens.push(read);
        }
        Ok(Self(tokens))
    }

    /// Whose token this is. Takes the same time wherever it stands.
    pub(crate) fn owner(&self, token: &str) -> Option<&Person> {
        self.owner_of(digest_of(token))
    }

    /// Whose the token with this digest is, as long as its line is there.
    pub(crate) fn still_owner(&self, digest: &str) -> Option<&Person> {
        self.owner_of(parse_digest(digest)?)
    }

    fn owner_of(&self, sought: Digest) -> Option<&Person> {
        let mut owner = None;
        for (digest, person) in &self.0 {
            if verify_slices_are_equal(digest, &sought).is_ok() {
                owner = Some(person);
            }
        }
        owner
    }
}

fn parse_line(line: &str) -> Option<(Digest, Person)> {
    let mut words = line.split_ascii_whitespace();
    let (role, name, digest) = (words.next()?, words.next()?, words.next()?);
    let person = Person::new(name, Role::from_name(role)?)?;
    let digest = parse_digest(digest)?;
    words.next().is_none().then_some((digest, person))
}

fn parse_digest(text: &str) -> Option<Digest> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

/// Two hexadecimal digits a byte.
pub(crate) fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of a token or of a session.
pub(crate) fn digest_of(secret: &str) -> Digest {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    let bytes = digest.as_ref().try_into();
    bytes.expect("a SHA-256 digest has 32 bytes")
}

/// A new token, and the line that makes it this person's.
pub(crate) fn new_token(person: &Person) -> (Secret, String) {
    let token = format!(
        "{PREFIX}{}",
        BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>())
    );
    let digest = hex(&digest_of(&token));
    let line = format!("{} {} {digest}", person.role.as_str(), person.name);
    (Secret::new(token), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_line_and_no_other_is() {
        let lin = Person::new("lin", Role::Operator).unwrap();
        let (token, line) = new_token(&lin);
        let file = format!("# operators\n\n  {line}\n");
        let tokens = Tokens::parse(&file).unwrap();
        assert_eq!(tokens.owner(token.expose()), Some(&lin));
        assert_eq!(tokens.owner(&format!("{} ", token.expose())), None);
        assert_eq!(tokens.owner(""), None);
        let digest = line.rsplit_once(' ').unwrap().1;
        assert_eq!(tokens.owner(digest), None, "the file opens nothing");
        assert_eq!(tokens.still_owner(digest), Some(&lin));
        assert_eq!(tokens.still_owner(&"0".repeat(64)), None);
        assert!(!file.contains(token.expose()));
    }

    #[test]
    fn a_wrong_line_is_named_and_not_repeated() {
        let digest = "0".repeat(64);
        for line in [
            "operator lin".to_owned(),
            format!("boss lin {digest}"),
            format!("operator l<n {digest}"),
            format!("operator lin {digest} more"),
            format!("operator lin {}", "g".repeat(64)),
            format!("operator lin {}", "é".repeat(32)),
        ] {
            let problem = Tokens::parse(&format!("# one\n{line}\n")).unwrap_err();
            assert_eq!(problem, "line 2 is not ROLE NAME DIGEST", "{line}");
        }
        let crowd = format!("reader a {digest}\n").repeat(MOST + 1);
        assert!(Tokens::parse(&crowd).is_err());
    }
}
