//! Withdrawals that are looked for: few pages are read, however many there are.

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use store::withdrawals::{self, Search};

use crate::world::World;

/// With the statement in it, so that the very text that is run can be explained.
const SOURCE: &str = include_str!("../../src/withdrawals/search.rs");

const MANY: &str = include_str!("sql/many_withdrawals.sql");

/// The statement with these in place of its parameters; what is not said is null.
fn statement(name: &str, said: &[(usize, &str)]) -> String {
    let (_, rest) = SOURCE
        .split_once(&format!("-- withdrawals.{name}\n"))
        .unwrap();
    let mut text = rest.split("\";").next().unwrap().to_owned();
    for number in (1..12).rev() {
        let value = said.iter().find(|(parameter, _)| *parameter == number);
        let value = value.map_or("null", |(_, value)| value);
        text = text.replace(&format!("${number}"), value);
    }
    text
}

#[tokio::test]
async fn a_number_a_page_and_the_last_page_read_little_of_what_there_is() {
    let world = World::new().await;
    let raw = world.raw().await;
    raw.batch_execute(MANY).await.unwrap();
    let (limit, shop) = ((11, "50"), (2, "'demo-shop'"));
    let search = "search";
    for (what, name, said) in [
        ("an order_id", "numbered", &[(1, "'W-17'")][..]),
        ("a notice_id", "numbered", &[(1, "'N-17'")]),
        ("nobody's number", "numbered", &[(1, "'order-17'")]),
        ("those", search, &[(1, "array['W-17', 'W-18']"), limit]),
        ("a partner's newest", search, &[shop, limit]),
        ("another partner's", search, &[(2, "'other'"), limit]),
        (
            "a day",
            search,
            &[
                (5, "timestamptz '2026-11-16T00:00Z'"),
                (6, "timestamptz '2026-11-17T00:00Z'"),
                limit,
            ],
        ),
        (
            "a page far back",
            search,
            &[
                shop,
                (9, "timestamptz '2026-11-13T00:00Z'"),
                (10, "'W-19000'"),
                limit,
            ],
        ),
    ] {
        let explained = format!(
            "explain (analyze, buffers, timing off, summary off) {}",
            statement(name, said)
        );
        let plan = raw.query(&explained, &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        let pages: u32 = plan
            .split_once("shared hit=")
            .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect())
            .and_then(|digits: String| digits.parse().ok())
            .unwrap_or(0);
        assert!(pages < 20, "{what} reads {pages} pages:\n{plan}");
    }
}

#[tokio::test]
async fn pages_of_the_same_moment_have_neither_gap_nor_repetition() {
    let world = World::new().await;
    let mut all = Vec::new();
    for number in 1..8 {
        // All of them are opened at the world's one moment.
        all.push(world.walked_to(number, State::Accepted).await);
    }
    all.reverse();
    let connection = world.connection().await;
    let mut search = Search::default();
    let mut seen: Vec<WithdrawalId> = Vec::new();
    loop {
        let page = withdrawals::search(&connection, &search, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        search.before = Some((last.created_at, last.id.clone()));
        seen.extend(page.into_iter().map(|found| found.id));
    }
    assert_eq!(seen, all);
}
