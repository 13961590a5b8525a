//! Who runs a command, where that was proved: by a token of the console.
//!
//! Whoever has the command line has the database's password as well, and could write any row by
//! hand. A token does not change that. It changes what the audit may be believed in, and it makes
//! that a second person's approval takes a second person's token, and not only another name.

use runtime::settings::{Env, Secret};

use crate::console::{Person, Tokens};
use crate::exit::WrongUsage;

const TOKEN: &str = "OPSCTL_TOKEN";

/// Whose token `OPSCTL_TOKEN` is, by the file that `CONSOLE_TOKENS_FILE` names; `None` where no
/// token is shown.
pub(crate) fn shown() -> Result<Option<Person>, WrongUsage> {
    read(&mut Env::of_process())
}

fn read(env: &mut Env) -> Result<Option<Person>, WrongUsage> {
    let token: Option<Option<Secret>> = env.optional(TOKEN);
    let tokens = match &token {
        Some(Some(_)) => Tokens::read(env),
        Some(None) => return Ok(None),
        None => None,
    };
    let (Some(Some(token)), Some(tokens)) = (token, tokens) else {
        return Err(WrongUsage(env.errors().join("; ")));
    };
    let Some(tokens) = tokens else {
        let text = "CONSOLE_TOKENS_FILE must name the console's file, or nobody knows the token";
        return Err(WrongUsage(text.to_owned()));
    };
    let owner = tokens.owner(token.expose().trim());
    let owner = owner.ok_or_else(|| WrongUsage(format!("{TOKEN} is nobody's token")))?;
    Ok(Some(owner.clone()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::console::{Role, new_token};

    #[test]
    fn a_token_is_somebodys_by_the_file_and_by_nothing_else() {
        let lin = Person::new("lin", Role::Operator).unwrap();
        let (token, line) = new_token(&lin);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "{line}").unwrap();
        let path = file.path().to_str().unwrap();
        let of = |told: &[(&str, &str)]| {
            let mut env = Env::new(told.iter().copied());
            read(&mut env).map_err(|wrong| wrong.0)
        };
        let (file, token) = (("CONSOLE_TOKENS_FILE", path), token.expose());
        assert_eq!(of(&[(TOKEN, token), file]), Ok(Some(lin)));
        assert_eq!(of(&[file]), Ok(None), "no token is shown");
        for (told, why) in [
            (&[(TOKEN, "tixian_console_x"), file][..], "is nobody's"),
            (&[(TOKEN, token)], "must name the console's file"),
            (
                &[(TOKEN, token), ("CONSOLE_TOKENS_FILE", "/none")],
                "CONSOLE_TOKENS_FILE must name a file that can be read",
            ),
            (&[("OPSCTL_TOKEN_FILE", "/none"), file], TOKEN),
        ] {
            let refused = of(told).unwrap_err();
            assert!(
                refused.contains(why) && !refused.contains(token),
                "{refused}"
            );
        }
    }
}
