//! Reading columns into domain types: what does not parse is corruption, never a default.

use std::str::FromStr;

use contract::money::Fen;
use tokio_postgres::Row;

use crate::StoreError;

/// Reads a text column into an id or another type that is parsed.
pub(crate) fn parsed<T: FromStr>(row: &Row, column: &'static str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Corrupt { column })
}

/// Reads a text column that may be null.
pub(crate) fn parsed_optional<T: FromStr>(
    row: &Row,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Corrupt { column }))
        .transpose()
}

/// Reads a text column through a function such as `State::from_name`.
pub(crate) fn named<T>(
    row: &Row,
    column: &'static str,
    from_name: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    from_name(row.try_get(column)?).ok_or(StoreError::Corrupt { column })
}

/// Reads a text column that may be null through a function such as `CashType::from_name`.
pub(crate) fn named_optional<T>(
    row: &Row,
    column: &'static str,
    from_name: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let name: Option<&str> = row.try_get(column)?;
    name.map(|name| from_name(name).ok_or(StoreError::Corrupt { column }))
        .transpose()
}

/// Reads an `integer` column that counts something.
pub(crate) fn counted(row: &Row, column: &'static str) -> Result<u32, StoreError> {
    let count: i32 = row.try_get(column)?;
    u32::try_from(count).map_err(|_| StoreError::Corrupt { column })
}

/// Reads a `bigint` column of fen.
pub(crate) fn fen(row: &Row, column: &'static str) -> Result<Fen, StoreError> {
    Fen::new(row.try_get(column)?).map_err(|_| StoreError::Corrupt { column })
}

/// Reads a `bigint` column of fen that may be null.
pub(crate) fn fen_optional(row: &Row, column: &'static str) -> Result<Option<Fen>, StoreError> {
    let amount: Option<i64> = row.try_get(column)?;
    amount
        .map(|amount| Fen::new(amount).map_err(|_| StoreError::Corrupt { column }))
        .transpose()
}
