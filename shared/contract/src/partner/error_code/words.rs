//! What each refusal is called to people, in Chinese and in English.

use super::ErrorCode::{self, *};

impl ErrorCode {
    /// What happened, in one Chinese sentence.
    pub const fn zh(self) -> &'static str {
        match self {
            FieldMissing => "缺少必填字段。",
            FieldRepeated => "字段重复出现。",
            FieldTooLong => "字段超过最大长度。",
            FieldMalformed => "字段格式不正确。",
            RequestMalformed => "请求无法解析。",
            RequestTooLarge => "请求内容过大。",
            PartnerUnknown => "合作方不存在。",
            PartnerSuspended => "合作方已被暂停。",
            KeyUnknown => "密钥未登记。",
            KeyRetired => "密钥当前不在有效期内。",
            SignatureMissing => "缺少签名。",
            SignatureMismatch => "签名验证失败。",
            TimestampOutOfRange => "请求时间与服务器时间相差超过十分钟。",
            NonceRepeated => "该随机串已经使用过。",
            HostNotRegistered => "地址的域名未登记。",
            AmountNotPositive => "提现金额必须大于零。",
            AmountTooLarge => "提现金额超过单笔限额。",
            AmountBelowFee => "提现金额不足以支付手续费。",
            BalanceTooLow => "账户可提现余额不足。",
            UserUnknown => "用户不存在。",
            CardMissing => "用户尚未绑定银行卡。",
            CashTypeUnavailable => "该提现类型未开通。",
            OrderConflict => "该商户订单号已用于另一笔内容不同的提现。",
            OrderUnknown => "提现订单不存在。",
            OpeningExists => "该用户已开户或正在开户。",
            ApplicationConflict => "该申请编号已用于另一份内容不同的申请。",
            ApplicationUnknown => "申请单不存在。",
            MaterialConflict => "该材料编号已用于另一份内容不同的材料。",
            MaterialUnknown => "材料不存在。",
            MaterialTooLarge => "材料文件过大。",
            MaterialKindUnsupported => "材料必须是 JPEG 或 PNG 图片。",
            NoticeUnknown => "通知不存在。",
            PageExpired => "页面已过期，请返回重新发起提现。",
            PasswordWrong => "交易密码不正确。",
            PasswordLocked => "密码错误次数过多，请稍后再试。",
            PasswordUnset => "尚未设置交易密码。",
            PasswordUnfit => "新交易密码必须是六位数字，且不能过于简单。",
            PasswordRepeatDiffers => "两次输入的新交易密码不一致。",
            MobileMissing => "没有登记手机号，无法发送验证码。",
            SmsCodeWrong => "短信验证码不正确。",
            SmsCodeExpired => "短信验证码已失效，请重新获取。",
            SmsCodeUsedUp => "短信验证码错误次数过多，请重新获取。",
            SmsUnavailable => "短信暂时无法发送，请稍后再试。",
            NotFound => "页面不存在。",
            MethodNotAllowed => "请求方法不受支持。",
            RateLimited => "请求过于频繁，请稍后再试。",
            Unavailable => "服务暂时不可用，请稍后再试。",
            Internal => "系统内部错误。",
        }
    }

    /// What happened, in one English sentence.
    pub const fn en(self) -> &'static str {
        match self {
            FieldMissing => "A required field is missing.",
            FieldRepeated => "A field occurs more than once.",
            FieldTooLong => "A field is longer than its limit.",
            FieldMalformed => "A field is malformed.",
            RequestMalformed => "The request cannot be read.",
            RequestTooLarge => "The request is too large.",
            PartnerUnknown => "There is no such partner.",
            PartnerSuspended => "This partner is suspended.",
            KeyUnknown => "No key is registered under this key_id.",
            KeyRetired => "The key is not active at this time.",
            SignatureMissing => "There is no signature.",
            SignatureMismatch => "The signature does not match.",
            TimestampOutOfRange => "The timestamp is more than ten minutes off.",
            NonceRepeated => "This nonce was used before.",
            HostNotRegistered => "A URL leads to a host that is not registered.",
            AmountNotPositive => "The amount must be more than zero.",
            AmountTooLarge => "The amount is above the limit for one withdrawal.",
            AmountBelowFee => "The amount does not cover the fee.",
            BalanceTooLow => "The account holds less than this withdrawal needs.",
            UserUnknown => "There is no such user.",
            CardMissing => "The user has no bound bank card.",
            CashTypeUnavailable => "This cash type is not available.",
            OrderConflict => "This out_order_no belongs to a withdrawal with other fields.",
            OrderUnknown => "There is no such withdrawal.",
            OpeningExists => "This user is opened already, or is being opened.",
            ApplicationConflict => {
                "This application_no belongs to an application with other content."
            }
            ApplicationUnknown => "There is no such application.",
            MaterialConflict => "This material_no belongs to another picture.",
            MaterialUnknown => "There is no such picture.",
            MaterialTooLarge => "The picture is too large.",
            MaterialKindUnsupported => "The file is neither a JPEG nor a PNG picture.",
            NoticeUnknown => "There is no such notice.",
            PageExpired => "This page has expired; please start the withdrawal again.",
            PasswordWrong => "The transaction password is wrong.",
            PasswordLocked => "Too many wrong passwords; please try again later.",
            PasswordUnset => "No transaction password has been set yet.",
            PasswordUnfit => {
                "A new transaction password is six digits that are not easily guessed."
            }
            PasswordRepeatDiffers => "The new transaction password was typed in two ways.",
            MobileMissing => "No mobile number is registered, so no code can be sent.",
            SmsCodeWrong => "The code from the SMS is wrong.",
            SmsCodeExpired => "The code from the SMS is no longer good; please ask for another.",
            SmsCodeUsedUp => "Too many wrong codes; please ask for another.",
            SmsUnavailable => "No SMS can be sent at the moment; please try again later.",
            NotFound => "There is no such page.",
            MethodNotAllowed => "This method is not supported here.",
            RateLimited => "Too many requests; please try again later.",
            Unavailable => "The service is not available at the moment; please try again later.",
            Internal => "An internal error occurred.",
        }
    }
}
