//! How applications arrive and are found again.

use contract::application::{ApplicationKind, State, Step, SubjectKind};
use contract::ids::{ApplicationId, HtouhuiUserId, MaterialId};
use store::applications::{self, Filter, Inserted, NewApplication};
use store::{StoreError, materials};

use crate::applicant::{Asked, application_id};
use crate::world::{World, id, partner_id};

const OPENING: ApplicationKind = ApplicationKind::Opening;
const USER: SubjectKind = SubjectKind::IndividualUser;

async fn insert(world: &World, asked: &Asked) -> Result<Inserted, StoreError> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: apply").await?;
    let inserted = asked.insert(&tx, world).await?;
    tx.commit().await?;
    Ok(inserted)
}

#[tokio::test]
async fn the_same_number_twice_is_answered_with_what_it_was_the_first_time() {
    let world = World::new().await;
    let first = Asked::new(1, OPENING, USER);
    assert!(matches!(
        insert(&world, &first).await.unwrap(),
        Inserted::New
    ));
    let again = Asked {
        application_no: first.application_no.clone(),
        ..Asked::new(2, ApplicationKind::Card, USER)
    };
    let Inserted::Exists(existing) = insert(&world, &again).await.unwrap() else {
        panic!("one number, one application");
    };
    assert_eq!(existing.id, first.id);
    assert_eq!(existing.kind, OPENING);
    assert_eq!(existing.form_digest, "v1.k1.ZGlnZXN0");
    let connection = world.connection().await;
    let found = applications::find(&connection, &again.id).await.unwrap();
    assert!(found.is_none());
    let number = &first.application_no;
    let (ours, other) = (partner_id(), id("other"));
    let found = applications::find_by_no(&connection, &ours, number).await;
    assert_eq!(found.unwrap().unwrap().id, first.id);
    let found = applications::find_by_no(&connection, &other, number).await;
    assert!(found.unwrap().is_none());
}

#[tokio::test]
async fn of_the_same_number_at_once_one_is_written() {
    let world = World::new().await;
    let asked: Vec<_> = (1..=6)
        .map(|number| Asked {
            application_no: id("same"),
            ..Asked::new(number, OPENING, USER)
        })
        .collect();
    let inserted = asked.iter().map(|asked| insert(&world, asked));
    let inserted = futures_util::future::join_all(inserted).await;
    let new = inserted
        .iter()
        .filter(|inserted| matches!(inserted, Ok(Inserted::New)));
    assert_eq!(new.count(), 1);
    assert!(inserted.iter().all(Result::is_ok));
}

#[tokio::test]
async fn nobody_is_opened_twice_unless_the_first_was_refused_or_failed() {
    let world = World::new().await;
    for (number, state) in (1..).step_by(2).zip(State::ALL) {
        let first = world
            .applied_and_walked(number, OPENING, SubjectKind::EnterpriseMerchant, 0, state)
            .await;
        let again = Asked {
            third_party_user_id: world.application(&first).await.third_party_user_id,
            ..Asked::new(number + 1, OPENING, USER)
        };
        let inserted = insert(&world, &again).await;
        if matches!(state, State::Refused | State::Failed) {
            assert!(matches!(inserted, Ok(Inserted::New)), "{state:?}");
        } else {
            let refused = inserted.unwrap_err();
            assert_eq!(
                refused.constraint(),
                Some("one_opening_per_user"),
                "{state:?}"
            );
        }
    }
}

#[tokio::test]
async fn numbers_of_users_are_made_once_and_fit_the_partners_field() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: numbers").await.unwrap();
    let first = applications::next_htouhui_user_id(&tx).await.unwrap();
    let second = applications::next_htouhui_user_id(&tx).await.unwrap();
    assert_eq!(first.as_str(), "20000000001");
    assert_eq!(second, id::<HtouhuiUserId>("20000000002"));
}

#[tokio::test]
async fn it_is_sent_with_its_form_its_step_and_its_pictures() {
    let world = World::new().await;
    let picture = MaterialId::from_parts(1_800_000_000_000, 1);
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: apply").await.unwrap();
    let new = crate::materials::picture(&picture, "m-1");
    materials::insert(&tx, world.now, &new).await.unwrap();
    let asked = Asked::new(1, OPENING, USER);
    let mut new = NewApplication {
        id: &asked.id,
        partner: &partner_id(),
        application_no: &asked.application_no,
        kind: asked.kind,
        subject: asked.subject,
        third_party_user_id: &asked.third_party_user_id,
        htouhui_user_id: &asked.htouhui_user_id,
        huifu_id: None,
        notify_url: "https://shop.example/notify",
        form_sealed: "v1.k1.Zm9ybQ==",
        form_digest: "v1.k1.ZGlnZXN0",
        card_tail: None,
        bank_name: None,
        // Named twice in the form, it is one picture.
        materials: &[picture.clone(), picture.clone()],
    };
    applications::insert(&tx, world.now, &new).await.unwrap();
    tx.commit().await.unwrap();

    let sent = applications::for_sending(&connection, &asked.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(sent.form_sealed, "v1.k1.Zm9ybQ==");
    assert_eq!(sent.application.step, Step::Base);
    assert_eq!(sent.application.state, State::Received);
    assert_eq!(sent.materials.len(), 1);
    assert_eq!(sent.materials[0].id, picture);
    let missing = applications::for_sending(&connection, &application_id(404))
        .await
        .unwrap();
    assert!(missing.is_none());

    let (other, number) = (application_id(2), id("a-2"));
    let nobodys = [MaterialId::from_parts(1_800_000_000_000, 404)];
    new.id = &other;
    new.application_no = &number;
    new.kind = ApplicationKind::Card;
    new.materials = &nobodys;
    let tx = connection.begin("tests: apply").await.unwrap();
    let refused = applications::insert(&tx, world.now, &new)
        .await
        .unwrap_err();
    let constraint = "application_materials_material_id_fkey";
    assert_eq!(refused.constraint(), Some(constraint));
}

#[tokio::test]
async fn a_list_is_of_those_that_were_asked_for_the_oldest_first() {
    let world = World::new().await;
    for (number, state) in [
        (1, State::Passed),
        (2, State::InReview),
        (3, State::Received),
    ] {
        world
            .applied_and_walked(number, OPENING, SubjectKind::EnterpriseMerchant, 0, state)
            .await;
    }
    world
        .raw()
        .await
        .execute(
            "update applications set held = true where application_no = 'a-3'",
            &[],
        )
        .await
        .unwrap();
    let connection = world.connection().await;
    let listed = async |filter: Filter<'_>, limit| -> Vec<ApplicationId> {
        let found = applications::list(&connection, &filter, limit)
            .await
            .unwrap();
        found
            .into_iter()
            .map(|application| application.id)
            .collect()
    };
    let ids = |numbers: &[u128]| {
        numbers
            .iter()
            .map(|n| application_id(*n))
            .collect::<Vec<_>>()
    };
    let all = Filter::default();
    assert_eq!(listed(all, 10).await, ids(&[1, 2, 3]));
    assert_eq!(listed(all, 2).await, ids(&[1, 2]));
    assert_eq!(listed(Filter { open: true, ..all }, 10).await, ids(&[2, 3]));
    assert_eq!(listed(Filter { held: true, ..all }, 10).await, ids(&[3]));
    let state = Some(State::InReview);
    assert_eq!(listed(Filter { state, ..all }, 10).await, ids(&[2]));
    let (ours, other) = (partner_id(), id("other"));
    assert_eq!(
        listed(
            Filter {
                partner: Some(&ours),
                ..all
            },
            10
        )
        .await
        .len(),
        3
    );
    assert_eq!(
        listed(
            Filter {
                partner: Some(&other),
                ..all
            },
            10
        )
        .await,
        []
    );
}
