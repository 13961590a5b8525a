//! The mobile number of a user who was added by hand, or has another one now.

use runtime::data_keys::DataKeys;
use runtime::mobile;
use serde_json::Value;
use store::cases;
use store::users;

use crate::tool::Tool;
use crate::world::World;

const KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SET: &str = "user mobile 10000000001 --mobile-stdin";
const DO_IT: &str = " --yes --reason asked-by-phone";
const NUMBER: &str = "13764190263";

async fn with_keys() -> (World, Tool) {
    let world = World::with_user().await;
    let tool = world.tool().with("DATA_KEYS", KEYS);
    (world, tool)
}

fn set(tool: &Tool, line: &str, number: &str) -> (i32, String, String) {
    let ended = tool.fed(&line.split(' ').collect::<Vec<_>>(), number);
    (ended.code, ended.stdout, ended.stderr)
}

/// The number that codes go to.
async fn registered(world: &World) -> Option<String> {
    let user = "10000000001".parse().unwrap();
    let connection = world.connection().await;
    let sealed = users::mobile::sealed(&connection, &user).await.unwrap()?;
    assert!(!sealed.contains(NUMBER));
    let keys = DataKeys::parse(KEYS).unwrap();
    let opened = mobile::open(&keys, &user, &sealed).unwrap();
    Some(opened.expose().to_owned())
}

#[tokio::test]
async fn a_number_is_registered_sealed_and_four_digits_of_it_are_shown() {
    let (world, tool) = with_keys().await;
    assert_eq!(registered(&world).await, None);
    let (code, said, complaint) = set(&tool, &format!("{SET}{DO_IT}"), "13764190263\n");
    assert_eq!((code, complaint.as_str()), (0, ""));
    insta::assert_snapshot!("user_mobile", said);
    assert_eq!(registered(&world).await.as_deref(), Some(NUMBER));
    let shown = tool.typed("user show 10000000001");
    assert!(
        shown.contains("*******0263") && !shown.contains(NUMBER),
        "{shown}"
    );
    let listed = tool.typed("user list --json");
    assert!(listed.contains("\"mobile_tail\": \"0263\"") && !listed.contains(NUMBER));
}

#[tokio::test]
async fn who_registered_it_and_why_is_on_record_and_the_number_is_not() {
    let (world, tool) = with_keys().await;
    assert_eq!(set(&tool, &format!("{SET}{DO_IT}"), NUMBER).0, 0);
    let connection = world.connection().await;
    assert!(cases::list(&connection, None, 10).await.unwrap().is_empty());
    let audit: Value = serde_json::from_str(&tool.typed("audit list --json")).unwrap();
    let row = &audit[0];
    assert_eq!(row["act"], "user.set_mobile");
    assert_eq!(row["subject"], "user 10000000001");
    assert_eq!(row["reason"], "asked-by-phone");
    let told = audit.to_string();
    assert!(!told.contains(NUMBER) && !told.contains("0263"));
}

#[tokio::test]
async fn without_yes_or_with_no_number_nothing_is_registered() {
    let (world, tool) = with_keys().await;
    let (code, said, _) = set(&tool, SET, NUMBER);
    assert_eq!(code, 0);
    insta::assert_snapshot!("user_mobile_dry_run", said);
    for number in ["", "1376419026", "+8613764190263"] {
        let (code, _, complaint) = set(&tool, &format!("{SET}{DO_IT}"), number);
        assert_eq!(code, 64, "{number}");
        assert!(
            number.is_empty() || !complaint.contains(number),
            "{complaint}"
        );
    }
    let nobody = SET.replace("10000000001", "99999");
    let (code, _, complaint) = set(&tool, &format!("{nobody}{DO_IT}"), NUMBER);
    assert_eq!(
        (code, complaint.as_str()),
        (1, "opsctl: there is no user 99999\n")
    );
    let keyless = set(&world.tool(), &format!("{SET}{DO_IT}"), NUMBER);
    assert_eq!(keyless.0, 64, "{}", keyless.2);
    assert_eq!(registered(&world).await, None);
}
