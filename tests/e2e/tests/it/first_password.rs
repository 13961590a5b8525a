//! Whoever was opened by an application withdraws without anybody's help: the first password comes
//! by SMS, to the mobile of the application's form.

use contract::withdrawal::State;
use e2e::Scene;

#[tokio::test]
async fn each_kind_of_subject_sets_its_first_password_by_sms_and_is_paid() {
    let scene = Scene::open().await.unwrap();
    for (subject, mobile) in [
        ("enterprise_merchant", "13917540817"),
        ("individual_merchant", "13764190263"),
        ("enterprise_user", "13917540817"),
        ("individual_user", "13764190263"),
    ] {
        let number = subject.replace('_', "-");
        let applicant = scene.apply(subject, "", &number).await.unwrap();
        scene.comes_to(&applicant.application_id, "passed").await;
        scene.gets_money(&applicant).await.unwrap();
        let (withdrawal, written_to) = scene
            .sets_first_password(&applicant, "88.00")
            .await
            .unwrap();
        assert_eq!(written_to, mobile, "{subject}");
        scene.reaches(&withdrawal, State::Paid).await;
        scene.hears(&withdrawal, 1).await;
    }
    scene.close().await.unwrap();
}
