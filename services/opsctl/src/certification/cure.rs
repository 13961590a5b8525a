//! What the partner's engineer does about a check that did not pass, in both languages.

use super::Check;

/// A cure, in Chinese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cure {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// Each check stands here once.
const CURES: [(&[Check], Cure); 19] = [
    (
        &[Check::Answer],
        Cure {
            zh: "收到正确的通知后，直接回答 HTTP 200，正文只有 success；不要跳转，不要返回页面。",
            en: "Answer a good notice with HTTP 200 and success as the whole body: no redirect, no page.",
        },
    ),
    (
        &[Check::Repeat, Check::Replayed],
        Cure {
            zh: "按 notice_id 判断重复：重发时 nonce、timestamp、sign 都会变，notice_id 不变；重复的回答 success，不再入账。应答头 tixian-certification 写 repeat。",
            en: "Know repeats by notice_id: nonce, timestamp and sign change with each sending, notice_id does not. Answer success, book nothing. Say repeat in the header tixian-certification.",
        },
    ),
    (
        &[Check::AtOnce],
        Cure {
            zh: "用数据库唯一约束保存 notice_id，让同时到达的两次只有一次入账；应答头 tixian-certification 写 new 或 repeat。",
            en: "Keep notice_id under a unique constraint, so that of two at once only one is booked. Say new or repeat in the header tixian-certification.",
        },
    ),
    (
        &[Check::Order],
        Cure {
            zh: "按 order_id 保存已处理的最大 sequence，较小的不再改变结果，仍回答 success；应答头 tixian-certification 写 older。",
            en: "Keep the highest sequence of each order_id; a lower one changes nothing and is answered success. Say older in the header tixian-certification.",
        },
    ),
    (
        &[Check::Late],
        Cure {
            zh: "按 timestamp 判断时效，不要按 finished_at：补发的通知说的可能是很久以前的事。",
            en: "Judge freshness by timestamp, never by finished_at: a notice sent late tells of what is long past.",
        },
    ),
    (
        &[Check::Failed],
        Cure {
            zh: "status 0 也是通知：记为失败，解冻余额，回答 success。",
            en: "status 0 is a notice too: record the failure, free the balance, answer success.",
        },
    ),
    (
        &[Check::Returned],
        Cure {
            zh: "成功之后可能被银行退回：sequence 更大的 status 0 取代之前的结果，照常回答 success。",
            en: "The bank may return money after success: status 0 with a higher sequence replaces what was told before. Answer success.",
        },
    ),
    (
        &[Check::Application],
        Cure {
            zh: "先看 event：application.finished 是开户等申请的结果，不是提现；同样回答 success。",
            en: "Look at event first: application.finished tells of an application, not of money. Answer success.",
        },
    ),
    (
        &[Check::UnknownField],
        Cure {
            zh: "不认识的字段也参与验签，然后忽略；不要因此拒绝通知。",
            en: "Fields you do not know are part of the signed text and are then ignored; they are no reason to refuse.",
        },
    ),
    (
        &[Check::HungUp],
        Cure {
            zh: "我方超时断开后会重发：先落库再回答，重发时照常回答 success。",
            en: "After a time-out we hang up and send again: store first, then answer, and answer success to what comes again.",
        },
    ),
    (
        &[Check::Stale, Check::Future],
        Cure {
            zh: "timestamp（北京时间）与当前相差超过十分钟的，验签通过也要拒绝。",
            en: "Refuse a timestamp (Beijing time) more than ten minutes off, although the signature holds.",
        },
    ),
    (
        &[Check::BadSignature, Check::ChangedByte, Check::MissingSign],
        Cure {
            zh: "对除 sign 外的全部字段（原值、按名称字节序排列）验签；签名缺失或不符就拒绝，不要回答 success。",
            en: "Verify sign over every field but sign, values as they are, sorted by name in byte order; refuse what has none or a wrong one.",
        },
    ),
    (
        &[Check::ForeignKey, Check::ForeignKeyOurName],
        Cure {
            zh: "只用我方 /.well-known/jwks.json 公布的、key_id 所指的公钥验签；没有该 key_id 就拒绝。",
            en: "Verify with the key that key_id names in our /.well-known/jwks.json, and refuse a key_id that is not there.",
        },
    ),
    (
        &[Check::AnotherPartner],
        Cure {
            zh: "检查 partner_id 是不是自己的：发给别人的通知即使签名正确也要拒绝。",
            en: "Check that partner_id is yours: a notice to somebody else is refused although its signature holds.",
        },
    ),
    (
        &[Check::AfterForgery],
        Cure {
            zh: "先验签，再记 notice_id：伪造的请求不能让真的通知被当作重复。",
            en: "Verify first and remember notice_id afterwards: a forgery must not make the true notice look like a repeat.",
        },
    ),
    (
        &[Check::StandardHeaders],
        Cure {
            zh: "用 whsec_ 密钥校验 webhook-signature；如果不用这些头，请让我方停用密钥。",
            en: "Verify webhook-signature with the whsec_ secret; if you do not use these headers, have the secret retired.",
        },
    ),
    (
        &[Check::Get],
        Cure {
            zh: "通知地址只接受 POST；对 GET 回答 405，不要回答 success。",
            en: "Take POST only at this URL and answer 405 to GET, not success.",
        },
    ),
    (
        &[Check::AnswerTime],
        Cure {
            zh: "验签、落库后立即回答，其余工作放到后台；慢的一方同时只收到少量通知。",
            en: "Verify, store, answer; do the rest afterwards. Whoever is slow is sent only a few notices at once.",
        },
    ),
    (
        &[Check::Tls],
        Cure {
            zh: "更新证书，并设置自动续期：证书过期后收不到任何通知。",
            en: "Renew the certificate and have it renewed by itself: once it expires no notice arrives.",
        },
    ),
];

impl Check {
    /// What helps.
    pub(crate) fn cure(self) -> Cure {
        let (_, cure) = CURES
            .iter()
            .find(|(checks, _)| checks.contains(&self))
            .expect("a test counts each check once");
        *cure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_own_name_and_one_cure_in_both_languages() {
        let mut names: Vec<&str> = Check::ALL.map(Check::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Check::ALL.len());
        for check in Check::ALL {
            let count = CURES.iter().filter(|(checks, _)| checks.contains(&check));
            assert_eq!(count.count(), 1, "{check:?}");
            let Cure { zh, en } = check.cure();
            assert!(zh.ends_with('。') && en.ends_with('.'), "{check:?}");
            assert!(!check.expected().is_empty());
        }
    }
}
