//! `opsctl keygen`: an RSA-2048 key pair in two files, the private one readable by its owner only.
//!
//! An existing file is never overwritten: it may be the key that partners verify with.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use contract::ids::KeyId;
use contract::signing::keys::{PrivateKey, generate_pkcs8_pem};
use serde_json::json;

use crate::exit::WrongUsage;
use crate::output::Report;

const BITS: usize = 2048;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder to write ID.private.pem and ID.public.pem to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The key's name: the key_id of signatures, and the beginning of the file names
    #[arg(long, value_name = "ID")]
    key_id: KeyId,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Report> {
    let key_id = arguments.key_id.as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if key_id.starts_with('.') || !key_id.bytes().all(plain) {
        let wrong = "a key_id that names files has letters, digits, - _ and . only, no . in front";
        return Err(WrongUsage(wrong.to_owned()).into());
    }
    std::fs::create_dir_all(&arguments.out)
        .with_context(|| format!("{} cannot be made", arguments.out.display()))?;
    let private_file = arguments.out.join(format!("{key_id}.private.pem"));
    let public_file = arguments.out.join(format!("{key_id}.public.pem"));
    let pem = generate_pkcs8_pem(&mut rsa::rand_core::OsRng, BITS)?;
    let key: PrivateKey = pem.parse()?;
    write_new(&private_file, &pem, 0o600)?;
    write_new(&public_file, &key.public().to_spki_pem(), 0o644)?;
    let fingerprint = key.public().fingerprint();
    let json = json!({
        "key_id": key_id, "private_key_file": private_file, "public_key_file": public_file,
        "fingerprint": fingerprint,
    });
    Ok(Report::new(json).facts(vec![
        ("private key", private_file.display().to_string()),
        ("public key", public_file.display().to_string()),
        ("SHA-256", fingerprint.to_owned()),
    ]))
}

fn write_new(file: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(file);
    let mut opened = opened.with_context(|| format!("{} cannot be made", file.display()))?;
    opened
        .write_all(text.as_bytes())
        .with_context(|| format!("{} cannot be written", file.display()))
}
