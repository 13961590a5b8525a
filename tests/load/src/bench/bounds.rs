//! How much a run does, and for how long: nothing in it is without an end.

use std::time::Duration;

/// How large a run is.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Partners, each with a sandbox of its own.
    pub partners: usize,
    /// Users, spread over the partners.
    pub users: usize,
    /// Whole journeys at [`Bounds::idle_rate`].
    pub idle_count: usize,
    /// A second.
    pub idle_rate: f64,
    /// Whole journeys under way at their saturation.
    pub journeys: usize,
    /// How long that lasts.
    pub journey_span: Duration,
    /// Turns of product and bare pipeline.
    pub rounds: usize,
    /// Withdrawals under way in each.
    pub outstanding: usize,
    /// The beginning of each turn that is not counted.
    pub ramp: Duration,
    /// The part that is.
    pub span: Duration,
    /// Fixed rates to try, as shares of the rate at saturation, rising.
    pub steps: Vec<f64>,
    /// How long each lasts.
    pub step_span: Duration,
}

impl Bounds {
    /// What `make bench` does, in less than four minutes.
    #[must_use]
    pub fn full() -> Self {
        Self {
            partners: 3,
            users: 200,
            idle_count: 250,
            idle_rate: 10.0,
            journeys: 24,
            journey_span: Duration::from_secs(12),
            rounds: 3,
            outstanding: 200,
            ramp: Duration::from_secs(2),
            span: Duration::from_secs(8),
            steps: vec![0.7, 0.85, 0.95],
            step_span: Duration::from_secs(8),
        }
    }

    /// A run that proves the bench itself: seconds, and no figure worth reading.
    #[must_use]
    pub fn smoke() -> Self {
        Self {
            partners: 2,
            users: 4,
            idle_count: 5,
            idle_rate: 10.0,
            journeys: 0,
            journey_span: Duration::ZERO,
            rounds: 0,
            outstanding: 0,
            ramp: Duration::ZERO,
            span: Duration::ZERO,
            steps: Vec::new(),
            step_span: Duration::ZERO,
        }
    }
}
