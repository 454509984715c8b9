//! What every gain should be: the pure functions from a routing and its schedule to targets.
//!
//! Not here: how gains get there ([`super::row`]). The one place where a strip's effective gain is
//! computed. Called by the audio thread; no allocation.

use crate::routing::{
    DESTINATIONS, MAIN, MonitorSource, Node, Role, Routing, SOURCES, STRIPS, SoloMode, Speakers,
    Tap,
};
use crate::schedule::Schedule;
use crate::units::{balance, db_to_gain, pan_mono};

/// Left and right.
pub type Gains = [f32; 2];

const OFF: Gains = [0.0; 2];
const UNITY: Gains = [1.0; 2];

fn both(gain: f32) -> Gains {
    [gain; 2]
}

fn when(on: bool) -> Gains {
    if on { UNITY } else { OFF }
}

/// The matrix from a strip's port to its Input tap, `[[l→l, r→l], [l→r, r→r]]`: source, trim and
/// polarity together.
pub fn strip_input(routing: &Routing, strip: usize) -> [Gains; 2] {
    let strip = &routing.strips[strip];
    let sign = if strip.polarity { -1.0 } else { 1.0 };
    let gain = sign * db_to_gain(strip.trim_db);
    strip.source.matrix().map(|row| row.map(|x| x * gain))
}

/// A strip's pan as a pair of gains: balance for stereo sources, the pan law for mono ones.
fn strip_pan(routing: &Routing, strip: usize) -> Gains {
    let strip = &routing.strips[strip];
    if strip.source.is_mono() { pan_mono(routing.pan_law, strip.pan) } else { balance(strip.pan) }
}

/// A node's effective gain from Pre to Post: fader and pan, balance for buses, the fader for Main.
pub fn stage(routing: &Routing, node: Node) -> Gains {
    let (fader, sides) = match node {
        Node::Strip(i) => (routing.strips[i].fader, strip_pan(routing, i)),
        Node::Bus(j) => (routing.buses[j].fader, balance(routing.buses[j].pan)),
        Node::Main => (routing.main.fader, UNITY),
    };
    let gain = fader.gain();
    sides.map(|side| side * gain)
}

/// How much of a node's insert chain is heard, 0..1.
pub fn insert_mix(routing: &Routing, node: usize) -> f32 {
    match Node::from_index(node) {
        Node::Strip(i) => routing.strips[i].insert_mix,
        Node::Bus(j) => routing.buses[j].insert_mix,
        Node::Main => routing.main.insert_mix,
    }
}

/// An edge's three gains, in the order of [`Tap::PLACES`]. All but one are zero: a change of tap is
/// two ramps.
pub fn edge(
    routing: &Routing,
    schedule: &Schedule,
    source: usize,
    destination: usize,
) -> [Gains; 3] {
    let mut gains = [OFF; 3];
    let mix = (destination != MAIN && routing.buses[destination].role == Role::Mix)
        .then(|| &routing.buses[destination]);
    if source < STRIPS && routing.is_talkback(source) {
        if mix.is_some() && routing.monitor.talkback {
            gains[1] = both(routing.talkback_level.gain());
        }
        return gains;
    }
    let send = routing.edge(source, destination);
    let Some(place) = send.tap.place() else {
        return gains;
    };
    if !schedule.passes(source, destination) || !send.level.is_open() {
        return gains;
    }
    let level = send.level.gain();
    let follows = mix.is_some_and(|bus| bus.pan_follow)
        && source < STRIPS
        && matches!(send.tap, Tap::Input | Tap::Pre);
    gains[place] =
        if follows { strip_pan(routing, source).map(|side| side * level) } else { both(level) };
    gains
}

/// The gains of a node in Cue at Pre and at Post.
pub fn cue(routing: &Routing, node: Node) -> [Gains; 2] {
    let (solo, mute) = match node {
        Node::Strip(i) => {
            (routing.strips[i].solo && !routing.is_talkback(i), routing.strips[i].mute)
        }
        Node::Bus(j) => (routing.buses[j].solo, routing.buses[j].mute),
        Node::Main => (false, false),
    };
    [
        when(solo && routing.solo_mode == SoloMode::Pfl),
        when(solo && routing.solo_mode == SoloMode::Afl && !mute),
    ]
}

/// Whether something is soloed for listening, so that the Monitor hears Cue.
pub fn is_listening(routing: &Routing) -> bool {
    routing.solo_mode != SoloMode::InPlace
        && (0..SOURCES).any(|source| match Node::from_index(source) {
            Node::Strip(i) => routing.strips[i].solo && !routing.is_talkback(i),
            Node::Bus(j) => routing.buses[j].solo,
            Node::Main => false,
        })
}

/// The gain of Main (index [`MAIN`]) or a bus, at Post, in the Monitor.
pub fn monitor(routing: &Routing, destination: usize) -> Gains {
    let heard = match routing.monitor.source {
        MonitorSource::Main => destination == MAIN,
        MonitorSource::Bus(j) => destination == j,
        MonitorSource::Off | MonitorSource::Cue => false,
    };
    when(heard && !is_listening(routing) && !is_muted(routing, destination))
}

/// The gain of Cue in the Monitor.
pub fn monitor_cue(routing: &Routing) -> Gains {
    when(is_listening(routing) || routing.monitor.source == MonitorSource::Cue)
}

/// The matrix from the Monitor to a pair of speakers: level, dim, mono, mute.
pub fn speakers(routing: &Routing, which: Speakers) -> [Gains; 2] {
    let monitor = &routing.monitor;
    let mut gain = monitor.level.gain();
    if monitor.dim || monitor.talkback {
        gain *= db_to_gain(monitor.dim_db);
    }
    if monitor.mute || monitor.speakers != which {
        gain = 0.0;
    }
    let half = 0.5 * gain;
    if monitor.mono { [[half, half], [half, half]] } else { [[gain, 0.0], [0.0, gain]] }
}

fn is_muted(routing: &Routing, destination: usize) -> bool {
    if destination == MAIN { routing.main.mute } else { routing.buses[destination].mute }
}

/// The gain of a bus's or Main's Post tap on its own port: silent when muted, and on bypass, unless
/// it is a Mix.
pub fn port(routing: &Routing, destination: usize) -> Gains {
    debug_assert!(destination < DESTINATIONS);
    let bypassed =
        routing.bypass && (destination == MAIN || routing.buses[destination].role != Role::Mix);
    when(!is_muted(routing, destination) && !bypassed)
}

/// The gain of main in on main out.
pub fn bypass(routing: &Routing) -> Gains {
    when(routing.bypass)
}
