//! The partner and the user that `stand up` and `stand demo` bring along.

use anyhow::Result;

use crate::keys::KeyFiles;
use crate::opsctl::Opsctl;

/// The partner's id.
pub const PARTNER_ID: &str = "demo-shop";
/// The name of the partner's key.
pub const PARTNER_KEY_ID: &str = "shop-1";
/// The user, as we know them.
pub const USER: &str = "10000000001";
/// The same user, as the partner knows them.
pub const USER_AT_PARTNER: &str = "shop-user-1";
/// The transaction password (交易密码).
pub const PASSWORD: &str = "246810";
/// The mobile to which the user's codes go.
pub const MOBILE: &str = "13764190263";
/// The user's account at Huifu.
pub const HUIFU_ID: &str = "6666000021291985";
/// Huifu's number of the card.
pub const CARD_TOKEN: &str = "10004053462";
/// The last digits of the card.
pub const CARD_TAIL: &str = "6378";
/// What is in the account at Huifu, in yuan.
pub const BALANCE: &str = "1000000.00";
/// What a withdrawal costs, as the Huifu sandbox takes it: one rule for every cash type.
pub const HUIFU_FEE: &str = "1.00+0.05%:inner";

const BANK: &str = "招商银行";
const FEE: [&str; 6] = ["--fix", "1.00", "--rate", "0.05", "--bearer", "inner"];
const CASH_TYPES: [&str; 4] = ["T1", "D0", "D1", "DM"];

/// Registers both, with the commands an operator would use. What is there already stays.
///
/// # Errors
/// When `opsctl` refuses for another reason than that it was done before.
pub async fn enrol(opsctl: &Opsctl, keys: &KeyFiles) -> Result<()> {
    enrol_partner(opsctl, keys).await?;
    enrol_user(opsctl).await
}

/// Registers the partner with its key.
///
/// # Errors
/// As [`enrol`].
pub(crate) async fn enrol_partner(opsctl: &Opsctl, keys: &KeyFiles) -> Result<()> {
    let public_key = keys.partner_public.display().to_string();
    let partner = [
        "partner",
        "add",
        PARTNER_ID,
        "--name",
        "小店",
        "--host",
        "127.0.0.1",
    ];
    once(opsctl.run(&partner).await)?;
    let key = [
        &["partner", "key", "add", PARTNER_ID][..],
        &["--key-id", PARTNER_KEY_ID, "--public-key", &public_key],
    ]
    .concat();
    once(opsctl.run(&key).await)
}

/// A user who came by hand, with an account that the sandbox of Huifu has had for ever.
async fn enrol_user(opsctl: &Opsctl) -> Result<()> {
    let user = [
        &["user", "add", "--partner", PARTNER_ID][..],
        &["--third-party-user-id", USER_AT_PARTNER],
        &["--htouhui-user-id", USER],
        &["--huifu-id", HUIFU_ID, "--password-stdin"],
    ]
    .concat();
    once(opsctl.run_with_input(&user, PASSWORD).await)?;
    let card = [
        &["user", "card", "add", USER, "--token-no", CARD_TOKEN][..],
        &["--tail", CARD_TAIL, "--bank-name", BANK, "--default"],
    ]
    .concat();
    once(opsctl.run(&card).await)?;
    for cash_type in CASH_TYPES {
        let fee = [
            &["user", "fee", "set", USER, "--cash-type", cash_type],
            &FEE[..],
        ]
        .concat();
        opsctl.run(&fee).await?;
    }
    register_mobile(opsctl).await
}

/// Each time would be a deed on record, so only the first.
async fn register_mobile(opsctl: &Opsctl) -> Result<()> {
    let user = opsctl.json(&["user", "show", USER]).await?;
    if !user["mobile_tail"].is_null() {
        return Ok(());
    }
    let mobile = [
        &["user", "mobile", USER, "--mobile-stdin"][..],
        &["--yes", "--reason", "the demo's user"],
    ];
    opsctl
        .run_with_input(&mobile.concat(), MOBILE)
        .await
        .map(drop)
}

/// An interrupted enrolment is finished by the next one, so each step may have been done before.
fn once(done: Result<String>) -> Result<()> {
    match done {
        Err(error) if !error.to_string().contains(" already") => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn only_what_was_done_before_is_forgiven() {
        assert!(once(Ok(String::new())).is_ok());
        assert!(once(Err(anyhow!("there is a partner demo-shop already"))).is_ok());
        assert!(once(Err(anyhow!("no connection to the database"))).is_err());
    }
}
