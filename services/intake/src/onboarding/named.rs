//! Whatever a form names must be the partner's own: its pictures, and the accounts that pay fees.
//!
//! What a newcomer gets wrong: all accounts stand under one channel at Huifu, so a form that names
//! somebody else's as the payer may well be carried out, and each withdrawal takes its fee there.

use std::collections::BTreeMap;

use contract::application::SubjectKind;
use contract::huifu::operations::{ApplicationForm, file_type};
use contract::ids::{HuifuId, MaterialId};
use contract::partner::ErrorCode;
use serde_json::{Map, Value};
use store::{applications, materials};

use crate::api::Call;
use crate::refusal::Refusal;

/// Refuses a form that names what is not this partner's.
pub(super) async fn check(
    call: &Call<'_>,
    form: &ApplicationForm,
    json: &Value,
) -> Result<(), Refusal> {
    check_materials(call, form, json).await?;
    check_payers(call, json).await
}

/// Pictures of another partner are answered as those that do not exist. One that was sent in as
/// something else would be refused by Huifu's people days later, in words that name no field.
async fn check_materials(
    call: &Call<'_>,
    form: &ApplicationForm,
    json: &Value,
) -> Result<(), Refusal> {
    let named = form.materials();
    let own = materials::of_partner(&call.connection, call.partner_id(), &named).await?;
    let places = |id: &MaterialId| places_of(json, id.as_str(), "form", form.subject());
    let missing = named
        .iter()
        .filter(|id| !own.iter().any(|material| material.id == **id));
    let missing: Vec<Place> = missing.flat_map(places).collect();
    if !missing.is_empty() {
        let refusal = Refusal::from(ErrorCode::MaterialUnknown);
        let paths = missing.into_iter().map(|place| place.path);
        return Err(paths.fold(refusal, Refusal::at));
    }
    let mistaken = own.iter().flat_map(|material| {
        let is_other = |place: &Place| {
            let wanted = place.file_type.as_ref();
            wanted.is_some_and(|wanted| *wanted != material.file_type)
        };
        places(&material.id).into_iter().filter(is_other)
    });
    let mistaken: Vec<Place> = mistaken.collect();
    if mistaken.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::from(ErrorCode::FieldMalformed);
    Err(mistaken.into_iter().fold(refusal, Place::refuse))
}

/// Where a form names a picture, and what it must show there.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    path: String,
    file_type: Option<String>,
}

impl Place {
    fn refuse(refusal: Refusal, place: Self) -> Refusal {
        let wanted = place.file_type.unwrap_or_default();
        refusal.at_rule(
            place.path,
            format!("必须是 file_type 为 {wanted} 的图片"),
            format!("must be a picture that was sent in with the file_type {wanted}"),
        )
    }
}

fn places_of(json: &Value, id: &str, path: &str, subject: SubjectKind) -> Vec<Place> {
    let inside = |member: &Value, path: String| places_of(member, id, &path, subject);
    match json {
        Value::Object(members) => {
            // By name, however serde_json was built.
            let each: BTreeMap<_, _> = members.iter().collect();
            let found = each.into_iter().flat_map(|(name, member)| match member {
                Value::String(text) if text == id => vec![Place {
                    path: format!("{path}.{name}"),
                    file_type: wanted(members, name, subject),
                }],
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => inside(member, format!("{path}.{name}")),
            });
            found.collect()
        }
        Value::Array(list) => (0..)
            .zip(list)
            .flat_map(|(at, entry): (usize, _)| inside(entry, format!("{path}[{at}]")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// An entry of a list of files says itself what it is; elsewhere the field's name does.
fn wanted(members: &Map<String, Value>, name: &str, subject: SubjectKind) -> Option<String> {
    let beside = members.get("file_type").and_then(Value::as_str);
    let wanted = beside.or_else(|| file_type::of_field(name, subject));
    wanted.map(str::to_owned)
}

/// Accounts of others are answered like those that do not exist.
async fn check_payers(call: &Call<'_>, json: &Value) -> Result<(), Refusal> {
    let named = payers(json);
    if named.is_empty() {
        return Ok(());
    }
    let accounts: Vec<HuifuId> = named.iter().map(|(_, payer)| payer.clone()).collect();
    let own = applications::payers::own(&call.connection, call.partner_id(), &accounts).await?;
    let mut others = named
        .into_iter()
        .filter(|(_, payer)| !own.contains(payer))
        .peekable();
    if others.peek().is_none() {
        return Ok(());
    }
    let refusal = Refusal::from(ErrorCode::UserUnknown);
    Err(others.fold(refusal, |refusal, (at, _)| {
        refusal.at_rule(
            format!("form.cash_config[{at}].out_fee_huifu_id"),
            "必须是该合作方已开户用户的账户".to_owned(),
            "must be the account of a user of this partner who has been opened".to_owned(),
        )
    }))
}

/// Who pays outer fees, with the place of the entry that says so. Whether the entry asks for an
/// outer fee does not matter: what stands in the form goes to Huifu.
fn payers(json: &Value) -> Vec<(usize, HuifuId)> {
    let entries = json["cash_config"].as_array().into_iter().flatten();
    let named = entries.enumerate().filter_map(|(at, entry)| {
        let payer = entry["out_fee_huifu_id"].as_str()?;
        Some((at, payer.parse().ok()?))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_picture_is_named_wherever_the_form_names_it() {
        let form = json!({
            "subject": { "license_pic": "M1", "reg_name": "M1 and more" },
            "business": {
                "file_list": [{ "file_id": "M2" }, { "file_id": "M1", "file_type": "F02" }],
            },
        });
        let places = places_of(&form, "M1", "form", SubjectKind::EnterpriseMerchant);
        let places: Vec<_> = places
            .iter()
            .map(|place| (place.path.as_str(), place.file_type.as_deref()))
            .collect();
        assert_eq!(
            places,
            [
                ("form.business.file_list[1].file_id", Some("F02")),
                ("form.subject.license_pic", Some("F07"))
            ]
        );
    }
}
