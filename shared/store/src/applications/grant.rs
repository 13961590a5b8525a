//! What exists at Huifu once an application has passed: what its form asked for, with the numbers
//! that Huifu gave. Whoever has opened the form makes one; it keeps nothing of it but four digits
//! of the card, the fees, and the mobile number of an opening, sealed again.

use contract::fee::CashRule;
use contract::huifu::operations::{ApplicationForm, CardSummary};
use contract::ids::{HuifuId, TokenNo};
use contract::withdrawal::CashType;

use super::Application;
use super::progress::Granted;
use crate::users::{NewCard, SealedMobile};

/// Shown where neither the partner nor Huifu named the bank.
const SOME_BANK: &str = "银行卡";

/// What was granted.
#[derive(Debug, Clone)]
pub struct Grant {
    huifu_id: HuifuId,
    card: Option<(TokenNo, CardSummary)>,
    bank_name: String,
    rules: Vec<(CashType, Option<CashRule>)>,
    mobile: Option<SealedMobile>,
}

impl Grant {
    /// `None`: the form has a card, and Huifu has not said yet by which number it knows it.
    /// `mobile` is the form's, sealed by whoever has the keys (`runtime::mobile`).
    pub fn new(
        application: &Application,
        form: &ApplicationForm,
        huifu_id: &HuifuId,
        token_no: Option<&TokenNo>,
        mobile: Option<SealedMobile>,
    ) -> Option<Self> {
        let card = match form.card() {
            Some(card) => Some((token_no?.clone(), card)),
            None => None,
        };
        let rules = form.cash_rules();
        let rules = rules
            .iter()
            .map(|(cash_type, rule)| (*cash_type, rule.granted(huifu_id)));
        let bank_name = application.bank_name.as_deref().unwrap_or(SOME_BANK);
        Some(Self {
            huifu_id: huifu_id.clone(),
            card,
            bank_name: bank_name.to_owned(),
            rules: rules.collect(),
            mobile,
        })
    }

    /// With the bank's name as Huifu has it, where the partner named none.
    #[must_use]
    pub fn named_by(mut self, bank_name: Option<String>) -> Self {
        if self.bank_name == SOME_BANK {
            self.bank_name = bank_name.unwrap_or(self.bank_name);
        }
        self
    }

    /// For [`super::progress::Event::Pass`].
    pub fn granted(&self) -> Granted<'_> {
        Granted {
            huifu_id: &self.huifu_id,
            card: self.card.as_ref().map(|(token_no, card)| NewCard {
                token_no,
                tail: &card.tail,
                bank_name: &self.bank_name,
                is_default: card.is_default,
            }),
            rules: &self.rules,
            mobile: self.mobile.as_ref(),
        }
    }
}
