//! Where everything stands in the drawing. Numbers are units of its `viewBox`.

use super::{Actor, Hop};
use crate::beijing;

const WIDTH: usize = 1000;
/// The heads stand above the first row and once more below the last: a long story is read far away
/// from its beginning.
const HEAD: usize = 28;
const HEAD_WIDTH: usize = 130;
const ROW: usize = 46;
const DAY: usize = 24;

/// About what a character of 12 takes; wide ones take two.
const CHARACTER: usize = 7;

/// A self call is a loop to the right of its line; its words stand beside it.
const LOOP: usize = 34;

/// All shapes.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) heads: Vec<Head>,
    pub(super) days: Vec<Day>,
    pub(super) arrows: Vec<Arrow>,
}

#[derive(Debug)]
pub(super) struct Head {
    pub(super) name: &'static str,
    pub(super) x: usize,
    pub(super) left: usize,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) top: [usize; 2],
}

/// A line across where another day begins, or where hops are left out.
#[derive(Debug)]
pub(super) struct Day {
    pub(super) y: usize,
    pub(super) text: String,
}

#[derive(Debug)]
pub(super) struct Arrow {
    pub(super) class: String,
    pub(super) at: String,
    pub(super) y: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    /// The tip, as the points of a polygon.
    pub(super) tip: String,
    /// A cross where the arrow did not arrive well: shapes tell what colours tell.
    pub(super) cross: Option<usize>,
    /// Where a loop begins; then there is no straight line.
    pub(super) loops: Option<String>,
    pub(super) text_x: usize,
    pub(super) anchor: &'static str,
    pub(super) what: String,
    pub(super) outcome: String,
}

const fn line_of(actor: Actor) -> usize {
    match actor {
        Actor::Partner => 160,
        Actor::User => 345,
        Actor::Operator => 590,
        Actor::Huifu => 860,
    }
}

impl Drawing {
    /// `gap` says that so many hops are left out before the hop with this number.
    pub(super) fn of(hops: &[Hop], gap: Option<(usize, usize)>) -> Self {
        let mut y = HEAD + 12;
        let mut days = Vec::new();
        let mut arrows = Vec::new();
        let mut today = String::new();
        for (number, hop) in hops.iter().enumerate() {
            let (day, clock) = day_and_clock(hop);
            let left_out = gap.filter(|(before, _)| *before == number);
            if let Some((_, count)) = left_out {
                y += DAY;
                days.push(Day {
                    y,
                    text: format!("… {count} more"),
                });
            }
            if day != today {
                y += DAY;
                days.push(Day {
                    y,
                    text: day.clone(),
                });
                today = day;
            }
            y += ROW;
            arrows.push(arrow(hop, y - 14, clock));
        }
        let bottom = y + 12;
        let heads = Actor::ALL.map(|actor| Head {
            name: actor.name(),
            x: line_of(actor),
            left: line_of(actor) - HEAD_WIDTH / 2,
            width: HEAD_WIDTH,
            height: HEAD,
            top: [1, bottom],
        });
        Self {
            width: WIDTH,
            height: bottom + HEAD + 1,
            heads: heads.into(),
            days,
            arrows,
        }
    }
}

fn day_and_clock(hop: &Hop) -> (String, String) {
    let shown = beijing::shown_with_millis(hop.at);
    let (day, clock) = shown.split_once(' ').unwrap_or((&shown, ""));
    (day.to_owned(), clock.to_owned())
}

fn arrow(hop: &Hop, y: usize, at: String) -> Arrow {
    let (from, to) = (line_of(hop.from), line_of(hop.to));
    let dashed = if hop.answers { " dashed" } else { "" };
    let class = format!("{}{dashed}", hop.tone.class());
    if hop.from == hop.to {
        let text_x = from + LOOP + 8;
        let room = (WIDTH - text_x) / CHARACTER;
        return Arrow {
            class,
            at,
            y,
            from,
            to,
            tip: format!(
                "{} {} {} {} {} {}",
                from + 2,
                y,
                from + 10,
                y - 4,
                from + 10,
                y + 4
            ),
            cross: None,
            loops: Some(format!("M{from} {} h{LOOP} v14 h-{}", y - 14, LOOP - 8)),
            text_x,
            anchor: "start",
            what: cut(&hop.what, room),
            outcome: cut(&hop.outcome, room),
        };
    }
    let (tip, end, cross) = if to > from {
        let tip = format!("{} {} {} {} {} {}", to, y, to - 9, y - 5, to - 9, y + 5);
        (tip, to - 6, to - 24)
    } else {
        let tip = format!("{} {} {} {} {} {}", to, y, to + 9, y - 5, to + 9, y + 5);
        (tip, to + 6, to + 24)
    };
    let room = from.abs_diff(to) / CHARACTER - 2;
    Arrow {
        class,
        at,
        y,
        from,
        to: end,
        tip,
        cross: hop.lost.then_some(cross),
        loops: None,
        text_x: usize::midpoint(from, to),
        anchor: "middle",
        what: cut(&hop.what, room),
        outcome: cut(&hop.outcome, room),
    }
}

/// As much as there is room for; the list has all of it.
fn cut(text: &str, room: usize) -> String {
    let width = |letter: char| if letter.is_ascii() { 1 } else { 2 };
    if text.chars().map(width).sum::<usize>() <= room {
        return text.to_owned();
    }
    let mut taken = 1;
    let mut short: String = text
        .chars()
        .take_while(|letter| {
            taken += width(*letter);
            taken <= room
        })
        .collect();
    short.truncate(short.trim_end().len());
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_there_is_no_room_and_wide_letters_count_twice() {
        assert_eq!(cut("Confirms", 8), "Confirms");
        assert_eq!(cut("Confirms it", 8), "Confirm…");
        assert_eq!(cut("海投汇处理", 6), "海投…");
    }
}
