//! What an application that has passed leaves behind: a user, a card, prices.

use contract::application::{ApplicationKind, State, Step, SubjectKind, Transition};
use contract::fee::CashRule;
use contract::ids::{ApplicationId, HtouhuiUserId, HuifuId, TokenNo};
use contract::withdrawal::CashType;
use store::StoreError;
use store::applications::progress::{Advanced, Event, Granted, Learned};
use store::users::{self, NewCard, NewUser, cards, cash_rules};

use crate::applicant::rule;
use crate::world::{World, id, partner_id, user_id};

const USER: SubjectKind = SubjectKind::IndividualUser;

struct Passed {
    huifu_id: HuifuId,
    token_no: TokenNo,
}

impl Passed {
    fn with_card(token_no: &str) -> Self {
        Self {
            huifu_id: id("6666000099990001"),
            token_no: id(token_no),
        }
    }

    fn card(&self, is_default: bool) -> Option<NewCard<'_>> {
        Some(NewCard {
            token_no: &self.token_no,
            tail: "4455",
            bank_name: "工商银行",
            is_default,
        })
    }
}

async fn pass(
    world: &World,
    application: &ApplicationId,
    step: Step,
    granted: &Granted<'_>,
) -> Result<Advanced, StoreError> {
    let event = Event::Pass(granted);
    world
        .tell(application, step, event, Learned::default())
        .await
}

/// A card of the world's user that Huifu has passed.
async fn bind(world: &World, number: u128, token_no: &str, is_default: bool) {
    let application = world
        .applied_and_walked(number, ApplicationKind::Card, USER, 0, State::Submitted)
        .await;
    let passed = Passed::with_card(token_no);
    let granted = Granted {
        huifu_id: &passed.huifu_id,
        card: passed.card(is_default),
        rules: &[],
        mobile: None,
    };
    pass(world, &application, Step::Business, &granted)
        .await
        .unwrap();
}

/// The user's cards, the default first and marked.
async fn cards_of(world: &World, user: &HtouhuiUserId) -> Vec<String> {
    let connection = world.connection().await;
    let cards = cards::of(&connection, user).await.unwrap();
    let shown = cards.iter().map(|card| {
        let mark = if card.is_default { "*" } else { "" };
        format!("{mark}{}", card.token_no)
    });
    shown.collect()
}

#[tokio::test]
async fn an_opening_becomes_a_user_with_a_card_and_prices() {
    let world = World::new().await;
    for (number, subject) in (1..).zip(SubjectKind::ALL) {
        let kind = ApplicationKind::Opening;
        let last = contract::application::steps(kind, subject).len() - 1;
        let step = contract::application::steps(kind, subject)[last];
        let application = world
            .applied_and_walked(number, kind, subject, last, State::InReview)
            .await;
        let asked = world.application(&application).await;
        let passed = Passed::with_card("20001");
        let granted = Granted {
            huifu_id: &passed.huifu_id,
            // A first card is the default whether or not anybody said so.
            card: passed.card(false),
            rules: &[
                (CashType::D0, Some(rule(200))),
                (CashType::T1, Some(rule(100))),
                (CashType::Dm, None),
            ],
            mobile: None,
        };
        let moved = pass(&world, &application, step, &granted).await.unwrap();
        assert!(matches!(
            moved,
            Advanced::Moved {
                to: State::Passed,
                ..
            }
        ));
        // Told again, nothing is written twice.
        assert_eq!(
            pass(&world, &application, step, &granted).await.unwrap(),
            Advanced::Agreed(State::Passed)
        );

        let connection = world.connection().await;
        let user = users::find_at_partner(&connection, &partner_id(), &asked.third_party_user_id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(user.htouhui_user_id, asked.htouhui_user_id);
        assert_eq!((user.kind, &user.huifu_id), (subject, &passed.huifu_id));
        assert!(!user.has_password);
        assert_eq!(cards_of(&world, &user.htouhui_user_id).await, ["*20001"]);
        let rules = cash_rules::of(&connection, &user.htouhui_user_id)
            .await
            .unwrap();
        assert_eq!(
            rules,
            [(CashType::D0, rule(200)), (CashType::T1, rule(100))]
        );
        let stored = world.application(&application).await;
        assert_eq!(stored.huifu_id, Some(passed.huifu_id));
        assert_eq!(stored.token_no, Some(passed.token_no));
    }
}

#[tokio::test]
async fn one_card_is_the_default_whoever_comes_later() {
    let world = World::new().await;
    assert_eq!(cards_of(&world, &user_id()).await, ["*10004053462"]);
    bind(&world, 1, "20001", false).await;
    assert_eq!(
        cards_of(&world, &user_id()).await,
        ["*10004053462", "20001"]
    );
    bind(&world, 2, "20002", true).await;
    assert_eq!(
        cards_of(&world, &user_id()).await,
        ["*20002", "10004053462", "20001"]
    );
    // Huifu answers a card that it knows with the number it has: that is no second card.
    bind(&world, 3, "20001", true).await;
    assert_eq!(
        cards_of(&world, &user_id()).await,
        ["*20001", "10004053462", "20002"]
    );
    bind(&world, 4, "20001", false).await;
    let cards = cards_of(&world, &user_id()).await;
    assert_eq!(
        cards,
        ["*20001", "10004053462", "20002"],
        "somebody must be the default"
    );
}

#[tokio::test]
async fn of_cards_that_pass_at_once_one_becomes_the_default() {
    let world = World::new().await;
    let bound = [1, 2, 3, 4].map(|number| {
        let world = &world;
        async move { bind(world, number, &format!("2000{number}"), true).await }
    });
    futures_util::future::join_all(bound).await;
    let cards = cards_of(&world, &user_id()).await;
    assert_eq!(cards.len(), 5);
    assert_eq!(cards.iter().filter(|card| card.starts_with('*')).count(), 1);
}

#[tokio::test]
async fn prices_are_replaced_added_and_taken_away() {
    let world = World::new().await;
    let application = world
        .applied_and_walked(1, ApplicationKind::CashRules, USER, 0, State::Sending)
        .await;
    let rules: [(CashType, Option<CashRule>); 3] = [
        (CashType::T1, None),
        (CashType::D0, Some(rule(300))),
        (CashType::Dm, None),
    ];
    let huifu_id = id("6666000021291985");
    let granted = Granted {
        huifu_id: &huifu_id,
        card: None,
        rules: &rules,
        mobile: None,
    };
    pass(&world, &application, Step::Business, &granted)
        .await
        .unwrap();
    let connection = world.connection().await;
    let rules = cash_rules::of(&connection, &user_id()).await.unwrap();
    assert_eq!(rules, [(CashType::D0, rule(300))]);
    assert_eq!(cards_of(&world, &user_id()).await, ["*10004053462"]);
}

/// Somebody was quicker and added the user by hand: the caller hears which rule stands in the way,
/// and the application is where it was.
#[tokio::test]
async fn what_cannot_be_written_moves_nothing() {
    let world = World::new().await;
    let application = world
        .applied_and_walked(1, ApplicationKind::Opening, USER, 1, State::InReview)
        .await;
    let asked = world.application(&application).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: add user").await.unwrap();
    let user = NewUser {
        htouhui_user_id: &id("1"),
        partner_id: &partner_id(),
        third_party_user_id: &asked.third_party_user_id,
        huifu_id: &id("6666000099990009"),
        kind: USER,
        password_hash: None,
    };
    users::add(&tx, world.now, &user).await.unwrap();
    tx.commit().await.unwrap();

    let passed = Passed::with_card("20001");
    let granted = Granted {
        huifu_id: &passed.huifu_id,
        card: passed.card(true),
        rules: &[],
        mobile: None,
    };
    let refused = pass(&world, &application, Step::Business, &granted)
        .await
        .unwrap_err();
    assert_eq!(refused.constraint(), Some("user_unique_at_partner"));
    assert_eq!(world.application(&application).await.state, State::InReview);
    let advanced = world
        .take_edge(&application, Step::Business, Transition::LoseTrack)
        .await;
    assert_eq!(advanced, Advanced::Agreed(State::InReview));
}
