//! Whatever a form names must be the partner's own: its pictures, and the accounts that pay fees.
//!
//! What a newcomer gets wrong: all accounts stand under one channel at Huifu, so a form that names
//! somebody else's as the payer may well be carried out, and each withdrawal takes its fee there.

use contract::huifu::operations::ApplicationForm;
use contract::ids::HuifuId;
use contract::partner::ErrorCode;
use serde_json::Value;
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

/// Pictures of another partner are answered as those that do not exist.
async fn check_materials(
    call: &Call<'_>,
    form: &ApplicationForm,
    json: &Value,
) -> Result<(), Refusal> {
    let named = form.materials();
    let own = materials::of_partner(&call.connection, call.partner_id(), &named).await?;
    let missing = named
        .iter()
        .filter(|id| !own.iter().any(|material| material.id == **id));
    let paths: Vec<String> = missing
        .flat_map(|id| paths_of(json, id.as_str(), "form"))
        .collect();
    if paths.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::from(ErrorCode::MaterialUnknown);
    Err(paths.into_iter().fold(refusal, Refusal::at))
}

/// Where a text stands in a form.
fn paths_of(json: &Value, text: &str, path: &str) -> Vec<String> {
    match json {
        Value::String(found) if found == text => vec![path.to_owned()],
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| paths_of(member, text, &format!("{path}.{name}")))
            .collect(),
        Value::Array(list) => (0..)
            .zip(list)
            .flat_map(|(at, entry): (usize, _)| paths_of(entry, text, &format!("{path}[{at}]")))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
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
            "business": { "file_list": [{ "file_id": "M2" }, { "file_id": "M1" }] },
        });
        assert_eq!(
            paths_of(&form, "M1", "form"),
            [
                "form.business.file_list[1].file_id",
                "form.subject.license_pic"
            ]
        );
    }
}
