//! `opsctl signature`: the exact text that is signed, the signature over it, whether one holds, and
//! why not.
//!
//! Reads standard input: a JSON object (huifu) or an urlencoded form (partner). For people who
//! search for the byte on which two programs disagree, so nothing is tidied on the way.

mod explain;
mod huifu;
mod partner;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use contract::signing::SignatureError;
use contract::signing::keys::{PrivateKey, PublicKey};
use serde_json::json;

use crate::database::Database;
use crate::exit::Exit;
use crate::input;
use crate::output::Report;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the text that is signed, byte for byte
    Text(TextArguments),
    /// Print the signature in Base64
    Sign(SignArguments),
    /// Say whether a signature holds: exit code 0 or 1
    Verify(VerifyArguments),
    /// Say why a signature does not hold: exit code 0 if nothing is wrong, else 1. Reads the body
    /// of a call of POST /v1/signature/check and gives its answer
    Explain(explain::ExplainArguments),
}

#[derive(Debug, Args)]
pub(crate) struct TextArguments {
    /// Whose rule
    #[arg(long, value_enum)]
    scheme: Scheme,
    /// Not needed here; taken so that the three commands can be called alike
    #[arg(long, value_name = "FILE", hide = true)]
    key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    /// Whose rule
    #[arg(long, value_enum)]
    scheme: Scheme,
    /// The private key: PEM, or the Base64 inside it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Whose rule
    #[arg(long, value_enum)]
    scheme: Scheme,
    /// The public key (or a private one, whose public half is used): PEM, or the Base64 inside it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The signature in Base64 [default: the form's field sign; the member sign beside data]
    #[arg(long, value_name = "BASE64")]
    signature: Option<String>,
}

/// Whose rule says what is signed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Scheme {
    /// A JSON object; members sorted by name at the first level, printed compactly
    Huifu,
    /// An urlencoded form; name=value sorted by name, joined with &
    Partner,
}

/// What is to be verified.
struct Claim {
    text: String,
    signature: String,
    /// The same statement in another spelling that counts as well.
    or_text: Option<String>,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let input = input::stdin()?;
    match command {
        Command::Text(arguments) => {
            let text = signed_text(arguments.scheme, &input)?;
            Ok(Report::new(json!({ "text": text })).exact(text))
        }
        Command::Sign(arguments) => {
            let text = signed_text(arguments.scheme, &input)?;
            let key: PrivateKey = read_key(&arguments.key)?;
            let signature = key.sign(text.as_bytes());
            Ok(Report::new(json!({ "text": text, "signature": signature })).exact(signature))
        }
        Command::Verify(arguments) => verify(&arguments, &input),
        Command::Explain(arguments) => explain::explain(&arguments, &input, database).await,
    }
}

fn signed_text(scheme: Scheme, input: &str) -> anyhow::Result<String> {
    match scheme {
        Scheme::Huifu => huifu::signed_text(input),
        Scheme::Partner => partner::signed_text(input),
    }
}

fn verify(arguments: &VerifyArguments, input: &str) -> anyhow::Result<Report> {
    let given = arguments.signature.as_deref();
    let claim = match arguments.scheme {
        Scheme::Huifu => huifu::claim(input, given)?,
        Scheme::Partner => partner::claim(input, given)?,
    };
    let key: PublicKey = match read_key::<PublicKey>(&arguments.key) {
        Ok(key) => key,
        Err(error) => match read_key::<PrivateKey>(&arguments.key) {
            Ok(private) => private.public().clone(),
            Err(_) => return Err(error),
        },
    };
    let first = key.verify(claim.text.as_bytes(), &claim.signature);
    let verdict = match (first, &claim.or_text) {
        (Err(SignatureError::Mismatch), Some(other)) => {
            key.verify(other.as_bytes(), &claim.signature)
        }
        (verdict, _) => verdict,
    };
    let json = json!({
        "holds": verdict.is_ok(), "reason": verdict.as_ref().err().map(ToString::to_string),
        "text": claim.text, "fingerprint": key.fingerprint(),
    });
    let report = Report::new(json);
    Ok(match verdict {
        Ok(()) => report.line("The signature holds."),
        Err(error) => report
            .line(format!("The signature does not hold: {error}."))
            .exit(Exit::Failed),
    })
}

fn read_key<K>(file: &Path) -> anyhow::Result<K>
where
    K: std::str::FromStr<Err = contract::signing::keys::KeyError>,
{
    input::file(file)?
        .parse::<K>()
        .with_context(|| format!("{}", file.display()))
}
