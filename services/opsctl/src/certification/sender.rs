//! Sends what a run sends: notices, true and forged, and remembers how long good ones took.

use std::cell::Cell;
use std::time::{Duration, Instant};

use contract::ids::{CertificationId, NoticeId, PartnerId};
use contract::partner::certification::{CertificationNotice, Tells};
use contract::partner::seal::{Form, Seal};
use contract::partner::time::WireTime;
use contract::signing::keys::PrivateKey;
use contract::signing::standard_webhooks::{self, NoticeSecret};
use jiff::Timestamp;
use runtime::courier::{Answer, Courier, Destination, Parcel};
use runtime::settings::SigningSettings;
use runtime::{clock, ids};

/// After this we hang up on purpose: most answers are not there yet, and it does not matter which.
const HANGING_UP: Duration = Duration::from_millis(50);

/// Whose endpoint is driven, and where it is.
pub(crate) struct Target<'a> {
    pub(crate) partner: &'a PartnerId,
    pub(crate) url: &'a str,
    pub(crate) hosts: &'a [String],
    /// What signs the Standard Webhooks headers of this partner's notices.
    pub(crate) secrets: &'a [NoticeSecret],
}

/// Sends for one run.
pub(crate) struct Sender<'a> {
    target: Target<'a>,
    run: CertificationId,
    signing: &'a SigningSettings,
    courier: Courier,
    slowest: Cell<Duration>,
    taken: Cell<u32>,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(
        target: Target<'a>,
        run: CertificationId,
        signing: &'a SigningSettings,
        courier: Courier,
    ) -> Self {
        Self {
            target,
            run,
            signing,
            courier,
            slowest: Cell::default(),
            taken: Cell::default(),
        }
    }

    /// The key that signs, for forgeries that keep its name.
    pub(crate) fn key(&self) -> &PrivateKey {
        &self.signing.key
    }

    /// Whether the partner is sent the Standard Webhooks headers.
    pub(crate) fn has_secrets(&self) -> bool {
        !self.target.secrets.is_empty()
    }

    /// A notice that nobody has seen, about something that nobody has seen.
    pub(crate) fn notice(&self, tells: Tells) -> CertificationNotice {
        CertificationNotice {
            run: self.run.clone(),
            subject: ids::new_certification_subject_id(),
            notice_id: ids::new_notice_id(),
            sequence: 1,
            tells,
            finished_at: clock::now(),
        }
    }

    /// The common fields of a sending at `at`, with a nonce of its own.
    pub(crate) fn seal(&self, at: Timestamp) -> Seal {
        Seal {
            partner_id: self.target.partner.clone(),
            key_id: self.signing.key_id.clone(),
            timestamp: WireTime::new(at),
            nonce: format!("{:032x}", u128::from_be_bytes(ids::random_bytes())),
        }
    }

    /// A notice as a real one would be sent at `at`.
    pub(crate) fn good(&self, notice: &CertificationNotice, at: Timestamp) -> Parcel {
        let form = notice.form(&self.seal(at), self.key(), &[]);
        self.parcel(&form, &notice.notice_id, at)
    }

    /// A form with headers that hold.
    pub(crate) fn parcel(&self, form: &Form, id: &NoticeId, at: Timestamp) -> Parcel {
        wrapped(form, id, at, self.target.secrets)
    }

    /// A form whose headers, if the partner is sent any, were made by somebody without its secret:
    /// a forger has neither, and whichever of the two a partner goes by must not hold.
    pub(crate) fn forged(&self, form: &Form, id: &NoticeId, at: Timestamp) -> Parcel {
        let strangers: [u8; 32] = ids::random_bytes();
        let stranger = NoticeSecret::new(&strangers).expect("32 bytes are a secret");
        let secrets = vec![stranger; self.target.secrets.len().min(1)];
        wrapped(form, id, at, &secrets)
    }

    /// Posts it.
    pub(crate) async fn send(&self, parcel: Parcel) -> Answer {
        let began = Instant::now();
        let answer = self.courier.deliver(self.to(), parcel, clock::now()).await;
        if answer.taken.is_ok() {
            self.slowest.set(self.slowest.get().max(began.elapsed()));
            self.taken.set(self.taken.get() + 1);
        }
        answer
    }

    /// Posts it and does not wait for what comes.
    pub(crate) async fn send_and_hang_up(&self, parcel: Parcel) {
        let sending = self.courier.deliver(self.to(), parcel, clock::now());
        drop(tokio::time::timeout(HANGING_UP, sending).await);
    }

    /// Asks for the URL as a browser would.
    pub(crate) async fn look(&self) -> Answer {
        self.courier.look(self.to(), clock::now()).await
    }

    /// How many notices were taken so far, and how long the slowest of them took.
    pub(crate) fn pace(&self) -> (u32, Duration) {
        (self.taken.get(), self.slowest.get())
    }

    fn to(&self) -> Destination<'a> {
        Destination {
            url: self.target.url,
            hosts: self.target.hosts,
        }
    }
}

fn wrapped(form: &Form, id: &NoticeId, at: Timestamp, secrets: &[NoticeSecret]) -> Parcel {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let headers = standard_webhooks::headers(secrets, id.as_str(), at, body.as_bytes());
    Parcel { body, headers }
}
