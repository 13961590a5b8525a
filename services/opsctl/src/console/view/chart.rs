//! Small charts: a bar for each hour of the last day, stacked where two things add up.
//!
//! Who cannot see the bars is told their sum and their peak in a sentence, and hour by hour in the
//! table below the charts.

use askama::Template;
use askama::filters::HtmlSafe;
use jiff::Timestamp;

use super::badge::Tone;
use crate::beijing;

/// In units of the drawing. Hours are 10 apart, with a gap of 2 between bars.
const HEIGHT: i64 = 60;
const STEP: usize = 10;
const BAR: usize = 8;

/// What is drawn of one kind of event: a number for each hour.
pub(crate) struct Series<'a> {
    pub(crate) label: &'static str,
    pub(crate) tone: Tone,
    pub(crate) counts: &'a [i64],
}

/// One chart, ready to be written.
#[derive(Debug, Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    title: &'static str,
    total: i64,
    sentence: String,
    width: usize,
    height: i64,
    bar: usize,
    bars: Vec<Bar>,
    /// What the colours stand for, where there is more than one.
    keys: Vec<Key>,
    from: String,
    most: i64,
}

#[derive(Debug)]
struct Bar {
    class: &'static str,
    x: usize,
    y: i64,
    height: i64,
}

#[derive(Debug)]
struct Key {
    class: &'static str,
    label: &'static str,
    total: i64,
}

impl HtmlSafe for Chart {}

impl Chart {
    /// Of what began at these hours. The first of `series` stands on the ground, the next on it.
    pub(crate) fn new(title: &'static str, hours: &[Timestamp], series: &[Series<'_>]) -> Self {
        let sums: Vec<i64> = (0..hours.len())
            .map(|hour| series.iter().map(|one| at(one, hour)).sum())
            .collect();
        let most = sums.iter().copied().max().unwrap_or(0);
        let mut bars = Vec::new();
        for hour in 0..hours.len() {
            let mut ground = HEIGHT;
            for one in series {
                let height = scaled(at(one, hour), most).min(ground);
                if height > 0 {
                    ground -= height;
                    bars.push(Bar {
                        class: one.tone.class(),
                        x: hour * STEP,
                        y: ground,
                        height,
                    });
                }
            }
        }
        let keys = series.iter().map(|one| Key {
            class: one.tone.class(),
            label: one.label,
            total: one.counts.iter().sum(),
        });
        Self {
            keys: keys.filter(|_| series.len() > 1).collect(),
            title,
            total: sums.iter().sum(),
            sentence: sentence(hours, &sums, series),
            width: hours.len() * STEP - (STEP - BAR).min(hours.len() * STEP),
            height: HEIGHT,
            bar: BAR,
            bars,
            from: hours
                .first()
                .map(|from| clock_of(*from))
                .unwrap_or_default(),
            most,
        }
    }
}

fn at(series: &Series<'_>, hour: usize) -> i64 {
    series.counts.get(hour).copied().unwrap_or(0)
}

/// One among thousands is still seen.
fn scaled(count: i64, most: i64) -> i64 {
    if count <= 0 || most <= 0 {
        return 0;
    }
    (count.saturating_mul(HEIGHT) / most).max(2)
}

fn sentence(hours: &[Timestamp], sums: &[i64], series: &[Series<'_>]) -> String {
    let parts: Vec<String> = series
        .iter()
        .map(|one| format!("{} {}", one.counts.iter().sum::<i64>(), one.label))
        .collect();
    let peak = hours
        .iter()
        .zip(sums)
        .rev()
        .max_by_key(|(_, sum)| **sum)
        .filter(|(_, sum)| **sum > 0);
    let peak = peak.map_or_else(String::new, |(from, sum)| {
        format!(
            "; the most in one hour were {sum}, from {}",
            clock_of(*from)
        )
    });
    format!("In the last day {}{peak}.", parts.join(" and "))
}

/// `13:00`, in Beijing.
fn clock_of(at: Timestamp) -> String {
    beijing::shown(at).chars().skip(11).take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(counts: &[i64], others: &[i64]) -> Chart {
        let begin: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let hours: Vec<Timestamp> = (0..counts.len())
            .map(|hour| begin + jiff::SignedDuration::from_hours(i64::try_from(hour).unwrap()))
            .collect();
        let series = [
            Series {
                label: "paid",
                tone: Tone::Good,
                counts,
            },
            Series {
                label: "failed",
                tone: Tone::Bad,
                counts: others,
            },
        ];
        Chart::new("Ends", &hours, &series)
    }

    #[test]
    fn bars_stand_on_each_other_and_never_leave_the_chart() {
        let chart = chart(&[0, 1, 1_000], &[0, 0, 1_000]);
        let bars: Vec<_> = chart
            .bars
            .iter()
            .map(|bar| (bar.class, bar.x, bar.y, bar.height))
            .collect();
        let expected = [
            ("good", 10, 58, 2),
            ("good", 20, 30, 30),
            ("bad", 20, 0, 30),
        ];
        assert_eq!(bars, expected);
        assert_eq!(chart.total, 2_001);
        assert_eq!(
            chart.sentence,
            "In the last day 1001 paid and 1000 failed; the most in one hour were 2000, from 14:00."
        );
    }

    #[test]
    fn a_day_without_anything_is_an_empty_chart() {
        let chart = chart(&[0, 0], &[0, 0]);
        assert!(chart.bars.is_empty());
        assert_eq!(chart.sentence, "In the last day 0 paid and 0 failed.");
    }
}
