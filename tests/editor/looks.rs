//! What the editor looks like: pictures compared with kept ones, and colours and places in them.
//!
//! Not here: what controls do. `UPDATE_SNAPSHOTS=1 cargo test --test editor` draws the kept pictures
//! anew; look at each before you commit it.

use crate::desk::{Desk, WHOLE};
use crate::lively;
use crate::night;
use egui::{Color32, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{SnapshotOptions, SnapshotResults};
use image::RgbaImage;
use std::sync::Arc;
use switchyard::check::Finding;
use switchyard::editor::edits::Known;
use switchyard::editor::files::Listing;
use switchyard::editor::theme::DARK;
use switchyard::editor::{Action, Screen, Theme, View};
use switchyard::routing::{Node, Routing, Tap};
use switchyard::session::Session;
use switchyard::session::library::{Entry, Kept};

/// Rounding differs between processors by a shade here and there; a moved line differs by more.
fn options() -> SnapshotOptions {
    SnapshotOptions::new()
        .threshold(1.2)
        .max_failed_pixels(40_usize)
        .output_path("tests/editor/snapshots")
}

/// Compares a view with its kept pictures in both themes, at 100 % and, in the smallest window, at
/// 200 %.
fn compare(name: &str, view: &View) {
    compare_after(name, view, |_| ());
}

/// The same, after something was done.
fn compare_after(name: &str, view: &View, act: impl Fn(&mut Desk)) {
    let options = options();
    // Says at its end which pictures differ, so that one does not hide the next.
    let mut results = SnapshotResults::new();
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, scale, percent) in [([1180, 720], 1.0, 100), ([760, 480], 2.0, 200)] {
            let mut view = view.clone();
            view.look.theme = theme;
            let mut desk = Desk::scaled(view, size, scale);
            act(&mut desk);
            let name = format!("{name}-{word}-{percent}");
            results.add(desk.harness.try_snapshot_options(name, &options));
        }
    }
}

#[test]
fn the_matrix_looks_as_it_did() {
    let mut view = lively::band();
    view.look.selected = Some(Node::Strip(8));
    compare("matrix", &view);
}

#[test]
fn the_mixer_looks_as_it_did() {
    let mut view = lively::band();
    view.look.screen = Screen::Mixer;
    view.look.scale = switchyard::editor::look::Scale::K14;
    compare("mixer", &view);
}

#[test]
fn mixing_for_a_bus_looks_as_it_did() {
    let mut view = lively::band();
    view.look.screen = Screen::Mixer;
    view.look.mix_for = Some(5);
    compare("mix-for", &view);
}

#[test]
fn the_macros_look_as_they_did() {
    let mut view = lively::band();
    view.look.screen = Screen::Macros;
    view.routing.macros[2] = 0.4;
    compare("macros", &view);
}

#[test]
fn the_scenes_look_as_they_did() {
    compare("scenes", &night::scenes());
}

#[test]
fn a_morph_under_way_looks_as_it_did() {
    let mut view = night::scenes();
    view.look.aim.tenths = 30;
    compare_after("morph", &view, |desk| {
        let aim = desk.view().look.aim;
        let state = desk.harness.state_mut();
        let known = Known::of(&state.view, 0.0);
        state.edits.take(vec![Action::Morph(aim)], false, &known);
        desk.harness.run_steps(60);
        // Beside it, a question that is not answered yet.
        desk.harness.get_by_label("Store Scene 1").click();
        desk.harness.run_steps(2);
    });
}

#[test]
fn route_check_looks_as_it_did() {
    let mut view = crate::check::wrong();
    view.look.screen = Screen::Check;
    compare("check", &view);
}

#[test]
fn route_check_with_nothing_to_report_looks_as_it_did() {
    let mut clean = View::of(Routing::default());
    clean.look.screen = Screen::Check;
    compare("check-clean", &clean);
}

#[test]
fn the_templates_look_as_they_did() {
    let mut view = lively::band();
    view.look.templates = true;
    let kept = |name: &str, holds| Kept { name: name.into(), path: "/shows/x".into(), holds };
    let read = Ok(Box::new((Routing::default(), Session::default())));
    let reason = "it is damaged or not a Switchyard session: expected `,` at line 12 column 4";
    let kept = vec![kept("Tuesday", read), kept("Broken", Err(reason.into()))];
    view.files.templates = Arc::new(kept);
    compare("templates", &view);
}

#[test]
fn choosing_a_file_looks_as_it_did() {
    let entry = |name: &str, is_folder| Entry { name: name.into(), is_folder };
    let entries = vec![
        entry("Rehearsals", true),
        entry("Friday.switchyard", false),
        entry("Saturday.switchyard", false),
    ];
    let options = options();
    let mut results = SnapshotResults::new();
    for (theme, word) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        for (size, scale, percent) in [([1180, 720], 1.0, 100), ([760, 480], 2.0, 200)] {
            let mut view = lively::band();
            view.look.theme = theme;
            view.files.home = "/shows".into();
            let mut desk = Desk::scaled(view, size, scale);
            desk.click("Session");
            desk.click("Save…");
            let files = &mut desk.harness.state_mut().view.files;
            files.listing = Some(Arc::new(Listing {
                folder: "/shows".into(),
                endings: vec!["switchyard"],
                entries: Ok(entries.clone()),
            }));
            desk.settle();
            desk.click("File Saturday.switchyard");
            let name = format!("files-{word}-{percent}");
            results.add(desk.harness.try_snapshot_options(name, &options));
        }
    }
}

#[test]
fn the_first_view_looks_as_it_did() {
    let mut view = View::of(Routing::default());
    view.host = "reaper".into();
    view.heard[0] = true;
    compare("first-run", &view);
}

/// How many pixels within a control are nearly of a colour.
fn coloured(desk: &Desk, picture: &RgbaImage, name: &str, colour: Color32) -> usize {
    let place = desk.place(name);
    let wanted = [colour.r(), colour.g(), colour.b()].map(i16::from);
    let rows = place.top() as u32..place.bottom() as u32;
    rows.flat_map(|y| (place.left() as u32..place.right() as u32).map(move |x| (x, y)))
        .filter(|(x, y)| {
            let pixel = picture.get_pixel(*x, *y).0;
            pixel.iter().zip(wanted).all(|(a, b)| (i16::from(*a) - b).abs() < 40)
        })
        .count()
}

#[test]
fn taps_refusals_and_switches_wear_their_colours() {
    let mut view = lively::band();
    view.routing.buses[4].sends[2].tap = Tap::Post;
    let mut looped = View::of(view.routing);
    looped.look.welcomed = true;
    // Marks of what Route Check finds have colours of their own.
    let found = Desk::sized(looped.clone(), WHOLE).view().check.open.clone();
    let intended = found.iter().map(Finding::key).collect();
    looped.inserts.session = Arc::new(Session { intended, ..Session::default() });
    let mut desk = Desk::sized(looped, WHOLE);
    let picture = desk.picture();
    let (post, pre, input, fault) = (DARK.post, DARK.pre, DARK.input, DARK.fault);
    for (name, colour, others) in [
        ("Strip 1 > Bus 1", post, [pre, input, fault]),
        ("Strip 1 > Bus 6", pre, [post, input, fault]),
        ("Strip 9 > Bus 8", input, [post, pre, fault]),
        ("Bus 5 > Bus 3", fault, [post, pre, input]),
    ] {
        assert!(coloured(&desk, &picture, name, colour) > 10, "{name} does not show its colour");
        for other in others {
            assert_eq!(coloured(&desk, &picture, name, other), 0, "{name} shows {other:?}");
        }
    }
    assert!(coloured(&desk, &picture, "Strip 3 Mute, in its row", DARK.mute) > 50);
    assert_eq!(coloured(&desk, &picture, "Strip 6 Mute, in its row", DARK.mute), 0);
}

#[test]
fn what_is_not_on_the_traced_path_fades() {
    let mut view = lively::band();
    let mut desk = Desk::sized(view.clone(), WHOLE);
    let plain = desk.picture();
    let full = coloured(&desk, &plain, "Strip 1 > Bus 1", DARK.post);
    view.look.selected = Some(Node::Strip(8));
    let mut desk = Desk::sized(view, WHOLE);
    let traced = desk.picture();
    assert!(full > 10);
    assert_eq!(coloured(&desk, &traced, "Strip 1 > Bus 1", DARK.post), 0, "aside");
    assert!(coloured(&desk, &traced, "Strip 9 > Bus 4", DARK.post) > 10, "on the path");
}

#[test]
fn a_crosspoint_s_meter_follows_its_source() {
    let loud = |level: f32| {
        let mut view = lively::band();
        let at = switchyard::engine::meters::Meter::Strip(9).index();
        view.meters[at].level = [level; 2];
        let mut desk = Desk::sized(view, WHOLE);
        let place = desk.place("Strip 10 > Bus 3");
        let picture = desk.picture();
        let y = place.bottom() as u32 - 1;
        let lit = |x: &u32| {
            let pixel = picture.get_pixel(*x, y).0;
            pixel[1] > 150
        };
        (place.left() as u32..place.right() as u32).filter(lit).count()
    };
    let (silent, quiet, high) = (loud(f32::NEG_INFINITY), loud(-40.0), loud(-3.0));
    assert!(silent == 0 && quiet > 2 && high > quiet + 20, "{silent} {quiet} {high}");
}

#[test]
fn the_heads_stay_in_sight_while_the_matrix_scrolls() {
    let mut desk = Desk::sized(lively::band(), [760, 480]);
    let head = desk.place("Bus 1 Role");
    let row = desk.place("Strip 3 Name");
    desk.harness.hover_at(egui::pos2(400.0, 300.0));
    desk.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(-150.0, -150.0),
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
