use std::collections::BTreeSet;

use super::*;
use crate::application::{ApplicationKind, SubjectKind};
use crate::huifu::operations::table::{Field, Need, Table};

/// Every table that a form leads to, each once by its fields.
fn tables() -> Vec<&'static Table> {
    let mut found: Vec<&'static Table> = Vec::new();
    let mut open: Vec<&'static Table> = Vec::new();
    for kind in ApplicationKind::ALL {
        open.extend(SubjectKind::ALL.map(|subject| form_table(kind, subject)));
    }
    while let Some(table) = open.pop() {
        if found.contains(&table) {
            continue;
        }
        found.push(table);
        open.extend(table.fields.iter().filter_map(|field| match field.kind {
            Kind::Object(inner) | Kind::List(inner) => Some(inner),
            _ => None,
        }));
    }
    found
}

#[test]
fn a_table_names_each_field_once_and_refers_to_fields_that_exist() {
    let tables = tables();
    assert!(tables.len() > 20, "only {} tables were found", tables.len());
    for table in tables {
        let names: BTreeSet<&str> = table.fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), table.fields.len(), "{}", table.source);
        let beside = |name: &str| name.contains('.') || names.contains(name);
        for field in table.fields {
            if let Need::When(other, _) | Need::Unless(other, _) = field.need {
                assert!(beside(other), "{} asks for {other}", field.name);
            }
        }
        for (begin, end) in table.validities {
            assert!(beside(begin) && beside(end), "{begin} {end}");
        }
        for certificate in table.certificates {
            assert!(beside(certificate.number) && certificate.cert_type.is_none_or(beside));
        }
    }
}

#[test]
fn codes_fit_their_fields() {
    for field in tables().iter().flat_map(|table| table.fields) {
        match field.kind {
            Kind::OneOf(values) => {
                assert!(
                    values.iter().all(|value| value.len() <= field.max),
                    "{}",
                    field.name
                );
            }
            Kind::Digits(least) | Kind::AtLeast(least) => assert!(least <= field.max),
            Kind::Date => assert_eq!(field.max, 8, "{}", field.name),
            Kind::Picture => assert!(field.max >= 64, "{}", field.name),
            _ => {}
        }
    }
}

/// The fields of the reference with their length and need, copied out of it by hand: a table that
/// loses a field, or a limit, is found. Parts have no length of their own.
const REFERENCE: [(&Table, &str); 8] = [
    (
        &enterprise_merchant::SUBJECT,
        "reg_name:64 Y short_name:64 Y receipt_name:50 Y mer_en_name:256 N ent_type:1 Y mcc:7 C \
         busi_type:1 C scene_type:8 Y license_pic:64 Y license_code:18 Y license_type:32 N \
         license_validity_type:1 Y license_begin_date:8 Y license_end_date:8 C found_date:8 Y \
         reg_capital:16 C business_scope:1000 N reg_prov_id:6 N reg_area_id:6 N \
         reg_district_id:6 Y reg_detail:255 Y prov_id:6 N area_id:6 N district_id:6 Y \
         detail_addr:256 C legal_name:32 Y legal_cert_type:2 Y legal_cert_no:32 Y \
         legal_cert_validity_type:1 Y legal_cert_begin_date:8 Y legal_cert_end_date:8 C \
         legal_mobile_no:11 N legal_addr:256 Y legal_cert_back_pic:64 Y \
         legal_cert_front_pic:64 Y contact_name:128 N contact_mobile_no:11 Y contact_email:32 Y \
         login_name:32 Y service_phone:32 N sms_send_flag:1 N settle_config:- N \
         reg_acct_pic:64 C settle_card_front_pic:64 C settle_cert_back_pic:64 C \
         settle_cert_front_pic:64 C auth_entrust_pic:64 C store_header_pic:64 Y \
         store_indoor_pic:64 Y store_cashier_desk_pic:64 Y head_office_flag:1 N \
         use_head_info_flag:1 N head_huifu_id:18 C mer_url:256 N mer_icp:50 C ext_mer_id:64 N \
         remarks:300 N elec_acct_config:- N beneficiary_info:- N share_holder_info_list:- N \
         extended_material_list:- N activated_products:- N",
    ),
    (
        &individual_merchant::SUBJECT,
        "reg_name:32 Y short_name:32 N mcc:7 Y scene_type:8 Y prov_id:6 N area_id:6 N \
         district_id:6 Y detail_addr:256 C legal_cert_no:32 Y legal_cert_begin_date:8 Y \
         legal_cert_validity_type:1 N legal_cert_end_date:8 Y legal_addr:256 Y \
         legal_cert_back_pic:64 Y legal_cert_front_pic:64 Y occupation:2 N \
         contact_mobile_no:11 Y contact_email:32 Y settle_card_front_pic:64 Y settle_config:- N \
         sms_send_flag:1 N login_name:32 N mer_url:256 N mer_icp:50 C store_header_pic:64 C \
         store_indoor_pic:64 C store_cashier_desk_pic:64 C ext_mer_id:64 N remarks:300 N \
         head_office_flag:1 N head_huifu_id:18 C elec_acct_config:- N \
         extended_material_list:- N activated_products:- N",
    ),
    (
        &enterprise_user::SUBJECT,
        "reg_name:128 Y short_name:20 N license_code:18 Y license_validity_type:1 Y \
         license_begin_date:8 Y license_end_date:8 C reg_prov_id:6 Y reg_area_id:8 Y \
         reg_district_id:12 Y reg_detail:256 Y legal_name:32 Y legal_cert_type:2 Y \
         legal_cert_no:20 Y legal_cert_validity_type:1 Y legal_cert_begin_date:8 Y \
         legal_cert_end_date:8 C legal_cert_nationality:50 C contact_name:32 Y \
         contact_mobile:11 Y contact_email:64 N login_name:32 C operator_id:32 N \
         sms_send_flag:1 N expand_id:18 N file_list:- N ent_type:1 N mcc:7 N",
    ),
    (
        &individual_user::SUBJECT,
        "name:32 Y cert_type:2 Y cert_no:32 Y cert_validity_type:1 Y cert_begin_date:8 Y \
         cert_end_date:8 C cert_nationality:50 C mobile_no:11 Y email:64 N login_name:32 N \
         sms_send_flag:1 N expand_id:18 N file_list:- N address:256 C mcc:7 N prov_id:6 N \
         area_id:6 N district_id:6 N",
    ),
    (
        &card::ENTERPRISE_USER,
        "card_type:1 Y card_name:128 Y card_no:32 Y prov_id:6 Y area_id:6 Y branch_code:12 C \
         cert_type:2 C cert_no:32 C cert_validity_type:1 C cert_begin_date:8 C cert_end_date:8 C \
         mp:11 N is_settle_default:1 N",
    ),
    (
        &card::INDIVIDUAL_MERCHANT,
        "card_name:128 Y card_no:32 Y prov_id:6 N area_id:6 Y bank_code:8 N cert_type:2 Y \
         cert_no:32 Y cert_validity_type:1 Y cert_begin_date:8 Y cert_end_date:8 C mp:11 N \
         is_settle_default:1 N",
    ),
    (
        &card::ENTERPRISE_MERCHANT_MODIFY,
        "card_type:1 Y card_name:128 Y card_no:32 Y prov_id:6 N area_id:6 Y branch_code:12 C \
         cert_type:2 C cert_no:32 C cert_validity_type:1 N cert_begin_date:8 N cert_end_date:8 C \
         mp:11 N is_settle_default:1 N verify_code:- C authentication_type:- N \
         authentication_person_type:- C authentication_person_mobile:- C acct_ids:- N \
         settle_card_front_pic:64 N settle_cert_front_pic:64 N settle_cert_back_pic:64 N",
    ),
    (
        &cash::MODIFY_OF_OTHERS,
        "cash_type:2 Y fix_amt:6 C fee_rate:6 C weekday_fix_amt:6 C weekday_fee_rate:6 C \
         out_fee_flag:1 N out_fee_huifu_id:18 C out_fee_acct_type:2 N is_priority_receipt:1 N \
         switch_state:1 Y",
    ),
];

#[test]
fn every_field_of_the_reference_is_there_with_its_limit() {
    for (table, text) in REFERENCE {
        let words: Vec<&str> = text.split_whitespace().collect();
        let offered = |field: &&Field| ![Kind::Ours, Kind::NotOffered].contains(&field.kind);
        assert_eq!(
            table.fields.iter().filter(offered).count(),
            words.len() / 2,
            "{text}"
        );
        for wanted in words.chunks(2) {
            let (name, limit) = wanted[0].split_once(':').unwrap();
            let field = table
                .field(name)
                .unwrap_or_else(|| panic!("{name} is missing"));
            if limit != "-" {
                assert_eq!(field.max.to_string(), limit, "{name}");
            }
            let fits = match (wanted[1], field.need) {
                ("Y", Need::Required | Need::Unless(..)) | ("N", Need::Optional) => true,
                // Some have a condition that no form can show, and the fees one of their own.
                ("C", need) => need != Need::Required,
                _ => false,
            };
            assert!(fits, "{name} is {} and not {:?}", wanted[1], field.need);
        }
    }
}

#[test]
fn settlements_and_business_entries_have_their_fields() {
    for (table, text) in [
        (
            &settlement::SETTLEMENT_MODIFY,
            "settle_cycle min_amt remained_amt settle_abstract out_settle_flag \
             out_settle_huifuid out_settle_acct_type settle_pattern settle_batch_no \
             is_priority_receipt settle_time fixed_ratio constant_amt workday_fixed_ratio \
             workday_constant_amt settle_status",
        ),
        (
            &business::BUSINESS,
            "req_seq_id req_date huifu_id upper_huifu_id async_return_url settle_config_list \
             file_list delay_flag elec_acct_config elec_receipt_config sign_user_info",
        ),
    ] {
        let wanted: Vec<&str> = text.split_whitespace().collect();
        let names = table.fields.iter().map(|field| field.name);
        assert_eq!(names.collect::<Vec<_>>(), wanted);
    }
}
