//! How the demo looks: short lines, each with the seconds since its story began.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Instant;

/// Standard output, with colour on a terminal only.
pub(super) struct Screen {
    colour: bool,
    /// An empty line is due before the next one.
    gap: bool,
    since_start: Instant,
    since_title: Instant,
}

const BOLD: &str = "1";
const FAINT: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            // See https://no-color.org.
            colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            gap: false,
            since_start: Instant::now(),
            since_title: Instant::now(),
        }
    }

    /// Opens a story; its clock begins at zero.
    pub(super) fn title(&mut self, text: &str) {
        self.since_title = Instant::now();
        self.gap = true;
        self.print(&self.painted(BOLD, text));
    }

    /// Something has happened.
    pub(super) fn step(&mut self, text: &str) {
        let seconds = format!("{:6.2} s", self.since_title.elapsed().as_secs_f64());
        self.print(&format!("{}  {text}", self.painted(FAINT, &seconds)));
    }

    /// Something besides the story.
    pub(super) fn note(&mut self, text: &str) {
        self.print(&format!("          {text}"));
    }

    /// A command that was run, and what it printed.
    pub(super) fn command(&mut self, command: &str, printed: &str) {
        self.gap = true;
        self.print(&format!("  $ {}", self.painted(BOLD, command)));
        for line in printed.lines() {
            let indented = format!("  {line}");
            self.print(indented.trim_end());
        }
        self.gap = true;
    }

    /// The last line.
    pub(super) fn end(&mut self, as_it_must: bool) {
        let seconds = self.since_start.elapsed().as_secs_f64();
        self.gap = true;
        let (colour, text) = if as_it_must {
            (
                GREEN,
                "All ended as they must; nothing that was started here is left",
            )
        } else {
            (
                RED,
                "The demo failed; nothing that was started here is left",
            )
        };
        self.print(&format!("{} ({seconds:.0} s).", self.painted(colour, text)));
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn print(&mut self, line: &str) {
        if std::mem::take(&mut self.gap) {
            drop(writeln!(io::stdout().lock()));
        }
        // A reader who has gone away, as in `make demo | head`, must not end the demo half way.
        drop(writeln!(io::stdout().lock(), "{line}"));
    }
}
