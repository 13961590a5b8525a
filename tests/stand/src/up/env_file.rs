//! `.local/tixian.env`: what runs where, for programs and for `set -a; . .local/tixian.env`.

use super::{System, shown};
use crate::system::{DATA_KEYS, PASSWORD_PEPPER, Sandbox};
use crate::tenant;

/// The file's text: `NAME='value'`, which shells, Docker Compose and systemd read alike.
pub(super) fn text(system: &System) -> String {
    let (plan, sandboxes) = (&system.plan, system.standing.sandboxes());
    let pairs = [
        ("INTAKE_URL", plan.intake_url()),
        ("JWKS_URL", plan.jwks_url()),
        ("CALLBACK_URL", plan.callback_url()),
        ("PARTNER_SANDBOX_URL", sandboxes.url(Sandbox::Partner)),
        ("HUIFU_SANDBOX_URL", sandboxes.url(Sandbox::Huifu)),
        ("SMS_SANDBOX_URL", sandboxes.url(Sandbox::Sms)),
        ("DATABASE_URL", plan.database_url.clone()),
        ("AMQP_URL", plan.amqp_url.clone()),
        ("PARTNER_ID", tenant::PARTNER_ID.to_owned()),
        ("PARTNER_KEY_ID", tenant::PARTNER_KEY_ID.to_owned()),
        (
            "PARTNER_PRIVATE_KEY_FILE",
            shown(&system.keys.partner_private),
        ),
        ("DEMO_USER", tenant::USER.to_owned()),
        (
            "DEMO_THIRD_PARTY_USER_ID",
            tenant::USER_AT_PARTNER.to_owned(),
        ),
        ("DEMO_HUIFU_ID", tenant::HUIFU_ID.to_owned()),
        ("DEMO_CARD", tenant::CARD_TAIL.to_owned()),
        ("DEMO_CARD_TOKEN", tenant::CARD_TOKEN.to_owned()),
        ("DEMO_PASSWORD", tenant::PASSWORD.to_owned()),
        ("PASSWORD_PEPPER", PASSWORD_PEPPER.to_owned()),
        ("DATA_KEYS", DATA_KEYS.to_owned()),
    ];
    let head = "# Written by `make up`. Everything in it protects nothing but this demo.\n";
    pairs.iter().fold(head.to_owned(), |text, (name, value)| {
        text + &line(name, value)
    })
}

fn line(name: &str, value: &str) -> String {
    // The one character that a shell reads inside single quotes.
    format!("{name}='{}'\n", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_back_every_value_as_it_was() {
        for value in [
            "plain",
            "amqp://u:p@h:1/a%20b?c=d&e#f",
            "it's; $HOME `id` \"x\"",
            "",
        ] {
            let script = format!("{}printf %s \"$NAME\"", line("NAME", value));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
        }
    }
}
