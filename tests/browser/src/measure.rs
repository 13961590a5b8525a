//! What can be said of a page by measuring it inside the browser.

use anyhow::Result;
use serde::Deserialize;

use crate::browser::Browser;
use crate::emulate::Theme;
use crate::findings::Findings;

const MEASURE: &str = include_str!("measure.js");

#[derive(Deserialize)]
struct Measured {
    width: i64,
    room: i64,
    cut: Vec<String>,
    low: Vec<String>,
    undescribed: Vec<String>,
    faint: Vec<String>,
    remembered: Vec<String>,
    blocking: Vec<String>,
    inline: Vec<String>,
    painted: bool,
    moving: u64,
}

impl Browser {
    pub(crate) async fn measure(&self, theme: Theme, findings: &mut Findings) -> Result<()> {
        let measured = self.driver.execute(MEASURE, []).await?;
        let measured: Measured = measured.convert()?;
        findings.unless(measured.width <= measured.room, || {
            format!(
                "{} pixels wide, and {} are there",
                measured.width, measured.room
            )
        });
        for (what, elements) in [
            ("is cut off", &measured.cut),
            ("is smaller than a finger: 24 pixels", &measured.low),
            ("is wrong, and nothing says why", &measured.undescribed),
            ("has an edge that is hardly seen", &measured.faint),
            ("may be remembered by the browser", &measured.remembered),
            ("keeps the page from being painted", &measured.blocking),
            ("is a script in the page", &measured.inline),
        ] {
            for element in elements {
                findings.add(format!("{element} {what} ({})", theme.name()));
            }
        }
        findings.unless(measured.painted, || "nothing was painted".to_owned());
        findings.unless(measured.moving == 0, || {
            "something moves for a user who asked for less of it".to_owned()
        });
        Ok(())
    }
}
