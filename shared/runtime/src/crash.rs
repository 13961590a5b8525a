//! Crash points: the boundaries at which a test kills the process, in one list.
//!
//! `reach` does nothing at all in a release build. In a debug build it aborts the process, without
//! unwinding and without flushing anything, if `CRASH_AT` named this point when the process
//! started. Every point sits beside a commit, a publish or a call: places where "done" and "known
//! to be done" come apart.

use std::fmt;

macro_rules! crash_points {
    ($($(#[$doc:meta])* $point:ident => $name:literal,)+) => {
        /// A place at which the process can be told to die.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CrashPoint {
            $($(#[$doc])* $point,)+
        }

        impl CrashPoint {
            /// Every point there is, for the test that visits all of them.
            pub const ALL: &'static [CrashPoint] = &[$(CrashPoint::$point,)+];

            /// The name that `CRASH_AT` is set to: who, and where.
            pub fn name(self) -> &'static str {
                match self {
                    $(CrashPoint::$point => $name,)+
                }
            }
        }
    };
}

crash_points! {
    /// Rows are leased, nothing is published.
    RelayAfterClaim => "relay.after_claim",
    /// The broker has confirmed, the rows do not say so.
    RelayAfterPublish => "relay.after_publish",
    /// The rows say published.
    RelayAfterMarked => "relay.after_marked",
    /// The draft is committed, the page is not answered.
    IntakeAfterDraft => "intake.after_draft",
    /// The acceptance is written, not committed.
    IntakeBeforeAcceptCommit => "intake.before_accept_commit",
    /// The acceptance is committed, the user is not sent back.
    IntakeAfterAcceptCommit => "intake.after_accept_commit",
    /// The attempt is written, not committed; nothing went to Huifu.
    DispatcherBeforeAttemptCommit => "dispatcher.before_attempt_commit",
    /// The attempt is committed; nothing went to Huifu.
    DispatcherAfterAttemptCommit => "dispatcher.after_attempt_commit",
    /// Huifu has answered, nothing of it is written.
    DispatcherAfterAnswer => "dispatcher.after_answer",
    /// The outcome is committed, the delivery is not acked.
    DispatcherAfterOutcomeCommit => "dispatcher.after_outcome_commit",
    /// An application's attempt is written, not committed; nothing went to Huifu.
    OnboardBeforeAttemptCommit => "onboard.before_attempt_commit",
    /// An application's attempt is committed; nothing went to Huifu.
    OnboardAfterAttemptCommit => "onboard.after_attempt_commit",
    /// Huifu has answered a step, nothing of it is written.
    OnboardAfterAnswer => "onboard.after_answer",
    /// The step's outcome is committed, the delivery is not acked.
    OnboardAfterOutcomeCommit => "onboard.after_outcome_commit",
    /// Huifu has answered a query, nothing of it is written.
    ReconcileAfterQuery => "reconcile.after_query",
    /// The query's outcome is committed.
    ReconcileAfterOutcomeCommit => "reconcile.after_outcome_commit",
    /// The callback is written, not committed.
    ReceiverBeforeCommit => "receiver.before_commit",
    /// The callback is committed, Huifu is not answered.
    ReceiverAfterCommit => "receiver.after_commit",
    /// The review is written, not committed.
    ReviewBeforeCommit => "review.before_commit",
    /// The review is committed, Huifu is not answered.
    ReviewAfterCommit => "review.after_commit",
    /// The notice is due, the partner has not seen it.
    NotifierBeforePost => "notifier.before_post",
    /// The partner has answered, nothing of it is written.
    NotifierAfterPost => "notifier.after_post",
    /// The notice's result is committed, the delivery is not acked.
    NotifierAfterRecordCommit => "notifier.after_record_commit",
}

impl fmt::Display for CrashPoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(debug_assertions)]
static ARMED: std::sync::OnceLock<CrashPoint> = std::sync::OnceLock::new();

/// Dies here if this point was armed. Compiled to nothing in a release build.
#[inline]
pub fn reach(point: CrashPoint) {
    #[cfg(debug_assertions)]
    if ARMED.get() == Some(&point) {
        eprintln!("crash point {point} reached: aborting, as CRASH_AT asked");
        std::process::abort();
    }
    #[cfg(not(debug_assertions))]
    let _ = point;
}

/// Arms one point for the life of the process; only `service::run` does, never a test in process.
pub(crate) fn arm(name: &str) -> Result<(), UnknownCrashPoint> {
    let known = CrashPoint::ALL.iter().find(|point| point.name() == name);
    let point = *known.ok_or(UnknownCrashPoint)?;
    #[cfg(debug_assertions)]
    ARMED.get_or_init(|| point);
    #[cfg(not(debug_assertions))]
    let _ = point;
    Ok(())
}

/// `CRASH_AT` names a point that does not exist, so a test would wait for a crash in vain.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("CRASH_AT is not the name of a crash point")]
pub(crate) struct UnknownCrashPoint;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_say_who_and_where() {
        let names: BTreeSet<_> = CrashPoint::ALL.iter().map(|point| point.name()).collect();
        assert_eq!(names.len(), CrashPoint::ALL.len());
        assert!(names.iter().all(|name| name.contains('.')));
    }

    #[test]
    fn an_unknown_point_is_refused() {
        assert!(arm("dispatcher.somewhere").is_err());
    }

    #[test]
    fn a_point_that_is_not_armed_is_passed() {
        for point in CrashPoint::ALL {
            reach(*point);
        }
    }
}
