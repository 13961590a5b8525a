//! The overview as people read it at a terminal.

use jiff::Timestamp;

use super::{Overview, counted};
use crate::beijing::age;
use crate::output::{Rows, or_dash};

pub(super) fn withdrawals(overview: &Overview) -> Rows {
    let rows = overview.withdrawals.iter().map(|open| {
        vec![
            open.state.as_str().to_owned(),
            if open.held { "held" } else { "" }.to_owned(),
            counted(open.count),
            age(overview.at, open.accepted_since),
            age(overview.at, open.unmoved_since),
        ]
    });
    Rows {
        title: "Withdrawals without an end".to_owned(),
        head: vec!["STATE", "HELD", "COUNT", "OLDEST", "UNMOVED FOR"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

pub(super) fn undelivered(overview: &Overview) -> Rows {
    let rows = overview.undelivered.iter().map(|owed| {
        vec![
            owed.partner_id.clone(),
            counted(owed.count),
            age(overview.at, owed.oldest),
        ]
    });
    Rows {
        title: "Notices that partners have not taken".to_owned(),
        head: vec!["PARTNER", "COUNT", "OLDEST"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

pub(super) fn dead_letters(overview: &Overview) -> Rows {
    let rows = overview.dead_letters.groups.iter().map(|group| {
        vec![
            group.class.clone(),
            or_dash(&group.partner_id),
            or_dash(&group.host),
            group.count.to_string(),
            age(overview.at, group.first_failed_at),
        ]
    });
    Rows {
        title: format!("Open dead letters: {}", overview.dead_letters.count),
        head: vec!["CLASS", "PARTNER", "HOST", "COUNT", "OLDEST"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

pub(super) fn cases(overview: &Overview) -> Rows {
    let rows = overview.cases.iter().map(|cases| {
        vec![
            cases.kind.clone(),
            cases.count.to_string(),
            age(overview.at, cases.oldest),
        ]
    });
    Rows {
        title: "Open cases".to_owned(),
        head: vec!["KIND", "COUNT", "OLDEST"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

pub(super) fn lanes(overview: &Overview) -> Rows {
    let rows = overview.lanes.iter().map(|lane| {
        let held = if lane.held_at.is_some() { "held" } else { "" };
        let oldest = lane.oldest_at.map(|since| age(overview.at, since));
        vec![
            lane.partner_id.to_string(),
            lane.host.clone().unwrap_or_else(|| "(all)".to_owned()),
            lane.state.to_owned(),
            held.to_owned(),
            counted(lane.waiting),
            or_dash(&oldest),
        ]
    });
    Rows {
        title: "Lanes that are not free".to_owned(),
        head: vec!["PARTNER", "HOST", "STATE", "HELD", "WAITING", "OLDEST"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

pub(super) fn outbox(overview: &Overview) -> Rows {
    let rows = overview.outbox.iter().map(|depth| {
        let since = |at: Option<Timestamp>| {
            at.map_or_else(|| "-".to_owned(), |since| age(overview.at, since))
        };
        vec![
            depth.routing_key.clone(),
            counted(depth.due),
            since(depth.due_since),
            counted(depth.later),
            counted(depth.published),
            since(depth.published_since),
        ]
    });
    Rows {
        title: "Messages not carried out yet".to_owned(),
        head: vec!["ROUTING_KEY", "DUE", "FOR", "LATER", "PUBLISHED", "FOR"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}
