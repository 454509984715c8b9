//! The mixer: an upright channel for each strip and bus in use, Main at the right edge, always in
//! sight. While mixing for a bus its faders are the sends to that bus.
//!
//! Not here: what stands in a channel ([`channel`]). The editor's thread only.

mod channel;
mod fader;
mod sends;

use super::action::Action;
use super::control::{push, set_wheel_free};
use super::drawing::label_in;
use super::theme::{self, palette};
use super::view::View;
use crate::routing::{Node, STRIPS};
use channel::Layout;
use egui::containers::scroll_area::{DragScroll, ScrollBarVisibility, ScrollSource};
use egui::{Align2, Key, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

/// The width of a channel.
const WIDTH: f32 = 72.0;
/// The width of Main's channel.
const MAIN_WIDTH: f32 = 112.0;
const GAP: f32 = 4.0;
/// The space between strips and buses.
const BREAK: f32 = 16.0;
/// The height of the banner while mixing for a bus.
const BANNER: f32 = 32.0;

/// Draws the mixer into the whole of `ui`.
pub fn mixer(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let mut room = ui.max_rect();
    if let Some(bus) = view.look.mix_for {
        let banner = Rect::from_min_max(room.min, pos2(room.right(), room.top() + BANNER));
        room.min.y = banner.max.y;
        mix_banner(ui, banner, view, bus, &mut out);
    }
    let layout = Layout::of(view, room.height() - 28.0);
    set_wheel_free(ui, true);
    let divide = room.right() - MAIN_WIDTH - 2.0 * GAP;
    let side = Rect::from_min_max(pos2(divide, room.top()), room.max);
    let rest = Rect::from_min_max(room.min, pos2(divide, room.bottom()));
    let mut part = ui.new_child(UiBuilder::new().max_rect(rest));
    part.set_clip_rect(rest.intersect(ui.clip_rect()));
    channels(&mut part, view, &layout, &mut out);
    let mut part = ui.new_child(UiBuilder::new().max_rect(side));
    part.set_clip_rect(side.intersect(ui.clip_rect()));
    ScrollArea::vertical()
        .id_salt("main")
        .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
        .show(&mut part, |ui| {
            let size = vec2(side.width(), layout.height + 2.0 * GAP);
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            let rect = Rect::from_min_size(
                all.min + vec2(GAP, 2.0 * GAP),
                vec2(MAIN_WIDTH, layout.height),
            );
            channel::main(ui, rect, view, &mut out);
        });
    out
}

fn channels(ui: &mut Ui, view: &View, layout: &Layout, out: &mut Vec<Action>) {
    let (strips, buses) = (view.shown_strips(), view.shown_buses());
    let add = view.next_strip();
    let count = strips.len() + buses.len() + usize::from(add.is_some());
    let width = count as f32 * (WIDTH + GAP) + BREAK + 2.0 * GAP;
    ScrollArea::both()
        .id_salt("mixer")
        .auto_shrink(false)
        .scroll_source(ScrollSource { drag: DragScroll::Never, ..Default::default() })
        .show(ui, |ui| {
            let size = vec2(width, layout.height + 3.0 * GAP);
            let (all, _) = ui.allocate_exact_size(size, Sense::hover());
            let mut x = all.left() + 2.0 * GAP;
            let mut next = |gap: f32| {
                let corner = pos2(x, all.top() + 2.0 * GAP);
                x += WIDTH + gap;
                Rect::from_min_size(corner, vec2(WIDTH, layout.height))
            };
            for i in &strips {
                channel::strip(ui, next(GAP), view, layout, *i, out);
            }
            if let Some(strip) = add {
                let name = format!("Add {}", Node::Strip(strip));
                let rect = next(GAP);
                let place = Rect::from_min_size(rect.min, vec2(WIDTH, 28.0));
                let lesson = format!("Shows {}, which nothing uses yet.", Node::Strip(strip));
                if push(ui, place, &name, "+ STRIP", &lesson) {
                    out.push(Action::Reveal(strip));
                }
            }
            next(BREAK - WIDTH - GAP);
            for j in &buses {
                channel::bus(ui, next(GAP), view, layout, *j, out);
            }
        });
}

/// Says whose sends the faders are, and how to leave.
fn mix_banner(ui: &mut Ui, rect: Rect, view: &View, bus: usize, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let worn = view.names.colour(Node::Bus(bus));
    let worn = if worn == 0 { colours.pre } else { colours.worn(worn) };
    let text = colours.text;
    ui.painter().rect_filled(rect, 0, colours.tinted(worn));
    let mark = Rect::from_min_size(rect.min, vec2(4.0, rect.height()));
    ui.painter().rect_filled(mark, 0, worn);
    let line = rect.shrink2(vec2(12.0, 5.0));
    let words = format!("Mix for {} {}", bus + 1, view.name(Node::Bus(bus)));
    label_in(ui, line, Align2::LEFT_CENTER, &words, theme::name(), text);
    let mut middle = line;
    middle.min.x += super::drawing::width_of(ui, &words, theme::name()) + 16.0;
    middle.max.x -= 96.0;
    let words = "Faders are the sends to this bus.";
    label_in(ui, middle, Align2::LEFT_CENTER, words, theme::body(), text);
    let place = Rect::from_min_max(pos2(line.right() - 88.0, line.top()), line.max);
    let asked = push(ui, place, "Leave", "ESC LEAVES", "Brings the strips' own faders back.");
    let key = !super::typing::is_any_open(ui)
        && ui.memory(|memory| memory.focused().is_none())
        && ui.input(|input| input.key_pressed(Key::Escape));
    if asked || key {
        out.push(Action::MixFor(None));
    }
}

/// The row of a strip or bus among all sources.
fn source_of(node: Node) -> Option<usize> {
    match node {
        Node::Strip(i) => Some(i),
        Node::Bus(j) => Some(STRIPS + j),
        Node::Main => None,
    }
}
