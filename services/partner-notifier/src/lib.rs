//! Tells partners, signed and surely, how each withdrawal ended.
