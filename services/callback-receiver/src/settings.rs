//! The settings of callback-receiver.

use std::net::SocketAddr;
use std::time::Duration;

use contract::signing::keys::PublicKey;
use runtime::settings::{Env, Secret, Settings};

/// Everything.
#[derive(Debug, Clone)]
pub struct ReceiverSettings {
    /// `LISTEN`: where Huifu's callbacks arrive, behind whatever ends TLS.
    pub listen: SocketAddr,
    /// `HUIFU_PUBLIC_KEY` (or `_FILE`): verifies callbacks.
    pub public_key: PublicKey,
    /// `CALLBACK_ANSWER_WITHIN_MS`: a callback that takes longer is given up and answered 503.
    /// Huifu hangs up after 5 s (huifu-api.md §4); an answer after that is never read.
    pub answer_within: Duration,
}

impl Settings for ReceiverSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let listen = env.required("LISTEN");
        let public_key = public_key(env);
        let answer_within = env.or_in(
            "CALLBACK_ANSWER_WITHIN_MS",
            Duration::from_millis(4_000),
            Duration::from_millis(1)..=Duration::from_millis(5_000),
        );
        Some(Self {
            listen: listen?,
            public_key: public_key?,
            answer_within: answer_within?,
        })
    }
}

fn public_key(env: &mut Env) -> Option<PublicKey> {
    let text: Secret = env.required("HUIFU_PUBLIC_KEY")?;
    match text.expose().parse() {
        Ok(key) => Some(key),
        Err(_) => env.refuse(
            "HUIFU_PUBLIC_KEY",
            "must be an RSA public key of 2048 to 4096 bits, PEM or Base64",
        ),
    }
}
