//! Pictures: written once, found by their partner alone, and known to Huifu by another name.

use contract::ids::{ApplicationNo, MaterialId};
use store::materials::{self, Inserted, NewMaterial};

use crate::world::{World, id, partner_id};

fn material_id(number: u128) -> MaterialId {
    MaterialId::from_parts(1_800_000_000_000, number)
}

/// A picture of the world's partner; its number lives as long as the program, which is a test.
pub(crate) fn picture<'a>(id: &'a MaterialId, material_no: &str) -> NewMaterial<'a> {
    let material_no: ApplicationNo = self::id(material_no);
    NewMaterial {
        id,
        partner: Box::leak(Box::new(partner_id())),
        material_no: Box::leak(Box::new(material_no)),
        file_type: "F02",
        media_type: "image/png",
        size_bytes: 1_024,
        content_sealed: "v1.k1.cGljdHVyZQ==",
        content_digest: "v1.k1.ZGlnZXN0",
    }
}

async fn insert(world: &World, new: &NewMaterial<'_>) -> Result<Inserted, store::StoreError> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: keep picture").await?;
    let inserted = materials::insert(&tx, world.now, new).await?;
    tx.commit().await?;
    Ok(inserted)
}

#[tokio::test]
async fn the_same_number_twice_is_answered_with_the_picture_that_it_was_the_first_time() {
    let world = World::new().await;
    let (first, second) = (material_id(1), material_id(2));
    assert!(matches!(
        insert(&world, &picture(&first, "m-1")).await.unwrap(),
        Inserted::New
    ));
    let other = NewMaterial {
        content_digest: "v1.k1.b3RoZXI=",
        content_sealed: "v1.k1.b3RoZXI=",
        ..picture(&second, "m-1")
    };
    let Inserted::Exists(existing) = insert(&world, &other).await.unwrap() else {
        panic!("one number, one picture");
    };
    assert_eq!(existing.id, first);
    assert_eq!(existing.content_digest, "v1.k1.ZGlnZXN0");
    let connection = world.connection().await;
    let sealed = materials::content_sealed(&connection, &first)
        .await
        .unwrap();
    assert_eq!(sealed.as_deref(), Some("v1.k1.cGljdHVyZQ=="));
    assert_eq!(
        materials::content_sealed(&connection, &second)
            .await
            .unwrap(),
        None
    );
    let found = materials::find_by_no(&connection, &partner_id(), &id("m-1"))
        .await
        .unwrap();
    assert_eq!(found.unwrap().id, first);
}

#[tokio::test]
async fn nobody_finds_the_pictures_of_another() {
    let world = World::new().await;
    let ids = [material_id(1), material_id(2), material_id(404)];
    for (picture_id, number) in ids.iter().zip(["m-1", "m-2"]) {
        insert(&world, &picture(picture_id, number)).await.unwrap();
    }
    let connection = world.connection().await;
    let ours = materials::of_partner(&connection, &partner_id(), &ids)
        .await
        .unwrap();
    let ours: Vec<_> = ours.into_iter().map(|material| material.id).collect();
    assert_eq!(ours, ids[..2]);
    let theirs = materials::of_partner(&connection, &id("other"), &ids)
        .await
        .unwrap();
    assert!(theirs.is_empty());
}

#[tokio::test]
async fn huifus_name_of_it_is_kept_and_the_last_one_stands() {
    let world = World::new().await;
    let picture_id = material_id(1);
    insert(&world, &picture(&picture_id, "m-1")).await.unwrap();
    let mut connection = world.connection().await;
    for name in ["file-1", "file-2"] {
        let tx = connection.begin("tests: uploaded").await.unwrap();
        materials::set_file_id(&tx, world.now, &picture_id, name)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let found = materials::find_by_no(&connection, &partner_id(), &id("m-1"))
        .await
        .unwrap();
    let found = found.unwrap();
    assert_eq!(found.huifu_file_id.as_deref(), Some("file-2"));
    assert_eq!((found.file_type.as_str(), found.size_bytes), ("F02", 1_024));
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let world = World::new().await;
    let picture_id = material_id(1);
    for (wrong, constraint) in [
        (
            NewMaterial {
                media_type: "image/gif",
                ..picture(&picture_id, "m-1")
            },
            "material_media_type_known",
        ),
        (
            NewMaterial {
                size_bytes: 0,
                ..picture(&picture_id, "m-1")
            },
            "material_size_positive",
        ),
    ] {
        let refused = insert(&world, &wrong).await.unwrap_err();
        assert_eq!(refused.constraint(), Some(constraint));
    }
}
