//! The string literals of a source, each with the constant and the macro that it belongs to.

use proc_macro2::{Literal, TokenTree};

use super::{is_doc, is_punct, tokens};

/// A string literal, without its quotes and with the escapes that matter here undone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) line: usize,
    pub(crate) value: String,
    /// The constant whose value it is, or with whose first part `concat!` begins.
    pub(crate) constant: Option<String>,
    /// The macro in whose call it stands.
    pub(crate) within: Option<String>,
}

/// Every string literal that is no comment.
pub(crate) fn texts(text: &str) -> Vec<Text> {
    let mut found = Vec::new();
    collect_texts(&tokens(text), None, None, &mut found);
    found
}

/// `begins` is the constant that the first token begins.
fn collect_texts(
    tokens: &[TokenTree],
    begins: Option<&str>,
    within: Option<&str>,
    found: &mut Vec<Text>,
) {
    let mut constant: Option<String> = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == "const" || ident == "static" => {
                constant = tokens.get(at + 1).map(ToString::to_string);
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => constant = None,
            TokenTree::Group(group) => {
                if is_doc(group) {
                    continue;
                }
                let called = called_macro(&tokens[..at]);
                let inner: Vec<_> = group.stream().into_iter().collect();
                let begins = constant
                    .as_deref()
                    .filter(|_| called.as_deref() == Some("concat"));
                collect_texts(&inner, begins, called.as_deref().or(within), found);
            }
            TokenTree::Literal(literal) => {
                let Some(value) = unquoted(literal) else {
                    continue;
                };
                let of = match at.checked_sub(1) {
                    Some(before) if is_punct(&tokens[before], '=') => constant.as_deref(),
                    Some(_) => None,
                    None => begins,
                };
                found.push(Text {
                    line: literal.span().start().line,
                    value,
                    constant: of.map(str::to_owned),
                    within: within.map(str::to_owned),
                });
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// `name` of `name!` just before a group.
fn called_macro(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Ident(name), bang] if is_punct(bang, '!') => Some(name.to_string()),
        _ => None,
    }
}

fn unquoted(literal: &Literal) -> Option<String> {
    let source = literal.to_string();
    if source.starts_with('r') && source.ends_with(['"', '#']) {
        let inner = source[1..].trim_matches('#');
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    let inner = source.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match rest.next() {
            // The line goes on, without the next line's indentation.
            Some('\n') => while rest.next_if(|next| next.is_whitespace()).is_some() {},
            Some('n') => value.push('\n'),
            Some('t') => value.push('\t'),
            Some(other) => value.push(other),
            None => {}
        }
    }
    Some(value)
}
