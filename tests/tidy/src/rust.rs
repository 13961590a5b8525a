//! Rust sources as tokens with their lines: what is test code, which literals, modules and paths.
//!
//! Tokens and not a syntax tree: a literal inside a macro's call counts as well, and the expansion
//! is nobody's concern here. A file that is no Rust is one finding, of [`unreadable`]; to every
//! other rule it is empty.

mod texts;

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use crate::{Finding, Tree};

pub(crate) use texts::texts;

/// Files that are no Rust.
pub fn unreadable(tree: &Tree) -> Vec<Finding> {
    let broken = tree
        .with_extension("rs")
        .filter(|(_, text)| text.parse::<TokenStream>().is_err());
    broken
        .map(|(path, _)| Finding::new(path, 1, "is not Rust: its brackets or quotes do not match"))
        .collect()
}

/// Whether the whole file is test code.
pub(crate) fn is_test_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    // `shared/store/tests/it/main.rs`, but not `tests/sandbox/src/lib.rs`.
    parts.iter().skip(2).any(|part| *part == "tests") || path.ends_with("/tests.rs")
}

/// The tokens; none when the file is no Rust.
pub(crate) fn tokens(text: &str) -> Vec<TokenTree> {
    text.parse::<TokenStream>()
        .unwrap_or_default()
        .into_iter()
        .collect()
}

/// `[doc = "…"]`: what a comment becomes.
fn is_doc(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(ident)) if ident == "doc")
}

/// A line, from 1, and a column of it, from 0, in characters.
pub(crate) type Place = (usize, usize);

/// Where each literal that is no comment begins and ends.
pub(crate) fn literal_spans(text: &str) -> Vec<(Place, Place)> {
    fn collect(tokens: Vec<TokenTree>, spans: &mut Vec<(Place, Place)>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) if !is_doc(&group) => {
                    collect(group.stream().into_iter().collect(), spans);
                }
                TokenTree::Literal(literal) => {
                    let (start, end) = (literal.span().start(), literal.span().end());
                    spans.push(((start.line, start.column), (end.line, end.column)));
                }
                TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
    let mut spans = Vec::new();
    collect(tokens(text), &mut spans);
    spans
}

/// The lines of every item under `#[cfg(test)]`, the attribute included.
pub(crate) fn test_lines(text: &str) -> Vec<RangeInclusive<usize>> {
    fn collect(tokens: &[TokenTree], ranges: &mut Vec<RangeInclusive<usize>>) {
        let mut at = 0;
        while at < tokens.len() {
            if let Some(end) = test_item(&tokens[at..]) {
                let last = &tokens[at + end];
                ranges.push(tokens[at].span().start().line..=last.span().end().line);
                at += end;
            } else if let TokenTree::Group(group) = &tokens[at] {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect(&inner, ranges);
            }
            at += 1;
        }
    }
    let mut ranges = Vec::new();
    collect(&tokens(text), &mut ranges);
    ranges
}

/// Where the item that `tokens` begin with ends, if its first attribute says that it is a test.
fn test_item(tokens: &[TokenTree]) -> Option<usize> {
    let [hash, TokenTree::Group(attribute), ..] = tokens else {
        return None;
    };
    let condition: String = attribute.stream().to_string().split_whitespace().collect();
    if !is_punct(hash, '#') || condition != "cfg(test)" {
        return None;
    }
    let body = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_punct(other, ';'),
    };
    tokens.iter().position(body)
}

/// One `mod name;`, with the names of the inline modules around it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) line: usize,
    pub(crate) path: Vec<String>,
}

/// Every `mod name;`, at any depth of inline modules.
pub(crate) fn declared_modules(text: &str) -> Vec<Declared> {
    fn collect(tokens: &[TokenTree], around: &[String], found: &mut Vec<Declared>) {
        for window in tokens.windows(3) {
            let [TokenTree::Ident(keyword), TokenTree::Ident(name), next] = window else {
                continue;
            };
            if keyword != "mod" {
                continue;
            }
            let mut path = around.to_vec();
            path.push(name.to_string());
            match next {
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    collect(&inner, &path, found);
                }
                _ => found.push(Declared {
                    line: keyword.span().start().line,
                    path,
                }),
            }
        }
    }
    let mut found = Vec::new();
    collect(&tokens(text), &[], &mut found);
    found
}

/// Every path that begins with a name and `::`, as the names before its end, with its line; a group
/// `a::{b::c, d}` is two paths.
pub(crate) fn paths(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    collect_paths(&tokens(text), &[], &mut found);
    found
}

fn collect_paths(tokens: &[TokenTree], around: &[String], found: &mut Vec<(usize, Vec<String>)>) {
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        at += 1;
        if let TokenTree::Group(group) = token {
            if !is_doc(group) {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect_paths(&inner, &[], found);
            }
            continue;
        }
        let TokenTree::Ident(first) = token else {
            continue;
        };
        let mut path = around.to_vec();
        path.push(first.to_string());
        let mut grouped = false;
        while at + 2 < tokens.len() + 1 && colons(&tokens[at..]) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    collect_paths(&inner, &path, found);
                    grouped = true;
                }
                _ => {}
            }
            at += 3;
        }
        if path.len() > 1 && !grouped {
            found.push((first.span().start().line, path));
        }
    }
}

fn colons(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), ..] => {
            first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':'
        }
        _ => false,
    }
}

pub(crate) fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// The text with everything under `#[cfg(test)]` made blank; lines keep their numbers.
pub(crate) fn without_tests(text: &str) -> String {
    let ranges = test_lines(text);
    let kept = text.lines().enumerate().map(|(index, line)| {
        let hidden = ranges.iter().any(|range| range.contains(&(index + 1)));
        if hidden { "" } else { line }
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
