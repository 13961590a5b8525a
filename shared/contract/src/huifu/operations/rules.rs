//! The rules between fields: those of the guide, and those that no single field can break.
//!
//! Each reports the field that a partner would change. A rule is silent where one of its fields
//! is missing or broken by itself, which was reported before.

use super::cash::{bearer, cash_type};
use super::table::{Checker, FieldError, FieldRule, Members, Part};
use crate::application::{ApplicationKind, SubjectKind};
use crate::withdrawal::CashType;

const CARD: &str = "huifu-api.md §3.12";
const CASH: &str = "huifu-api.md §3.13";
const USERS: &str = "huifu-api.md §3.11";

/// Proof for an account in a name that is not the company's.
const OTHER_NAME: &[&str] = &["F516"];
/// The same for users, with licence and account permit.
const OTHER_NAME_OF_USER: &[&str] = &["F07", "F08", "F516"];

pub(super) fn apply(
    kind: ApplicationKind,
    subject: SubjectKind,
    members: &mut Members,
    checker: &mut Checker,
) {
    name_cash_types(subject, members, checker);
    cash_rules(kind, members, checker);
    settlements(members, checker);
    match kind {
        ApplicationKind::Opening => holders(subject, members, checker),
        ApplicationKind::Card => further_card(subject, members, checker),
        ApplicationKind::CashRules => {}
    }
}

/// What Huifu would assume is written down, so that nobody has to know it.
fn name_cash_types(subject: SubjectKind, members: &mut Members, checker: &Checker) {
    let assumed = match subject {
        SubjectKind::EnterpriseMerchant | SubjectKind::IndividualMerchant => CashType::T1,
        SubjectKind::EnterpriseUser | SubjectKind::IndividualUser => CashType::D0,
    };
    for (index, rule) in members.list_mut("cash_config").iter_mut().enumerate() {
        let entry = format!("cash_config[{index}]");
        let broken = checker.has_refused(&entry, "") || checker.has_refused(&entry, "cash_type");
        if !rule.has("cash_type") && !broken {
            rule.insert("cash_type", Part::Text(assumed.as_str().to_owned()));
        }
    }
}

fn cash_rules(kind: ApplicationKind, members: &Members, checker: &mut Checker) {
    let rules = members.list("cash_config");
    for (index, rule) in rules.iter().enumerate() {
        let entry = format!("cash_config[{index}]");
        if checker.has_refused(&entry, "") {
            continue;
        }
        if costs_nothing(rule, &entry, checker) {
            checker.refuse(format!("{entry}.fix_amt"), FieldRule::FixOrRate, CASH);
        }
        // Only an opening has its types in one: the first says who bears the fees.
        let unlike = |first: &Members| bearer(first) != bearer(rule);
        let said = !checker.has_refused(&entry, "out_fee_flag")
            && !checker.has_refused("cash_config[0]", "out_fee_flag");
        if kind == ApplicationKind::Opening && said && rules.first().is_some_and(unlike) {
            checker.refuse(format!("{entry}.out_fee_flag"), FieldRule::OneBearer, CASH);
        }
        let Some(own) = cash_type(rule) else {
            continue;
        };
        if rules[..index]
            .iter()
            .any(|before| cash_type(before) == Some(own))
        {
            checker.refuse(format!("{entry}.cash_type"), FieldRule::CashTypeOnce, CASH);
        }
        for (field, types, broken) in ONLY_FOR {
            if rule.has(field) && !types.contains(&own) {
                checker.refuse(format!("{entry}.{field}"), broken, CASH);
            }
        }
    }
}

/// Fields that only some types have.
const ONLY_FOR: [(&str, &[CashType], FieldRule); 3] = [
    ("weekday_fix_amt", &[CashType::D1], FieldRule::OnlyD1),
    ("weekday_fee_rate", &[CashType::D1], FieldRule::OnlyD1),
    (
        "is_priority_receipt",
        &[CashType::D1, CashType::T1],
        FieldRule::OnlyD1OrT1,
    ),
];

/// An open type says what it costs, even if that is 0.00.
fn costs_nothing(rule: &Members, entry: &str, checker: &Checker) -> bool {
    let given = |field| rule.has(field) || checker.has_refused(entry, field);
    let closed = rule.text("switch_state") == Some("0");
    !closed && !given("fix_amt") && !given("fee_rate")
}

/// Wherever the form keeps it: of users only, and there twice.
fn settlements(members: &Members, checker: &mut Checker) {
    let places = [
        ("settle_config_list", members.list("settle_config_list")),
        (
            "business.settle_config_list",
            members
                .object("business")
                .map_or(&[][..], |business| business.list("settle_config_list")),
        ),
    ];
    for (path, list) in places {
        let cycle = |wanted| {
            let mut cycles = list.iter().map(|entry| entry.text("settle_cycle"));
            cycles.any(|cycle| cycle == Some(wanted))
        };
        if cycle("T1") && cycle("D1") {
            checker.refuse(path, FieldRule::NotT1WithD1, USERS);
        }
    }
}

/// The card of an opening against its subject.
fn holders(subject: SubjectKind, members: &Members, checker: &mut Checker) {
    let (Some(about), Some(card)) = (members.object("subject"), members.object("card_info")) else {
        return;
    };
    if let Some(legal_name) = about.text(legal_name_field(subject))
        && let Err(error) = check_holder(subject, members, legal_name)
    {
        checker.refuse(error.path, error.rule, error.source);
    }
    let in_other_name = match (about.text("reg_name"), card.text("card_name")) {
        (Some(company), Some(holder)) => company != holder,
        (None, _) | (_, None) => false,
    };
    let corporate = card.text("card_type") == Some("0");
    match subject {
        SubjectKind::EnterpriseMerchant if corporate && in_other_name => {
            let list = about.list("extended_material_list");
            let path = "subject.extended_material_list";
            files(list, OTHER_NAME, path, checker);
            let broken = checker.has_refused("subject", "auth_entrust_pic");
            if !about.has("auth_entrust_pic") && !broken {
                let rule = FieldRule::Required;
                checker.refuse("subject.auth_entrust_pic", rule, "huifu-api.md §3.7");
            }
        }
        SubjectKind::EnterpriseUser if corporate && in_other_name => {
            // There is card_type 4 for it.
            let rule = FieldRule::SameAs("subject.reg_name");
            checker.refuse("card_info.card_name", rule, CARD);
        }
        SubjectKind::EnterpriseUser => {
            let business = members.object("business");
            let list = business.map_or(&[][..], |business| business.list("file_list"));
            other_name_of_user(card, list, "business.file_list", checker);
        }
        SubjectKind::EnterpriseMerchant
        | SubjectKind::IndividualMerchant
        | SubjectKind::IndividualUser => {}
    }
}

fn further_card(subject: SubjectKind, members: &Members, checker: &mut Checker) {
    let Some(card) = members.object("card_info") else {
        return;
    };
    match subject {
        SubjectKind::EnterpriseUser => {
            other_name_of_user(card, members.list("file_list"), "file_list", checker);
        }
        SubjectKind::EnterpriseMerchant
        | SubjectKind::IndividualMerchant
        | SubjectKind::IndividualUser => {}
    }
}

fn other_name_of_user(card: &Members, list: &[Members], path: &str, checker: &mut Checker) {
    if card.text("card_type") == Some("4") {
        files(list, OTHER_NAME_OF_USER, path, checker);
    }
}

fn files(list: &[Members], wanted: &'static [&'static str], path: &str, checker: &mut Checker) {
    let there = |wanted: &&str| {
        list.iter()
            .any(|file| file.text("file_type") == Some(wanted))
    };
    if !wanted.iter().all(there) {
        checker.refuse(path, FieldRule::WithFiles(wanted), CARD);
    }
}

/// Where a subject's form names the legal person, or the person it is.
pub(super) fn legal_name_field(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::EnterpriseMerchant | SubjectKind::EnterpriseUser => "legal_name",
        // An individual merchant bears the name of the person who answers for it.
        SubjectKind::IndividualMerchant => "reg_name",
        SubjectKind::IndividualUser => "name",
    }
}

/// The guide: the holder of a legal person's card must be the legal person.
pub(super) fn check_holder(
    subject: SubjectKind,
    members: &Members,
    legal_name: &str,
) -> Result<(), FieldError> {
    let card = members.object("card_info");
    let of_the_legal_person = card.is_some_and(|card| {
        // The form of an individual merchant has no card_type: its card can be no other.
        card.text("card_type").unwrap_or("1") == "1"
    });
    let holder = card.and_then(|card| card.text("card_name"));
    let differs = holder.is_some_and(|holder| holder != legal_name);
    if !(of_the_legal_person && differs) {
        return Ok(());
    }
    Err(FieldError {
        path: "card_info.card_name".to_owned(),
        rule: FieldRule::SameAs(match subject {
            SubjectKind::EnterpriseMerchant | SubjectKind::EnterpriseUser => "subject.legal_name",
            SubjectKind::IndividualMerchant => "subject.reg_name",
            SubjectKind::IndividualUser => "subject.name",
        }),
        source: CARD,
    })
}
