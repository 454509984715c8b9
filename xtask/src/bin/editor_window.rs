//! Opens the plugin's editor in a window of ours through CLAP's gui extension, again and again, and
//! says as JSON what was seen and what was left behind after each closing.
//!
//! A program of its own, because the display it uses and what it prints belong to a whole process.
//! Not here: what is good and what is bad (`tests/window.rs`), and sound (`editor_plays.rs`).

use anyhow::{Context, Result};
use clack_extensions::gui::GuiSize;
use clap::Parser;
use serde::Serialize;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use switchyard::session::Session;
use xtask::room::state::framed;
use xtask::window::PATIENCE;
use xtask::window::instance::{Instance, load};
use xtask::window::parent::{Parent, Seen};

/// Opens and closes the editor of a CLAP plugin.
#[derive(Parser)]
struct Arguments {
    /// The built `.clap`
    plugin: PathBuf,
    /// How often it is opened
    #[arg(long, default_value_t = 50)]
    rounds: usize,
    /// The zoom that a project remembered, in percent
    #[arg(long)]
    zoom: Option<u32>,
    /// How long the host lingers between giving the editor its window and showing it, milliseconds
    #[arg(long, default_value_t = 0)]
    linger: u64,
    /// Where the first full drawing is kept, as a PPM image
    #[arg(long)]
    picture: Option<PathBuf>,
}

/// What one opening showed and what its closing left.
#[derive(Serialize)]
struct Round {
    opened: Seen,
    resized: Seen,
    left: Left,
}

/// What the process and the display hold.
#[derive(Serialize)]
struct Left {
    resident_kib: u64,
    threads: usize,
    files: usize,
    /// Connections to the display, of everybody.
    clients: usize,
    /// Windows, pixmaps, cursors and the like on the display, of everybody.
    resources: u64,
}

impl Left {
    fn now(parent: &Parent) -> Result<Left> {
        let memory = fs::read_to_string("/proc/self/status")?;
        let line = memory.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = line.and_then(|line| line.split_whitespace().next());
        Ok(Left {
            resident_kib: resident.context("no resident size")?.parse()?,
            threads: fs::read_dir("/proc/self/task")?.count(),
            files: fs::read_dir("/proc/self/fd")?.count(),
            clients: parent.clients()?,
            resources: parent.resources()?,
        })
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let entry = load(&arguments.plugin)?;
    let mut instance = Instance::new(&entry, [0, 0])?;
    instance.linger = Duration::from_millis(arguments.linger);
    if let Some(zoom) = arguments.zoom {
        // As a project in which the editor was zoomed.
        let session = Session { editor_zoom: zoom, ..Session::default() };
        instance.load(&framed(&json!({ "fields": { "session": session.to_json() } })))?;
    }
    let mut rounds = Vec::new();
    for round in 0..arguments.rounds {
        let picture = arguments.picture.as_deref().filter(|_| round == 0);
        rounds.push(
            open_and_close(&mut instance, picture)
                .with_context(|| format!("opening number {}", round + 1))?,
        );
    }
    println!("{}", serde_json::to_string(&rounds)?);
    Ok(())
}

fn open_and_close(instance: &mut Instance, picture: Option<&Path>) -> Result<Round> {
    let clients = instance.parent.clients()?;
    let size = instance.open()?;
    let opened = instance.parent.see(size, picture)?;
    let wish = GuiSize { width: size.width * 3 / 4, height: size.height * 4 / 5 };
    let other = instance.resize(wish)?;
    let resized = instance.parent.see(other, None)?;
    // Back to where it was, so that every opening is like the first.
    instance.resize(size)?;
    instance.parent.see(size, None)?;
    instance.close()?;
    // The display hears of it a little later.
    let begun = Instant::now();
    while instance.parent.clients()? > clients && begun.elapsed() < PATIENCE {
        instance.serve();
    }
    Ok(Round { opened, resized, left: Left::now(&instance.parent)? })
}
