//! How far a recall reaches: the parts of the mix it may touch, and the strips and buses it never
//! does.
//!
//! Not here: what follows from it (`crate::session::scenes`). The editor's thread only.

use super::edit::SceneEdit;
use super::{GAP, tick, title};
use crate::editor::action::Action;
use crate::editor::theme::palette;
use crate::editor::view::View;
use crate::routing::{BUSES, Node, STRIPS};
use crate::session::scenes::Part;
use egui::{Rect, Ui, pos2, vec2};

const TITLE: f32 = 32.0 + 8.0;
const TICK: f32 = 24.0;
/// The gap between two rows of ticks.
const ROW: f32 = 4.0;
/// The least width of a tick with its word.
const WIDTH: f32 = 112.0;

/// The strips that are shown or safe; the buses likewise, and Main.
fn nodes(view: &View) -> [Vec<Node>; 2] {
    let scenes = &view.inserts.session.scenes;
    let (strips, buses) = (view.shown_strips(), view.shown_buses());
    let strip = |i: &usize| strips.contains(i) || scenes.is_safe(Node::Strip(*i));
    let bus = |j: &usize| buses.contains(j) || scenes.is_safe(Node::Bus(*j));
    [
        (0..STRIPS).filter(strip).map(Node::Strip).collect(),
        (0..BUSES).filter(bus).map(Node::Bus).chain([Node::Main]).collect(),
    ]
}

fn columns(width: f32) -> usize {
    ((width + GAP) / (WIDTH + GAP)).floor().max(1.0) as usize
}

fn lines(count: usize, width: f32) -> f32 {
    let rows = count.div_ceil(columns(width)) as f32;
    rows * TICK + (rows - 1.0) * ROW
}

/// How high it is in a width.
pub fn height(view: &View, width: f32) -> f32 {
    let scope = TITLE + lines(Part::ALL.len(), width);
    let [strips, buses] = nodes(view).map(|nodes| lines(nodes.len(), width));
    scope + 16.0 + TITLE + strips + ROW + buses
}

/// Where a tick is among others.
fn place(all: Rect, at: usize) -> Rect {
    let columns = columns(all.width());
    let across = columns as f32;
    let width = ((all.width() - (across - 1.0) * GAP) / across).min(150.0).floor();
    let (x, y) = ((at % columns) as f32, (at / columns) as f32);
    let corner = all.min + vec2(x * (width + GAP), y * (TICK + ROW));
    Rect::from_min_size(corner, vec2(width, TICK))
}

/// Draws it.
pub fn reach(ui: &Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let scenes = &view.inserts.session.scenes;
    let words = "What a recall may touch. A scene stores all of it, whatever is ticked here.";
    title(ui, rect, "Scope", words);
    let mut part = rect;
    part.min.y += TITLE;
    for (at, (of, word)) in Part::ALL.into_iter().enumerate() {
        let on = scenes.scope.has(of);
        let name = format!("Scope {word}");
        if tick(ui, place(part, at), &name, word, None, on, lesson(of)) {
            out.push(Action::Scene(SceneEdit::Scope(of, !on)));
        }
    }
    let top = part.top() + lines(Part::ALL.len(), rect.width()) + 16.0;
    let mut part = Rect::from_min_max(pos2(rect.left(), top), rect.max);
    let words = "Whom no recall touches: a safe strip keeps all it sends, a safe bus all it hears.";
    title(ui, part, "Safe from recalls", words);
    part.min.y += TITLE;
    let colours = palette(ui);
    let [strips, buses] = nodes(view);
    let mut below = part;
    below.min.y += lines(strips.len(), rect.width()) + ROW;
    let strips = strips.into_iter().enumerate().map(|(at, node)| (place(part, at), node));
    let buses = buses.into_iter().enumerate().map(|(at, node)| (place(below, at), node));
    for (place, node) in strips.chain(buses) {
        let on = scenes.is_safe(node);
        let worn = view.names.colour(node);
        let bar = (worn != 0).then(|| colours.worn(worn));
        let lesson = match node {
            Node::Strip(_) => {
                "Its fader, pan, trim, mute, chain and every send it feeds stay as they are."
            }
            Node::Bus(_) => {
                "Its fader, mute and chain, all that is sent to it and all it sends stay as they are."
            }
            Node::Main => "Main's fader, mute and chain, and what feeds it, stay as they are.",
        };
        let name = format!("Safe {node}");
        if tick(ui, place, &name, &view.name(node), bar, on, lesson) {
            out.push(Action::Scene(SceneEdit::Safe(node, !on)));
        }
    }
}

fn lesson(part: Part) -> &'static str {
    match part {
        Part::Faders => "Faders, pans, trims, polarity and insert mix of strips, buses and Main.",
        Part::Sends => "Level and tap of every crosspoint, those to Main included.",
        Part::Mutes => "Mutes of strips, buses and Main. Solo is never recalled.",
        Part::Chains => "Insert chains, what macros drive, and the macros' values.",
        Part::Monitor => {
            "What the Monitor plays, its level, dim, mono, mute and speakers; talkback's level."
        }
    }
}
