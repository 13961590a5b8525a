//! The interfaces that only ask: each reads its table and tells what register and book know.
//!
//! A fault of the answer works on all of them; there is nothing to do or not to do.

use crate::huifu::answer::Data;
use crate::huifu::fault::Asked;
use crate::huifu::fields::BadField;
use crate::huifu::operation::Operation;
use crate::huifu::refusal::Refusal;
use crate::huifu::rule_r::Members;
use crate::huifu::script::{Money, Reply, Script};
use crate::huifu::table::{Field, Values, read};
use crate::huifu::world::World;
use crate::huifu::{feecalc, holdings, merchant, statement, user};

/// A question, fields checked.
pub(crate) struct Inquiry<'a> {
    pub(crate) world: &'a World,
    pub(crate) values: &'a Values,
    /// What the caller calls this machine: files lie there too.
    pub(crate) origin: &'a str,
}

/// What an interface does with its values.
type Tell = fn(&Inquiry<'_>) -> Result<Data, Refusal>;

/// The table of an interface that only asks, and what answers it.
fn interface(operation: Operation) -> Option<(&'static [Field], Tell)> {
    match operation {
        Operation::MerchantQuery => Some((merchant::query::TABLE, merchant::query::tell)),
        Operation::MerchantStatusQuery => {
            Some((merchant::status_query::TABLE, merchant::status_query::tell))
        }
        Operation::UserQuery => Some((user::query::TABLE, user::query::tell)),
        Operation::UserApplyQuery => Some((user::apply_query::TABLE, user::apply_query::tell)),
        Operation::Balance => Some((holdings::BALANCE, holdings::balance)),
        Operation::DmQuota => Some((holdings::DM_QUOTA, holdings::dm_quota)),
        Operation::FeeTrial => Some((feecalc::TABLE, feecalc::tell)),
        Operation::StatementQuery => Some((statement::TABLE, statement::tell)),
        Operation::Encashment
        | Operation::Query
        | Operation::MerchantEnt
        | Operation::MerchantIndv
        | Operation::MerchantModify
        | Operation::MerchantBusiOpen
        | Operation::MerchantBusiModify
        | Operation::UserEnt
        | Operation::UserIndv
        | Operation::UserBusiOpen
        | Operation::UserBusiModify
        | Operation::Picture
        | Operation::StatementFile => None,
    }
}

/// The answer, and how it leaves.
pub(crate) fn answer(
    world: &World,
    operation: Operation,
    members: &Members<'_>,
    origin: &str,
) -> Result<(Data, Reply), BadField> {
    let Some((table, tell)) = interface(operation) else {
        return Err(BadField::new("interface", "不存在"));
    };
    world.count_question(operation);
    let values = read(table, members, "")?;
    let script = Script::of(&world.faults().take(&Asked {
        huifu_id: values.get("huifu_id").unwrap_or_default(),
        ..Asked::about(operation, values.get("req_seq_id").unwrap_or_default())
    }));
    let told = match &script.money {
        Money::Swallow => Err(Refusal::new("swallowed", "")),
        Money::Refuse {
            resp_code,
            resp_desc,
        } => Err(Refusal::new(resp_code, resp_desc)),
        Money::Pay | Money::CallItShort | Money::FailAtOnce => tell(&Inquiry {
            world,
            values: &values,
            origin,
        }),
    };
    let data = told.unwrap_or_else(|refusal| refusal.data());
    Ok((data, script.reply))
}
