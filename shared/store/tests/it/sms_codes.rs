//! Codes: how many are sent, how often they are guessed at, and by whom.

use std::time::Duration;

use contract::ids::WithdrawalId;
use jiff::Timestamp;
use store::sms_codes::{
    self, Bearer, Guess, Issued, NewCode, Purpose, SendLimits, begin_guess, current, issue,
};
use store::users;
use uuid::Uuid;

use crate::world::{World, user_id};

const LIMITS: SendLimits = SendLimits {
    pause: Duration::from_secs(60),
    pause_after_not_sent: Duration::from_secs(5),
    user_per_hour: 5,
    user_per_day: 10,
    client_per_hour: 20,
};

struct Phone {
    world: World,
    draft: WithdrawalId,
    user: contract::ids::HtouhuiUserId,
}

impl Phone {
    async fn new() -> Self {
        let world = World::new().await;
        let draft = world.draft(1).await;
        Self {
            world,
            draft,
            user: user_id(),
        }
    }

    fn bearer(&self) -> Bearer<'_> {
        Bearer {
            user: &self.user,
            withdrawal: &self.draft,
            session_digest: "this-browser",
            purpose: Purpose::ResetPassword,
        }
    }

    /// Issues a code for this browser, from one address.
    async fn issue(&self, number: u128, now: Timestamp) -> Issued {
        let code = NewCode {
            id: Uuid::from_u128(number),
            bearer: self.bearer(),
            code_digest: "v1.k.digest",
            client_digest: "one-address",
            expires_at: now + Duration::from_secs(300),
        };
        let mut connection = self.world.connection().await;
        let tx = connection.begin("tests: issue").await.unwrap();
        let issued = issue(&tx, now, &code, &LIMITS).await.unwrap();
        tx.commit().await.unwrap();
        issued
    }

    async fn guess(&self, now: Timestamp, bearer: &Bearer<'_>) -> Guess {
        let mut connection = self.world.connection().await;
        let tx = connection.begin("tests: guess").await.unwrap();
        let guess = begin_guess(&tx, now, bearer).await.unwrap();
        tx.commit().await.unwrap();
        guess
    }

    async fn was_sent(&self, number: u128, sent: bool) {
        let (now, id) = (self.world.now, Uuid::from_u128(number));
        let mut connection = self.world.connection().await;
        let tx = connection.begin("tests: record").await.unwrap();
        if sent {
            sms_codes::was_sent(&tx, now, id).await.unwrap();
        } else {
            sms_codes::was_not_sent(&tx, now, id).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn use_up(&self, number: u128) -> bool {
        let mut connection = self.world.connection().await;
        let tx = connection.begin("tests: use up").await.unwrap();
        let id = Uuid::from_u128(number);
        let used = sms_codes::use_up(&tx, self.world.now, id).await.unwrap();
        tx.commit().await.unwrap();
        used
    }
}

#[tokio::test]
async fn one_user_gets_one_code_a_minute_five_an_hour_and_ten_a_day() {
    let phone = Phone::new().await;
    let at = |seconds| phone.world.later(seconds);
    assert_eq!(phone.issue(1, at(0)).await, Issued::Written);
    assert_eq!(phone.issue(2, at(59)).await, Issued::NotBefore(at(60)));
    for number in 1..5 {
        let now = at(60 * i64::try_from(number).unwrap());
        assert_eq!(phone.issue(number + 1, now).await, Issued::Written);
    }
    let an_hour_after_the_first = Issued::NotBefore(at(3_600));
    assert_eq!(phone.issue(9, at(300)).await, an_hour_after_the_first);
    for number in 0..5 {
        let now = at(7_200 + 60 * i64::try_from(number).unwrap());
        assert_eq!(phone.issue(10 + number, now).await, Issued::Written);
    }
    let a_day_after_the_first = Issued::NotBefore(at(86_400));
    assert_eq!(phone.issue(99, at(15_000)).await, a_day_after_the_first);
    assert_eq!(phone.issue(99, at(86_400)).await, Issued::Written);
}

#[tokio::test]
async fn what_was_not_sent_counts_for_a_moment_and_no_longer() {
    let phone = Phone::new().await;
    let at = |seconds| phone.world.later(seconds);
    for number in 0..30 {
        let now = at(5 * i64::try_from(number).unwrap());
        assert_eq!(phone.issue(number, now).await, Issued::Written, "{number}");
        phone.was_sent(number, false).await;
        let soon = now + Duration::from_secs(4);
        let later = now + Duration::from_secs(5);
        assert_eq!(phone.issue(99, soon).await, Issued::NotBefore(later));
    }
}

#[tokio::test]
async fn an_address_is_counted_whoever_asks_from_it() {
    let phone = Phone::new().await;
    let mut connection = phone.world.connection().await;
    for number in 0..21 {
        // Each to a user who has none yet.
        let now = phone.world.later(100 * i64::try_from(number).unwrap());
        let issued = phone.issue(number, now).await;
        let expected = match number {
            ..20 => Issued::Written,
            _ => Issued::NotBefore(phone.world.later(3_600)),
        };
        assert_eq!(issued, expected, "{number}");
        let tx = connection.begin("tests: add user").await.unwrap();
        let user = format!("2{number}").parse().unwrap();
        let new = users::NewUser {
            htouhui_user_id: &user,
            partner_id: &crate::world::partner_id(),
            third_party_user_id: &format!("u-{number}-{number}").parse().unwrap(),
            huifu_id: &"6666000021291985".parse().unwrap(),
            kind: contract::application::SubjectKind::IndividualUser,
            password_hash: None,
        };
        users::add(&tx, now, &new).await.unwrap();
        tx.commit().await.unwrap();
        let moved = format!(
            "update sms_codes set htouhui_user_id = '2{number}' where htouhui_user_id = '{}'",
            phone.user
        );
        phone.world.raw().await.batch_execute(&moved).await.unwrap();
    }
}

#[tokio::test]
async fn a_hundred_requests_at_once_are_one_code() {
    let phone = Phone::new().await;
    let asked = (0..100).map(|number| phone.issue(number, phone.world.now));
    let issued = futures_util::future::join_all(asked).await;
    let written = issued.iter().filter(|one| **one == Issued::Written).count();
    assert_eq!(written, 1);
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_still_only_five() {
    let phone = Phone::new().await;
    phone.issue(1, phone.world.now).await;
    let bearer = phone.bearer();
    let guesses = (0..100).map(|_| phone.guess(phone.world.now, &bearer));
    let met = futures_util::future::join_all(guesses).await;
    let mut left: Vec<i32> = met
        .iter()
        .filter_map(|guess| match guess {
            Guess::Check { tries_left, .. } => Some(*tries_left),
            Guess::Expired | Guess::UsedUp => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    let connection = phone.world.connection().await;
    let code = current(&connection, phone.world.now, &bearer).await;
    assert_eq!(code.unwrap(), None, "it is used up");
}

#[tokio::test]
async fn a_code_is_good_for_its_bearer_its_time_and_once() {
    let phone = Phone::new().await;
    let now = phone.world.now;
    assert_eq!(phone.guess(now, &phone.bearer()).await, Guess::Expired);
    phone.issue(1, now).await;
    let other_draft = phone.world.draft(2).await;
    let bearer = phone.bearer();
    for stranger in [
        Bearer {
            session_digest: "another-browser",
            ..bearer
        },
        Bearer {
            withdrawal: &other_draft,
            ..bearer
        },
        Bearer {
            purpose: Purpose::SetPassword,
            ..bearer
        },
    ] {
        assert_eq!(phone.guess(now, &stranger).await, Guess::Expired);
    }
    let late = phone.world.later(300);
    assert_eq!(phone.guess(late, &bearer).await, Guess::Expired);
    let in_time = phone.guess(phone.world.later(299), &bearer).await;
    assert!(matches!(in_time, Guess::Check { tries_left: 4, .. }));
    assert!(phone.use_up(1).await, "the first time");
    assert!(!phone.use_up(1).await, "the second time");
    assert_eq!(phone.guess(now, &bearer).await, Guess::Expired);
    let connection = phone.world.connection().await;
    assert!(sms_codes::was_used(&connection, &bearer).await.unwrap());
}

#[tokio::test]
async fn another_code_takes_the_place_of_the_one_before_once_it_was_sent() {
    let phone = Phone::new().await;
    let bearer = phone.bearer();
    phone.issue(1, phone.world.now).await;
    phone.was_sent(1, true).await;
    phone.issue(2, phone.world.later(60)).await;
    phone.was_sent(2, false).await;
    let checked = |guess: Guess| match guess {
        Guess::Check { id, .. } => id.as_u128(),
        Guess::Expired | Guess::UsedUp => panic!("{guess:?}"),
    };
    let now = phone.world.later(66);
    assert_eq!(checked(phone.guess(now, &bearer).await), 1);
    phone.issue(3, now).await;
    phone.was_sent(3, true).await;
    assert_eq!(checked(phone.guess(now, &bearer).await), 3);
    assert!(!phone.use_up(1).await, "it was replaced");
}

#[tokio::test]
async fn a_code_that_went_to_another_number_is_good_for_nothing() {
    let phone = Phone::new().await;
    phone.issue(1, phone.world.now).await;
    let mut connection = phone.world.connection().await;
    let tx = connection.begin("tests: set mobile").await.unwrap();
    let mobile = users::SealedMobile {
        sealed: "v1.k.sealed".to_owned(),
        tail: "0263".to_owned(),
    };
    let set = users::mobile::set(&tx, phone.world.now, &phone.user, &mobile).await;
    assert!(set.unwrap());
    tx.commit().await.unwrap();
    let guess = phone.guess(phone.world.now, &phone.bearer()).await;
    assert_eq!(guess, Guess::Expired);
    let found = users::find(&connection, &phone.user).await.unwrap();
    assert_eq!(found.unwrap().mobile_tail.as_deref(), Some("0263"));
}

#[tokio::test]
async fn old_codes_are_forgotten_and_young_ones_are_not() {
    let phone = Phone::new().await;
    phone.issue(1, phone.world.now).await;
    phone.issue(2, phone.world.later(60)).await;
    let mut connection = phone.world.connection().await;
    let tx = connection.begin("tests: forget").await.unwrap();
    let forgotten = sms_codes::forget(&tx, phone.world.later(59), 10).await;
    assert_eq!(forgotten.unwrap(), 1);
    tx.commit().await.unwrap();
}
