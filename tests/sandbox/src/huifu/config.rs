//! What a Huifu sandbox is started with.

use crate::fen::Fen;
use crate::huifu::fee::FeeRule;
use crate::keys::{SigningKey, VerifyingKey};
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

/// Everything a Huifu sandbox needs to start.
#[derive(Clone, Debug)]
pub struct HuifuConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The only sys_id that may call.
    pub sys_id: String,
    /// The only product_id that may call.
    pub product_id: String,
    /// Verifies requests.
    pub merchant_public_key: VerifyingKey,
    /// Signs answers and callbacks.
    pub huifu_private_key: SigningKey,
    /// Between the answer and 02, and between 02 and 01.
    pub callback_delay: Duration,
    /// Further tries after the first; Huifu makes three.
    pub callback_retries: u32,
    /// Between tries. Huifu does not say how long; two seconds is our guess.
    pub callback_retry_interval: Duration,
    /// Accounts and what is in them.
    pub accounts: Vec<AccountOpening>,
    /// Cards that were bound.
    pub cards: Vec<BoundCard>,
    /// Fee rules by huifu_id; members without one pay nothing.
    pub fees: Vec<(String, FeeRule)>,
    /// How many payments the book keeps before it forgets the oldest.
    pub book_limit: usize,
    /// Whether `magic_amounts`, `magic_names` and magic cards make faults happen.
    pub magic_amounts: bool,
    /// Whether openings may name pictures that were never uploaded.
    pub any_picture: bool,
    /// One log line per request and callback. Off for load.
    pub log_requests: bool,
}

impl HuifuConfig {
    /// On a free loopback port, with quick callbacks, for tests. No account and no card yet.
    #[must_use]
    pub fn for_tests(merchant_public_key: VerifyingKey, huifu_private_key: SigningKey) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            sys_id: "6666000021291985".into(),
            product_id: "YYZY".into(),
            merchant_public_key,
            huifu_private_key,
            callback_delay: Duration::from_millis(5),
            callback_retries: 3,
            callback_retry_interval: Duration::from_millis(100),
            accounts: Vec::new(),
            cards: Vec::new(),
            fees: Vec::new(),
            book_limit: 200_000,
            magic_amounts: true,
            any_picture: false,
            log_requests: false,
        }
    }
}

/// An account and its opening balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOpening {
    /// Whose.
    pub huifu_id: String,
    /// Which; absent means the basic account.
    pub acct_id: Option<String>,
    /// How much is in it.
    pub balance: Fen,
}

/// A card bound to a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundCard {
    /// Whose.
    pub huifu_id: String,
    /// Its number at Huifu; the card number itself is not known to the sandbox.
    pub token_no: String,
}

/// The text of a flag is not `huifu_id=value`.
#[derive(Debug, thiserror::Error)]
#[error("write {0}")]
pub struct BadPair(&'static str);

impl FromStr for AccountOpening {
    type Err = BadPair;

    fn from_str(text: &str) -> Result<Self, BadPair> {
        let bad = || BadPair("huifu_id=balance or huifu_id/acct_id=balance, such as 6666…=500.00");
        let (owner, balance) = text.split_once('=').ok_or_else(bad)?;
        let (huifu_id, acct_id) = match owner.split_once('/') {
            Some((huifu_id, acct_id)) => (huifu_id, Some(acct_id.to_owned())),
            None => (owner, None),
        };
        if huifu_id.is_empty() {
            return Err(bad());
        }
        let balance = balance.parse().map_err(|_| bad())?;
        Ok(Self {
            huifu_id: huifu_id.to_owned(),
            acct_id,
            balance,
        })
    }
}

impl FromStr for BoundCard {
    type Err = BadPair;

    fn from_str(text: &str) -> Result<Self, BadPair> {
        match text.split_once('=') {
            Some((huifu_id, token_no)) if !huifu_id.is_empty() && !token_no.is_empty() => {
                Ok(Self {
                    huifu_id: huifu_id.to_owned(),
                    token_no: token_no.to_owned(),
                })
            }
            Some(_) | None => Err(BadPair("huifu_id=token_no")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_read_as_the_help_says() {
        let account: AccountOpening = "6666=500.00".parse().unwrap();
        assert_eq!((account.acct_id, account.balance), (None, Fen(50_000)));
        let account: AccountOpening = "6666/F1=1.00".parse().unwrap();
        assert_eq!(account.acct_id.as_deref(), Some("F1"));
        assert_eq!("6666=1000".parse::<BoundCard>().unwrap().token_no, "1000");
        for wrong in ["", "6666", "=1.00", "6666=1"] {
            assert!(wrong.parse::<AccountOpening>().is_err(), "{wrong:?}");
        }
        assert!("6666=".parse::<BoundCard>().is_err());
    }
}
