//! Which traces are kept: the standard's samplers, by the standard's names.

use contract::trace::TraceContext;

/// Decides at a trace's first step, and for the rest of it at each step of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampler {
    /// Whether what the step before decided holds.
    pub parent_based: bool,
    /// How many of all traces, from 0 to 1; of those without a parent where that holds.
    pub ratio: f64,
}

impl Sampler {
    /// By the trace's id, so that services that are told the same ratio decide the same.
    pub(super) fn keeps(&self, trace_id: u128, parent: Option<TraceContext>) -> bool {
        if let (true, Some(parent)) = (self.parent_based, parent) {
            return parent.sampled;
        }
        // As OpenTelemetry's SDKs do it: 63 bits of the id against the ratio of all there are.
        let drawn = (trace_id as u64) >> 1;
        self.ratio >= 1.0 || drawn < (self.ratio.max(0.0) * (1_u64 << 63) as f64) as u64
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanKind, TraceId};
    use opentelemetry_sdk::trace::{Sampler as Theirs, SamplingDecision, ShouldSample as _};

    use super::*;
    use crate::ids::random_bytes;

    #[test]
    fn a_ratio_keeps_exactly_what_the_sdk_would_keep() {
        for ratio in [0.0, 0.000_1, 0.1, 0.5, 0.999, 1.0] {
            let ours = Sampler {
                parent_based: false,
                ratio,
            };
            let theirs = Theirs::TraceIdRatioBased(ratio);
            for _ in 0..500 {
                let trace_id = u128::from_be_bytes(random_bytes());
                let kind = SpanKind::Server;
                let decided = theirs
                    .should_sample(None, TraceId::from(trace_id), "", &kind, &[], &[])
                    .decision;
                let kept = decided == SamplingDecision::RecordAndSample;
                assert_eq!(
                    ours.keeps(trace_id, None),
                    kept,
                    "{trace_id:032x} at {ratio}"
                );
            }
        }
    }

    #[test]
    fn what_the_step_before_decided_holds_where_it_is_to() {
        let parent = |sampled| TraceContext {
            trace_id: 7,
            span_id: 7,
            sampled,
        };
        for sampled in [true, false] {
            for ratio in [0.0, 1.0] {
                let based = Sampler {
                    parent_based: true,
                    ratio,
                };
                assert_eq!(based.keeps(7, Some(parent(sampled))), sampled);
                let own = Sampler {
                    parent_based: false,
                    ratio,
                };
                assert_eq!(own.keeps(7, Some(parent(sampled))), ratio >= 1.0);
            }
        }
    }
}
