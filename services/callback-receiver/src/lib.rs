//! Receives Huifu's callbacks and records how each withdrawal ended.
