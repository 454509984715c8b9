//! `cargo xtask`: the command line of Switchyard's own tools. What the commands do is in the
//! library beside it.

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xtask::bundle::{Bundled, Profile, bundle, workspace};
use xtask::install::{Folders, install};
use xtask::performance::Performance;
use xtask::report::{FILE, Labels};
use xtask::room::{Room, Setup};
use xtask::screenshot::FOLDER as PICTURES;
use xtask::session::Session;
use xtask::stems::Stem;
use xtask::{band, demo, stems};

/// The sample rate everything is played at, in Hz.
const RATE: u32 = 48_000;

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
    /// Hear the mixer: play stems, or a small band, through groups, sends and a headphone mix
    Demo {
        /// A folder of WAV files, one a strip, in name order; without it a synthesised band plays
        #[arg(long, value_name = "DIR")]
        stems: Option<PathBuf>,
        /// Where the WAV files and the report go
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        engine_room: EngineRoom,
    },
    /// Play stems through a routing and its automation, both from a JSON file
    Render {
        /// The session: {"parameters": {"Strip 2 > Bus 4": "-12 dB"}, "automation": [...]}
        #[arg(value_name = "SESSION.json")]
        session: PathBuf,
        /// A folder of WAV files, one a strip, in name order
        #[arg(long, value_name = "DIR")]
        stems: PathBuf,
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
    /// Builds the plugin if need be and loads it.
    fn open(&self) -> Result<Room> {
        let plugin = match &self.plugin {
            Some(plugin) => plugin.clone(),
            None => {
                eprintln!("Building the plugin ...");
                bundle(Profile::Release)?.clap
            }
        };
        let block = usize::try_from(self.block)?;
        Room::open(&plugin, Setup { sample_rate: f64::from(RATE), block, offline: true })
    }
}

fn main() -> ExitCode {
    match run(Tools::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Bundle { profile } => {
            let Bundled { clap, vst3 } = bundle(profile)?;
            println!("{}\n{}", clap.display(), vst3.display());
            Ok(())
        }
        Command::Install => {
            let folders = Folders::of_this_user()?;
            let installed = install(&bundle(Profile::Release)?, &folders)?;
            println!("CLAP  {}", installed.clap.display());
            println!("VST3  {}", installed.vst3.display());
            println!("Let your host scan its plugins again to find Switchyard.");
            Ok(())
        }
        Command::Demo { stems, out, engine_room } => {
            let out = out.unwrap_or_else(|| workspace().join("target/demo"));
            let stems = match stems {
                Some(folder) => read_stems(&folder, &out)?,
                None => {
                    eprintln!("No --stems: the band plays {} bars ...", band::BARS);
                    band::play(RATE)
                }
            };
            let frames = stems.iter().map(Stem::frames).max().unwrap_or(0);
            let (session, labels) = demo::show(&stems, frames as f64 / f64::from(RATE));
            play(&stems, &session, labels, &out, &engine_room)
        }
        Command::Render { session, stems, out, engine_room } => {
            let shown = session.display();
            let text = std::fs::read_to_string(&session)
                .with_context(|| format!("the session {shown} cannot be read"))?;
            let session = Session::from_json(&text).with_context(|| shown.to_string())?;
            let stems = read_stems(&stems, &out)?;
            let labels = Labels {
                strips: stems.iter().map(|stem| demo::bare_name(&stem.name).into()).collect(),
                buses: Vec::new(),
            };
            play(&stems, &session, labels, &out, &engine_room).with_context(|| shown.to_string())
        }
        Command::Screenshot { out } => {
            xtask::screenshot::screenshot(&out.unwrap_or_else(|| workspace().join(PICTURES)))
        }
        Command::Test { quick } => xtask::test::run(quick),
    }
}

/// Reads the stems; the outputs must not go among them, or the next run would take them for stems.
fn read_stems(folder: &Path, out: &Path) -> Result<Vec<Stem>> {
    let same = matches!((folder.canonicalize(), out.canonicalize()), (Ok(a), Ok(b)) if a == b);
    ensure!(!same, "{} holds the stems; choose another folder for the output", out.display());
    stems::read_folder(folder, RATE, |name| eprintln!("Reading {name} ..."))
}

fn play(
    stems: &[Stem],
    session: &Session,
    labels: Labels,
    out: &Path,
    engine_room: &EngineRoom,
) -> Result<()> {
    let mut room = engine_room.open()?;
    let moves = session.read(&mut room, f64::from(RATE))?;
    let report = Performance { stems, moves: &moves, labels }.run(&mut room, out)?;
    for message in room.take_messages() {
        eprintln!("plugin: {message}");
    }
    print!("{}", report.table());
    println!("Files      {}", out.display());
    println!("Report     {}", out.join(FILE).display());
    let faulty = report.outputs.iter().any(|output| output.non_finite > 0);
    ensure!(!faulty, "the plugin put out samples that are no numbers");
    Ok(())
}
