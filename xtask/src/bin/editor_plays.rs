//! Plays the plugin on an audio thread while somebody works in its open editor with the mouse, and
//! says as JSON what was heard, what the plugin told its host and what was seen.
//!
//! A program of its own, because the display it uses and what it prints belong to a whole process.
//! Not here: what is good and what is bad (`tests/window/plays.rs`).

use anyhow::Result;
use clack_extensions::gui::GuiSize;
use clack_host::prelude::PluginEntry;
use clap::{Parser, ValueEnum};
use std::path::{Path, PathBuf};
use switchyard::routing::parameter::Parameter;
use xtask::room::automation::Lane;
use xtask::window::instance::load;
use xtask::window::parent::Pixel;
use xtask::window::person::Person;
use xtask::window::player::{Order, RATE};
use xtask::window::tape::{Closed, Report};

/// The send that is patched everywhere here, and the crosspoint it is in the editor.
const SEND: Parameter = Parameter::StripLevel(0, 0);
const CROSSPOINT: &str = "Strip 1 > Bus 1";
/// The fader that is dragged.
const FADER: Parameter = Parameter::StripFader(0);
/// 0 dB as a host value, and −∞.
const UNITY: f64 = 0.75;
const OFF: f64 = 0.0;
/// Blocks until whatever was set is heard in full: a ramp is over and what is late has come.
const SETTLED: u64 = 10;
/// Blocks that a stage lasts: half a second.
const WHILE: u64 = 47;
/// Blocks in which both lanes of [`drag`] go up and down once.
const ROUND: u64 = 110;

/// Works in the editor of a playing CLAP plugin.
#[derive(Parser)]
struct Arguments {
    /// The built `.clap`
    plugin: PathBuf,
    /// What is done
    scene: Scene,
    /// The folder for pictures
    #[arg(long)]
    pictures: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Scene {
    /// A send is patched by the mouse.
    Patch,
    /// A fader is dragged that the host automates.
    Drag,
    /// Two instances are worked in at once.
    Two,
    /// The window is resized, closed and opened again.
    Reopen,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let entry = load(&arguments.plugin)?;
    let pictures = &arguments.pictures;
    let report = match arguments.scene {
        Scene::Patch => patch(&entry, pictures)?,
        Scene::Drag => drag(&entry, pictures)?,
        Scene::Two => two(&entry, pictures)?,
        Scene::Reopen => reopen(&entry, pictures)?,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Leaves the first view and adds a Group, all by the mouse. The crosspoint then shows.
fn find_crosspoint(person: &mut Person) -> Result<()> {
    let group = "Group — a submix into Main";
    person.click_to_see("Open the matrix", "Add Bus 1")?;
    person.click_to_see("Add Bus 1", group)?;
    person.click_to_see(group, CROSSPOINT)
}

fn listen(person: &mut Person, stage: &str) -> Result<()> {
    listen_for(person, stage, WHILE)
}

fn listen_for(person: &mut Person, stage: &str, blocks: u64) -> Result<()> {
    person.instance.let_pass(SETTLED)?;
    person.instance.listen(stage, blocks)
}

/// Does something and names the time it took.
fn during(
    person: &mut Person,
    stage: &str,
    act: impl FnOnce(&mut Person) -> Result<()>,
) -> Result<()> {
    let from = person.instance.player()?.position();
    act(person)?;
    person.instance.let_pass(SETTLED)?;
    let player = person.instance.player()?;
    let to = player.position();
    player.name(stage, from, to);
    Ok(())
}

fn patch(entry: &PluginEntry, pictures: &Path) -> Result<Report> {
    let mut person = Person::sit_down(entry, [0, 0], &[0], pictures)?;
    person.photograph("first")?;
    listen(&mut person, "untouched")?;
    find_crosspoint(&mut person)?;
    during(&mut person, "patching", |person| person.click_to_set(CROSSPOINT, SEND, UNITY))?;
    person.photograph("patched")?;
    listen(&mut person, "patched")?;
    during(&mut person, "turning", |person| {
        person.drag(CROSSPOINT, SEND, [-40, 0])?;
        person.let_go(SEND)
    })?;
    person.photograph("turned")?;
    listen(&mut person, "turned")?;
    let restarts = person.instance.wishes(|wishes| wishes.restarts());
    Ok(Report { tapes: vec![person.instance.stop()?], restarts, closed: None })
}

/// A lane that goes up and down between two host values for two minutes.
fn up_and_down(parameter: Parameter, [low, high]: [f64; 2], seconds: f64) -> Lane {
    let turns = (120.0 / seconds) as u64;
    let points = (0..turns).map(|turn| {
        let at = turn as f64 * seconds / 2.0 * RATE;
        (at as u64, if turn % 2 == 0 { low } else { high })
    });
    Lane::new(parameter, false, points.collect()).expect("its points are in order")
}

fn drag(entry: &PluginEntry, pictures: &Path) -> Result<Report> {
    let mut person = Person::sit_down(entry, [0, 0], &[0, 1], pictures)?;
    person.host_sets(SEND, UNITY)?;
    let other = Parameter::StripLevel(1, 1);
    person.host_sets(other, UNITY)?;
    let lanes = vec![up_and_down(FADER, [0.4, 0.6], 1.0), up_and_down(other, [0.5, UNITY], 0.7)];
    person.instance.player()?.order(Order::Automate(lanes))?;
    person.click_to_see("Mixer", "Strip 2 Mute")?;
    listen_for(&mut person, "automated", ROUND)?;
    let from = person.instance.player()?.position();
    during(&mut person, "taking hold", |person| person.drag("Strip 1 Fader", FADER, [0, -120]))?;
    listen_for(&mut person, "held", ROUND)?;
    person.photograph("held")?;
    during(&mut person, "letting go", |person| person.let_go(FADER))?;
    listen_for(&mut person, "released", ROUND)?;
    let player = person.instance.player()?;
    let to = player.position();
    player.name("all", from, to);
    let restarts = person.instance.wishes(|wishes| wishes.restarts());
    Ok(Report { tapes: vec![person.instance.stop()?], restarts, closed: None })
}

fn two(entry: &PluginEntry, pictures: &Path) -> Result<Report> {
    let mut one = Person::sit_down(entry, [0, 0], &[0], pictures)?;
    let mut other = Person::sit_down(entry, [1200, 60], &[0], pictures)?;
    find_crosspoint(&mut one)?;
    one.click_to_set(CROSSPOINT, SEND, UNITY)?;
    listen(&mut one, "first patched")?;
    listen(&mut other, "first patched")?;
    find_crosspoint(&mut other)?;
    other.click_to_set(CROSSPOINT, SEND, UNITY)?;
    one.photograph("one")?;
    other.photograph("other")?;
    listen(&mut one, "both patched")?;
    listen(&mut other, "both patched")?;
    during(&mut one, "alone", |one| {
        one.instance.close()?;
        other.drag(CROSSPOINT, SEND, [-40, 0])?;
        other.let_go(SEND)?;
        listen(&mut other, "turned down")
    })?;
    during(&mut other, "survived", |_| {
        one.reopen()?;
        one.click_to_set(CROSSPOINT, SEND, OFF)
    })?;
    listen(&mut one, "taken out")?;
    let restarts = one.instance.wishes(|wishes| wishes.restarts())
        + other.instance.wishes(|wishes| wishes.restarts());
    // The second plays on and stays open while the first is destroyed.
    let first = one.instance.stop()?;
    one.instance.close()?;
    drop(one);
    other.click_to_set(CROSSPOINT, SEND, OFF)?;
    listen(&mut other, "taken out")?;
    Ok(Report { tapes: vec![first, other.instance.stop()?], restarts, closed: None })
}

/// The share of pixels that are not the same.
fn difference(one: &[Pixel], other: &[Pixel]) -> f64 {
    let different = one.iter().zip(other).filter(|(one, other)| one != other).count();
    different as f64 / one.len() as f64
}

fn reopen(entry: &PluginEntry, pictures: &Path) -> Result<Report> {
    let mut person = Person::sit_down(entry, [0, 0], &[0], pictures)?;
    find_crosspoint(&mut person)?;
    person.move_to([5, 5])?;
    person.instance.let_pass(SETTLED)?;
    let empty = person.look_at(CROSSPOINT)?;
    person.click_to_set(CROSSPOINT, SEND, UNITY)?;
    listen(&mut person, "patched")?;

    let whole = person.size();
    let small = GuiSize { width: whole.width * 3 / 4, height: whole.height * 4 / 5 };
    during(&mut person, "resizing", |person| person.resize(small, 8))?;
    person.photograph("small")?;
    person.click_to_set(CROSSPOINT, SEND, OFF)?;
    listen(&mut person, "taken out in the small window")?;
    person.click_to_set(CROSSPOINT, SEND, UNITY)?;
    person.instance.let_pass(SETTLED)?;

    let open = person.threads()?;
    let mut left = 0;
    during(&mut person, "closing", |person| {
        left = person.close()?;
        Ok(())
    })?;
    let callbacks = person.instance.wishes(|wishes| wishes.callbacks());
    listen(&mut person, "closed")?;
    let callbacks = person.instance.wishes(|wishes| wishes.callbacks()) - callbacks;
    person.move_to([5, 5])?;
    during(&mut person, "opening", Person::reopen)?;
    person.photograph("reopened")?;
    let reopened = difference(&empty, &person.look_at(CROSSPOINT)?);
    person.click_to_set(CROSSPOINT, SEND, OFF)?;
    listen(&mut person, "taken out in the new window")?;

    during(&mut person, "cut off", |person| {
        person.drag(CROSSPOINT, SEND, [40, 0])?;
        left += person.close()?;
        person.let_go(SEND)
    })?;
    listen(&mut person, "after the cut")?;
    person.reopen()?;
    person.click_to_set(CROSSPOINT, SEND, OFF)?;
    listen(&mut person, "taken out at last")?;
    left += person.close()?;
    let restarts = person.instance.wishes(|wishes| wishes.restarts());
    let closed = Some(Closed { open, left, callbacks, reopened });
    Ok(Report { tapes: vec![person.instance.stop()?], restarts, closed })
}
