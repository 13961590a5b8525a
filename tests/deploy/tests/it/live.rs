//! A real day's `/metrics`: every metric, label and value that a rule or the dashboard asks for.
//!
//! A name that is registered and never recorded would leave an alert silent for ever, and so would
//! a label that is called otherwise or has other values. So the services run, good and bad things
//! happen to them, and each question is put to what they then show.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use contract::withdrawal::State;
use deploy::{Matcher, Selector, named_in_sources, needs, read, recorded, series};
use e2e::{Engines, Scene};
use reqwest::Client;
use sandbox::huifu::{Fault, Selector as Which};
use sandbox::partner::Mode;
use serde_json::Value;
use stand::eventually;
use stand::system::Service;

use crate::dashboard::DASHBOARD;
use crate::rules::{production, rules};

const PATIENCE: Duration = Duration::from_secs(60);

/// What this day does not have in it: applications, codes, statements, a broker that is lost,
/// a data
/// key that is missing. Other tests have them; here each must at least be in the catalogue.
const OF_OTHER_DAYS: [&str; 9] = [
    "tixian_onboard_outcomes_total",
    "tixian_sms_codes_total",
    "tixian_statement_questions_total",
    "tixian_statement_differences_total",
    "tixian_notice_secrets_unopened_total",
    "tixian_outbox_republished_total",
    "tixian_outbox_relay_failures_total",
    "tixian_consumer_reconnects_total",
    "tixian_cases_open_seconds",
];

/// What Prometheus itself puts on every series.
const OF_THE_SCRAPE: [&str; 3] = ["job", "pod", "le"];

#[tokio::test]
async fn what_rules_and_dashboard_ask_for_is_shown_on_a_day_of_good_and_bad() {
    let Some(questions) = questions() else {
        return;
    };
    let scene = a_day().await;
    let client = Client::builder().timeout(PATIENCE).build().unwrap();
    let unanswered = eventually(PATIENCE, "an answer to every question", async || {
        let shown = everything(&client, &scene).await;
        let missing = missing(&questions, &shown);
        if missing.is_empty() {
            Ok(missing)
        } else {
            Err(format!("{missing:#?}"))
        }
    })
    .await;
    assert!(unanswered.is_empty());
    a_scrape_is_small(&client, &scene).await;
    // Not closed as a day that ends well: a notice is still owed.
    let logs = scene.fleet.logs().to_owned();
    drop(scene);
    std::fs::remove_dir_all(logs).unwrap();
}

/// Every question of ours, with its rule's or panel's name.
fn questions() -> Option<Vec<(String, String)>> {
    let of_rules = rules(&production()?).into_iter().map(|rule| {
        let name = rule["alert"].as_str().or(rule["record"].as_str());
        let question = rule["expr"].as_str().unwrap();
        (name.unwrap().to_owned(), question.to_owned())
    });
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD).unwrap()).unwrap();
    let mut all: Vec<_> = of_rules.collect();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let question = target["expr"].as_str().unwrap().to_owned();
            all.push((panel["title"].as_str().unwrap().to_owned(), question));
        }
    }
    Some(all)
}

/// Paid, refused, lost and found, told too often, called back unsigned and about nobody's
/// order, told
/// to a partner that is down until its notice is given up, and to one that hangs.
async fn a_day() -> Scene {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "100");
        plan.tell(Service::PartnerNotifier, "NOTICE_LANE_FAILURES", "1000");
        plan.tell(Service::PartnerNotifier, "NOTICE_TIMEOUT_MS", "60000");
    });
    let scene = scene.await.unwrap();
    let good = scene.withdraw("10.00").await.unwrap();
    scene.reaches(&good, State::Paid).await;
    scene.hears(&good, 1).await;

    scene.partner.set_mode(Mode::Down);
    let untold = scene.withdraw("11.00").await.unwrap();
    scene.reaches(&untold, State::Paid).await;
    eventually(PATIENCE, "a notice that is given up", async || {
        let connection = scene.store.connection().await.unwrap();
        let open = store::overview::open_letters(&connection).await.unwrap();
        !open.is_empty()
    })
    .await;
    scene.partner.set_mode(Mode::Ok);

    let too_often = Fault::ServerError {
        http_status: 911,
        paid: true,
    };
    let resp_code = "22000003".to_owned();
    let foreign = Fault::ForeignOrderInCallback;
    let faults = [
        (too_often, State::Paid),
        (Fault::Refuse { resp_code }, State::Failed),
    ];
    for (fault, end) in faults.into_iter().chain([(foreign, State::Paid)]) {
        scene.huifu.set_fault(Which::any(), &[fault], Some(1));
        let id = scene.withdraw("12.00").await.unwrap();
        scene.reaches(&id, end).await;
    }
    strangers(&scene).await;
    scene.partner.set_mode(Mode::Hang);
    let owed = scene.withdraw("13.00").await.unwrap();
    scene.reaches(&owed, State::Paid).await;
    scene
}

/// Nobody's callback, page call and call of the API.
async fn strangers(scene: &Scene) {
    let client = Client::builder().timeout(PATIENCE).build().unwrap();
    let form = "application/x-www-form-urlencoded";
    let (intake, callback) = (
        scene.fleet.plan.intake_url(),
        scene.fleet.plan.callback_url(),
    );
    for (url, body) in [
        (callback, "resp_data=%7B%7D&sign=AAAA"),
        (format!("{intake}/withdraw"), "money=1"),
    ] {
        let request = client.post(url).header("content-type", form).body(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    let answer = client
        .get(format!("{intake}/v1/events"))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_client_error(), "{}", answer.status());
}

/// Every series that a service shows.
async fn everything(client: &Client, scene: &Scene) -> Vec<Selector> {
    let mut all = Vec::new();
    for service in Service::ALL {
        let url = format!("{}/metrics", scene.fleet.plan.admin_url(service));
        let text = client.get(url).send().await.unwrap().text().await.unwrap();
        all.extend(text.lines().filter_map(series));
    }
    all
}

/// After a day with a bit of everything. Whoever adds a label that has a value for each partner or
/// order is found here.
async fn a_scrape_is_small(client: &Client, scene: &Scene) {
    for service in Service::ALL {
        let url = format!("{}/metrics", scene.fleet.plan.admin_url(service));
        let mut quickest = PATIENCE;
        let mut bytes = 0;
        for _ in 0..10 {
            let started = Instant::now();
            let answer = client.get(&url).send().await.unwrap();
            bytes = answer.bytes().await.unwrap().len();
            quickest = quickest.min(started.elapsed());
        }
        eprintln!("{}: {bytes} bytes in {quickest:?}", service.name());
        assert!(bytes < 128 * 1024, "{}: {bytes} bytes", service.name());
    }
}

/// What the questions ask for and nobody shows.
fn missing(questions: &[(String, String)], shown: &[Selector]) -> BTreeSet<String> {
    let (ours, literals) = (recorded().unwrap(), named_in_sources().unwrap());
    let mut missing = BTreeSet::new();
    for (asked_by, question) in questions {
        let needs = needs(question);
        let (mine, others): (Vec<_>, Vec<_>) = needs
            .selectors
            .iter()
            .partition(|one| ours.contains(&one.name) && !is_of_another_day(&one.name));
        for selector in &mine {
            let series: Vec<_> = shown
                .iter()
                .filter(|one| one.name == selector.name)
                .collect();
            if series.is_empty() {
                missing.insert(format!("{asked_by}: no {}", selector.name));
            }
            // What failed has a label more; who shows it that something failed is not asked.
            let failed = || shown.iter().any(|one| !one.value("error_type").is_empty());
            let labels = selector.matchers.iter();
            let labels = labels.filter(|one| {
                one.label != "error_type" || !(failed() && literals.contains(&one.value))
            });
            for matcher in labels.filter(|one| !answers(one, &series, &literals)) {
                missing.insert(format!("{asked_by}: {} has no {matcher:?}", selector.name));
            }
        }
        // Grouped by a label of somebody else's, or of a recorded rule's.
        if !others.is_empty() || mine.is_empty() {
            continue;
        }
        for label in &needs.labels {
            let of_ours = shown.iter().any(|one| {
                let is_asked = mine.iter().any(|asked| asked.name == one.name);
                (is_asked || label == "error_type") && !one.value(label).is_empty()
            });
            if !of_ours && !OF_THE_SCRAPE.contains(&label.as_str()) {
                missing.insert(format!("{asked_by}: nothing is told by {label}"));
            }
        }
    }
    missing
}

fn is_of_another_day(name: &str) -> bool {
    OF_OTHER_DAYS.iter().any(|one| name.starts_with(one))
}

/// Whether a label is there, with this value. What did not happen today is at least a word of our
/// code: a service, a code, a class.
fn answers(matcher: &Matcher, series: &[&Selector], literals: &BTreeSet<String>) -> bool {
    let Matcher {
        label,
        operator,
        value,
    } = matcher;
    if OF_THE_SCRAPE.contains(&label.as_str()) && label != "le" {
        return true;
    }
    let mut values = series.iter().map(|one| one.value(label));
    match &**operator {
        "=" => {
            values.any(|one| one == value) || literals.contains(value) && values_of(label, series)
        }
        _ => values_of(label, series),
    }
}

fn values_of(label: &str, series: &[&Selector]) -> bool {
    series.iter().any(|one| !one.value(label).is_empty())
}
