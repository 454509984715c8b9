//! A chain as the signal runs: input, split, the dry signal at the top, the lanes, sum, output.
//!
//! Not here: cards and the panel. The editor's thread only.

use super::carry::{self, Landing};
use super::edit::{ChainEdit, Place};
use super::{card, clip, dial, find};
use crate::editor::action::Action;
use crate::editor::cell::copy;
use crate::editor::control::{describe, focus_ring, id_of, push, say};
use crate::editor::drawing::label_in;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::routing::Node;
use crate::routing::chain::{Chain, LANES, Lane, SLOTS};
use crate::session::clipboard;
use crate::units::Fader;
use egui::containers::scroll_area::{DragScroll, ScrollSource};
use egui::{
    Align2, EventFilter, Key, Pos2, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, pos2, vec2,
};

/// The height of a lane.
const ROW: f32 = card::SIZE[1] + 12.0;
/// The height of the dry signal's row.
const DRY: f32 = 28.0;
/// Between cards.
const GAP: f32 = 12.0;
/// The input at the left, up to the split.
const IN: f32 = 44.0;
/// From a lane's adding button to the sum: latency, level, remove.
const TAIL: f32 = 144.0;
/// The output at the right, from the sum.
const OUT: f32 = 56.0;
/// The space around the drawing.
const EDGE: f32 = 8.0;
/// The line with the button that adds a lane.
const FOOT: f32 = 26.0;

/// How high the drawing wants to be in a view so wide, with the bar that scrolls it if it needs one.
pub fn height(view: &View, room: f32) -> f32 {
    let bar = if width(view) > room { 12.0 } else { 0.0 };
    let lanes = view.inserts.chain(view.look.chain).lanes.len().max(1);
    2.0 * EDGE + DRY + lanes as f32 * ROW + FOOT + bar
}

/// How wide the drawing has to be.
fn width(view: &View) -> f32 {
    let lanes = &view.inserts.chain(view.look.chain).lanes;
    let most = lanes.iter().map(|lane| lane.slots.len()).max().unwrap_or(0);
    2.0 * EDGE + IN + most as f32 * (card::SIZE[0] + GAP) + 44.0 + TAIL + OUT
}

/// Draws the open chain into the whole of `ui`.
pub fn flow(ui: &mut Ui, view: &View, landings: &mut Vec<Landing>, out: &mut Vec<Action>) {
    let node = view.look.chain;
    let chain = view.inserts.chain(node);
    let room = ui.max_rect();
    let width = width(view).max(room.width());
    let bar = if width > room.width() { 12.0 } else { 0.0 };
    let mut corner = None;
    ScrollArea::both()
        .id_salt(("chain", node.index()))
        .auto_shrink(false)
        .scroll_source(ScrollSource { drag: DragScroll::Never, ..Default::default() })
        .show(ui, |ui| {
            let wanted = height(view, room.width()).max(room.height()) - bar;
            let size = vec2(width, wanted);
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            let rect = all.shrink(EDGE);
            let sheet = Sheet {
                split: rect.left() + IN,
                sum: rect.right() - OUT,
                dry: rect.top() + DRY / 2.0,
                top: rect.top() + DRY,
            };
            wires(ui, rect, &sheet, view, chain);
            dry(ui, &sheet, view, chain, out);
            let empty = Lane::default();
            let lanes = if chain.is_empty() { std::slice::from_ref(&empty) } else { &chain.lanes };
            for (n, lane) in lanes.iter().enumerate() {
                let add = self::lane(ui, &sheet, view, (n, lane), landings, out);
                let search = find::place(ui);
                if search.is_some_and(|place| place.node == node && place.lane == n) {
                    corner = Some(add.left_bottom() + vec2(0.0, 4.0));
                }
            }
            more(ui, &sheet, chain, node, lanes.len(), landings, out);
        });
    find::search(ui, view, corner.unwrap_or(ui.max_rect().center_top()), out);
}

/// Where things stand.
struct Sheet {
    split: f32,
    sum: f32,
    dry: f32,
    top: f32,
}

impl Sheet {
    fn y(&self, lane: usize) -> f32 {
        self.top + ROW * (lane as f32 + 0.5)
    }
}

fn arrow(ui: &Ui, tip: Pos2, colour: egui::Color32) {
    let head = vec![tip, tip + vec2(-7.0, -4.0), tip + vec2(-7.0, 4.0)];
    ui.painter().add(Shape::convex_polygon(head, colour, Stroke::NONE));
}

fn wires(ui: &Ui, rect: Rect, sheet: &Sheet, view: &View, chain: &Chain) {
    let colours = palette(ui);
    let node = view.look.chain;
    let live = Stroke::new(1.6, colours.quiet);
    let still = Stroke::new(1.0, colours.line);
    let lanes = chain.lanes.len().max(1);
    let painter = ui.painter();
    let main = sheet.y(0);
    painter.line_segment([pos2(rect.left(), main), pos2(sheet.split, main)], live);
    let bottom = sheet.y(lanes - 1);
    let heard = chain.dry.is_open() && !chain.is_empty();
    let upper = if heard { live } else { still };
    painter.line_segment([pos2(sheet.split, sheet.dry), pos2(sheet.split, main)], upper);
    painter.line_segment([pos2(sheet.split, main), pos2(sheet.split, bottom)], live);
    painter.line_segment([pos2(sheet.sum, main), pos2(sheet.sum, bottom)], live);
    painter.line_segment([pos2(sheet.sum, sheet.dry), pos2(sheet.sum, main)], upper);
    painter.line_segment([pos2(sheet.split, sheet.dry), pos2(sheet.sum, sheet.dry)], upper);
    for n in 0..lanes {
        let level = chain.lanes.get(n).map_or(Fader::UNITY, |lane| lane.level);
        let stroke = if level.is_open() { live } else { still };
        painter.line_segment([pos2(sheet.split, sheet.y(n)), pos2(sheet.sum, sheet.y(n))], stroke);
    }
    let end = pos2(rect.right(), main);
    painter.line_segment([pos2(sheet.sum, main), end], live);
    arrow(ui, end, colours.quiet);
    painter.circle_filled(pos2(sheet.split, main), 3.0, colours.quiet);
    painter.circle_filled(pos2(sheet.sum, main), 8.0, colours.raised);
    painter.circle_stroke(pos2(sheet.sum, main), 8.0, live);
    let cross = Stroke::new(1.4, colours.text);
    let at = pos2(sheet.sum, main);
    painter.line_segment([at - vec2(4.0, 0.0), at + vec2(4.0, 0.0)], cross);
    painter.line_segment([at - vec2(0.0, 4.0), at + vec2(0.0, 4.0)], cross);
    let label = |x: f32, y: f32, width: f32, text: &str, ink| {
        let place = Rect::from_min_size(pos2(x, y), vec2(width, 12.0));
        label_in(ui, place, Align2::LEFT_CENTER, text, theme::label(), ink);
    };
    label(rect.left(), main - 16.0, IN, "IN", colours.quiet);
    let head = view.schedule.head(node.index());
    if head > 0 {
        label(rect.left(), main + 6.0, IN, &format!("+{head} key"), colours.pre);
    }
    label(sheet.sum + 14.0, main - 16.0, OUT - 14.0, "OUT", colours.quiet);
    let late = view.inserts.latency(node) + head;
    if late > 0 {
        label(sheet.sum + 14.0, main + 6.0, OUT - 14.0, &format!("+{late}"), colours.text);
    }
}

/// The dry signal's row.
fn dry(ui: &mut Ui, sheet: &Sheet, view: &View, chain: &Chain, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let node = view.look.chain;
    let begin = sheet.split + 10.0;
    let patch = Rect::from_min_size(pos2(begin, sheet.dry - 8.0), vec2(34.0, 16.0));
    ui.painter().rect_filled(patch, 0, colours.ground);
    label_in(ui, patch, Align2::CENTER_CENTER, "DRY", theme::label(), colours.quiet);
    if chain.is_empty() {
        return;
    }
    let late = view.inserts.latency(node);
    let tail = sheet.sum - TAIL;
    if late > 0 {
        pad(ui, pos2(tail, sheet.dry), &format!("+{late} dry"), "Dry Delay", late);
    }
    let rect = Rect::from_min_size(pos2(tail + 64.0, sheet.dry - 9.0), vec2(56.0, 18.0));
    let lesson = "How loud the untouched input is beside the lanes. Double-click for −∞.";
    if let Some(level) = dial::level(ui, rect, "Dry Level", "", chain.dry, Fader::OFF, lesson) {
        out.push(Action::Chain(ChainEdit::Dry(node, level)));
    }
}

/// Latency that is made up for, written on the wire.
fn pad(ui: &Ui, at: Pos2, text: &str, name: &str, samples: u32) {
    let colours = palette(ui);
    let rect = Rect::from_min_size(at - vec2(0.0, 8.0), vec2(60.0, 16.0));
    ui.painter().rect_filled(rect, 0, colours.ground);
    label_in(ui, rect, Align2::CENTER_CENTER, text, theme::small(), colours.quiet);
    let response = ui.interact(rect, id_of(name), Sense::hover());
    describe(&response, Role::Status, name, text);
    say(ui, &response, || {
        format!("Held back by {samples} samples, so that it meets the others at the same moment.")
    });
}

/// One lane; answers where its adding button is.
fn lane(
    ui: &mut Ui,
    sheet: &Sheet,
    view: &View,
    (n, lane): (usize, &Lane),
    landings: &mut Vec<Landing>,
    out: &mut Vec<Action>,
) -> Rect {
    let node = view.look.chain;
    let chain = view.inserts.chain(node);
    let y = sheet.y(n);
    let mut x = sheet.split + 16.0;
    let clip = ui.clip_rect();
    let mut land = |left: f32, right: f32, mark: f32, at: usize| {
        let y = y - ROW / 2.0..=y + ROW / 2.0;
        let rect = Rect::from_x_y_ranges(left..=right, y.clone()).intersect(clip);
        let mark = Rect::from_x_y_ranges(mark - 3.0..=mark + 3.0, y).shrink2(vec2(0.0, 6.0));
        landings.push(Landing { rect, mark, place: Place { node, lane: n, at } });
    };
    let mut before = sheet.split;
    for (at, slot) in lane.slots.iter().enumerate() {
        let rect = Rect::from_min_size(
            pos2(x, y - card::SIZE[1] / 2.0),
            vec2(card::SIZE[0], card::SIZE[1]),
        );
        land(before, rect.center().x, rect.left() - GAP / 2.0, at);
        before = rect.center().x;
        card::card(ui, rect, view, slot, Place { node, lane: n, at }, out);
        x = rect.right() + GAP;
    }
    land(before, sheet.sum, x - GAP / 2.0, lane.slots.len());
    let add = Rect::from_center_size(pos2(x + 12.0, y), vec2(24.0, 24.0));
    adding(ui, add, view, (n, lane), out);
    if chain.is_empty() {
        return add;
    }
    let costs = &view.inserts.costs;
    let session = &view.inserts.session;
    let missing = view.inserts.latency(node).saturating_sub(costs.lane(session, node, n));
    let tail = sheet.sum - TAIL;
    if missing > 0 {
        let name = format!("Lane {} Delay", n + 1);
        pad(ui, pos2(tail, y), &format!("+{missing}"), &name, missing);
    }
    let rect = Rect::from_min_size(pos2(tail + 64.0, y - 9.0), vec2(56.0, 18.0));
    let name = format!("Lane {} Level", n + 1);
    let lesson = "How loud this lane is in the chain's sum. Double-click for 0 dB.";
    if let Some(level) = dial::level(ui, rect, &name, "", lane.level, Fader::UNITY, lesson) {
        out.push(Action::Chain(ChainEdit::LaneLevel(node, n, level)));
    }
    let rect = Rect::from_center_size(pos2(sheet.sum - 18.0, y), vec2(16.0, 18.0));
    let name = format!("Remove Lane {}", n + 1);
    if push(ui, rect, &name, "×", "Removes this lane with its effects.") {
        out.push(Action::Chain(ChainEdit::RemoveLane(node, n)));
    }
    add
}

/// The button at a lane's end that adds an effect.
fn adding(ui: &Ui, rect: Rect, view: &View, (n, lane): (usize, &Lane), out: &mut Vec<Action>) {
    let node = view.look.chain;
    let place = Place { node, lane: n, at: lane.slots.len() };
    let response = ui.interact(rect, carry::add_id(n), Sense::click());
    let name = format!("Add to Lane {}", n + 1);
    describe(&response, Role::Button, &name, "");
    let colours = palette(ui);
    let full = lane.slots.len() >= SLOTS;
    let fill = if response.hovered() && !full { colours.hover } else { colours.raised };
    ui.painter().rect_filled(rect, 12, fill);
    let ink = if full { colours.faint } else { colours.text };
    let stroke = Stroke::new(1.6, ink);
    let centre = rect.center();
    ui.painter().line_segment([centre - vec2(5.0, 0.0), centre + vec2(5.0, 0.0)], stroke);
    ui.painter().line_segment([centre - vec2(0.0, 5.0), centre + vec2(0.0, 5.0)], stroke);
    focus_ring(ui, &response);
    say(ui, &response, || match full {
        true => format!("A lane holds {SLOTS} effects. Use another lane."),
        false => format!("{name}: type a name, Enter adds the first. Key: A."),
    });
    if response.clicked() {
        find::open(ui, place);
    }
    if !response.has_focus() || crate::editor::typing::is_any_open(ui) || find::is_open(ui) {
        return;
    }
    let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, all));
    let pressed = |key: Key| carry::pressed(ui, key);
    for (key, right, down) in [
        (Key::ArrowLeft, -1, 0),
        (Key::ArrowRight, 1, 0),
        (Key::ArrowUp, 0, -1),
        (Key::ArrowDown, 0, 1),
    ] {
        if pressed(key) {
            carry::walk(ui, view, response.id, right, down);
        }
    }
    if ui.input(|input| input.modifiers.is_none()) && (pressed(Key::A) || pressed(Key::Insert)) {
        find::open(ui, place);
    }
    if let Some(text) = clip::pasted(ui) {
        out.push(clip::paste_at(place, &text));
    }
}

/// Below the lanes: another lane, and the whole chain as one thing.
fn more(
    ui: &Ui,
    sheet: &Sheet,
    chain: &Chain,
    node: Node,
    lanes: usize,
    landings: &mut Vec<Landing>,
    out: &mut Vec<Action>,
) {
    if chain.is_empty() {
        return;
    }
    let y = sheet.top + lanes as f32 * ROW + 2.0;
    let place = |x: f32, width: f32| Rect::from_min_size(pos2(x, y), vec2(width, 20.0));
    let left = sheet.split + 16.0;
    if lanes < LANES {
        let rect = place(left, 72.0);
        let lesson =
            "Adds a lane beside the others: parallel processing. A card dropped here gets one.";
        if push(ui, rect, "Add Lane", "+ LANE", lesson) {
            out.push(Action::Chain(ChainEdit::AddLane(node)));
        }
        let drop = Rect::from_min_max(pos2(sheet.split, y - 2.0), pos2(sheet.sum, y + 24.0));
        let at = Place { node, lane: lanes, at: 0 };
        landings.push(Landing { rect: drop.intersect(ui.clip_rect()), mark: rect, place: at });
    }
    if push(ui, place(left + 80.0, 56.0), "Copy Chain", "COPY", "Copies the whole chain as text.") {
        copy(ui, clipboard::chain(chain));
    }
    if push(ui, place(left + 144.0, 56.0), "Clear Chain", "CLEAR", "Removes every effect.") {
        out.push(Action::Chain(ChainEdit::Replace(node, Box::default())));
    }
}
