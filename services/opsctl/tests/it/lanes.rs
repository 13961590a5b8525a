//! Lanes as operators see them, and what they decide about them.

use serde_json::Value;
use store::audit::{self, Question};

use crate::world::World;

const WHY: &str = " --yes --reason moving --by lin --ticket OPS-7";

async fn acts(world: &World) -> Vec<(String, String)> {
    let connection = world.connection().await;
    let rows = audit::list(&connection, &Question::default(), 10).await;
    let each = rows.unwrap().into_iter().rev();
    each.map(|row| (row.act, row.detail["host"].to_string()))
        .filter(|(act, _)| act == "partner.hold" || act == "partner.release")
        .collect()
}

#[tokio::test]
async fn a_partner_is_held_and_released_with_who_and_why_in_the_audit() {
    let world = World::with_user().await;
    let tool = world.tool();
    let shown = |line: &str| -> Value {
        let arguments: Vec<&str> = line.split_whitespace().chain(["--json"]).collect();
        serde_json::from_str(&tool.answer(&arguments)).unwrap()
    };
    assert_eq!(
        tool.typed("partner lanes"),
        "Every lane is free, and nothing waits.\n"
    );
    let tried = tool.typed("partner hold shop");
    assert!(tried.contains("would be held"), "{tried}");
    assert_eq!(shown("partner lanes").as_array().unwrap().len(), 0);
    assert!(acts(&world).await.is_empty(), "a dry run leaves no row");

    tool.typed(&format!("partner hold shop{WHY}"));
    tool.typed(&format!("partner hold shop --host Shop.Example:8443{WHY}"));
    let again = tool.typed(&format!("partner hold shop{WHY}"));
    assert!(again.contains("was held before"), "{again}");
    let lanes = shown("partner lanes shop");
    assert_eq!(lanes[0]["host"], Value::Null);
    assert_eq!(lanes[0]["held_by"], "lin");
    assert_eq!(lanes[1]["host"], "shop.example:8443");
    assert_eq!(lanes[1]["held_ticket"], "OPS-7");
    let table = tool.typed("partner lanes");
    assert!(table.contains("held, closed") && table.contains("moving"));

    tool.typed(&format!("partner release shop{WHY}"));
    assert_eq!(shown("partner lanes").as_array().unwrap().len(), 1);
    let words = [
        ("partner.hold", "null"),
        ("partner.hold", "\"shop.example:8443\""),
        ("partner.release", "null"),
    ];
    let expected = words.map(|(act, host)| (act.to_owned(), host.to_owned()));
    assert_eq!(acts(&world).await, expected);
}

#[tokio::test]
async fn what_is_no_partner_or_no_host_is_refused() {
    let world = World::with_user().await;
    let tool = world.tool();
    let (code, said) = tool.refused(&format!("partner hold nobody{WHY}"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("there is no partner nobody"), "{said}");
    let (code, said) = tool.refused("partner hold shop --host https://shop.example/");
    assert_eq!(code, 64, "{said}");
    let (code, said) = tool.refused("partner hold shop --yes");
    assert_eq!(code, 64, "{said}");
}
