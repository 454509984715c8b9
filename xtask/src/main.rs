//! `cargo xtask`: the command line of Switchyard's own tools. What the commands do is in the
//! library beside it.

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use switchyard::templates::{TEMPLATES, Template};
use xtask::bundle::{Bundled, Profile, bundle, workspace};
use xtask::install::{Folders, install};
use xtask::performance::Performance;
use xtask::report::{FILE, Labels, Report};
use xtask::room::{Room, Setup};
use xtask::screenshot::FOLDER as PICTURES;
use xtask::session::Session;
use xtask::stems::Stem;
use xtask::{band, demo, shared_reverb, stems};

/// The sample rate everything is played at, in Hz.
const RATE: u32 = 48_000;
/// What was played, as the editor opens it.
const SESSION: &str = "session.switchyard";

/// Switchyard's own tools.
#[derive(Parser)]
#[command(name = "cargo xtask", version)]
struct Tools {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the plugin and lay it out as Switchyard.clap and Switchyard.vst3
    Bundle {
        /// Which of cargo's profiles to build with
        #[arg(long, value_enum, default_value_t)]
        profile: Profile,
    },
    /// Build the plugin and copy it into your plugin folders
    Install,
    /// Hear the mixer: play stems, or a small band, through groups with insert chains, shared
    /// effects and a headphone mix
    Demo {
        /// A folder of WAV files, one a strip, in name order; without it a synthesised band plays
        #[arg(long, value_name = "DIR")]
        stems: Option<PathBuf>,
        /// Play through one of the templates instead
        #[arg(long, value_name = "NAME")]
        template: Option<String>,
        /// List the templates and what they are for
        #[arg(long)]
        templates: bool,
        /// Where the WAV files and the report go
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        engine_room: EngineRoom,
    },
    /// Say what in a session is probably not meant: exit code 0 if nothing, 1 if something, 2 if the
    /// session cannot be read
    Check {
        /// A .switchyard file or a render session
        #[arg(value_name = "SESSION.json")]
        session: PathBuf,
        /// Play a test signal through it instead, and say where what arrives at the output ports is
        /// not what the routing predicts
        #[arg(long)]
        line: bool,
        /// Print {"findings": [{"id", "severity", "path", "text"}]} instead of sentences, or with
        /// --line {"lines": [{"strip", "port", "expected", "measured", "ok", "verdict"}], ...}
        #[arg(long)]
        json: bool,
    },
    /// Play stems through a routing, its insert chains and its automation, all from a JSON file
    Render {
        /// The session: {"parameters": {"Strip 2 > Bus 4": "-12 dB"}, "chains": {...}, ...}, or one
        /// the editor saved
        #[arg(value_name = "SESSION.json")]
        session: PathBuf,
        /// A folder of WAV files, one a strip, in name order; without it the demo's band plays
        #[arg(long, value_name = "DIR")]
        stems: Option<PathBuf>,
        /// Where the WAV files and the report go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        engine_room: EngineRoom,
    },
    /// Draw every view of the editor as a PNG file
    Screenshot {
        /// Where the pictures go; docs/images without it
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Prove that everything works, from nothing
    Test {
        /// Leave out the tests that need a DAW or a window
        #[arg(long)]
        quick: bool,
    },
}

#[derive(Args)]
struct EngineRoom {
    /// The longest block the plugin is given, in frames; the sound does not depend on it
    #[arg(long, value_name = "FRAMES", default_value_t = 512,
          value_parser = clap::value_parser!(u32).range(1..=65_536))]
    block: u32,
    /// A built .clap to use instead of building one
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
}

impl EngineRoom {
    /// The plugin, built if need be.
    fn plugin(&self) -> Result<PathBuf> {
        match &self.plugin {
            Some(plugin) => Ok(plugin.clone()),
            None => {
                eprintln!("Building the plugin ...");
                Ok(bundle(Profile::Release)?.clap)
            }
        }
    }

    fn setup(&self) -> Result<Setup> {
        let block = usize::try_from(self.block)?;
        Ok(Setup { sample_rate: f64::from(RATE), block, offline: true })
    }
}

fn main() -> ExitCode {
    let command = Tools::parse().command;
    // Scripts tell a session that cannot be read from one with findings.
    let failed = if matches!(command, Command::Check { .. }) { 2 } else { 1 };
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(failed)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Check { session, line, json } => {
            let (routing, saved) = xtask::check::read(&session)?;
            if line {
                let found = xtask::line_check::run(&routing, &saved, f64::from(RATE));
                if json {
                    println!("{}", serde_json::to_string_pretty(&found)?);
                } else {
                    print!("{}", found.table());
                }
                return Ok(ExitCode::from(u8::from(found.differences > 0)));
            }
            let found = xtask::check::find(&routing, &saved, f64::from(RATE));
            if json {
                println!("{}", serde_json::to_string_pretty(&found)?);
            } else {
                print!("{}", found.table());
            }
            return Ok(ExitCode::from(u8::from(!found.findings.is_empty())));
        }
        Command::Bundle { profile } => {
            let Bundled { clap, vst3 } = bundle(profile)?;
            println!("{}\n{}", clap.display(), vst3.display());
        }
        Command::Install => {
            let folders = Folders::of_this_user()?;
            let installed = install(&bundle(Profile::Release)?, &folders)?;
            println!("CLAP  {}", installed.clap.display());
            println!("VST3  {}", installed.vst3.display());
            println!("Let your host scan its plugins again to find Switchyard.");
        }
        Command::Demo { templates: true, .. } => {
            for Template { id, title, purpose, feeding, .. } in TEMPLATES {
                println!("{id:14} {title}. {purpose}\n{:14} {feeding}", "");
            }
        }
        Command::Demo { template: Some(name), stems, out, engine_room, .. } => {
            let names = || TEMPLATES.iter().map(|one| one.id).collect::<Vec<_>>().join(", ");
            let template = Template::from_id(&name)
                .with_context(|| format!("there is no template {name:?}; they are {}", names()))?;
            let out = out.unwrap_or_else(|| workspace().join("target/demo"));
            let stems = stems_of(stems.as_deref(), &out)?;
            let session = Session::of(&(template.build)());
            let plugin = engine_room.plugin()?;
            let report = play(&stems, &session, &out, &plugin, engine_room.setup()?)?;
            println!("{}. {}", template.title, template.feeding);
            show_report(&report, &out)?;
        }
        Command::Demo { stems, out, engine_room, .. } => {
            let out = out.unwrap_or_else(|| workspace().join("target/demo"));
            let stems = stems_of(stems.as_deref(), &out)?;
            let frames = stems.iter().map(Stem::frames).max().unwrap_or(0);
            let show = demo::show(&stems, frames as f64 / f64::from(RATE));
            let session = Session::from_json(&show.to_string(), Path::new(""))?;
            let plugin = engine_room.plugin()?;
            let mut report = play(&stems, &session, &out, &plugin, engine_room.setup()?)?;
            let file = demo::write(&show, &out)?;
            let measured = shared_reverb::measure(&plugin, engine_room.setup()?, &stems)?;
            report.shared_reverb_ratio = Some(measured.ratio());
            report.shared_reverb = Some(measured);
            report.write(&out)?;
            show_report(&report, &out)?;
            println!("Session    {}: change it, then cargo xtask render", file.display());
        }
        Command::Render { session, stems, out, engine_room } => {
            let shown = session.display();
            let session = Session::from_file(&session)?;
            let stems = stems_of(stems.as_deref(), &out)?;
            let report = play(&stems, &session, &out, &engine_room.plugin()?, engine_room.setup()?)
                .with_context(|| shown.to_string())?;
            show_report(&report, &out)?;
        }
        Command::Screenshot { out } => {
            xtask::screenshot::screenshot(&out.unwrap_or_else(|| workspace().join(PICTURES)))?;
        }
        Command::Test { quick } => xtask::test::run(quick)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The stems of a folder, or the band's. The outputs must not go among the stems, or the next run
/// would take them for such.
fn stems_of(folder: Option<&Path>, out: &Path) -> Result<Vec<Stem>> {
    let Some(folder) = folder else {
        eprintln!("No --stems: the band plays {} bars ...", band::BARS);
        return Ok(band::play(RATE));
    };
    let same = matches!((folder.canonicalize(), out.canonicalize()), (Ok(a), Ok(b)) if a == b);
    ensure!(!same, "{} holds the stems; choose another folder for the output", out.display());
    stems::read_folder(folder, RATE, |name| eprintln!("Reading {name} ..."))
}

fn play(
    stems: &[Stem],
    session: &Session,
    out: &Path,
    plugin: &Path,
    setup: Setup,
) -> Result<Report> {
    let mut room = Room::open(plugin, setup)?;
    let labels = Labels::new(&session.saved, stems);
    let report = Performance { stems, session, labels }.run(&mut room, out)?;
    let file = out.join(SESSION);
    std::fs::write(&file, session.to_switchyard()?)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    for message in room.take_messages() {
        eprintln!("plugin: {message}");
    }
    Ok(report)
}

fn show_report(report: &Report, out: &Path) -> Result<()> {
    print!("{}", report.table());
    println!("Files      {}", out.display());
    println!("Report     {}", out.join(FILE).display());
    println!("Session    {}, for the editor's Open", out.join(SESSION).display());
    let faulty = report.outputs.iter().any(|output| output.non_finite > 0);
    ensure!(!faulty, "the plugin put out samples that are no numbers");
    Ok(())
}
