//! `card_info` (huifu-api.md §3.12), which differs by who holds the card and by what is asked.

use super::{CERT_TYPE, MOBILE, REGION, VALIDITY, YES_NO};
use crate::huifu::operations::table::{Certificate, Field, Kind, Need, Table, joined};

const SOURCE: &str = "huifu-api.md §3.12";
const MODIFY: &str = "huifu-api.md §3.9";
/// The cards of persons.
const PERSONAL: Need = Need::When("card_type", &["1", "2"]);
const CORPORATE: Need = Need::When("card_type", &["0"]);
const LIMITED: Need = Need::When("cert_validity_type", &["0"]);
/// Bank accounts have 8 to 32 digits; Huifu finds the bank by the number.
const CARD_NO: Kind = Kind::Digits(8);
const OF_AGE: &[Certificate] = &[certificate(true)];
const OF_ANY_AGE: &[Certificate] = &[certificate(false)];

const fn certificate(of_age: bool) -> Certificate {
    Certificate {
        cert_type: Some("cert_type"),
        number: "cert_no",
        of_age,
    }
}

const ENTERPRISE: [Field; 13] = [
    Field::must("card_type", 1, Kind::OneOf(&["0", "1", "2"])),
    Field::must("card_name", 128, Kind::Text),
    Field::must("card_no", 32, CARD_NO),
    Field::may("prov_id", 6, REGION),
    Field::must("area_id", 6, REGION),
    Field::new("branch_code", 12, CORPORATE, Kind::Digits(12)),
    Field::new("cert_type", 2, PERSONAL, CERT_TYPE),
    Field::new("cert_no", 32, PERSONAL, Kind::Text),
    Field::may("cert_validity_type", 1, VALIDITY),
    Field::may("cert_begin_date", 8, Kind::Date),
    Field::new("cert_end_date", 8, LIMITED, Kind::Date),
    Field::may("mp", 11, MOBILE),
    Field::may("is_settle_default", 1, YES_NO),
];

const INDIVIDUAL: [Field; 12] = [
    Field::must("card_name", 128, Kind::Text),
    Field::must("card_no", 32, CARD_NO),
    Field::may("prov_id", 6, REGION),
    Field::must("area_id", 6, REGION),
    Field::may("bank_code", 8, Kind::Digits(8)),
    Field::must("cert_type", 2, CERT_TYPE),
    Field::must("cert_no", 32, Kind::Text),
    Field::must("cert_validity_type", 1, VALIDITY),
    Field::must("cert_begin_date", 8, Kind::Date),
    Field::new("cert_end_date", 8, LIMITED, Kind::Date),
    Field::may("mp", 11, MOBILE),
    Field::may("is_settle_default", 1, YES_NO),
];

/// How the change of a merchant's card is confirmed, and its pictures. The reference gives the
/// first five no lengths: a code from a text message has 4 to 8 digits, account numbers have up
/// to 9 characters (huifu-api.md §3.4) and may be several.
const CONFIRMED: [Field; 8] = [
    Field::new("verify_code", 8, BY_MESSAGE, Kind::Digits(4)),
    Field::may("authentication_type", 1, Kind::OneOf(&["0", "1"])),
    Field::new(
        "authentication_person_type",
        1,
        BY_A_PERSON,
        Kind::OneOf(&["0", "1"]),
    ),
    Field::new("authentication_person_mobile", 11, BY_A_PERSON, MOBILE),
    Field::may("acct_ids", 128, Kind::Text),
    Field::may("settle_card_front_pic", 64, Kind::Picture),
    Field::may("settle_cert_front_pic", 64, Kind::Picture),
    Field::may("settle_cert_back_pic", 64, Kind::Picture),
];
const BY_MESSAGE: Need = Need::When("authentication_type", &["0"]);
const BY_A_PERSON: Need = Need::When("authentication_type", &["1"]);

pub(super) const ENTERPRISE_MERCHANT: Table = table(SOURCE, &ENTERPRISE, OF_AGE);
pub(super) const INDIVIDUAL_MERCHANT: Table = table(SOURCE, &INDIVIDUAL, OF_AGE);
pub(super) const ENTERPRISE_MERCHANT_MODIFY: Table = table(
    MODIFY,
    &joined::<13, 8, 21>(&ENTERPRISE, &CONFIRMED),
    OF_AGE,
);
pub(super) const INDIVIDUAL_MERCHANT_MODIFY: Table = table(
    MODIFY,
    &joined::<12, 8, 20>(&INDIVIDUAL, &CONFIRMED),
    OF_AGE,
);

pub(super) const ENTERPRISE_USER: Table = table(
    SOURCE,
    &[
        Field::must("card_type", 1, Kind::OneOf(&["0", "1", "2", "4"])),
        // C without a condition in the table; every card has a holder.
        Field::must("card_name", 128, Kind::Text),
        Field::must("card_no", 32, CARD_NO),
        Field::must("prov_id", 6, REGION),
        Field::must("area_id", 6, REGION),
        Field::new("branch_code", 12, CORPORATE, Kind::Digits(12)),
        Field::new("cert_type", 2, PERSONAL, CERT_TYPE),
        Field::new("cert_no", 32, PERSONAL, Kind::Text),
        Field::new("cert_validity_type", 1, PERSONAL, VALIDITY),
        Field::new("cert_begin_date", 8, PERSONAL, Kind::Date),
        Field::new("cert_end_date", 8, LIMITED, Kind::Date),
        Field::may("mp", 11, MOBILE),
        Field::may("is_settle_default", 1, YES_NO),
    ],
    OF_ANY_AGE,
);

/// Individuals may only bind a card of their own.
pub(super) const INDIVIDUAL_USER: Table = table(
    SOURCE,
    &[
        Field::must("card_type", 1, Kind::OneOf(&["1"])),
        Field::must("card_name", 128, Kind::Text),
        Field::must("card_no", 32, CARD_NO),
        Field::must("prov_id", 6, REGION),
        Field::must("area_id", 6, REGION),
        Field::must("cert_type", 2, CERT_TYPE),
        Field::must("cert_no", 32, Kind::Text),
        Field::must("cert_validity_type", 1, VALIDITY),
        Field::must("cert_begin_date", 8, Kind::Date),
        Field::new("cert_end_date", 8, LIMITED, Kind::Date),
        Field::may("mp", 11, MOBILE),
        Field::may("is_settle_default", 1, YES_NO),
    ],
    OF_ANY_AGE,
);

const fn table(
    source: &'static str,
    fields: &'static [Field],
    certificates: &'static [Certificate],
) -> Table {
    Table {
        source,
        fields,
        validities: &[("cert_begin_date", "cert_end_date")],
        certificates,
    }
}
