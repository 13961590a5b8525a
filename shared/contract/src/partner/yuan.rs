//! Money in JSON as partners write it: `"12.34"`, never a JSON number.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

use crate::money::Fen;

/// An amount in yuan with two decimals.
#[derive(JsonSchema)]
#[schemars(rename = "Yuan", extend("pattern" = r"^(0|[1-9][0-9]*)\.[0-9]{2}$"))]
pub(super) struct Text(#[expect(dead_code, reason = "only its schema is used")] String);

pub(super) fn serialize<S: Serializer>(amount: &Fen, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<Fen, D::Error> {
    String::deserialize(reader)?
        .parse()
        .map_err(D::Error::custom)
}

/// The same, where there may be none.
pub(super) mod optional {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use crate::money::Fen;

    pub(in super::super) fn serialize<S: Serializer>(
        amount: &Option<Fen>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => serializer.collect_str(amount),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        reader: D,
    ) -> Result<Option<Fen>, D::Error> {
        let text: Option<String> = Option::deserialize(reader)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}
