//! A Huifu and a partner to run against, written from the documents.
