//! A host that is dead, gone, held or flooded: what is due for it waits, is tried, and goes out by
//! itself.

use std::time::Duration;

use contract::withdrawal::Transition;
use sandbox::partner::Mode;
use stand::eventually;
use store::lanes::{self, Holder, Lane, Shown, State, WHOLE_PARTNER};
use store::notices::NoticeState;

use crate::given_up::open_letters;
use crate::world::{DEADLINE, Due, ONE_SENDING, Partner, World};

/// Three failures open it, and it is tried often.
const OFTEN: [(&str, &str); 4] = [
    ("NOTICE_SCHEDULE_MS", "200,200,200,200,200,200,200,200,200"),
    ("NOTICE_LANE_FAILURES", "3"),
    ("NOTICE_PROBE_MS", "1000"),
    ("NOTICE_LONGEST_PROBE_MS", "1000"),
];

/// One failure opens it, and it is not tried again while a test looks.
const ONCE: [(&str, &str); 4] = [
    ONE_SENDING,
    ("NOTICE_LANE_FAILURES", "1"),
    ("NOTICE_PROBE_MS", "3600000"),
    ("NOTICE_LONGEST_PROBE_MS", "3600000"),
];

const BY: Holder<'static> = Holder {
    by: "lin",
    reason: "their database is down",
    ticket: Some("OPS-7"),
};

/// The lanes on which something is wrong, once `wanted` is true of them.
async fn lanes(world: &World, what: &str, wanted: impl Fn(&[Shown]) -> bool) -> Vec<Shown> {
    eventually(DEADLINE, what, async || {
        let connection = world.connection().await;
        let lanes = lanes::list(&connection, None, 10, 1000).await.unwrap();
        if wanted(&lanes) {
            Ok(lanes)
        } else {
            Err(format!("{lanes:?}"))
        }
    })
    .await
}

async fn waiting(world: &World, count: i64) -> Vec<Shown> {
    let what = format!("{count} notices to wait");
    lanes(world, &what, |lanes| {
        lanes.iter().map(|lane| lane.waiting).sum::<i64>() == count
    })
    .await
}

async fn opened(world: &World) {
    let open = |lanes: &[Shown]| {
        let states = lanes.iter().map(|lane| lane.breaker.state());
        states.eq([State::Open])
    };
    drop(lanes(world, "the lane to open", open).await);
}

async fn hold(world: &World, partner: &Partner, host: &str, held: bool) {
    let lane = Lane {
        partner: partner.id.as_str(),
        host,
    };
    let mut connection = world.connection().await;
    let now = runtime::clock::now();
    let tx = connection.begin("tests: hold").await.unwrap();
    if held {
        lanes::hold(&tx, now, lane, BY).await.unwrap();
    } else {
        lanes::release(&tx, now, lane).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn host(partner: &Partner) -> String {
    partner.shop.base_url.replace("http://", "")
}

async fn told(world: &World, due: &[Due]) {
    for one in due {
        eventually(DEADLINE, "the notice to be delivered", async || {
            let summary = world.summary(one).await;
            (summary.state == NoticeState::Delivered)
                .then_some(())
                .ok_or(format!("{summary:?}"))
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_due_for_a_dead_host_waits_and_goes_out_by_itself_when_it_answers() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Down);
    let _service = world.start(&OFTEN).await;
    let mut due = Vec::new();
    for _ in 0..3 {
        due.push(world.ended(&partner, Transition::Pay).await);
    }
    opened(&world).await;
    for _ in 0..40 {
        due.push(world.ended(&partner, Transition::Pay).await);
    }
    let stand = lanes(&world, "most of them to wait", |lanes| {
        lanes[0].waiting > 35
    })
    .await;
    assert_eq!(stand[0].host, host(&partner));
    assert!(stand[0].held_at.is_none() && stand[0].oldest_at.is_some());
    // Tried with one notice at a time, in vain, at least twice.
    let tries = partner.shop.notices().len();
    eventually(DEADLINE, "two probes", async || {
        partner.shop.notices().len() >= tries + 2
    })
    .await;
    partner.shop.set_mode(Mode::Ok);
    told(&world, &due).await;
    drop(lanes(&world, "nothing to be wrong", <[Shown]>::is_empty).await);
    let connection = world.connection().await;
    for one in &due {
        let attempts = store::notices::attempts_of(&connection, &one.notice);
        let outcomes: Vec<_> = attempts.await.unwrap();
        assert!(
            outcomes.len() <= 8,
            "waiting uses up no tries: {outcomes:?}"
        );
    }
}

#[tokio::test]
async fn an_open_lane_is_open_after_a_restart_and_for_every_replica() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Status { code: 502 });
    let service = world.start(&ONCE).await;
    let first = world.ended(&partner, Transition::Pay).await;
    world.attempts(&first, 1).await;
    opened(&world).await;
    service.stop().await.unwrap();

    partner.shop.set_mode(Mode::Ok);
    let _replicas = (world.start(&ONCE).await, world.start(&ONCE).await);
    let mut due = Vec::new();
    for _ in 0..10 {
        due.push(world.ended(&partner, Transition::Pay).await);
    }
    waiting(&world, 10).await;
    for one in &due {
        assert_eq!(world.summary(one).await.attempt_count, 0);
    }
    // Whoever releases it has it tried at once.
    hold(&world, &partner, &host(&partner), true).await;
    hold(&world, &partner, &host(&partner), false).await;
    told(&world, &due).await;
    assert_eq!(partner.shop.notices().len(), 11, "each of them once");
}

#[tokio::test]
async fn two_replicas_send_one_probe() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Status { code: 500 });
    let env = [
        ONE_SENDING,
        ("NOTICE_LANE_FAILURES", "1"),
        ("NOTICE_PROBE_MS", "2000"),
        ("NOTICE_LONGEST_PROBE_MS", "3600000"),
        ("NOTICE_TIMEOUT_MS", "2000"),
    ];
    let _replicas = (world.start(&env).await, world.start(&env).await);
    let first = world.ended(&partner, Transition::Pay).await;
    world.attempts(&first, 1).await;
    partner.shop.set_mode(Mode::Hang);
    for _ in 0..10 {
        world.ended(&partner, Transition::Pay).await;
    }
    // The probe hangs to its time-out; the pause after it is twice as long.
    let failed_again = |lanes: &[Shown]| {
        let trouble = lanes.first().and_then(|lane| lane.breaker.trouble);
        trouble.is_some_and(|trouble| !trouble.half_open && trouble.pause == Duration::from_secs(4))
    };
    let stand = lanes(&world, "the probe to fail", failed_again).await;
    assert_eq!(partner.shop.notices().len(), 2, "one and its probe");
    assert_eq!(stand[0].waiting, 9, "the probe is back on its schedule");
}

#[tokio::test]
async fn a_partner_that_is_held_is_sent_nothing_until_it_is_released() {
    let world = World::new().await;
    let (held, other) = (world.partner("held").await, world.partner("other").await);
    hold(&world, &held, WHOLE_PARTNER, true).await;
    let _service = world.start(&[ONE_SENDING]).await;
    let mut due = Vec::new();
    for _ in 0..5 {
        due.push(world.ended(&held, Transition::Pay).await);
    }
    waiting(&world, 5).await;
    let meanwhile = world.ended(&other, Transition::Pay).await;
    told(&world, &[meanwhile]).await;
    assert!(held.shop.notices().is_empty());
    hold(&world, &held, WHOLE_PARTNER, false).await;
    told(&world, &due).await;
}

#[tokio::test]
async fn a_host_with_nobody_there_is_held_with_a_case_and_nothing_is_dropped() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Status { code: 410 });
    // There is one more try. More are made, and yet it ends in no dead letter.
    let _service = world.start(&[("NOTICE_SCHEDULE_MS", "20")]).await;
    let first = world.ended(&partner, Transition::Pay).await;
    for tries in 1..=3 {
        let attempts = world.attempts(&first, tries).await;
        assert_eq!(attempts[tries - 1].http_status, Some(410));
        let stand = waiting(&world, 1).await;
        assert!(stand[0].held_by.is_some(), "{stand:?}");
        if tries < 3 {
            hold(&world, &partner, &host(&partner), false).await;
        }
    }
    let second = world.ended(&partner, Transition::Pay).await;
    waiting(&world, 2).await;
    assert_eq!(world.summary(&second).await.attempt_count, 0);
    let connection = world.connection().await;
    let cases = store::cases::list_open(&connection, 10).await.unwrap();
    assert_eq!(cases.len(), 3, "one each time that it was held: {cases:?}");
    assert_eq!(cases[0].kind, "endpoint_gone");
    assert_eq!(cases[0].detail["partner_id"], "shop");
    assert!(open_letters(&world).await.is_empty());

    partner.shop.set_mode(Mode::Ok);
    hold(&world, &partner, &host(&partner), false).await;
    told(&world, &[first, second]).await;
}

#[tokio::test]
async fn a_flood_for_one_partner_goes_out_at_its_pace_and_delays_nobody() {
    let world = World::new().await;
    let (flooded, other) = (world.partner("flooded").await, world.partner("other").await);
    let service = world
        .start(&[ONE_SENDING, ("NOTICE_PARTNER_RATE", "5")])
        .await;
    let mut flood = Vec::new();
    for _ in 0..30 {
        flood.push(world.ended(&flooded, Transition::Pay).await);
    }
    let few = [
        world.ended(&other, Transition::Pay).await,
        world.ended(&other, Transition::Pay).await,
    ];
    told(&world, &few).await;
    told(&world, &flood).await;
    let mut sent = Vec::new();
    for one in &flood {
        sent.push(world.attempts(one, 1).await[0].at);
    }
    sent.sort_unstable();
    // Five at once, and five each second after it.
    let took = sent[29].duration_since(sent[0]).as_secs_f64();
    assert!(took > 3.0, "{took} s");
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_sending_that_takes_long_leaves_its_place_in_the_consumer() {
    let world = World::new().await;
    let (hanging, alive) = (world.partner("hanging").await, world.partner("alive").await);
    hanging.shop.set_mode(Mode::Hang);
    let env = [
        ONE_SENDING,
        ("CONSUMER_CONCURRENCY", "1"),
        ("NOTICE_TIMEOUT_MS", "120000"),
        ("SHUTDOWN_GRACE_MS", "0"),
    ];
    let _service = world.start(&env).await;
    let stuck = world.ended(&hanging, Transition::Pay).await;
    eventually(DEADLINE, "the notice to be on its way", async || {
        hanging.shop.notices().len() == 1
    })
    .await;
    let due = world.ended(&alive, Transition::Pay).await;
    told(&world, &[due]).await;
    assert_eq!(world.summary(&stuck).await.attempt_count, 0);
}

#[tokio::test]
async fn a_page_that_answers_200_closes_no_lane() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    partner.shop.set_mode(Mode::Down);
    let _service = world.start(&OFTEN).await;
    let mut due = Vec::new();
    for _ in 0..3 {
        due.push(world.ended(&partner, Transition::Pay).await);
    }
    opened(&world).await;
    partner.shop.set_mode(Mode::WrongBody);
    for _ in 0..20 {
        due.push(world.ended(&partner, Transition::Pay).await);
    }
    let tries = partner.shop.notices().len();
    eventually(DEADLINE, "two probes", async || {
        partner.shop.notices().len() >= tries + 2
    })
    .await;
    let stand = lanes(&world, "the others to wait", |lanes| lanes[0].waiting > 15).await;
    assert_ne!(stand[0].breaker.state(), State::Closed);
    partner.shop.set_mode(Mode::Ok);
    told(&world, &due).await;
}
