//! What onboarding's tests need: applications as intake writes them, and the two verbs.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contract::application::{ApplicationKind, State, Step, SubjectKind};
use contract::huifu::operations::ApplicationForm;
use contract::ids::{ApplicationId, ApplicationNo, HtouhuiUserId, MaterialId, PartnerId};
use contract::message::{ApplicationReceived, Envelope};
use huifu_dispatcher::huifu::{Huifu, Lane};
use huifu_dispatcher::onboard::Onboard;
use huifu_dispatcher::onboard::ask::Ask;
use huifu_dispatcher::settings::DispatcherSettings;
use jiff::SignedDuration;
use runtime::amqp::{Handler as _, HandlerError};
use runtime::data_keys::{DataKeys, context};
use runtime::settings::{Env, Settings as _};
use runtime::{clock, ids};
use sandbox::huifu::HuifuHandle;
use serde_json::Value;
use stand::{TestDatabase, forms};
use store::applications::attempts::{self, Attempt};
use store::applications::{self, Application, Inserted, NewApplication, progress, timeline};
use store::attempts::AttemptOutcome;
use store::materials::{self, NewMaterial};
use store::{Store, cases, outbox, users};
use tokio_util::sync::CancellationToken;

use crate::world::{World, environment};

/// A partner's world with a Huifu, and what onboards.
pub(crate) struct Applicants {
    pub(crate) world: World,
    pub(crate) onboard: Onboard,
    ask: Ask,
    pub(crate) keys: DataKeys,
}

/// What an application looks like from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Looks {
    pub(crate) state: State,
    pub(crate) held: bool,
    pub(crate) attempts: Vec<(Step, Option<AttemptOutcome>)>,
    /// How often a step was done, after Huifu's own register.
    pub(crate) executions: u32,
    pub(crate) cases: Vec<String>,
}

impl Looks {
    pub(crate) fn like(state: State, attempts: &[(Step, AttemptOutcome)], executions: u32) -> Self {
        let attempts = attempts
            .iter()
            .map(|(step, outcome)| (*step, Some(*outcome)));
        Self {
            state,
            held: false,
            attempts: attempts.collect(),
            executions,
            cases: Vec::new(),
        }
    }

    pub(crate) fn with_case(mut self, kind: &str) -> Self {
        self.cases.push(kind.to_owned());
        self
    }
}

impl Applicants {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut DispatcherSettings)) -> Self {
        let world = World::start().await;
        let mut env = Env::new(environment(&world.huifu.base_url));
        let mut settings = DispatcherSettings::read(&mut env)
            .unwrap_or_else(|| panic!("bad settings: {:?}", env.errors()));
        change(&mut settings);
        let huifu = Arc::new(Huifu::new(&settings.huifu).unwrap());
        let lane = Lane::new(huifu, settings.onboard.concurrency);
        let ask = Ask::new(world.store.clone(), lane.clone(), &settings.onboard);
        // What intake seals by, whatever the dispatcher has.
        let keys = DataKeys::parse(stand::system::DATA_KEYS).unwrap();
        let stopping = CancellationToken::new();
        let onboard = Onboard::new(world.store.clone(), lane, settings.onboard, stopping);
        Self {
            world,
            onboard,
            ask,
            keys,
        }
    }

    /// Another dispatcher on the same database.
    pub(crate) fn another(&self, change: impl FnOnce(&mut DispatcherSettings)) -> Onboard {
        let mut env = Env::new(environment(&self.world.huifu.base_url));
        let mut settings = DispatcherSettings::read(&mut env).unwrap();
        change(&mut settings);
        let huifu = Arc::new(Huifu::new(&settings.huifu).unwrap());
        let lane = Lane::new(huifu, settings.onboard.concurrency);
        let (store, stopping) = (self.world.store.clone(), CancellationToken::new());
        Onboard::new(store, lane, settings.onboard, stopping)
    }

    pub(crate) fn huifu(&self) -> &HuifuHandle {
        &self.world.huifu
    }

    pub(crate) fn store(&self) -> &Store {
        &self.world.store
    }

    pub(crate) fn database(&self) -> &TestDatabase {
        &self.world.database
    }

    /// An opening and the message that asks for it.
    pub(crate) async fn apply(
        &self,
        subject: SubjectKind,
        suffix: &str,
    ) -> Envelope<ApplicationReceived> {
        let (form, pictures) = self.filled_in(subject, suffix).await;
        self.insert(ApplicationKind::Opening, subject, &form, &pictures, None)
            .await
    }

    /// A further card, or other cash rules, of somebody who has passed.
    pub(crate) async fn change(
        &self,
        kind: ApplicationKind,
        user: &HtouhuiUserId,
        form: &Value,
    ) -> Envelope<ApplicationReceived> {
        let connection = self.store().connection().await.unwrap();
        let user = users::find(&connection, user).await.unwrap().unwrap();
        self.insert(kind, user.kind, form, &[], Some(&user)).await
    }

    async fn filled_in(&self, subject: SubjectKind, suffix: &str) -> (Value, Vec<MaterialId>) {
        let named = RefCell::new(BTreeMap::new());
        let note = |file_type: &str| {
            let mut named = named.borrow_mut();
            named.insert(file_type.to_owned(), MaterialId::from_parts(0, 0));
            String::new()
        };
        // Only to learn which pictures it names.
        let _ = forms::opening(subject.as_str(), suffix, &note);
        let mut pictures = named.into_inner();
        for (file_type, id) in &mut pictures {
            *id = self.send_in(file_type).await;
        }
        let form = forms::opening(subject.as_str(), suffix, &|file_type| {
            pictures[file_type].to_string()
        });
        (form, pictures.into_values().collect())
    }

    async fn send_in(&self, file_type: &str) -> MaterialId {
        let (now, id) = (clock::now(), ids::new_material_id());
        let mut content = b"\xff\xd8\xff\xe0 a picture of ".to_vec();
        content.extend_from_slice(file_type.as_bytes());
        let (partner, material_no) = (partner(), number(id.as_str()));
        let new = NewMaterial {
            id: &id,
            partner: &partner,
            material_no: &material_no,
            file_type,
            media_type: "image/jpeg",
            size_bytes: i32::try_from(content.len()).unwrap(),
            content_sealed: &self.keys.seal(&context::content(&id), &content),
            content_digest: &self
                .keys
                .digest(&context::content_digest(&partner, &material_no), &content),
        };
        let mut connection = self.store().connection().await.unwrap();
        let tx = connection.begin("test: send in").await.unwrap();
        materials::insert(&tx, now, &new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn insert(
        &self,
        kind: ApplicationKind,
        subject: SubjectKind,
        form: &Value,
        pictures: &[MaterialId],
        user: Option<&users::User>,
    ) -> Envelope<ApplicationReceived> {
        let (now, id) = (clock::now(), ids::new_application_id());
        let form = ApplicationForm::read(kind, subject, form, today()).unwrap();
        let text = form.to_form().to_string();
        let (partner, application_no) = (partner(), number(id.as_str()));
        let mut connection = self.store().connection().await.unwrap();
        let tx = connection.begin("test: apply").await.unwrap();
        let htouhui_user_id = match user {
            Some(user) => user.htouhui_user_id.clone(),
            None => applications::next_htouhui_user_id(&tx).await.unwrap(),
        };
        let third_party_user_id = user.map_or_else(
            || format!("u-{htouhui_user_id}").parse().unwrap(),
            |user| user.third_party_user_id.clone(),
        );
        let card = form.card();
        let new = NewApplication {
            id: &id,
            partner: &partner,
            application_no: &application_no,
            kind,
            subject,
            third_party_user_id: &third_party_user_id,
            htouhui_user_id: &htouhui_user_id,
            huifu_id: user.map(|user| &user.huifu_id),
            notify_url: "https://shop.example/notify",
            form_sealed: &self.keys.seal(&context::form(&id), text.as_bytes()),
            form_digest: "v1.stand-1.AAAA",
            card_tail: card.as_ref().map(|card| card.tail.as_str()),
            bank_name: None,
            materials: pictures,
        };
        let inserted = applications::insert(&tx, now, &new).await.unwrap();
        assert!(matches!(inserted, Inserted::New), "{inserted:?}");
        let message = Envelope {
            message_id: ids::new_message_id(),
            at: now,
            causation_id: None,
            traceparent: None,
            body: ApplicationReceived { application_id: id },
        };
        outbox::enqueue(&tx, &message, now).await.unwrap();
        tx.commit().await.unwrap();
        message
    }

    pub(crate) async fn handle(
        &self,
        message: &Envelope<ApplicationReceived>,
    ) -> Result<(), HandlerError> {
        self.onboard.handle(message.clone()).await
    }

    /// Applies and takes every step that becomes due.
    pub(crate) async fn open(&self, subject: SubjectKind, suffix: &str) -> ApplicationId {
        let message = self.apply(subject, suffix).await;
        self.take_steps(message).await
    }

    /// Carries out the message and every one that follows from it.
    pub(crate) async fn take_steps(&self, message: Envelope<ApplicationReceived>) -> ApplicationId {
        let id = message.body.application_id.clone();
        let mut next = Some(message);
        while let Some(message) = next {
            self.handle(&message).await.unwrap();
            next = self.messages_for(&id).await.pop();
        }
        id
    }

    /// Asks about everything that is due within a day.
    pub(crate) async fn ask(&self) -> usize {
        let tomorrow = clock::now() + SignedDuration::from_hours(24);
        let stopping = CancellationToken::new();
        self.ask.round(tomorrow, &stopping).await.unwrap()
    }

    /// The application as it is stored.
    pub(crate) async fn application(&self, id: &ApplicationId) -> Application {
        let connection = self.store().connection().await.unwrap();
        applications::find(&connection, id).await.unwrap().unwrap()
    }

    pub(crate) async fn attempts(&self, id: &ApplicationId) -> Vec<Attempt> {
        let connection = self.store().connection().await.unwrap();
        attempts::of(&connection, id).await.unwrap()
    }

    pub(crate) async fn events(&self, id: &ApplicationId) -> Vec<String> {
        let connection = self.store().connection().await.unwrap();
        let told = timeline::of(&connection, id).await.unwrap();
        told.into_iter().map(|entry| entry.event).collect()
    }

    pub(crate) async fn looks(&self, id: &ApplicationId) -> Looks {
        let application = self.application(id).await;
        let attempts = self.attempts(id).await;
        let serials: Vec<&str> = attempts.iter().map(|one| one.req_seq_id.as_str()).collect();
        let book = self.huifu().book();
        assert_eq!(book.audit(), Vec::<String>::new());
        let connection = self.store().connection().await.unwrap();
        let open = cases::list_open(&connection, 100).await.unwrap();
        let mine = open
            .into_iter()
            .filter(|case| case.application_id.as_deref() == Some(id.as_str()));
        Looks {
            state: application.state,
            held: application.held,
            attempts: attempts.iter().map(|one| (one.step, one.outcome)).collect(),
            executions: book.onboarding_executions(&serials),
            cases: mine.map(|case| case.kind).collect(),
        }
    }

    /// The messages in the outbox, due or not, that ask for a step of `id`.
    pub(crate) async fn messages_for(
        &self,
        id: &ApplicationId,
    ) -> Vec<Envelope<ApplicationReceived>> {
        let rows = self.world.outbox().await;
        let mine = rows
            .iter()
            .filter(|row| row.message_type == "application.received.v1")
            .filter(|row| row.correlation_id == id.as_str());
        let read = mine.map(|row| Envelope {
            message_id: row.message_id,
            at: row.created_at,
            causation_id: row.causation_id,
            traceparent: None,
            body: serde_json::from_str(&row.body).unwrap(),
        });
        read.collect()
    }

    /// Where the user can be reached, opened.
    pub(crate) async fn mobile(&self, user: &HtouhuiUserId) -> Option<String> {
        let connection = self.store().connection().await.unwrap();
        let sealed = users::mobile::sealed(&connection, user).await.unwrap()?;
        let keys = DataKeys::parse(stand::system::DATA_KEYS).unwrap();
        let opened = runtime::mobile::open(&keys, user, &sealed).unwrap();
        Some(opened.expose().to_owned())
    }

    /// The tails of the user's cards, the default first.
    pub(crate) async fn tails(&self, user: &HtouhuiUserId) -> Vec<String> {
        let connection = self.store().connection().await.unwrap();
        let cards = users::cards::of(&connection, user).await.unwrap();
        cards.into_iter().map(|card| card.tail).collect()
    }

    /// The cash types that are open to the user, with their fixed fee in fen.
    pub(crate) async fn fees(&self, user: &HtouhuiUserId) -> Vec<(&'static str, i64)> {
        let connection = self.store().connection().await.unwrap();
        let rules = users::cash_rules::of(&connection, user).await.unwrap();
        let shown = rules
            .iter()
            .map(|(cash_type, rule)| (cash_type.as_str(), rule.price.fix.get()));
        shown.collect()
    }

    /// Somebody takes an edge that we did not.
    pub(crate) async fn hold(&self, id: &ApplicationId) {
        let mut connection = self.store().connection().await.unwrap();
        let tx = connection.begin("test: hold").await.unwrap();
        let detail = Value::Null;
        let case = cases::NewCase {
            withdrawal: None,
            application: Some(id),
            kind: "contradiction",
            detail: &detail,
            fingerprint: id.as_str(),
        };
        progress::set_aside(&tx, clock::now(), id, &case)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

/// How long a service may take.
pub(crate) const SOON: Duration = Duration::from_secs(30);

fn partner() -> PartnerId {
    "shop".parse().unwrap()
}

fn number(text: &str) -> ApplicationNo {
    text.parse().unwrap()
}

fn today() -> jiff::civil::Date {
    clock::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
