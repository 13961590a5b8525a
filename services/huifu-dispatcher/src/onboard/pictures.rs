//! Gives Huifu the pictures that it does not have yet. Each is remembered as soon as it is there,
//! so whoever dies in between, or is refused the last one, does not begin from the first.

use std::collections::BTreeMap;

use contract::huifu::ReqDate;
use contract::huifu::operations::{PictureUpload, PictureVerdict};
use contract::ids::MaterialId;
use runtime::amqp::{HandlerError, Verdict as _};
use runtime::data_keys::context;
use runtime::{clock, ids};
use store::StoreError;
use store::materials::{self, Material};

use super::Onboard;
use super::form::Due;
use super::refuse::Unsendable;
use crate::huifu::Picture;

/// What became of an application's pictures.
pub(super) enum Pictures {
    /// Huifu has all of them, under these names.
    Stored(BTreeMap<MaterialId, String>),
    /// Huifu will not take one, and with it the application.
    Refused(Box<Unsendable>),
    /// One did not arrive, or we cannot tell.
    NotYet,
}

impl Onboard {
    pub(super) async fn pictures(&self, due: &Due) -> Result<Pictures, HandlerError> {
        let mut files = BTreeMap::new();
        let named = due.form.materials();
        for material in &due.materials {
            if let Some(file_id) = &material.huifu_file_id {
                files.insert(material.id.clone(), file_id.clone());
            } else if named.contains(&material.id) {
                match self.upload(material).await? {
                    Some(PictureVerdict::Stored(file_id)) => {
                        self.remember(material, &file_id).await.or_requeue()?;
                        files.insert(material.id.clone(), file_id);
                    }
                    Some(PictureVerdict::Refused(refusal)) => {
                        let refused = Unsendable::picture(&material.id, &refusal);
                        return Ok(Pictures::Refused(Box::new(refused)));
                    }
                    Some(PictureVerdict::Unknown) | None => return Ok(Pictures::NotYet),
                }
            }
        }
        Ok(Pictures::Stored(files))
    }

    /// `None`: it did not arrive, or we cannot tell. Then it is sent again, which does no harm.
    async fn upload(&self, material: &Material) -> Result<Option<PictureVerdict>, HandlerError> {
        let picture = self.picture(material).await?;
        let upload = PictureUpload::new(
            ids::new_req_seq_id(),
            ReqDate::at(clock::now()),
            &material.file_type,
        )
        .or_dead_letter("a picture's file_type is not one of Huifu's")?;
        let Some(room) = self.lane.room(&self.stopping).await else {
            return Err(anyhow::anyhow!("the service stops")).or_requeue();
        };
        let answer = self.lane.huifu().upload(&room, &upload, picture).await;
        drop(room);
        let material_id = material.id.as_str();
        let name = match &answer {
            Ok(verdict) => verdict.as_str(),
            Err(error) => {
                let cause = error as &dyn std::error::Error;
                tracing::warn!(material_id, error = cause, "a picture is not at Huifu yet");
                error.as_str()
            }
        };
        metrics::counter!("tixian_onboard_pictures_total", "answer" => name).increment(1);
        Ok(answer.ok())
    }

    async fn picture(&self, material: &Material) -> Result<Picture, HandlerError> {
        let connection = self.store.connection().await.or_requeue()?;
        let sealed = materials::content_sealed(&connection, &material.id).await;
        drop(connection);
        let Some(sealed) = sealed.or_requeue()? else {
            return Err(HandlerError::dead_letter("a picture of the form is gone"));
        };
        let keys = &self.settings.data_keys;
        let content = keys
            .open(&context::content(&material.id), &sealed)
            .or_dead_letter("a picture of the application cannot be opened")?;
        Ok(Picture {
            content,
            media_type: material.media_type.clone(),
        })
    }

    async fn remember(&self, material: &Material, file_id: &str) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: name picture").await?;
        materials::set_file_id(&tx, clock::now(), &material.id, file_id).await?;
        tx.commit().await
    }
}
