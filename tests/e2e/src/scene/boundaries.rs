//! Who is played here: Huifu and a partner, as this scene's settings name them.

use anyhow::Result;
use sandbox::huifu::{
    AccountOpening, BoundCard, FeeMode, FeeRule, HuifuConfig, HuifuHandle, HuifuSandbox,
};
use sandbox::partner::{PartnerConfig, PartnerHandle, PartnerSandbox};
use sandbox::{Fen, SigningKey, VerifyingKey};
use stand::system::{PRODUCT_ID, Plan, SYS_ID};

use super::HUIFU_ID;
use crate::register::{HTOUHUI_USER_ID, PARTNER_ID, PARTNER_KEY_ID, THIRD_PARTY_USER_ID, TOKEN_NO};

pub(super) async fn huifu_sandbox(plan: &Plan, private_pem: &str) -> Result<HuifuHandle> {
    let merchant = VerifyingKey::read(&plan.merchant.public_spki_pem)?;
    let mut config = HuifuConfig::for_tests(merchant, SigningKey::read(private_pem)?);
    SYS_ID.clone_into(&mut config.sys_id);
    PRODUCT_ID.clone_into(&mut config.product_id);
    config.callback_retries = 30;
    config.accounts.push(AccountOpening {
        huifu_id: HUIFU_ID.to_owned(),
        acct_id: None,
        balance: Fen(100_000_000),
    });
    config.cards.push(BoundCard {
        huifu_id: HUIFU_ID.to_owned(),
        token_no: TOKEN_NO.to_owned(),
    });
    let fee = FeeRule {
        fixed: Fen(100),
        rate_bp: 5,
        mode: FeeMode::Inner,
    };
    config.fees.push((HUIFU_ID.to_owned(), fee));
    Ok(HuifuSandbox::start(config).await?)
}

pub(super) async fn partner_sandbox(plan: &Plan, key: SigningKey) -> Result<PartnerHandle> {
    let mut config = PartnerConfig::for_tests(PARTNER_ID, PARTNER_KEY_ID, key);
    THIRD_PARTY_USER_ID.clone_into(&mut config.third_party_user_id);
    HTOUHUI_USER_ID.clone_into(&mut config.htouhui_user_id);
    config.intake_url = plan.intake_url().parse()?;
    config.jwks_url = format!("{}/.well-known/jwks.json", plan.intake_url()).parse()?;
    Ok(PartnerSandbox::start(config).await?)
}
