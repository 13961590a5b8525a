//! What waits for a lane is nobody else's, in its order, and not lost; and one probe is one.

use std::time::Duration;

use contract::withdrawal::State;
use jiff::Timestamp;
use store::lanes::{
    self, Breaker, Event, Held, Holder, Judged, Lane, Policy, State as LaneState, WHOLE_PARTNER,
};
use store::{notices, outbox};
use uuid::Uuid;

use crate::outbox::{claim, enqueue};
use crate::world::{World, partner_id};

const SHOP: Lane<'static> = Lane {
    partner: "demo-shop",
    host: "shop.example",
};

const WHOLE: Lane<'static> = Lane {
    partner: "demo-shop",
    host: WHOLE_PARTNER,
};

const POLICY: Policy = Policy {
    failures: 2,
    first_pause: Duration::from_secs(15),
    longest_pause: Duration::from_secs(300),
};

const FAILED: Event = Event::Fail {
    probe: false,
    wish: None,
};

const BY: Holder<'static> = Holder {
    by: "lin",
    reason: "their database is down",
    ticket: Some("OPS-7"),
};

async fn judge(world: &World, now: Timestamp, event: Event) -> Judged {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: judge").await.unwrap();
    let judged = lanes::judge(&tx, now, SHOP, event, &POLICY).await.unwrap();
    tx.commit().await.unwrap();
    judged
}

/// Two failures: open, and to be tried after fifteen seconds.
async fn open(world: &World) -> i64 {
    judge(world, world.now, FAILED).await;
    let judged = judge(world, world.now, FAILED).await;
    assert_eq!(judged.after, LaneState::Open);
    judged.id
}

async fn hold(world: &World, lane: Lane<'_>, held: bool) -> Held {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: hold").await.unwrap();
    let before = match held {
        true => lanes::hold(&tx, world.now, lane, BY).await.unwrap(),
        false => lanes::release(&tx, world.now, lane).await.unwrap(),
    };
    tx.commit().await.unwrap();
    before
}

/// A message that is parked on the shop's lane.
async fn parked(world: &World) -> Uuid {
    let message = enqueue(world, world.now).await;
    let connection = world.connection().await;
    let single = connection.single("tests: make lane");
    lanes::ensure(single, world.now, SHOP).await.unwrap();
    let single = connection.single("tests: park");
    assert!(lanes::park(single, world.now, SHOP, message).await.unwrap());
    message
}

async fn waiting(world: &World, now: Timestamp) -> Vec<(LaneState, usize)> {
    let connection = world.connection().await;
    let lanes = lanes::waiting(&connection, now, 10, 10).await.unwrap();
    let each = lanes.iter().map(|lane| (lane.state, lane.count));
    each.collect()
}

async fn fetch(world: &World, now: Timestamp, lane: i64, limit: i64) -> Vec<Uuid> {
    let connection = world.connection().await;
    let single = connection.single("tests: fetch");
    let until = now + Duration::from_secs(30);
    let rows = lanes::claim(single, now, lane, until, limit).await.unwrap();
    let mut rows: Vec<_> = rows.iter().map(|row| (row.id, row.message_id)).collect();
    rows.sort_unstable();
    rows.into_iter().map(|(_, message)| message).collect()
}

async fn lane_id(world: &World) -> i64 {
    let connection = world.connection().await;
    let lanes = lanes::waiting(&connection, world.now, 1, 10).await.unwrap();
    lanes[0].id
}

#[tokio::test]
async fn what_is_parked_is_no_relays() {
    let world = World::new().await;
    // The relay has it in its hands, and the consumer is quicker than the relay's mark.
    let early = enqueue(&world, world.now).await;
    let claimed = claim(&world, world.now).await.remove(0);
    let connection = world.connection().await;
    let single = connection.single("tests: make lane");
    lanes::ensure(single, world.now, SHOP).await.unwrap();
    let single = connection.single("tests: park");
    assert!(lanes::park(single, world.now, SHOP, early).await.unwrap());
    let single = connection.single("tests: mark");
    outbox::mark_published(single, world.now, &[claimed.id])
        .await
        .unwrap();
    parked(&world).await;

    assert!(claim(&world, world.later(3600)).await.is_empty());
    assert_eq!(outbox::next_due(&connection).await.unwrap(), None);
    let key = &claimed.routing_key;
    assert_eq!(outbox::published_count(&connection, key).await.unwrap(), 0);
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: sweep").await.unwrap();
    let later = world.later(3600);
    let swept = outbox::republish_stale(&tx, later, key, later, 10).await;
    assert_eq!(swept.unwrap(), 0);
    drop(tx);
    assert_eq!(waiting(&world, world.now).await, [(LaneState::Closed, 2)]);

    let single = connection.single("tests: unpark");
    lanes::unpark(single, world.now, early).await.unwrap();
    assert_eq!(claim(&world, world.now).await[0].message_id, early);
}

#[tokio::test]
async fn what_waits_is_fetched_once_oldest_first_and_comes_back_when_its_lease_is_over() {
    let world = World::new().await;
    let mut messages = Vec::new();
    for _ in 0..3 {
        messages.push(parked(&world).await);
    }
    let lane = lane_id(&world).await;
    assert_eq!(fetch(&world, world.now, lane, 2).await, messages[..2]);
    assert_eq!(waiting(&world, world.now).await, [(LaneState::Closed, 1)]);
    assert_eq!(fetch(&world, world.now, lane, 2).await, messages[2..]);
    assert!(waiting(&world, world.later(29)).await.is_empty());
    assert_eq!(fetch(&world, world.later(30), lane, 9).await, messages);

    let connection = world.connection().await;
    let single = connection.single("tests: give back");
    let now = world.later(31);
    lanes::park_again(single, now, messages[1]).await.unwrap();
    assert_eq!(fetch(&world, now, lane, 9).await, messages[1..2]);
}

#[tokio::test]
async fn a_lane_that_is_held_or_open_gives_nothing() {
    let world = World::new().await;
    parked(&world).await;
    for lane in [SHOP, WHOLE] {
        assert_eq!(hold(&world, lane, true).await, Held::Changed);
        assert_eq!(hold(&world, lane, true).await, Held::Before);
        assert!(waiting(&world, world.later(3600)).await.is_empty());
        assert_eq!(hold(&world, lane, false).await, Held::Changed);
        assert_eq!(hold(&world, lane, false).await, Held::Before);
        assert_eq!(waiting(&world, world.now).await.len(), 1);
    }
    open(&world).await;
    assert!(waiting(&world, world.later(14)).await.is_empty());
    let tried = waiting(&world, world.later(15)).await;
    assert_eq!(tried, [(LaneState::Open, 1)]);
    hold(&world, SHOP, true).await;
    hold(&world, SHOP, false).await;
    let now = waiting(&world, world.now).await;
    assert_eq!(now, [(LaneState::Open, 1)], "released is tried at once");
}

#[tokio::test]
async fn of_many_who_try_an_open_lane_at_once_one_has_the_probe() {
    let world = World::new().await;
    let oldest = parked(&world).await;
    parked(&world).await;
    let lane = open(&world).await;
    let (now, until) = (world.later(15), world.later(40));
    let mut tries = Vec::new();
    for number in 0..8 {
        let connection = world.connection().await;
        tries.push(tokio::spawn(async move {
            let single = connection.single("tests: probe");
            if number % 2 == 0 {
                let row = lanes::claim_probe(single, now, lane, until).await.unwrap();
                return row.map(|row| row.message_id);
            }
            let won = lanes::begin_probe(single, now, lane, until).await.unwrap();
            won.then_some(oldest)
        }));
    }
    let mut won = Vec::new();
    for one in tries {
        won.extend(one.await.unwrap());
    }
    assert_eq!(won, [oldest]);
    let judged = judge(&world, now, Event::Take).await;
    assert_eq!(
        (judged.before, judged.after),
        (LaneState::HalfOpen, LaneState::Closed)
    );
}

#[tokio::test]
async fn the_row_goes_through_the_breaker_as_the_code_draws_it() {
    let world = World::new().await;
    let mut expected = Breaker::CLOSED;
    let probe = Event::Fail {
        probe: true,
        wish: Some(Duration::from_secs(77)),
    };
    let script = [
        (0, FAILED),
        (0, FAILED),
        (15, Event::Probe(world.later(40))),
        (16, probe),
        (17, FAILED),
        (99, Event::Probe(world.later(120))),
        (100, Event::GiveUp),
        (101, Event::Gone),
        (102, Event::Take),
        (103, FAILED),
    ];
    for (second, event) in script {
        let now = world.later(second);
        judge(&world, now, event).await;
        expected = expected.after(event, now, &POLICY).unwrap_or(expected);
        let connection = world.connection().await;
        let shown = lanes::list(&connection, Some(&partner_id()), 10, 10).await;
        let shown = shown.unwrap().pop();
        let stored = shown.map_or(Breaker::CLOSED, |lane| lane.breaker);
        assert_eq!(stored, expected, "after {event:?}");
    }
}

#[tokio::test]
async fn nobody_there_is_one_case_for_each_time_that_the_lane_is_held() {
    let world = World::new().await;
    for round in 0..2 {
        for _ in 0..2 {
            let mut connection = world.connection().await;
            let tx = connection.begin("tests: gone").await.unwrap();
            let now = world.later(round);
            lanes::gone(&tx, now, &partner_id(), SHOP.host, &POLICY)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        hold(&world, SHOP, false).await;
    }
    let connection = world.connection().await;
    let cases = store::cases::list_open(&connection, 10).await.unwrap();
    let kinds: Vec<&str> = cases.iter().map(|case| case.kind.as_str()).collect();
    assert_eq!(kinds, ["endpoint_gone"; 2]);
}

#[tokio::test]
async fn a_notice_is_told_where_its_lane_stands_and_where_its_message_lies() {
    let world = World::new().await;
    let withdrawal = world.walked_to(1, State::Paid).await;
    let connection = world.connection().await;
    let notice = notices::of(&connection, &withdrawal).await.unwrap();
    let notice = notice[0].id.clone();
    let message = claim(&world, world.now).await.remove(0).message_id;
    let look = async || {
        let found = notices::for_delivery(&connection, &notice, message, world.now).await;
        found.unwrap().unwrap().posting
    };
    let found = look().await;
    assert_eq!(found.lane.host, "shop.example");
    assert!(found.lane.id.is_none() && found.lane.is_free() && !found.message_is_parked);
    let lane = open(&world).await;
    let found = look().await;
    assert_eq!(found.lane.id, Some(lane));
    assert!(!found.lane.is_free() && !found.lane.is_held);
    assert!(found.lane.breaker.probe_is_due(world.later(15)));
    hold(&world, WHOLE, true).await;
    let single = connection.single("tests: park");
    lanes::park(single, world.now, SHOP, message).await.unwrap();
    let found = look().await;
    assert!(found.lane.is_held && found.message_is_open && found.message_is_parked);

    let totals = lanes::totals(&connection).await.unwrap();
    assert_eq!((totals.open, totals.half_open, totals.held), (1, 0, 1));
    let shown = lanes::list(&connection, None, 10, 10).await.unwrap();
    assert_eq!(shown.len(), 2);
    let (whole, shop) = (&shown[0], &shown[1]);
    assert_eq!(whole.held_by.as_deref(), Some("lin"));
    assert_eq!((shop.waiting, shop.oldest_at), (1, Some(world.now)));
}

/// A lane's backlog is not read to find the next row of it, nor to find the other lanes.
#[tokio::test]
async fn a_hundred_thousand_that_wait_cost_the_relay_and_the_other_lanes_nothing() {
    let world = World::new().await;
    parked(&world).await;
    let lane = lane_id(&world).await;
    let raw = world.raw().await;
    raw.batch_execute(include_str!("sql/hundred_thousand_parked.sql"))
        .await
        .unwrap();
    let read = async |sql: &str| {
        let rows = raw.query(sql, &[]).await.unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = lines.join("\n");
        let pages = plan.split("shared hit=").nth(1).unwrap_or("0");
        let digits = pages.chars().take_while(char::is_ascii_digit);
        let pages: u32 = digits.collect::<String>().parse().unwrap();
        (pages, plan)
    };
    let (pages, plan) = read(
        "explain (analyze, buffers, timing off, summary off)
         select min(available_at) from outbox where published_at is null and lane_id is null",
    )
    .await;
    assert!(plan.contains("outbox_due") && pages < 20, "{plan}");
    let (pages, plan) = read(include_str!("sql/explain_waiting.sql")).await;
    assert!(pages < 200, "{plan}");
    assert_eq!(waiting(&world, world.now).await, [(LaneState::Closed, 10)]);
    assert_eq!(fetch(&world, world.now, lane, 16).await.len(), 16);
}
