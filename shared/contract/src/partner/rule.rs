//! What a field must be, and how we say that it is not, in Chinese and in English.

use super::ErrorCode;

/// A rule that a field broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// It must be there and not be empty.
    Required,
    /// It may be there once.
    Once,
    /// At most so many characters.
    AtMost(usize),
    /// One of the listed values.
    OneOf(&'static str),
    /// Printable ASCII without spaces and without `&`, `=`, `"` and `\`.
    Id,
    /// Letters, digits, `-` and `_`.
    Token,
    /// yyyyMMddHHmmss, Beijing time.
    Time,
    /// Standard Base64 with padding.
    Base64,
    /// Yuan: digits with at most two decimals.
    Yuan,
    /// More than zero.
    Positive,
    /// An absolute https URL in ASCII, without user name, password and fragment.
    HttpsUrl,
    /// A return address whose own query uses none of our answer's names.
    FreeOfOurNames,
    /// Nothing in it that could be read as another field of the signed text.
    Unambiguous,
    /// A name of 1 to 64 letters, digits, `-`, `_` and `.`.
    Name,
    /// At most so many fields.
    AtMostFields(usize),
    /// There is no such field.
    Unknown,
    /// A JSON string.
    Text,
    /// A JSON object.
    Object,
    /// A number of a kind of picture at Huifu.
    FileType,
    /// A file as standard Base64 with padding, in JSON.
    Content,
    /// A file of at most so many bytes.
    AtMostBytes(usize),
    /// A file that is a picture, by its first bytes.
    Picture,
    /// A cursor of this partner's feed of events.
    Cursor,
    /// A whole number between these two, both included.
    Between(u16, u16),
    /// One of these fields is there, and no other of them.
    ExactlyOneOf(&'static str),
}

/// One field that broke one rule. It never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{field}: {}", rule.en())]
pub struct FieldError {
    /// The name in the contract; [`UNKNOWN_FIELD`] for a field that is not in it.
    pub field: &'static str,
    /// What it must be.
    pub rule: Rule,
}

/// Stands for the name of a field that is not in the contract: such a name is not repeated.
pub const UNKNOWN_FIELD: &str = "(unknown field)";

/// Which document limits our own fields: the contract with partners in this version.
pub const SOURCE: &str = "Tixian 1.0";

/// Which document has the kinds of pictures; how large they are, and in which format, is ours to
/// say.
const PICTURE_SOURCE: &str = "Huifu v2/supplementary/picture";

impl FieldError {
    /// The stable code of this error.
    pub fn code(&self) -> ErrorCode {
        self.rule.code()
    }
}

impl Rule {
    /// The stable code of an error by this rule.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Required => ErrorCode::FieldMissing,
            Self::Once => ErrorCode::FieldRepeated,
            Self::AtMost(_) | Self::AtMostFields(_) => ErrorCode::FieldTooLong,
            Self::Positive => ErrorCode::AmountNotPositive,
            Self::AtMostBytes(_) => ErrorCode::MaterialTooLarge,
            Self::Picture => ErrorCode::MaterialKindUnsupported,
            Self::OneOf(_)
            | Self::Id
            | Self::Token
            | Self::Time
            | Self::Base64
            | Self::Yuan
            | Self::HttpsUrl
            | Self::FreeOfOurNames
            | Self::Unambiguous
            | Self::Name
            | Self::Unknown
            | Self::Text
            | Self::Object
            | Self::FileType
            | Self::Content
            | Self::Cursor
            | Self::Between(..)
            | Self::ExactlyOneOf(_) => ErrorCode::FieldMalformed,
        }
    }

    /// Which document the rule is from.
    pub const fn source(self) -> &'static str {
        match self {
            Self::FileType => PICTURE_SOURCE,
            Self::Required
            | Self::Once
            | Self::AtMost(_)
            | Self::OneOf(_)
            | Self::Id
            | Self::Token
            | Self::Time
            | Self::Base64
            | Self::Yuan
            | Self::Positive
            | Self::HttpsUrl
            | Self::FreeOfOurNames
            | Self::Unambiguous
            | Self::Name
            | Self::AtMostFields(_)
            | Self::Unknown
            | Self::Text
            | Self::Object
            | Self::Content
            | Self::AtMostBytes(_)
            | Self::Picture
            | Self::Cursor
            | Self::Between(..)
            | Self::ExactlyOneOf(_) => SOURCE,
        }
    }

    /// The rule as a sentence in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Required => "必填".to_owned(),
            Self::Once => "只能出现一次".to_owned(),
            Self::AtMost(most) => format!("最多 {most} 个字符"),
            Self::OneOf(values) => format!("取值必须是：{values}"),
            Self::Id => "只能包含可见的 ASCII 字符，不能有空格、&、=、引号和反斜杠".to_owned(),
            Self::Token => "只能包含字母、数字、连字符和下划线".to_owned(),
            Self::Time => "必须是北京时间，格式 yyyyMMddHHmmss".to_owned(),
            Self::Base64 => "必须是标准 Base64（含填充）；提交表单时请做 URL 编码".to_owned(),
            Self::Yuan => "必须是以元为单位的金额，最多两位小数，例如 100.00".to_owned(),
            Self::Positive => "必须大于零".to_owned(),
            Self::HttpsUrl => {
                "必须是完整的 https 地址，仅含 ASCII 字符，不能带用户名、密码和 # 片段".to_owned()
            }
            Self::FreeOfOurNames => "地址自带的参数不能与同步返回的字段同名".to_owned(),
            Self::Unambiguous => {
                "签名原文有歧义：值中不能包含可被读作其他字段的“&名称=”".to_owned()
            }
            Self::Name => "字段名只能包含字母、数字、连字符、下划线和点，最多 64 个字符".to_owned(),
            Self::AtMostFields(most) => format!("最多 {most} 个字段"),
            Self::Unknown => "没有这个字段".to_owned(),
            Self::Text => "必须是字符串".to_owned(),
            Self::Object => "必须是对象".to_owned(),
            Self::FileType => "必须是汇付的文件类型代码，例如 F07".to_owned(),
            Self::Content => "必须是标准 Base64（含填充）".to_owned(),
            Self::AtMostBytes(most) => format!("文件最大 {most} 字节"),
            Self::Picture => "文件必须是 JPEG 或 PNG 图片".to_owned(),
            Self::Cursor => {
                "不是该合作方事件流的游标；请原样传回响应中的 next 或 cursor".to_owned()
            }
            Self::ExactlyOneOf(names) => format!("必须且只能给出其中一个：{names}"),
            Self::Between(least, most) => format!("必须是 {least} 到 {most} 之间的整数"),
        }
    }

    /// The rule as a sentence in English.
    pub fn en(self) -> String {
        match self {
            Self::Required => "is required".to_owned(),
            Self::Once => "may occur only once".to_owned(),
            Self::AtMost(most) => format!("has at most {most} characters"),
            Self::OneOf(values) => format!("must be one of: {values}"),
            Self::Id => "is printable ASCII without spaces, &, =, quotation marks and backslashes"
                .to_owned(),
            Self::Token => "is made of letters, digits, - and _".to_owned(),
            Self::Time => "is Beijing time in the form yyyyMMddHHmmss".to_owned(),
            Self::Base64 => {
                "is standard Base64 with padding; URL-encode it when you post the form".to_owned()
            }
            Self::Yuan => {
                "is an amount in yuan with at most two decimals, such as 100.00".to_owned()
            }
            Self::Positive => "must be more than zero".to_owned(),
            Self::HttpsUrl => {
                "is an absolute https URL in ASCII, without user name, password or fragment"
                    .to_owned()
            }
            Self::FreeOfOurNames => {
                "must not have a query parameter with the name of a field of our answer".to_owned()
            }
            Self::Unambiguous => {
                "makes the signed text ambiguous: no value may hold what reads as another field, \
                 \"&name=\""
                    .to_owned()
            }
            Self::Name => "has a name that is not 1 to 64 letters, digits, -, _ and .".to_owned(),
            Self::AtMostFields(most) => format!("a form has at most {most} fields"),
            Self::Unknown => "is not a field of this interface".to_owned(),
            Self::Text => "must be a string".to_owned(),
            Self::Object => "must be an object".to_owned(),
            Self::FileType => "must be a file type of Huifu's, such as F07".to_owned(),
            Self::Content => "is standard Base64 with padding".to_owned(),
            Self::AtMostBytes(most) => format!("a file has at most {most} bytes"),
            Self::Picture => "the file must be a JPEG or PNG picture".to_owned(),
            Self::Cursor => {
                "is not a cursor of this partner's feed; send next or cursor of an answer as it was"
                    .to_owned()
            }
            Self::ExactlyOneOf(names) => {
                format!("is one of these, and exactly one is given: {names}")
            }
            Self::Between(least, most) => format!("is a number from {least} to {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_field_and_the_rule_in_both_languages() {
        let error = FieldError {
            field: "money",
            rule: Rule::AtMost(16),
        };
        assert_eq!(error.to_string(), "money: has at most 16 characters");
        assert_eq!(error.rule.zh(), "最多 16 个字符");
        assert_eq!(error.code(), ErrorCode::FieldTooLong);
        assert_eq!(Rule::Required.code(), ErrorCode::FieldMissing);
        assert_eq!(Rule::Positive.code(), ErrorCode::AmountNotPositive);
        assert_eq!(Rule::HttpsUrl.code(), ErrorCode::FieldMalformed);
    }
}
