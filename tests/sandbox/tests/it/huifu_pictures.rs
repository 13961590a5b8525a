//! Pictures: uploaded as a form, named by openings, kept as a digest.

use crate::applicant::{PNG, UPLOAD_DATA, send_upload, upload};
use crate::merchant::{HUIFU_ID, MERCHANT_KEY, Merchant};
use sandbox::huifu::signed_text;

#[tokio::test]
async fn a_picture_goes_up_with_and_without_a_signature() {
    let merchant = Merchant::start().await;
    let sign = MERCHANT_KEY.sign(signed_text(UPLOAD_DATA).unwrap().as_bytes());
    for (sign, signed) in [
        (None, false),
        (Some(""), false),
        (Some(sign.as_str()), true),
    ] {
        let answer = upload(&merchant, PNG, sign).await;
        assert_eq!(answer["resp_code"], "00000000", "{answer}");
        let picture = merchant
            .huifu
            .picture(answer["file_id"].as_str().unwrap())
            .unwrap();
        assert_eq!((picture.size, picture.signed), (PNG.len(), signed));
        assert_eq!(picture.file_type.as_deref(), Some("F02"));
        assert_eq!(picture.sha256.len(), 64);
    }
    assert_eq!(merchant.huifu.pictures().len(), 3);
}

#[tokio::test]
async fn a_wrong_signature_and_a_stranger_are_stopped_at_the_gateway() {
    let merchant = Merchant::start().await;
    let wrong = MERCHANT_KEY.sign(b"something else");
    let refused = send_upload(&merchant, PNG, Some(&wrong), HUIFU_ID).await;
    assert_eq!(refused.status().as_u16(), 922);
    let stranger = send_upload(&merchant, PNG, None, "6666000000000000").await;
    assert_eq!(stranger.status().as_u16(), 921);
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let merchant = Merchant::start().await;
    let answer = upload(&merchant, b"#!/bin/sh", None).await;
    assert_eq!(answer["resp_code"], "10000000");
    assert!(merchant.huifu.pictures().is_empty());
}
