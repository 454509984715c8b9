//! Holds every dependency to the licences and sources that `deny.toml` allows.
//!
//! It reads the part of that file which says so and judges as cargo-deny does, so that nobody has to
//! build cargo-deny to run the tests. Not here: advisories, which need a database from elsewhere.

use super::log::Log;
use crate::bundle::workspace;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};
use std::fs;

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// Licences allowed to one package only.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Where it comes from; `None` for the packages of this workspace.
    source: Option<String>,
}

/// Judges every package of the dependency graph, for all platforms and features.
pub(super) fn check(log: &mut Log) -> Result<()> {
    let path = workspace().join("deny.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let deny: Deny = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let output = super::cargo()
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .output()
        .context("cargo could not be started")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cargo metadata cannot be read")?;
    let mut refused = 0;
    for package in &metadata.packages {
        if let Some(reason) = fault(package, &deny.licenses) {
            log.note(&format!("{} {}: {reason}", package.name, package.version))?;
            refused += 1;
        }
    }
    log.note(&format!("{} packages, {refused} refused", metadata.packages.len()))?;
    ensure!(refused == 0, "{refused} packages are not allowed by deny.toml");
    Ok(())
}

/// Why a package may not be used, or `None` if it may.
fn fault(package: &Package, licences: &Licences) -> Option<String> {
    if package.source.as_ref().is_some_and(|source| !source.starts_with("registry+")) {
        return Some("it comes from a repository and not from a registry".into());
    }
    let Some(license) = &package.license else { return Some("it names no licence".into()) };
    let expression = match Expression::parse_mode(license, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => return Some(format!("its licence \"{license}\" cannot be read: {error}")),
    };
    let is_own = |exception: &&Exception| exception.package == package.name;
    let own = licences.exceptions.iter().filter(is_own).flat_map(|exception| &exception.allow);
    let allowed: Vec<&String> = licences.allow.iter().chain(own).collect();
    let is_allowed = |wanted: &LicenseReq| {
        let wanted = wanted.to_string();
        allowed.iter().any(|allow| **allow == wanted)
    };
    (!expression.evaluate(is_allowed)).then(|| format!("{license} is not allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licences() -> Licences {
        let exception = Exception { package: "letters".into(), allow: vec!["OFL-1.1".into()] };
        let allow = ["MIT", "Apache-2.0 WITH LLVM-exception", "Zlib"].map(String::from);
        Licences { allow: allow.into(), exceptions: vec![exception] }
    }

    fn package(name: &str, license: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            license: license.map(String::from),
            source: source.map(String::from),
        }
    }

    fn allows(name: &str, license: &str) -> bool {
        fault(&package(name, Some(license), None), &licences()).is_none()
    }

    #[test]
    fn one_allowed_alternative_is_enough_and_of_a_conjunction_all_are_needed() {
        assert!(allows("any", "MIT"));
        assert!(allows("any", "MIT OR GPL-2.0-only"));
        assert!(allows("any", "MIT/Apache-2.0"));
        assert!(allows("any", "Apache-2.0 WITH LLVM-exception"));
        assert!(!allows("any", "GPL-3.0-only"));
        assert!(!allows("any", "MIT AND GPL-3.0-only"));
        assert!(!allows("any", "Apache-2.0"));
    }

    #[test]
    fn an_exception_is_for_its_own_package_only() {
        assert!(allows("letters", "MIT AND OFL-1.1"));
        assert!(!allows("other", "MIT AND OFL-1.1"));
    }

    #[test]
    fn a_package_without_a_licence_or_from_a_repository_is_refused() {
        assert!(fault(&package("any", None, None), &licences()).is_some());
        assert!(fault(&package("any", Some("no licence at all"), None), &licences()).is_some());
        let repository = package("any", Some("MIT"), Some("git+ssh://somewhere"));
        assert!(fault(&repository, &licences()).unwrap().contains("repository"));
    }
}
