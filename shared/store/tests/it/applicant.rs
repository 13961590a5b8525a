//! Applications in the world: how they arrive, and how they are walked to where a test begins.

use contract::application::{ApplicationKind, State, Step, SubjectKind, Transition, steps};
use contract::fee::{BasisPoints, CashRule, FeeBearer, FeeRule};
use contract::ids::{
    ApplicationId, ApplicationNo, HtouhuiUserId, HuifuId, NoticeId, ThirdPartyUserId, TokenNo,
};
use contract::money::Fen;
use contract::withdrawal::CashType;
use serde_json::json;
use store::applications::progress::{
    self, Advanced, Edge, Event, Granted, Learned, NewIds, Reason,
};
use store::applications::{self, Application, Inserted, NewApplication};
use store::users::NewCard;
use store::{StoreError, Transaction};
use uuid::Uuid;

use crate::world::{World, id, partner_id, user_id};

pub(crate) const REASON: Reason<'static> = Reason {
    code: "license_unreadable",
    detail: Some("营业执照不清晰"),
};

pub(crate) fn application_id(number: u128) -> ApplicationId {
    ApplicationId::from_parts(1_800_000_000_000, number)
}

pub(crate) fn rule(fix: i64) -> CashRule {
    let rule = FeeRule {
        fix: Fen::new(fix).unwrap(),
        rate: BasisPoints::new(5).unwrap(),
        bearer: FeeBearer::Inner,
    };
    rule.into()
}

/// What an application says, apart from its id: an opening of a user of its own, anything else for
/// the user of the world.
pub(crate) struct Asked {
    pub(crate) id: ApplicationId,
    pub(crate) application_no: ApplicationNo,
    pub(crate) kind: ApplicationKind,
    pub(crate) subject: SubjectKind,
    pub(crate) third_party_user_id: ThirdPartyUserId,
    pub(crate) htouhui_user_id: HtouhuiUserId,
    pub(crate) huifu_id: Option<HuifuId>,
}

impl Asked {
    pub(crate) fn new(number: u128, kind: ApplicationKind, subject: SubjectKind) -> Self {
        let opens = kind == ApplicationKind::Opening;
        Self {
            id: application_id(number),
            application_no: id(&format!("a-{number}")),
            kind,
            subject,
            third_party_user_id: if opens {
                id(&format!("new-{number}"))
            } else {
                id("u-1")
            },
            htouhui_user_id: if opens {
                id(&format!("{}", 30_000_000_000 + number))
            } else {
                user_id()
            },
            huifu_id: (!opens).then(|| id("6666000021291985")),
        }
    }

    pub(crate) async fn insert(
        &self,
        tx: &Transaction<'_>,
        world: &World,
    ) -> Result<Inserted, StoreError> {
        let new = NewApplication {
            id: &self.id,
            partner: &partner_id(),
            application_no: &self.application_no,
            kind: self.kind,
            subject: self.subject,
            third_party_user_id: &self.third_party_user_id,
            htouhui_user_id: &self.htouhui_user_id,
            huifu_id: self.huifu_id.as_ref(),
            notify_url: "https://shop.example/notify",
            form_sealed: "v1.k1.Zm9ybQ==",
            form_digest: "v1.k1.ZGlnZXN0",
            card_tail: Some("4455"),
            bank_name: Some("工商银行"),
            materials: &[],
        };
        applications::insert(tx, world.now, &new).await
    }
}

/// The road to a state of this step.
fn road(state: State) -> &'static [Transition] {
    use Transition::{Fail, LoseTrack, OpenAttempt, Pass, Refuse, Review, Submit};
    match state {
        State::Received => &[],
        State::Sending => &[OpenAttempt],
        State::Submitted => &[OpenAttempt, Submit],
        State::InReview => &[OpenAttempt, Review],
        State::Unknown => &[OpenAttempt, LoseTrack],
        State::Passed => &[OpenAttempt, Review, Pass],
        State::Refused => &[OpenAttempt, Refuse],
        State::Failed => &[OpenAttempt, Submit, Fail],
    }
}

impl World {
    /// An application that has arrived.
    pub(crate) async fn applied(
        &self,
        number: u128,
        kind: ApplicationKind,
        subject: SubjectKind,
    ) -> ApplicationId {
        let asked = Asked::new(number, kind, subject);
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: apply").await.unwrap();
        let inserted = asked.insert(&tx, self).await.unwrap();
        assert!(matches!(inserted, Inserted::New), "{inserted:?}");
        tx.commit().await.unwrap();
        asked.id
    }

    /// One that was walked to `state` of its step number `step`, 0 for the first.
    pub(crate) async fn applied_and_walked(
        &self,
        number: u128,
        kind: ApplicationKind,
        subject: SubjectKind,
        step: usize,
        state: State,
    ) -> ApplicationId {
        let id = self.applied(number, kind, subject).await;
        let steps = steps(kind, subject);
        for done in &steps[..step] {
            for transition in [Transition::OpenAttempt, Transition::StepDone] {
                self.must_move(&id, *done, transition).await;
            }
        }
        for transition in road(state) {
            self.must_move(&id, steps[step], *transition).await;
        }
        id
    }

    async fn must_move(&self, id: &ApplicationId, step: Step, transition: Transition) {
        let advanced = self.take_edge(id, step, transition).await;
        assert!(
            matches!(advanced, Advanced::Moved { .. }),
            "{transition:?}: {advanced:?}"
        );
    }

    /// Takes one edge in a transaction of its own, with what such an edge usually brings.
    pub(crate) async fn take_edge(
        &self,
        id: &ApplicationId,
        step: Step,
        transition: Transition,
    ) -> Advanced {
        let (huifu_id, token_no): (HuifuId, TokenNo) =
            (self::id("6666000099990001"), self::id("20001"));
        let rules = [(CashType::D0, Some(rule(200)))];
        let granted = Granted {
            huifu_id: &huifu_id,
            card: Some(NewCard {
                token_no: &token_no,
                tail: "4455",
                bank_name: "工商银行",
                is_default: false,
            }),
            rules: &rules,
            mobile: None,
        };
        let event = match transition {
            Transition::OpenAttempt => Event::OpenAttempt,
            Transition::NotSent => Event::NotSent,
            Transition::StepDone => Event::StepDone,
            Transition::Submit => Event::Submit,
            Transition::Review => Event::Review,
            Transition::Pass => Event::Pass(&granted),
            Transition::Refuse => Event::Refuse(REASON),
            Transition::Fail => Event::Fail(REASON),
            Transition::LoseTrack => Event::LoseTrack,
        };
        assert_eq!(event.transition(), transition);
        self.tell(id, step, event, Learned::default())
            .await
            .unwrap()
    }

    /// Tells of one event in a transaction of its own.
    pub(crate) async fn tell(
        &self,
        id: &ApplicationId,
        step: Step,
        event: Event<'_>,
        learned: Learned<'_>,
    ) -> Result<Advanced, StoreError> {
        let unique = Uuid::new_v4();
        let detail = json!({ "code": "00000000" });
        let edge = Edge {
            application: id,
            step,
            event,
            learned,
            detail: &detail,
            ids: NewIds {
                notice: NoticeId::from_parts(1_800_000_000_000, unique.as_u128()),
                message: unique,
            },
            causation_id: None,
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: take edge").await?;
        let advanced = progress::advance(&tx, self.later(1), &edge).await?;
        tx.commit().await?;
        Ok(advanced)
    }

    pub(crate) async fn application(&self, id: &ApplicationId) -> Application {
        let connection = self.connection().await;
        let found = applications::find(&connection, id).await.unwrap();
        found.unwrap()
    }

    /// The messages that wait with this key.
    pub(crate) async fn waiting(&self, routing_key: &str) -> Vec<String> {
        let rows = self
            .raw()
            .await
            .query(
                "select correlation_id from outbox where routing_key = $1 order by id",
                &[&routing_key],
            )
            .await
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}
