//! Holidays: from the command line to the day that intake asks for.

use contract::calendar::DayKind;
use serde_json::Value;

use crate::tool::Tool;
use crate::world::World;

const OFFICE: &str = "# National day 2026\n2026-10-01 holiday\n2026-10-03 holiday # a Saturday\n\
                      2026-10-10 working\n";

async fn exception(world: &World, day: &str) -> Option<DayKind> {
    let connection = world.connection().await;
    let day = day.parse().unwrap();
    store::calendar::exception(&connection, day).await.unwrap()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn import(tool: &Tool, file: &tempfile::NamedTempFile, permit: &str) -> String {
    tool.typed(&format!(
        "calendar import {}{permit}",
        file.path().display()
    ))
}

#[tokio::test]
async fn a_day_is_entered_with_who_and_why() {
    let world = World::empty().await;
    let tool = world.tool();
    let set = "calendar set 2026-10-01 holiday --yes --reason GBFMD-2025-7";
    insta::assert_snapshot!("calendar_set", tool.typed(set));
    assert_eq!(
        exception(&world, "2026-10-01").await,
        Some(DayKind::Holiday)
    );
    insta::assert_snapshot!("calendar_list", tool.typed("calendar list --year 2026"));
    let other_year = tool.typed("calendar list --year 2027");
    insta::assert_snapshot!("calendar_list_empty", other_year);
}

#[tokio::test]
async fn without_yes_the_calendar_stays_as_it_was() {
    let world = World::empty().await;
    let tool = world.tool();
    let told = tool.typed("calendar set 2026-10-01 holiday");
    insta::assert_snapshot!("calendar_set_dry_run", told);
    let json = import(&tool, &file(OFFICE), " --json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["dry_run"], &json["changed"]),
        (&Value::from(true), &Value::from(2))
    );
    for day in ["2026-10-01", "2026-10-03", "2026-10-10"] {
        assert_eq!(exception(&world, day).await, None, "{day}");
    }
}

#[tokio::test]
async fn a_whole_year_comes_from_a_file_and_says_what_it_changes() {
    let world = World::empty().await;
    let tool = world.tool();
    let permit = " --yes --reason GBFMD-2025-7";
    let said = import(&tool, &file(OFFICE), permit);
    insta::assert_snapshot!("calendar_import", said);
    assert_eq!(
        exception(&world, "2026-10-10").await,
        Some(DayKind::Working)
    );
    let again = import(&tool, &file(OFFICE), permit);
    assert!(
        again.contains("of which 0 are not what they were"),
        "{again}"
    );
}

#[tokio::test]
async fn a_file_with_one_bad_line_enters_nothing() {
    let world = World::empty().await;
    let bad = file("2026-10-01 holiday\n2026-13-01 holiday\n2026-10-02 off\n");
    let line = format!("calendar import {} --yes --reason x", bad.path().display());
    let (code, said) = world.tool().refused(&line);
    assert_eq!(code, 64);
    assert_eq!(
        said,
        "opsctl: line 2: a day is written as 2026-10-01; line 3: a day is working or holiday\n"
    );
    assert_eq!(exception(&world, "2026-10-01").await, None);
    for line in [
        "calendar set 20261001 holiday",
        "calendar set 2026-10-01 Holiday",
        "calendar import /nowhere/at/all",
        "calendar list --year 26",
    ] {
        assert_eq!(world.tool().refused(line).0, 64, "{line}");
    }
}
