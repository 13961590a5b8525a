//! A partner's bad week, replayed: a job that needs two people, whose canary fails, that goes on
//! when the cause is gone, and whose runner and whose notifier are killed in the middle.
//!
//! One scene in two sizes: thousands among all other tests, and as many as were promised where a
//! test has the machine for itself.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sandbox::partner::Mode;
use serde_json::{Value, json};
use stand::console::Tokens;
use stand::opsctl::{Ended, Opsctl};
use stand::system::Service;
use store::replays::{ItemState, Job};

use crate::letters::Shops;
use crate::scene::{Engines, PATIENCE, Scene};

/// So many have arrived when both die, at most: the middle is not waited for, only a part.
const PART: i64 = 2000;

/// A fourth of the canary is of the partner that is away, and a tenth may fail.
const PARTNERS: usize = 4;

const WISH: [&str; 6] = [
    "dead-letter",
    "replay",
    "--class",
    "connect",
    "--canary",
    "20",
];

const MEANT: [&str; 5] = [
    "--yes",
    "--reason",
    "the partner is back",
    "--ticket",
    "OPS-7",
];

/// How many letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// In fives; more than one person may replay on their own.
    pub letters: usize,
    /// How many may be out at once.
    pub out_at_most: i64,
}

/// What was seen.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Letters of the set.
    pub letters: usize,
    /// Notices that partners took, those among them that came twice.
    pub taken: usize,
    /// From the first look at the wish to the approval.
    pub agreed_in: Duration,
    /// From the resumption to the last notice, with both deaths.
    pub delivered_in: Duration,
}

/// The scene, from the partner's return to the last look at the audit.
struct Replay {
    scene: Scene,
    shops: Shops,
    opsctl: Opsctl,
    approvers: Tokens,
    size: Size,
}

/// Plays it.
///
/// # Errors
/// When anything is lost, comes out of order, is sent that was not shown, or is not in the audit.
pub async fn replayed(size: Size) -> Result<Figures> {
    let mut replay = Replay::open(size).await?;
    let began = Instant::now();
    let previewed = replay.two_people_agree().await?;
    let agreed_in = began.elapsed();
    // What dies later is none of its business.
    replay.shops.give_up(&replay.scene, 5).await?;
    replay.the_canary_fails().await?;
    replay.everything_sent_was_tried().await;
    let began = Instant::now();
    replay.expect(&["replay", "resume", "1"], "lin", 0).await?;
    replay.both_die_in_the_middle().await?;
    let ended = replay.run().await?;
    ensure!(ended.code == Some(0), "{ended:?}");
    let delivered_in = began.elapsed();
    replay.what_was_shown_was_delivered(&previewed).await?;
    replay.the_audit_tells().await?;
    let figures = Figures {
        letters: size.letters,
        taken: replay.shops.taken(),
        agreed_in,
        delivered_in,
    };
    replay.scene.close_written().await?;
    Ok(figures)
}

impl Replay {
    async fn open(size: Size) -> Result<Self> {
        let scene = Scene::open_with(Engines::shared().await?, |plan| {
            // What fails is not tried again by itself within this scene.
            plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "3600000");
            // A line for each step of each notice is no part of what is looked at.
            plan.tell(Service::PartnerNotifier, "LOG_LEVEL", "info");
        })
        .await?;
        let mut shops = Shops::open(&scene, PARTNERS).await?;
        shops.give_up(&scene, size.letters).await?;
        shops.set_mode_of_first(Mode::Down);
        let out = size.out_at_most.to_string();
        let opsctl = Opsctl::on(&scene.fleet.plan.database_url);
        let approvers = [("lin", "approver"), ("wu", "approver")];
        Ok(Self {
            scene,
            shops,
            approvers: Tokens::of(&opsctl, &approvers).await?,
            opsctl: opsctl.with("REPLAY_UNPACED_OUT_AT_MOST", &out),
            size,
        })
    }

    /// One makes the job, another lets it begin: the letters of its set.
    async fn two_people_agree(&self) -> Result<BTreeSet<i64>> {
        let foretold = self.opsctl.json(&WISH).await?;
        let expected = json!([self.size.letters, true]);
        let said = json!([foretold["count"], foretold["approval_needed"]]);
        ensure!(said == expected, "{foretold}");
        let wish = [&WISH[..], &["--unpaced"]].concat();
        let made = self.expect(&wish, "lin", 0).await?;
        ensure!(made.stdout.contains("awaiting approval"), "{made:?}");
        let set = self.letters(ItemState::Queued).await?;
        ensure!(set.len() == self.size.letters, "{} are frozen", set.len());
        self.expect(&["replay", "approve", "1"], "lin", 1).await?;
        self.expect(&["replay", "approve", "1"], "wu", 0).await?;
        Ok(set)
    }

    /// One of the partners is still away.
    async fn the_canary_fails(&self) -> Result<()> {
        let ended = self.run().await?;
        // Three of the partners have taken theirs.
        ensure!(ended.code == Some(3), "{ended:?}");
        let job = self.job().await?;
        let why = job.stopped_because.context("it has not stopped")?;
        let end = "of the 20 letters of the canary failed; 10 % may";
        ensure!(why.ends_with(end), "{why}");
        ensure!(job.counts.queued + 20 >= job.count, "{:?}", job.counts);
        self.shops.set_mode_of_first(Mode::Ok);
        Ok(())
    }

    /// What the canary has left on its way comes to its end before the job goes on. The lane tells
    /// nothing of that: when all of it was under way before the fifth failure shut the lane,
    /// nothing waits there to try it with, and it stays shut until the next notice is due.
    async fn everything_sent_was_tried(&self) {
        stand::eventually(PATIENCE, "what was sent to be tried", async || {
            let waiting = self.letters(ItemState::Waiting).await;
            match waiting {
                Ok(waiting) if waiting.is_empty() => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }

    /// Kills whoever runs the job, and whoever sends its notices, when a part has arrived.
    async fn both_die_in_the_middle(&mut self) -> Result<()> {
        let mut runner = tokio::process::Command::new(stand::process::binary("opsctl")?)
            .args(["replay", "run", "1"])
            .env("DATABASE_URL", &self.scene.fleet.plan.database_url)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let part = i64::try_from(self.size.letters / 10)?.min(PART);
        stand::eventually(PATIENCE, "a part of the set to arrive", async || {
            let job = self.job().await.map_err(|error| format!("{error:#}"))?;
            let counts = job.counts;
            assert!(counts.waiting <= self.size.out_at_most, "{counts:?}");
            (counts.delivered > part)
                .then_some(())
                .ok_or(format!("{counts:?}"))
        })
        .await;
        self.scene.fleet.kill_9(Service::PartnerNotifier).await?;
        runner.kill().await?;
        let counts = self.job().await?.counts;
        ensure!(counts.queued > 0, "it was over before it died: {counts:?}");
        let notifier = Service::PartnerNotifier;
        self.scene.fleet.start_one(notifier).await
    }

    async fn what_was_shown_was_delivered(&self, previewed: &BTreeSet<i64>) -> Result<()> {
        let delivered = self.letters(ItemState::Delivered).await?;
        ensure!(delivered == *previewed, "{} arrived", delivered.len());
        let owed = self.notices_of_letters("replayed").await?;
        let taken = self.shops.ledger()?;
        ensure!(owed.len() == self.size.letters, "{} are owed", owed.len());
        let lost: Vec<_> = owed.difference(&taken).take(10).collect();
        let unwanted: Vec<_> = taken.difference(&owed).take(10).collect();
        ensure!(
            lost.is_empty() && unwanted.is_empty(),
            "not heard: {lost:?}; heard and not shown: {unwanted:?}"
        );
        let left = self.notices_of_letters("open").await?;
        ensure!(left.len() == 5, "{left:?} are open");
        Ok(())
    }

    /// Every act is told by who did it, and a row that somebody has changed is found.
    async fn the_audit_tells(&self) -> Result<()> {
        let acts = ["audit", "list", "--act", "replay"];
        let acts = self.opsctl.json(&acts).await?;
        let rows = acts.as_array().into_iter().flatten().rev();
        let told: Vec<Value> = rows.map(|row| json!([row["act"], row["actor"]])).collect();
        let expected = json!([
            ["replay.create", "lin"],
            ["replay.approve", "wu"],
            ["replay.stop", "opsctl"],
            ["replay.resume", "lin"],
            ["replay.finish", "opsctl"],
        ]);
        ensure!(json!(told) == expected, "{told:?}");
        let verify = async || self.opsctl.ended(&["audit", "verify"], "").await;
        let whole = verify().await?;
        ensure!(whole.code == Some(0), "{whole:?}");
        let tampering = "set session_replication_role = replica;
                         update audit set actor = 'lin' where act = 'replay.approve'";
        self.scene.sql().await?.batch_execute(tampering).await?;
        let broken = verify().await?;
        ensure!(broken.code == Some(1), "{broken:?}");
        Ok(())
    }

    async fn run(&self) -> Result<Ended> {
        self.opsctl.ended(&["replay", "run", "1"], "").await
    }

    /// Does it, and it ends so.
    async fn expect(&self, arguments: &[&str], by: &str, code: i32) -> Result<Ended> {
        let all = [arguments, &MEANT, &["--by", by]].concat();
        let opsctl = self.approvers.in_hand_of(by, &self.opsctl)?;
        let ended = opsctl.ended(&all, "").await?;
        ensure!(ended.code == Some(code), "{arguments:?} by {by}: {ended:?}");
        Ok(ended)
    }

    async fn job(&self) -> Result<Job> {
        let connection = self.scene.store.connection().await?;
        let found = store::replays::find(&connection, 1).await?;
        found.context("there is no job")
    }

    /// The letters of which this became.
    async fn letters(&self, state: ItemState) -> Result<BTreeSet<i64>> {
        let connection = self.scene.store.connection().await?;
        let most = i64::try_from(2 * self.size.letters)?;
        let items = store::replays::items(&connection, 1, state, 0, most).await?;
        Ok(items.into_iter().map(|item| item.letter).collect())
    }

    /// The notices that letters which stand so ask for.
    async fn notices_of_letters(&self, state: &str) -> Result<BTreeSet<String>> {
        let asked = "select convert_from(body, 'UTF8')::jsonb ->> 'notice_id'
                       from dead_letters
                      where state = $1";
        let rows = self.scene.sql().await?.query(asked, &[&state]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}
