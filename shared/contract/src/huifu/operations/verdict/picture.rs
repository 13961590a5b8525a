//! What the answer to an upload says.

use super::StepRefusal;
use crate::huifu::code::RespClass;
use crate::huifu::envelope::EnvelopeError;
use crate::huifu::operations::picture::PictureAnswer;
use crate::partner::ApplicationReason;

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureVerdict {
    /// Huifu has it under this number.
    Stored(String),
    /// Huifu will not take it.
    Refused(StepRefusal),
    /// Nothing can be concluded. A picture may be sent again: a second one does no harm.
    Unknown,
}

impl PictureVerdict {
    /// Of the answer to an upload.
    pub fn of_answer(answer: &Result<PictureAnswer, EnvelopeError>) -> Self {
        let Ok(answer) = answer else {
            return Self::Unknown;
        };
        let code = answer.resp_code.as_deref();
        match (RespClass::of(code.unwrap_or_default()), &answer.file_id) {
            (RespClass::Accepted, Some(file_id)) => Self::Stored(file_id.clone()),
            (RespClass::Refused, None) => {
                let refusal = StepRefusal::new(code, answer.resp_desc.as_deref());
                Self::Refused(refusal.or(ApplicationReason::MaterialRefused))
            }
            (RespClass::Accepted, None)
            | (RespClass::Refused, Some(_))
            | (RespClass::Processing | RespClass::NotFound | RespClass::Unknown, _) => {
                Self::Unknown
            }
        }
    }

    /// A short name for timelines, metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stored(_) => "stored",
            Self::Refused(_) => "refused",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(code: &str, words: &str, file_id: Option<&str>) -> PictureVerdict {
        let answer = PictureAnswer {
            resp_code: Some(code.to_owned()),
            resp_desc: Some(words.to_owned()),
            file_id: file_id.map(str::to_owned),
        };
        PictureVerdict::of_answer(&Ok(answer))
    }

    #[test]
    fn a_picture_is_stored_once_it_has_a_number() {
        let stored = verdict("00000000", "", Some("f-1"));
        assert_eq!(stored, PictureVerdict::Stored("f-1".to_owned()));
        for (code, file_id) in [
            ("00000000", None),
            ("10000000", Some("f-1")),
            ("99999999", None),
            ("20000001", None),
            ("23000001", None),
        ] {
            assert_eq!(
                verdict(code, "", file_id),
                PictureVerdict::Unknown,
                "{code}"
            );
        }
    }

    #[test]
    fn a_refused_picture_is_a_refused_material_unless_huifu_says_otherwise() {
        let reason = |code, words| match verdict(code, words, None) {
            PictureVerdict::Refused(refusal) => refusal.reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason("90000000", ""), ApplicationReason::MaterialRefused);
        assert_eq!(reason("00000103", ""), ApplicationReason::PermissionMissing);
        let blurred = reason("10000000", "图片模糊");
        assert_eq!(blurred, ApplicationReason::MaterialRefused);
    }
}
