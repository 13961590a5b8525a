//! What each role may do. This table is the only place that knows.

use clap::ValueEnum;

/// What a person is to the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Looks at everything and changes nothing.
    Reader,
    /// Decides about what needs a person.
    Operator,
    /// An operator who also agrees to what another one started.
    Approver,
}

/// What can be asked of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// See what there is, payloads included.
    Look,
    /// Discard, archive or restore dead letters.
    Decide,
    /// Start, pause, resume or cancel a replay.
    Replay,
    /// Agree to a replay that needs a second person. Never to one's own: the store sees to that.
    Approve,
    /// Close a case and release what it holds.
    CloseCase,
    /// Hold a partner's notices and release them.
    HoldPartner,
}

impl Role {
    /// Every role, the least first.
    pub(crate) const ALL: [Self; 3] = [Self::Reader, Self::Operator, Self::Approver];

    /// The name in files, in the audit and on pages.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
            Self::Approver => "approver",
        }
    }

    /// The role with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether it has this right.
    pub(crate) const fn may(self, right: Right) -> bool {
        match (right, self) {
            (Right::Look, Self::Reader | Self::Operator | Self::Approver)
            | (
                Right::Decide | Right::Replay | Right::CloseCase | Right::HoldPartner,
                Self::Operator | Self::Approver,
            )
            | (Right::Approve, Self::Approver) => true,
            (
                Right::Decide
                | Right::Replay
                | Right::Approve
                | Right::CloseCase
                | Right::HoldPartner,
                Self::Reader,
            )
            | (Right::Approve, Self::Operator) => false,
        }
    }
}

impl Right {
    /// Every right; the tests try each of them with each role.
    #[cfg(test)]
    const ALL: [Self; 6] = [
        Self::Look,
        Self::Decide,
        Self::Replay,
        Self::Approve,
        Self::CloseCase,
        Self::HoldPartner,
    ];

    /// The least role that has it, to follow "takes a".
    pub(crate) fn takes(self) -> &'static str {
        let least = Role::ALL.into_iter().find(|role| role.may(self));
        least.map_or("nobody", Role::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_role_below_may_and_more() {
        for right in Right::ALL {
            let may = Role::ALL.map(|role| role.may(right));
            assert!(may.is_sorted(), "{right:?}: {may:?}");
            assert!(may[2], "{right:?}: somebody may");
        }
        assert_eq!(Right::Look.takes(), "reader");
        assert_eq!(Right::Decide.takes(), "operator");
        assert_eq!(Right::Approve.takes(), "approver");
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.as_str()), Some(role));
        }
    }
}
