//! The password of a user who was opened by an application, or who has forgotten it.

use std::time::Duration;

use runtime::password;
use runtime::settings::Secret;
use serde_json::Value;
use store::cases;
use store::users::{LockPolicy, PasswordTry, begin_password_try};

use crate::tool::Tool;
use crate::world::World;

const SET: &str = "user password 10000000001 --password-stdin";
const DO_IT: &str = " --yes --reason asked-by-phone";

const POLICY: LockPolicy = LockPolicy {
    tries: 1,
    first_lock: Duration::from_secs(60),
    longest_lock: Duration::from_secs(3600),
};

async fn with_pepper() -> (World, Tool) {
    let world = World::with_user().await;
    let tool = world.tool().with("PASSWORD_PEPPER", "pepper");
    (world, tool)
}

fn set(tool: &Tool, line: &str, password: &str) -> (i32, String, String) {
    let ended = tool.fed(&line.split(' ').collect::<Vec<_>>(), password);
    (ended.code, ended.stdout, ended.stderr)
}

/// What a try at the password meets now.
async fn tried(world: &World) -> PasswordTry {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: try password").await.unwrap();
    let user = "10000000001".parse().unwrap();
    let begun = begin_password_try(&tx, world.now, &user, POLICY).await;
    tx.commit().await.unwrap();
    begun.unwrap()
}

#[tokio::test]
async fn a_first_password_is_set_and_intake_can_check_it() {
    let (world, tool) = with_pepper().await;
    assert_eq!(tried(&world).await, PasswordTry::Unset);
    let (code, said, complaint) = set(&tool, &format!("{SET}{DO_IT}"), "135790\n");
    assert_eq!((code, complaint.as_str()), (0, ""));
    insta::assert_snapshot!("user_password", said);
    let PasswordTry::Check { hash, .. } = tried(&world).await else {
        panic!("no password is set");
    };
    let pepper = Secret::new("pepper");
    assert_eq!(password::verify("135790", &hash, &pepper), Ok(true));
}

#[tokio::test]
async fn another_password_lifts_the_lock_of_the_one_before() {
    let (world, tool) = with_pepper().await;
    let line = format!("{SET}{DO_IT}");
    assert_eq!(set(&tool, &line, "135790").0, 0);
    tried(&world).await;
    assert!(matches!(tried(&world).await, PasswordTry::Locked(_)));
    assert_eq!(set(&tool, &line, "246801").0, 0);
    let PasswordTry::Check { hash, .. } = tried(&world).await else {
        panic!("the lock still stands");
    };
    let pepper = Secret::new("pepper");
    assert_eq!(password::verify("246801", &hash, &pepper), Ok(true));
    assert_eq!(password::verify("135790", &hash, &pepper), Ok(false));
}

#[tokio::test]
async fn who_set_it_and_why_is_on_record_and_the_password_is_not() {
    let (world, tool) = with_pepper().await;
    assert_eq!(set(&tool, &format!("{SET}{DO_IT}"), "135790").0, 0);
    let connection = world.connection().await;
    assert!(cases::list(&connection, None, 10).await.unwrap().is_empty());
    let audit: Value = serde_json::from_str(&tool.typed("audit list --json")).unwrap();
    let row = &audit[0];
    assert_eq!(row["act"], "user.set_password");
    assert_eq!(row["subject"], "user 10000000001");
    assert_eq!(
        (&row["actor"], &row["reason"]),
        (&"sre".into(), &"asked-by-phone".into())
    );
    assert!(!audit.to_string().contains("135790"));
}

#[tokio::test]
async fn without_yes_it_stays_as_it_was() {
    let (world, tool) = with_pepper().await;
    let (code, said, _) = set(&tool, SET, "135790");
    assert_eq!(code, 0);
    insta::assert_snapshot!("user_password_dry_run", said);
    assert_eq!(tried(&world).await, PasswordTry::Unset);
}

#[tokio::test]
async fn nobody_gets_no_password_and_no_pepper_makes_none() {
    let (world, tool) = with_pepper().await;
    let nobody = SET.replace("10000000001", "99999");
    let (code, _, complaint) = set(&tool, &format!("{nobody}{DO_IT}"), "135790");
    assert_eq!(
        (code, complaint.as_str()),
        (1, "opsctl: there is no user 99999\n")
    );
    let (code, _, complaint) = set(&world.tool(), &format!("{SET}{DO_IT}"), "135790");
    assert_eq!(code, 64);
    assert!(complaint.contains("PASSWORD_PEPPER"), "{complaint}");
    assert_eq!(
        set(&tool, &format!("{SET} --yes"), "135790").0,
        64,
        "no reason"
    );
}
