//! The editor's link against a host that writes down what it hears.
//!
//! Not here: views. A gesture reaches the host in order and in pairs, also when a window closes in
//! the middle of it.

#![cfg(feature = "plugin")]

#[path = "editor_link/check.rs"]
mod check;
#[path = "editor_link/files.rs"]
mod files;
#[path = "support/gui_host.rs"]
mod gui_host;

use gui_host::{GuiHost, Heard, paired};
use nice_plug::context::gui::GuiContext;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use switchyard::editor::action::{edit, edit_together};
use switchyard::editor::chains::edit::{ChainEdit, Place};
use switchyard::editor::edits::Edits;
use switchyard::editor::link::Link;
use switchyard::editor::{Action, Screen, Theme, Whole};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::meters::{Meter, Meters};
use switchyard::engine::scope::LENGTH;
use switchyard::plugin::parameters::HostParameters;
use switchyard::plugin::shared::{Shared, Track};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{MAIN, Node, Routing, Tap};
use switchyard::session::Session;
use switchyard::templates::TEMPLATES;

struct Setup {
    host: Arc<GuiHost>,
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    edits: Arc<Mutex<Edits>>,
    link: Link,
}

fn setup() -> Setup {
    let host = Arc::new(GuiHost::default());
    let parameters = Arc::new(HostParameters::new(Arc::new(Shared::default())));
    let meters = Arc::new(Meters::default());
    let edits = Arc::default();
    let link = window(&host, &parameters, &meters, &edits);
    Setup { host, parameters, meters, edits, link }
}

/// A link as a window that opens makes one.
fn window(
    host: &Arc<GuiHost>,
    parameters: &Arc<HostParameters>,
    meters: &Arc<Meters>,
    edits: &Arc<Mutex<Edits>>,
) -> Link {
    let context = GuiContext::new(host.clone());
    Link::new(parameters.clone(), meters.clone(), context, edits.clone())
}

impl Setup {
    /// What the host heard, the parameters by their own names.
    fn heard(&self) -> Vec<(Parameter, Heard)> {
        self.host.take(&self.parameters)
    }
}

#[test]
fn values_reach_the_host_normalised_and_within_a_gesture() {
    let mut setup = setup();
    let (fader, tap, mute, pan) = (
        Parameter::StripFader(2),
        Parameter::StripTap(2, 3),
        Parameter::BusMute(1),
        Parameter::StripPan(0),
    );
    for (parameter, plain, normal) in [
        (fader, 0.5, 0.5),
        (tap, f32::from(Tap::Pre as u8), 2.0 / 3.0),
        (mute, 1.0, 1.0),
        (pan, -50.0, 0.25),
    ] {
        setup.link.apply(edit(parameter, plain), false);
        let heard = setup.heard();
        assert_eq!(heard.len(), 3, "{heard:?}");
        assert_eq!(heard[0], (parameter, Heard::Begin));
        let (at, Heard::Set(value)) = heard[1] else { panic!("{heard:?}") };
        assert!(at == parameter && (value - normal).abs() < 1e-6, "{heard:?}");
        assert_eq!(heard[2], (parameter, Heard::End));
    }
}

#[test]
fn a_compound_edit_is_one_overlapping_gesture() {
    let mut setup = setup();
    let (a, b) = (Parameter::StripLevel(0, 0), Parameter::StripMainTap(0));
    setup.link.apply(edit_together(&[(a, 0.75), (b, 0.0)]), false);
    let order: Vec<_> = setup.heard().into_iter().map(|(p, _)| p).collect();
    assert_eq!(order, [a, b, a, b, a, b]);
}

#[test]
fn a_drag_cut_off_by_the_closing_window_ends() {
    let mut setup = setup();
    let fader = Parameter::MainFader;
    setup.link.apply(vec![Action::Begin(fader), Action::Set(fader, 0.5)], true);
    assert!(!setup.heard().contains(&(fader, Heard::End)), "still held");
    let host = Arc::downgrade(&setup.host);
    let end = (setup.parameters.all[fader.index()].as_ptr(), Heard::End);
    drop(setup.link);
    assert_eq!(*setup.host.heard.lock().unwrap(), [end]);
    drop(setup.host);
    assert!(host.upgrade().is_none(), "nothing of the host is kept");
}

#[test]
fn a_gesture_whose_control_vanished_ends_when_the_button_is_up() {
    let mut setup = setup();
    let fader = Parameter::MainFader;
    setup.link.apply(vec![Action::Begin(fader)], true);
    setup.link.apply(Vec::new(), false);
    setup.link.apply(vec![Action::Set(fader, 0.1), Action::End(fader)], false);
    assert_eq!(setup.heard(), [(fader, Heard::Begin), (fader, Heard::End)]);
}

#[test]
fn names_are_kept_by_the_session_and_the_default_name_is_no_name() {
    let mut setup = setup();
    let rename = |node, name: &str| vec![Action::Rename(node, name.into())];
    setup.link.apply(rename(Node::Strip(3), "Vox"), false);
    assert!(setup.parameters.shared.take_dirty(), "the project changed");
    assert_eq!(setup.link.view(0.0).name(Node::Strip(3)), "Vox");
    setup.link.apply(rename(Node::Strip(3), "Strip 4"), false);
    let kept = setup.parameters.shared.session(|session| session.strip_names[3].clone());
    assert_eq!(kept, "");
}

#[test]
fn the_first_strip_looks_like_the_host_s_track_until_it_has_a_name_and_colour_of_its_own() {
    let mut setup = setup();
    let first = Node::Strip(0);
    let track = Track { name: "Drums".into(), colour: Some([0xC0, 0x50, 0x10]) };
    setup.parameters.shared.set_track(track);
    let view = setup.link.view(0.0);
    assert_eq!((view.name(first), view.name(Node::Strip(1))), ("Drums".into(), "Strip 2".into()));
    assert_eq!(view.names.colour(first), 6, "the nearest is Rust");
    assert!(view.is_untouched(), "the user did nothing yet");
    let rename = |name: &str| vec![Action::Rename(first, name.into())];
    setup.link.apply(rename("Drums"), false);
    let saved = |setup: &Setup| setup.parameters.shared.session(|one| one.strip_names[0].clone());
    assert_eq!(saved(&setup), "", "the name it has anyway is no name");
    setup.link.apply(rename("Kick"), false);
    setup.link.apply(vec![Action::Recolour(first, 3)], false);
    let view = setup.link.view(0.0);
    assert_eq!((view.name(first), view.names.colour(first)), ("Kick".into(), 3));
    (0..2).for_each(|_| setup.link.apply(vec![Action::Undo], false));
    let view = setup.link.view(0.0);
    assert_eq!((view.name(first), view.names.colour(first)), ("Drums".into(), 6));
}

#[test]
fn the_window_s_size_is_remembered_and_marks_the_project_only_when_it_changed() {
    let mut setup = setup();
    setup.link.apply(vec![Action::Resize([1180, 720])], false);
    assert!(!setup.parameters.shared.take_dirty());
    setup.link.apply(vec![Action::Resize([900, 600])], false);
    assert!(setup.parameters.shared.take_dirty());
    assert_eq!(setup.parameters.shared.session(|session| session.editor_size), [900, 600]);
}

#[test]
fn the_snapshot_shows_peaks_faults_latency_and_the_restart_lamp() {
    let mut setup = setup();
    setup.meters.raise(Meter::Bus(4), [0.5, 0.25]);
    setup.meters.set_fault(7);
    setup.meters.set_load(0.25);
    setup.parameters.shared.set_latency(64);
    setup.parameters.shared.set_restart_needed(true);
    let view = setup.link.view(0.0);
    let [left, right] = view.meter(Meter::Bus(4)).level;
    assert!((left + 6.02).abs() < 0.01 && (right + 12.04).abs() < 0.01);
    assert!(view.faults[7] && !view.faults[6]);
    assert_eq!((view.load, view.latency, view.restart_needed), (0.25, 64, true));
    setup.link.apply(vec![Action::ClearFault(7)], false);
    assert!(!setup.link.view(0.1).faults[7]);
}

#[test]
fn colours_zoom_and_theme_are_kept_by_the_session() {
    let mut setup = setup();
    let asked =
        vec![Action::Recolour(Node::Bus(2), 5), Action::Zoom(150), Action::Theme(Theme::Light)];
    setup.link.apply(asked, false);
    assert!(setup.parameters.shared.take_dirty(), "the project changed");
    let (colours, zoom, light) = setup.parameters.shared.session(|session| {
        (session.bus_colours.clone(), session.editor_zoom, session.editor_light)
    });
    assert_eq!((colours[2], zoom, light), (5, 150, true));
    let view = setup.link.view(0.0);
    assert_eq!(view.names.colour(Node::Bus(2)), 5);
    assert_eq!((view.look.zoom, view.look.theme), (150, Theme::Light));
}

#[test]
fn what_was_done_in_one_window_is_taken_back_in_the_next_and_its_view_is_open() {
    let mut setup = setup();
    let mute = Parameter::StripMute(3);
    setup.link.apply(edit(mute, 1.0), false);
    setup.link.apply(vec![Action::Show(Screen::Mixer)], false);
    drop(setup.link);
    setup.link = window(&setup.host, &setup.parameters, &setup.meters, &setup.edits);
    let view = setup.link.view(0.0);
    assert_eq!(view.undo.as_deref(), Some("Mute Strip 4"));
    assert_eq!(view.look.screen, Screen::Mixer);
    setup.heard();
    setup.link.apply(vec![Action::Undo], false);
    assert_eq!(setup.heard(), [(mute, Heard::Begin), (mute, Heard::Set(0.0)), (mute, Heard::End)]);
}

#[test]
fn a_loaded_state_leaves_nothing_to_take_back() {
    let mut setup = setup();
    setup.link.apply(edit(Parameter::StripMute(3), 1.0), false);
    setup.link.view(0.0);
    let saved = setup.parameters.shared.session_json();
    setup.parameters.shared.load_session_json(&saved);
    assert_eq!(setup.link.view(0.0).undo, None);
}

#[test]
fn main_s_power_is_averaged_and_an_input_once_heard_stays_heard() {
    let mut setup = setup();
    setup.meters.raise(Meter::StripInput(6), [0.1, 0.0]);
    for _ in 0..200 {
        setup.meters.add_energy([50.0, 12.5], 100);
        setup.link.view(0.033);
    }
    let view = setup.link.view(0.0);
    let [left, right] = view.main_rms;
    assert!(left.abs() < 0.1 && (right + 6.02).abs() < 0.1, "{left} {right}");
    assert!(view.heard[6] && !view.heard[5]);
}

#[test]
fn while_no_window_is_open_nobody_takes_the_meters() {
    let setup = setup();
    let editor = switchyard::editor::create(setup.parameters.clone(), setup.meters.clone());
    drop(setup.link);
    setup.meters.raise(Meter::Main, [0.5, 0.5]);
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(setup.meters.take_peak(Meter::Main), [0.5, 0.5]);
    assert!(editor.is_some());
}

#[test]
fn the_schedule_shown_counts_the_chains_latency_and_macros_tell_what_they_drive() {
    let mut setup = setup();
    let limiter = EffectSpec::new(Kind::Limiter);
    setup.parameters.shared.edit_session(|session| {
        session.chains[0] = Chain::serial([Slot::new(1, limiter)]);
        session.macros[2].name = "Push".into();
    });
    let view = setup.link.view(0.0);
    let late = view.schedule.latency;
    assert!(late > 0, "a limiter looks ahead");
    assert_eq!(view.schedule.delay(0, Tap::Post, MAIN), 0);
    assert_eq!(view.schedule.delay(1, Tap::Post, MAIN), late, "padded to the longest chain");
    assert_eq!(view.macros[2].name, "Push");
}

#[test]
fn chains_are_changed_in_the_session_taken_back_and_done_again() {
    let mut setup = setup();
    let strip = Node::Strip(2);
    let place = Place { node: strip, lane: 0, at: 0 };
    let kinds = |setup: &Setup| -> Vec<Option<Kind>> {
        setup
            .parameters
            .shared
            .session(|session| session.chains[strip.index()].slots().map(Slot::kind).collect())
    };
    setup.link.view(0.0);
    let add = Action::Chain(ChainEdit::Add(place, Kind::Gate));
    setup.link.apply(vec![Action::OpenChain(strip), add], false);
    assert_eq!(kinds(&setup), [Some(Kind::Gate)]);
    let view = setup.link.view(0.0);
    assert_eq!(view.look.slot, Some(1));
    assert_eq!(view.undo.as_deref(), Some("Add Gate to Strip 3"));
    setup.link.apply(vec![Action::Undo], false);
    assert_eq!(kinds(&setup), []);
    setup.link.apply(vec![Action::Redo], false);
    assert_eq!(kinds(&setup), [Some(Kind::Gate)]);
    let saved = setup.parameters.shared.session_json();
    setup.link.apply(vec![Action::LoadImpulse(1, "/nowhere/hall.wav".into())], false);
    assert_eq!(setup.parameters.shared.session_json(), saved, "refused, so nothing changed");
    let notice = setup.link.view(0.0).notice.expect("it is said");
    assert!(notice.starts_with("/nowhere/hall.wav: the file is not there"), "{notice}");
}

#[test]
fn the_engine_writes_for_a_spectrum_only_while_a_chain_is_looked_at() {
    let mut setup = setup();
    let sound = [[0.5; 64]; 2];
    let is_written = |setup: &Setup, node: Node| {
        let mut samples = [0.0; LENGTH];
        setup.meters.scope.write(node.index(), &sound, 64);
        setup.meters.scope.read(&mut samples);
        samples[LENGTH - 1] != 0.0
    };
    setup.link.view(0.0);
    assert!(!is_written(&setup, Node::Bus(1)));
    setup.link.apply(vec![Action::Show(Screen::Chains), Action::OpenChain(Node::Bus(1))], false);
    assert!(setup.link.view(0.0).inserts.spectrum.is_some());
    assert!(is_written(&setup, Node::Bus(1)));
    setup.link.apply(vec![Action::OpenChain(Node::Main)], false);
    setup.link.view(0.0);
    assert!(!is_written(&setup, Node::Bus(1)) && is_written(&setup, Node::Main));
    let meters = Arc::clone(&setup.meters);
    drop(setup.link);
    let mut samples = [1.0; LENGTH];
    meters.scope.write(Node::Main.index(), &sound, 64);
    meters.scope.read(&mut samples);
    assert_eq!(samples, [0.0; LENGTH], "the window is closed");
}

/// A mixer in which every parameter and much of the session differs from the default.
fn another(name: &str) -> Whole {
    let (mut routing, mut session) = (Routing::default(), Session::default());
    for parameter in ALL {
        let (low, high) = parameter.kind().range();
        let other = if parameter.default_value() == low { high } else { low };
        parameter.set(&mut routing, other);
    }
    session.strip_names[0] = "Vox".into();
    session.chains[0] = Chain::serial([Slot::new(0, EffectSpec::new(Kind::Gate))]);
    Whole::of(name, &routing, session)
}

#[test]
fn a_whole_mixer_reaches_the_host_in_parts_its_queue_can_hold_and_is_held_until_all_of_it_arrived()
{
    let mut setup = setup();
    let shared = Arc::clone(&setup.parameters.shared);
    setup.link.apply(vec![Action::Adopt(Box::new(another("Open a file")))], false);
    let mut gestures = paired(&setup.heard());
    assert!(gestures > 0, "it begins at once");
    assert!(shared.is_held(), "the audio thread waits");
    setup.link.view(0.03);
    assert_eq!(setup.heard().len(), 0, "nothing arrived yet, so nothing more goes out");
    // What was sent arrives.
    let late = another("");
    for (parameter, _) in &late.values[..gestures] {
        let host = &setup.parameters.all[parameter.index()];
        let value = late.values[parameter.index()].1;
        // SAFETY: the parameters outlive this call.
        unsafe { host.as_ptr()._internal_set_normalized_value(normal(*parameter, value)) };
    }
    setup.host.plays.store(true, Relaxed);
    for _ in 0..8 {
        setup.link.view(0.03);
        let part = setup.heard();
        assert!(part.len() <= 2048, "{} events at once", part.len());
        gestures += paired(&part);
    }
    assert_eq!(gestures, ALL.len(), "each parameter once");
    assert!(!shared.is_held(), "it begins");
    let view = setup.link.view(0.0);
    for (parameter, value) in late.values {
        assert!((parameter.get(&view.routing) - value).abs() < 1e-4, "{parameter:?}");
    }
    assert_eq!(view.name(Node::Strip(0)), "Vox");
    assert_eq!(view.inserts.chain(Node::Strip(0)).slots().count(), 1);
}

fn normal(parameter: Parameter, plain: f32) -> f32 {
    let (low, high) = parameter.kind().range();
    (plain - low) / (high - low)
}

#[test]
fn a_whole_mixer_is_one_step_to_take_back_with_a_name_and_keeps_the_window_as_it_is() {
    let mut setup = setup();
    setup.host.plays.store(true, Relaxed);
    setup.link.apply(vec![Action::Zoom(125)], false);
    let before = setup.link.view(0.0);
    let (routing, session) = (TEMPLATES[0].build)();
    let whole = Whole::of("Template Studio recording", &routing, session.clone());
    let pictures = |setup: &mut Setup| (0..6).for_each(|_| drop(setup.link.view(0.03)));
    setup.link.apply(vec![Action::Adopt(Box::new(whole.clone()))], false);
    pictures(&mut setup);
    let view = setup.link.view(0.0);
    assert_eq!(view.undo.as_deref(), Some("Template Studio recording"));
    assert_eq!(view.routing, routing);
    assert_eq!(view.look.zoom, 125, "the window's look is not the template's");
    assert_eq!(view.inserts.session.chains, session.chains);
    assert!(setup.parameters.shared.take_dirty(), "the project changed");
    setup.link.apply(vec![Action::Undo], false);
    pictures(&mut setup);
    let view = setup.link.view(0.0);
    assert_eq!(view.routing, before.routing);
    assert_eq!(view.names, before.names);
    assert_eq!(view.inserts.session, before.inserts.session);
    setup.link.apply(vec![Action::Redo], false);
    pictures(&mut setup);
    assert_eq!(setup.link.view(0.0).routing, routing);
    let heard = setup.heard().len();
    assert!(heard > 0);
    setup.link.apply(vec![Action::Adopt(Box::new(whole))], false);
    assert_eq!(setup.heard(), [], "it is there already");
}

#[test]
fn a_whole_mixer_that_follows_another_at_once_wins_wherever_they_differ() {
    let mut setup = setup();
    let whole = Whole::of("Empty", &Routing::default(), Session::default());
    setup.link.apply(vec![Action::Adopt(Box::new(another("Full")))], false);
    setup.link.apply(vec![Action::Adopt(Box::new(whole))], false);
    // What was sent before the host plays never arrives by itself here, so patience ends it.
    setup.host.plays.store(true, Relaxed);
    (0..40).for_each(|_| drop(setup.link.view(0.2)));
    let mut last = std::collections::BTreeMap::new();
    for (parameter, what) in setup.heard() {
        if let Heard::Set(value) = what {
            last.insert(parameter.index(), value);
        }
    }
    for (index, value) in last {
        let parameter = ALL[index];
        let wanted = normal(parameter, parameter.default_value());
        assert!((value - wanted).abs() < 1e-6, "{parameter:?} ended at {value}");
    }
    assert!(!setup.parameters.shared.is_held());
}

#[test]
fn a_window_that_closes_in_the_middle_of_a_whole_mixer_sends_the_rest_and_holds_nothing() {
    let mut setup = setup();
    setup.link.apply(vec![Action::Adopt(Box::new(another("Full")))], false);
    drop(std::mem::replace(
        &mut setup.link,
        window(&setup.host, &setup.parameters, &setup.meters, &setup.edits),
    ));
    assert_eq!(paired(&setup.heard()), ALL.len());
    assert!(!setup.parameters.shared.is_held());
}
