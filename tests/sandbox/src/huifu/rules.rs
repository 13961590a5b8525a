//! The business rules of onboarding: what is refused although every field is well formed.

use crate::huifu::card::CardInfo;
use crate::huifu::cash::CashType;
use crate::huifu::cash_config::{CashEntry, one_way_to_pay};
use crate::huifu::id_card;
use crate::huifu::member::{Member, MemberState, Subject};
use crate::huifu::operation::Operation;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::register::Register;
use crate::huifu::script::Script;
use crate::huifu::wish::Wish;
use crate::huifu::world::World;

/// A personal card with this tail never matches its holder, where magic is switched on.
pub(crate) const MISMATCHING_TAIL: &str = "4444";

/// The file_type that proves why a company's card has another name.
const OTHER_NAME: &str = "F516";

/// Whether the request may be done. `Ok` carries nothing: doing it is the register's.
pub(crate) fn check(
    world: &World,
    register: &Register,
    wish: &Wish,
    script: &Script,
) -> Result<(), Refusal> {
    let member = changed_member(register, wish)?;
    check_upper(world, register, wish)?;
    check_pictures(world, register, wish)?;
    let subject = wish
        .subject
        .as_ref()
        .or_else(|| member.and_then(|member| member.subject.as_ref()));
    if let Some(subject) = &wish.subject {
        check_subject(register, subject, wish, script)?;
    }
    if let Some(card) = &wish.card {
        check_card(world, wish, card, subject, script)?;
    }
    if !wish.cash.is_empty() {
        let has_card = wish.card.is_some() || member.is_some_and(|one| !one.cards.is_empty());
        check_cash(register, wish, has_card)?;
    }
    Ok(())
}

/// The member that is changed must be there, of the right sort, and in the right state.
fn changed_member<'a>(register: &'a Register, wish: &Wish) -> Result<Option<&'a Member>, Refusal> {
    let Some(huifu_id) = &wish.huifu_id else {
        return Ok(None);
    };
    let member = register.member(huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let kind = member.subject.as_ref().map(|subject| subject.kind);
    if kind.is_some_and(|kind| kind.is_merchant() != wish.operation.is_for_merchants()) {
        return Err(Known::MERCHANT_MISSING.into());
    }
    if member.state != MemberState::Active {
        return Err(Known::STATE_WRONG.into());
    }
    match wish.operation {
        Operation::UserBusiOpen if member.opened => Err(Known::ALREADY_OPENED.into()),
        Operation::UserBusiModify if !member.opened => Err(Known::NOT_OPENED.into()),
        _ => Ok(Some(member)),
    }
}

/// The channel, or a member that was opened before.
fn check_upper(world: &World, register: &Register, wish: &Wish) -> Result<(), Refusal> {
    let known = |id: &String| *id == world.gateway.sys_id || register.member(id).is_some();
    if wish.upper_huifu_id.as_ref().is_none_or(known) {
        Ok(())
    } else {
        Err(Known::UPPER_MISSING.into())
    }
}

fn check_pictures(world: &World, register: &Register, wish: &Wish) -> Result<(), Refusal> {
    if world.any_picture {
        return Ok(());
    }
    let unknown = |file_id: &str| !register.pictures.contains_key(file_id);
    match wish.pictures.iter().find(|(_, file_id)| unknown(file_id)) {
        Some((field, _)) => Err(Refusal::picture_unknown(field)),
        None => Ok(()),
    }
}

fn check_subject(
    register: &Register,
    subject: &Subject,
    wish: &Wish,
    script: &Script,
) -> Result<(), Refusal> {
    let taken = |name: &String| register.login_name_taken(name);
    if subject.login_name.as_ref().is_some_and(taken) {
        return Err(Known::LOGIN_NAME_TAKEN.into());
    }
    if script.identity_mismatch {
        return Err(Known::IDENTITY_MISMATCH.into());
    }
    if subject.cert_type == "00" {
        let born = id_card::born(&subject.cert_no).ok_or(Known::IDENTITY_MISMATCH)?;
        let age = id_card::age(born, wish.day());
        if subject.kind.is_merchant() && !(18..=80).contains(&age) {
            return Err(Known::AGE.into());
        }
    }
    Ok(())
}

fn check_card(
    world: &World,
    wish: &Wish,
    card: &CardInfo,
    subject: Option<&Subject>,
    script: &Script,
) -> Result<(), Refusal> {
    let legal_name = subject.and_then(|subject| subject.legal_name.as_deref());
    let same = |name: Option<&str>| name.is_none_or(|name| Some(name) == card.card_name.as_deref());
    match card.card_type.as_str() {
        "1" if !same(legal_name) => return Err(Known::NOT_LEGAL_PERSON.into()),
        "0" if !same(subject.map(|one| one.name.as_str())) && !wish.has_proof(OTHER_NAME) => {
            return Err(Known::NOT_COMPANY_NAME.into());
        }
        _ => {}
    }
    let magic_mismatch = world.magic && card.tail() == MISMATCHING_TAIL;
    if card.is_personal() && (script.card_mismatch || magic_mismatch) {
        return Err(Known::CARD_MISMATCH.into());
    }
    Ok(())
}

fn check_cash(register: &Register, wish: &Wish, has_card: bool) -> Result<(), Refusal> {
    if !has_card {
        return Err(Known::NO_CARD.into());
    }
    if wish.one_way_to_pay && !one_way_to_pay(&wish.cash) {
        return Err(Known::WAYS_TO_PAY_MIXED.into());
    }
    for CashEntry { cash_type, rule } in &wish.cash {
        let Some(floor) = register.floors.get(cash_type).filter(|_| rule.open) else {
            continue;
        };
        let weekday = rule.working_day_price();
        let low = *cash_type == CashType::D1 && !weekday.reaches(floor);
        if low || !rule.price.reaches(floor) {
            return Err(Refusal::below_floor(*cash_type, floor));
        }
    }
    Ok(())
}
