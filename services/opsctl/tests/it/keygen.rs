//! New keys: in two files, for one owner, never over others.

use std::os::unix::fs::PermissionsExt as _;

use contract::signing::keys::{PrivateKey, PublicKey};
use serde_json::Value;

use crate::tool::Tool;

#[test]
fn a_pair_is_written_that_belongs_together_and_only_its_owner_reads_the_private_half() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("keys");
    let arguments = [
        "keygen",
        "--out",
        out.to_str().unwrap(),
        "--key-id",
        "ours-2026",
    ];
    let said: Value =
        serde_json::from_str(&Tool::new().answer(&[&arguments[..], &["--json"]].concat())).unwrap();

    let private_file = out.join("ours-2026.private.pem");
    let mode = std::fs::metadata(&private_file)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let private_pem = std::fs::read_to_string(&private_file).unwrap();
    assert!(private_pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    let private: PrivateKey = private_pem.parse().unwrap();
    let public: PublicKey = std::fs::read_to_string(out.join("ours-2026.public.pem"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(private.public(), &public);
    assert_eq!(public.bits(), 2048);
    assert_eq!(said["fingerprint"], public.fingerprint());

    let again = Tool::new().run(&arguments);
    assert_eq!(again.code, 1, "{again:?}");
    assert_eq!(std::fs::read_to_string(&private_file).unwrap(), private_pem);
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for key_id in ["../ours", "a/b", ".hidden"] {
        let ended = Tool::new().run(&[
            "keygen",
            "--out",
            folder.path().to_str().unwrap(),
            "--key-id",
            key_id,
        ]);
        assert_eq!(ended.code, 64, "{ended:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
