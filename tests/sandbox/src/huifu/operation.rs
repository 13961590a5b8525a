//! The interfaces, and the path of each.

use serde::{Deserialize, Serialize};

/// Which interface a request or a rule is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The withdrawal itself.
    #[default]
    Encashment,
    /// The query of a withdrawal. Of queries, only faults of the answer have a meaning.
    Query,
    /// 企业商户进件.
    MerchantEnt,
    /// 个人商户进件.
    MerchantIndv,
    /// 商户基本信息修改.
    MerchantModify,
    /// 商户详细信息查询.
    MerchantQuery,
    /// 申请单状态查询 of merchants.
    MerchantStatusQuery,
    /// 商户业务开通.
    MerchantBusiOpen,
    /// 商户业务开通修改.
    MerchantBusiModify,
    /// 企业用户进件.
    UserEnt,
    /// 个人用户进件.
    UserIndv,
    /// 用户信息查询.
    UserQuery,
    /// 用户业务入驻.
    UserBusiOpen,
    /// 用户业务入驻修改.
    UserBusiModify,
    /// 申请单状态查询 of users.
    UserApplyQuery,
    /// 图片上传.
    Picture,
    /// 账户余额信息查询.
    Balance,
    /// 取现额度查询 of DM.
    DmQuota,
    /// 手续费试算.
    FeeTrial,
    /// 对账单查询.
    StatementQuery,
    /// The file behind a download_url.
    StatementFile,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Encashment,
        Self::Query,
        Self::MerchantEnt,
        Self::MerchantIndv,
        Self::MerchantModify,
        Self::MerchantQuery,
        Self::MerchantStatusQuery,
        Self::MerchantBusiOpen,
        Self::MerchantBusiModify,
        Self::UserEnt,
        Self::UserIndv,
        Self::UserQuery,
        Self::UserBusiOpen,
        Self::UserBusiModify,
        Self::UserApplyQuery,
        Self::Picture,
        Self::Balance,
        Self::DmQuota,
        Self::FeeTrial,
        Self::StatementQuery,
        Self::StatementFile,
    ];

    /// Where it is served. The withdrawal has a second spelling besides.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Encashment => "/v2/trade/settlement/encashment",
            Self::Query => "/v2/trade/settlement/query",
            Self::MerchantEnt => "/v2/merchant/basicdata/ent",
            Self::MerchantIndv => "/v2/merchant/basicdata/indv",
            Self::MerchantModify => "/v2/merchant/basicdata/modify",
            Self::MerchantQuery => "/v2/merchant/basicdata/query",
            Self::MerchantStatusQuery => "/v2/merchant/basicdata/status/query",
            Self::MerchantBusiOpen => "/v2/merchant/busi/open",
            Self::MerchantBusiModify => "/v2/merchant/busi/modify",
            Self::UserEnt => "/v2/user/basicdata/ent",
            Self::UserIndv => "/v2/user/basicdata/indv",
            Self::UserQuery => "/v2/user/basicdata/query",
            Self::UserBusiOpen => "/v2/user/busi/open",
            Self::UserBusiModify => "/v2/user/busi/modify",
            Self::UserApplyQuery => "/v2/user/apply/query",
            Self::Picture => "/v2/supplementary/picture",
            Self::Balance => "/v2/trade/acctpayment/balance/query",
            Self::DmQuota => "/v2/trade/settlement/enchashment/dmamt/query",
            Self::FeeTrial => "/v2/trade/feecalc",
            Self::StatementQuery => "/v2/trade/check/filequery",
            Self::StatementFile => "/files/{file_id}",
        }
    }

    pub(crate) fn is_for_merchants(self) -> bool {
        self.path().starts_with("/v2/merchant/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interface_has_a_path_of_its_own() {
        let paths: std::collections::BTreeSet<&str> =
            Operation::ALL.into_iter().map(Operation::path).collect();
        assert_eq!(paths.len(), Operation::ALL.len());
    }
}
