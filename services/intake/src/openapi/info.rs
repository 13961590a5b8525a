//! What the document says of the whole.

use serde_json::{Value, json};

const DESCRIPTION: &str = "\
海投汇提现平台与合作方之间的接口，1.0 版。金额以元为单位、写作字符串（例如 \"100.00\"）；时间一律为北京时间 yyyyMMddHHmmss。\
JSON 中的空字符串与 null 等同于未填；未列出的字段会被拒绝。应答中以后可能增加字段，请忽略不认识的字段。

The interface between the withdrawal platform of Haitouhui and its partners, version 1.0. Money is \
in yuan and a string, such as \"100.00\"; times are yyyyMMddHHmmss in Beijing. In a body an empty \
string and null are the same as absent, and fields that are not listed are refused. Answers may get \
further fields: ignore those that you do not know.";

const SIGNATURE: &str = "\
`Authorization: TIXIAN-RSA2 partner_id=\"…\",key_id=\"…\",timestamp=\"…\",nonce=\"…\",signature=\"…\"`

签名原文为五行，每行（包括最后一行）以 \\n 结尾：方法、路径与查询串、timestamp、nonce、正文。\
签名为 RSASSA-PKCS1-v1_5 与 SHA-256，标准 Base64。timestamp 与北京时间相差不超过 10 分钟；nonce 为 1 至 32 个字母、数字、- 或 _，48 小时内不得重复。

Signed are five lines, each ended by \\n, the last one too: method, path with query, timestamp, nonce, \
body. The signature is RSASSA-PKCS1-v1_5 with SHA-256 in standard Base64. The timestamp is at most 10 \
minutes off Beijing time; a nonce is 1 to 32 letters, digits, - or _, never used before within 48 hours.";

pub(super) fn info() -> Value {
    json!({
        "title": "Tixian 提现",
        "version": contract::partner::VERSION,
        "description": DESCRIPTION,
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    })
}

/// The groups of operations.
pub(super) const WITHDRAWALS: &str = "withdrawals";
pub(super) const ONBOARDING: &str = "onboarding";
pub(super) const EVENTS: &str = "events";
pub(super) const DOCUMENTS: &str = "documents";

pub(super) fn tags() -> Value {
    json!([
        { "name": WITHDRAWALS, "description": "提现 / Withdrawals" },
        { "name": ONBOARDING, "description": "开户、绑卡与提现费率 / Accounts, cards and cash rules" },
        { "name": EVENTS, "description": "事件流、重发通知与签名自查 / Events, notices asked for again, and signatures explained" },
        { "name": DOCUMENTS, "description": "公钥与本文件 / Our keys, and this document" },
    ])
}

pub(super) fn security_schemes() -> Value {
    json!({ "TIXIAN-RSA2": {
        "type": "http",
        "scheme": "TIXIAN-RSA2",
        "description": SIGNATURE,
    } })
}
