//! Who uses the console.

use super::role::{Right, Role};
use crate::console::refusal::Refusal;

/// The longest name that is believed; it goes into every row of the audit.
const LONGEST_NAME: usize = 64;

/// A person whose name was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: Role,
}

impl Person {
    /// `None` for a name that would not be legible in the audit.
    pub(crate) fn new(name: &str, role: Role) -> Option<Self> {
        let legible = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte);
        let good = (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(legible);
        good.then(|| Self {
            name: name.to_owned(),
            role,
        })
    }

    /// Whether this person may do it; a refusal that says who may, if not.
    pub(crate) fn must(&self, right: Right) -> Result<(), Refusal> {
        if self.role.may(right) {
            Ok(())
        } else {
            Err(Refusal::NotAllowed(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_legible_and_short() {
        assert!(Person::new("lin.wei@example.com", Role::Reader).is_some());
        for name in ["", "a b", "<b>", "林", "a\nb", &"a".repeat(65)] {
            assert_eq!(Person::new(name, Role::Reader), None, "{name:?}");
        }
    }
}
