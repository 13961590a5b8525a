//! `POST /v1/onboarding/materials`: a picture of a document, before the application that names it.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::huifu::operations::file_type;
use crate::ids::{ApplicationNo, MaterialId};
use crate::partner::field_problem::BodyError;
use crate::partner::json::Fields;
use crate::partner::page_call;
use crate::partner::rule::Rule;

/// 2 MB, a limit of ours: a page in good quality fits, and Huifu reads 10 MB at most of any call
/// (huifu-api.md §1).
pub const MAX_PICTURE_BYTES: usize = 2 * 1024 * 1024;

/// Four characters of Base64 for each three bytes begun.
const MAX_CONTENT: usize = MAX_PICTURE_BYTES.div_ceil(3) * 4;

const NAMES: [&str; 3] = ["material_no", "file_type", "content"];

/// What a picture is, by its first bytes: what its sender calls it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

impl MediaType {
    /// Both; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::Jpeg, Self::Png];

    /// The name in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn of(content: &[u8]) -> Option<Self> {
        if content.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if content.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            None
        }
    }
}

/// A picture as it comes in. It is somebody's document: its `Debug` shows how large it is.
#[derive(Clone, PartialEq, Eq)]
pub struct MaterialRequest {
    /// The partner's own number of it, and idempotency key.
    pub material_no: ApplicationNo,
    /// What it shows, in Huifu's codes.
    pub file_type: String,
    /// What it is.
    pub media_type: MediaType,
    /// The picture.
    pub content: Vec<u8>,
}

impl MaterialRequest {
    /// Reads a body, or says everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &NAMES)?;
        let material_no = fields.required("material_no", ApplicationNo::MAX, page_call::id);
        let file_type = fields.required("file_type", 32, |text| {
            let known = file_type::is_code(text).then(|| text.to_owned());
            known.ok_or(Rule::FileType)
        });
        let picture = fields.required("content", usize::MAX, picture);
        let read = || {
            let (media_type, content) = picture?;
            Some(Self {
                material_no: material_no?,
                file_type: file_type?,
                media_type,
                content,
            })
        };
        let read = read();
        fields.finish(read)
    }
}

/// The length is judged before anything is decoded.
fn picture(text: &str) -> Result<(MediaType, Vec<u8>), Rule> {
    if text.len() > MAX_CONTENT {
        return Err(Rule::AtMostBytes(MAX_PICTURE_BYTES));
    }
    let content = BASE64_STANDARD.decode(text).map_err(|_| Rule::Content)?;
    if content.len() > MAX_PICTURE_BYTES {
        return Err(Rule::AtMostBytes(MAX_PICTURE_BYTES));
    }
    let media_type = MediaType::of(&content).ok_or(Rule::Picture)?;
    Ok((media_type, content))
}

impl fmt::Debug for MaterialRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            material_no,
            file_type,
            media_type,
            content,
        } = self;
        formatter
            .debug_struct("MaterialRequest")
            .field("material_no", material_no)
            .field("file_type", file_type)
            .field("media_type", media_type)
            .field("content", &format_args!("{} bytes", content.len()))
            .finish()
    }
}

/// We have the picture.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MaterialAnswer {
    /// By which name forms mention it.
    pub material_id: MaterialId,
    /// The partner's own number of it.
    pub material_no: ApplicationNo,
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";
    const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 and so on";

    fn body(content: &[u8]) -> String {
        let content = BASE64_STANDARD.encode(content);
        format!(r#"{{"material_no":"M-1","file_type":"F07","content":"{content}"}}"#)
    }

    fn problem(body: &str) -> (String, &'static str, String) {
        match MaterialRequest::parse(body.as_bytes()) {
            Err(BodyError::Fields(problems)) => {
                let [problem] = <[_; 1]>::try_from(problems).unwrap();
                (problem.field, problem.code.as_str(), problem.rule)
            }
            other => panic!("one problem was due: {other:?}"),
        }
    }

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        let read = |content| MaterialRequest::parse(body(content).as_bytes()).unwrap();
        assert_eq!(read(PNG).media_type, MediaType::Png);
        assert_eq!(read(JPEG).media_type, MediaType::Jpeg);
        assert_eq!(read(JPEG).content, JPEG);
        let (field, code, _) = problem(&body(b"%PDF-1.7"));
        assert_eq!(
            (field.as_str(), code),
            ("content", "material_kind_unsupported")
        );
    }

    #[test]
    fn a_picture_may_have_two_megabytes_and_no_byte_more() {
        let mut large = PNG.to_vec();
        large.resize(MAX_PICTURE_BYTES, 0);
        assert!(MaterialRequest::parse(body(&large).as_bytes()).is_ok());
        for more in [1, 2, 3, 1000] {
            large.resize(MAX_PICTURE_BYTES + more, 0);
            let (field, code, rule) = problem(&body(&large));
            assert_eq!((field.as_str(), code), ("content", "material_too_large"));
            assert!(rule.contains("2097152"), "{rule}");
        }
    }

    #[test]
    fn what_is_not_base64_or_no_type_of_file_is_refused() {
        let good = body(PNG);
        let bad = good.replace("M-1\"", "M-1\",\"more\":1");
        assert_eq!(problem(&bad).0, "more");
        let (field, _, rule) = problem(&good.replace("F07", "7"));
        assert_eq!(field, "file_type");
        assert!(rule.contains("F07"), "{rule}");
        let (field, _, rule) = problem(&good.replace("iVBORw0KGgo", "iVBORw0K-_o"));
        assert_eq!(
            (field.as_str(), rule.as_str()),
            ("content", "is standard Base64 with padding")
        );
    }

    #[test]
    fn nobody_sees_a_picture_in_a_log() {
        let read = MaterialRequest::parse(body(PNG).as_bytes()).unwrap();
        let shown = format!("{read:?}");
        assert!(
            shown.contains("18 bytes") && !shown.contains("137"),
            "{shown}"
        );
    }

    #[test]
    fn the_answer_on_the_wire_stays_as_it_is() {
        let answer = MaterialAnswer {
            material_id: "M01KASGXE00000000000000000A".parse().unwrap(),
            material_no: "M-1".parse().unwrap(),
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"material_id":"M01KASGXE00000000000000000A","material_no":"M-1"}"#
        );
    }
}
