//! Builds the plugin and lays it out the way hosts look for it: `Switchyard.clap` and
//! `Switchyard.vst3` in `target/bundled`.
//!
//! Not here: where a host keeps its plugins (that is [`crate::install`]).

use crate::setup::{self, Need};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::env::consts::{ARCH, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The package the plugin is built from.
pub const PACKAGE: &str = "switchyard";

/// Which of cargo's profiles builds the plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// As users get it.
    #[default]
    Release,
    /// Fast to build, slow to run.
    Debug,
}

/// Where the two plugins lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundled {
    /// `Switchyard.clap`: a library, on macOS a bundle directory.
    pub clap: PathBuf,
    /// `Switchyard.vst3`: a bundle directory.
    pub vst3: PathBuf,
}

/// The system a layout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and its like.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The one this program runs on.
    ///
    /// # Errors
    /// When plugin formats have no layout for it.
    pub fn here() -> Result<System> {
        match std::env::consts::OS {
            "linux" => Ok(System::Linux),
            "macos" => Ok(System::MacOs),
            "windows" => Ok(System::Windows),
            other => bail!("CLAP and VST3 have no plugin folders on {other}"),
        }
    }
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().expect("this package lies in a folder of the workspace").to_path_buf()
}

/// Builds the plugin and lays both formats out in `target/bundled` (for debug builds in
/// `target/bundled-debug`, so that nobody ships one by accident).
///
/// # Errors
/// When a C++ compiler is missing, the build fails, or files cannot be written.
pub fn bundle(profile: Profile) -> Result<Bundled> {
    let name = product_name(&workspace().join("bundler.toml"))?;
    // The VST3 side is built from C++ sources.
    setup::ensure(&[Need::Compiler])?;
    let library = build(profile)?;
    let folder = match profile {
        Profile::Release => "target/bundled",
        Profile::Debug => "target/bundled-debug",
    };
    lay_out(&library, &workspace().join(folder), &name, System::here()?)
}

/// The name the package's plugin has for users, from `bundler.toml`.
fn product_name(file: &Path) -> Result<String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        name: String,
    }
    let shown = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("{shown} cannot be read"))?;
    let mut entries: BTreeMap<String, Entry> =
        toml::from_str(&text).with_context(|| shown.to_string())?;
    let entry = entries.remove(PACKAGE).with_context(|| format!("{shown} has no [{PACKAGE}]"))?;
    let is_plain = !entry.name.is_empty() && !entry.name.contains(['/', '\\', ':']);
    ensure!(is_plain, "{shown}: {:?} cannot be a file's name", entry.name);
    Ok(entry.name)
}

/// Runs cargo and answers with the library it says it made.
fn build(profile: Profile) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace())
        .args(["build", "--package", PACKAGE, "--lib"])
        .arg("--message-format=json-render-diagnostics");
    if profile == Profile::Release {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "the plugin could not be built");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == PACKAGE)
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .find(|file| file.to_string_lossy().ends_with(DLL_SUFFIX))
        .context("cargo built no plugin library; is its crate type still cdylib?")
}

/// Lays a built library out as both plugins in `folder`.
///
/// # Errors
/// When files cannot be written.
pub fn lay_out(library: &Path, folder: &Path, name: &str, system: System) -> Result<Bundled> {
    let clap = folder.join(format!("{name}.clap"));
    let vst3 = folder.join(format!("{name}.vst3"));
    let arch = match (system, ARCH) {
        (System::Windows, "aarch64") => "arm64",
        (_, other) => other,
    };
    match system {
        System::Linux => {
            place(library, &clap)?;
            place(library, &vst3.join(format!("Contents/{arch}-linux/{name}.so")))?;
        }
        System::Windows => {
            place(library, &clap)?;
            place(library, &vst3.join(format!("Contents/{arch}-win/{name}.vst3")))?;
        }
        System::MacOs => {
            for bundle in [&clap, &vst3] {
                place(library, &bundle.join("Contents/MacOS").join(name))?;
                write(&bundle.join("Contents/PkgInfo"), "BNDL????")?;
                write(&bundle.join("Contents/Info.plist"), &info_plist(name))?;
            }
        }
    }
    Ok(Bundled { clap, vst3 })
}

/// Puts a copy of a file somewhere in one step: a host that has the old one loaded keeps it whole.
fn place(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be created", folder.display()))?;
    let beside = to.with_extension(format!("{}.new", std::process::id()));
    fs::copy(from, &beside)
        .and_then(|_| fs::rename(&beside, to))
        .with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))
}

fn write(to: &Path, text: &str) -> Result<()> {
    fs::write(to, text).with_context(|| format!("{} cannot be written", to.display()))
}

fn info_plist(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
    <key>CFBundleDevelopmentRegion</key><string>English</string>
    <key>CFBundleExecutable</key><string>{name}</string>
    <key>CFBundleIdentifier</key><string>audio.switchyard.{PACKAGE}</string>
    <key>CFBundleInfoDictionaryVersion</key><string>6.0</string>
    <key>CFBundleName</key><string>{name}</string>
    <key>CFBundlePackageType</key><string>BNDL</string>
    <key>CFBundleShortVersionString</key><string>{version}</string>
    <key>CFBundleSignature</key><string>????</string>
    <key>CFBundleVersion</key><string>{version}</string>
    <key>NSHighResolutionCapable</key><true/>
</dict>
</plist>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(system: System) -> (tempfile::TempDir, Bundled) {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libswitchyard.so");
        fs::write(&library, "a library").unwrap();
        let bundled = lay_out(&library, &folder.path().join("bundled"), "Desk", system).unwrap();
        (folder, bundled)
    }

    #[test]
    fn on_linux_the_clap_is_a_file_and_the_vst3_a_folder_with_a_library() {
        let (_folder, bundled) = laid_out(System::Linux);
        assert_eq!(fs::read(&bundled.clap).unwrap(), b"a library");
        let inner = bundled.vst3.join(format!("Contents/{ARCH}-linux/Desk.so"));
        assert_eq!(fs::read(inner).unwrap(), b"a library");
    }

    #[test]
    fn on_macos_both_are_bundles_whose_property_list_names_the_library() {
        let (_folder, bundled) = laid_out(System::MacOs);
        for bundle in [bundled.clap, bundled.vst3] {
            assert_eq!(fs::read(bundle.join("Contents/MacOS/Desk")).unwrap(), b"a library");
            let list = fs::read_to_string(bundle.join("Contents/Info.plist")).unwrap();
            assert!(list.contains("<key>CFBundleExecutable</key><string>Desk</string>"));
            assert!(bundle.join("Contents/PkgInfo").exists());
        }
    }

    #[test]
    fn on_windows_the_vst3_library_is_named_like_its_bundle() {
        let (_folder, bundled) = laid_out(System::Windows);
        assert!(bundled.clap.is_file());
        let inner: Vec<_> = fs::read_dir(bundled.vst3.join("Contents")).unwrap().collect();
        assert!(inner[0].as_ref().unwrap().path().join("Desk.vst3").is_file());
    }

    #[test]
    fn laying_out_again_replaces_and_leaves_nothing_else_behind() {
        let (folder, bundled) = laid_out(System::Linux);
        let library = folder.path().join("libswitchyard.so");
        fs::write(&library, "a newer library").unwrap();
        lay_out(&library, &folder.path().join("bundled"), "Desk", System::Linux).unwrap();
        assert_eq!(fs::read(&bundled.clap).unwrap(), b"a newer library");
        assert_eq!(fs::read_dir(folder.path().join("bundled")).unwrap().count(), 2);
    }

    #[test]
    fn the_workspace_names_its_product_and_a_wrong_file_is_named() {
        assert_eq!(product_name(&workspace().join("bundler.toml")).unwrap(), "Switchyard");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bundler.toml");
        for (text, complaint) in [
            ("[switchyard]\nname = 3", "bundler.toml"),
            ("[other]\nname = \"x\"", "no [switchyard]"),
            ("[switchyard]\nname = \"a/b\"", "cannot be a file's name"),
        ] {
            fs::write(&file, text).unwrap();
            let error = format!("{:#}", product_name(&file).unwrap_err());
            assert!(error.contains(complaint), "{error}");
        }
    }
}
