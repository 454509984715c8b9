//! Where things are in an editor: asked of its twin, which draws the same views without a window.
//!
//! The twin is the main crate's example `twin`, a program of its own because this one must not link
//! the editor it tests. Not here: the real editor. The host's main thread.

use super::parent::Area;
use crate::bundle::workspace;
use anyhow::{Context, Result, anyhow, ensure};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use switchyard::routing::parameter::Parameter;
use switchyard::session::Session;

/// A twin that ends with this value.
pub struct Twin {
    program: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Twin {
    /// A twin of a fresh editor, once it is built and there. `host` is the name of the program the
    /// plugin runs in.
    ///
    /// # Errors
    /// When the example does not build.
    pub fn of(host: &str) -> Result<Twin> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut program = Command::new(cargo)
            .current_dir(workspace())
            .args(["run", "--quiet", "--package", "switchyard", "--example", "twin", "--", host])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo does not start")?;
        let asks = program.stdin.take().context("its input is piped")?;
        let answers = BufReader::new(program.stdout.take().context("its output is piped")?);
        let mut twin = Twin { program, asks, answers };
        let [width, height] = Session::default().editor_size;
        twin.resize([width, height])?;
        Ok(twin)
    }

    /// Where something is, by its name for assistive technology: left, top, width, height in points.
    ///
    /// # Errors
    /// When nothing has that name.
    pub fn place(&mut self, name: &str) -> Result<Area> {
        let answer = self.ask(&format!("place {name}"))?;
        let numbers: Result<Vec<f32>, _> = answer.split_whitespace().map(str::parse).collect();
        let whole: Vec<i16> = numbers?.into_iter().map(|points| points.round() as i16).collect();
        Area::try_from(whole).map_err(|_| anyhow!("{answer:?} is no place"))
    }

    /// Clicks something there too.
    ///
    /// # Errors
    /// When nothing has that name.
    pub fn click(&mut self, name: &str) -> Result<()> {
        self.ask(&format!("click {name}")).map(drop)
    }

    /// Gives it another size in points.
    ///
    /// # Errors
    /// When the twin has ended.
    pub fn resize(&mut self, [width, height]: [u32; 2]) -> Result<()> {
        self.ask(&format!("size {width} {height}")).map(drop)
    }

    /// Sets a parameter there too, to a plain value.
    ///
    /// # Errors
    /// When the twin has ended.
    pub fn set(&mut self, parameter: Parameter, value: f64) -> Result<()> {
        self.ask(&format!("set {} {value}", parameter.id())).map(drop)
    }

    fn ask(&mut self, request: &str) -> Result<String> {
        writeln!(self.asks, "{request}").with_context(|| format!("the twin ended: {request}"))?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "the editor's twin ended when asked to {request}");
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone afterwards.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
