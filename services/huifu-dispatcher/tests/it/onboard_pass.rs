//! From an application to a user who may withdraw, for each kind of subject.

use contract::application::Step::{Base, Business};
use contract::application::{State, SubjectKind};
use runtime::amqp::HandlerError;
use runtime::data_keys::DataKeys;
use runtime::ids;
use stand::forms;
use store::attempts::AttemptOutcome::Submitted;
use store::users;

use crate::applicants::{Applicants, Looks};

fn all_done(subject: SubjectKind) -> Looks {
    let attempts = if subject.is_merchant() {
        vec![(Base, Submitted)]
    } else {
        vec![(Base, Submitted), (Business, Submitted)]
    };
    let executions = u32::try_from(attempts.len()).unwrap();
    Looks::like(State::Passed, &attempts, executions)
}

/// Of the contact, where a legal person has one.
pub(crate) fn forms_mobile(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::EnterpriseMerchant | SubjectKind::EnterpriseUser => "13917540817",
        SubjectKind::IndividualMerchant | SubjectKind::IndividualUser => "13764190263",
    }
}

#[tokio::test]
async fn each_kind_of_subject_is_opened_with_its_card_its_cash_types_and_its_mobile() {
    for subject in SubjectKind::ALL {
        let applicants = Applicants::start().await;
        let id = applicants.open(subject, "").await;
        assert_eq!(
            applicants.looks(&id).await,
            all_done(subject),
            "{subject:?}"
        );

        let application = applicants.application(&id).await;
        let user = &application.htouhui_user_id;
        let connection = applicants.store().connection().await.unwrap();
        let opened = users::find(&connection, user).await.unwrap().unwrap();
        assert_eq!((opened.kind, opened.has_password), (subject, false));
        let mobile = applicants.mobile(user).await;
        assert_eq!(
            mobile.as_deref(),
            Some(forms_mobile(subject)),
            "{subject:?}"
        );
        let tail = opened.mobile_tail.as_deref();
        assert!(tail.is_some_and(|tail| forms_mobile(subject).ends_with(tail)));
        let member = applicants.huifu().member(opened.huifu_id.as_str()).unwrap();
        let cards = users::cards::of(&connection, user).await.unwrap();
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].tail, forms::tail(subject.as_str()));
        assert_eq!(cards[0].token_no.as_str(), member.cards[0].token_no);
        assert!(cards[0].is_default);
        let fees = applicants.fees(user).await;
        assert_eq!(fees, [("D0", 100), ("D1", 300), ("DM", 100), ("T1", 100)]);
        let rules = users::cash_rules::of(&connection, user).await.unwrap();
        let weekday = rules[1].1.weekday.unwrap();
        assert_eq!((weekday.fix.get(), weekday.rate.get()), (200, 5));
    }
}

#[tokio::test]
async fn huifu_is_told_what_the_partner_entered_and_every_picture_once() {
    let applicants = Applicants::start().await;
    let id = applicants.open(SubjectKind::EnterpriseMerchant, "").await;
    let serial = &applicants.attempts(&id).await[0].req_seq_id;
    let told = applicants.huifu().told(serial.as_str()).unwrap();
    assert_eq!(told["legal_name"], forms::LEGAL_PERSON);
    assert_eq!(told["upper_huifu_id"], crate::world::HUIFU_ID);
    assert!(told["card_info.card_no"].ends_with(forms::tail("enterprise_merchant")));
    let pictures = applicants.huifu().pictures();
    assert_eq!(pictures.len(), 9);
    assert!(pictures.iter().all(|picture| picture.signed));
    let license = &told["license_pic"];
    let license = applicants.huifu().picture(license).unwrap();
    assert_eq!(license.file_type.as_deref(), Some("F07"));
}

#[tokio::test]
async fn an_end_is_told_to_the_partner_and_asked_about_no_more() {
    let applicants = Applicants::start().await;
    let id = applicants.open(SubjectKind::IndividualUser, "").await;
    let rows = applicants.world.outbox().await;
    let kinds: Vec<_> = rows.iter().map(|row| row.message_type.as_str()).collect();
    assert_eq!(kinds, ["application-notice.due.v1"]);
    assert_eq!(applicants.ask().await, 0);
    let events = applicants.events(&id).await;
    let expected = [
        "receive",
        "open_attempt",
        "step_done",
        "open_attempt",
        "pass",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_redelivered_message_sends_nothing() {
    let applicants = Applicants::start().await;
    let message = applicants.apply(SubjectKind::IndividualUser, "").await;
    for _ in 0..3 {
        applicants.handle(&message).await.unwrap();
    }
    let id = &message.body.application_id;
    let looks = applicants.looks(id).await;
    assert_eq!((looks.state, looks.executions), (State::Received, 1));
    assert_eq!(
        applicants.messages_for(id).await.len(),
        1,
        "of the next step"
    );
    applicants.handle(&message).await.unwrap();
    assert_eq!(applicants.looks(id).await.executions, 1, "an old message");
}

#[tokio::test]
async fn deliveries_of_one_message_at_once_send_once() {
    let applicants = Applicants::start().await;
    let message = applicants.apply(SubjectKind::IndividualMerchant, "").await;
    let (first, second, third) = tokio::join!(
        applicants.handle(&message),
        applicants.handle(&message),
        applicants.handle(&message),
    );
    first.and(second).and(third).unwrap();
    let id = &message.body.application_id;
    let done = all_done(SubjectKind::IndividualMerchant);
    assert_eq!(applicants.looks(id).await, done);
}

#[tokio::test]
async fn a_held_application_is_not_sent_and_not_forgotten() {
    let applicants = Applicants::start().await;
    let message = applicants.apply(SubjectKind::IndividualMerchant, "").await;
    let id = &message.body.application_id;
    applicants.hold(id).await;
    applicants.handle(&message).await.unwrap();
    let looks = applicants.looks(id).await;
    assert_eq!((looks.state, looks.attempts.len()), (State::Received, 0));
    assert!(applicants.huifu().pictures().is_empty(), "pictures neither");
    let rests = applicants.messages_for(id).await;
    assert_eq!(rests.len(), 1);
    assert_ne!(rests[0].message_id, message.message_id);
}

#[tokio::test]
async fn a_message_about_nothing_and_a_form_that_does_not_open_are_dead_letters() {
    let applicants = Applicants::start().await;
    let message = applicants.apply(SubjectKind::IndividualUser, "").await;
    let mut nothing = message.clone();
    nothing.body.application_id = ids::new_application_id();
    let refused = applicants.handle(&nothing).await.unwrap_err();
    assert!(
        matches!(refused, HandlerError::DeadLetter { .. }),
        "{refused:?}"
    );

    let keyless = Applicants::start_with(|settings| {
        let other = "other:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        settings.onboard.data_keys = DataKeys::parse(other).unwrap();
    })
    .await;
    let message = keyless.apply(SubjectKind::IndividualUser, "").await;
    let refused = keyless.handle(&message).await.unwrap_err();
    assert!(
        matches!(refused, HandlerError::DeadLetter { .. }),
        "{refused:?}"
    );
    let looks = keyless.looks(&message.body.application_id).await;
    assert_eq!((looks.state, looks.attempts.len()), (State::Received, 0));
}
