//! The schemas that the document names: those of Rust types, and those made of tables.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

const PATH: &str = "/components/schemas";

/// The schemas so far.
pub(crate) struct Components {
    of_types: SchemaGenerator,
    of_tables: BTreeMap<String, Value>,
}

impl Components {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let settings = settings.with(|settings| {
            settings.definitions_path = PATH.into();
            settings.meta_schema = None;
        });
        Self {
            of_types: settings.into_generator(),
            of_tables: BTreeMap::new(),
        }
    }

    /// A reference to the schema of what this type prints.
    pub(crate) fn of<T: JsonSchema>(&mut self) -> Value {
        self.of_types.subschema_for::<T>().to_value()
    }

    /// The schema of a type that is no component of its own.
    pub(crate) fn made(
        &mut self,
        make: impl FnOnce(&mut SchemaGenerator) -> schemars::Schema,
    ) -> Value {
        make(&mut self.of_types).to_value()
    }

    /// A reference to a schema that we made ourselves under a name of its own.
    pub(crate) fn add(&mut self, name: &str, schema: Value) -> Value {
        let earlier = self.of_tables.insert(name.to_owned(), schema);
        debug_assert!(
            earlier.is_none_or(|earlier| earlier == self.of_tables[name]),
            "{name} is two things"
        );
        json!({ "$ref": format!("#{PATH}/{name}") })
    }

    /// All of them by their names.
    pub(crate) fn finish(mut self) -> Map<String, Value> {
        let mut all: Map<String, Value> =
            self.of_types.take_definitions(true).into_iter().collect();
        for schema in all.values_mut() {
            never_null(schema);
        }
        for (name, schema) in self.of_tables {
            let earlier = all.insert(name, schema);
            debug_assert!(earlier.is_none(), "a type and a table have one name");
        }
        all
    }
}

/// What we leave out we do not print as `null`: a property that is not required is never null.
fn never_null(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        if required.iter().any(|required| required == name) {
            continue;
        }
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        if let Some(Value::Array(kinds)) = property.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [kind] = kinds.as_slice() {
                let kind = kind.clone();
                property.insert("type".to_owned(), kind);
            }
        }
        if let Some(Value::Array(mut choices)) = property.remove("anyOf") {
            choices.retain(|choice| choice["type"] != "null");
            match <[Value; 1]>::try_from(choices) {
                Ok([Value::Object(only)]) => property.extend(only),
                Ok([other]) => drop(property.insert("anyOf".to_owned(), json!([other]))),
                Err(several) => drop(property.insert("anyOf".to_owned(), several.into())),
            }
        }
    }
}
