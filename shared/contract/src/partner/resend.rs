//! `POST /v1/notices/{notice_id}/resend`: a partner asks for a notice of its own once more.
//!
//! The body is empty, or an empty JSON object. What is sent has the same `notice_id` and `sequence`
//! as before.

use schemars::JsonSchema;
use serde::Serialize;

use super::field_problem::BodyError;
use super::json::Fields;
use crate::ids::NoticeId;

/// Whether a body asks for nothing but this.
pub fn check_body(body: &[u8]) -> Result<(), BodyError> {
    if body.is_empty() {
        return Ok(());
    }
    Fields::of(body, &[])?.finish(Some(()))
}

/// The notice is due.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct ResendAnswer {
    /// Which notice.
    pub notice_id: NoticeId,
    /// Whether it was due already, or is being sent at this moment: then nothing was changed.
    pub already_due: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_empty_or_an_empty_object() {
        assert_eq!(check_body(b""), Ok(()));
        assert_eq!(check_body(b" {} "), Ok(()));
        assert_eq!(check_body(b"[]"), Err(BodyError::Malformed));
        let Err(BodyError::Fields(problems)) = check_body(br#"{"notice_id":"N1"}"#) else {
            panic!("there is no such field");
        };
        assert_eq!(problems[0].field, "notice_id");
    }

    #[test]
    fn the_answer_on_the_wire_stays_as_it_is() {
        let answer = ResendAnswer {
            notice_id: "N01KASGXE00000000000000000A".parse().unwrap(),
            already_due: false,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"notice_id":"N01KASGXE00000000000000000A","already_due":false}"#
        );
    }
}
