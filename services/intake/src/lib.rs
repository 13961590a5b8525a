//! Takes withdrawals: the page call, the hosted page, the JSON API and our public keys.
