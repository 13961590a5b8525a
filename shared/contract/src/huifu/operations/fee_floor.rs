//! The least that a cash type must cost, as Huifu's refusals say it (huifu-api.md §5).
//!
//! `T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00`: what the channel or the parent pays
//! itself. It is read to be explained, never to be obeyed silently: the partner sets its fees.
//! The factor is a fraction here, where a form has a percentage: `AMT*0.0025` is 0.25 %.

use crate::fee::BasisPoints;
use crate::money::Fen;
use crate::withdrawal::CashType;

/// A floor of fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeFloor {
    /// Of which cash type, if the text says it.
    pub cash_type: Option<CashType>,
    /// The fixed part.
    pub fix: Fen,
    /// The rate.
    pub rate: BasisPoints,
    /// How the parts make the floor.
    pub form: FloorForm,
}

/// How the parts make the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloorForm {
    /// `1.00+AMT*0.00`.
    Sum,
    /// `MAX(0.01,AMT*0.0025)`.
    Larger,
}

impl FeeFloor {
    /// Finds the floor in Huifu's words.
    pub fn find(words: &str) -> Option<Self> {
        let (before, after) = words.split_once("底价")?;
        let end = after.find(|character| !in_formula(character));
        let formula = after[..end.unwrap_or(after.len())].to_ascii_uppercase();
        let inner = formula.strip_prefix("MAX(");
        let (terms, separator, form) = match inner {
            Some(terms) => (
                terms.trim_end_matches([')', '.', ',']),
                ',',
                FloorForm::Larger,
            ),
            None => (formula.trim_end_matches(['.', ',']), '+', FloorForm::Sum),
        };
        let (mut fix, mut rate) = (None, None);
        for term in terms.split(separator) {
            let slot_taken = match factor(term) {
                Some(points) => rate.replace(points).is_some(),
                None => fix.replace(term.parse::<Fen>().ok()?).is_some(),
            };
            if slot_taken {
                return None;
            }
        }
        let named = |cash_type: &CashType| before.contains(cash_type.as_str());
        Some(Self {
            cash_type: CashType::ALL.into_iter().find(named),
            fix: fix.unwrap_or(Fen::ZERO),
            rate: rate.unwrap_or_else(super::cash::free),
            form,
        })
    }

    /// The floor as Huifu writes it, and nothing else of what it wrote: this may stand where free
    /// text may not. [`FeeFloor::find`] finds it again.
    pub fn words(&self) -> String {
        let name = self.cash_type.map_or("", CashType::as_str);
        let points = self.rate.get();
        let (fix, rate) = (
            self.fix,
            format!("{}.{:04}", points / 10_000, points % 10_000),
        );
        match self.form {
            FloorForm::Sum => format!("{name}取现费率底价{fix}+AMT*{rate}"),
            FloorForm::Larger => format!("{name}取现费率底价MAX({fix},AMT*{rate})"),
        }
    }

    /// Whether a fee of these parts reaches the floor for this amount. Reckoned exactly: rounding
    /// comes after it and is the same on both sides.
    pub fn covers(&self, fix: Fen, rate: BasisPoints, amount: Fen) -> bool {
        let scaled = |fix: Fen| i128::from(fix.get()) * 10_000;
        let share = |rate: BasisPoints| i128::from(amount.get()) * i128::from(rate.get());
        let floor = match self.form {
            FloorForm::Sum => scaled(self.fix) + share(self.rate),
            FloorForm::Larger => scaled(self.fix).max(share(self.rate)),
        };
        scaled(fix) + share(rate) >= floor
    }

    /// The floor as a sentence in Chinese.
    pub fn zh(&self) -> String {
        let name = self.cash_type.map_or("", CashType::as_str);
        let (fix, percent) = (self.fix, self.percent());
        match self.form {
            FloorForm::Sum => format!("{name}取现手续费不能低于每笔 {fix} 元加金额的 {percent}%"),
            FloorForm::Larger => {
                format!("{name}取现手续费不能低于每笔 {fix} 元和金额的 {percent}% 中的较大者")
            }
        }
    }

    /// The floor as a sentence in English.
    pub fn en(&self) -> String {
        let name = self.cash_type.map_or("a withdrawal", CashType::as_str);
        let (fix, percent) = (self.fix, self.percent());
        match self.form {
            FloorForm::Sum => {
                format!("The fee of {name} must be at least {fix} yuan plus {percent} %.")
            }
            FloorForm::Larger => {
                format!(
                    "The fee of {name} must be at least {fix} yuan or {percent} %, whichever is more."
                )
            }
        }
    }

    /// Basis points are hundredths of a percent, as fen are of a yuan.
    fn percent(&self) -> String {
        let points = self.rate.get();
        format!("{}.{:02}", points / 100, points % 100)
    }
}

/// The characters of a formula.
fn in_formula(character: char) -> bool {
    character.is_ascii_digit() || ".,+*()AMTXamtx".contains(character)
}

/// `AMT*0.0025` or `0.0025*AMT`, in basis points; a finer one is taken as the next above, so that
/// nobody is told a floor that is too low.
fn factor(term: &str) -> Option<BasisPoints> {
    let text = term
        .strip_prefix("AMT*")
        .or_else(|| term.strip_suffix("*AMT"))?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || decimals.len() > 12 {
        return None;
    }
    let (coarse, fine) = decimals.split_at(decimals.len().min(4));
    let points: i32 = format!("{whole}{coarse:0<4}").parse().ok()?;
    let above = i32::from(fine.bytes().any(|byte| byte != b'0'));
    BasisPoints::new(points.checked_add(above)?)
}

#[cfg(test)]
mod tests;
