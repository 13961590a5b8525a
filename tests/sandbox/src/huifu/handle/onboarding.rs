//! What a test asks of the register and does to it.

use crate::huifu::admin;
use crate::huifu::cash::{CashRule, CashType, Price};
use crate::huifu::cash_config::CashEntry;
use crate::huifu::handle::HuifuHandle;
use crate::huifu::member::RegisteredMember;
use crate::huifu::onboarding::{Onboarding, ReviewState};
use crate::huifu::picture::StoredPicture;
use jiff::civil::Date;
use std::collections::BTreeMap;

impl HuifuHandle {
    /// Every member, by huifu_id.
    #[must_use]
    pub fn members(&self) -> Vec<RegisteredMember> {
        let register = self.world.register();
        register.members().map(|member| member.shown()).collect()
    }

    /// One member.
    #[must_use]
    pub fn member(&self, huifu_id: &str) -> Option<RegisteredMember> {
        let register = self.world.register();
        register.member(huifu_id).map(|member| member.shown())
    }

    /// The newest onboarding request with this serial.
    #[must_use]
    pub fn onboarding(&self, req_seq_id: &str) -> Option<Onboarding> {
        self.world
            .register()
            .newest_with_serial(req_seq_id)
            .cloned()
    }

    /// What that request said, by field: `reg_name`, `card_info.card_no`, `cash_config.T1.fix_amt`.
    /// Personal data in clear, to prove that Huifu got what was entered.
    #[must_use]
    pub fn told(&self, req_seq_id: &str) -> Option<BTreeMap<String, String>> {
        self.world.register().given(req_seq_id)
    }

    /// Ends a review, puts what passed in force, and calls back. False: there is none, or it was
    /// decided before.
    pub async fn decide(&self, req_seq_id: &str, state: ReviewState, reason: &str) -> bool {
        admin::onboarding::decide(&self.world, req_seq_id, state, Some(reason)).await
    }

    /// Sends the callback of a decided review again. False: there is none to send.
    pub async fn resend_review(&self, req_seq_id: &str) -> bool {
        admin::onboarding::resend(&self.world, req_seq_id).await
    }

    /// The picture with this file_id, as far as it is kept.
    #[must_use]
    pub fn picture(&self, file_id: &str) -> Option<StoredPicture> {
        self.world.register().pictures.get(file_id).cloned()
    }

    /// Every picture, by file_id.
    #[must_use]
    pub fn pictures(&self) -> Vec<StoredPicture> {
        self.world.register().pictures.values().cloned().collect()
    }

    /// The parent's floor for a cash type; absent: none.
    pub fn set_floor(&self, cash_type: CashType, floor: Option<Price>) {
        let mut register = self.world.register();
        match floor {
            Some(floor) => register.floors.insert(cash_type, floor),
            None => register.floors.remove(&cash_type),
        };
    }

    /// Whether `day` is a working day. Without being told, Monday to Friday are.
    pub fn set_working_day(&self, day: Date, working: bool) {
        self.world.register().calendar.set(day, working);
    }

    /// Gives a member a rule for one cash type, or with `open: false` closes it.
    pub fn set_cash_rule(&self, huifu_id: &str, cash_type: CashType, rule: CashRule) {
        let mut register = self.world.register();
        let member = register.member_by_hand(huifu_id);
        member.set_cash(&[CashEntry { cash_type, rule }]);
    }
}
