//! A monkey over the chain view: whatever it does, nothing panics, every gesture ends, and taking
//! everything back brings the chains back that there were.

use crate::desk::Desk;
use crate::rack;
use egui::{Event, Key, Modifiers, PointerButton, pos2};
use switchyard::routing::chain::{LANES, SLOTS};

const STEPS: usize = 700;

fn minute(seed: u64, size: [usize; 2]) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut desk = Desk::sized(rack::racks(), size);
    let began = desk.view().inserts.session.clone();
    let keys = [
        Key::Tab,
        Key::Enter,
        Key::Escape,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Delete,
        Key::A,
        Key::B,
    ];
    let pastes = [
        r#"{"effect": "limiter"}"#,
        r#"{"effect": "compressor", "key": ["Bus 4", "Pre"]}"#,
        r#"{"lanes": [{"slots": [{"effect": "delay"}]}, {}]}"#,
        "nothing of ours",
    ];
    let mut pressed = false;
    let mut at = pos2(400.0, 200.0);
    for _ in 0..STEPS {
        let modifiers = match random.u8(0..8) {
            0 => Modifiers::ALT,
            1 => Modifiers::COMMAND,
            _ => Modifiers::NONE,
        };
        match random.u8(0..10) {
            0..=3 => {
                at = pos2(
                    random.f32() * size[0] as f32 * 0.86,
                    32.0 + random.f32() * size[1] as f32,
                );
                desk.harness.hover_at(at);
            }
            4 | 5 => {
                pressed = !pressed;
                let button = match random.u8(0..6) {
                    0 => PointerButton::Secondary,
                    _ => PointerButton::Primary,
                };
                desk.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
            }
            6 | 7 => desk.harness.key_press_modifiers(modifiers, keys[random.usize(0..keys.len())]),
            8 => desk.harness.event(Event::Text(["e", "5", "-", "lim"][random.usize(0..4)].into())),
            _ => desk.harness.event(Event::Paste(pastes[random.usize(0..4)].into())),
        }
        desk.harness.step();
        let session = &desk.view().inserts.session;
        for chain in &session.chains {
            assert!(chain.lanes.len() <= LANES, "seed {seed}");
            assert!(chain.lanes.iter().all(|lane| lane.slots.len() <= SLOTS), "seed {seed}");
        }
        let mut ids: Vec<u64> =
            session.chains.iter().flat_map(|chain| chain.slots()).map(|slot| slot.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() == count && !ids.contains(&0), "seed {seed}: ids {ids:?}");
    }
    for button in [PointerButton::Primary, PointerButton::Secondary] {
        let modifiers = Modifiers::NONE;
        desk.harness.event(Event::PointerButton { pos: at, button, pressed: false, modifiers });
    }
    desk.harness.run_steps(2);
    for _ in 0..3 {
        desk.press(Key::Escape);
    }
    for _ in 0..220 {
        if desk.view().undo.is_none() {
            break;
        }
        desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        desk.harness.step();
    }
    assert_eq!(desk.view().undo, None, "seed {seed}");
    assert!(desk.view().inserts.session.chains == began.chains, "seed {seed}: chains came back");
    assert!(desk.view().inserts.session.macros == began.macros, "seed {seed}: macros came back");
}

#[test]
fn whatever_a_monkey_does_to_chains_all_of_it_can_be_taken_back() {
    minute(1, [1180, 720]);
    minute(2, [760, 480]);
}
