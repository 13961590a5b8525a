//! The user interfaces (huifu-api.md §3.11), one file each.

pub(crate) mod apply_query;
pub(crate) mod busi;
pub(crate) mod ent;
pub(crate) mod indv;
pub(crate) mod query;

use crate::huifu::fields::BadField;
use crate::huifu::table::{Field, Kind, Values, may, must, objects, read};

const FILE: &[Field] = &[
    must("file_type", 8, Kind::Text),
    must("file_id", 128, Kind::Picture),
    may("file_name", 128, Kind::Text),
];

/// Field and file_id of each entry of file_list.
fn files(values: &Values) -> Result<Vec<(String, String)>, BadField> {
    let Some(text) = values.get("file_list") else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for members in objects(text, "file_list")? {
        let entry = read(FILE, &members, "file_list.")?;
        files.push(("file_list.file_id".to_owned(), entry.text("file_id")?));
    }
    Ok(files)
}
