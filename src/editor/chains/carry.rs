//! Carrying a card to another place with the pointer, and walking from card to card with the arrows.
//!
//! Not here: cards and what a move does. What is carried lives in egui's memory. The editor's thread
//! only.

use super::edit::{ChainEdit, Place, place_of};
use crate::editor::action::Action;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use egui::{Align2, Id, Order, PointerButton, Rect, Response, Stroke, Ui, vec2};

/// Where a card may be let go, what is drawn there, and where it then is.
#[derive(Clone, Copy, Debug)]
pub struct Landing {
    /// Where the pointer has to be.
    pub rect: Rect,
    /// What lights up.
    pub mark: Rect,
    /// Where the card comes.
    pub place: Place,
}

/// The identity of a slot's card, wherever it moves.
pub fn card_id(slot: u64) -> Id {
    Id::unique(("switchyard slot", slot))
}

/// The identity of the button that adds an effect to a lane.
pub fn add_id(lane: usize) -> Id {
    Id::unique(("switchyard add", lane))
}

fn carried_id() -> Id {
    Id::unique("switchyard carried slot")
}

/// The slot that is carried.
pub fn carried(ui: &Ui) -> Option<u64> {
    ui.data(|data| data.get_temp(carried_id()))
}

/// Picks a card up when its drag begins.
pub fn pick_up(ui: &Ui, response: &Response, slot: u64) {
    if response.drag_started_by(PointerButton::Primary) {
        ui.data_mut(|data| data.insert_temp(carried_id(), slot));
    }
}

/// Shows where the carried card would land, and lands it when the button is let go. Escape puts it
/// back.
pub fn carry(ui: &Ui, view: &View, landings: &[Landing], out: &mut Vec<Action>) {
    let Some(slot) = carried(ui) else { return };
    let Some((_, known)) = view.inserts.slot(slot) else { return put_down(ui) };
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        ui.ctx().stop_dragging();
        return put_down(ui);
    }
    let Some(at) = ui.input(|input| input.pointer.latest_pos()) else { return put_down(ui) };
    let landing = landings.iter().find(|landing| landing.rect.contains(at));
    let colours = palette(ui);
    let over = ui.ctx().layer_painter(egui::LayerId::new(Order::Tooltip, carried_id()));
    if let Some(landing) = landing {
        over.rect_stroke(
            landing.mark,
            theme::CORNER,
            Stroke::new(2.0, colours.selection),
            egui::StrokeKind::Inside,
        );
    }
    let ghost = Rect::from_min_size(at + vec2(10.0, 6.0), vec2(108.0, 24.0));
    over.rect_filled(ghost, theme::CORNER, colours.selection);
    let text = colours.on(colours.selection);
    over.text(ghost.center(), Align2::CENTER_CENTER, known.effect.name(), theme::small(), text);
    if !ui.input(|input| input.pointer.any_down()) {
        put_down(ui);
        let from = place_of(&view.inserts.session, slot);
        if let Some(landing) = landing
            && let Some(from) = from
            && !is_same(from, landing.place)
        {
            out.push(Action::Chain(ChainEdit::Move(slot, landing.place)));
            out.push(Action::PickSlot(Some(slot)));
        }
    }
}

/// Whether a slot that goes there stays where it is.
fn is_same(from: Place, to: Place) -> bool {
    from.node == to.node && from.lane == to.lane && (to.at == from.at || to.at == from.at + 1)
}

fn put_down(ui: &Ui) {
    ui.data_mut(|data| data.remove_temp::<u64>(carried_id()));
}

/// What the arrows walk over: each lane's cards and its adding button.
pub fn grid(view: &View) -> Vec<Vec<Id>> {
    let chain = view.inserts.chain(view.look.chain);
    let mut rows: Vec<Vec<Id>> = chain
        .lanes
        .iter()
        .enumerate()
        .map(|(n, lane)| {
            lane.slots.iter().map(|slot| card_id(slot.id)).chain([add_id(n)]).collect()
        })
        .collect();
    if rows.is_empty() {
        rows.push(vec![add_id(0)]);
    }
    rows
}

/// Gives the open chain the keyboard.
pub fn focus_chain(ui: &Ui, view: &View) {
    let first = grid(view).first().and_then(|row| row.first().copied());
    if let Some(first) = first {
        ui.memory_mut(|memory| memory.request_focus(first));
        pick(ui, view, first);
    }
}

fn pick(ui: &Ui, view: &View, id: Id) {
    let chain = view.inserts.chain(view.look.chain);
    let slot = chain.slots().find(|slot| card_id(slot.id) == id).map(|slot| slot.id);
    if let Some(slot) = slot {
        ui.data_mut(|data| data.insert_temp(Id::unique("switchyard walked to"), slot));
    }
}

/// The slot the keyboard walked to since it was last asked.
pub fn take_walked(ui: &Ui) -> Option<u64> {
    ui.data_mut(|data| data.remove_temp(Id::unique("switchyard walked to")))
}

/// Whether a key was pressed, which nobody else hears of then: the keyboard may be elsewhere before
/// the frame is over.
pub fn pressed(ui: &Ui, key: egui::Key) -> bool {
    ui.input_mut(|input| {
        let held = input.modifiers;
        input.consume_key(held, key)
    })
}

/// Moves the keyboard from a card or button by columns and rows.
pub fn walk(ui: &Ui, view: &View, from: Id, right: isize, down: isize) {
    let rows = grid(view);
    let place = rows.iter().enumerate().find_map(|(row, ids)| {
        let column = ids.iter().position(|id| *id == from)?;
        Some((row, column))
    });
    let Some((row, column)) = place else { return };
    let row = row.saturating_add_signed(down).min(rows.len() - 1);
    let column = column.saturating_add_signed(right).min(rows[row].len() - 1);
    let to = rows[row][column];
    ui.memory_mut(|memory| memory.request_focus(to));
    pick(ui, view, to);
}
