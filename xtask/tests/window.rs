//! The real editor in a real window: it draws, resizes, closes and opens again without leaving
//! anything behind.
//!
//! The window is made by the program `editor-window` on a display of its own without a screen, with
//! OpenGL in software. Needs the bundled plugin.

#[path = "window/pedalboard.rs"]
mod pedalboard;
#[path = "window/plays.rs"]
mod plays;

use serde::Deserialize;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use xtask::bundle::workspace;
use xtask::window::display::Display;
use xtask::window::parent::Seen;

/// How often the editor is opened.
const ROUNDS: usize = 50;
/// After so many, whatever is made once and kept has been made.
const SETTLED: usize = 10;

#[derive(Deserialize)]
struct Round {
    opened: Seen,
    resized: Seen,
    left: Left,
}

#[derive(Deserialize)]
struct Left {
    resident_kib: u64,
    threads: usize,
    files: usize,
    clients: usize,
    resources: u64,
}

/// What the window library says when its thread has already ended as it is asked to end: no error,
/// since that is what was wished for.
const ALREADY_CLOSED: &str = "Error while closing window: Request to X11 thread failed";

/// One run that all tests here look at.
struct Run {
    rounds: Vec<Round>,
    errors: String,
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let picture = workspace().join("target/editor.ppm");
    run(&["--rounds", &ROUNDS.to_string(), "--picture", &picture.to_string_lossy()])
});

fn run(arguments: &[&str]) -> Run {
    let plugin = workspace().join("target/bundled/Switchyard.clap");
    assert!(plugin.exists(), "{} is not there: run `cargo xtask bundle`", plugin.display());
    let display = Display::start();
    let mut program = Command::new(env!("CARGO_BIN_EXE_editor-window"));
    program.arg(plugin).args(arguments).stdin(Stdio::null());
    display.show(&mut program);
    let output = program.output().expect("the window's program starts");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "it ended with {}:\n{errors}", output.status);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let report = stdout.lines().last().unwrap_or_default();
    Run { rounds: serde_json::from_str(report).expect("a report"), errors }
}

#[test]
fn the_editor_opens_at_the_zoom_its_project_remembered() {
    for (zoom, size) in [(150, [1770, 1080]), (75, [885, 540])] {
        let run = run(&["--rounds", "3", "--zoom", &zoom.to_string()]);
        for Round { opened, resized, .. } in &run.rounds {
            assert_eq!(opened.size, size, "at {zoom} %");
            assert_eq!(opened.undrawn, 0.0, "at {zoom} %");
            assert_eq!(resized.undrawn, 0.0, "at {zoom} %, resized");
        }
    }
}

#[test]
fn the_editor_is_drawn_in_a_host_that_lingers_between_parent_and_show() {
    for zoom in ["100", "125"] {
        let run = run(&["--rounds", "3", "--linger", "300", "--zoom", zoom]);
        for Round { opened, .. } in &run.rounds {
            assert_eq!(opened.undrawn, 0.0, "at {zoom} %");
        }
    }
}

#[test]
fn the_editor_draws_its_whole_window_at_every_opening() {
    assert_eq!(RUN.rounds.len(), ROUNDS);
    for (number, Round { opened, .. }) in RUN.rounds.iter().enumerate() {
        assert_eq!(opened.undrawn, 0.0, "opening {number} leaves parts undrawn");
        assert!(opened.colours > 20, "opening {number} shows {} colours", opened.colours);
    }
}

#[test]
fn the_editor_resizes_and_draws_the_new_size() {
    for (number, Round { opened, resized, .. }) in RUN.rounds.iter().enumerate() {
        assert_ne!(resized.size, opened.size, "opening {number} kept its size");
        assert_eq!(resized.undrawn, 0.0, "opening {number}, resized, leaves parts undrawn");
        assert!(resized.colours > 20, "opening {number}, resized: {} colours", resized.colours);
    }
}

#[test]
fn every_opening_has_the_size_of_the_first() {
    for round in &RUN.rounds {
        assert_eq!(round.opened.size, RUN.rounds[0].opened.size);
    }
}

#[test]
fn fifty_openings_leave_no_thread_no_file_and_nothing_on_the_display() {
    let (early, late) = (&RUN.rounds[SETTLED].left, &RUN.rounds[ROUNDS - 1].left);
    assert_eq!(late.threads, early.threads, "threads");
    assert_eq!(late.files, early.files, "open files");
    assert_eq!(late.clients, early.clients, "connections to the display");
    assert_eq!(late.resources, early.resources, "resources on the display");
}

#[test]
fn fifty_openings_do_not_grow_the_memory() {
    let resident = |round: &Round| round.left.resident_kib;
    let early = RUN.rounds[..SETTLED].iter().map(resident).max().unwrap();
    let late = resident(&RUN.rounds[ROUNDS - 1]);
    // Less than a texture's worth each time; the editor's fonts alone are larger.
    let allowed = 512 * (ROUNDS - SETTLED) as u64;
    assert!(late < early + allowed, "from {early} to {late} KiB");
}

#[test]
fn nothing_is_said_to_be_wrong_while_the_editor_opens_and_closes() {
    let wrong = |line: &&str| {
        if line.contains(ALREADY_CLOSED) {
            return false;
        }
        let line = line.to_lowercase();
        ["error", "warn", "panic", "fail"].iter().any(|word| line.contains(word))
    };
    let lines: Vec<&str> = RUN.errors.lines().filter(wrong).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}
