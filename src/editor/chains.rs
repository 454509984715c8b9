//! The chain view: at the left every node and what its chain costs, beside it the open node's chain as
//! the signal runs through it, below the panel of the slot that is selected and the macros.
//!
//! Not here: sound, and what an edit does to a session ([`edit`]). The editor's thread only.

mod assign;
mod bands;
mod card;
mod carry;
pub mod clip;
pub(super) mod dial;
pub mod edit;
mod find;
mod flow;
mod impulse;
pub mod inserts;
pub mod keys;
mod listen;
mod nodes;
mod panel;
mod picture;
mod settings;
mod top;

pub use find::matching;
pub use picture::times::HISTORY;

use super::action::Action;
use super::control::set_wheel_free;
use super::drawing::label_in;
use super::theme::{self, palette};
use super::view::View;
use egui::{Align2, Rect, ScrollArea, Stroke, Ui, UiBuilder, pos2};

/// The width of the list of nodes.
const LIST: f32 = 176.0;
/// The same in a narrow window.
const NARROW: f32 = 132.0;
/// The height of the line above the chain.
const TOP: f32 = 36.0;
/// The height of the row of macros.
const MACROS: f32 = 44.0;

/// Draws the chain view into the whole of `ui`.
pub fn chains(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let mut landings = Vec::new();
    let all = ui.max_rect();
    let colours = palette(ui);
    set_wheel_free(ui, false);
    // Smaller than any window may be, bars would be narrower than their marks.
    if all.width() < 400.0 || all.height() < 200.0 {
        let words = "Make the window larger to see the chains.";
        label_in(ui, all.shrink(8.0), Align2::LEFT_TOP, words, theme::small(), colours.quiet);
        return out;
    }
    let list = if all.width() < 720.0 { NARROW } else { LIST };
    let divide = all.left() + list;
    let left = Rect::from_min_max(all.min, pos2(divide, all.bottom()));
    let mut part = ui.new_child(UiBuilder::new().max_rect(left));
    part.set_clip_rect(left.intersect(ui.clip_rect()));
    out.extend(nodes::nodes(&mut part, view, &mut landings));
    ui.painter().vline(divide, all.y_range(), Stroke::new(1.0, colours.line));

    let line = Rect::from_min_max(pos2(divide, all.top()), pos2(all.right(), all.top() + TOP));
    top::top(ui, line, view, &mut out);
    ui.painter().hline(line.x_range(), line.bottom(), Stroke::new(1.0, colours.line));

    let foot = Rect::from_min_max(pos2(divide, all.bottom() - MACROS), all.max);
    let middle = Rect::from_min_max(pos2(divide, line.bottom()), pos2(all.right(), foot.top()));
    let room = middle.height();
    let wanted = flow::height(view, middle.width());
    // The panel keeps at least half; the chain scrolls.
    let share = if view.look.slot.is_some() { (room * 0.46).max(104.0) } else { room };
    let height = wanted.min(share).min(room);
    let drawn = Rect::from_min_max(middle.min, pos2(middle.right(), middle.top() + height));
    let mut part = ui.new_child(UiBuilder::new().max_rect(drawn));
    part.set_clip_rect(drawn.intersect(ui.clip_rect()));
    flow::flow(&mut part, view, &mut landings, &mut out);

    let below = Rect::from_min_max(pos2(middle.left(), drawn.bottom()), middle.max);
    let open = view.look.slot.and_then(|id| view.inserts.slot(id));
    ui.painter().hline(below.x_range(), below.top(), Stroke::new(1.0, colours.line));
    match open {
        Some((node, slot)) if node == view.look.chain => {
            let mut part = ui.new_child(UiBuilder::new().max_rect(below));
            part.set_clip_rect(below.intersect(ui.clip_rect()));
            ScrollArea::vertical()
                .id_salt(("panel", slot.id))
                .auto_shrink(false)
                .show(&mut part, |ui| panel::panel(ui, below.height(), view, slot, &mut out));
        }
        _ => {
            let words = match view.inserts.chain(view.look.chain).is_empty() {
                true => "No effects here: the sound passes untouched. Press + to add one.",
                false => "Click a card to open its effect.",
            };
            let line = below.shrink(16.0);
            label_in(ui, line, Align2::LEFT_TOP, words, theme::body(), colours.quiet);
        }
    }
    assign::macros(ui, foot, view, &mut out);
    carry::carry(ui, view, &landings, &mut out);
    if let Some(slot) = carry::take_walked(ui) {
        out.push(Action::PickSlot(Some(slot)));
    }
    out
}
