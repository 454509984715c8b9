//! What the editor shows: one snapshot of everything a view may draw.
//!
//! Not here: how it is drawn, where it comes from (the link fills it) and how it changes (that is
//! an [`Action`](super::Action)). Made and read on the editor's thread.

use super::ballistics::{Power, Reading};
use super::chains::inserts::Inserts;
use super::check::Found;
use super::files::Files;
use super::line_check::LineState;
use super::look::Look;
use super::scenes::recalling::Progress;
use super::trace::is_wired;
use crate::engine::meters::{METERS, Meter};
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, MAIN, Node, Role, Routing, STRIPS, Send, Tap};
use crate::schedule::{self, Schedule, Timing};
use crate::session::Session;
use crate::units::{balance, gain_to_db, pan_mono};
use std::sync::{Arc, LazyLock};

/// A snapshot of the mixer.
#[derive(Clone)]
pub struct View {
    /// Every parameter's value.
    pub routing: Routing,
    /// What became of every edge and key, and when it sounds.
    pub schedule: Schedule,
    /// What the user calls the strips and buses, and the colours they wear.
    pub names: Names,
    /// What the macros are called and drive.
    pub macros: Vec<MacroWords>,
    /// What the editor itself remembers.
    pub look: Look,
    /// What Undo would take back, in words.
    pub undo: Option<String>,
    /// What Redo would do again, in words.
    pub redo: Option<String>,
    /// The program the plugin runs in, such as "reaper"; empty if unknown.
    pub host: String,
    /// The meters, after ballistics, by [`Meter::index`].
    pub meters: [Reading; METERS],
    /// Main's power per side, averaged over 600 ms, in dBFS of a sine.
    pub main_rms: [f32; 2],
    /// Which strips have carried a signal since the editor first opened.
    pub heard: [bool; STRIPS],
    /// Which strips received a NaN or an infinity.
    pub faults: [bool; STRIPS],
    /// The audio callback's share of its period, 0 to 1.
    pub load: f32,
    /// What the host compensates, in samples.
    pub latency: u32,
    /// Whether the latency outgrew what the host was told, so that it must restart the plugin.
    pub restart_needed: bool,
    /// Insert chains and what macros drive.
    pub inserts: Inserts,
    /// The morph under way, if there is one.
    pub morph: Option<Progress>,
    /// What was refused, in words, for as long as it is news.
    pub notice: Option<String>,
    /// What was done, in words, for as long as it is news.
    pub news: Option<String>,
    /// What is known of the disk.
    pub files: Files,
    /// What Route Check found; shared, because it changes rarely and is drawn often.
    pub check: Arc<Found>,
    /// How far a line check is.
    pub line: LineState,
}

impl View {
    /// A snapshot of `routing` with silent meters and no names.
    pub fn of(routing: Routing) -> View {
        View {
            routing,
            schedule: schedule::compile(&routing, &Timing::ZERO),
            names: Names::default(),
            macros: Vec::new(),
            look: Look::default(),
            undo: None,
            redo: None,
            host: String::new(),
            meters: [Reading::SILENCE; METERS],
            main_rms: Power::SILENCE,
            heard: [false; STRIPS],
            faults: [false; STRIPS],
            load: 0.0,
            latency: 0,
            restart_needed: false,
            inserts: Inserts::default(),
            morph: None,
            notice: None,
            news: None,
            files: Files::default(),
            check: Arc::default(),
            line: LineState::Idle,
        }
    }

    /// The plain value of a parameter.
    pub fn value(&self, parameter: Parameter) -> f32 {
        parameter.get(&self.routing)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, parameter: Parameter) -> bool {
        self.value(parameter) >= 0.5
    }

    /// A meter's reading.
    pub fn meter(&self, meter: Meter) -> Reading {
        self.meters[meter.index()]
    }

    /// What the user calls a node: the given name, or "Strip 3".
    pub fn name(&self, node: Node) -> String {
        self.names.of(node)
    }

    /// A crosspoint in words: "Vox → Reverb".
    pub fn pair(&self, source: usize, destination: usize) -> String {
        let from = self.name(Node::from_index(source));
        format!("{from} → {}", self.name(Node::destination(destination)))
    }

    /// Whether nothing was routed, named or moved yet.
    pub fn is_untouched(&self) -> bool {
        let named = self.names.strips.iter().chain(&self.names.buses).any(|name| !name.is_empty());
        self.routing == *UNTOUCHED && !named
    }

    /// Whether a strip or bus, by its row, is worth showing: somebody uses it, named it or asked.
    pub fn is_in_use(&self, source: usize) -> bool {
        let node = Node::from_index(source);
        let named = self.names.given(node).is_some() || self.names.colour(node) != 0;
        let used = match node {
            Node::Strip(i) => {
                let fed = (0..BUSES).any(|j| self.routing.edge(i, j).is_connected());
                self.heard[i] || fed || self.routing.strips[i] != UNTOUCHED.strips[i]
            }
            Node::Bus(j) => is_wired(self, j) || self.routing.buses[j] != UNTOUCHED.buses[j],
            Node::Main => true,
        };
        used || named || self.look.revealed[source]
    }

    /// The strips that are shown, by row. Never none.
    pub fn shown_strips(&self) -> Vec<usize> {
        let shown = (0..STRIPS).filter(|i| self.look.show_all || *i == 0 || self.is_in_use(*i));
        shown.collect()
    }

    /// The buses that are shown, by number from 0.
    pub fn shown_buses(&self) -> Vec<usize> {
        let shown = |j: &usize| self.look.show_all || self.is_in_use(STRIPS + j);
        (0..BUSES).filter(shown).collect()
    }

    /// The first strip that is not shown, to add it.
    pub fn next_strip(&self) -> Option<usize> {
        let shown = self.shown_strips();
        (0..STRIPS).find(|i| !shown.contains(i))
    }

    /// The first bus that is not shown, to add it.
    pub fn next_bus(&self) -> Option<usize> {
        let shown = self.shown_buses();
        (0..BUSES).find(|j| !shown.contains(j))
    }

    /// What flows through a crosspoint, in dBFS of its louder side: its source's meter, taken back
    /// to the tap, times its level. The audio thread knows nothing of it.
    pub fn flow(&self, source: usize, destination: usize) -> f32 {
        let edge = self.routing.edge(source, destination);
        let runs = self.schedule.is_connected(source, destination)
            && self.schedule.passes(source, destination);
        if !runs {
            return f32::NEG_INFINITY;
        }
        let sides = self.at_tap(source, edge);
        sides[0].max(sides[1]) + edge.level.db()
    }

    /// A source's level where an edge takes it, per side in dBFS.
    fn at_tap(&self, source: usize, edge: Send) -> [f32; 2] {
        let (after, input, fader, gains) = match Node::from_index(source) {
            Node::Strip(i) => {
                let strip = &self.routing.strips[i];
                let gains = match strip.source.is_mono() {
                    true => pan_mono(self.routing.pan_law, strip.pan),
                    false => balance(strip.pan),
                };
                (Meter::Strip(i), Some(Meter::StripInput(i)), strip.fader, gains)
            }
            Node::Bus(j) => {
                let bus = &self.routing.buses[j];
                (Meter::Bus(j), None, bus.fader, balance(bus.pan))
            }
            Node::Main => (Meter::Main, None, self.routing.main.fader, [1.0; 2]),
        };
        let after = self.meter(after).level;
        let before = |side: usize| {
            // Where the fader is nearly closed, what is behind it says too little.
            let back = fader.db() + gain_to_db(gains[side]);
            if back > -40.0 { after[side] - back } else { f32::NEG_INFINITY }
        };
        match (edge.tap, input) {
            (Tap::Off, _) => [f32::NEG_INFINITY; 2],
            (Tap::Post, _) => after,
            (Tap::Input, Some(input)) => self.meter(input).level,
            (Tap::Pre, Some(input)) if fader.db() < -40.0 => self.meter(input).level,
            _ => [before(0), before(1)],
        }
    }

    /// Whether any strip or bus is soloed.
    pub fn anything_soloed(&self) -> bool {
        self.routing.strips.iter().any(|strip| strip.solo)
            || self.routing.buses.iter().any(|bus| bus.solo)
    }

    /// Why the user may not open an edge, in words for the status line; `None` if it may be opened.
    pub fn refusal(&self, source: usize, destination: usize) -> Option<String> {
        let bus = source.checked_sub(STRIPS)?;
        if destination == bus {
            return Some("A bus cannot feed itself.".into());
        }
        let to_mix = destination != MAIN && self.routing.buses[destination].role == Role::Mix;
        if self.routing.buses[bus].role == Role::Mix && !to_mix {
            return Some("A Mix feeds only other Mixes and its own port.".into());
        }
        if destination == MAIN {
            return None;
        }
        let path = path(&self.schedule, destination, bus)?;
        let names: Vec<_> = path.iter().map(|j| self.name(Node::Bus(*j))).collect();
        Some(format!("Would close a loop, because {} is already connected.", names.join(" → ")))
    }
}

static UNTOUCHED: LazyLock<Routing> = LazyLock::new(Routing::default);

/// A macro in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroWords {
    /// What the user calls it; empty means "Macro 3".
    pub name: String,
    /// What it drives at its value; empty if nothing.
    pub drives: String,
}

/// What the user calls things, and the colours they wear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The strips' names; an empty one means the default.
    pub strips: Vec<String>,
    /// The buses' names; an empty one means the default.
    pub buses: Vec<String>,
    /// The strips' colours, indices into the palette from 1; 0 is none.
    pub strip_colours: Vec<u8>,
    /// The buses' colours, like the strips'.
    pub bus_colours: Vec<u8>,
    /// The name of the host's track, which stands for the first strip's while that has none.
    pub track: String,
    /// The colour of the host's track, likewise.
    pub track_colour: u8,
}

impl Names {
    /// What a session says.
    pub fn in_session(session: &Session) -> Names {
        Names {
            strips: session.strip_names.clone(),
            buses: session.bus_names.clone(),
            strip_colours: session.strip_colours.clone(),
            bus_colours: session.bus_colours.clone(),
            ..Names::default()
        }
    }

    /// The name the user gave, if any.
    pub fn given(&self, node: Node) -> Option<&str> {
        let given = match node {
            Node::Strip(i) => self.strips.get(i),
            Node::Bus(j) => self.buses.get(j),
            Node::Main => None,
        };
        given.map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The given name, or the host's track's where it feeds the strip, or "Strip 3".
    pub fn of(&self, node: Node) -> String {
        let track = Some(self.track.as_str()).filter(|name| feeds(node) && !name.is_empty());
        self.given(node).or(track).map_or_else(|| node.to_string(), str::to_string)
    }

    /// The colour a node wears, 0 if none: its own, or the host's track's where it feeds the strip.
    pub fn colour(&self, node: Node) -> u8 {
        match self.own_colour(node) {
            0 if feeds(node) => self.track_colour,
            own => own,
        }
    }

    /// The colour the user gave, 0 if none.
    pub fn own_colour(&self, node: Node) -> u8 {
        let worn = match node {
            Node::Strip(i) => self.strip_colours.get(i),
            Node::Bus(j) => self.bus_colours.get(j),
            Node::Main => None,
        };
        worn.copied().unwrap_or(0)
    }

    /// Gives a node a name; the name it has without one is no name.
    pub fn rename(&mut self, node: Node, name: &str) {
        let unnamed = name == node.to_string() || (feeds(node) && name == self.track);
        let kept = if unnamed { "" } else { name };
        match node {
            Node::Strip(i) => put(&mut self.strips, i, kept.to_string()),
            Node::Bus(j) => put(&mut self.buses, j, kept.to_string()),
            Node::Main => {}
        }
    }

    /// Gives a node a colour.
    pub fn recolour(&mut self, node: Node, colour: u8) {
        match node {
            Node::Strip(i) => put(&mut self.strip_colours, i, colour),
            Node::Bus(j) => put(&mut self.bus_colours, j, colour),
            Node::Main => {}
        }
    }
}

/// Whether the host's track feeds a node: the first input is the track's own sound.
fn feeds(node: Node) -> bool {
    node == Node::Strip(0)
}

/// Puts a value at a place of a list, which grows to it.
fn put<T: Clone + Default>(list: &mut Vec<T>, at: usize, value: T) {
    if list.len() <= at {
        list.resize(at + 1, T::default());
    }
    list[at] = value;
}

/// The shortest way from a bus to another over edges that run, both ends included. An edge from the
/// last to the first would close a loop.
pub fn path(schedule: &Schedule, from: usize, to: usize) -> Option<Vec<usize>> {
    let path = schedule.loop_path(to, from);
    (!path.is_empty()).then_some(path)
}

/// The parameters of an edge: its tap, and its level unless it goes to Main. `None` where there is
/// no edge, from a bus to itself.
pub fn edge_parameters(
    source: usize,
    destination: usize,
) -> Option<(Parameter, Option<Parameter>)> {
    use Parameter as P;
    let to = destination as u8;
    match source.checked_sub(STRIPS) {
        None if destination == MAIN => Some((P::StripMainTap(source as u8), None)),
        None => {
            let from = source as u8;
            Some((P::StripTap(from, to), Some(P::StripLevel(from, to))))
        }
        Some(bus) if destination == MAIN => Some((P::BusMainTap(bus as u8), None)),
        Some(bus) if bus == destination => None,
        Some(bus) => {
            let from = bus as u8;
            Some((P::BusTap(from, to), Some(P::BusLevel(from, to))))
        }
    }
}

/// A tap as the parameter's plain value.
pub fn tap_value(tap: Tap) -> f32 {
    f32::from(tap as u8)
}
