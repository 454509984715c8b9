//! A mix in the middle of a night: sixteen inputs of a band, groups, effects, in-ears, a stream.
//!
//! Not here: sound; its levels are drawn, not played. For pictures and tests of the editor.

use switchyard::editor::View;
use switchyard::editor::ballistics::Reading;
use switchyard::engine::meters::Meter;
use switchyard::routing::{Fader, MonitorSource, Role, Routing, STRIPS, Send, Source, Tap};

const STRIP_NAMES: [&str; 12] = [
    "Kick",
    "Snare",
    "Hats",
    "Overheads",
    "Bass",
    "Guitar L",
    "Guitar R",
    "Keys",
    "Vox",
    "Choir",
    "Click",
    "Talk",
];
const BUS_NAMES: [&str; 8] =
    ["Drums", "Band", "Vocals", "Plate", "Delay", "Ears Vox", "Ears Drums", "Stream"];

/// The band's mix.
pub fn band() -> View {
    let mut routing = Routing::default();
    let db = Fader::from_db;
    let groups = [(0..4, 0), (4..8, 1), (8..10, 2)];
    for (strips, bus) in groups {
        for i in strips {
            routing.strips[i].sends[bus].level = Fader::UNITY;
            routing.strips[i].main_tap = Tap::Off;
        }
    }
    routing.strips[10].main_tap = Tap::Off;
    routing.strips[11].main_tap = Tap::Off;
    let faders = [-2.0, -4.5, -12.0, -9.0, -3.0, -6.5, -6.5, -8.0, 1.5, -10.0, -18.0, 0.0];
    for (strip, level) in routing.strips.iter_mut().zip(faders) {
        strip.fader = db(level);
    }
    for (i, pan) in [(2, 0.35), (5, -0.8), (6, 0.8), (7, -0.2)] {
        routing.strips[i].pan = pan;
    }
    routing.strips[8].source = Source::Left;
    routing.strips[8].trim_db = 4.5;
    routing.strips[1].polarity = true;
    for (i, to, level) in
        [(1, 3, -14.0), (7, 3, -18.0), (8, 3, -12.0), (9, 3, -9.0), (8, 4, -20.0), (5, 4, -24.0)]
    {
        routing.strips[i].sends[to].level = db(level);
    }
    for j in [3, 4] {
        routing.buses[j].role = Role::Return;
    }
    for j in [5, 6, 7] {
        routing.buses[j].role = Role::Mix;
        routing.buses[j].main_tap = Tap::Off;
    }
    routing.buses[5].immediate = true;
    let ears = [(0, -10.0), (4, -8.0), (7, -6.0), (8, 0.0), (9, -6.0), (10, -14.0)];
    for (i, level) in ears {
        routing.strips[i].sends[5] = Send { tap: Tap::Pre, level: db(level) };
    }
    let drums = [(0, -3.0), (1, -3.0), (4, 0.0), (8, -9.0), (10, -4.0)];
    for (i, level) in drums {
        routing.strips[i].sends[6] = Send { tap: Tap::Pre, level: db(level) };
    }
    routing.strips[8].sends[7] = Send { tap: Tap::Input, level: db(-6.0) };
    for j in 0..3 {
        routing.buses[j].sends[7] = Send { tap: Tap::Post, level: Fader::UNITY };
    }
    routing.buses[2].sends[4] = Send { tap: Tap::Post, level: db(-16.0) };
    routing.buses[3].fader = db(-4.0);
    routing.buses[1].fader = db(-1.5);
    routing.strips[2].mute = true;
    routing.main.fader = db(-1.0);
    routing.monitor.source = MonitorSource::Main;
    routing.monitor.level = db(-12.0);
    routing.talkback_source = Some(11);
    let mut view = View::of(routing);
    let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect();
    view.names.strips = names(&STRIP_NAMES);
    view.names.buses = names(&BUS_NAMES);
    view.names.strip_colours = vec![6, 6, 6, 6, 5, 2, 2, 9, 7, 7, 8, 8];
    view.names.bus_colours = vec![6, 2, 7, 1, 11, 4, 4, 3];
    view.host = "ardour-7.3.0".into();
    view.latency = 64;
    view.load = 0.006;
    view.look.welcomed = true;
    sound(&mut view);
    view
}

/// Levels as they might be at one moment.
fn sound(view: &mut View) {
    let level = |n: usize| -9.0 - ((n * 37) % 23) as f32;
    for i in 0..11 {
        let input = level(i) + 3.0;
        let strip = &view.routing.strips[i];
        let after = input + strip.fader.db();
        let quiet = strip.mute;
        view.heard[i] = true;
        set(view, Meter::StripInput(i), input, input - 1.5);
        if !quiet {
            set(view, Meter::Strip(i), after, after - 2.0);
        }
    }
    for (j, level) in [-6.5, -9.0, -7.0, -21.0, -26.0, -8.5, -7.5, -5.5].into_iter().enumerate() {
        set(view, Meter::Bus(j), level, level - 1.0);
    }
    set(view, Meter::Main, -4.0, -4.6);
    view.main_rms = [-15.0, -15.8];
    set(view, Meter::MonitorA, -16.0, -16.5);
    assert!(view.heard.len() == STRIPS);
}

fn set(view: &mut View, meter: Meter, left: f32, right: f32) {
    let level = [left, right];
    view.meters[meter.index()] = Reading { level, hold: level.map(|db| db + 3.5) };
}
