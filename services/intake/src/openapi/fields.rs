//! The fields of every form and body that partners send us, and of the forms that we send them.
//!
//! Names, limits and rules are held against the parsers by a test (`tests.rs`).

mod bodies;

use contract::ids::{HtouhuiUserId, KeyId, OutOrderNo, PartnerId, ThirdPartyUserId};
use contract::money::MAX_CHARACTERS;
use contract::partner::{Rule, SIGN_TYPE, VERSION};

use super::described::Bilingual;
use super::field::Field;

pub(crate) use bodies::{CHANGE, MATERIAL, OPENING, QUOTE, SIGNATURE_CHECK};

const fn must(
    name: &'static str,
    max: usize,
    rule: Rule,
    told: Bilingual,
    example: &'static str,
) -> Field {
    Field {
        name,
        max,
        needed: true,
        rule,
        told,
        example,
    }
}

const fn may(
    name: &'static str,
    max: usize,
    rule: Rule,
    told: Bilingual,
    example: &'static str,
) -> Field {
    Field {
        needed: false,
        ..must(name, max, rule, told, example)
    }
}

/// The common fields of every signed form, both ways.
pub(crate) const SEAL: [Field; 7] = [
    must(
        "partner_id",
        PartnerId::MAX,
        Rule::Id,
        Bilingual::new(
            "合作方编号，注册时分配",
            "The partner, as given at registration",
        ),
        "shop",
    ),
    must(
        "version",
        8,
        Rule::OneOf(VERSION),
        Bilingual::new("接口版本", "The version of this interface"),
        VERSION,
    ),
    must(
        "sign_type",
        8,
        Rule::OneOf(SIGN_TYPE),
        Bilingual::new(
            "签名算法：RSASSA-PKCS1-v1_5 与 SHA-256，密钥 2048 至 3072 位",
            "The signature: RSASSA-PKCS1-v1_5 with SHA-256, a key of 2048 to 3072 bits",
        ),
        SIGN_TYPE,
    ),
    may(
        "key_id",
        KeyId::MAX,
        Rule::Id,
        Bilingual::new(
            "签名所用密钥的编号；不填则逐一尝试所有有效密钥",
            "Which registered key signed; else every active one is tried",
        ),
        "key-1",
    ),
    must(
        "timestamp",
        14,
        Rule::Time,
        Bilingual::new(
            "签名时间，与北京时间相差不超过 10 分钟",
            "When it was signed; at most 10 minutes off",
        ),
        "20261122120000",
    ),
    must(
        "nonce",
        32,
        Rule::Token,
        Bilingual::new(
            "随机串，48 小时内不得重复使用",
            "Never used before by this partner; kept for 48 hours",
        ),
        "b7f3c1d2e4",
    ),
    must(
        "sign",
        512,
        Rule::Base64,
        Bilingual::new(
            "对除 sign 外所有非空字段的签名",
            "The signature over every field that is not empty but sign",
        ),
        "c2lnbmF0dXJl",
    ),
];

const THIRD_PARTY_USER_ID: Field = must(
    "third_party_user_id",
    ThirdPartyUserId::MAX,
    Rule::Id,
    Bilingual::new(
        "用户在合作方的编号，全局唯一",
        "The user's id at the partner, unique there",
    ),
    "user-1",
);
const HTOUHUI_USER_ID: Field = must(
    "htouhui_user_id",
    HtouhuiUserId::MAX,
    Rule::Id,
    Bilingual::new("用户在海投汇的编号", "The user's id at Haitouhui"),
    "20000000001",
);
const NOTIFY_URL: Field = must(
    "notify_url",
    200,
    Rule::HttpsUrl,
    Bilingual::new(
        "接收异步通知的地址，主机须已登记",
        "Where notices are posted; its host is registered",
    ),
    "https://shop.example/notify",
);
/// The business fields of the page call.
pub(crate) const PAGE_CALL: [Field; 9] = [
    THIRD_PARTY_USER_ID,
    HTOUHUI_USER_ID,
    must(
        "money",
        MAX_CHARACTERS,
        Rule::Yuan,
        Bilingual::new(
            "提现金额，单位元，大于零",
            "How much, in yuan; more than zero",
        ),
        "100.00",
    ),
    must(
        "return_url",
        256,
        Rule::HttpsUrl,
        Bilingual::new(
            "用户离开页面后返回的地址（GET），主机须已登记；自带的参数保留，不能与同步返回的字段同名",
            "Where the browser goes afterwards (GET); its host is registered, its own query is kept and uses no name of ours",
        ),
        "https://shop.example/back?cart=7",
    ),
    NOTIFY_URL,
    must(
        "from_url",
        256,
        Rule::HttpsUrl,
        Bilingual::new(
            "用户重置交易密码后返回的地址，主机须已登记",
            "Where the user lands after resetting the transaction password; its host is registered",
        ),
        "https://shop.example/withdraw",
    ),
    may(
        "out_order_no",
        OutOrderNo::MAX,
        Rule::Id,
        Bilingual::new(
            "合作方的订单号，也是幂等键",
            "The partner's own number, and idempotency key",
        ),
        "A-1001",
    ),
    may(
        "cash_type",
        2,
        Rule::OneOf("D0, D1, T1, DM"),
        Bilingual::new("预选的到账方式", "The cash type to preselect"),
        "D0",
    ),
    may(
        "lang",
        8,
        Rule::OneOf("zh-CN, en"),
        Bilingual::new(
            "页面语言，默认 zh-CN",
            "The language of the page; zh-CN unless given",
        ),
        "zh-CN",
    ),
];
