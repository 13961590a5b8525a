//! Secrets are named and never contained, and the README lists each with its keys.

use std::collections::BTreeSet;

use deploy::{pods, read};

use crate::world::built;

#[test]
fn every_key_of_a_secret_stands_in_the_readme_and_no_secret_in_the_tree() {
    let readme = read("deploy/README.md").unwrap();
    for (_, resources) in built() {
        assert_eq!(resources.of_kind("Secret").count(), 0);
        let mut keys = BTreeSet::new();
        for pod in pods(&resources) {
            keys.extend(
                pod.secret_files()
                    .into_iter()
                    .map(|(secret, key, _)| (secret.to_owned(), key.to_owned())),
            );
        }
        assert!(!keys.is_empty());
        for (secret, key) in keys {
            let row = readme
                .lines()
                .find(|line| line.starts_with(&format!("| `{secret}` |")));
            let row = row.unwrap_or_else(|| panic!("the README does not list `{secret}`"));
            assert!(row.contains(&format!("`{key}`")), "{secret} has no {key}");
        }
    }
}
