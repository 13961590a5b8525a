//! Reading the list of keys. No error repeats what was given but an id.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

use super::DataKeys;
use super::key::{DataKey, DataKeyId, InvalidDataKeyId, KEY_BYTES};

/// Why a list of data keys cannot be used, to follow the variable's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataKeysError {
    /// There is nothing between two commas, or nothing at all.
    #[error("must be a list of id:key separated by commas; entry {position} is empty")]
    Empty {
        /// 1 for the first.
        position: usize,
    },
    /// An entry has no colon.
    #[error("must be a list of id:key separated by commas; entry {position} has no colon")]
    NoColon {
        /// 1 for the first.
        position: usize,
    },
    /// An id with something in it that is no letter.
    #[error("must be a list of id:key; of entry {position}: {source}")]
    Id {
        /// 1 for the first.
        position: usize,
        /// What an id is.
        #[source]
        source: InvalidDataKeyId,
    },
    /// The key is no base64.
    #[error("must hold keys in base64; the key {id} is not")]
    NotBase64 {
        /// Which key.
        id: DataKeyId,
    },
    /// The key has another length.
    #[error("must hold keys of 32 bytes; the key {id} has {bytes}")]
    Length {
        /// Which key.
        id: DataKeyId,
        /// How long it is.
        bytes: usize,
    },
    /// Two keys of one name: which of them opens a value could not be told.
    #[error("must hold each id once; {id} is there twice")]
    Twice {
        /// Which key.
        id: DataKeyId,
    },
}

impl DataKeys {
    /// Reads `id:base64 of 32 bytes`, separated by commas; the first seals.
    pub fn parse(text: &str) -> Result<Self, DataKeysError> {
        let mut keys: Vec<DataKey> = Vec::new();
        for (position, entry) in (1..).zip(text.split(',')) {
            let key = entry_of(position, entry.trim())?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(DataKeysError::Twice { id: key.id });
            }
            keys.push(key);
        }
        Ok(Self { keys: keys.into() })
    }
}

fn entry_of(position: usize, entry: &str) -> Result<DataKey, DataKeysError> {
    if entry.is_empty() {
        return Err(DataKeysError::Empty { position });
    }
    let (id, key) = entry
        .split_once(':')
        .ok_or(DataKeysError::NoColon { position })?;
    let id: DataKeyId = id
        .parse()
        .map_err(|source| DataKeysError::Id { position, source })?;
    let Some(bytes) = decoded(key).map(Zeroizing::new) else {
        return Err(DataKeysError::NotBase64 { id });
    };
    let Some(key) = bytes
        .first_chunk::<KEY_BYTES>()
        .filter(|_| bytes.len() == KEY_BYTES)
    else {
        let bytes = bytes.len();
        return Err(DataKeysError::Length { id, bytes });
    };
    Ok(DataKey::new(id, key))
}

pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
