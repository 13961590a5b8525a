//! Our public keys, with overlap.

use serde_json::Value;

use crate::world::World;

#[tokio::test]
async fn further_keys_are_published_beside_the_one_that_signs() {
    let file = std::env::temp_dir().join(format!("tixian-keys-{}.json", std::process::id()));
    // 342 letters are 256 bytes and four bits, which must be zero.
    let n = format!("{}w", "x".repeat(341));
    let set = format!(r#"{{"keys":[{{"kid":"ours-0","kty":"RSA","n":"{n}","e":"AQAB"}}]}}"#);
    std::fs::write(&file, set).unwrap();
    let world = World::open_with(&[("PUBLISHED_KEYS_FILE", file.to_str().unwrap())]).await;
    std::fs::remove_file(&file).unwrap();
    let answer = reqwest::get(format!("{}/.well-known/jwks.json", world.base))
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    let shown: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let names: Vec<_> = shown["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert_eq!(names, ["ours-1", "ours-0"]);
    assert_eq!(shown["keys"][0]["alg"], "RS256");
}
