//! The document of the queues as others read it: the meta-schema of AsyncAPI itself, from npm.

use std::path::Path;

use serde_json::Value;

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_document_of_the_queues_is_asyncapi_3_0() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = stand::npm_with(&here.join("tests/asyncapi")).await.unwrap();
    let schema = read(&modules.join("@asyncapi/specs/schemas/3.0.0-without-$id.json"));
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let document = read(&here.join("../contract/asyncapi.json"));
    let problems: Vec<String> = validator
        .iter_errors(&document)
        .map(|problem| format!("{}: {problem}", problem.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let mut spoilt = document;
    spoilt["channels"]["notice.due"]["bindings"]["amqp"]["is"] = "stack".into();
    assert!(
        !validator.is_valid(&spoilt),
        "it looks into the bindings of AMQP"
    );
}
