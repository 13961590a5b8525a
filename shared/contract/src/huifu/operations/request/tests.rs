use serde_json::Value;

use super::*;
use crate::huifu::operations::fixtures::{PICTURE, form, read};
use crate::huifu::operations::form_table;
use crate::huifu::operations::table::Kind;
use crate::signing::fixtures::ours;
use crate::signing::huifu::{reprint, sign_data};
use ApplicationKind::{Card, CashRules, Opening};
use SubjectKind::{EnterpriseMerchant, EnterpriseUser, IndividualMerchant, IndividualUser};

fn sender() -> Sender {
    Sender {
        req_seq_id: "A01KASGXE00000000000000000A".parse().unwrap(),
        req_date: "20261124".parse().unwrap(),
        upper_huifu_id: "6666000000000001".parse().unwrap(),
        huifu_id: Some("6666000021291985".parse().unwrap()),
        async_return_url: "https://tixian.example/huifu/onboarding".to_owned(),
    }
}

fn files() -> BTreeMap<MaterialId, String> {
    let file_id = "57cc7f00-600a-33ab-b614-6221bbf2e530".to_owned();
    BTreeMap::from([(PICTURE.parse().unwrap(), file_id)])
}

fn application(kind: ApplicationKind, subject: SubjectKind) -> ApplicationForm {
    read(kind, subject, &form(kind, subject)).unwrap()
}

fn requested(kind: ApplicationKind, subject: SubjectKind, step: Step) -> OperationRequest {
    let request = application(kind, subject).request(step, &sender(), &files());
    request.unwrap()
}

/// Every step that there is.
fn every() -> impl Iterator<Item = OperationRequest> {
    ApplicationKind::ALL.into_iter().flat_map(|kind| {
        SubjectKind::ALL.into_iter().flat_map(move |subject| {
            let steps = crate::application::steps(kind, subject);
            steps
                .iter()
                .map(move |step| requested(kind, subject, *step))
        })
    })
}

#[test]
fn each_step_goes_to_its_interface_with_what_we_fill_in_there() {
    for (kind, subject, path, who) in [
        (Opening, EnterpriseMerchant, "merchant/basicdata/ent", "101"),
        (
            Opening,
            IndividualMerchant,
            "merchant/basicdata/indv",
            "101",
        ),
        (Opening, EnterpriseUser, "user/basicdata/ent", "000"),
        (Opening, IndividualUser, "user/basicdata/indv", "000"),
        (Card, EnterpriseMerchant, "merchant/basicdata/modify", "111"),
        (
            CashRules,
            IndividualMerchant,
            "merchant/basicdata/modify",
            "111",
        ),
        (Card, EnterpriseUser, "user/busi/modify", "110"),
        (CashRules, IndividualUser, "user/busi/modify", "110"),
    ] {
        let first = crate::application::steps(kind, subject)[0];
        check_call(&requested(kind, subject, first), path, who);
    }
    for subject in [EnterpriseUser, IndividualUser] {
        let second = requested(Opening, subject, Step::Business);
        check_call(&second, "user/busi/open", "111");
    }
}

/// `who` says which of async_return_url, huifu_id and upper_huifu_id are there.
fn check_call(request: &OperationRequest, path: &str, who: &str) {
    const WHO: [&str; 3] = ["async_return_url", "huifu_id", "upper_huifu_id"];
    assert_eq!(request.path, format!("/v2/{path}"));
    let there = WHO.map(|name| char::from(b'0' + u8::from(request.data.contains_key(name))));
    assert_eq!(String::from_iter(there), who, "{path}");
    assert_eq!(request.data["req_seq_id"], "A01KASGXE00000000000000000A");
    assert_eq!(request.data["req_date"], "20261124");
}

#[test]
fn the_parts_of_a_form_stand_where_their_step_wants_them() {
    let merchant = requested(Opening, EnterpriseMerchant, Step::Base);
    let user = requested(Opening, EnterpriseUser, Step::Base);
    for name in ["card_info", "cash_config"] {
        assert!(
            merchant.data.contains_key(name) && !user.data.contains_key(name),
            "{name}"
        );
    }
    assert_eq!(merchant.data["reg_name"], user.data["reg_name"]);
    let business = requested(Opening, EnterpriseUser, Step::Business);
    assert!(!business.data.contains_key("reg_name"));
    for request in every() {
        let wrappers = ["subject", "business"];
        assert!(wrappers.iter().all(|name| !request.data.contains_key(name)));
    }
}

#[test]
fn a_business_entry_prints_as_flat_strings_in_huifus_names() {
    let request = requested(Opening, IndividualUser, Step::Business);
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        concat!(
            r#"{"async_return_url":"https://tixian.example/huifu/onboarding","#,
            r#""card_info":"{\"area_id\":\"310100\",\"card_name\":\"张三\","#,
            r#"\"card_no\":\"6222020000000001234\",\"card_type\":\"1\","#,
            r#"\"cert_begin_date\":\"20200101\",\"cert_no\":\"11010519900307005X\","#,
            r#"\"cert_type\":\"00\",\"cert_validity_type\":\"1\",\"is_settle_default\":\"Y\","#,
            r#"\"prov_id\":\"310000\"}","#,
            r#""cash_config":"[{\"cash_type\":\"D0\",\"fee_rate\":\"0.05\",\"fix_amt\":\"1.00\"},"#,
            r#"{\"cash_type\":\"D1\",\"fix_amt\":\"2.00\",\"weekday_fix_amt\":\"1.00\"}]","#,
            r#""huifu_id":"6666000021291985","req_date":"20261124","#,
            r#""req_seq_id":"A01KASGXE00000000000000000A","upper_huifu_id":"6666000000000001"}"#,
        )
    );
}

/// The Huifu clients whose vectors stand in `tests/it/huifu_vectors.rs` differ in what they do
/// with nulls, with empty values, with nested objects and with numbers (huifu-api.md §2). Text
/// that has none of these at its first level is signed alike by all of them.
#[test]
fn every_step_is_signed_as_it_is_printed_by_whatever_client() {
    for request in every() {
        let printed = serde_json::to_string(&request).unwrap();
        let read: BTreeMap<String, Value> = serde_json::from_str(&printed).unwrap();
        for (name, value) in &read {
            let text = value.as_str();
            assert!(text.is_some_and(|text| !text.is_empty()), "{name}");
            assert!(!text.unwrap().contains(char::is_control), "{name}");
        }
        assert_eq!(reprint(&printed).as_ref(), Ok(&printed));
        let signed = sign_data(&printed, &ours()).unwrap();
        assert_eq!(signed.text.get(), printed);
        assert!(
            ours()
                .public()
                .verify(printed.as_bytes(), &signed.sign)
                .is_ok()
        );
    }
}

#[test]
fn pictures_are_exchanged_at_every_depth_and_none_is_sent_without_huifus_number() {
    let user = application(Opening, EnterpriseUser);
    let request = user.request(Step::Base, &sender(), &files()).unwrap();
    let file_id = "57cc7f00-600a-33ab-b614-6221bbf2e530";
    assert!(request.data["file_list"].contains(file_id));
    for request in every() {
        let printed = serde_json::to_string(&request).unwrap();
        assert!(!printed.contains(PICTURE));
    }
    let id: MaterialId = PICTURE.parse().unwrap();
    let none = user.request(Step::Base, &sender(), &BTreeMap::new());
    assert_eq!(none, Err(RequestError::PictureMissing(id.clone())));
    let long = BTreeMap::from([(id.clone(), "x".repeat(65))]);
    let merchant = application(Opening, IndividualMerchant);
    let answer = merchant.request(Step::Base, &sender(), &long);
    assert_eq!(answer, Err(RequestError::PictureTooLong(id)));
}

#[test]
fn what_we_fill_in_ourselves_is_within_huifus_limits_too() {
    let form = application(Opening, IndividualUser);
    let business = |sender: &Sender| form.request(Step::Business, sender, &files());
    let limit = |answer: Result<OperationRequest, RequestError>| match answer {
        Err(RequestError::Limit(error)) => error.field,
        other => panic!("{other:?}"),
    };
    let long = || "6".repeat(19).parse::<HuifuId>().unwrap();
    let upper = Sender {
        upper_huifu_id: long(),
        ..sender()
    };
    assert_eq!(limit(business(&upper)), "upper_huifu_id");
    let whom = Sender {
        huifu_id: Some(long()),
        ..sender()
    };
    assert_eq!(limit(business(&whom)), "huifu_id");
    let nobody = Sender {
        huifu_id: None,
        ..sender()
    };
    assert_eq!(business(&nobody), Err(RequestError::HuifuIdMissing));
    assert!(form.request(Step::Base, &nobody, &files()).is_ok());
    let url = |length: usize| format!("https://tixian.example/{}", "a".repeat(length - 23));
    assert!(check_onboarding_url(&url(120)).is_ok());
    for bad in [
        url(121),
        "https://tixian.example/?a=b".to_owned(),
        String::new(),
    ] {
        let sender = Sender {
            async_return_url: bad,
            ..sender()
        };
        assert_eq!(limit(business(&sender)), "async_return_url");
    }
}

#[test]
fn a_step_that_an_application_does_not_have_is_not_sent() {
    for (kind, subject, step) in [
        (Opening, EnterpriseMerchant, Step::Business),
        (Card, IndividualUser, Step::Base),
        (CashRules, IndividualMerchant, Step::Base),
    ] {
        let answer = application(kind, subject).request(step, &sender(), &files());
        assert_eq!(answer, Err(RequestError::NoSuchStep));
    }
}

#[test]
fn no_two_parts_of_a_call_have_a_field_of_the_same_name() {
    for kind in ApplicationKind::ALL {
        for subject in SubjectKind::ALL {
            let table = form_table(kind, subject);
            for wrapper in ["subject", "business"] {
                let Some(Kind::Object(inner)) = table.field(wrapper).map(|field| field.kind) else {
                    continue;
                };
                for part in table.fields {
                    assert!(inner.field(part.name).is_none(), "{wrapper}.{}", part.name);
                }
            }
        }
    }
}

#[test]
fn nothing_of_a_call_is_printed_but_its_names() {
    let debug = format!("{:?}", requested(Card, IndividualUser, Step::Business));
    assert!(debug.contains("card_info"));
    assert!(
        !debug.contains("6222") && !debug.contains("张三"),
        "{debug}"
    );
}
