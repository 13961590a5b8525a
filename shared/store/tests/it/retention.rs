//! Logs by the month, on real partitions: what is over goes with its month, what is not over stays.

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use jiff::civil::Date;
use store::retention::{self, Log};
use store::{StoreError, inbox};

use crate::world::World;

/// No policy reaches back so far.
const OLD: Date = Date::constant(2016, 1, 1);

/// What makes a withdrawal that was over one that is not; $1 is its id.
const NOT_OVER: [&str; 6] = [
    "update withdrawals set held = true where id = $1",
    include_str!("sql/open_case_about.sql"),
    include_str!("sql/pending_notice_about.sql"),
    include_str!("sql/open_letter_about.sql"),
    include_str!("sql/waiting_message_about.sql"),
    include_str!("sql/attempt_asked_about.sql"),
];

impl World {
    /// Old months with a row about each withdrawal there is, which are all over if they have ended.
    async fn long_ago(&self) {
        for log in Log::IN_MONTHS {
            self.keep_house(async |tx| retention::add_month(tx, log, OLD).await)
                .await
                .unwrap();
        }
        let rows = include_str!("sql/old_rows.sql");
        self.raw().await.batch_execute(rows).await.unwrap();
    }

    async fn keep_house<T>(
        &self,
        deed: impl AsyncFnOnce(&store::Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: keep house").await?;
        let done = deed(&tx).await?;
        tx.commit().await?;
        Ok(done)
    }

    async fn drop_month(&self, log: Log) -> Result<i64, StoreError> {
        self.keep_house(async |tx| retention::drop_month(tx, log, OLD).await)
            .await
    }

    async fn renew_rest(&self, log: Log) -> i64 {
        self.keep_house(async |tx| retention::renew_rest(tx, log).await)
            .await
            .unwrap()
    }

    /// The withdrawals whose old row on the timeline is still there, and in which part.
    async fn stayed(&self) -> Vec<(String, String)> {
        let rows = self.raw().await;
        let rows = rows.query(include_str!("sql/what_stayed.sql"), &[]).await;
        let rows = rows.unwrap().into_iter();
        rows.map(|row| (row.get(0), row.get(1))).collect()
    }

    async fn months(&self, log: Log) -> Vec<Date> {
        let parts = retention::parts(&self.connection().await, log).await;
        let parts = parts.unwrap().into_iter();
        parts.filter_map(|part| part.month).collect()
    }

    async fn change(&self, statement: &str, id: &WithdrawalId) {
        let changed = self.raw().await.execute(statement, &[&id.as_str()]).await;
        assert_eq!(changed.unwrap(), 1, "{statement}");
    }
}

#[tokio::test]
async fn what_is_over_goes_with_its_month_and_whatever_is_not_over_stays() {
    let world = World::new().await;
    let over = world.walked_to(1, State::Paid).await;
    let open = world.walked_to(2, State::Submitted).await;
    let mut stay = vec![open.clone()];
    for number in 3..9 {
        stay.push(world.walked_to(number, State::Paid).await);
    }
    world.long_ago().await;
    for (statement, id) in NOT_OVER.iter().zip(&stay[1..]) {
        world.change(statement, id).await;
    }
    let ids = |some: &[WithdrawalId]| -> Vec<String> {
        let mut ids: Vec<_> = some.iter().map(ToString::to_string).collect();
        ids.sort();
        ids
    };

    let connection = world.connection().await;
    let foretold = retention::month_stays(&connection, Log::Timeline, OLD).await;
    assert_eq!(foretold.unwrap(), 7);
    assert_eq!(world.drop_month(Log::Timeline).await.unwrap(), 7);
    let stayed = world.stayed().await;
    assert!(stayed.iter().all(|(_, part)| part == "timeline_rest"));
    let stayed: Vec<_> = stayed.into_iter().map(|(id, _)| id).collect();
    assert_eq!(stayed, ids(&stay));
    assert!(!stayed.contains(&over.to_string()));

    // What is open has no notice yet.
    let foretold = retention::month_stays(&connection, Log::NoticeAttempts, OLD).await;
    assert_eq!(foretold.unwrap(), 6);
    assert_eq!(world.drop_month(Log::NoticeAttempts).await.unwrap(), 6);
    let sendings = world.raw().await;
    let sendings = sendings
        .query(include_str!("sql/which_sendings_stayed.sql"), &[])
        .await;
    let sendings = sendings.unwrap().into_iter().map(|row| row.get(0));
    assert_eq!(sendings.collect::<Vec<String>>(), ids(&stay[1..]));

    assert_eq!(world.drop_month(Log::ApplicationTimeline).await.unwrap(), 0);
    for log in Log::IN_MONTHS {
        assert!(!world.months(log).await.contains(&OLD));
    }
    let found = store::withdrawals::find(&connection, &over).await;
    assert!(found.unwrap().is_some(), "a withdrawal's own row is kept");
}

#[tokio::test]
async fn applications_stay_as_withdrawals_do() {
    let world = World::new().await;
    world.long_ago().await;
    let raw = world.raw().await;
    raw.batch_execute(include_str!("sql/old_applications.sql"))
        .await
        .unwrap();
    assert_eq!(world.drop_month(Log::ApplicationTimeline).await.unwrap(), 2);
    let stayed = include_str!("sql/which_applications_stayed.sql");
    let stayed = raw.query(stayed, &[]).await.unwrap();
    let stayed: Vec<String> = stayed.iter().map(|row| row.get(0)).collect();
    assert_eq!(stayed, ["P-held", "P-open"]);
}

#[tokio::test]
async fn what_stayed_goes_when_it_is_over_and_the_log_is_written_on() {
    let world = World::new().await;
    let ends = world.walked_to(1, State::Paid).await;
    let stays = world.walked_to(2, State::Paid).await;
    world.long_ago().await;
    let waits = include_str!("sql/pending_notice_about.sql");
    world.change(waits, &ends).await;
    world.change(waits, &stays).await;
    assert_eq!(world.drop_month(Log::Timeline).await.unwrap(), 2);
    let goes = async || {
        let connection = world.connection().await;
        retention::rest_goes(&connection, Log::Timeline)
            .await
            .unwrap()
    };
    assert_eq!(goes().await, 0);

    let delivered = "update notices set state = 'delivered', delivered_at = now() \
                     where withdrawal_id = $1";
    world.change(delivered, &ends).await;
    assert_eq!(goes().await, 1);
    assert_eq!(world.renew_rest(Log::Timeline).await, 1);
    let rest = ("timeline_rest".to_owned(), stays.to_string());
    assert_eq!(world.stayed().await, [(rest.1, rest.0)]);
    assert_eq!(
        (goes().await, world.renew_rest(Log::Timeline).await),
        (0, 0)
    );

    world.walked_to(3, State::Paid).await;
    let raw = world.raw().await;
    let changed = raw.execute("delete from timeline", &[]).await.unwrap_err();
    let said = changed.as_db_error().unwrap().message();
    assert_eq!(said, "timeline is append-only");
}

#[tokio::test]
async fn a_month_that_the_policy_keeps_is_dropped_by_nobody() {
    let world = World::new().await;
    world.long_ago().await;
    let keep = async |months| {
        world
            .keep_house(async |tx| retention::set(tx, world.now, Log::Timeline, months).await)
            .await
    };
    keep(1200).await.unwrap();
    let refused = world.drop_month(Log::Timeline).await.unwrap_err();
    assert!(matches!(refused, StoreError::Statement(_)), "{refused:?}");
    assert!(world.months(Log::Timeline).await.contains(&OLD));
    let refused = keep(5).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("retention_keeps_half_a_year"));
    keep(6).await.unwrap();
    let policy = retention::policy(&world.connection().await).await.unwrap();
    let timeline = policy.iter().find(|policy| policy.log == Log::Timeline);
    assert_eq!(timeline.unwrap().keeps_months, 6);
    assert_eq!(policy.len(), Log::ALL.len());
    world.drop_month(Log::Timeline).await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_it_it_gives_up_and_changes_nothing() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Submitted).await;
    world.long_ago().await;
    let mut busy = world.connection().await;
    let tx = busy.begin("tests: be in the way").await.unwrap();
    world
        .advance(&tx, &id, contract::withdrawal::Transition::Pay)
        .await
        .unwrap();
    let given_up = world.drop_month(Log::Timeline).await.unwrap_err();
    assert!(matches!(given_up, StoreError::Retryable(_)), "{given_up:?}");
    assert!(world.months(Log::Timeline).await.contains(&OLD));
    tx.commit().await.unwrap();
    assert_eq!(world.drop_month(Log::Timeline).await.unwrap(), 1);
}

#[tokio::test]
async fn a_month_is_made_once() {
    let world = World::new().await;
    let add = async || {
        world
            .keep_house(async |tx| retention::add_month(tx, Log::Timeline, OLD).await)
            .await
            .unwrap()
    };
    assert_eq!((add().await, add().await), (true, false));
    assert_eq!(world.months(Log::Inbox).await, []);
}

#[tokio::test]
async fn callbacks_are_forgotten_when_what_they_were_about_is_over() {
    let world = World::new().await;
    let over = world.walked_to(1, State::Paid).await;
    let open = world.walked_to(2, State::Submitted).await;
    world.long_ago().await;
    for (id, number) in [(&over, 1), (&open, 2)] {
        world.open_attempt(id, number).await.unwrap();
    }
    let raw = world.raw().await;
    raw.execute("update attempts set next_query_at = null", &[])
        .await
        .unwrap();
    let key = |number| format!("member|20160105|{}|x", crate::world::req_seq_id(number));
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: see callbacks").await.unwrap();
    for number in 1..3 {
        let key = key(number);
        assert!(
            inbox::remember(&tx, world.now, "huifu", &key)
                .await
                .unwrap()
        );
    }
    tx.commit().await.unwrap();

    let count = async |before| {
        let connection = world.connection().await;
        retention::count_inbox(&connection, before).await.unwrap()
    };
    assert_eq!(count(world.now).await, 0, "none is older than that");
    let before = world.later(1);
    assert_eq!(count(before).await, 1, "the other is about what is open");
    let forget = async || {
        world
            .keep_house(async |tx| retention::forget_inbox(tx, before, 10).await)
            .await
            .unwrap()
    };
    assert_eq!((forget().await, forget().await), (1, 0));
    let tx = connection.begin("tests: look").await.unwrap();
    assert!(!inbox::seen(&tx, "huifu", &key(1)).await.unwrap());
    assert!(inbox::seen(&tx, "huifu", &key(2)).await.unwrap());
}
