//! How far a long piece of work is: a bar on a terminal, a few plain lines anywhere else.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// One piece of work on its way. Written to standard error, so that results can be piped.
pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    total: u64,
    done: u64,
}

impl Progress {
    /// Begins a piece of work of `total` steps.
    pub fn begin(what: &str, total: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent:>3} % {eta}")
                .expect("the template is valid")
                .progress_chars("=> ");
            ProgressBar::new(total).with_style(style).with_message(what.to_string())
        });
        if bar.is_none() {
            eprintln!("{what} ...");
        }
        Progress { bar, what: what.into(), total, done: 0 }
    }

    /// Advances by some steps.
    pub fn advance(&mut self, steps: u64) {
        let quarter = |done: u64| (done * 4).checked_div(self.total).unwrap_or(4);
        let before = quarter(self.done);
        self.done += steps;
        match &self.bar {
            Some(bar) => bar.inc(steps),
            None if (1..4).contains(&quarter(self.done)) && quarter(self.done) > before => {
                eprintln!("{} ... {} %", self.what, quarter(self.done) * 25);
            }
            None => {}
        }
    }

    /// Ends it; the bar goes away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
