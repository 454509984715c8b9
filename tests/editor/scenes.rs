//! The scenes view: storing, recalling, naming, scope, safes and morphs, by what is written on them.

use crate::desk::{Desk, WHOLE};
use crate::{assert_paired, count, night, wheel};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use std::collections::HashSet;
use switchyard::editor::scenes::recalling::Aim;
use switchyard::editor::{Action, Screen, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Node, Routing};
use switchyard::session::Session;
use switchyard::session::scenes::Part;

/// A fresh mixer with its scenes open.
fn fresh() -> Desk {
    let mut view = View::of(Routing::default());
    view.look.show_all = true;
    view.look.welcomed = true;
    view.look.screen = Screen::Scenes;
    Desk::sized(view, WHOLE)
}

/// The band with four scenes, the second of which is as stored.
fn night() -> Desk {
    Desk::sized(night::scenes(), WHOLE)
}

fn session(desk: &Desk) -> &Session {
    &desk.view().inserts.session
}

fn undo(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND, Key::Z);
}

/// Changes a value as another view would.
fn set(desk: &mut Desk, parameter: P, value: f32) {
    parameter.set(&mut desk.harness.state_mut().view.routing, value);
    desk.settle();
}

fn focused(desk: &Desk) -> String {
    let root = desk.harness.root();
    let found = root.children_recursive().find(|node| node.is_focused());
    found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

#[test]
fn a_mix_is_stored_changed_recalled_and_taken_back() {
    let mut desk = fresh();
    set(&mut desk, P::StripFader(2), 0.5);
    assert!(!desk.has("Scene 1 State"), "nothing is stored");
    desk.click("Store Scene 1");
    assert_eq!(desk.view().undo.as_deref(), Some("Store Scene 1"));
    assert_eq!(desk.says("Scene 1 State"), "as stored");
    set(&mut desk, P::StripFader(2), 0.9);
    set(&mut desk, P::StripMute(4), 1.0);
    assert_eq!(desk.says("Scene 1 State"), "changed since");
    desk.take_log();
    desk.click("Recall Scene 1");
    let log = desk.take_log();
    let [Action::Adopt(whole)] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!(whole.values, [(P::StripFader(2), 0.5), (P::StripMute(4), 0.0)]);
    assert!(whole.session.is_none(), "no chain differs");
    assert_eq!(desk.says("Scene 1 State"), "as stored");
    assert_eq!(desk.view().undo.as_deref(), Some("Recall Scene 1"));
    undo(&mut desk);
    assert_eq!((desk.value(P::StripFader(2)), desk.value(P::StripMute(4))), (0.9, 1.0));
    assert_eq!(desk.view().redo.as_deref(), Some("Recall Scene 1"));
    undo(&mut desk);
    assert!(session(&desk).scenes.get(0).is_none(), "it is not stored any more");
}

#[test]
fn a_recall_brings_chains_and_values_in_one_step() {
    let mut desk = night();
    let before = (desk.view().routing, session(&desk).clone());
    desk.click("Recall Scene 3");
    assert_eq!(desk.view().undo.as_deref(), Some("Recall Scene 3 Chorus"));
    assert_eq!(desk.says("Scene 3 State"), "as stored");
    assert!(!session(&desk).chains[8].is_empty());
    let log = desk.take_log();
    assert_eq!(count(&log, |action| matches!(action, Action::Adopt(_))), 1, "at once");
    undo(&mut desk);
    assert_eq!((desk.view().routing, session(&desk).clone()), before);
}

#[test]
fn storing_over_a_scene_asks_first_and_forgets_the_question_when_one_goes_elsewhere() {
    let mut desk = night();
    let kept = session(&desk).scenes.get(2).cloned();
    desk.click("Store Scene 3");
    assert_eq!(session(&desk).scenes.get(2), kept.as_ref(), "not yet");
    // Elsewhere, and back.
    desk.click("Scope Faders");
    desk.click("Scope Faders");
    desk.take_log();
    desk.click("Store Scene 3");
    assert_eq!(desk.take_log(), [], "it asks anew");
    desk.click("Store Scene 3");
    assert_ne!(session(&desk).scenes.get(2), kept.as_ref());
    assert_eq!(session(&desk).scenes.title(2), "Scene 3 Chorus", "it keeps its name");
    assert_eq!(desk.view().undo.as_deref(), Some("Store Scene 3 Chorus"));
    undo(&mut desk);
    assert_eq!(session(&desk).scenes.get(2), kept.as_ref());
}

#[test]
fn scenes_are_named_copied_and_cleared_in_place() {
    let mut desk = night();
    desk.double_click("Scene 1 Name");
    desk.type_text("Intro", Key::Enter);
    assert_eq!(session(&desk).scenes.title(0), "Scene 1 Intro");
    assert_eq!(desk.view().undo.as_deref(), Some("Name Scene 1 “Intro”"));
    desk.click("Copy Scene 1");
    desk.click("To 8, which is empty");
    assert_eq!(session(&desk).scenes.title(7), "Scene 8 Intro");
    desk.click("Copy Scene 8");
    desk.click("Over 3 Chorus");
    assert_eq!(session(&desk).scenes.title(2), "Scene 3 Intro");
    desk.click("Clear Scene 1");
    assert!(session(&desk).scenes.get(0).is_none());
    assert_eq!(desk.view().undo.as_deref(), Some("Clear Scene 1"));
    for _ in 0..4 {
        undo(&mut desk);
    }
    assert_eq!(session(&desk).scenes, night::scenes().inserts.session.scenes);
}

#[test]
fn scope_and_safes_are_ticked_honoured_and_taken_back() {
    let mut desk = night();
    desk.click("Scope Mutes");
    assert_eq!(desk.view().undo.as_deref(), Some("Recall no mutes"));
    assert!(!session(&desk).scenes.scope.has(Part::Mutes));
    desk.click("Safe Strip 9");
    assert_eq!(desk.view().undo.as_deref(), Some("Safe: Vox"));
    let before = desk.view().routing;
    desk.click("Recall Scene 3");
    let now = desk.view().routing;
    assert_eq!(now.strips[8], before.strips[8]);
    assert_eq!(now.strips[2].mute, before.strips[2].mute);
    assert_ne!(now.strips[0].fader, before.strips[0].fader);
    assert!(session(&desk).chains[8].is_empty(), "its chain stays too");
    for _ in 0..3 {
        undo(&mut desk);
    }
    assert!(session(&desk).scenes.scope.has(Part::Mutes));
    assert!(!session(&desk).scenes.is_safe(Node::Strip(8)));
}

#[test]
fn a_scene_is_recalled_by_the_keyboard_alone() {
    let mut desk = night();
    let mut presses = 0;
    while focused(&desk) != "Recall Scene 3" {
        desk.press(Key::Tab);
        presses += 1;
        assert!(presses < 60, "not within 60 tabs, now at {:?}", focused(&desk));
    }
    desk.press(Key::Enter);
    assert_eq!(desk.says("Scene 3 State"), "as stored");
    // Storing over asks by the keyboard too.
    let kept = session(&desk).scenes.get(0).cloned();
    desk.focus("Store Scene 1");
    desk.press(Key::Enter);
    assert_eq!(session(&desk).scenes.get(0), kept.as_ref());
    desk.press(Key::Enter);
    assert_ne!(session(&desk).scenes.get(0), kept.as_ref());
}

#[test]
fn what_cannot_be_done_with_an_empty_scene_does_nothing() {
    let mut desk = fresh();
    for name in ["Recall Scene 2", "Clear Scene 2", "Copy Scene 2", "Morph Go"] {
        desk.click(name);
        let node = desk.harness.get_by_label(name);
        assert!(node.accesskit_node().is_disabled(), "{name}");
    }
    assert_eq!(desk.take_log(), []);
}

/// Aims a morph at a scene by its number from 0.
fn aim(desk: &mut Desk, to: usize, tenths: u16) {
    desk.harness.state_mut().edits.look.aim = Aim { from: None, to, tenths };
    desk.settle();
}

#[test]
fn a_morph_is_one_gesture_for_each_value_and_one_step_and_ends_as_a_recall() {
    let mut desk = night();
    let before = (desk.view().routing, session(&desk).chains.clone());
    let goal = session(&desk).scenes.get(2).cloned().expect("stored");
    aim(&mut desk, 2, 10);
    desk.take_log();
    let fader = P::StripFader(0);
    desk.click("Morph Go");
    let mut seen = Vec::new();
    for _ in 0..20 {
        desk.harness.run_steps(2);
        seen.push(desk.value(fader));
    }
    assert!(desk.says("Morph Progress").starts_with("To Scene 3 Chorus: 0."));
    assert_eq!(desk.view().routing.strips[2].mute, before.0.strips[2].mute, "not yet");
    desk.harness.run_steps(60);
    assert!(!desk.has("Morph Progress"), "it is over");
    let log = desk.take_log();
    assert_paired(&log);
    let begun: Vec<P> =
        log.iter().filter_map(|a| if let Action::Begin(p) = a { Some(*p) } else { None }).collect();
    assert_eq!(begun.iter().collect::<HashSet<_>>().len(), begun.len(), "one gesture each");
    assert!(begun.contains(&fader) && begun.iter().all(|p| p.kind().steps().is_none()));
    assert!(seen.windows(2).all(|pair| pair[0] >= pair[1]), "it falls: {seen:?}");
    assert!(seen.iter().collect::<Vec<_>>().windows(2).filter(|p| p[0] != p[1]).count() > 15);
    assert_eq!(desk.value(fader), goal.value(fader));
    assert_eq!(count(&log, |a| matches!(a, Action::Adopt(_))), 1, "the rest comes at once");
    assert_eq!(desk.says("Scene 3 State"), "as stored");
    assert_eq!(desk.view().undo.as_deref(), Some("Morph to Scene 3 Chorus"));
    undo(&mut desk);
    assert_eq!((desk.view().routing, session(&desk).chains.clone()), before);
    desk.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(desk.says("Scene 3 State"), "as stored");
}

#[test]
fn a_morph_is_stopped_where_it_is_by_its_button_escape_undo_or_the_closing_window() {
    for how in 0..4 {
        let mut desk = night();
        let before = desk.view().routing;
        let goal = session(&desk).scenes.get(2).cloned().expect("stored");
        aim(&mut desk, 2, 40);
        desk.take_log();
        desk.click("Morph Go");
        desk.harness.run_steps(30);
        if how == 1 {
            desk.click("Mixer");
        }
        match how {
            0 => desk.click("Morph Stop"),
            1 => desk.press(Key::Escape),
            2 => undo(&mut desk),
            _ => {
                let now = desk.harness.ctx.input(|input| input.time);
                let state = desk.harness.state_mut();
                let known = switchyard::editor::edits::Known::of(&state.view, now);
                let ends = state.edits.end_all(&known);
                state.log.extend(ends);
            }
        }
        desk.harness.run_steps(60);
        assert_paired(&desk.take_log());
        assert!(desk.view().morph.is_none());
        let (from, to) = (before.strips[0].fader.0, goal.value(P::StripFader(0)));
        let now = desk.value(P::StripFader(0));
        if how == 2 {
            assert_eq!(desk.view().routing, before, "taken back whole");
            continue;
        }
        assert!(now < from && now > to, "{how}: between {from} and {to}: {now}");
        assert_eq!(desk.view().routing.strips[2].mute, before.strips[2].mute);
        assert_eq!(desk.view().undo.as_deref(), Some("Morph to Scene 3 Chorus, stopped"));
        undo(&mut desk);
        assert_eq!(desk.view().routing, before, "{how}");
    }
}

#[test]
fn what_the_hand_takes_during_a_morph_is_the_hand_s() {
    let mut desk = night();
    aim(&mut desk, 2, 10);
    desk.take_log();
    desk.click("Morph Go");
    desk.harness.run_steps(10);
    desk.click("Mixer");
    // A value that glides, and a switch that would change at the end.
    desk.focus("Strip 1 Fader");
    desk.press(Key::ArrowUp);
    let taken = desk.value(P::StripFader(0));
    desk.click("Strip 3 Mute");
    let muted = desk.value(P::StripMute(2));
    desk.harness.run_steps(90);
    assert!(desk.view().morph.is_none());
    assert_eq!((desk.value(P::StripFader(0)), desk.value(P::StripMute(2))), (taken, muted));
    assert_paired(&desk.take_log());
    desk.click("Scenes");
    assert_eq!(desk.says("Scene 3 State"), "changed since");
}

#[test]
fn a_morph_from_a_scene_recalls_it_first() {
    let mut desk = night();
    let scenes = session(&desk).scenes.clone();
    let (first, last) = (scenes.get(0).expect("stored"), scenes.get(2).expect("stored"));
    desk.harness.state_mut().edits.look.aim = Aim { from: Some(0), to: 2, tenths: 10 };
    desk.settle();
    desk.take_log();
    desk.click("Morph Go");
    let fader = P::MainFader;
    let begin = desk.take_log().into_iter().find_map(|action| match action {
        Action::Adopt(whole) => Some(whole),
        _ => None,
    });
    assert!(begin.expect("recalled").values.contains(&(fader, first.value(fader))));
    desk.harness.run_steps(90);
    assert_eq!(desk.value(fader), last.value(fader));
    assert_eq!(desk.view().undo.as_deref(), Some("Morph to Scene 3 Chorus"));
    undo(&mut desk);
    assert_eq!(desk.value(fader), first.value(fader));
    assert_eq!(desk.view().undo.as_deref(), Some("Recall Scene 1 Verse"));
}

#[test]
fn where_a_morph_goes_is_chosen_and_its_time_typed_turned_and_dragged() {
    let mut desk = night();
    desk.click("Morph To");
    desk.click("3 Chorus");
    desk.click("Morph From");
    desk.click("2 Bridge");
    assert_eq!((desk.view().look.aim.from, desk.view().look.aim.to), (Some(1), 2));
    desk.focus("Morph Time");
    desk.harness.event(egui::Event::Text("4".into()));
    desk.settle();
    desk.type_text(".5 s", Key::Enter);
    assert_eq!(desk.view().look.aim.tenths, 45);
    assert_eq!(desk.says("Morph Time"), "4.5 s");
    let centre = desk.place("Morph Time").center();
    desk.harness.hover_at(centre);
    desk.harness.event(wheel(1.0));
    desk.settle();
    let turned = desk.view().look.aim.tenths;
    assert!(turned > 45, "{turned}");
    desk.drag(centre, vec2(400.0, 0.0), Modifiers::NONE, false);
    assert_eq!(desk.view().look.aim.tenths, 600);
    desk.drag(centre, vec2(-900.0, 0.0), Modifiers::NONE, false);
    assert_eq!(desk.says("Morph Time"), "at once");
    desk.take_log();
    desk.click("Morph From");
    desk.click("The mix as it is");
    desk.click("Morph Go");
    assert!(!desk.has("Morph Progress"), "of no length, it is a recall");
    assert_eq!(desk.view().undo.as_deref(), Some("Recall Scene 3 Chorus"));
}

#[test]
fn a_scene_that_cannot_be_run_is_refused_in_words_and_changes_nothing() {
    let mut view = night::scenes();
    let mut session = (*view.inserts.session).clone();
    let linear = |id| Slot::new(id, EffectSpec::new(Kind::Equalizer).with("linear_phase", 1.0));
    let mut late = session.clone();
    late.chains[0] = Chain::serial([linear(1), linear(2), linear(3)]);
    let mut routing = view.routing;
    routing.main.fader = Fader::UNITY;
    let scene = switchyard::session::scenes::Scene::of("Late", &routing, &late);
    session.scenes.put(4, Some(std::sync::Arc::new(scene)));
    view.inserts.session = std::sync::Arc::new(session);
    let mut desk = Desk::sized(view, WHOLE);
    let before = desk.view().routing;
    desk.click("Recall Scene 5");
    assert_eq!(desk.take_log(), []);
    assert_eq!(desk.view().routing, before);
    let notice = desk.view().notice.clone().expect("it is said");
    assert!(notice.starts_with("Refused: the chain of Strip 1 would be"), "{notice}");
}

#[test]
fn the_two_snapshots_are_turned_to_and_fro_with_undo_and_leave_the_monitor_alone() {
    use switchyard::routing::parameter::Parameter as P;
    let mut desk = Desk::of(Routing::default());
    let set = |desk: &mut Desk, parameter: P, value: f32| {
        parameter.set(&mut desk.harness.state_mut().view.routing, value);
    };
    set(&mut desk, P::StripFader(2), 0.5);
    desk.click("Snapshot B");
    assert_eq!(desk.value(P::StripFader(2)), 0.5, "one that was never left is the mix as it is");
    set(&mut desk, P::StripFader(2), 0.25);
    set(&mut desk, P::MonitorLevel, 0.5);
    desk.take_log();
    desk.click("Snapshot A");
    assert_eq!(desk.view().look.snapshot, 0);
    assert_eq!(desk.value(P::StripFader(2)), 0.5);
    assert_eq!(desk.value(P::MonitorLevel), 0.5, "it is what somebody listens to");
    assert_eq!(desk.view().undo.as_deref(), Some("Snapshot A"));
    desk.click("Undo");
    assert_eq!((desk.view().look.snapshot, desk.value(P::StripFader(2))), (1, 0.25));
    desk.click("Snapshot A");
    desk.click("Snapshot B");
    assert_eq!((desk.view().look.snapshot, desk.value(P::StripFader(2))), (1, 0.25));
}

#[test]
fn turning_to_a_snapshot_ends_a_morph_where_it_is() {
    let mut desk = Desk::sized(night::scenes(), WHOLE);
    desk.click("Snapshot B");
    let aim = desk.view().look.aim;
    let state = desk.harness.state_mut();
    let known = switchyard::editor::edits::Known::of(&state.view, 0.0);
    state.edits.take(vec![Action::Morph(aim)], false, &known);
    assert!(desk.harness.state().edits.is_morphing());
    desk.click("Snapshot A");
    assert!(!desk.harness.state().edits.is_morphing());
}
