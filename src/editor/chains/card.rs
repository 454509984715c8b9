//! A slot of the chain as a card: its name, a small picture, its mix, bypass and faults; and what the
//! keyboard does with it.
//!
//! Not here: the panel that a card opens. The editor's thread only.

use super::edit::{ChainEdit, Place};
use super::{carry, clip, find, keys, picture};
use crate::editor::action::Action;
use crate::editor::cell::copy;
use crate::editor::control::{describe, focus_ring, say};
use crate::editor::drawing::label_in;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::routing::chain::{LANES, Slot};
use crate::session::clipboard;
use egui::{
    Align2, CursorIcon, EventFilter, Key, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    pos2, vec2,
};

/// The size of a card, in points.
pub const SIZE: [f32; 2] = [120.0, 64.0];

/// What a slot is called on the screen: "Compressor 1.2" is the second of lane 1.
pub fn name(slot: &Slot, place: Place) -> String {
    format!("{} {}.{}", slot.effect.name(), place.lane + 1, place.at + 1)
}

/// Draws a card.
pub fn card(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    slot: &Slot,
    place: Place,
    out: &mut Vec<Action>,
) {
    let colours = palette(ui);
    let name = name(slot, place);
    let response = ui.interact(rect, carry::card_id(slot.id), Sense::click_and_drag());
    let words = state(view, slot);
    describe(&response, Role::Button, &name, &words);
    let open = view.look.slot == Some(slot.id);
    let fill = if response.hovered() { colours.hover } else { colours.raised };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    let mut inner = rect.shrink(6.0);
    let heading = Rect::from_min_size(inner.min, vec2(inner.width() - 18.0, 14.0));
    let quiet = slot.bypass || slot.kind().is_none();
    let colour = if quiet { colours.quiet } else { colours.text };
    label_in(ui, heading, Align2::LEFT_CENTER, slot.effect.name(), theme::name(), colour);
    inner.min.y += 16.0;
    let mut drawn = inner;
    drawn.max.y -= 10.0;
    let reduction = view.inserts.reduction[place.lane][place.at];
    let ink = if quiet { colours.faint } else { colours.input };
    let small = picture::Frame { view, slot, reduction, ink, is_large: false };
    picture::draw(ui, drawn, &small);
    foot(ui, inner, view, slot, reduction);
    bypass(ui, rect, slot, &name, out);
    fault(ui, rect, view, slot, &name, out);
    if open {
        let stroke = Stroke::new(2.0, colours.selection);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
    }
    focus_ring(ui, &response);
    say(ui, &response, || {
        format!("{name}: {words}. Drag to move, B bypasses, Delete removes, Alt and arrows move.")
    });
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    carry::pick_up(ui, &response, slot.id);
    if response.clicked() {
        response.request_focus();
        out.push(Action::PickSlot(Some(slot.id)));
    }
    if response.has_focus() {
        key(ui, &response, view, slot, place, out);
    }
    response.on_hover_cursor(CursorIcon::Grab);
}

/// What a slot does, in words.
fn state(view: &View, slot: &Slot) -> String {
    let mut words = Vec::new();
    if slot.kind().is_none() {
        words.push("unknown to this version, passes the sound".to_string());
    }
    if slot.bypass {
        words.push("bypassed".into());
    }
    words.push(format!("{:.0} % mix", slot.mix * 100.0));
    let late = view.inserts.costs.slot(slot.id);
    if late > 0 {
        words.push(format!("{late} samples late"));
    }
    if let Some(key) = slot.heard_key() {
        words.push(format!("keyed by {}", keys::text(Some(key), &view.names)));
    }
    if let Some(path) = view.inserts.costs.loops.get(&slot.id) {
        words.push(keys::because(path, &view.names));
    }
    if let Some(problem) = view.inserts.problems.get(&slot.id) {
        words.push(problem.clone());
    }
    if view.inserts.faults.contains(&slot.id) {
        words.push("its effect failed and was started anew".into());
    }
    words.join(", ")
}

/// Mix, latency and reduction at the card's lower edge.
fn foot(ui: &Ui, inner: Rect, view: &View, slot: &Slot, reduction: f32) {
    let colours = palette(ui);
    let foot = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 9.0), inner.max);
    let late = view.inserts.costs.slot(slot.id);
    let mut left = Vec::new();
    if late > 0 {
        left.push(format!("+{late}"));
    }
    if let Some(key) = slot.heard_key() {
        left.push(format!("key {}", keys::text(Some(key), &view.names)));
    }
    let mut words = foot;
    words.max.x -= 34.0;
    let ink = if slot.heard_key().is_some() { colours.pre } else { colours.quiet };
    label_in(ui, words, Align2::LEFT_CENTER, &left.join(" · "), theme::tiny(), ink);
    let right = match reduction {
        turned if turned > 0.05 => format!("−{turned:.1}"),
        _ => format!("{:.0} %", slot.mix * 100.0),
    };
    let changed = slot.mix != 1.0 || reduction > 0.05;
    let ink = if changed { colours.text } else { colours.quiet };
    label_in(ui, foot, Align2::RIGHT_CENTER, &right, theme::tiny(), ink);
}

fn bypass(ui: &Ui, rect: Rect, slot: &Slot, name: &str, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let spot = Rect::from_center_size(rect.right_top() + vec2(-13.0, 13.0), vec2(18.0, 18.0));
    let id = carry::card_id(slot.id).with("bypass");
    let label = format!("{name} Bypass");
    let lit = if slot.bypass { colours.quiet } else { colours.post };
    let response = super::dial::lamp(ui, spot, id, &label, !slot.bypass, lit);
    say(ui, &response, || {
        let now = if slot.bypass { "bypassed" } else { "on" };
        format!("{label}: {now}. A bypassed effect keeps its latency, so nothing jumps. Key: B.")
    });
    if response.clicked() {
        out.push(Action::Chain(ChainEdit::Bypass(slot.id, !slot.bypass)));
    }
}

fn fault(ui: &Ui, rect: Rect, view: &View, slot: &Slot, name: &str, out: &mut Vec<Action>) {
    let inserts = &view.inserts;
    let refused = inserts.costs.loops.contains_key(&slot.id);
    let problem = inserts.problems.contains_key(&slot.id);
    let failed = inserts.faults.contains(&slot.id);
    if !(refused || problem || failed) {
        return;
    }
    let colours = palette(ui);
    let spot = Rect::from_center_size(rect.right_top() + vec2(-31.0, 13.0), vec2(16.0, 18.0));
    let id = carry::card_id(slot.id).with("fault");
    let response = ui.interact(spot, id, Sense::click());
    describe(&response, Role::Button, &format!("{name} Fault"), &state(view, slot));
    ui.painter().circle_filled(spot.center(), 6.0, colours.fault);
    let ink = colours.on(colours.fault);
    label_in(ui, spot, Align2::CENTER_CENTER, "!", theme::label(), ink);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {}. Click when you have seen it.", state(view, slot)));
    if response.clicked() {
        out.push(Action::ClearSlotFault(slot.id));
    }
}

/// The keys of a card.
fn key(
    ui: &Ui,
    response: &Response,
    view: &View,
    slot: &Slot,
    place: Place,
    out: &mut Vec<Action>,
) {
    if crate::editor::typing::is_any_open(ui) {
        return;
    }
    let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, all));
    let (alt, plain) = ui.input(|input| (input.modifiers.alt, input.modifiers.is_none()));
    let pressed = |key: Key| carry::pressed(ui, key);
    let arrows = [
        (Key::ArrowLeft, -1, 0),
        (Key::ArrowRight, 1, 0),
        (Key::ArrowUp, 0, -1),
        (Key::ArrowDown, 0, 1),
    ];
    for (arrow, right, down) in arrows {
        if !pressed(arrow) {
            continue;
        }
        if alt {
            if let Some(to) = moved(view, place, right, down) {
                out.push(Action::Chain(ChainEdit::Move(slot.id, to)));
            }
        } else {
            carry::walk(ui, view, response.id, right, down);
        }
    }
    if plain && (pressed(Key::Delete) || pressed(Key::Backspace)) {
        carry::walk(ui, view, response.id, 1, 0);
        carry::take_walked(ui);
        out.push(Action::Chain(ChainEdit::Remove(slot.id)));
        return;
    }
    if plain && pressed(Key::B) {
        out.push(Action::Chain(ChainEdit::Bypass(slot.id, !slot.bypass)));
    }
    if plain && pressed(Key::Enter) {
        out.push(Action::PickSlot(Some(slot.id)));
    }
    let after = Place { at: place.at + 1, ..place };
    if plain && (pressed(Key::A) || pressed(Key::Insert)) {
        find::open(ui, after);
    }
    if clip::copies(ui) {
        copy(ui, clipboard::slot(slot));
    }
    if ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Cut))) {
        copy(ui, clipboard::slot(slot));
        out.push(Action::Chain(ChainEdit::Remove(slot.id)));
    }
    if let Some(text) = clip::pasted(ui) {
        out.push(clip::paste_at(after, &text));
    }
}

/// Where Alt and an arrow move a slot; below the last lane is a new one.
fn moved(view: &View, place: Place, right: isize, down: isize) -> Option<Place> {
    let chain = view.inserts.chain(place.node);
    if down != 0 {
        let lane = place.lane.checked_add_signed(down)?;
        let alone = chain.lanes.get(place.lane).is_some_and(|lane| lane.slots.len() == 1);
        if lane >= LANES || (lane == chain.lanes.len() && alone) {
            return None;
        }
        return Some(Place { lane, ..place });
    }
    let at = place.at.checked_add_signed(right)?;
    let count = chain.lanes.get(place.lane)?.slots.len();
    // Before the slot after the next one.
    (at < count).then(|| Place { at: if right > 0 { at + 1 } else { at }, ..place })
}
