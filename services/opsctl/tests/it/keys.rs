//! Data keys: counted, rotated, and an old one taken away, with the real binary.

use contract::application::{ApplicationKind, SubjectKind};
use contract::ids::{ApplicationId, ApplicationNo, HtouhuiUserId, MaterialId, PartnerId};
use runtime::data_keys::{DataKeyError, DataKeys, context};
use runtime::mobile;
use serde_json::Value;
use store::applications::{self, NewApplication, timeline};
use store::cases;
use store::dead_letters::Decision;
use store::materials::{self, NewMaterial};
use store::users;

use crate::tool::Tool;
use crate::world::World;

const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
const FORM: &[u8] = br#"{"card_info":{"card_no":"6222021122334455"}}"#;
const MOBILE: &str = "13764190263";
const ROTATE: &str = "keys rotate-data --yes --reason yearly --by lin";

fn both() -> String {
    format!("{NEW},{OLD}")
}

fn partner() -> PartnerId {
    "shop".parse().unwrap()
}

fn application_id(number: u128) -> ApplicationId {
    ApplicationId::from_parts(1_800_000_000_000, number)
}

fn material_id(number: u128) -> MaterialId {
    MaterialId::from_parts(1_800_000_000_000, number)
}

fn number(number: u128) -> ApplicationNo {
    format!("no-{number}").parse().unwrap()
}

fn form_digest(keys: &DataKeys, of: u128) -> String {
    keys.digest(&context::form_digest(&partner(), &number(of)), FORM)
}

fn picture(of: u128) -> Vec<u8> {
    // Larger than a page of the database, as pictures are.
    vec![u8::try_from(of).unwrap(); 20_000]
}

/// Applications 1 to `count`, each with a picture, all under this key.
async fn filled(world: &World, keys: &str, numbers: std::ops::RangeInclusive<u128>) {
    let keys = DataKeys::parse(keys).unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: fill").await.unwrap();
    for of in numbers {
        let (material, content) = (material_id(of), picture(of));
        let digest_context = context::content_digest(&partner(), &number(of));
        let new = NewMaterial {
            id: &material,
            partner: &partner(),
            material_no: &number(of),
            file_type: "F02",
            media_type: "image/png",
            size_bytes: 20_000,
            content_sealed: &keys.seal(&context::content(&material), &content),
            content_digest: &keys.digest(&digest_context, &content),
        };
        materials::insert(&tx, world.now, &new).await.unwrap();
        let id = application_id(of);
        let new = NewApplication {
            id: &id,
            partner: &partner(),
            application_no: &number(of),
            kind: ApplicationKind::Card,
            subject: SubjectKind::IndividualUser,
            third_party_user_id: &"u-1".parse().unwrap(),
            htouhui_user_id: &"10000000001".parse().unwrap(),
            huifu_id: None,
            notify_url: "https://shop.example/notify",
            form_sealed: &keys.seal(&context::form(&id), FORM),
            form_digest: &form_digest(&keys, of),
            card_tail: Some("4455"),
            bank_name: None,
            materials: &[],
        };
        applications::insert(&tx, world.now, &new).await.unwrap();
    }
    let user = user();
    let sealed = mobile::seal(&keys, &user, &MOBILE.parse().unwrap());
    users::mobile::set(&tx, world.now, &user, &sealed)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn user() -> HtouhuiUserId {
    "10000000001".parse().unwrap()
}

/// Whether these keys open the mobile of the user.
async fn opens_mobile(world: &World, keys: &str) -> bool {
    let connection = world.connection().await;
    let sealed = users::mobile::sealed(&connection, &user()).await.unwrap();
    let keys = DataKeys::parse(keys).unwrap();
    mobile::open(&keys, &user(), &sealed.unwrap()).is_ok_and(|number| number.expose() == MOBILE)
}

/// A form with the digest of another, and a picture that was moved here from somewhere else.
async fn spoil(world: &World, form: u128, content: u128) {
    let keys = DataKeys::parse(OLD).unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: spoil").await.unwrap();
    let id = application_id(form);
    let sealed = keys.seal(&context::form(&id), FORM);
    let digest = keys.digest("elsewhere", FORM);
    let decision = Decision {
        by: "nobody",
        reason: "a test",
    };
    applications::rotation::reseal(&tx, world.now, &id, &sealed, &digest, &decision)
        .await
        .unwrap();
    let id = material_id(content);
    let sealed = keys.seal("elsewhere", &picture(content));
    materials::rotation::reseal(&tx, world.now, &id, &sealed, "v1.old.AAAA")
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn tool(world: &World, keys: &str) -> Tool {
    world.tool().with("DATA_KEYS", keys)
}

/// Whether form and picture of this number open under these keys, and are what they were.
async fn opens(world: &World, keys: &str, of: u128) -> Result<(), DataKeyError> {
    let keys = DataKeys::parse(keys).unwrap();
    let connection = world.connection().await;
    let id = application_id(of);
    let stored = applications::for_sending(&connection, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(keys.open(&context::form(&id), &stored.form_sealed)?, FORM);
    let digest_context = context::form_digest(&partner(), &number(of));
    let digest = &stored.application.form_digest;
    assert!(keys.has_digest(&digest_context, FORM, digest)?);

    let id = material_id(of);
    let sealed = materials::content_sealed(&connection, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(keys.open(&context::content(&id), &sealed)?, picture(of));
    let stored = materials::find_by_no(&connection, &partner(), &number(of))
        .await
        .unwrap()
        .unwrap();
    let digest_context = context::content_digest(&partner(), &number(of));
    assert!(keys.has_digest(&digest_context, &picture(of), &stored.content_digest)?);
    Ok(())
}

#[tokio::test]
async fn everything_moves_to_the_new_key_and_the_old_one_can_go() {
    let world = World::with_user().await;
    // More than one batch of pictures.
    filled(&world, OLD, 1..=9).await;
    let tool = tool(&world, &both());
    insta::assert_snapshot!("keys_data_usage", tool.typed("keys data-usage"));
    insta::assert_snapshot!("keys_rotate_data_dry_run", tool.typed("keys rotate-data"));
    assert_eq!(
        opens(&world, OLD, 1).await,
        Ok(()),
        "a dry run changes nothing"
    );

    insta::assert_snapshot!("keys_rotate_data", tool.typed(ROTATE));
    for of in 1..=9 {
        assert_eq!(opens(&world, NEW, of).await, Ok(()), "{of}");
    }
    let missing = DataKeyError::KeyMissing {
        key_id: "new".to_owned(),
    };
    assert_eq!(opens(&world, OLD, 1).await, Err(missing));
    assert!(opens_mobile(&world, NEW).await && !opens_mobile(&world, OLD).await);
    insta::assert_snapshot!("keys_data_usage_after", tool.typed("keys data-usage"));

    let again: Value = serde_json::from_str(&tool.typed(&format!("{ROTATE} --json"))).unwrap();
    assert_eq!(
        (&again["forms"], &again["pictures"]),
        (&0.into(), &0.into())
    );
    let connection = world.connection().await;
    let told = timeline::of(&connection, &application_id(1)).await.unwrap();
    let last = told.last().unwrap();
    assert_eq!(last.event, "reseal");
    assert_eq!(
        (&last.detail["by"], &last.detail["reason"]),
        (&"lin".into(), &"yearly".into())
    );
}

#[tokio::test]
async fn one_that_was_stopped_is_taken_up_where_it_stood() {
    let world = World::with_user().await;
    filled(&world, NEW, 1..=2).await;
    filled(&world, OLD, 3..=4).await;
    let answer = tool(&world, &both()).typed(&format!("{ROTATE} --json"));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (&answer["forms"], &answer["pictures"]),
        (&2.into(), &2.into())
    );
    for of in 1..=4 {
        assert_eq!(opens(&world, NEW, of).await, Ok(()), "{of}");
    }
    let connection = world.connection().await;
    assert!(cases::list(&connection, None, 9).await.unwrap().is_empty());
    let audit = world.tool().typed("audit list --act data_keys --json");
    let audit: Value = serde_json::from_str(&audit).unwrap();
    let row = &audit[0];
    assert_eq!(row["subject"], "data_key new");
    assert_eq!(
        (&row["detail"]["key_id"], &row["detail"]["pictures"]),
        (&"new".into(), &2.into())
    );
    assert_eq!(row["actor"], "lin");
    assert!(row["reason"].is_string());
}

#[tokio::test]
async fn what_does_not_open_stays_as_it_is_and_is_named() {
    let world = World::with_user().await;
    filled(&world, OLD, 1..=3).await;
    spoil(&world, 2, 3).await;
    let ended = tool(&world, &both()).run(&ROTATE.split(' ').collect::<Vec<_>>());
    assert_eq!((ended.code, ended.stderr.as_str()), (3, ""));
    insta::assert_snapshot!("keys_rotate_data_partly", ended.stdout);
    assert!(!ended.stdout.contains("6222"));
    assert_eq!(opens(&world, NEW, 1).await, Ok(()));

    // Without the old key nothing opens, and the answer says which one is missing.
    let world = World::with_user().await;
    filled(&world, OLD, 1..=1).await;
    let ended = tool(&world, NEW).run(&ROTATE.split(' ').collect::<Vec<_>>());
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("no data key old"), "{}", ended.stdout);
    assert_eq!(opens(&world, OLD, 1).await, Ok(()));
    let usage = tool(&world, NEW).typed("keys data-usage");
    assert!(usage.contains("missing"), "{usage}");
}

#[tokio::test]
async fn without_good_keys_nothing_is_tried() {
    let world = World::with_user().await;
    let (code, said) = world.tool().refused("keys data-usage");
    assert_eq!(code, 64);
    assert!(said.contains("DATA_KEYS is not set"), "{said}");
    let (code, said) = tool(&world, "old:c2VjcmV0").refused(ROTATE);
    let wrong = "opsctl: DATA_KEYS must hold keys of 32 bytes; the key old has 6\n";
    assert_eq!((code, said.as_str()), (64, wrong));
    let (code, _) = tool(&world, OLD).refused("keys rotate-data --yes");
    assert_eq!(code, 64, "nobody said why");
}
