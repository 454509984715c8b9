//! Everything that proves the plugin, from nothing, as one command.
//!
//! A run is a list of [`Step`]s. Each writes what it prints to a log of its own in
//! `target/test-logs`; a step that fails shows the end of it, the others run all the same, and the
//! run fails at the end. Not here: what is proved (the tests themselves say that) and what a step
//! needs to be installed ([`crate::setup`]).

mod licences;
mod log;

use crate::bundle::workspace;
use crate::setup::{self, Need};
use anyhow::{Result, ensure};
use indicatif::HumanDuration;
use log::{Counts, Log};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// One thing to prove.
struct Step {
    /// What the reader sees, and the log's file name.
    name: &'static str,
    /// What must be installed first.
    needs: &'static [Need],
    /// Left out of a quick run: needs a DAW or a window.
    slow: bool,
    run: fn(&mut Log) -> Result<()>,
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        needs: &[],
        slow: false,
        run: |log| log.run(cargo().args(["fmt", "--all", "--check"])),
    },
    Step { name: "licences", needs: &[], slow: false, run: licences::check },
    Step {
        name: "clippy",
        needs: &[Need::Compiler],
        slow: false,
        run: |log| {
            log.run(
                cargo()
                    .args(["clippy", "--workspace", "--all-targets", "--all-features"])
                    .args(["--", "-D", "warnings"]),
            )
        },
    },
    Step {
        name: "layers below the plugin",
        needs: &[Need::Compiler],
        slow: false,
        run: |log| log.run(cargo().args(["test", "--no-default-features", "--no-fail-fast"])),
    },
    Step {
        name: "plugin",
        needs: &[Need::Compiler],
        slow: false,
        run: |log| log.run(cargo().args(["test", "--no-fail-fast", "--lib"]).args(plugin_tests()?)),
    },
    Step {
        name: "bundle",
        needs: &[Need::Compiler],
        slow: false,
        run: |log| log.run(Command::new(std::env::current_exe()?).arg("bundle")),
    },
    Step {
        name: "tools, and the CLAP in our own host",
        needs: &[],
        slow: false,
        run: |log| log.run(cargo().args(["test", "--package", "xtask", "--no-fail-fast"])),
    },
    Step {
        name: "VST3 with its main buses only",
        needs: &[Need::PythonHosts],
        slow: false,
        run: |log| log.run(&mut pytest("test_pedalboard.py")),
    },
    Step {
        name: "VST3 in DawDreamer",
        needs: &[Need::PythonHosts],
        slow: true,
        run: |log| log.run(&mut pytest("test_dawdreamer.py")),
    },
    Step {
        name: "VST3 in Ardour",
        needs: &[Need::PythonHosts, Need::Ardour],
        slow: true,
        run: |log| log.run(&mut pytest("test_ardour.py")),
    },
    Step {
        name: "editor in a window",
        needs: &[Need::Display, Need::PythonHosts],
        slow: true,
        run: |log| {
            log.run(
                cargo()
                    .args(["test", "--package", "xtask", "--features", "window"])
                    .args(["--test", "window"]),
            )
        },
    },
];

/// The line by which a file of tests says that it needs the plugin.
const NEEDS_PLUGIN: &str = "#![cfg(feature = \"plugin\")]";

/// Cargo's arguments for the tests that need the plugin; the others have run below it.
fn plugin_tests() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(workspace().join("tests"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && fs::read_to_string(&path)?.contains(NEEDS_PLUGIN)
        {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names.into_iter().flat_map(|name| ["--test".to_owned(), name]).collect())
}

/// How one step ended.
struct Outcome {
    name: &'static str,
    counts: Counts,
    took: Duration,
}

/// Runs the tests; `quick` leaves out those that need a DAW or a window.
///
/// # Errors
/// When a step failed; what failed has been printed.
pub fn run(quick: bool) -> Result<()> {
    let begun = Instant::now();
    let steps: Vec<&Step> = STEPS.iter().filter(|step| !(quick && step.slow)).collect();
    let logs = workspace().join("target/test-logs");
    let mut outcomes = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let title = format!("[{:>2}/{}] {}", number + 1, steps.len(), step.name);
        let mut log = Log::begin(&logs, step.name, title)?;
        let began = Instant::now();
        let result = setup::ensure(step.needs).and_then(|()| (step.run)(&mut log));
        let counts = log.finish(result)?;
        outcomes.push(Outcome { name: step.name, counts, took: began.elapsed() });
    }
    print!("{}", table(&outcomes));
    println!("Logs in {}, {} in all", logs.display(), HumanDuration(begun.elapsed()));
    if quick {
        println!("Left out of this quick run: {}", left_out());
    }
    let Counts { passed, failed } = total(&outcomes);
    println!("{passed} passed, {failed} failed");
    ensure!(failed == 0, "not everything is as it should be");
    Ok(())
}

fn left_out() -> String {
    let slow: Vec<&str> = STEPS.iter().filter(|step| step.slow).map(|step| step.name).collect();
    slow.join(", ")
}

fn total(outcomes: &[Outcome]) -> Counts {
    let mut total = Counts::default();
    for outcome in outcomes {
        total.passed += outcome.counts.passed;
        total.failed += outcome.counts.failed;
    }
    total
}

fn table(outcomes: &[Outcome]) -> String {
    let width = outcomes.iter().map(|outcome| outcome.name.chars().count()).max().unwrap_or(0);
    let mut table = format!("\n{:width$}  result  passed  failed   seconds\n", "step");
    for Outcome { name, counts, took } in outcomes {
        let result = if counts.failed == 0 { "ok" } else { "FAILED" };
        let seconds = took.as_secs_f64();
        table += &format!(
            "{name:width$}  {result:6}  {:6}  {:6}  {seconds:8.1}\n",
            counts.passed, counts.failed
        );
    }
    table
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).env("CARGO_TERM_COLOR", "never");
    cargo
}

fn pytest(file: &str) -> Command {
    let mut pytest = Command::new(setup::python_hosts());
    // A folder for Python's byte code would lie among the sources.
    pytest.current_dir(workspace().join("tests/hosts")).args([
        "-B",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--verbose",
        "--color=no",
        file,
    ]);
    pytest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &'static str, passed: usize, failed: usize) -> Outcome {
        let counts = Counts { passed, failed };
        Outcome { name, counts, took: Duration::from_millis(1500) }
    }

    #[test]
    fn the_table_names_every_step_and_which_failed() {
        let outcomes = [outcome("good", 12, 0), outcome("bad", 3, 1)];
        let table = table(&outcomes);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert!(rows[0].contains("good") && rows[0].contains("ok") && rows[0].contains("12"));
        assert!(rows[1].contains("bad") && rows[1].contains("FAILED") && rows[1].contains("1.5"));
        assert_eq!(total(&outcomes), Counts { passed: 15, failed: 1 });
    }

    #[test]
    fn the_tests_that_need_the_plugin_are_found_by_the_line_that_says_so() {
        let found = plugin_tests().unwrap();
        for name in ["clap_guard", "plugin_chains", "editor", "state"] {
            assert!(found.iter().any(|argument| argument == name), "{name} in {found:?}");
        }
        assert!(!found.iter().any(|argument| argument == "schedule"));
    }

    #[test]
    fn no_two_steps_share_a_log() {
        let mut names: Vec<String> = STEPS.iter().map(|step| log::file_name(step.name)).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), STEPS.len());
    }
}
