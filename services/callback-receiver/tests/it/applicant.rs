//! Applications that were sent, and what Huifu's callbacks say about their reviews.

use contract::application::{ApplicationKind, State, Step, SubjectKind};
use contract::huifu::ReqDate;
use contract::ids::{ApplicationId, HuifuId, ReqSeqId};
use jiff::{SignedDuration, Timestamp};
use runtime::{clock, ids};
use serde_json::{Value, json};
use store::Transaction;
use store::applications::attempts::{self, Attempt, NewAttempt};
use store::applications::progress::{Advanced, Edge, Event, Learned, NewIds, advance};
use store::applications::{self, Application, NewApplication, timeline};
use store::attempts::AttemptOutcome;

use crate::world::{HUIFU_KEY, World, form_with};

pub(crate) const OPENED: &str = "6666000300000001";
pub(crate) const APPLY_NO: &str = "APPLY0001";
pub(crate) const CARD_TOKEN: &str = "30000000001";

/// An application whose step was sent.
pub(crate) struct Applied {
    pub(crate) id: ApplicationId,
    pub(crate) attempt: ReqSeqId,
    subject: SubjectKind,
}

/// What a callback says. Merchants' and users' say it in different places.
pub(crate) struct Review {
    pub(crate) audit_status: &'static str,
    pub(crate) audit_desc: &'static str,
    pub(crate) apply_no: Option<&'static str>,
    pub(crate) token_no: Option<&'static str>,
}

impl Review {
    pub(crate) fn of(audit_status: &'static str) -> Self {
        let passed = audit_status == "Y";
        Self {
            audit_status,
            audit_desc: if passed {
                ""
            } else {
                "营业执照照片不清晰"
            },
            apply_no: Some(APPLY_NO),
            token_no: passed.then_some(CARD_TOKEN),
        }
    }
}

impl Applied {
    /// The business text of a callback about it, to be changed.
    pub(crate) fn says(&self, review: &Review) -> Value {
        let mut text = json!({
            "sub_resp_code": "00000000",
            "sub_resp_desc": "处理成功",
            "req_seq_id": self.attempt.as_str(),
            "req_date": ReqDate::at(clock::now()).to_string(),
            "huifu_id": OPENED,
        });
        let mut audit = json!({
            "audit_status": review.audit_status,
            "audit_desc": review.audit_desc,
        });
        for (name, value) in [("apply_no", review.apply_no), ("token_no", review.token_no)] {
            if let Some(value) = value {
                audit[name] = json!(value);
            }
        }
        if self.subject.is_merchant() {
            let members = audit.as_object().unwrap().clone();
            text["product_id"] = json!("YYZY");
            text.as_object_mut().unwrap().extend(members);
        } else {
            text["notify_type"] = json!("A");
            audit["resp_business"] = json!([
                { "type": "1", "code": "S", "msg": "绑卡成功" },
                { "type": "2", "code": "S", "msg": "取现配置成功" },
            ]);
            text["audit_info"] = json!(audit.to_string());
        }
        text
    }

    pub(crate) fn passed(&self) -> Value {
        self.says(&Review::of("Y"))
    }

    pub(crate) fn refused(&self) -> Value {
        self.says(&Review::of("N"))
    }

    pub(crate) fn pending(&self) -> Value {
        self.says(&Review::of("P"))
    }

    pub(crate) fn acknowledgement(&self) -> (u16, String) {
        (200, format!("RECV_ORD_ID_{}", self.attempt))
    }
}

/// The body that Huifu posts.
pub(crate) fn review_form(text: &str) -> String {
    form_with("data", text, Some(&HUIFU_KEY.sign(text.as_bytes())))
}

impl World {
    /// The opening of a merchant, sent and not answered: nobody knows its number.
    pub(crate) async fn merchant_sent(&self) -> Applied {
        self.opening_sent(SubjectKind::IndividualMerchant).await
    }

    /// The opening of a user whose base data is there and whose business entry was sent.
    pub(crate) async fn user_sent(&self) -> Applied {
        let base = self.opening_sent(SubjectKind::EnterpriseUser).await;
        self.base_done(&base).await
    }

    pub(crate) async fn opening_sent(&self, subject: SubjectKind) -> Applied {
        let id = ids::new_application_id();
        let now = clock::now();
        let new = NewApplication {
            id: &id,
            partner: &"shop".parse().unwrap(),
            application_no: &id.as_str().parse().unwrap(),
            kind: ApplicationKind::Opening,
            subject,
            third_party_user_id: &id.as_str().parse().unwrap(),
            htouhui_user_id: &"20000000001".parse().unwrap(),
            huifu_id: None,
            notify_url: "https://shop.example/notify",
            form_sealed: "v1.k1.nobody-here-can-open-this",
            form_digest: "digest",
            card_tail: Some("4455"),
            bank_name: None,
            materials: &[],
        };
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: apply").await.unwrap();
        applications::insert(&tx, now, &new).await.unwrap();
        tx.commit().await.unwrap();
        let attempt = self.open_step(&id, Step::Base).await;
        Applied {
            id,
            attempt,
            subject,
        }
    }

    /// Huifu has answered the first step; the second is sent.
    pub(crate) async fn base_done(&self, base: &Applied) -> Applied {
        let huifu_id: HuifuId = OPENED.parse().unwrap();
        let learned = Learned {
            huifu_id: Some(&huifu_id),
            ..Learned::default()
        };
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: base done").await.unwrap();
        let now = clock::now();
        let edge = edge(&base.id, Step::Base, Event::StepDone, learned);
        let moved = advance(&tx, now, &edge).await.unwrap();
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        let submitted = AttemptOutcome::Submitted;
        attempts::close(&tx, now, &base.attempt, submitted, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Applied {
            id: base.id.clone(),
            attempt: self.open_step(&base.id, Step::Business).await,
            subject: base.subject,
        }
    }

    pub(crate) async fn open_step(&self, id: &ApplicationId, step: Step) -> ReqSeqId {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: open attempt").await.unwrap();
        let moved = take(&tx, id, step, Event::OpenAttempt).await;
        assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
        let req_seq_id = open_attempt_row(&tx, id, step).await;
        tx.commit().await.unwrap();
        req_seq_id
    }

    /// Takes an edge as the dispatcher would.
    pub(crate) async fn application_takes(&self, applied: &Applied, event: Event<'_>) -> Advanced {
        let step = self.application_attempt(applied).await.step;
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: take edge").await.unwrap();
        let advanced = take(&tx, &applied.id, step, event).await;
        tx.commit().await.unwrap();
        advanced
    }

    /// Records the end of the sending as the dispatcher would.
    pub(crate) async fn attempt_ends(&self, applied: &Applied, outcome: AttemptOutcome) {
        let mut connection = self.store.connection().await.unwrap();
        let tx = connection.begin("test: close attempt").await.unwrap();
        attempts::close(&tx, clock::now(), &applied.attempt, outcome, None)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Signs this text as Huifu does and posts it.
    pub(crate) async fn review(&self, text: &Value) -> (u16, String) {
        self.post_review(&review_form(&text.to_string())).await
    }

    pub(crate) async fn application(&self, applied: &Applied) -> Application {
        let connection = self.store.connection().await.unwrap();
        applications::find(&connection, &applied.id)
            .await
            .unwrap()
            .unwrap()
    }

    /// Where it stands, and whether a case holds it.
    pub(crate) async fn stands(&self, applied: &Applied) -> (State, bool) {
        let found = self.application(applied).await;
        (found.state, found.held)
    }

    pub(crate) async fn application_attempt(&self, applied: &Applied) -> Attempt {
        let connection = self.store.connection().await.unwrap();
        attempts::find(&connection, &applied.attempt)
            .await
            .unwrap()
            .unwrap()
    }

    /// What the timeline tells after the sending.
    pub(crate) async fn heard(&self, applied: &Applied) -> Vec<String> {
        let connection = self.store.connection().await.unwrap();
        let told = timeline::of(&connection, &applied.id).await.unwrap();
        let last_sending = told.iter().rposition(|entry| entry.event == "open_attempt");
        told.into_iter()
            .skip(last_sending.unwrap() + 1)
            .map(|entry| entry.event)
            .collect()
    }

    /// Whether the attempt is to be asked about at this moment.
    pub(crate) async fn is_asked_now(&self, applied: &Applied) -> bool {
        let next = self.application_attempt(applied).await.next_query_at;
        next.is_some_and(|next| next <= clock::now())
    }
}

/// Takes an edge in this transaction.
pub(crate) async fn take(
    tx: &Transaction<'_>,
    id: &ApplicationId,
    step: Step,
    event: Event<'_>,
) -> Advanced {
    let edge = edge(id, step, event, Learned::default());
    advance(tx, clock::now(), &edge).await.unwrap()
}

/// The row of an attempt, without the edge.
pub(crate) async fn open_attempt_row(
    tx: &Transaction<'_>,
    id: &ApplicationId,
    step: Step,
) -> ReqSeqId {
    let now: Timestamp = clock::now();
    let req_seq_id = ids::new_req_seq_id();
    let new = NewAttempt {
        req_seq_id: &req_seq_id,
        application: id,
        step,
        req_date: &ReqDate::at(now).to_string(),
        next_query_at: now + SignedDuration::from_mins(5),
    };
    attempts::open(tx, now, &new).await.unwrap();
    req_seq_id
}

fn edge<'a>(id: &'a ApplicationId, step: Step, event: Event<'a>, learned: Learned<'a>) -> Edge<'a> {
    Edge {
        application: id,
        step,
        event,
        learned,
        detail: &Value::Null,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    }
}
