//! Applications: each step was done at Huifu at most once, and who passed here is known there.

use anyhow::{Context as _, Result, ensure};
use contract::application::{ApplicationKind, State};
use contract::ids::ApplicationId;
use sandbox::huifu::{BookSnapshot, RegisteredCard};
use sandbox::partner::Notice;
use store::applications::{self, Application};
use store::notices::NoticeState;

use crate::scene::Scene;

pub(super) async fn agree(scene: &Scene, book: &BookSnapshot, heard: &[Notice]) -> Result<()> {
    for onboarding in &book.onboardings {
        let (serial, times) = (&onboarding.key.req_seq_id, onboarding.executions);
        ensure!(times <= 1, "{serial} was done {times} times");
    }
    let sql = scene.sql().await?;
    for row in sql.query("select id from applications", &[]).await? {
        let id: ApplicationId = row.get::<_, &str>(0).parse()?;
        let connection = scene.store.connection().await?;
        let found = applications::find(&connection, &id).await?;
        let found = found.context("it was just listed")?;
        done_once(scene, &found, book).await?;
        is_as_it_says(scene, &found).await?;
        told_as_it_is(scene, &found, heard).await?;
        timeline_is_whole(scene, &found).await?;
    }
    Ok(())
}

/// However many attempts a step took, Huifu did it at most once.
async fn done_once(scene: &Scene, found: &Application, book: &BookSnapshot) -> Result<()> {
    let connection = scene.store.connection().await?;
    let attempts = applications::attempts::of(&connection, &found.id).await?;
    for step in contract::application::steps(found.kind, found.subject) {
        let of_step = attempts.iter().filter(|attempt| attempt.step == *step);
        let serials: Vec<&str> = of_step.map(|one| one.req_seq_id.as_str()).collect();
        let times = book.onboarding_executions(&serials);
        let id = &found.id;
        ensure!(times <= 1, "{id}: {} was done {times} times", step.as_str());
    }
    Ok(())
}

/// Who is said to have passed can withdraw here, to a card that Huifu has; who was refused cannot.
async fn is_as_it_says(scene: &Scene, found: &Application) -> Result<()> {
    let (id, user) = (&found.id, &found.htouhui_user_id);
    let connection = scene.store.connection().await?;
    let known = store::users::find(&connection, user).await?;
    match found.state {
        State::Passed => {}
        State::Refused | State::Failed => {
            let opened = found.kind == ApplicationKind::Opening && known.is_some();
            ensure!(!opened, "{id} was refused, and {user} can withdraw");
            return Ok(());
        }
        State::Received | State::Sending | State::Submitted | State::InReview | State::Unknown => {
            return Ok(());
        }
    }
    let known = known.with_context(|| format!("{id} passed, and {user} is unknown"))?;
    let member = scene.huifu.member(known.huifu_id.as_str());
    let member = member.with_context(|| format!("Huifu has no {}", known.huifu_id))?;
    let cards = store::users::cards::of(&connection, user).await?;
    for card in &cards {
        let at_huifu = |one: &&RegisteredCard| one.token_no == card.token_no.as_str();
        let theirs = member.cards.iter().find(at_huifu);
        let theirs =
            theirs.with_context(|| format!("{id}: Huifu has no card {}", card.token_no))?;
        ensure!(
            theirs.tail.as_deref() == Some(card.tail.as_str()),
            "{id}: a card ends otherwise at Huifu"
        );
    }
    ensure!(!cards.is_empty(), "{id} passed, and {user} has no card");
    Ok(())
}

async fn told_as_it_is(scene: &Scene, found: &Application, heard: &[Notice]) -> Result<()> {
    let id = &found.id;
    let connection = scene.store.connection().await?;
    let notices = store::notices::of_application(&connection, id).await?;
    let owed = usize::from(found.state.is_terminal());
    ensure!(
        notices.len() == owed,
        "{id} has {} notices, not {owed}",
        notices.len()
    );
    for notice in notices {
        let delivered = notice.state == NoticeState::Delivered;
        let of_this = heard
            .iter()
            .filter(|one| one.notice_id == notice.id.as_str());
        let accepted: Vec<_> = of_this.filter(|one| one.accepted).collect();
        ensure!(
            accepted.is_empty() != delivered,
            "{id}: heard is not delivered"
        );
        let status = if found.state == State::Passed {
            "1"
        } else {
            "0"
        };
        for one in accepted {
            let told = (one.application_id.as_str(), one.status.as_str());
            ensure!(
                told == (id.as_str(), status),
                "{id}: the partner heard {told:?}"
            );
        }
    }
    Ok(())
}

async fn timeline_is_whole(scene: &Scene, found: &Application) -> Result<()> {
    let connection = scene.store.connection().await?;
    let mut stands = None;
    for entry in applications::timeline::of(&connection, &found.id).await? {
        if let Some(to) = entry.to_state {
            let gap = entry.from_state == stands;
            ensure!(gap, "{}: a gap before {}", found.id, entry.event);
            stands = Some(to);
        }
    }
    let ends = stands == Some(found.state);
    ensure!(ends, "{}: the timeline ends elsewhere", found.id);
    Ok(())
}
