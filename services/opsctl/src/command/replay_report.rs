//! Replay jobs and their sets as people read them.

use crate::beijing::{shown, shown_optional};
use crate::output::{Report, Rows, or_dash};
use crate::replays::{JobRow, PreviewRow};

/// A job in one line of a table.
pub(super) fn row(job: &JobRow) -> Vec<String> {
    vec![
        job.id.to_string(),
        state(job),
        job.count.to_string(),
        format!("{} %", job.percent),
        job.failed.to_string(),
        job.waiting.to_string(),
        rest(job),
        job.created_by.clone(),
        job.ticket.clone(),
        shown(job.created_at),
    ]
}

/// A job with all that is known of it.
pub(super) fn shown_job(job: &JobRow, report: Report) -> Report {
    let mut facts = vec![
        ("job", job.id.to_string()),
        ("state", state(job)),
        (
            "letters",
            format!("{}, about {} yuan", job.count, job.amount),
        ),
        ("filter", job.filter.to_string()),
        ("done", format!("{} %", job.percent)),
        ("queued", job.queued.to_string()),
        ("waiting", job.waiting.to_string()),
        ("delivered", job.delivered.to_string()),
        ("failed", job.failed.to_string()),
        ("skipped", job.skipped.to_string()),
        ("rest", rest(job)),
        ("canary", job.canary.to_string()),
        ("pace", pace(job)),
        ("stops above", format!("{} %", job.stop_at)),
        ("made by", job.created_by.clone()),
        ("why", job.reason.clone()),
        ("ticket", job.ticket.clone()),
        ("made", shown(job.created_at)),
        ("begun", shown_optional(job.started_at)),
        ("ended", shown_optional(job.ended_at)),
    ];
    if job.approval_needed {
        facts.push(("approved by", or_dash(&job.approved_by)));
    }
    if job.stopped_because.is_some() {
        facts.push(("stopped because", or_dash(&job.stopped_because)));
    }
    report.facts(facts)
}

/// A set: what is in it, what is not, and its first letters.
pub(super) fn preview_blocks(set: &PreviewRow, report: Report) -> Report {
    let groups = set.groups.iter().map(|group| {
        vec![
            group.count.to_string(),
            group.class.clone(),
            or_dash(&group.partner_id),
            or_dash(&group.host),
            or_dash(&group.amount),
        ]
    });
    let sample = set.sample.iter().map(|letter| {
        vec![
            letter.id.to_string(),
            or_dash(&letter.message_type),
            or_dash(&letter.about),
            or_dash(&letter.partner_id),
            letter.error_class.clone(),
            letter.attempt_count.to_string(),
            shown(letter.last_failed_at),
        ]
    });
    let (groups, sample) = (groups.collect(), sample.collect());
    let mut report = report
        .rows(Rows {
            title: "By class, partner and host".to_owned(),
            head: vec!["COUNT", "CLASS", "PARTNER", "HOST", "YUAN"],
            rows: groups,
            when_empty: "Nothing to replay.",
        })
        .rows(Rows {
            title: "The first of them".to_owned(),
            head: vec![
                "ID",
                "TYPE",
                "ABOUT",
                "PARTNER",
                "CLASS",
                "TRIES",
                "LAST FAILED",
            ],
            rows: sample,
            when_empty: "None.",
        });
    if set.replayed_before > 0 {
        report = report.line(format!(
            "{} of them were replayed before and died again.",
            set.replayed_before
        ));
    }
    for (count, why) in [
        (
            set.left_out.again,
            "replayed three times or more: --again takes them too",
        ),
        (
            set.left_out.elsewhere,
            "part of another job that is not over",
        ),
        (
            set.left_out.unsendable,
            "no message that could be published again",
        ),
    ] {
        if count > 0 {
            report = report.line(format!("{count} are left out ({why})."));
        }
    }
    report
}

fn state(job: &JobRow) -> String {
    let state = job.state.replace('_', " ");
    if job.in_canary {
        return format!("{state}, canary");
    }
    state
}

fn pace(job: &JobRow) -> String {
    job.pace.map_or_else(
        || "as fast as it can".to_owned(),
        |pace| format!("{pace} a second"),
    )
}

/// `2h03m`, `4m10s`, `12s`, or a dash.
pub(super) fn rest(job: &JobRow) -> String {
    let Some(seconds) = job.rest_seconds else {
        return "-".to_owned();
    };
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h{minutes:02}m"),
    }
}
