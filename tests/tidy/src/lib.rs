//! What a reviewer would otherwise say twice.
