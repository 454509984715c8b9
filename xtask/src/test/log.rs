//! One step's log: what its commands print goes to a file, the reader sees that it is alive, and at
//! the end how many tests passed.
//!
//! Not here: which commands a step runs.

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::{self, File};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How much of a failed step's log is shown, in lines.
const SHOWN: usize = 60;
/// A command that takes longer than this has hung.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// How often a running command is looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// How many tests a step ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub passed: usize,
    pub failed: usize,
}

/// A step under way.
pub(super) struct Log {
    path: PathBuf,
    title: String,
    begun: Instant,
    /// Only on a terminal; elsewhere a line at the end must do.
    spinner: Option<ProgressBar>,
}

impl Log {
    /// Begins a step's log and shows its title.
    pub fn begin(folder: &Path, name: &str, title: String) -> Result<Log> {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let path = folder.join(file_name(name));
        fs::write(&path, "").with_context(|| format!("{} cannot be written", path.display()))?;
        let spinner = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .expect("the template is valid");
            let spinner = ProgressBar::new_spinner().with_style(style).with_message(title.clone());
            spinner.enable_steady_tick(GLANCE);
            spinner
        });
        if spinner.is_none() {
            println!("{title} ...");
        }
        Ok(Log { path, title, begun: Instant::now(), spinner })
    }

    /// Runs a command with its output in the log.
    pub fn run(&mut self, command: &mut Command) -> Result<()> {
        self.note(&format!("$ {command:?}"))?;
        let output = self.append()?;
        let errors = output.try_clone().context("the log cannot be shared")?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("{} could not be started", shown(command)))?;
        let status = wait(&mut child)?;
        ensure!(status.success(), "{} ended with {status}", shown(command));
        Ok(())
    }

    /// Writes a line to the log.
    pub fn note(&mut self, line: &str) -> Result<()> {
        writeln!(self.append()?, "{line}").context("the log cannot be written")
    }

    /// Ends the step: says how it went, shows the end of the log if it failed, and counts.
    pub fn finish(mut self, result: Result<()>) -> Result<Counts> {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        let failure = result.err().map(|error| format!("{error:#}"));
        if let Some(failure) = &failure {
            self.note(failure)?;
        }
        let text = String::from_utf8_lossy(&fs::read(&self.path)?).into_owned();
        let counts = count(&text, failure.is_some());
        let failed = counts.failed > 0;
        let word = if failed { "FAILED" } else { "ok" };
        println!("{} {word}, {} tests, {seconds:.1} s", self.title, counts.passed + counts.failed);
        if failed {
            println!("--- the end of {}", self.path.display());
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(SHOWN)..] {
                println!("    {line}");
            }
            println!("---");
        }
        Ok(counts)
    }

    fn append(&self) -> Result<File> {
        let log = File::options().append(true).open(&self.path);
        log.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

/// A step's log file, by its name.
pub(super) fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("{}.log", name.chars().map(plain).collect::<String>())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let arguments: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
    format!("{} {}", program.to_string_lossy(), arguments.join(" "))
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("a command was lost")? {
            return Ok(status);
        }
        if begun.elapsed() > LONGEST {
            child.kill().context("a command that hangs cannot be ended")?;
            child.wait().context("a command was lost")?;
            anyhow::bail!("it was still running after {} minutes", LONGEST.as_secs() / 60);
        }
        std::thread::sleep(GLANCE);
    }
}

/// Counts the tests in a log by the closing lines of cargo's and pytest's runners. A step that ran
/// no test runner is one test itself; one that failed, or whose runners found nothing to run, has at
/// least one failure.
fn count(log: &str, failed: bool) -> Counts {
    let mut counts = Counts::default();
    let mut has_runner = false;
    for line in log.lines() {
        let closing = line.strip_prefix("test result: ").or_else(|| line.strip_prefix("====="));
        let Some(closing) = closing else { continue };
        has_runner = true;
        let words: Vec<&str> =
            closing.split([' ', ',', ';', '=']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<usize>() else { continue };
            match pair[1] {
                "passed" => counts.passed += number,
                "failed" | "error" | "errors" => counts.failed += number,
                _ => {}
            }
        }
    }
    if counts == Counts::default() && !has_runner && !failed {
        counts.passed = 1;
    }
    if failed || counts == Counts::default() {
        counts.failed = counts.failed.max(1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_all_of_cargos_closing_lines_are_counted() {
        let log = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(count(log, true), Counts { passed: 6, failed: 1 });
    }

    #[test]
    fn the_tests_of_pytests_closing_line_are_counted_errors_as_failures() {
        let log = "===== short test summary info =====\n\
            ==================== 2 failed, 3 passed, 1 error in 6.04s ====================\n";
        assert_eq!(count(log, true), Counts { passed: 3, failed: 3 });
    }

    #[test]
    fn a_step_without_tests_counts_as_one() {
        assert_eq!(count("    Finished\n", false), Counts { passed: 1, failed: 0 });
        assert_eq!(count("error: no\n", true), Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn a_runner_that_found_no_test_to_run_is_a_failure() {
        let log = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(count(log, false), Counts { passed: 0, failed: 1 });
    }

    #[test]
    fn a_step_that_fails_after_its_tests_passed_has_a_failure() {
        let log = "===== 3 passed in 1.00s =====\n";
        assert_eq!(count(log, true), Counts { passed: 3, failed: 1 });
    }

    #[test]
    fn what_a_command_prints_is_in_the_log_and_a_failing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::begin(folder.path(), "A step", "a step".into()).unwrap();
        log.run(Command::new("cargo").arg("--version")).unwrap();
        let error = log.run(Command::new("cargo").arg("no-such-command")).unwrap_err();
        assert!(error.to_string().contains("cargo no-such-command"), "{error}");
        let text = fs::read_to_string(folder.path().join("a-step.log")).unwrap();
        assert!(text.contains("cargo 1."), "{text}");
        assert_eq!(log.finish(Err(error)).unwrap(), Counts { passed: 0, failed: 1 });
    }
}
