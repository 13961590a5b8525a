//! Users' mobile numbers, sealed for their row and opened again: the same for whoever registers one
//! and whoever sends to it.

use contract::huifu::operations::ApplicationForm;
use contract::ids::HtouhuiUserId;
use contract::mobile::MobileNumber;
use secrecy::zeroize::Zeroizing;
use store::users::SealedMobile;

use crate::data_keys::{DataKeyError, DataKeys, context};

/// A number as the row of this user keeps it.
pub fn seal(keys: &DataKeys, user: &HtouhuiUserId, mobile: &MobileNumber) -> SealedMobile {
    SealedMobile {
        sealed: keys.seal(&context::mobile(user), mobile.expose().as_bytes()),
        tail: mobile.tail().to_owned(),
    }
}

/// What the form of an opening says of where this user can be reached.
pub fn of_form(
    keys: &DataKeys,
    user: &HtouhuiUserId,
    form: &ApplicationForm,
) -> Option<SealedMobile> {
    form.mobile().map(|mobile| seal(keys, user, &mobile))
}

/// The number behind what [`seal`] made for the same user.
pub fn open(
    keys: &DataKeys,
    user: &HtouhuiUserId,
    sealed: &str,
) -> Result<MobileNumber, DataKeyError> {
    let plain = Zeroizing::new(keys.open(&context::mobile(user), sealed)?);
    let text = std::str::from_utf8(&plain).map_err(|_| DataKeyError::Malformed)?;
    text.parse().map_err(|_| DataKeyError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_opens_in_the_row_of_its_user_and_in_no_other() {
        let keys = DataKeys::parse("k1:c3RhbmQtZGF0YS1rZXktcHJvdGVjdHMtbm90aGluZyE=").unwrap();
        let (user, other) = ("1".parse().unwrap(), "2".parse().unwrap());
        let mobile: MobileNumber = "13764190263".parse().unwrap();
        let sealed = seal(&keys, &user, &mobile);
        assert_eq!(sealed.tail, "0263");
        assert!(!sealed.sealed.contains("13764190263"));
        assert_eq!(open(&keys, &user, &sealed.sealed), Ok(mobile));
        assert!(open(&keys, &other, &sealed.sealed).is_err());
        let no_number = keys.seal(&context::mobile(&user), b"123456");
        assert_eq!(open(&keys, &user, &no_number), Err(DataKeyError::Malformed));
    }
}
