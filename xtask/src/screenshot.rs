//! Pictures of the editor: every view over a lively mix, as PNG files.
//!
//! The drawing is the main crate's example `screenshots`, which needs no window and no graphics
//! card. Not here: what is in the pictures.

use crate::bundle::workspace;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Where the README looks for them, from the repository's root.
pub const FOLDER: &str = "docs/images";

/// Draws every view of the editor into a folder, which is made if need be.
///
/// # Errors
/// If the example does not build, or a picture cannot be written.
pub fn screenshot(out: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = std::path::absolute(out)
        .with_context(|| format!("{} is no place for pictures", out.display()))?;
    let status = Command::new(cargo)
        .current_dir(workspace())
        .args(["run", "--quiet", "--package", "switchyard", "--example", "screenshots", "--"])
        .arg(&out)
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "the pictures were not drawn: {status}");
    Ok(())
}
