//! The reference clients: each checks every signature vector, and each sells, sends its user to us,
//! verifies the user's return, hears how it ended, asks, and passes its certification.

use contract::withdrawal::State;
use e2e::clients::Client;
use e2e::{PARTNER_ID, PASSWORD, Scene};
use sandbox::user::{Choice, UserAgent};
use serde_json::Value;
use stand::Language;
use stand::opsctl::Opsctl;
use stand::system::OUR_KEY_ID;

/// More than a partner waits for a withdrawal that goes well.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

async fn checks_every_vector(language: Language) {
    let Some(client) = Client::of(language).await.unwrap() else {
        return;
    };
    let said = client.check_vectors().await.unwrap();
    let count = vectors().as_array().unwrap().len();
    let expected = format!("{}: {count} of {count} vectors hold\n", language.name());
    assert_eq!(said, expected);
}

fn vectors() -> Value {
    let text = include_str!("../../../../services/intake/vectors/signatures.json");
    let document: Value = serde_json::from_str(text).unwrap();
    document["cases"].clone()
}

async fn sells_verifies_and_hears(language: Language) {
    let Some(client) = Client::of(language).await.unwrap() else {
        return;
    };
    let scene = Scene::open().await.unwrap();
    let shop = client.serve(&scene, "321.00").await.unwrap();

    let mut user = UserAgent::new().unwrap();
    let checkout = user.get(&shop.url.parse().unwrap()).await.unwrap();
    let form = &checkout.forms[0];
    assert_eq!(form.action.as_str(), scene.partner.withdraw_url());
    let page = user.open(form.action.as_str(), &form.fields).await.unwrap();
    let returned = user
        .finish(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    assert!(
        returned
            .as_str()
            .starts_with(&format!("{}/return?", shop.url))
    );
    let order = e2e::order_id(&returned).unwrap();
    let landed = user.get(&returned).await.unwrap();
    assert_eq!(landed.status, 200, "{}", landed.html);
    assert!(landed.html.contains("0000") && landed.html.contains(order.as_str()));
    let forged = returned.as_str().replace("money=321.00", "money=999.00");
    let refused = user.get(&forged.parse().unwrap()).await.unwrap();
    assert_eq!(
        (refused.status, refused.html.trim()),
        (400, "signature_mismatch")
    );

    scene.reaches(&order, State::Paid).await;
    let line = format!("notice new {order} 1 1");
    stand::eventually(PATIENCE, "the shop to hear", async || {
        shop.lines()
            .contains(&line)
            .then_some(())
            .ok_or(format!("{:?}", shop.lines()))
    })
    .await;
    nobody_else_is_heard(&shop.url).await;
    is_certified(&scene, &shop.url).await;

    let settings = client.settings(&scene).unwrap();
    let asked = ["query", &format!("order_id={order}")];
    let answer: Value =
        serde_json::from_str(&client.run(&asked, &settings).await.unwrap()).unwrap();
    assert_eq!(
        (&answer["state"], &answer["money"]),
        (&"paid".into(), &"321.00".into())
    );
    scene.close().await.unwrap();
}

/// Everything that `opsctl partner certify` tries passes.
async fn is_certified(scene: &Scene, shop: &str) {
    let plan = &scene.fleet.plan;
    let opsctl = Opsctl::on(&plan.database_url)
        .with("SIGNING_KEY", &plan.ours.private_pkcs8_pem)
        .with("SIGNING_KEY_ID", OUR_KEY_ID)
        .with("ALLOW_LOOPBACK_HTTP", "true");
    let notify_url = format!("{shop}/notify");
    let certify = [
        &[
            "partner",
            "certify",
            PARTNER_ID,
            "--notify-url",
            &notify_url,
        ][..],
        // The machine may be busy with other tests.
        &["--prompt-ms", "8000", "--yes", "--reason", "go-live"],
    ];
    let ended = opsctl.ended(&certify.concat(), "").await.unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

/// What is not signed, what is no form and what is endless is not answered with `success`.
async fn nobody_else_is_heard(shop: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let endless = format!("money=1&reason={}", "x".repeat(70_000));
    for body in ["", "status=1&money=1.00&sign=AAAA", "%ff%fe&&==", &endless] {
        let notify = client.post(format!("{shop}/notify")).body(body.to_owned());
        let Ok(answer) = notify.send().await else {
            continue;
        };
        assert!(answer.status().as_u16() >= 400, "{}", answer.status());
    }
    let looked = client.get(format!("{shop}/notify")).send().await.unwrap();
    assert!(looked.status().as_u16() >= 400, "a notice is a POST");
}

macro_rules! clients {
    ($($language:ident: $vectors:ident, $journey:ident;)+) => {$(
        #[tokio::test]
        async fn $vectors() {
            checks_every_vector(Language::$language).await;
        }

        #[tokio::test]
        async fn $journey() {
            sells_verifies_and_hears(Language::$language).await;
        }
    )+};
}

clients! {
    Python: python_checks_every_vector, a_shop_in_python_sells_verifies_and_hears;
    Node: node_checks_every_vector, a_shop_in_node_sells_verifies_and_hears;
    Java: java_checks_every_vector, a_shop_in_java_sells_verifies_and_hears;
    Php: php_checks_every_vector, a_shop_in_php_sells_verifies_and_hears;
    Go: go_checks_every_vector, a_shop_in_go_sells_verifies_and_hears;
}
