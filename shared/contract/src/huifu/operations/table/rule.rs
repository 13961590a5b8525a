//! What a field must be, and how we say that it is not, in Chinese and in English.

use std::fmt;

use crate::partner::ErrorCode;

/// One field that broke one rule. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldError {
    /// Where the field is: `card_info.card_no`, `cash_config[1].fix_amt`.
    pub path: String,
    /// What it must be.
    pub rule: FieldRule,
    /// Which document limits it: `huifu-api.md §3.12`.
    pub source: &'static str,
}

impl FieldError {
    /// The stable code of this error.
    pub fn code(&self) -> ErrorCode {
        self.rule.code()
    }
}

/// `source` is a section here and no error, so this is written by hand.
impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} ({})", self.path, self.rule, self.source)
    }
}

impl std::error::Error for FieldError {}

/// A type of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Json {
    /// Text in quotation marks.
    Text,
    /// `{…}`.
    Object,
    /// `[…]`.
    List,
}

/// A rule that a field broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldRule {
    /// It must be there and not be empty.
    Required,
    /// It must be there when another field has one of these values.
    RequiredWhen(&'static str, &'static [&'static str]),
    /// It must be there unless another field has one of these values.
    RequiredUnless(&'static str, &'static [&'static str]),
    /// There is no such field.
    Unknown,
    /// We fill it ourselves.
    FilledByUs,
    /// Huifu has it, and we do not offer it.
    NotOffered,
    /// Another type of JSON is wanted.
    WrongType(Json),
    /// At most so many characters.
    AtMost(usize),
    /// At most so many, a Chinese character counted as two.
    AtMostWide(usize),
    /// At least so many characters.
    AtLeast(usize),
    /// At most so many entries.
    AtMostEntries(usize),
    /// No control characters.
    NoControls,
    /// Digits alone.
    Digits,
    /// One of these values.
    OneOf(&'static [&'static str]),
    /// Letters, digits and underscores.
    Login,
    /// An e-mail address.
    Email,
    /// A day, yyyyMMdd.
    Date,
    /// A time, HHmmss, not between 00:00 and 00:30.
    Time,
    /// Yuan with two decimals.
    Yuan,
    /// Percent with two decimals, 0.00 to 100.00.
    Percent,
    /// A number of Huifu's: letters and digits.
    HuifuId,
    /// A picture of ours.
    Picture,
    /// 18 characters, a day of birth, a right check digit.
    IdCard,
    /// Its holder is 18 to 80 years old.
    OfAge,
    /// Not before the day in another field.
    NotBefore(&'static str),
    /// Not in the future.
    NotInFuture,
    /// Not in the past.
    NotExpired,
    /// The same text as another field.
    SameAs(&'static str),
    /// A cash type once.
    CashTypeOnce,
    /// One of the two fees at least.
    FixOrRate,
    /// Only for D1.
    OnlyD1,
    /// Only for D1 and T1.
    OnlyD1OrT1,
    /// One choice of inner or outer fee for all cash types of an opening.
    OneBearer,
    /// T1 and D1 not together.
    NotT1WithD1,
    /// Files of these types must be among them.
    WithFiles(&'static [&'static str]),
}

impl FieldRule {
    /// The stable code of an error by this rule.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Required
            | Self::RequiredWhen(..)
            | Self::RequiredUnless(..)
            | Self::FixOrRate
            | Self::WithFiles(_) => ErrorCode::FieldMissing,
            Self::AtMost(_) | Self::AtMostWide(_) | Self::AtMostEntries(_) => {
                ErrorCode::FieldTooLong
            }
            Self::CashTypeOnce => ErrorCode::FieldRepeated,
            Self::Unknown
            | Self::FilledByUs
            | Self::NotOffered
            | Self::WrongType(_)
            | Self::AtLeast(_)
            | Self::NoControls
            | Self::Digits
            | Self::OneOf(_)
            | Self::Login
            | Self::Email
            | Self::Date
            | Self::Time
            | Self::Yuan
            | Self::Percent
            | Self::HuifuId
            | Self::Picture
            | Self::IdCard
            | Self::OfAge
            | Self::NotBefore(_)
            | Self::NotInFuture
            | Self::NotExpired
            | Self::SameAs(_)
            | Self::OnlyD1
            | Self::OnlyD1OrT1
            | Self::OneBearer
            | Self::NotT1WithD1 => ErrorCode::FieldMalformed,
        }
    }

    /// The rule as a sentence in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Required => "必填".to_owned(),
            Self::RequiredWhen(field, values) => {
                format!("当 {field} 为 {} 时必填", values.join("、"))
            }
            Self::RequiredUnless(field, values) => {
                format!("除非 {field} 为 {}，否则必填", values.join("、"))
            }
            Self::Unknown => "没有这个字段".to_owned(),
            Self::FilledByUs => "由平台填写，请不要上送".to_owned(),
            Self::NotOffered => "平台不支持该配置".to_owned(),
            Self::WrongType(Json::Text) => "必须是字符串".to_owned(),
            Self::WrongType(Json::Object) => "必须是对象".to_owned(),
            Self::WrongType(Json::List) => "必须是数组".to_owned(),
            Self::AtMost(most) => format!("最多 {most} 个字符"),
            Self::AtMostWide(most) => format!("最多 {most} 个字符，汉字按 2 个字符计算"),
            Self::AtLeast(least) => format!("至少 {least} 个字符"),
            Self::AtMostEntries(most) => format!("最多 {most} 项"),
            Self::NoControls => "不能包含控制字符".to_owned(),
            Self::Digits => "只能是数字".to_owned(),
            Self::OneOf(values) => format!("取值必须是：{}", values.join("、")),
            Self::Login => "只能包含英文字母、数字和下划线".to_owned(),
            Self::Email => "必须是电子邮箱地址".to_owned(),
            Self::Date => "必须是存在的日期，格式 yyyyMMdd".to_owned(),
            Self::Time => "必须是时间，格式 HHmmss，且不在 00:00 至 00:30 之间".to_owned(),
            Self::Yuan => "必须是以元为单位、保留两位小数的金额，例如 1.00".to_owned(),
            Self::Percent => "必须是保留两位小数的百分数，范围 0.00 至 100.00".to_owned(),
            Self::HuifuId => "必须是汇付号（字母和数字）".to_owned(),
            Self::Picture => "必须是本平台返回的材料编号".to_owned(),
            Self::IdCard => "必须是 18 位居民身份证号码，且校验码正确".to_owned(),
            Self::OfAge => "证件持有人年龄须在 18 至 80 岁之间".to_owned(),
            Self::NotBefore(field) => format!("不能早于 {field}"),
            Self::NotInFuture => "不能晚于今天".to_owned(),
            Self::NotExpired => "证件已过期".to_owned(),
            Self::SameAs(field) => format!("必须与 {field} 相同"),
            Self::CashTypeOnce => "同一取现类型只能出现一次".to_owned(),
            Self::FixOrRate => "fix_amt 与 fee_rate 至少填写一项".to_owned(),
            Self::OnlyD1 => "仅 cash_type 为 D1 时可填".to_owned(),
            Self::OnlyD1OrT1 => "仅 cash_type 为 D1 或 T1 时可填".to_owned(),
            Self::OneBearer => "开通时所有取现类型只能统一选择内扣或外扣".to_owned(),
            Self::NotT1WithD1 => "不支持同时开通 T1 和 D1 结算".to_owned(),
            Self::WithFiles(types) => format!("须包含以下类型的文件：{}", types.join("、")),
        }
    }
}

/// The rule as a sentence in English.
impl fmt::Display for FieldRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match *self {
            Self::Required => "is required",
            Self::Unknown => "is not a field of this interface",
            Self::FilledByUs => "is filled in by us; leave it out",
            Self::NotOffered => "is not offered",
            Self::WrongType(Json::Text) => "must be a string",
            Self::WrongType(Json::Object) => "must be an object",
            Self::WrongType(Json::List) => "must be a list",
            Self::NoControls => "must not hold control characters",
            Self::Digits => "must be digits",
            Self::Login => "is made of letters, digits and underscores",
            Self::Email => "must be an e-mail address",
            Self::Date => "must be a day that exists, in the form yyyyMMdd",
            Self::Time => "must be a time in the form HHmmss, not between 00:00 and 00:30",
            Self::Yuan => "must be an amount in yuan with two decimals, such as 1.00",
            Self::Percent => "must be a percentage with two decimals, 0.00 to 100.00",
            Self::HuifuId => "must be a number of Huifu's: letters and digits",
            Self::Picture => "must be the material_id that we gave the picture",
            Self::IdCard => "must be an ID card number of 18 characters with a right check digit",
            Self::OfAge => "the holder must be 18 to 80 years old",
            Self::NotInFuture => "must not be after today",
            Self::NotExpired => "the document has expired",
            Self::CashTypeOnce => "a cash type may occur only once",
            Self::FixOrRate => "fix_amt or fee_rate is required",
            Self::OnlyD1 => "is only for cash_type D1",
            Self::OnlyD1OrT1 => "is only for cash_type D1 and T1",
            Self::OneBearer => "an opening has one choice of inner or outer fee for all cash types",
            Self::NotT1WithD1 => "settlement T1 and D1 cannot be opened together",
            Self::RequiredWhen(field, values) => {
                return write!(formatter, "is required when {field} is {}", any(values));
            }
            Self::RequiredUnless(field, values) => {
                return write!(formatter, "is required unless {field} is {}", any(values));
            }
            Self::AtMost(most) => return write!(formatter, "has at most {most} characters"),
            Self::AtMostWide(most) => {
                return write!(
                    formatter,
                    "has at most {most} characters, a Chinese character counted as two"
                );
            }
            Self::AtLeast(least) => return write!(formatter, "has at least {least} characters"),
            Self::AtMostEntries(most) => return write!(formatter, "has at most {most} entries"),
            Self::OneOf(values) => return write!(formatter, "must be one of: {}", any(values)),
            Self::NotBefore(field) => return write!(formatter, "must not be before {field}"),
            Self::SameAs(field) => return write!(formatter, "must be the same as {field}"),
            Self::WithFiles(types) => {
                return write!(
                    formatter,
                    "must hold files of the types {}",
                    types.join(", ")
                );
            }
        };
        formatter.write_str(sentence)
    }
}

fn any(values: &[&str]) -> String {
    values.join(", ")
}
