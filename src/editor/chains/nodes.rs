//! The list at the left: every strip and bus in use and Main, which of them have chains, how late and
//! how heavy these are.
//!
//! Not here: the chains. The editor's thread only.

use super::carry::{self, Landing};
use super::clip;
use crate::editor::action::Action;
use crate::editor::cell::copy;
use crate::editor::chains::edit::{ChainEdit, Place};
use crate::editor::control::{describe, focus_ring, say};
use crate::editor::drawing::label_in;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::routing::Node;
use crate::session::clipboard;
use egui::{Align2, EventFilter, Id, Key, Rect, Role, ScrollArea, Sense, Ui, pos2, vec2};

const ROW: f32 = 28.0;

/// The nodes the list shows: those in use and those with a chain.
pub fn shown(view: &View) -> Vec<Node> {
    let strips = view.shown_strips();
    let buses = view.shown_buses();
    let kept = |node: &Node| {
        let listed = match node {
            Node::Strip(i) => strips.contains(i),
            Node::Bus(j) => buses.contains(j),
            Node::Main => true,
        };
        listed || !view.inserts.chain(*node).is_empty() || *node == view.look.chain
    };
    (0..crate::routing::NODES).map(Node::from_index).filter(kept).collect()
}

/// Draws the list into the whole of `ui`.
pub fn nodes(ui: &mut Ui, view: &View, landings: &mut Vec<Landing>) -> Vec<Action> {
    let mut out = Vec::new();
    let colours = palette(ui);
    ui.painter().rect_filled(ui.max_rect(), 0, colours.panel);
    let nodes = shown(view);
    ScrollArea::vertical().id_salt("chain nodes").auto_shrink(false).show(ui, |ui| {
        let breaks = nodes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
        let height = nodes.len() as f32 * ROW + breaks as f32 * 8.0 + 16.0;
        let width = ui.max_rect().width();
        let (all, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let mut y = all.top() + 8.0;
        let mut last = None;
        for (at, node) in nodes.iter().enumerate() {
            if last.is_some_and(|last| last != kind(*node)) {
                y += 8.0;
            }
            last = Some(kind(*node));
            let rect = Rect::from_min_size(pos2(all.left(), y), vec2(width, ROW));
            y += ROW;
            row(ui, rect, view, &nodes, at, &mut out);
            if ui.is_rect_visible(rect) {
                let chain = view.inserts.chain(*node);
                let lane = chain.lanes.len().saturating_sub(1);
                let end = chain.lanes.get(lane).map_or(0, |lane| lane.slots.len());
                let place = Place { node: *node, lane, at: end };
                landings.push(Landing { rect: rect.intersect(ui.clip_rect()), mark: rect, place });
            }
        }
    });
    out
}

fn kind(node: Node) -> u8 {
    match node {
        Node::Strip(_) => 0,
        Node::Bus(_) => 1,
        Node::Main => 2,
    }
}

fn row_id(node: Node) -> Id {
    Id::unique(("switchyard chain of", node.index()))
}

fn row(ui: &mut Ui, rect: Rect, view: &View, nodes: &[Node], at: usize, out: &mut Vec<Action>) {
    let node = nodes[at];
    let colours = palette(ui);
    let response = ui.interact(rect, row_id(node), Sense::click());
    let chain = view.inserts.chain(node);
    let count = chain.slots().count();
    let latency = view.inserts.latency(node);
    let load = view.inserts.loads[node.index()];
    let words = match count {
        0 => "no effects".to_string(),
        1 => format!("1 effect, {latency} samples late, {:.1} % CPU", load * 100.0),
        n => format!("{n} effects, {latency} samples late, {:.1} % CPU", load * 100.0),
    };
    describe(&response, Role::Button, &format!("Chain of {node}"), &words);
    let open = view.look.chain == node;
    if open || response.hovered() {
        let fill = if open { colours.raised } else { colours.hover };
        ui.painter().rect_filled(rect.shrink2(vec2(4.0, 1.0)), theme::CORNER, fill);
    }
    let worn = view.names.colour(node);
    let chip = Rect::from_center_size(pos2(rect.left() + 12.0, rect.center().y), vec2(4.0, 16.0));
    ui.painter().rect_filled(chip, 1, colours.worn(worn));
    let mut line = rect;
    line.min.x += 20.0;
    line.max.x -= 10.0;
    let strong = count > 0 || open;
    let colour = if strong { colours.text } else { colours.quiet };
    let number = match node {
        Node::Strip(i) => format!("{}", i + 1),
        Node::Bus(j) => format!("{}", j + 1),
        Node::Main => String::new(),
    };
    let mut place = line;
    if !number.is_empty() {
        let slot = Rect::from_min_size(line.min, vec2(18.0, line.height()));
        label_in(ui, slot, Align2::LEFT_CENTER, &number, theme::small(), colours.quiet);
        place.min.x += 20.0;
    }
    if count > 0 {
        // A narrow list has room for the numbers only.
        let dots = rect.width() > 150.0;
        let bound = place.right() - if dots { 58.0 } else { 34.0 };
        let cost = Rect::from_min_max(pos2(bound, line.top()), line.max);
        let (top, bottom) = cost.split_top_bottom_at_fraction(0.5);
        let late = if latency > 0 { format!("+{latency}") } else { "0".into() };
        label_in(ui, top, Align2::RIGHT_BOTTOM, &late, theme::tiny(), colours.quiet);
        let share = format!("{:.1} %", load * 100.0);
        label_in(ui, bottom, Align2::RIGHT_TOP, &share, theme::tiny(), colours.quiet);
        place.max.x = if dots { bound - 14.0 } else { bound };
        let drawn = if dots { 4 } else { 0 };
        for (n, lane) in chain.lanes.iter().enumerate().take(drawn) {
            // A dot a slot, a line a lane.
            for (m, slot) in lane.slots.iter().enumerate().take(4) {
                let offset =
                    vec2(m as f32 * 4.0, (n as f32 - (chain.lanes.len() as f32 - 1.0) / 2.0) * 5.0);
                let dot = pos2(bound - 8.0, rect.center().y) + offset;
                let lit = if slot.bypass { colours.faint } else { colours.post };
                ui.painter().circle_filled(dot, 1.5, lit);
            }
        }
    }
    let font = if view.names.given(node).is_some() { theme::name() } else { theme::body() };
    label_in(ui, place, Align2::LEFT_CENTER, &view.name(node), font, colour);
    if faulty(view, node) {
        ui.painter().circle_filled(chip.center_top() + vec2(5.0, 1.0), 3.0, colours.fault);
    }
    focus_ring(ui, &response);
    let lesson =
        "Click to open; drop a card here to move it; Ctrl-C copies the chain, Ctrl-V pastes.";
    say(ui, &response, || format!("{}: {words}. {lesson}", view.name(node)));
    if response.clicked() {
        out.push(Action::OpenChain(node));
    }
    if response.has_focus() {
        keys(ui, &response, view, nodes, at, out);
    }
}

fn faulty(view: &View, node: Node) -> bool {
    view.inserts.chain(node).slots().any(|slot| {
        view.inserts.faults.contains(&slot.id) || view.inserts.problems.contains_key(&slot.id)
    })
}

fn keys(
    ui: &Ui,
    response: &egui::Response,
    view: &View,
    nodes: &[Node],
    at: usize,
    out: &mut Vec<Action>,
) {
    let node = nodes[at];
    let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, all));
    let pressed = |key| carry::pressed(ui, key);
    let to = match () {
        () if pressed(Key::ArrowUp) => at.checked_sub(1),
        () if pressed(Key::ArrowDown) => Some(at + 1),
        () => None,
    };
    if let Some(next) = to.and_then(|to| nodes.get(to)) {
        ui.memory_mut(|memory| memory.request_focus(row_id(*next)));
        out.push(Action::OpenChain(*next));
    }
    if pressed(Key::ArrowRight) && view.look.chain == node {
        carry::focus_chain(ui, view);
    }
    if clip::copies(ui) {
        copy(ui, clipboard::chain(view.inserts.chain(node)));
    }
    if let Some(text) = clip::pasted(ui) {
        out.extend(clip::paste_chain(view, node, &text));
    }
    let clears = pressed(Key::Delete);
    if clears && !view.inserts.chain(node).is_empty() {
        out.push(Action::Chain(ChainEdit::Replace(node, Box::default())));
    }
}
