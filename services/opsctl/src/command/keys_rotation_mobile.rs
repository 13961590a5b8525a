//! The mobiles of `opsctl keys rotate-data`: a number has no digest, so it is opened and sealed.

use runtime::data_keys::{DataKeyError, DataKeys};
use runtime::{clock, mobile};
use store::Connection;
use store::users::mobile as mobile_rows;

use super::keys_rotation::{Rotated, show_progress};

/// A number is a hundred bytes; its user's row is locked while the batch is sealed.
const MOBILES_AT_ONCE: i64 = 100;

pub(super) async fn mobiles(
    keys: &DataKeys,
    connection: &mut Connection,
) -> anyhow::Result<Rotated> {
    let prefix = keys.current_prefix();
    let mut rotated = Rotated::default();
    let mut after = None;
    loop {
        let tx = connection.begin("opsctl: reseal mobiles").await?;
        let batch = mobile_rows::to_reseal(&tx, &prefix, after.as_ref(), MOBILES_AT_ONCE).await?;
        for (user, sealed) in &batch {
            let resealed: Result<_, DataKeyError> =
                mobile::open(keys, user, sealed).map(|number| mobile::seal(keys, user, &number));
            match resealed {
                Ok(new) => {
                    mobile_rows::reseal(&tx, clock::now(), user, &new.sealed).await?;
                    rotated.done += 1;
                }
                Err(why) => rotated.left.push((user.to_string(), why.into())),
            }
        }
        tx.commit().await?;
        let Some((last, _)) = batch.last() else {
            return Ok(rotated);
        };
        after = Some(last.clone());
        show_progress("mobiles", &rotated);
    }
}
