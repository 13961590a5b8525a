//! An application as it stands under its lock, and what an edge means there.

use contract::application::{ApplicationKind, Next, State, Step, SubjectKind, Transition, steps};
use contract::ids::{ApplicationId, HtouhuiUserId, PartnerId, ThirdPartyUserId};
use tokio_postgres::Row;

use super::Edge;
use crate::row::{named, parsed};
use crate::{StoreError, Transaction};

const LOCK: &str = "\
-- applications.lock
select id, partner_id, kind, subject, third_party_user_id, htouhui_user_id, state, held, step
  from applications
 where id = $1
   for update";

/// The row as it was locked.
pub(super) struct Locked {
    pub(super) partner: PartnerId,
    pub(super) kind: ApplicationKind,
    pub(super) subject: SubjectKind,
    pub(super) third_party_user_id: ThirdPartyUserId,
    pub(super) htouhui_user_id: HtouhuiUserId,
    pub(super) state: State,
    pub(super) held: bool,
    pub(super) step: Step,
}

impl Locked {
    /// Locks the application's row; `None` if there is none.
    pub(super) async fn lock(
        tx: &Transaction<'_>,
        id: &ApplicationId,
    ) -> Result<Option<Self>, StoreError> {
        let row = tx.query_opt(LOCK, &[&id.as_str()]).await?;
        row.as_ref().map(Self::read).transpose()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            partner: parsed(row, "partner_id")?,
            kind: named(row, "kind", ApplicationKind::from_name)?,
            subject: named(row, "subject", SubjectKind::from_name)?,
            third_party_user_id: parsed(row, "third_party_user_id")?,
            htouhui_user_id: parsed(row, "htouhui_user_id")?,
            state: named(row, "state", State::from_name)?,
            held: row.try_get("held")?,
            step: named(row, "step", Step::from_name)?,
        })
    }

    /// What the edge means here. A step that lies behind the application has passed, so what is
    /// heard of it late is judged as if all had; of a step that lies ahead nothing can be heard.
    pub(super) fn meaning(&self, edge: &Edge<'_>) -> Next {
        let transition = edge.event.transition();
        if edge.step < self.step {
            return State::Passed.next(transition);
        }
        if edge.step > self.step || !self.fits(transition) {
            return Next::Refused;
        }
        self.state.next(transition)
    }

    /// A step that is not the last one is only done, the last one passes.
    fn fits(&self, transition: Transition) -> bool {
        match transition {
            Transition::StepDone => self.next_step().is_some(),
            Transition::Pass => self.next_step().is_none(),
            Transition::OpenAttempt
            | Transition::NotSent
            | Transition::Submit
            | Transition::Review
            | Transition::Refuse
            | Transition::Fail
            | Transition::LoseTrack => true,
        }
    }

    /// The step after the one that is due, if there is one.
    pub(super) fn next_step(&self) -> Option<Step> {
        let steps = steps(self.kind, self.subject).iter();
        steps.copied().find(|step| *step > self.step)
    }
}
