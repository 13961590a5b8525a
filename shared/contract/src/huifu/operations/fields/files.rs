//! Lists of pictures, each with the type that says what it shows (huifu-api.md §3.7, §3.11).

use crate::huifu::operations::table::{Field, Kind, Table};

/// `file_list` of users.
pub(super) const FILES: Table = Table {
    source: "huifu-api.md §3.11",
    fields: &[
        Field::must("file_type", 8, FILE_TYPE),
        Field::must("file_id", 128, Kind::Picture),
        Field::may("file_name", 128, Kind::Text),
    ],
    validities: &[],
    certificates: &[],
};

/// `extended_material_list` of merchants.
pub(super) const EXTENDED_MATERIALS: Table = Table {
    source: "huifu-api.md §3.7",
    fields: &[
        Field::must("file_type", 64, FILE_TYPE),
        Field::must("file_id", 64, Kind::Picture),
    ],
    validities: &[],
    certificates: &[],
};

/// F and digits; which of them exist is Huifu's list to say.
const FILE_TYPE: Kind = Kind::Login;
