//! What a monkey does: clicks, drags, keys, texts and the wheel, anywhere and in any order.
//!
//! Not here: what must hold meanwhile. Support for the editor's tests.

use egui::{Key, Modifiers, PointerButton};
use fastrand::Rng;

/// The wheel's turn by so many lines.
pub fn wheel(lines: f32) -> egui::Event {
    egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, lines),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    }
}

/// The next thing it does in a window of a size in points.
pub fn events(random: &mut Rng, size: [usize; 2]) -> Vec<egui::Event> {
    let event = event(random, size);
    // A press and a release in one place are a click; at random they never meet.
    match event {
        egui::Event::PointerButton { pos, button, pressed: true, modifiers } if random.bool() => {
            let release = egui::Event::PointerButton { pos, button, pressed: false, modifiers };
            vec![egui::Event::PointerMoved(pos), event, release]
        }
        event => vec![event],
    }
}

fn event(random: &mut Rng, size: [usize; 2]) -> egui::Event {
    let pos = egui::pos2(random.f32() * size[0] as f32, random.f32() * size[1] as f32);
    let held = [
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::CTRL,
        Modifiers::COMMAND,
        Modifiers::SHIFT,
        Modifiers::ALT,
    ];
    let modifiers = random.choice(held).unwrap_or_default();
    let button =
        if random.u8(0..8) == 0 { PointerButton::Secondary } else { PointerButton::Primary };
    let keys = [
        Key::Enter,
        Key::Escape,
        Key::Tab,
        Key::ArrowUp,
        Key::ArrowRight,
        Key::Delete,
        Key::P,
        Key::C,
        Key::V,
        Key::Z,
        Key::Y,
        Key::Space,
        Key::Plus,
    ];
    match random.u8(0..10) {
        0 | 1 => egui::Event::PointerMoved(pos),
        2..=4 => egui::Event::PointerButton { pos, button, pressed: true, modifiers },
        5 => egui::Event::PointerButton { pos, button, pressed: false, modifiers },
        6 | 7 => egui::Event::Key {
            key: random.choice(keys).unwrap_or(Key::Enter),
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        },
        8 => egui::Event::Text(random.choice(["-12", "x", "∞", "7"]).unwrap_or("").into()),
        _ if random.bool() => wheel(random.f32() * 6.0 - 3.0),
        _ => egui::Event::PointerGone,
    }
}
