//! The row of macros below a chain: their values, what they drive, and where a setting is dropped to be
//! driven.
//!
//! Not here: settings. What is carried lives in egui's memory. The editor's thread only.

use super::edit::{ChainEdit, line};
use crate::editor::action::Action;
use crate::editor::control::{bar, id_of};
use crate::editor::drawing::{caps_in, label_in, typographic};
use crate::editor::theme::{self, COLOURS, palette};
use crate::editor::view::View;
use crate::routing::MACROS;
use crate::routing::parameter::Parameter;
use egui::{Align2, Color32, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

/// A setting on its way to a macro.
#[derive(Clone, Copy)]
struct Carried {
    slot: u64,
    index: usize,
}

fn memory() -> Id {
    Id::unique("switchyard carried setting")
}

/// Picks a setting up.
pub fn pick_up(ui: &Ui, slot: u64, index: usize) {
    ui.data_mut(|data| data.insert_temp(memory(), Carried { slot, index }));
}

/// The colour that a macro's settings show.
pub fn colour(ui: &Ui, n: usize) -> Color32 {
    let (_, chosen) = COLOURS[[0, 1, 2, 6, 8, 10, 5, 4][n % 8] % COLOURS.len()];
    let colours = palette(ui);
    // Light enough on dark, dark enough on light.
    if theme::contrast(chosen, colours.raised) >= 3.0 { chosen } else { colours.selection }
}

/// Draws the row.
pub fn macros(ui: &mut Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.panel);
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, colours.line));
    let inner = rect.shrink2(vec2(12.0, 5.0));
    let mut first = inner;
    let narrow = inner.width() < 600.0;
    first.max.x = first.left() + if narrow { 0.0 } else { 56.0 };
    if !narrow {
        caps_in(ui, first, Align2::LEFT_CENTER, "Macros", colours.quiet);
    }
    let left = first.right();
    let room = inner.right() - left;
    // In a narrow window two rows of eight.
    let across = if narrow { 8 } else { MACROS };
    let rows = MACROS / across;
    let size = vec2(
        (room - (across as f32 - 1.0) * 4.0) / across as f32,
        (inner.height() - (rows as f32 - 1.0) * 2.0) / rows as f32,
    );
    let carried = ui.data(|data| data.get_temp::<Carried>(memory()));
    let at = ui.input(|input| input.pointer.latest_pos());
    let mut landed = None;
    for n in 0..MACROS {
        let step = vec2((n % across) as f32 * (size.x + 4.0), (n / across) as f32 * (size.y + 2.0));
        let place = Rect::from_min_size(pos2(left, inner.top()) + step, size);
        one(ui, place, view, n, out);
        if carried.is_some() && at.is_some_and(|at| place.contains(at)) {
            landed = Some(n);
            let stroke = Stroke::new(2.0, colours.selection);
            ui.painter().rect_stroke(place, theme::CORNER, stroke, StrokeKind::Inside);
        }
    }
    let (Some(Carried { slot, index }), Some(at)) = (carried, at) else { return };
    if let Ok(line) = line(&view.inserts.session, slot, index) {
        let layer = egui::LayerId::new(Order::Tooltip, memory());
        let over = ui.ctx().layer_painter(layer);
        let ghost = Rect::from_min_size(at + vec2(10.0, -26.0), vec2(120.0, 22.0));
        over.rect_filled(ghost, theme::CORNER, colours.selection);
        let ink = colours.on(colours.selection);
        over.text(ghost.center(), Align2::CENTER_CENTER, line.name, theme::small(), ink);
    }
    let gone = ui.input(|input| input.key_pressed(egui::Key::Escape));
    if gone || !ui.input(|input| input.pointer.any_down()) {
        ui.data_mut(|data| data.remove::<Carried>(memory()));
        if let Some(n) = landed.filter(|_| !gone) {
            out.push(Action::Chain(ChainEdit::Drive(slot, index, n)));
        }
    }
}

fn one(ui: &mut Ui, rect: Rect, view: &View, n: usize, out: &mut Vec<Action>) {
    let session = &view.inserts.session;
    let parameter = Parameter::Macro(n as u8);
    let drives = session.macro_text(n, view.value(parameter));
    let text = match drives.is_empty() {
        true => "It drives nothing yet: drag a setting's dot onto it.".to_string(),
        false => format!("It drives {}.", typographic(&drives)),
    };
    let tall = rect.height() >= 28.0;
    let (mut label, mut value) = (rect, rect);
    if tall {
        label.max.y = label.top() + 13.0;
        value.min.y = label.max.y + 1.0;
    } else {
        label.max.x = label.left() + 17.0;
        value.min.x = label.max.x;
    }
    let count = session.macros.get(n).map_or(0, |one| one.targets.len());
    let ink = if count > 0 { palette(ui).text } else { palette(ui).quiet };
    let words = match (tall, count) {
        (true, 0) | (false, _) => format!("{}", n + 1),
        (true, count) => format!("{} · {count}", n + 1),
    };
    label_in(ui, label, Align2::LEFT_CENTER, &words, theme::tiny(), ink);
    if count > 0 {
        let at = if tall {
            label.right_center() - vec2(5.0, 0.0)
        } else {
            label.right_center() - vec2(3.0, 5.0)
        };
        ui.painter().circle_filled(at, 2.5, colour(ui, n));
    }
    let shown = ui.interact(label, id_of(&format!("Macro {} Targets", n + 1)), Sense::hover());
    let name = format!("Macro {} Targets", n + 1);
    crate::editor::control::describe(&shown, egui::Role::Status, &name, &text);
    crate::editor::control::say(ui, &shown, || format!("{}: {text}", view.inserts.macro_name(n)));
    bar(ui, value, view, parameter, "", &text, out);
}
