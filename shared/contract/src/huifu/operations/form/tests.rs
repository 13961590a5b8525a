use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fee::FeeBearer;
use crate::huifu::operations::fixtures::{PICTURE, TODAY, form, opening, read, wrong};
use crate::huifu::operations::table::{Field, Kind, Need, Table};
use ApplicationKind::{Card, CashRules, Opening};
use SubjectKind::{EnterpriseMerchant, EnterpriseUser, IndividualMerchant, IndividualUser};

fn each(mut look: impl FnMut(ApplicationKind, SubjectKind, Value)) {
    for kind in ApplicationKind::ALL {
        for subject in SubjectKind::ALL {
            look(kind, subject, form(kind, subject));
        }
    }
}

/// What is wrong with an opening whose member at this pointer is another one.
fn opening_with(subject: SubjectKind, pointer: &str, value: Value) -> Vec<String> {
    let mut form = opening(subject);
    put(&mut form, pointer, value);
    wrong(Opening, subject, &form)
}

fn put(form: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = form.pointer_mut(parent).unwrap();
    match value {
        Value::Null => {
            parent.as_object_mut().unwrap().remove(name);
        }
        value => parent[name] = value,
    }
}

#[test]
fn a_good_form_passes_and_its_canonical_form_reads_back() {
    each(|kind, subject, form| {
        let said = wrong(kind, subject, &form);
        assert!(said.is_empty(), "{kind:?} {subject:?}: {said:?}");
        let read = read(kind, subject, &form).unwrap();
        let again = ApplicationForm::stored(kind, subject, &read.to_form()).unwrap();
        assert_eq!(again, read);
        assert_eq!(again.to_form().to_string(), read.to_form().to_string());
    });
}

#[test]
fn an_opening_of_each_kind_says_where_the_user_can_be_reached_and_nothing_else_does() {
    each(|kind, subject, form| {
        let read = read(kind, subject, &form).unwrap();
        let mobile = read.mobile();
        let found = mobile.as_ref().map(|mobile| mobile.expose());
        let expected = (kind == Opening).then_some("13900000000");
        assert_eq!(found, expected, "{kind:?} {subject:?}");
    });
    let mut form = opening(IndividualUser);
    put(&mut form, "/subject/mobile_no", json!("23900000000"));
    let read = read(Opening, IndividualUser, &form).unwrap();
    assert_eq!(read.mobile(), None, "no number of mainland China");
}

#[test]
fn a_form_without_a_required_field_names_it() {
    each(|kind, subject, form| {
        let table = form_table(kind, subject);
        for part in table
            .fields
            .iter()
            .filter(|part| part.need == Need::Required)
        {
            let mut without = form.clone();
            put(&mut without, &format!("/{}", part.name), Value::Null);
            assert_eq!(
                wrong(kind, subject, &without),
                [format!("{}: is required", part.name)]
            );
            let (Kind::Object(inner) | Kind::List(inner)) = part.kind else {
                unreachable!("every part is an object or a list");
            };
            let (path, pointer) = match part.kind {
                Kind::List(_) => (format!("{}[0]", part.name), format!("/{}/0", part.name)),
                _ => (part.name.to_owned(), format!("/{}", part.name)),
            };
            for field in inner
                .fields
                .iter()
                .filter(|field| field.need == Need::Required)
            {
                let mut without = form.clone();
                put(
                    &mut without,
                    &format!("{pointer}/{}", field.name),
                    Value::Null,
                );
                let wanted = format!("{path}.{}: is required", field.name);
                assert!(wrong(kind, subject, &without).contains(&wanted), "{wanted}");
            }
        }
    });
}

#[test]
fn a_field_over_its_limit_is_named_with_the_limit() {
    each(|kind, subject, form| {
        for (path, pointer, field) in places(kind, subject) {
            let mut long = form.clone();
            put(&mut long, &pointer, "9".repeat(field.max + 1).into());
            let wanted = format!("{path}: has at most {} characters", field.max);
            let said = wrong(kind, subject, &long);
            assert!(
                said.iter().any(|said| said.starts_with(&wanted)),
                "{wanted}: {said:?}"
            );
        }
    });
}

/// Every text that a form may hold in its first entries.
fn places(kind: ApplicationKind, subject: SubjectKind) -> Vec<(String, String, &'static Field)> {
    let mut found = Vec::new();
    for part in form_table(kind, subject).fields {
        let (inner, path, pointer) = match (part.kind, part.need) {
            (Kind::Object(inner), Need::Required) => {
                (inner, part.name.to_owned(), format!("/{}", part.name))
            }
            (Kind::List(inner), Need::Required) => (
                inner,
                format!("{}[0]", part.name),
                format!("/{}/0", part.name),
            ),
            _ => continue,
        };
        let texts = inner.fields.iter().filter(|field| !is_no_text(field));
        found.extend(texts.map(|field| {
            let place = (
                format!("{path}.{}", field.name),
                format!("{pointer}/{}", field.name),
            );
            (place.0, place.1, field)
        }));
    }
    found
}

fn is_no_text(field: &Field) -> bool {
    let nested = matches!(field.kind, Kind::Object(_) | Kind::List(_));
    let others = [
        Kind::FreeObject,
        Kind::FreeList,
        Kind::Ours,
        Kind::NotOffered,
    ];
    nested || others.contains(&field.kind)
}

#[test]
fn what_we_fill_in_is_refused_in_a_form() {
    for subject in SubjectKind::ALL {
        let mut ours = vec!["req_seq_id", "req_date"];
        if subject.is_merchant() {
            ours.extend(["upper_huifu_id", "async_return_url"]);
        } else {
            ours.push("login_password");
        }
        for name in ours {
            let said = opening_with(subject, &format!("/subject/{name}"), "x".into());
            assert_eq!(
                said,
                [format!("subject.{name}: is filled in by us; leave it out")]
            );
        }
        let said = opening_with(subject, "/subject/huifu_id", "6666".into());
        assert_eq!(said, ["subject.huifu_id: is not a field of this interface"]);
    }
}

#[test]
fn a_personal_card_needs_name_number_and_id_number() {
    for subject in SubjectKind::ALL {
        for name in ["card_name", "card_no", "cert_no"] {
            let said = opening_with(subject, &format!("/card_info/{name}"), Value::Null);
            assert!(
                said[0].starts_with(&format!("card_info.{name}: is required")),
                "{said:?}"
            );
        }
    }
    // A company's card has no holder with an ID card, and a branch.
    let mut corporate = opening(EnterpriseUser);
    corporate["card_info"] = json!({"card_type": "0", "card_name": "上海海投汇有限公司",
        "card_no": "31050110000000001", "prov_id": "310000", "area_id": "310100"});
    let branch = "card_info.branch_code: is required when card_type is 0";
    assert_eq!(wrong(Opening, EnterpriseUser, &corporate), [branch]);
    corporate["card_info"]["branch_code"] = "102290026507".into();
    assert!(wrong(Opening, EnterpriseUser, &corporate).is_empty());
    corporate["card_info"]["card_name"] = "别家公司".into();
    let other = "card_info.card_name: must be the same as subject.reg_name";
    assert_eq!(wrong(Opening, EnterpriseUser, &corporate), [other]);
}

#[test]
fn a_legal_persons_card_carries_the_legal_persons_name() {
    for (subject, field) in [
        (EnterpriseMerchant, "subject.legal_name"),
        (IndividualMerchant, "subject.reg_name"),
        (EnterpriseUser, "subject.legal_name"),
        (IndividualUser, "subject.name"),
    ] {
        let said = opening_with(subject, "/card_info/card_name", "李四".into());
        assert_eq!(
            said,
            [format!("card_info.card_name: must be the same as {field}")]
        );
        let opened = read(Opening, subject, &opening(subject)).unwrap();
        assert_eq!(opened.legal_name(), Some("张三"));
        let further = read(Card, subject, &form(Card, subject)).unwrap();
        assert_eq!(further.legal_name(), None);
        assert!(further.check_holder("张三").is_ok());
        assert_eq!(
            further.check_holder("李四").unwrap_err().path,
            "card_info.card_name"
        );
    }
    // Another person's card bears another name, and an authorisation with it.
    let mut other = opening(EnterpriseMerchant);
    put(&mut other, "/card_info/card_type", "2".into());
    put(&mut other, "/card_info/card_name", "李四".into());
    let entrusted = "subject.auth_entrust_pic: is required when card_info.card_type is 2";
    assert_eq!(wrong(Opening, EnterpriseMerchant, &other), [entrusted]);
    put(&mut other, "/subject/auth_entrust_pic", PICTURE.into());
    assert!(wrong(Opening, EnterpriseMerchant, &other).is_empty());
}

#[test]
fn individuals_bind_only_a_card_of_their_own() {
    for card_type in ["0", "2", "4"] {
        let said = opening_with(IndividualUser, "/card_info/card_type", card_type.into());
        assert_eq!(said[0], "card_info.card_type: must be one of: 1");
    }
    let said = opening_with(IndividualMerchant, "/card_info/card_type", "1".into());
    assert_eq!(
        said,
        ["card_info.card_type: is not a field of this interface"]
    );
}

#[test]
fn an_account_in_another_name_needs_its_proof() {
    let mut merchant = opening(EnterpriseMerchant);
    put(&mut merchant, "/card_info/card_type", "0".into());
    put(&mut merchant, "/card_info/card_name", "别家公司".into());
    put(
        &mut merchant,
        "/card_info/branch_code",
        "102290026507".into(),
    );
    put(&mut merchant, "/subject/reg_acct_pic", PICTURE.into());
    let files = "subject.extended_material_list: must hold files of the types F516";
    assert_eq!(
        wrong(Opening, EnterpriseMerchant, &merchant),
        [files, "subject.auth_entrust_pic: is required"]
    );
    let mut user = form(Card, EnterpriseUser);
    put(&mut user, "/card_info/card_type", "4".into());
    let files = "file_list: must hold files of the types F07, F08, F516";
    assert_eq!(wrong(Card, EnterpriseUser, &user), [files]);
    let file = |file_type| json!({"file_type": file_type, "file_id": PICTURE});
    user["file_list"] = json!([file("F07"), file("F08"), file("F516")]);
    assert!(wrong(Card, EnterpriseUser, &user).is_empty());
}

#[test]
fn a_subordinate_may_leave_its_head_offices_papers_out() {
    let mut form = opening(EnterpriseMerchant);
    for name in ["license_code", "legal_cert_no", "ent_type", "reg_detail"] {
        put(&mut form, &format!("/subject/{name}"), Value::Null);
    }
    let said = wrong(Opening, EnterpriseMerchant, &form);
    let unless = "subject.license_code: is required unless use_head_info_flag is Y";
    assert!(
        said.len() == 4 && said.contains(&unless.to_owned()),
        "{said:?}"
    );
    put(&mut form, "/subject/use_head_info_flag", "Y".into());
    put(&mut form, "/subject/head_office_flag", "0".into());
    put(
        &mut form,
        "/subject/head_huifu_id",
        "6666000021291985".into(),
    );
    assert!(wrong(Opening, EnterpriseMerchant, &form).is_empty());
}

fn with_cash(kind: ApplicationKind, subject: SubjectKind, cash_config: Value) -> Vec<String> {
    let mut form = form(kind, subject);
    form["cash_config"] = cash_config;
    wrong(kind, subject, &form)
}

#[test]
fn cash_types_keep_the_rules_of_the_guide() {
    for (cash_config, said) in [
        (
            json!([{"cash_type": "T1"}]),
            "cash_config[0].fix_amt: fix_amt or fee_rate is required",
        ),
        (
            json!([{"cash_type": "T1", "fix_amt": "1.00"}, {"cash_type": "T1", "fix_amt": "0.00"}]),
            "cash_config[1].cash_type: a cash type may occur only once",
        ),
        (
            json!([{"cash_type": "T1", "fix_amt": "1.00", "weekday_fix_amt": "0.50"}]),
            "cash_config[0].weekday_fix_amt: is only for cash_type D1",
        ),
        (
            json!([{"cash_type": "DM", "fix_amt": "1.00", "is_priority_receipt": "Y"}]),
            "cash_config[0].is_priority_receipt: is only for cash_type D1 and T1",
        ),
        (
            json!([{"cash_type": "DM", "fix_amt": "1.00", "out_fee_flag": "1"}]),
            "cash_config[0].out_fee_huifu_id: is required when out_fee_flag is 1",
        ),
        (
            json!([{"cash_type": "T0", "fix_amt": "1.00"}]),
            "cash_config[0].cash_type: must be one of: D0, D1, T1, DM",
        ),
        (
            json!([{"cash_type": "D0", "fee_rate": "100.01"}]),
            "cash_config[0].fee_rate: must be a percentage with two decimals, 0.00 to 100.00",
        ),
        (
            json!([{"cash_type": "D0", "fix_amt": "1000.00"}]),
            "cash_config[0].fix_amt: has at most 6 characters",
        ),
    ] {
        let found = with_cash(Opening, IndividualUser, cash_config);
        assert_eq!(found, [said]);
    }
    // What is broken is reported once, and not as missing too.
    let broken = json!([{"cash_type": "D9", "fix_amt": 1, "weekday_fix_amt": "1.00"}, 7]);
    let found = with_cash(Opening, IndividualUser, broken);
    assert_eq!(found.len(), 3, "{found:?}");
    let marketing = json!([{"cash_type": "D0", "fix_amt": "1.00", "out_fee_flag": "1",
        "out_fee_huifu_id": "6666", "out_fee_acct_type": "09"}]);
    assert!(with_cash(Opening, EnterpriseMerchant, marketing.clone()).is_empty());
    let accounts = "cash_config[0].out_fee_acct_type: must be one of: 01, 02, 05";
    assert_eq!(with_cash(Opening, EnterpriseUser, marketing), [accounts]);
}

#[test]
fn an_opening_has_one_choice_of_bearer_and_a_change_has_one_for_each_type() {
    let outer = |cash_type: &str| {
        json!({"cash_type": cash_type, "fix_amt": "1.00", "switch_state": "1",
            "out_fee_flag": "1", "out_fee_huifu_id": "6666000021291985"})
    };
    let inner = json!({"cash_type": "D1", "fix_amt": "1.00", "switch_state": "1"});
    let mixed = json!([outer("D0"), inner, outer("T1")]);
    let said = with_cash(Opening, EnterpriseUser, mixed.clone());
    let one = "cash_config[1].out_fee_flag: an opening has one choice of inner or outer fee for \
               all cash types";
    assert_eq!(said, [one]);
    assert!(with_cash(Opening, EnterpriseUser, json!([outer("D0"), outer("T1")])).is_empty());
    assert!(with_cash(CashRules, EnterpriseUser, mixed).is_empty());
}

#[test]
fn a_change_says_of_each_type_whether_it_is_open() {
    let silent = json!([{"cash_type": "D0", "fix_amt": "1.00"}]);
    let said = with_cash(CashRules, EnterpriseMerchant, silent);
    assert_eq!(said, ["cash_config[0].switch_state: is required"]);
    // What is closed costs nothing.
    let closed = json!([{"cash_type": "D0", "switch_state": "0"}]);
    assert!(with_cash(CashRules, EnterpriseMerchant, closed).is_empty());
}

#[test]
fn cash_rules_come_out_as_values_and_the_assumed_type_is_written_down() {
    let mut user = opening(IndividualUser);
    user["cash_config"] = json!([
        {"fix_amt": "1.00"},
        {"cash_type": "D1", "fix_amt": "2.00", "fee_rate": "0.05", "weekday_fee_rate": "0.02",
         "out_fee_flag": "2"},
    ]);
    let form = read(Opening, IndividualUser, &user).unwrap();
    let rules = form.cash_rules();
    assert_eq!(
        rules.iter().map(|rule| rule.0).collect::<Vec<_>>(),
        [CashType::D0, CashType::D1]
    );
    let d1 = &rules[1].1;
    assert_eq!(
        (d1.fix.get(), d1.rate.get(), d1.bearer),
        (200, 5, FeeBearer::Inner)
    );
    assert_eq!(
        (
            d1.weekday_fix,
            d1.weekday_rate.map(crate::fee::BasisPoints::get)
        ),
        (None, Some(2))
    );
    assert!(d1.open && rules[0].1.rate.get() == 0);
    let mut merchant = opening(EnterpriseMerchant);
    merchant["cash_config"] = json!([{"fee_rate": "100.00"}]);
    let form = read(Opening, EnterpriseMerchant, &merchant).unwrap();
    let (cash_type, rule) = &form.cash_rules()[0];
    assert_eq!(
        (*cash_type, rule.rate.get(), rule.fix.get()),
        (CashType::T1, 10_000, 0)
    );
    assert_eq!(form.to_form()["cash_config"][0]["cash_type"], "T1");
}

#[test]
fn settlements_of_t1_and_d1_exclude_each_other() {
    let mut form = opening(EnterpriseUser);
    let d1 = json!({"settle_cycle": "D1", "fixed_ratio": "0.00", "constant_amt": "0.00"});
    form["business"] = json!({"settle_config_list": [{"settle_cycle": "T1"}, d1]});
    let said = "business.settle_config_list: settlement T1 and D1 cannot be opened together";
    assert_eq!(wrong(Opening, EnterpriseUser, &form), [said]);
}

#[test]
fn little_is_shown_of_a_card_and_nothing_of_a_form() {
    let form = read(Opening, IndividualMerchant, &opening(IndividualMerchant)).unwrap();
    let card = form.card().unwrap();
    assert_eq!(
        (card.tail.as_str(), card.holder_masked.as_str()),
        ("1234", "张**")
    );
    assert_eq!(
        (card.bank_code.as_deref(), card.is_default),
        (Some("01020000"), true)
    );
    let debug = format!("{form:?} {card:?}");
    for secret in [
        "6222020000000001234",
        "张三",
        "13900000000",
        "11010519900307005X",
    ] {
        assert!(!debug.contains(secret), "{debug}");
    }
    assert_eq!(form.materials(), [PICTURE.parse().unwrap()]);
}

/// A value that the field takes.
fn some_value(field: &Field, longest: bool) -> Value {
    let filled = |character: &str| character.repeat(if longest { field.max } else { 1 }).into();
    match field.kind {
        Kind::Text => filled("字"),
        Kind::Wide => "x".repeat(field.max).into(),
        Kind::AtLeast(least) => "x".repeat(least).into(),
        Kind::Digits(least) => "1".repeat(if longest { field.max } else { least }).into(),
        Kind::OneOf(values) => values[0].into(),
        Kind::Login => filled("a"),
        Kind::Email => "a@b".into(),
        Kind::Date if field.name.ends_with("end_date") => "20400101".into(),
        Kind::Date => "20200101".into(),
        Kind::Time => "103000".into(),
        Kind::Yuan => "0.00".into(),
        Kind::Percent => "100.00".into(),
        Kind::HuifuId => filled("6"),
        Kind::Picture => PICTURE.into(),
        Kind::Object(table) => every_value(table, longest),
        Kind::List(table) => json!([every_value(table, longest)]),
        Kind::FreeObject => json!({"switch_state": "1"}),
        Kind::FreeList => json!([{"name": "字"}]),
        Kind::Ours | Kind::NotOffered => Value::Null,
    }
}

fn every_value(table: &Table, longest: bool) -> Value {
    let members = table.fields.iter();
    members
        .map(|field| (field.name.to_owned(), some_value(field, longest)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

proptest! {
    #[test]
    fn a_form_with_any_of_the_optional_fields_passes(
        chosen in proptest::collection::vec(any::<bool>(), 80), longest: bool,
    ) {
        for subject in SubjectKind::ALL {
            let mut form = opening(subject);
            let table = form_table(Opening, subject);
            for name in ["subject", "card_info"] {
                let Some(Kind::Object(part)) = table.field(name).map(|field| field.kind) else {
                    unreachable!("both are objects");
                };
                for (field, chosen) in part.fields.iter().zip(&chosen) {
                    // What another field may ask for is always given.
                    let wanted = *chosen || field.need != Need::Optional;
                    if wanted && form[name].get(field.name).is_none() {
                        form[name][field.name] = some_value(field, longest);
                    }
                }
            }
            if let Some(more) = table.field("business").filter(|_| chosen[0]) {
                form["business"] = some_value(more, longest);
            }
            let said = wrong(Opening, subject, &form);
            prop_assert!(said.is_empty(), "{:?}: {:?}", subject, said);
        }
    }

    #[test]
    fn a_form_that_is_cut_or_swapped_anywhere_is_read_without_a_panic(
        at in 0..4_000_usize, with in any::<char>(),
    ) {
        each(|kind, subject, form| {
            let mut text: Vec<char> = form.to_string().chars().collect();
            let at = at % text.len();
            text[at] = with;
            if let Ok(form) = serde_json::from_str::<Value>(&text.iter().collect::<String>()) {
                let _ = ApplicationForm::read(kind, subject, &form, TODAY);
            }
        });
    }
}
