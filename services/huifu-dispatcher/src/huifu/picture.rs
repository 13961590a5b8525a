//! The upload of one picture. It may be repeated: a second one does no harm, and nothing is done
//! with a picture that no application names.

use contract::huifu::envelope::open_even_unsigned;
use contract::huifu::operations::{PICTURE_PATH, PictureAnswer, PictureUpload, PictureVerdict};
use reqwest::multipart::{Form, Part};

use super::{Huifu, Room, SendError};

/// A picture, opened.
pub struct Picture {
    /// Its bytes.
    pub content: Vec<u8>,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
}

impl Huifu {
    /// Uploads a picture. What cannot be concluded is an error, and may be tried again.
    pub async fn upload(
        &self,
        _room: &Room,
        upload: &PictureUpload,
        picture: Picture,
    ) -> Result<PictureVerdict, SendError> {
        let texts = upload.texts(&self.caller, &self.private_key);
        let form = texts
            .into_iter()
            .fold(Form::new(), |form, (name, text)| form.text(name, text));
        let form = form.part("file", part(picture));
        let text = self.wire.post_form(PICTURE_PATH, form).await;
        let text = text.inspect_err(|error| self.heed(error))?;
        let answer = open_even_unsigned::<PictureAnswer>(&text, &self.public_key);
        match PictureVerdict::of_answer(&answer) {
            PictureVerdict::Unknown => {
                let answer = answer.map_err(SendError::Envelope)?;
                let error = SendError::Inconclusive {
                    resp_code: answer.resp_code.unwrap_or_default(),
                };
                self.heed(&error);
                Err(error)
            }
            verdict => Ok(verdict),
        }
    }
}

fn part(picture: Picture) -> Part {
    // The partner's name for the file would say nothing to Huifu, and may name a person.
    let extension = if picture.media_type == "image/png" {
        "png"
    } else {
        "jpg"
    };
    Part::bytes(picture.content)
        .file_name(format!("picture.{extension}"))
        .mime_str(&picture.media_type)
        .expect("the database holds two media types, and both are well formed")
}
