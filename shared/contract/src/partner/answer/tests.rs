use super::*;
use crate::partner::time::WireTime;
use crate::partner::url::LoopbackHttp;
use crate::signing::SignatureError;
use crate::signing::fixtures::{key_set, noon, ours, theirs};
use crate::signing::partner::VerifyError;

fn seal() -> Seal {
    Seal {
        partner_id: "p1".parse().unwrap(),
        key_id: "k1".parse().unwrap(),
        timestamp: WireTime::new(noon()),
        nonce: "n1".to_owned(),
    }
}

fn answer(code: AnswerCode) -> Answer {
    Answer {
        code,
        htouhui_user_id: "8001".parse().unwrap(),
        third_party_user_id: "user+1@shop".parse().unwrap(),
        money: Fen::new(10_000).unwrap(),
        order_id: "W01KASGXE00000000000000000A".parse().unwrap(),
    }
}

#[test]
fn the_partners_own_query_stays_as_it_was_and_is_not_signed() {
    let back = PartnerUrl::parse(
        "https://shop.example/r?a=%2F&b=c%20d",
        LoopbackHttp::Refused,
    )
    .unwrap();
    for code in AnswerCode::ALL {
        let url = answer(code).url(&back, &seal(), &ours());
        assert!(
            url.as_str()
                .starts_with("https://shop.example/r?a=%2F&b=c%20d&partner_id=p1&")
        );
        let mut query = query_pairs(url.query().unwrap());
        assert_eq!(
            Answer::open(&query, &key_set(&ours()), noon()),
            Ok(answer(code))
        );
        query[0].1 = "changed by the partner's own pages".to_owned();
        assert_eq!(
            Answer::open(&query, &key_set(&ours()), noon()),
            Ok(answer(code))
        );
    }
}

#[test]
fn an_altered_answer_is_not_believed() {
    let back = PartnerUrl::parse("https://shop.example/r", LoopbackHttp::Refused).unwrap();
    let url = answer(AnswerCode::Cancelled).url(&back, &seal(), &ours());
    let query = query_pairs(url.query().unwrap());
    let mismatch = Err(OpenError::Verify(VerifyError::Signature(
        SignatureError::Mismatch,
    )));
    assert_eq!(Answer::open(&query, &key_set(&theirs()), noon()), mismatch);
    for at in 0..query.len() {
        let mut altered = query.clone();
        altered[at].1.push('0');
        assert!(
            Answer::open(&altered, &key_set(&ours()), noon()).is_err(),
            "{}",
            query[at].0
        );
        altered.remove(at);
        assert!(
            Answer::open(&altered, &key_set(&ours()), noon()).is_err(),
            "{}",
            query[at].0
        );
    }
}
