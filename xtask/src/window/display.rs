//! A display without a screen, for programs that open windows.
//!
//! Not here: the windows. One thread starts and ends it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A display that ends with this value.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts a display with room for two editors side by side.
    ///
    /// # Panics
    /// When there is no display server or it does not start.
    pub fn start() -> Display {
        // The server picks a free number and tells it on the descriptor it is given.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "2560x1600x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is not installed: run `cargo xtask test`, which installs it");
        let mut number = String::new();
        let stdout = server.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut number).expect("Xvfb says its number");
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Display { server, name: format!(":{}", number.trim()) }
    }

    /// What a program finds it by, such as ":7".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Has a program open its windows here, drawn without a graphics card.
    pub fn show(&self, program: &mut Command) {
        program
            .env("DISPLAY", &self.name)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone afterwards.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
