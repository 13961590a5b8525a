//! Statement files, as a test makes them wrong or late.

use crate::huifu::handle::HuifuHandle;
use crate::huifu::statement::{self, StatementChange};
use jiff::civil::Date;

impl HuifuHandle {
    /// The file of a day for the whole channel, as it would be fetched now.
    #[must_use]
    pub fn statement(&self, day: Date) -> String {
        statement::text(&self.world, day, None)
    }

    /// The day in Beijing, by this Huifu's clock.
    #[must_use]
    pub fn today(&self) -> Date {
        self.world.today()
    }

    /// Makes the file of a day wrong; changes add up.
    pub fn change_statement(&self, day: Date, change: StatementChange) {
        self.world.statements().change(day, change);
    }

    /// Makes the file of a day right again.
    pub fn restore_statement(&self, day: Date) {
        self.world.statements().restore(day);
    }

    /// Keeps the file of a day from being ready, or lets it go.
    pub fn hold_statement(&self, day: Date, held: bool) {
        self.world.statements().hold(day, held);
    }
}
