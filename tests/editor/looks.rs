//! What the editor looks like: pictures drawn in memory, and colours and places in them.
//!
//! Not here: what controls do.

use crate::desk::{Desk, WHOLE};
use crate::picture::Picture;
use egui::{Modifiers, vec2};
use switchyard::editor::ballistics::Reading;
use switchyard::editor::{View, theme};
use switchyard::routing::{Fader, MonitorSource, Role, Routing, Send, Tap};

/// A mix with something of everything in it.
fn busy() -> View {
    let mut routing = Routing::default();
    for strip in &mut routing.strips[0..4] {
        strip.sends[0].level = Fader::UNITY;
        strip.main_tap = Tap::Off;
    }
    routing.strips[4].sends[4].level = Fader::from_db(-18.5);
    routing.strips[6].sends[3].level = Fader::from_db(-12.0);
    routing.strips[6].sends[2].level = Fader::UNITY;
    routing.strips[4].mute = true;
    for j in [3, 4] {
        routing.buses[j].role = Role::Return;
    }
    routing.buses[5].role = Role::Mix;
    routing.buses[5].main_tap = Tap::Off;
    for (i, strip) in routing.strips[0..8].iter_mut().enumerate() {
        strip.sends[5] = Send { tap: Tap::Pre, level: Fader::from_db(-6.0 - i as f32) };
    }
    routing.strips[7].sends[6] = Send { tap: Tap::Input, level: Fader::from_db(3.0) };
    for (from, to) in [(2, 4), (4, 3), (3, 2)] {
        routing.buses[from].sends[to].tap = Tap::Post;
    }
    routing.strips[3].pan = -0.3;
    routing.strips[3].trim_db = 4.5;
    routing.strips[3].fader = Fader::from_db(-7.5);
    routing.monitor.source = MonitorSource::Main;
    let mut view = View::of(routing);
    let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect();
    view.names.strips = names(&[
        "Kick",
        "Snare",
        "Overheads",
        "Bass",
        "Guitar left",
        "Keys",
        "Lead vocal",
        "Choir",
    ]);
    view.names.buses = names(&["Drums", "Synth", "Vox", "Reverb", "Delay", "Ears A"]);
    view.faults[8] = true;
    view.load = 0.004;
    view.latency = 64;
    for (n, reading) in view.meters.iter_mut().enumerate() {
        let level = -40.0 + (n * 7 % 45) as f32;
        *reading = Reading { level: [level, level - 3.0], hold: [level + 4.0, level + 1.0] };
    }
    view
}

/// How many pixels within a control are nearly of a colour.
fn coloured(desk: &Desk, picture: &Picture, name: &str, colour: egui::Color32) -> usize {
    let place = desk.place(name);
    let rows = place.top() as usize..place.bottom() as usize;
    let wanted = [colour.r(), colour.g(), colour.b()].map(f32::from);
    rows.flat_map(|y| (place.left() as usize..place.right() as usize).map(move |x| (x, y)))
        .filter(|(x, y)| {
            let pixel = picture.pixels[y * picture.width + x];
            pixel.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 40.0)
        })
        .count()
}

#[test]
fn taps_refusals_and_meters_wear_their_colours() {
    let desk = Desk::sized(busy(), WHOLE);
    let picture = desk.picture();
    for (name, colour, others) in [
        ("Strip 1 > Bus 1", theme::POST, [theme::PRE, theme::IN, theme::FAULT]),
        ("Strip 1 > Bus 6", theme::PRE, [theme::POST, theme::IN, theme::FAULT]),
        ("Strip 8 > Bus 7", theme::IN, [theme::POST, theme::PRE, theme::FAULT]),
        ("Bus 5 > Bus 4", theme::FAULT, [theme::POST, theme::PRE, theme::IN]),
    ] {
        assert!(coloured(&desk, &picture, name, colour) > 10, "{name} does not show its colour");
        for other in others {
            assert_eq!(coloured(&desk, &picture, name, other), 0, "{name} shows {other:?}");
        }
    }
    assert!(coloured(&desk, &picture, "Strip 5 Mute", theme::MUTE) > 50);
    assert_eq!(coloured(&desk, &picture, "Strip 6 Mute", theme::MUTE), 0);
}

#[test]
fn the_heads_stay_in_sight_while_the_matrix_scrolls() {
    let mut desk = Desk::sized(busy(), [760, 480]);
    let head = desk.place("Bus 1 Role");
    let row = desk.place("Strip 3 Name");
    desk.harness.hover_at(egui::pos2(400.0, 300.0));
    desk.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(-200.0, -200.0),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    });
    desk.harness.run_steps(60);
    let (head_now, row_now) = (desk.place("Bus 1 Role"), desk.place("Strip 3 Name"));
    assert!(row_now.top() < row.top() - 50.0, "it scrolled down: {row_now}");
    assert!(head_now.left() < head.left() - 50.0, "it scrolled right: {head_now}");
    assert_eq!(head_now.top(), head.top());
    assert_eq!(row_now.left(), row.left());
}

#[test]
fn the_editor_draws_itself_at_every_size() {
    for size in [[760, 480], [1180, 720], WHOLE, [2400, 1600]] {
        let desk = Desk::sized(busy(), size);
        let picture = desk.picture();
        let mut shades: Vec<_> =
            picture.pixels.iter().map(|pixel| pixel.map(|value| value as u8)).collect();
        shades.sort_unstable();
        shades.dedup();
        assert!(shades.len() > 200, "{size:?}: only {} colours", shades.len());
        // To look at: EDITOR_PICTURES names a folder.
        if let Some(folder) = std::env::var_os("EDITOR_PICTURES") {
            let file = format!("editor-{}x{}.ppm", size[0], size[1]);
            picture.save(&std::path::Path::new(&folder).join(file)).expect("the folder is there");
        }
    }
}
