use super::*;
use serde_json::{Value, json};

const FIRST: Wanted = Wanted {
    default_type: Some(CashType::T1),
    switch_needed: false,
};

fn config(entries: Value, wanted: Wanted) -> Result<CashConfig, BadField> {
    CashConfig::read(&entries.to_string(), wanted)
}

#[track_caller]
fn refused(entry: Value, wanted: Wanted, field: &str) {
    let error = config(json!([entry.clone()]), wanted).err();
    assert_eq!(
        error.map(|bad| bad.field.into_owned()).as_deref(),
        Some(field),
        "{entry}"
    );
}

#[test]
fn an_entry_is_read_with_its_defaults() {
    let read = config(json!([{"fix_amt": "1.00"}]), FIRST).unwrap();
    let entry = &read.entries[0];
    assert_eq!(entry.cash_type, CashType::T1);
    assert_eq!(
        entry.rule.price,
        Price {
            fixed: Fen(100),
            rate_bp: 0
        }
    );
    assert_eq!((entry.rule.open, &entry.rule.payer), (true, &Payer::Inner));
    assert_eq!(read.given["cash_config.T1.fix_amt"], "1.00");
}

#[test]
fn an_outer_fee_names_its_payer() {
    let outer = json!({"fix_amt": "1.00", "out_fee_flag": "1"});
    refused(outer, FIRST, "cash_config.out_fee_huifu_id");
    let outer = json!({"fix_amt": "1.00", "out_fee_flag": "1", "out_fee_huifu_id": "6666"});
    let read = config(json!([outer]), FIRST).unwrap();
    let payer = Payer::Outer {
        huifu_id: "6666".into(),
        acct_type: "01".into(),
    };
    assert_eq!(read.entries[0].rule.payer, payer);
}

#[test]
fn malformed_entries_are_refused() {
    for (entry, field) in [
        (json!({}), "cash_config.fix_amt"),
        (json!({"fix_amt": "1"}), "cash_config.fix_amt"),
        (json!({"fix_amt": "1000.00"}), "cash_config.fix_amt"),
        (json!({"fee_rate": "100.01"}), "cash_config.fee_rate"),
        (json!({"fee_rate": "0.5"}), "cash_config.fee_rate"),
        (
            json!({"fix_amt": "1.00", "cash_type": "T0"}),
            "cash_config.cash_type",
        ),
        (
            json!({"fix_amt": "1.00", "out_fee_flag": "0"}),
            "cash_config.out_fee_flag",
        ),
        (
            json!({"fix_amt": "1.00", "cash_type": "T1", "weekday_fix_amt": "1.00"}),
            "cash_config.weekday_fix_amt",
        ),
    ] {
        refused(entry, FIRST, field);
    }
    assert!(config(json!({"fix_amt": "1.00"}), FIRST).is_err());
    let twice = json!([{"fix_amt": "1.00"}, {"fee_rate": "1.00", "cash_type": "T1"}]);
    assert!(config(twice, FIRST).is_err());
}

#[test]
fn a_change_says_whether_it_switches_on_or_off() {
    let change = Wanted {
        default_type: None,
        switch_needed: true,
    };
    refused(
        json!({"fix_amt": "1.00", "switch_state": "1"}),
        change,
        "cash_config.cash_type",
    );
    let named = json!({"fix_amt": "1.00", "cash_type": "D0"});
    refused(named, change, "cash_config.switch_state");
    let off = json!([{"cash_type": "D0", "switch_state": "0"}]);
    assert!(!config(off, change).unwrap().entries[0].rule.open);
}

#[test]
fn mixed_ways_to_pay_are_seen() {
    let outer = json!({"fix_amt": "1.00", "out_fee_flag": "1", "out_fee_huifu_id": "6666"});
    let inner = json!({"fix_amt": "1.00", "cash_type": "D0"});
    let mixed = config(json!([outer.clone(), inner]), FIRST).unwrap();
    assert!(!one_way_to_pay(&mixed.entries));
    assert!(one_way_to_pay(
        &config(json!([outer]), FIRST).unwrap().entries
    ));
}
