//! What a compressor or gate listens to: a node and a tap. Keys that would close a loop are shown as
//! impossible and say why.
//!
//! Not here: the refusing itself ([`super::keys`]). The editor's thread only.

use super::edit::ChainEdit;
use super::keys::{because, refusal, text};
use crate::editor::action::Action;
use crate::editor::control::{Face, button, describe, focus_ring, id_of, say};
use crate::editor::drawing::{label_in, menu_arrow, parts};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::routing::chain::{Key, Slot};
use crate::routing::{NODES, Node, Tap};
use egui::{Align2, Popup, Rect, RichText, Role, ScrollArea, Sense, Ui, pos2, vec2};

/// Draws the picker.
pub fn picker(ui: &Ui, rect: Rect, view: &View, slot: &Slot, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let taps = (rect.width() * 0.5).clamp(112.0, 126.0);
    let left = Rect::from_min_max(rect.min, pos2(rect.right() - taps - 4.0, rect.bottom()));
    let right = Rect::from_min_max(pos2(left.right() + 4.0, rect.top()), rect.max);
    let name = format!("{} Key", slot.effect.name());
    let response = ui.interact(left, id_of(&name), Sense::click());
    let refused = view.inserts.costs.loops.get(&slot.id);
    let shown = match slot.key {
        Some(key) => format!("Key {}", view.name(key.node)),
        None => "Key: own input".to_string(),
    };
    let state = text(slot.key, &view.names);
    describe(&response, Role::ComboBox, &name, &state);
    let fill = if response.hovered() { colours.hover } else { colours.raised };
    ui.painter().rect_filled(left, theme::CORNER, fill);
    let ink = match (refused, slot.key) {
        (Some(_), _) => colours.fault,
        (None, Some(_)) => colours.pre,
        (None, None) => colours.quiet,
    };
    let mut line = left.shrink2(vec2(6.0, 0.0));
    line.max.x -= 8.0;
    label_in(ui, line, Align2::LEFT_CENTER, &shown, theme::small(), ink);
    menu_arrow(ui.painter(), pos2(left.right() - 7.0, left.center().y), colours.quiet);
    focus_ring(ui, &response);
    say(ui, &response, || match refused {
        Some(path) => {
            format!("{name}: {state}. {} It hears its own input.", because(path, &view.names))
        }
        None => format!("{name}: {state}. What the effect listens to instead of its input."),
    });
    choices(&response, view, slot, &name, out);
    let Some(key) = slot.key else { return };
    let places: [Rect; 3] = parts(right, 2.0);
    let lessons = [
        "Before its chain: as it comes in.",
        "Behind its chain, before its fader.",
        "Behind its fader and pan.",
    ];
    for ((tap, place), lesson) in Tap::PLACES.into_iter().zip(places).zip(lessons) {
        let colour = [colours.input, colours.pre, colours.post][tap.place().unwrap_or(0)];
        let word = tap.name().to_uppercase();
        let face = Face { word: &word, colour, lesson };
        let name = format!("{name} {}", tap.name());
        if button(ui, place, &name, face, key.tap == tap).clicked() && key.tap != tap {
            let key = Key { tap, ..key };
            out.push(Action::Chain(ChainEdit::Key(slot.id, Some(key))));
        }
    }
}

fn choices(response: &egui::Response, view: &View, slot: &Slot, name: &str, out: &mut Vec<Action>) {
    Popup::menu(response).accessible_name(name).show(|ui| {
        ui.set_min_width(176.0);
        let faint = palette(ui).faint;
        if ui.selectable_label(slot.key.is_none(), "Own Input").clicked() {
            out.push(Action::Chain(ChainEdit::Key(slot.id, None)));
        }
        ui.separator();
        let inserts = &view.inserts;
        let tap = slot.key.map_or(Tap::Pre, |key| key.tap);
        let strips = view.shown_strips();
        let buses = view.shown_buses();
        ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
            for node in (0..NODES).map(Node::from_index) {
                let listed = match node {
                    Node::Strip(i) => strips.contains(&i),
                    Node::Bus(j) => buses.contains(&j),
                    Node::Main => true,
                };
                let current = slot.key.is_some_and(|key| key.node == node);
                if !listed && !current {
                    continue;
                }
                let key = Key { node, tap };
                let why = refusal(
                    &inserts.session,
                    &inserts.costs,
                    &view.routing,
                    &view.names,
                    slot.id,
                    key,
                );
                let words = format!("Key from {}", view.name(node));
                match why.filter(|_| !current) {
                    Some(why) => {
                        let words = RichText::new(format!("{words} (loop)")).color(faint);
                        let entry = ui.add_enabled(false, egui::Button::selectable(false, words));
                        entry.on_disabled_hover_text(why);
                    }
                    None => {
                        if ui.selectable_label(current, words).clicked() {
                            out.push(Action::Chain(ChainEdit::Key(slot.id, Some(key))));
                        }
                    }
                }
            }
        });
    });
}
