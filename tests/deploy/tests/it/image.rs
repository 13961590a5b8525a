//! The image's last stage, built from the binary that is here, and run as its own user.

use std::path::Path;
use std::process::{Command, Output};

use deploy::{Overlay, buildah, checkout, kubectl, pods, read, skipped};
use stand::process::binary;

use crate::settings::{write_files, write_secrets};

/// What stands in the Dockerfile where the last stage begins.
const LAST_STAGE: &str = "\nFROM scratch\n";

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
    let laid = Command::new(checkout().join("deploy/image/assemble"))
        .arg(binary("intake").unwrap())
        .arg(&assembled)
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
    let help = builder.must(&["run", &container, "--", "/entrypoint", "--help"]);
    assert!(help.starts_with("Usage: intake "), "{help}");
    let shell = builder.run(&["run", &container, "--", "/bin/sh", "-c", "true"]);
    assert!(!shell.status.success(), "there is a shell");
    checks_its_settings(&builder, &container);
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
