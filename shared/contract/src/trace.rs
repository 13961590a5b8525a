//! W3C Trace Context, the header `traceparent`: which trace something belongs to, and which step of
//! it was the cause (w3.org/TR/trace-context, level 1).
//!
//! Ids here are random and mean nothing by themselves. `tracestate` is other people's and is not
//! carried on.

use std::fmt;
use std::str::FromStr;

/// The header, in HTTP and in AMQP.
pub const TRACEPARENT: &str = "traceparent";

/// Version, trace, span and flags in hexadecimal, with a dash between.
const LENGTH: usize = 2 + 1 + 32 + 1 + 16 + 1 + 2;

const SAMPLED: u8 = 1;

/// A step of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The whole: never zero.
    pub trace_id: u128,
    /// The step: never zero.
    pub span_id: u64,
    /// Whether its steps are kept.
    pub sampled: bool,
}

impl TraceContext {
    /// The trace's id as the header has it.
    pub fn trace_id_text(&self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// The step's id as the header has it.
    pub fn span_id_text(&self) -> String {
        format!("{:016x}", self.span_id)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = if self.sampled { SAMPLED } else { 0 };
        let (trace, span) = (self.trace_id, self.span_id);
        write!(formatter, "00-{trace:032x}-{span:016x}-{flags:02x}")
    }
}

/// It is no `traceparent`. What it is instead is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct NotATraceparent;

impl FromStr for TraceContext {
    type Err = NotATraceparent;

    /// Of a later version the part that this one knows is read, as the standard asks.
    fn from_str(text: &str) -> Result<Self, NotATraceparent> {
        let known = text.get(..LENGTH).ok_or(NotATraceparent)?;
        let rest = &text[LENGTH..];
        let mut parts = known.split('-');
        let version = hexadecimal(parts.next(), 2)?;
        let trace_id = hexadecimal(parts.next(), 32)?;
        let span_id = hexadecimal(parts.next(), 16)?;
        let flags = hexadecimal(parts.next(), 2)?;
        let complete = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        if !complete || trace_id == 0 || span_id == 0 {
            return Err(NotATraceparent);
        }
        Ok(Self {
            trace_id,
            span_id: u64::try_from(span_id).map_err(|_| NotATraceparent)?,
            sampled: flags & u128::from(SAMPLED) != 0,
        })
    }
}

/// Lower case alone, as the standard wants it.
fn hexadecimal(part: Option<&str>, length: usize) -> Result<u128, NotATraceparent> {
    let digits = part.filter(|part| {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        part.len() == length && part.bytes().all(digit)
    });
    let digits = digits.ok_or(NotATraceparent)?;
    u128::from_str_radix(digits, 16).map_err(|_| NotATraceparent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_standards_example_is_read_and_printed_as_it_was() {
        let context: TraceContext = GOOD.parse().unwrap();
        assert_eq!(context.trace_id_text(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id_text(), "00f067aa0ba902b7");
        assert!(context.sampled);
        assert_eq!(context.to_string(), GOOD);
    }

    #[test]
    fn flags_of_others_are_passed_over_and_later_versions_are_read_as_far_as_they_are_known() {
        let unsampled: TraceContext = GOOD.replace("-01", "-02").parse().unwrap();
        assert!(!unsampled.sampled);
        let later = format!("cc{}-what-comes-next", &GOOD[2..]);
        assert_eq!(later.parse::<TraceContext>(), GOOD.parse());
    }

    #[test]
    fn what_the_standard_forbids_is_nothing() {
        let zero_trace = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let zero_span = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", "0".repeat(16));
        let bad = [
            String::new(),
            GOOD.to_uppercase(),
            format!("ff{}", &GOOD[2..]),
            format!("{GOOD}-more"),
            format!("cc{}more", &GOOD[2..]),
            GOOD.replace('-', "_"),
            GOOD[..54].to_owned(),
            format!(" {GOOD}"),
            GOOD.replacen('4', "+", 1),
            GOOD.replacen('4', "語", 1),
            zero_trace,
            zero_span,
        ];
        for text in bad {
            assert!(text.parse::<TraceContext>().is_err(), "{text}");
        }
    }
}
