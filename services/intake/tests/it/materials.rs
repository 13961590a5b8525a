//! Pictures: taken once, sealed, and refused before anything is stored.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use contract::partner::onboarding::MAX_PICTURE_BYTES;
use runtime::data_keys::context;
use sandbox::partner::Api;
use serde_json::json;
use store::materials::Material;

use crate::api::{FACE, call, good, keys, material, png, refused};
use crate::world::{World, shop};

async fn stored(world: &World, number: &str) -> Option<Material> {
    let connection = world.store.connection().await.unwrap();
    let (partner, number) = ("shop".parse().unwrap(), number.parse().unwrap());
    store::materials::find_by_no(&connection, &partner, &number)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_picture_is_kept_sealed_and_answered_the_same_when_it_comes_again() {
    let world = World::open().await;
    let body = material("M-1", "F07", &png(0));
    let answer = good(&world.partner, Api::Materials, &body).await;
    let kept = stored(&world, "M-1").await.unwrap();
    assert_eq!(
        answer,
        json!({ "material_id": kept.id, "material_no": "M-1" })
    );
    assert_eq!(
        (kept.file_type.as_str(), kept.media_type.as_str()),
        ("F07", "image/png")
    );
    assert_eq!(usize::try_from(kept.size_bytes), Ok(png(0).len()));

    let connection = world.store.connection().await.unwrap();
    let sealed = store::materials::content_sealed(&connection, &kept.id).await;
    let sealed = sealed.unwrap().unwrap();
    let opened = keys().open(&context::content(&kept.id), &sealed).unwrap();
    assert_eq!(opened, png(0), "the dispatcher reads what came in");
    assert!(world.hides(FACE).await);
    assert!(world.hides(&BASE64_STANDARD.encode(png(0))[12..36]).await);

    assert_eq!(good(&world.partner, Api::Materials, &body).await, answer);
}

#[tokio::test]
async fn a_number_belongs_to_one_picture_and_to_one_partner() {
    let world = World::open().await;
    let body = material("M-1", "F07", &png(0));
    let first = good(&world.partner, Api::Materials, &body).await;
    for other in [
        material("M-1", "F07", &png(1_000)),
        material("M-1", "F08", &png(0)),
    ] {
        assert_eq!(
            refused(&world.partner, Api::Materials, &other).await,
            (
                409,
                "material_no_conflict".to_owned(),
                vec!["material_no".to_owned()]
            )
        );
    }
    let neighbour = shop(&world.base, "other", 4).await;
    let theirs = good(&neighbour, Api::Materials, &body).await;
    assert_ne!(theirs["material_id"], first["material_id"]);
}

#[tokio::test]
async fn pictures_of_one_number_sent_at_once_are_one_picture() {
    let world = World::open().await;
    let body = material("M-1", "F07", &png(0));
    let sent = (0..8).map(|_| good(&world.partner, Api::Materials, &body));
    let answers = futures_util::future::join_all(sent).await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_large_picture_is_taken_up_to_the_limit() {
    let world = World::open().await;
    let body = material("M-1", "F07", &png(MAX_PICTURE_BYTES));
    good(&world.partner, Api::Materials, &body).await;
    let kept = stored(&world, "M-1").await.unwrap();
    assert_eq!(usize::try_from(kept.size_bytes), Ok(MAX_PICTURE_BYTES));
}

#[tokio::test]
async fn what_is_too_large_or_no_picture_is_refused_with_its_limit_and_not_stored() {
    let world = World::open().await;
    for (content, status, code, said) in [
        (
            png(MAX_PICTURE_BYTES + 1),
            413,
            "material_too_large",
            "2097152 bytes",
        ),
        (
            b"%PDF-1.7 and so on".to_vec(),
            415,
            "material_kind_unsupported",
            "JPEG or PNG",
        ),
    ] {
        let body = material("M-1", "F07", &content);
        let (answered, problem) = call(&world.partner, Api::Materials, &body).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)));
        let error = &problem["errors"][0];
        assert_eq!(error["field"], "content");
        assert!(error["rule"].as_str().unwrap().contains(said), "{error}");
        assert!(
            error["rule_zh"].as_str().unwrap().contains("文件"),
            "{error}"
        );
        assert_eq!(error["source"], "Tixian 1.0");
    }
    let nothing = json!({ "file_type": "photo", "content": 7, "picture": "x" });
    assert_eq!(
        refused(&world.partner, Api::Materials, &nothing).await.2,
        ["picture", "material_no", "file_type", "content"]
    );
    assert!(stored(&world, "M-1").await.is_none());
}
