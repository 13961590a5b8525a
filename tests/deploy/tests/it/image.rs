//! The image's last stage, built from the binary that is here, and run as its own user.

use std::path::Path;
use std::process::{Command, Output};

use deploy::{Overlay, buildah, checkout, kubectl, pods, read, skipped};
use stand::process::binary;

use crate::settings::{write_files, write_secrets};

/// What stands in the Dockerfile where the last stage begins.
const LAST_STAGE: &str = "\nFROM scratch\n";

/// What lists the parts of a binary, here without any.
const PARTS: &str = r#"{ "bomFormat": "CycloneDX", "specVersion": "1.5", "components": [] }"#;

/// Every file of an image, but for the libraries that its binary names.
const OURS: [&str; 7] = [
    "entrypoint",
    "usr/local/bin/intake",
    "sbom.cdx.json",
    "etc/ssl/certs/ca-certificates.crt",
    "etc/passwd",
    "etc/group",
    "etc/nsswitch.conf",
];

/// One builder with a store of its own, which goes with its folder.
struct Builder<'a> {
    program: &'a Path,
    folder: &'a Path,
}

impl Builder<'_> {
    fn run(&self, arguments: &[&str]) -> Output {
        let output = Command::new(self.program)
            .arg("--root")
            .arg(self.folder.join("store"))
            .arg("--runroot")
            .arg(self.folder.join("run"))
            .args(arguments)
            // Neither an overlay file system nor a runtime of containers is needed.
            .env("STORAGE_DRIVER", "vfs")
            .env("BUILDAH_ISOLATION", "chroot")
            .current_dir(self.folder)
            .output();
        output.expect("buildah was found")
    }

    fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

#[test]
fn the_image_holds_one_binary_and_runs_it_as_nobody() {
    let tools = buildah().and_then(|buildah| Ok((buildah, kubectl()?)));
    let Some((program, _)) = skipped(tools, "no image is built") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let builder = Builder {
        program: &program,
        folder: folder.path(),
    };
    let assembled = folder.path().join("context/assembled");
    let parts = folder.path().join("parts.json");
    std::fs::write(&parts, PARTS).unwrap();
    let laid = Command::new(checkout().join("deploy/image/assemble"))
        .arg(binary("intake").unwrap())
        .args([&assembled, &parts])
        .output()
        .unwrap();
    assert!(
        laid.status.success(),
        "{}",
        String::from_utf8_lossy(&laid.stderr)
    );
    let dockerfile = read("deploy/Dockerfile").unwrap();
    let at = dockerfile.find(LAST_STAGE).expect("the last stage");
    std::fs::write(folder.path().join("Dockerfile"), &dockerfile[at..]).unwrap();
    builder.must(&[
        "build",
        "--quiet",
        "--build-arg=BIN=intake",
        "--build-context=assembled=context",
        "--file=Dockerfile",
        "--tag=tixian/intake",
        "context",
    ]);
    let image = builder.must(&["inspect", "--type=image", "localhost/tixian/intake"]);
    assert!(image.contains("\"User\": \"65532:65532\""), "{image}");
    let container = builder.must(&["from", "--pull-never", "localhost/tixian/intake"]);
    // Before anything runs there: a builder adds files of its own then.
    let root = builder.must(&["mount", &container]);
    holds_nothing_else(Path::new(&root));
    builder.must(&["umount", &container]);
    let help = builder.must(&["run", &container, "--", "/entrypoint", "--help"]);
    assert!(help.starts_with("Usage: intake "), "{help}");
    let shell = builder.run(&["run", &container, "--", "/bin/sh", "-c", "true"]);
    assert!(!shell.status.success(), "there is a shell");
    checks_its_settings(&builder, &container);
}

/// Whatever is neither asked for by the binary nor by TLS is one more thing to be attacked.
fn holds_nothing_else(root: &Path) {
    let sbom = std::fs::read_to_string(root.join("sbom.cdx.json")).unwrap();
    assert_eq!(sbom, PARTS);
    let mut folders = vec![root.to_owned()];
    let mut foreign = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(root).unwrap().to_str().unwrap();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if !OURS.contains(&inside) && !is_library(inside) {
                foreign.push(inside.to_owned());
            }
        }
    }
    assert_eq!(foreign, Vec::<String>::new());
}

fn is_library(inside: &str) -> bool {
    let name = inside.rsplit('/').next().unwrap_or_default();
    let in_its_place = inside.starts_with("lib") || inside.starts_with("usr/lib");
    in_its_place && (name.ends_with(".so") || name.contains(".so."))
}

/// As the pod would: its ConfigMaps, its Secrets where they are mounted, its user.
fn checks_its_settings(builder: &Builder<'_>, container: &str) {
    let resources = Overlay::Production.build().unwrap();
    let pod = pods(&resources).find(|pod| pod.name == "intake").unwrap();
    let secrets = builder.folder.join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    write_secrets(&pod, &secrets);
    let files = builder.folder.join("files");
    std::fs::create_dir(&files).unwrap();
    write_files(&pod, &resources, &files);
    let volume = format!("--volume={}:/run/secrets/tixian:ro", secrets.display());
    let files = format!("--volume={}:/etc/tixian:ro", files.display());
    let told = pod.environment(&resources);
    let told = told
        .iter()
        .map(|(name, value)| format!("--env={name}={value}"));
    let told: Vec<String> = told.collect();
    let mut arguments = vec!["run", &volume, &files];
    arguments.extend(told.iter().map(String::as_str));
    arguments.extend([container, "--", "/entrypoint", "--check"]);
    let checked = builder.must(&arguments);
    assert!(
        checked.contains("PUBLIC_URL=https://pay.example.com/"),
        "{checked}"
    );
    assert!(checked.contains("SIGNING_KEY=***"), "{checked}");
}
