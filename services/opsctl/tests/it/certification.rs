//! Certification runs: the real binary against a shop that is careful, one that is not, and some
//! in between.

use axum::Router;
use axum::routing::get;
use contract::signing::keys::PrivateKey;
use runtime::data_keys::{DataKeys, notice_secrets as sealing};
use sandbox::SigningKey;
use sandbox::partner::{Mode, NoticeSecret, PartnerConfig, PartnerHandle, PartnerSandbox};
use serde_json::{Value, json};
use store::certifications::{self, CertificationResult};

use crate::tool::{Ended, Tool};
use crate::world::World;

const DATA_KEYS: &str = "k:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A registered partner that listens, and the tool with our signing key.
struct Scene {
    world: World,
    shop: PartnerHandle,
    tool: Tool,
}

impl Scene {
    async fn new() -> Self {
        let world = World::empty().await;
        let ours = stand::keys::rsa_2048(0).private_pkcs8_pem;
        let theirs = SigningKey::read(&stand::keys::rsa_2048(1).private_pkcs8_pem).unwrap();
        let shop = PartnerSandbox::start(PartnerConfig::for_tests("shop", "k1", theirs));
        let shop = shop.await.unwrap();
        let jwks = format!("{}/jwks.json", publish(&ours).await);
        shop.connect_to("http://127.0.0.1:9".parse().unwrap(), jwks.parse().unwrap());
        let tool = world
            .tool()
            .with("SIGNING_KEY", &ours)
            .with("SIGNING_KEY_ID", "ours-1")
            .with("ALLOW_LOOPBACK_HTTP", "true")
            .with("DATA_KEYS", DATA_KEYS);
        tool.typed("partner add shop --name 小店 --host 127.0.0.1");
        Self { world, shop, tool }
    }

    fn certify(&self, more: &str) -> Ended {
        let url = format!("{}/notify?token=hunter2", self.shop.base_url);
        let line = format!("partner certify shop --notify-url {url} {more}");
        self.tool.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// With much patience, for the machine may be busy with other tests.
    fn run(&self, more: &str) -> Ended {
        self.run_impatient(&format!("--prompt-ms 30000 --timeout-ms 60000 {more}"))
    }

    fn run_impatient(&self, more: &str) -> Ended {
        self.certify(&format!("--yes --reason go-live --by lin {more}"))
    }

    /// The sheet as JSON, by the name of each check.
    fn sheet(&self) -> (i32, Value) {
        let ended = self.run("--json");
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        let checks = said["checks"].as_array().unwrap();
        let by_name = checks
            .iter()
            .map(|line| (line["check"].as_str().unwrap(), line["verdict"].clone()));
        (ended.code, Value::from_iter(by_name))
    }
}

async fn publish(pem: &str) -> String {
    let key: PrivateKey = pem.parse().unwrap();
    let set = json!({ "keys": [key.public().to_jwk("ours-1")] }).to_string();
    let router = Router::new().route("/jwks.json", get(async move || set));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}")
}

/// Without what differs from run to run: the id of the run, and how long the slowest answer took.
fn steady(printed: &str) -> String {
    let words = printed.split_inclusive(' ');
    let mut before = String::new();
    let words = words.map(|word| {
        let after_took = std::mem::replace(&mut before, word.trim().to_owned()) == "took";
        match word.split_once('\n') {
            Some((id, rest)) if id.len() == 27 && id.starts_with('C') => format!("C…\n{rest}"),
            _ if after_took => "… ".to_owned(),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_careful_shop_passes_everything_and_books_nothing() {
    let scene = Scene::new().await;
    let ended = scene.run("");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!("certify_careful", steady(&ended.stdout));
    assert!(!ended.stdout.contains("hunter2"));

    let heard = scene.shop.notices();
    let about_no_money = |notice: &sandbox::partner::Notice| {
        notice.certification.is_some() && !notice.order_id.starts_with('W')
    };
    assert!(heard.len() > 20 && heard.iter().all(about_no_money));

    let connection = scene.world.connection().await;
    let partner = "shop".parse().unwrap();
    let run = certifications::of(&connection, &partner, 9).await.unwrap();
    assert_eq!(run.len(), 1);
    assert_eq!(run[0].result, Some(CertificationResult::Passed));
    assert_eq!(
        (run[0].certified_by.as_str(), run[0].reason.as_str()),
        ("lin", "go-live")
    );
    assert_eq!(heard[0].certification.as_deref(), Some(run[0].id.as_str()));
    let shown = scene.tool.typed("partner show shop");
    assert!(shown.contains(" at 127.0.0.1"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_careless_shop_fails_with_the_reasons_and_the_cures() {
    let scene = Scene::new().await;
    scene.shop.set_mode(Mode::Careless { ms: 150 });
    let ended = scene.run_impatient("--prompt-ms 100 --timeout-ms 60000");
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""), "{ended:?}");
    insta::assert_snapshot!("certify_careless", steady(&ended.stdout));
    let shown = scene.tool.typed("partner show shop");
    assert!(shown.contains("never passed"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shop_does_not_tell_is_not_taken_on_trust() {
    let scene = Scene::new().await;
    scene.shop.set_mode(Mode::Silent);
    let (code, sheet) = scene.sheet();
    assert_eq!(code, 3, "{sheet}");
    for check in ["repeat", "at_once", "order", "replayed"] {
        assert_eq!(sheet[check], "skip", "{check}");
    }
    for check in [
        "answer",
        "failed",
        "bad_signature",
        "stale",
        "after_forgery",
    ] {
        assert_eq!(sheet[check], "pass", "{check}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_takes_nothing_is_not_praised_for_refusing_forgeries() {
    for (mode, found) in [
        (Mode::Status { code: 500 }, "500"),
        (Mode::Redirect, "307"),
        (Mode::WrongBody, r#"200 "<html>sucess</html>""#),
        (Mode::Down, "no_answer"),
    ] {
        let scene = Scene::new().await;
        scene.shop.set_mode(mode);
        let ended = scene.run("--json");
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        let checks = said["checks"].as_array().unwrap();
        assert_eq!((ended.code, &said["result"]), (1, &json!("failed")));
        assert_eq!(checks[0]["found"], found);
        let rest = &checks[1..];
        assert!(rest.len() > 20 && rest.iter().all(|line| line["verdict"] == "skip"));
        assert_eq!(scene.shop.notices().len(), 1, "it was not asked for more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_the_standard_headers_is_tried_with_them() {
    let scene = Scene::new().await;
    let add = "partner notice-secret add shop --secret-id s1 --yes --reason asked --json";
    let said: Value = serde_json::from_str(&scene.tool.typed(add)).unwrap();
    let secret = said["secret"].as_str().unwrap();
    let (code, sheet) = scene.sheet();
    assert_eq!((code, &sheet["standard_headers"]), (3, &json!("skip")));

    let secret = NoticeSecret::read(secret).unwrap();
    scene.shop.use_notice_secrets(vec![secret]);
    let (code, sheet) = scene.sheet();
    assert_eq!((code, &sheet["standard_headers"]), (0, &json!("pass")));

    // Once it is retired there is nothing to try, and the shop that still asks gets none.
    scene
        .tool
        .typed("partner notice-secret retire shop s1 --yes --reason asked");
    let (code, sheet) = scene.sheet();
    assert_eq!((code, &sheet["standard_headers"]), (1, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_without_a_permit_a_partner_or_a_good_address() {
    let scene = Scene::new().await;
    let foretold = scene.certify("");
    assert_eq!((foretold.code, foretold.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("certify_dry_run", foretold.stdout);

    let elsewhere = |url: &str| {
        let yes = "--yes --reason go-live";
        scene
            .tool
            .refused(&format!("partner certify shop --notify-url {url} {yes}"))
    };
    let port = scene.shop.base_url.rsplit(':').next().unwrap();
    for (url, why) in [
        (
            format!("http://localhost:{port}/notify"),
            "the host is not registered for the partner",
        ),
        (
            "http://shop.example/notify".to_owned(),
            "the URL is not one that notices are sent to",
        ),
    ] {
        let (code, said) = elsewhere(&url);
        assert_eq!(code, 64, "{said}");
        assert_eq!(said, format!("opsctl: --notify-url: {why}\n"));
    }
    let url = format!("{}/notify", scene.shop.base_url);
    let unknown = format!("partner certify other --notify-url {url}");
    let said = "opsctl: there is no partner other\n".to_owned();
    assert_eq!(scene.tool.refused(&unknown), (1, said));
    let without_key = scene.world.tool();
    let (code, said) = without_key.refused(&format!("partner certify shop --notify-url {url}"));
    assert!(
        code == 64 && said.contains("SIGNING_KEY is not set"),
        "{said}"
    );
    // https alone, where no setting allows otherwise.
    let ours = stand::keys::rsa_2048(0).private_pkcs8_pem;
    let strict = without_key
        .with("SIGNING_KEY", &ours)
        .with("SIGNING_KEY_ID", "ours-1");
    let (code, said) = strict.refused(&format!("partner certify shop --notify-url {url}"));
    assert_eq!(code, 64, "{said}");

    assert!(scene.shop.notices().is_empty());
    let connection = scene.world.connection().await;
    let partner = "shop".parse().unwrap();
    let runs = certifications::of(&connection, &partner, 9).await.unwrap();
    assert!(runs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_of_a_run_can_be_nobody() {
    let world = World::with_user().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: add user").await.unwrap();
    let user = store::users::NewUser {
        htouhui_user_id: &contract::partner::certification::USER.parse().unwrap(),
        partner_id: &"shop".parse().unwrap(),
        third_party_user_id: &"u-2".parse().unwrap(),
        huifu_id: &"6666000021291986".parse().unwrap(),
        kind: contract::application::SubjectKind::IndividualUser,
        password_hash: None,
    };
    let refused = store::users::add(&tx, world.now, &user).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("user_is_not_of_certification"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_lies_sealed_and_signs_until_it_is_retired() {
    let scene = Scene::new().await;
    let tool = &scene.tool;
    let add = |name: &str| format!("partner notice-secret add shop --secret-id {name}");
    let yes = "--yes --reason asked --by lin";
    insta::assert_snapshot!("notice_secret_add_dry_run", tool.typed(&add("s1")));
    insta::assert_snapshot!(
        "notice_secret_list_empty",
        tool.typed("partner notice-secret list shop")
    );
    let shown = tool.typed(&format!("{} {yes}", add("s1")));
    let secret = shown
        .split_whitespace()
        .find(|word| word.starts_with("whsec_"))
        .unwrap();
    insta::assert_snapshot!("notice_secret_add", shown.replace(secret, "whsec_…"));

    let connection = scene.world.connection().await;
    let partner = "shop".parse().unwrap();
    let stored = store::notice_secrets::of(&connection, &partner).await;
    let stored = &stored.unwrap()[0].secret;
    assert!(!stored.sealed.contains(&secret[6..]));
    let keys = DataKeys::parse(DATA_KEYS).unwrap();
    let opened = sealing::open(&keys, &partner, stored).unwrap();
    assert_eq!(opened.expose(), secret);

    for name in ["s2", "s3", "s4"] {
        tool.typed(&format!("{} {yes}", add(name)));
    }
    let retire = "partner notice-secret retire shop s1";
    for (line, said) in [
        (
            add("s1"),
            "shop has 4 secrets that sign already, and that is the most",
        ),
        (
            "partner notice-secret retire shop s9".to_owned(),
            "shop has no secret s9, or it signs no longer",
        ),
        (
            format!("{retire} --at 20260101000000 {yes}"),
            "s1 only begins to sign after 2026-01-01 00:00:00",
        ),
        (
            "partner notice-secret list other".to_owned(),
            "there is no partner other",
        ),
    ] {
        assert_eq!(
            tool.refused(&line),
            (1, format!("opsctl: {said}\n")),
            "{line}"
        );
    }
    let at = "--at 20991231000000";
    insta::assert_snapshot!(
        "notice_secret_retire_dry_run",
        tool.typed(&format!("{retire} {at}"))
    );
    insta::assert_snapshot!(
        "notice_secret_retire",
        tool.typed(&format!("{retire} {at} {yes}"))
    );
    tool.typed(&format!("{retire} {yes}"));
    let said = "opsctl: shop has a secret s1 already\n".to_owned();
    assert_eq!(tool.refused(&add("s1")), (1, said));
    for printed in [
        "partner show shop --json",
        "partner notice-secret list shop --json",
    ] {
        let printed = tool.typed(printed);
        assert!(printed.contains("\"s1\"") && !printed.contains("whsec_"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_moves_to_the_new_data_key_with_everything_else() {
    let scene = Scene::new().await;
    let add = "partner notice-secret add shop --secret-id s1 --yes --reason asked";
    let shown = scene.tool.typed(add);
    let new = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    let tool = scene
        .world
        .tool()
        .with("DATA_KEYS", &format!("{new},{DATA_KEYS}"));
    let rotated = tool.typed("keys rotate-data --yes --reason yearly --by lin --json");
    let rotated: Value = serde_json::from_str(&rotated).unwrap();
    assert_eq!(
        (&rotated["secrets"], &rotated["left"]),
        (&json!(1), &json!([]))
    );
    let usage: Value = serde_json::from_str(&tool.typed("keys data-usage --json")).unwrap();
    assert_eq!(usage[0]["secrets"], 1);
    assert_eq!(
        (&usage[1]["role"], &usage[1]["secrets"]),
        (&json!("not needed"), &json!(0))
    );

    let connection = scene.world.connection().await;
    let partner = "shop".parse().unwrap();
    let stored = store::notice_secrets::of(&connection, &partner).await;
    let keys = DataKeys::parse(new).unwrap();
    let opened = sealing::open(&keys, &partner, &stored.unwrap()[0].secret).unwrap();
    assert!(shown.contains(&opened.expose()));
}
