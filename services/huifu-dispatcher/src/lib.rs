//! Sends accepted withdrawals to Huifu at most once, and asks about those whose outcome is unknown.
