//! Applications of a partner that came to their end, with their notices due.

use contract::application::{ApplicationKind, Step, SubjectKind};
use contract::ids::{ApplicationId, NoticeId};
use contract::message::ApplicationNoticeDue;
use runtime::{clock, ids};
use serde_json::json;
use store::applications::progress::{Advanced, Edge, Event, Granted, Learned, NewIds, Reason};
use store::applications::{self, NewApplication, progress, timeline};
use store::users::NewCard;
use uuid::Uuid;

use crate::world::{Partner, World};

/// How an application ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    Passed,
    Refused(&'static str),
    Failed(&'static str),
}

/// A notice that is due, and the message that says so.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationDue {
    pub(crate) application: ApplicationId,
    pub(crate) notice: NoticeId,
    pub(crate) message: Uuid,
}

impl ApplicationDue {
    pub(crate) fn body(&self) -> ApplicationNoticeDue {
        ApplicationNoticeDue {
            notice_id: self.notice.clone(),
            application_id: self.application.clone(),
        }
    }
}

impl World {
    /// The opening of a merchant for this partner that came to its end, with its notice due now.
    pub(crate) async fn applied(&self, partner: &Partner, end: End) -> ApplicationDue {
        let due = ApplicationDue {
            application: ids::new_application_id(),
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        };
        let (now, id) = (clock::now(), &due.application);
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: apply").await.unwrap();
        let user = applications::next_htouhui_user_id(&tx).await.unwrap();
        let new = NewApplication {
            id,
            partner: &partner.id,
            application_no: &id.as_str().parse().unwrap(),
            kind: ApplicationKind::Opening,
            subject: SubjectKind::IndividualMerchant,
            third_party_user_id: &id.as_str().parse().unwrap(),
            htouhui_user_id: &user,
            huifu_id: None,
            notify_url: &format!("{}/notify?shop=1", partner.shop.base_url),
            form_sealed: "v1.k1.nobody-here-can-open-this",
            form_digest: "digest",
            card_tail: Some("4455"),
            bank_name: None,
            materials: &[],
        };
        applications::insert(&tx, now, &new).await.unwrap();
        let granted = Granted {
            huifu_id: &"6666000300000001".parse().unwrap(),
            card: Some(NewCard {
                token_no: &"30000000001".parse().unwrap(),
                tail: "4455",
                bank_name: "招商银行",
                is_default: true,
            }),
            rules: &[],
            mobile: None,
        };
        let because = |code| Reason { code, detail: None };
        let end = match end {
            End::Passed => Event::Pass(&granted),
            End::Refused(code) => Event::Refuse(because(code)),
            End::Failed(code) => Event::Fail(because(code)),
        };
        for event in [Event::OpenAttempt, end] {
            let edge = Edge {
                application: id,
                step: Step::Base,
                event,
                learned: Learned::default(),
                detail: &json!({}),
                ids: NewIds {
                    notice: due.notice.clone(),
                    message: due.message,
                },
                causation_id: None,
            };
            let advanced = progress::advance(&tx, now, &edge).await.unwrap();
            assert!(matches!(advanced, Advanced::Moved { .. }), "{advanced:?}");
        }
        // Wakes the service's relay: this process has none of its own on this store.
        store::outbox::notify(&tx).await.unwrap();
        tx.commit().await.unwrap();
        due
    }

    /// The names of what happened to the application, in order.
    pub(crate) async fn application_events(&self, due: &ApplicationDue) -> Vec<String> {
        let connection = self.connection().await;
        let entries = timeline::of(&connection, &due.application).await.unwrap();
        entries.into_iter().map(|entry| entry.event).collect()
    }
}
