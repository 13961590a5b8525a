//! What each mistake is called to people, and what to do instead, in Chinese and in English.

use super::Mistake;

impl Mistake {
    /// One Chinese sentence.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::SignatureMissing => "没有签名。",
            Self::SignatureUnreadable => "签名不是标准 Base64，也不是其他可识别的写法。",
            Self::SignaturePlusLost => "签名中的加号变成了空格：提交表单时，签名必须做 URL 编码。",
            Self::SignatureUrlEncoded => "签名被多做了一次 URL 编码。",
            Self::SignatureBase64Url => "签名用的是 base64url；请使用标准 Base64（+、/ 和填充）。",
            Self::SignatureUnpadded => "签名缺少 Base64 末尾的填充符“=”。",
            Self::SignatureLineBreaks => "签名中有换行：请使用不折行的 Base64。",
            Self::SignatureHex => "签名是十六进制；请使用标准 Base64。",
            Self::SignatureLength => "签名长度与已登记的任何密钥都不符。",
            Self::KeyUnknown => "没有登记过这个 key_id。",
            Self::KeyNotActive => "该密钥当前不在有效期内，或没有任何有效的密钥。",
            Self::OtherKey => "签名是用另一把已登记的密钥生成的，见 key_id。",
            Self::Sha1 => "签名用的是 SHA-1；必须用 SHA-256（SHA256withRSA）。",
            Self::Sha512 => "签名用的是 SHA-512；必须用 SHA-256（SHA256withRSA）。",
            Self::Pss => "签名用的是 RSASSA-PSS 填充；必须用 PKCS#1 v1.5。",
            Self::HashedTwice => {
                "签名的是原文 SHA-256 的十六进制文本；请直接对原文签名，签名算法自己会做摘要。"
            }
            Self::OtherText => {
                "签名与您给出的文本相符，但该文本与应签名的原文不同，见 difference。"
            }
            Self::ValuesUrlEncoded => "签名原文中的值做了 URL 编码；应使用编码之前的值。",
            Self::ValuesUrlDecoded => {
                "签名原文中的值比收到的少一层 URL 编码：发送时多编码了一次，或验签前没有解码。"
            }
            Self::PlusLost => "值中的加号变成了空格：提交表单时，每个值都必须做 URL 编码。",
            Self::TextUrlEncoded => "整个签名原文做了 URL 编码；应直接对原文签名。",
            Self::EmptySigned => "空值字段也参与了签名；空值字段必须去掉。",
            Self::SignSigned => "sign 字段参与了签名；必须去掉。",
            Self::FieldLeftOut => {
                "签名原文缺少字段，见 field；除 sign 外，凡是发送的字段都要签名。"
            }
            Self::NotSorted => "字段没有排序；必须按字段名的字节顺序排序。",
            Self::SortedWhole => "排序的是“名称=值”整体；必须只按字段名的字节顺序排序。",
            Self::SortedCaseless => "排序时忽略了大小写；必须按字段名的字节顺序排序（大写在前）。",
            Self::SortedBackwards => "字段按倒序排列；必须按字段名的字节顺序升序排列。",
            Self::NoSeparators => "签名原文的各部分之间缺少规定的分隔符。",
            Self::ValuesAlone => "签名原文只有值，没有字段名。",
            Self::SeparatorAtEnd => "签名原文末尾多了一个“&”。",
            Self::LineEndAtEnd => "签名原文末尾多了一个换行。",
            Self::LastLineEndMissing => {
                "签名原文末尾缺少换行：五行中每一行都以 \\n 结束，包括最后一行。"
            }
            Self::BodyLineMissing => "签名原文缺少第五行：没有请求体时，第五行是空行。",
            Self::BodyLeftOut => "请求体没有参与签名。",
            Self::BodyHashed => "签名的是请求体的 SHA-256；第五行必须是请求体本身。",
            Self::BodyTrimmed => "签名时去掉了请求体首尾的空白；必须逐字节签名。",
            Self::BodyPrintedAgain => {
                "签名的不是发送的请求体，而是重新生成的 JSON；必须逐字节签名。"
            }
            Self::QueryLeftOut => "路径中“?”之后的部分没有参与签名。",
            Self::PathUrlDecoded => "签名的是解码后的路径；必须与请求行中的完全一致。",
            Self::MethodInLowerCase => "请求方法必须大写。",
            Self::MethodLeftOut => "签名原文缺少第一行的请求方法。",
            Self::CrLf => "换行符不一致：\\r\\n 与 \\n。",
            Self::ByteOrderMark => "签名原文以字节顺序标记（BOM）开头；请使用不带 BOM 的 UTF-8。",
            Self::NothingFits => {
                "已登记的密钥都不符合：可能用了另一把私钥，或签名原文的差异不在已知错误之列。请在 text 中给出您签名的原文。"
            }
            Self::ClockOff => "时间戳与服务器时间相差超过十分钟。",
            Self::NonceUsed => "该随机串已经使用过；每次请求都要用新的。",
        }
    }

    /// One English sentence.
    #[expect(clippy::too_many_lines, reason = "one sentence for each mistake")]
    pub const fn en(self) -> &'static str {
        match self {
            Self::SignatureMissing => "There is no signature.",
            Self::SignatureUnreadable => {
                "The signature is neither standard Base64 nor any other spelling that we know."
            }
            Self::SignaturePlusLost => {
                "The + of the signature became spaces: URL-encode the signature when you post it."
            }
            Self::SignatureUrlEncoded => "The signature is URL-encoded once too often.",
            Self::SignatureBase64Url => {
                "The signature is base64url; use standard Base64 with +, / and padding."
            }
            Self::SignatureUnpadded => "The signature lacks the padding = at its end.",
            Self::SignatureLineBreaks => {
                "There are line breaks in the signature; use Base64 that is not wrapped."
            }
            Self::SignatureHex => "The signature is hexadecimal; use standard Base64.",
            Self::SignatureLength => {
                "The signature is as long as those of none of the registered keys."
            }
            Self::KeyUnknown => "No key is registered under this key_id.",
            Self::KeyNotActive => "The key is not active at this time, or no key is.",
            Self::OtherKey => "The signature was made with another registered key: see key_id.",
            Self::Sha1 => "The signature is made with SHA-1; it must be SHA-256 (SHA256withRSA).",
            Self::Sha512 => {
                "The signature is made with SHA-512; it must be SHA-256 (SHA256withRSA)."
            }
            Self::Pss => "The signature has RSASSA-PSS padding; it must be PKCS#1 v1.5.",
            Self::HashedTwice => {
                "The hexadecimal SHA-256 of the text was signed; sign the text itself, the algorithm hashes it."
            }
            Self::OtherText => {
                "The signature fits your text, which is not the text that should be signed: see difference."
            }
            Self::ValuesUrlEncoded => {
                "The values were signed URL-encoded; sign them as they are before encoding."
            }
            Self::ValuesUrlDecoded => {
                "The values were signed with one URL-encoding less than those here: they were encoded twice when they were sent, or not decoded before they were verified."
            }
            Self::PlusLost => {
                "The + in a value became a space: URL-encode every value when you post it."
            }
            Self::TextUrlEncoded => {
                "The whole text was URL-encoded before it was signed; sign it as it is."
            }
            Self::EmptySigned => "Fields without a value were signed; leave them out.",
            Self::SignSigned => "The field sign was signed; leave it out.",
            Self::FieldLeftOut => {
                "A field was not signed: see field. Everything that is sent is signed, except sign."
            }
            Self::NotSorted => "The fields were not sorted; sort them by name in byte order.",
            Self::SortedWhole => {
                "name=value was sorted as a whole; sort by name alone, in byte order."
            }
            Self::SortedCaseless => {
                "Case was ignored in sorting; sort by name in byte order, capitals first."
            }
            Self::SortedBackwards => {
                "The fields are sorted backwards; sort them by name in byte order."
            }
            Self::NoSeparators => "The parts of the text are not separated as the rule says.",
            Self::ValuesAlone => "The text has the values alone, without the names.",
            Self::SeparatorAtEnd => "There is an & too many at the end of the text.",
            Self::LineEndAtEnd => "There is a line end too many at the end of the text.",
            Self::LastLineEndMissing => {
                "The last line end is missing: each of the five lines ends in \\n, the last one too."
            }
            Self::BodyLineMissing => {
                "The fifth line is missing: without a body it is empty, and ended all the same."
            }
            Self::BodyLeftOut => "The body was not signed.",
            Self::BodyHashed => "The body's SHA-256 was signed; the fifth line is the body itself.",
            Self::BodyTrimmed => {
                "White space around the body was cut off before signing; it is signed byte for byte."
            }
            Self::BodyPrintedAgain => {
                "What was signed is not the body that was sent but JSON printed anew; it is signed byte for byte."
            }
            Self::QueryLeftOut => "The part of the path behind ? was not signed.",
            Self::PathUrlDecoded => {
                "The path was signed URL-decoded; sign it as it stands on the request line."
            }
            Self::MethodInLowerCase => "The method is signed in capitals.",
            Self::MethodLeftOut => "The first line, the method, is missing.",
            Self::CrLf => "The line ends differ: \\r\\n and \\n.",
            Self::ByteOrderMark => "The text begins with a byte order mark; use UTF-8 without one.",
            Self::NothingFits => {
                "No registered key fits: another private key signed, or the text differs in a way that we do not know. Send your own text as text."
            }
            Self::ClockOff => "The timestamp is more than ten minutes off.",
            Self::NonceUsed => "This nonce was used before; each request needs a new one.",
        }
    }
}
