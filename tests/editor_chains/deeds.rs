//! What each control of the chain view does to the session, and that it can be taken back.

use crate::desk::Desk;
use crate::rack::{self, DRUMS, VOX};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable;
use switchyard::editor::{Action, Screen, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::compare::Hearing;
use switchyard::routing::chain::{Chain, SLOTS, Slot};
use switchyard::routing::{Fader, Node, Routing, Tap};
use switchyard::session::Session;
use switchyard::session::clipboard::{self, Clip};

const SIZE: [usize; 2] = [1600, 1100];

fn desk(node: Node, slot: Option<u64>) -> Desk {
    let mut view = rack::racks();
    view.look.chain = node;
    view.look.slot = slot;
    Desk::sized(view, SIZE)
}

fn empty() -> Desk {
    let mut view = View::of(Routing::default());
    view.look.screen = Screen::Chains;
    view.look.show_all = true;
    view.look.welcomed = true;
    Desk::sized(view, SIZE)
}

fn session(desk: &Desk) -> &Session {
    &desk.view().inserts.session
}

fn chain(desk: &Desk, node: Node) -> &Chain {
    desk.view().inserts.chain(node)
}

/// Ids by lane.
fn ids(desk: &Desk, node: Node) -> Vec<Vec<u64>> {
    let lanes = &chain(desk, node).lanes;
    lanes.iter().map(|lane| lane.slots.iter().map(|slot| slot.id).collect()).collect()
}

fn slot(desk: &Desk, id: u64) -> &Slot {
    session(desk).slot(id).expect("the slot is there").1
}

fn setting(desk: &Desk, id: u64, setting: &str) -> f32 {
    let known = slot(desk, id).effect.known().expect("known");
    known.values[known.setting(setting).expect("a setting").0]
}

/// Undo brings back what was, Redo what became of it.
fn assert_undone(desk: &mut Desk, before: &Session, name: &str) {
    assert_eq!(desk.view().undo.as_deref(), Some(name));
    let after = session(desk).clone();
    desk.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(session(desk), before, "undo of {name}");
    desk.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(*session(desk), after, "redo of {name}");
}

#[test]
fn an_effect_is_added_by_typing_part_of_its_name_and_enter() {
    let mut desk = empty();
    let before = session(&desk).clone();
    desk.click("Add to Lane 1");
    desk.type_text("comp", Key::Enter);
    assert_eq!(ids(&desk, Node::Strip(0)), [[1]]);
    assert_eq!(slot(&desk, 1).kind(), Some(Kind::Compressor));
    assert_eq!(desk.view().look.slot, Some(1), "what was added is open");
    assert!(desk.has("Compressor Threshold"));
    assert_undone(&mut desk, &before, "Add Compressor to Strip 1");
    desk.click("Add to Lane 1");
    desk.click("Add Reverb");
    assert_eq!(ids(&desk, Node::Strip(0)), [[1, 2]]);
    desk.click("Add to Lane 1");
    desk.press(Key::Escape);
    assert!(!desk.has("Search Effects"));
    assert_eq!(ids(&desk, Node::Strip(0)), [[1, 2]]);
}

#[test]
fn bypass_mix_and_removal_are_one_step_each() {
    let mut desk = desk(VOX, Some(3));
    let before = session(&desk).clone();
    desk.click("Saturator 1.3 Bypass");
    assert!(slot(&desk, 3).bypass);
    assert_undone(&mut desk, &before, "Bypass Saturator of Vox");
    let before = session(&desk).clone();
    desk.focus("Saturator Mix of the Slot");
    desk.press(Key::Enter);
    desk.type_text("75", Key::Enter);
    assert!((slot(&desk, 3).mix - 0.75).abs() < 1e-6);
    assert_undone(&mut desk, &before, "Mix 75 %, Saturator of Vox");
    let before = session(&desk).clone();
    desk.click("Remove Effect");
    assert_eq!(ids(&desk, VOX), [[1, 2, 4]]);
    assert_undone(&mut desk, &before, "Remove Saturator of Vox");
}

#[test]
fn a_setting_is_dragged_typed_and_reset_and_a_drag_is_one_step() {
    let mut desk = desk(VOX, Some(3));
    let before = session(&desk).clone();
    let at = desk.place("Saturator Drive").center();
    desk.drag(at, vec2(40.0, 0.0), Modifiers::NONE, false);
    let dragged = setting(&desk, 3, "drive");
    assert!(dragged > 15.0, "{dragged}");
    let name = desk.view().undo.clone().expect("a step");
    assert!(name.starts_with("Drive ") && name.ends_with(", Saturator of Vox"), "{name}");
    assert_undone(&mut desk, &before, &name);
    desk.focus("Saturator Drive");
    desk.press(Key::Enter);
    desk.type_text("12.5 dB", Key::Enter);
    assert_eq!(setting(&desk, 3, "drive"), 12.5);
    desk.double_click("Saturator Drive");
    assert_eq!(setting(&desk, 3, "drive"), 6.0);
    let before = session(&desk).clone();
    desk.focus("Saturator Drive");
    desk.press(Key::Enter);
    desk.type_text("7 bananas", Key::Enter);
    assert_eq!(*session(&desk), before);
    assert!(desk.says("Notice").contains("is no Drive"), "{}", desk.says("Notice"));
}

#[test]
fn fine_dragging_moves_a_tenth_and_escape_puts_a_drag_back() {
    let mut desk = desk(VOX, Some(3));
    let began = setting(&desk, 3, "bias");
    let at = desk.place("Saturator Bias").center();
    desk.drag(at, vec2(50.0, 0.0), Modifiers::NONE, false);
    let coarse = setting(&desk, 3, "bias") - began;
    desk.press_with(Modifiers::COMMAND, Key::Z);
    desk.drag(at, vec2(50.0, 0.0), Modifiers::CTRL, false);
    let fine = setting(&desk, 3, "bias") - began;
    assert!((fine * 10.0 - coarse).abs() < coarse * 0.3, "{fine} and {coarse}");
    let kept = session(&desk).clone();
    desk.drag(at, vec2(80.0, 0.0), Modifiers::NONE, true);
    assert_ne!(*session(&desk), kept);
    desk.press(Key::Escape);
    assert_eq!(*session(&desk), kept);
}

#[test]
fn toggles_and_choices_are_buttons_and_menus() {
    let mut desk = desk(VOX, Some(2));
    desk.click("Compressor Auto Makeup");
    assert_eq!(setting(&desk, 2, "auto_makeup"), 1.0);
    desk.click("Compressor Detector");
    desk.click("RMS");
    assert_eq!(setting(&desk, 2, "detector"), 1.0);
}

#[test]
fn a_card_is_dragged_within_its_lane_to_another_lane_and_to_another_node() {
    let mut desk = desk(DRUMS, None);
    let (from, to) = (desk.place("Limiter 1.3").center(), desk.place("Gate 1.1").left_center());
    let before = session(&desk).clone();
    desk.drag(from, to - from + vec2(4.0, 0.0), Modifiers::NONE, false);
    assert_eq!(ids(&desk, DRUMS), [vec![7, 5, 6], vec![8, 9]]);
    assert_undone(&mut desk, &before, "Move Limiter of Drums");
    let (from, to) = (desk.place("Gate 1.2").center(), desk.place("Equalizer 2.2").center());
    desk.drag(from, to - from + vec2(20.0, 0.0), Modifiers::NONE, false);
    assert_eq!(ids(&desk, DRUMS), [vec![7, 6], vec![8, 9, 5]]);
    let (from, to) = (desk.place("Limiter 1.1").center(), desk.place("Chain of Main").center());
    desk.drag(from, to - from, Modifiers::NONE, false);
    assert_eq!(ids(&desk, DRUMS), [vec![6], vec![8, 9, 5]]);
    assert_eq!(ids(&desk, Node::Main), [[12, 13, 7]]);
    let kept = session(&desk).clone();
    let from = desk.place("Compressor 1.1").center();
    desk.drag(from, vec2(300.0, 0.0), Modifiers::NONE, true);
    desk.press(Key::Escape);
    assert_eq!(*session(&desk), kept, "Escape puts a card back");
}

#[test]
fn lanes_are_added_levelled_and_removed_and_the_dry_signal_has_a_level() {
    let mut desk = desk(VOX, None);
    let before = session(&desk).clone();
    desk.click("Add Lane");
    assert_eq!(ids(&desk, VOX), [vec![1, 2, 3, 4], vec![]]);
    assert_undone(&mut desk, &before, "Add a lane to Vox");
    desk.focus("Lane 2 Level");
    desk.press(Key::Enter);
    desk.type_text("-6", Key::Enter);
    assert!((chain(&desk, VOX).lanes[1].level.db() + 6.0).abs() < 0.01);
    desk.focus("Dry Level");
    desk.press(Key::Enter);
    desk.type_text("0", Key::Enter);
    assert_eq!(chain(&desk, VOX).dry, Fader::UNITY);
    desk.double_click("Dry Level");
    assert_eq!(chain(&desk, VOX).dry, Fader::OFF);
    desk.click("Remove Lane 1");
    assert_eq!(ids(&desk, VOX), [Vec::<u64>::new()]);
    let drawn = desk.has("Dry Delay");
    assert!(!drawn, "nothing is late any more");
}

#[test]
fn latency_is_written_where_it_is_made_up_for() {
    let desk = desk(DRUMS, None);
    let late = desk.view().inserts.latency(DRUMS);
    assert!(late > 0);
    assert_eq!(desk.says("Dry Delay"), format!("+{late} dry"));
    assert_eq!(desk.says("Lane 2 Delay"), format!("+{late}"));
    assert!(!desk.has("Lane 1 Delay"), "the longest lane waits for nobody");
}

#[test]
fn a_key_is_picked_by_node_and_tap_and_one_that_would_close_a_loop_cannot_be() {
    let mut desk = desk(VOX, Some(2));
    desk.click("Compressor Key");
    desk.click("Key from Snare");
    let key = slot(&desk, 2).key.expect("a key");
    assert_eq!((key.node, key.tap), (Node::Strip(1), Tap::Pre));
    desk.click("Compressor Key Post");
    assert_eq!(slot(&desk, 2).key.map(|key| key.tap), Some(Tap::Post));
    let kept = session(&desk).clone();
    desk.click("Compressor Key");
    // Any strip may feed any bus, so no strip can wait for one.
    assert!(!desk.has("Key from Plate") && desk.has("Key from Plate (loop)"));
    desk.click("Key from Plate (loop)");
    assert_eq!(*session(&desk), kept);
    desk.press(Key::Escape);
    desk.click("Compressor Key");
    desk.click("Own Input");
    assert_eq!(slot(&desk, 2).key, None);
}

#[test]
fn a_move_that_would_close_a_loop_is_refused_in_words_and_changes_nothing() {
    let mut view = rack::racks();
    let mut session = (*view.inserts.session).clone();
    // The kick listens to the bass; the vocal's compressor listens to the kick.
    let mut bass = Slot::new(30, switchyard::effects::EffectSpec::new(Kind::Gate));
    bass.key = Some(switchyard::routing::chain::Key { node: Node::Strip(4), tap: Tap::Pre });
    session.chains[0] = Chain::serial([bass]);
    rack::take(&mut view, session);
    view.look.chain = VOX;
    let mut desk = Desk::sized(view, SIZE);
    let kept = self::session(&desk).clone();
    let (from, to) =
        (desk.place("Compressor 1.2").center(), desk.place("Chain of Strip 5").center());
    desk.drag(from, to - from, Modifiers::NONE, false);
    assert_eq!(*self::session(&desk), kept);
    assert!(desk.says("Notice").contains("would close a loop"), "{}", desk.says("Notice"));
    assert_eq!(desk.view().undo, None);
}

#[test]
fn what_a_chain_has_no_room_for_is_refused_in_words() {
    let mut desk = empty();
    for _ in 0..SLOTS {
        desk.click("Add to Lane 1");
        desk.type_text("util", Key::Enter);
    }
    assert_eq!(ids(&desk, Node::Strip(0))[0].len(), SLOTS);
    let kept = session(&desk).clone();
    desk.focus("Utility 1.1");
    let gate = Slot::new(0, EffectSpec::new(Kind::Gate));
    desk.harness.event(egui::Event::Paste(clipboard::slot(&gate)));
    desk.settle();
    assert_eq!(*session(&desk), kept);
    assert!(desk.says("Notice").contains("Lane 1 of Strip 1 is full"), "{}", desk.says("Notice"));
}

#[test]
fn a_chain_that_would_be_too_late_is_refused_and_the_session_stays_as_it_was() {
    let mut view = View::of(Routing::default());
    view.look.screen = Screen::Chains;
    view.look.show_all = true;
    view.inserts.longest = Some(100);
    let mut desk = Desk::sized(view, SIZE);
    desk.click("Add to Lane 1");
    desk.type_text("limiter", Key::Enter);
    assert!(session(&desk).chains.iter().all(Chain::is_empty));
    assert!(desk.says("Notice").starts_with("Refused: together"), "{}", desk.says("Notice"));
    assert_eq!(desk.view().undo, None);
}

#[test]
fn the_equalizer_s_handles_move_frequency_and_gain_together() {
    let mut desk = desk(VOX, Some(1));
    let before = session(&desk).clone();
    let at = desk.place("Bell 2 Handle").center();
    desk.drag(at, vec2(40.0, -30.0), Modifiers::NONE, false);
    assert!(setting(&desk, 1, "bell2_frequency") > 850.0);
    assert!(setting(&desk, 1, "bell2_gain") > 1.0);
    let name = desk.view().undo.clone().expect("one step");
    assert_undone(&mut desk, &before, &name);
    desk.double_click("High Cut Handle");
    assert_eq!(setting(&desk, 1, "high_cut"), 1.0);
}

#[test]
fn a_macro_takes_a_setting_over_by_its_menu_or_its_dot_shows_its_range_and_lets_go() {
    let mut desk = desk(VOX, Some(3));
    let before = session(&desk).clone();
    desk.right_click("Saturator Drive");
    desk.click("Drive by Macro 5");
    let target = &session(&desk).macros[4].targets[0];
    assert_eq!((target.slot, target.setting.as_str()), (3, "drive"));
    assert_undone(&mut desk, &before, "Macro 5 drives Drive");
    assert!(desk.has("Saturator Drive at 0 %") && desk.has("Saturator Drive at 100 %"));
    assert!(desk.says("Macro 5 Targets").starts_with("It drives Drive"));
    let kept = setting(&desk, 3, "drive");
    desk.focus("Saturator Drive");
    desk.press(Key::ArrowUp);
    assert_eq!(setting(&desk, 3, "drive"), kept, "the macro has the word");
    let end = desk.place("Saturator Drive at 100 %").center();
    desk.drag(end, vec2(-60.0, 0.0), Modifiers::NONE, false);
    assert!(session(&desk).macros[4].targets[0].to < 0.9);
    desk.right_click("Saturator Drive");
    desk.click("Release from Macro 5");
    assert!(session(&desk).macros[4].targets.is_empty());
    let from = desk.place("Saturator Bias to Macro").center();
    let to = desk.place("Macro 7 Targets").center();
    desk.drag(from, to - from, Modifiers::NONE, false);
    assert_eq!(session(&desk).macros[6].targets[0].setting, "bias");
}

#[test]
fn a_response_is_chosen_by_name_and_a_file_is_asked_for_by_its_path() {
    let mut desk = desk(DRUMS, Some(8));
    desk.click("Impulse Response");
    desk.click("Plate");
    let known = slot(&desk, 8).effect.known().expect("known");
    assert_eq!(known.impulse.as_ref().map(|impulse| impulse.name.as_str()), Some("Plate"));
    desk.take_log();
    desk.click("Impulse File");
    assert!(desk.has("File Name"), "a file is chosen or typed");
    desk.type_text("/rooms/hall.wav", Key::Enter);
    assert!(!desk.has("File Name"));
    let wanted = Action::LoadImpulse(8, "/rooms/hall.wav".into());
    assert!(desk.take_log().contains(&wanted));
}

#[test]
fn compare_says_what_is_heard() {
    let mut desk = desk(VOX, None);
    desk.take_log();
    desk.click("Hear Output, matched");
    assert!(desk.take_log().contains(&Action::Compare(VOX, Hearing::MatchedOutput)));
    assert!(desk.has("Compare Gain"));
    desk.click("Hear Output");
    assert!(!desk.has("Compare Gain"));
}

#[test]
fn faults_are_shown_on_the_card_until_somebody_has_seen_them() {
    let mut view = rack::racks();
    view.look.chain = VOX;
    view.inserts.faults.insert(3);
    let mut desk = Desk::sized(view, SIZE);
    assert!(desk.says("Saturator 1.3").contains("its effect failed"));
    desk.click("Saturator 1.3 Fault");
    assert!(!desk.has("Saturator 1.3 Fault"));
}

#[test]
fn a_slot_or_a_whole_chain_is_copied_as_the_session_s_json_and_pasted_with_ids_of_its_own() {
    let mut desk = desk(VOX, Some(2));
    desk.focus("Compressor 1.2");
    desk.harness.event(egui::Event::Copy);
    desk.harness.step();
    let copied =
        desk.harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
    let text = copied.expect("something was copied");
    let read = clipboard::read(&text).expect("a slot");
    assert_eq!(read, Clip::Slot(Box::new(slot(&desk, 2).clone())));
    desk.focus("Chain of Strip 5");
    desk.harness.event(egui::Event::Paste(text));
    desk.settle();
    let [pasted] = chain(&desk, Node::Strip(4)).slots().collect::<Vec<_>>()[..] else {
        panic!("one slot")
    };
    assert!(pasted.id != 2 && pasted.effect == slot(&desk, 2).effect);
    assert_eq!(pasted.key, slot(&desk, 2).key);
    let whole = clipboard::chain(chain(&desk, DRUMS));
    desk.focus("Chain of Strip 5");
    desk.harness.event(egui::Event::Paste(whole));
    desk.settle();
    let lanes: Vec<usize> =
        chain(&desk, Node::Strip(4)).lanes.iter().map(|lane| lane.slots.len()).collect();
    assert_eq!(lanes, [3, 2]);
    let mut all: Vec<u64> =
        session(&desk).chains.iter().flat_map(|chain| chain.slots()).map(|slot| slot.id).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count, "every slot has an id of its own");
    let kept = session(&desk).clone();
    desk.focus("Chain of Strip 5");
    desk.harness.event(egui::Event::Paste("hello".into()));
    desk.settle();
    assert_eq!(*session(&desk), kept);
    assert!(desk.harness.query_by_label("Notice").is_some());
}

#[test]
fn arrows_walk_over_the_cards_and_with_alt_they_carry_one() {
    let mut desk = desk(DRUMS, None);
    desk.focus("Gate 1.1");
    desk.press(Key::ArrowRight);
    assert_eq!(desk.view().look.slot, Some(6));
    desk.press(Key::ArrowDown);
    assert_eq!(desk.view().look.slot, Some(9));
    desk.press_with(Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(ids(&desk, DRUMS), [vec![5, 6, 7], vec![9, 8]]);
    desk.press_with(Modifiers::ALT, Key::ArrowUp);
    assert_eq!(ids(&desk, DRUMS), [vec![9, 5, 6, 7], vec![8]]);
    desk.press_with(Modifiers::ALT, Key::ArrowRight);
    assert_eq!(ids(&desk, DRUMS), [vec![5, 9, 6, 7], vec![8]]);
    desk.press(Key::B);
    assert!(slot(&desk, 9).bypass);
    desk.press(Key::Delete);
    assert_eq!(ids(&desk, DRUMS), [vec![5, 6, 7], vec![8]]);
}

#[test]
fn a_chain_of_an_equalizer_and_a_keyed_compressor_is_built_by_the_keyboard_alone() {
    let mut desk = empty();
    let focused = |desk: &Desk| {
        use egui_kittest::kittest::NodeT;
        let root = desk.harness.root();
        let found = root.children_recursive().find(|node| node.is_focused());
        found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
    };
    let tab_to = |desk: &mut Desk, name: &str| {
        for _ in 0..160 {
            if focused(desk) == name {
                return;
            }
            desk.press(Key::Tab);
        }
        panic!("Tab never came to {name}, now at {:?}", focused(desk));
    };
    tab_to(&mut desk, "Add to Lane 1");
    desk.press(Key::Enter);
    desk.type_text("eq", Key::Enter);
    tab_to(&mut desk, "Add to Lane 1");
    desk.press(Key::A);
    desk.type_text("compressor", Key::Enter);
    assert_eq!(ids(&desk, Node::Strip(0)), [[1, 2]]);
    tab_to(&mut desk, "Compressor Key");
    desk.press(Key::Enter);
    tab_to(&mut desk, "Key from Strip 2");
    desk.press(Key::Enter);
    let kinds: Vec<_> = chain(&desk, Node::Strip(0)).slots().map(Slot::kind).collect();
    assert_eq!(kinds, [Some(Kind::Equalizer), Some(Kind::Compressor)]);
    let key = slot(&desk, 2).key.expect("a key");
    assert_eq!((key.node, key.tap), (Node::Strip(1), Tap::Pre));
}
