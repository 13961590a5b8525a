//! The fields of the bodies of the JSON API.

use contract::ids::ApplicationNo;
use contract::money::MAX_CHARACTERS;
use contract::partner::Rule;

use super::super::described::Bilingual;
use super::super::field::Field;
use super::{HTOUHUI_USER_ID, NOTIFY_URL, THIRD_PARTY_USER_ID, may, must};

const APPLICATION_NO: Field = must(
    "application_no",
    ApplicationNo::MAX,
    Rule::Id,
    Bilingual::new(
        "合作方的申请编号，也是幂等键",
        "The partner's own number of it, and idempotency key",
    ),
    "OPEN-1",
);

/// The body of an opening, beside its form.
pub(crate) const OPENING: [Field; 4] = [
    APPLICATION_NO,
    must(
        "subject",
        32,
        Rule::OneOf("enterprise_merchant, individual_merchant, enterprise_user, individual_user"),
        Bilingual::new("开户主体", "Who the account is for"),
        "individual_user",
    ),
    THIRD_PARTY_USER_ID,
    NOTIFY_URL,
];

/// The body of a further card or of other cash rules, beside its form.
pub(crate) const CHANGE: [Field; 3] = [APPLICATION_NO, HTOUHUI_USER_ID, NOTIFY_URL];

/// The body of a picture.
pub(crate) const MATERIAL: [Field; 3] = [
    must(
        "material_no",
        ApplicationNo::MAX,
        Rule::Id,
        Bilingual::new(
            "合作方的材料编号，也是幂等键",
            "The partner's own number of it, and idempotency key",
        ),
        "M-1",
    ),
    must(
        "file_type",
        32,
        Rule::FileType,
        Bilingual::new("汇付的文件类型代码", "What it shows, in Huifu's codes"),
        "F07",
    ),
    must(
        "content",
        usize::MAX,
        Rule::Content,
        Bilingual::new(
            "JPEG 或 PNG 图片，最大 2097152 字节（编码前）",
            "A JPEG or PNG picture of at most 2097152 bytes before it is encoded",
        ),
        "iVBORw0KGgo=",
    ),
];

/// The body of a quote.
pub(crate) const QUOTE: [Field; 2] = [
    HTOUHUI_USER_ID,
    may(
        "money",
        MAX_CHARACTERS,
        Rule::Yuan,
        Bilingual::new(
            "金额，单位元，大于零；不填则只返回价格与余额",
            "How much, in yuan, more than zero; without it only prices and balances are answered",
        ),
        "100.00",
    ),
];

const fn checked(name: &'static str, max: usize, told: Bilingual, example: &'static str) -> Field {
    may(name, max, Rule::Text, told, example)
}

/// The body of a signature check, beside `fields`.
pub(crate) const SIGNATURE_CHECK: [Field; 9] = [
    must(
        "kind",
        64,
        Rule::OneOf("form, api, return, notice"),
        Bilingual::new(
            "检查什么：form 页面调用，api 接口调用（均由合作方签名）；return 同步返回，notice 通知（由我方签名）",
            "What was signed: form, a page call, and api, a call of the API, by the partner; return, \
             the synchronous answer, and notice, by us",
        ),
        "form",
    ),
    checked(
        "body",
        16 * 1024,
        Bilingual::new(
            "收发的原始正文或查询串",
            "The form, query or body byte for byte as it was sent",
        ),
        "money=100.00&partner_id=shop",
    ),
    checked(
        "text",
        20 * 1024,
        Bilingual::new("您的签名原文", "The text that you signed"),
        "money=100.00&partner_id=shop",
    ),
    checked(
        "signature",
        2_048,
        Bilingual::new("签名", "The signature"),
        "c2lnbmF0dXJl",
    ),
    checked(
        "key_id",
        64,
        Bilingual::new("签名所用密钥的编号", "Which key signed"),
        "key-1",
    ),
    checked(
        "method",
        64,
        Bilingual::new("接口调用的方法", "The method of a call of the API"),
        "POST",
    ),
    checked(
        "path",
        2_048,
        Bilingual::new("接口调用的路径与查询串", "Its path with the query"),
        "/v1/quotes",
    ),
    checked(
        "timestamp",
        64,
        Bilingual::new("接口调用的 timestamp", "Its timestamp"),
        "20261122120000",
    ),
    checked(
        "nonce",
        64,
        Bilingual::new("接口调用的 nonce", "Its nonce"),
        "b7f3c1d2e4",
    ),
];
