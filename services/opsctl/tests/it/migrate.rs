//! The schema: brought forward once, and nothing the second time.

use serde_json::{Value, json};

use crate::tool::Tool;

#[tokio::test]
async fn a_database_that_is_up_to_date_stays_as_it_is() {
    let database = stand::TestDatabase::create().await.unwrap();
    let tool = Tool::new().with("DATABASE_URL", database.url());
    let said = tool.typed("migrate");
    assert_eq!(said, "The schema is up to date; nothing was applied.\n");
    let said: Value = serde_json::from_str(&tool.typed("migrate --json")).unwrap();
    assert_eq!(said, json!({ "applied": 0 }));
    assert_eq!(tool.typed("case list"), "No case is open.\n");
}
