//! Which parts a partner's form has, for each kind of application and of subject.
//!
//! These tables are ours: the parts are Huifu's, their arrangement is the API's.

use super::business::BUSINESS;
use super::files::FILES;
use super::settlement::SETTLEMENT_MODIFY;
use super::{LIST, card, cash};
use super::{enterprise_merchant, enterprise_user, individual_merchant, individual_user};
use crate::application::{ApplicationKind, SubjectKind};
use crate::huifu::operations::table::{Field, Kind, Table};

/// The form of an application: its parts, and by them every field.
pub const fn form_table(kind: ApplicationKind, subject: SubjectKind) -> &'static Table {
    use SubjectKind::*;
    match (kind, subject) {
        (ApplicationKind::Opening, EnterpriseMerchant) => &OPENING_ENTERPRISE_MERCHANT,
        (ApplicationKind::Opening, IndividualMerchant) => &OPENING_INDIVIDUAL_MERCHANT,
        (ApplicationKind::Opening, EnterpriseUser) => &OPENING_ENTERPRISE_USER,
        (ApplicationKind::Opening, IndividualUser) => &OPENING_INDIVIDUAL_USER,
        (ApplicationKind::Card, EnterpriseMerchant) => &CARD_ENTERPRISE_MERCHANT,
        (ApplicationKind::Card, IndividualMerchant) => &CARD_INDIVIDUAL_MERCHANT,
        (ApplicationKind::Card, EnterpriseUser) => &CARD_ENTERPRISE_USER,
        (ApplicationKind::Card, IndividualUser) => &CARD_INDIVIDUAL_USER,
        (ApplicationKind::CashRules, EnterpriseMerchant) => &CASH_ENTERPRISE_MERCHANT,
        (ApplicationKind::CashRules, IndividualMerchant) => &CASH_INDIVIDUAL_MERCHANT,
        (ApplicationKind::CashRules, EnterpriseUser | IndividualUser) => &CASH_USER,
    }
}

/// Four cash types.
const CASH_TYPES: usize = 4;

const fn subject(table: &'static Table) -> Field {
    Field::must("subject", 1, Kind::Object(table))
}

const fn card_info(table: &'static Table) -> Field {
    Field::must("card_info", 1, Kind::Object(table))
}

/// N in the reference; whoever is opened here is opened to withdraw.
const fn cash_config(table: &'static Table) -> Field {
    Field::must("cash_config", CASH_TYPES, Kind::List(table))
}

const fn table(fields: &'static [Field]) -> Table {
    Table {
        source: "huifu-api.md §3.7-§3.13",
        fields,
        validities: &[],
        certificates: &[],
    }
}

const OPENING_ENTERPRISE_MERCHANT: Table = table(&[
    subject(&enterprise_merchant::SUBJECT),
    card_info(&card::ENTERPRISE_MERCHANT),
    cash_config(&cash::ENTERPRISE_MERCHANT),
]);
const OPENING_INDIVIDUAL_MERCHANT: Table = table(&[
    subject(&individual_merchant::SUBJECT),
    card_info(&card::INDIVIDUAL_MERCHANT),
    cash_config(&cash::INDIVIDUAL_MERCHANT),
]);
const OPENING_ENTERPRISE_USER: Table = table(&[
    subject(&enterprise_user::SUBJECT),
    card_info(&card::ENTERPRISE_USER),
    cash_config(&cash::USER),
    MORE,
]);
const OPENING_INDIVIDUAL_USER: Table = table(&[
    subject(&individual_user::SUBJECT),
    card_info(&card::INDIVIDUAL_USER),
    cash_config(&cash::USER),
    MORE,
]);
/// The rest of a user's business entry.
const MORE: Field = Field::may("business", 1, Kind::Object(&BUSINESS));

const CARD_ENTERPRISE_MERCHANT: Table = table(&[
    card_info(&card::ENTERPRISE_MERCHANT_MODIFY),
    Field::may("reg_acct_pic", 64, Kind::Picture),
    Field::may("auth_entrust_pic", 64, Kind::Picture),
]);
const CARD_INDIVIDUAL_MERCHANT: Table = table(&[card_info(&card::INDIVIDUAL_MERCHANT_MODIFY)]);
const CARD_ENTERPRISE_USER: Table = table(&[card_info(&card::ENTERPRISE_USER), FILE_LIST]);
const CARD_INDIVIDUAL_USER: Table = table(&[card_info(&card::INDIVIDUAL_USER), FILE_LIST]);
const FILE_LIST: Field = Field::may("file_list", LIST, Kind::List(&FILES));

const CASH_ENTERPRISE_MERCHANT: Table = table(&[
    cash_config(&cash::ENTERPRISE_MERCHANT_MODIFY),
    Field::may("settle_config", 1, Kind::Object(&SETTLEMENT_MODIFY)),
]);
const CASH_INDIVIDUAL_MERCHANT: Table = table(&[
    cash_config(&cash::MODIFY_OF_OTHERS),
    Field::may("settle_config", 1, Kind::Object(&SETTLEMENT_MODIFY)),
]);
const CASH_USER: Table = table(&[
    cash_config(&cash::MODIFY_OF_OTHERS),
    Field::may("settle_config_list", LIST, Kind::List(&SETTLEMENT_MODIFY)),
]);
