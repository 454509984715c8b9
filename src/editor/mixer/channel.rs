//! What stands in a channel of the mixer, from top to bottom.
//!
//! Not here: where channels stand, the fader itself and the sends. The editor's thread only.

use super::fader::{Cap, fader};
use super::{sends, source_of};
use crate::editor::action::{Action, edit};
use crate::editor::cell::{tap_lesson, tap_word};
use crate::editor::colours::colour_chip;
use crate::editor::control::{Choices, Face, Menu, bar, button, choice, menu, number, toggle};
use crate::editor::drawing::{label_in, parts};
use crate::editor::hosts::channels;
use crate::editor::lessons;
use crate::editor::role::role_menu;
use crate::editor::theme::{self, palette};
use crate::editor::typing::rename;
use crate::editor::view::{View, edge_parameters, tap_value};
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter as P;
use crate::routing::{INPUT_PORTS, Node, PORT_MAIN, Role, Tap};
use egui::{Align2, Rect, Ui, pos2, vec2};

const GAP: f32 = 4.0;
/// The height of a small control.
const SMALL: f32 = 18.0;
/// The height of a send.
pub const SEND: f32 = 14.0;
/// The least travel of a fader with its number.
const LEAST: f32 = 152.0;

/// The heights all channels share, so that what is alike stands in one line.
pub struct Layout {
    /// Of a whole channel.
    pub height: f32,
    /// The buses that channels show sends to.
    pub buses: Vec<usize>,
    travel: f32,
}

impl Layout {
    /// Channels of at least `room` height.
    pub fn of(view: &View, room: f32) -> Layout {
        let mut buses = view.shown_buses();
        let fixed = 12.0 + 20.0 + 6.0 * (SMALL + GAP) + 24.0 + GAP + 2.0 * GAP;
        // In a low window the faders need the room; the matrix has the sends too.
        if room - fixed - buses.len() as f32 * (SEND + 1.0) - 2.0 * GAP < LEAST {
            buses.clear();
        }
        let sends = buses.len() as f32 * (SEND + 1.0) + GAP;
        let travel = (room - fixed - sends - GAP).max(LEAST);
        Layout { height: fixed + sends + travel + GAP, buses, travel }
    }

    fn sends_height(&self) -> f32 {
        self.buses.len() as f32 * (SEND + 1.0)
    }
}

/// Hands out the places of a channel's controls from top to bottom.
struct Column {
    rest: Rect,
}

impl Column {
    fn take(&mut self, height: f32) -> Rect {
        let rect = Rect::from_min_size(self.rest.min, vec2(self.rest.width(), height));
        self.rest.min.y += height + GAP;
        rect
    }
}

/// The channel's ground, colour and name.
fn begin(ui: &mut Ui, rect: Rect, view: &View, node: Node, out: &mut Vec<Action>) -> Column {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
    if view.look.selected == Some(node) {
        let stroke = egui::Stroke::new(1.5, colours.selection);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, egui::StrokeKind::Inside);
    }
    let chip = Rect::from_min_size(rect.min, vec2(rect.width(), 12.0));
    if node != Node::Main {
        colour_chip(ui, chip, view, node, "", out);
    }
    let mut column = Column { rest: rect.shrink(GAP) };
    column.rest.min.y = rect.top() + 12.0;
    let name = column.take(20.0);
    if node == Node::Main {
        label_in(ui, name, Align2::CENTER_CENTER, "Main", theme::name(), colours.text);
    } else if rename(ui, name, view, node, "", Align2::CENTER_CENTER, out) {
        let again = view.look.selected == Some(node);
        out.push(Action::Select(if again { None } else { Some(node) }));
    }
    column
}

/// A strip's channel.
pub fn strip(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    layout: &Layout,
    i: usize,
    out: &mut Vec<Action>,
) {
    let at = i as u8;
    let node = Node::Strip(i);
    let mut column = begin(ui, rect, view, node, out);
    let lesson = "Which stereo input of the plugin this strip takes.";
    let choices = Choices { shown: 1 + INPUT_PORTS, words: &|_| None, lesson };
    choice(ui, column.take(SMALL), view, P::StripInput(at), &choices, out);
    let lesson = "Which part of the input: both sides, one of them, their sum or their difference.";
    choice(ui, column.take(SMALL), view, P::StripSource(at), &Choices::all(lesson), out);
    let line = column.take(SMALL);
    let (mut trim, mut polarity) = (line, line);
    polarity.min.x = line.right() - SMALL;
    trim.max.x = polarity.min.x - 2.0;
    let lesson = "Trim: gain before everything else. Drag up or down, or click to type.";
    number(ui, trim, view, P::StripTrim(at), &P::StripTrim(at).name(), lesson, out);
    let face = Face {
        word: "Ø",
        colour: palette(ui).input,
        lesson: "Polarity: turns both sides upside down.",
    };
    toggle(ui, polarity, view, P::StripPolarity(at), &P::StripPolarity(at).name(), face, out);
    inserts(ui, column.take(SMALL), view, P::StripInsertMix(at), out);
    sends::sends(ui, column.take(layout.sends_height()), view, layout, node, out);
    pan(ui, column.take(SMALL), view, P::StripPan(at), out);
    travel(ui, column.take(layout.travel), view, node, P::StripFader(at), Meter::Strip(i), out);
    switches(ui, column.take(24.0), view, P::StripMute(at), P::StripSolo(at), out);
    bottom(ui, column.take(SMALL), view, node, P::StripMainTap(at), out);
}

/// A bus's channel.
pub fn bus(ui: &mut Ui, rect: Rect, view: &View, layout: &Layout, j: usize, out: &mut Vec<Action>) {
    let at = j as u8;
    let node = Node::Bus(j);
    let colours = palette(ui);
    let mut column = begin(ui, rect, view, node, out);
    role_menu(ui, column.take(SMALL), view, j, 13.0, out);
    let line = column.take(SMALL);
    let words = channels(j + 1);
    label_in(ui, line, Align2::LEFT_CENTER, &words, theme::small(), colours.quiet);
    let mut sends = line;
    sends.min.x = line.right() - 28.0;
    let mixing = view.look.mix_for == Some(j);
    let worn = view.names.colour(node);
    let face = Face {
        word: "MIX",
        colour: if worn == 0 { colours.pre } else { colours.worn(worn) },
        lesson: "Mix for this bus: turns the faders into the sends to it. Escape leaves.",
    };
    if button(ui, sends, &format!("Mix for {node}"), face, mixing).clicked() {
        out.push(Action::MixFor(if mixing { None } else { Some(j) }));
    }
    let line = column.take(SMALL);
    let is_mix = view.routing.buses[j].role == Role::Mix;
    let [immediate, follow] = if is_mix { parts(line, GAP) } else { [line; 2] };
    let face = Face {
        word: "IMM",
        colour: colours.input,
        lesson: "Immediate: this port leaves before the others are lined up. For in-ears.",
    };
    toggle(ui, immediate, view, P::BusImmediate(at), &P::BusImmediate(at).name(), face, out);
    if is_mix {
        let face = Face {
            word: "PAN",
            colour: colours.quiet,
            lesson: "Pan follow: what strips send to this Mix before their faders keeps their pan.",
        };
        toggle(ui, follow, view, P::BusPanFollow(at), &P::BusPanFollow(at).name(), face, out);
    }
    inserts(ui, column.take(SMALL), view, P::BusInsertMix(at), out);
    sends::sends(ui, column.take(layout.sends_height()), view, layout, node, out);
    pan(ui, column.take(SMALL), view, P::BusPan(at), out);
    travel(ui, column.take(layout.travel), view, node, P::BusFader(at), Meter::Bus(j), out);
    switches(ui, column.take(24.0), view, P::BusMute(at), P::BusSolo(at), out);
    let tap = column.take(SMALL);
    let mixing = view.look.mix_for.is_some_and(|to| to != j);
    if is_mix && !mixing {
        label_in(ui, tap, Align2::CENTER_CENTER, "own port", theme::small(), colours.quiet);
    } else {
        bottom(ui, tap, view, node, P::BusMainTap(at), out);
    }
}

/// Main's channel: its insert mix, a large meter and its fader.
pub fn main(ui: &mut Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let mut column = begin(ui, rect, view, Node::Main, out);
    let colours = palette(ui);
    let port = column.take(SMALL);
    label_in(ui, port, Align2::CENTER_CENTER, &channels(PORT_MAIN), theme::small(), colours.quiet);
    inserts(ui, column.take(SMALL), view, P::MainInsertMix, out);
    let next = view.look.scale.next();
    let face = Face {
        word: view.look.scale.word(),
        colour: colours.hover,
        lesson: "The meter's marks: dBFS, or the K-System with 0 at −12, −14 or −20 dBFS of RMS. \
                 The bright bar is RMS over 600 ms, the pale one the peak.",
    };
    if button(ui, column.take(SMALL), "Meter Scale", face, false).clicked() {
        out.push(Action::Scale(next));
    }
    // The fader ends where the others do.
    let bottom = rect.bottom() - GAP - SMALL - GAP - 24.0 - GAP;
    let top = column.rest.top();
    let place =
        Rect::from_min_max(pos2(column.rest.left(), top), pos2(column.rest.right(), bottom));
    column.rest.min.y = bottom + GAP;
    let cap = Cap { fill: None, shown: true, power: Some(view.main_rms) };
    fader(ui, place, view, (P::MainFader, Meter::Main), cap, out);
    let face = Face { lesson: "Mute: silences the main output.", ..lessons::mute(ui) };
    toggle(ui, column.take(24.0), view, P::MainMute, &P::MainMute.name(), face, out);
    let rms = view.main_rms[0].max(view.main_rms[1]) - view.look.scale.zero();
    let text = format!("RMS {}", crate::editor::drawing::bare_db(rms, false));
    label_in(ui, column.take(SMALL), Align2::CENTER_CENTER, &text, theme::small(), colours.quiet);
}

fn inserts(ui: &mut Ui, rect: Rect, view: &View, parameter: P, out: &mut Vec<Action>) {
    let lesson = "Insert mix: how much of the insert chain is heard against its untouched input.";
    bar(ui, rect, view, parameter, "Ins", lesson, out);
}

fn pan(ui: &mut Ui, rect: Rect, view: &View, parameter: P, out: &mut Vec<Action>) {
    let lesson = "Pan: places mono sources, balances stereo ones. Double-click for the centre.";
    bar(ui, rect, view, parameter, "", lesson, out);
}

fn switches(ui: &Ui, rect: Rect, view: &View, mute: P, solo: P, out: &mut Vec<Action>) {
    let [left, right] = parts(rect, GAP);
    toggle(ui, left, view, mute, &mute.name(), lessons::mute(ui), out);
    toggle(ui, right, view, solo, &solo.name(), lessons::solo(ui), out);
}

/// The fader, or while mixing for a bus the send to it.
fn travel(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    node: Node,
    own: P,
    meter: Meter,
    out: &mut Vec<Action>,
) {
    let plain = Cap { fill: None, shown: true, power: None };
    let (Some(bus), Some(source)) = (view.look.mix_for, source_of(node)) else {
        fader(ui, rect, view, (own, meter), plain, out);
        return;
    };
    if node == Node::Bus(bus) {
        fader(ui, rect, view, (own, meter), plain, out);
        return;
    }
    let colours = palette(ui);
    let worn = view.names.colour(Node::Bus(bus));
    let colour = if worn == 0 { colours.pre } else { colours.worn(worn) };
    let connected = view.routing.edge(source, bus).is_connected();
    match edge_parameters(source, bus) {
        Some((tap, Some(level))) if connected || view.refusal(source, bus).is_none() => {
            let before = out.len();
            let cap = Cap { fill: Some(colour), shown: connected, power: None };
            fader(ui, rect, view, (level, meter), cap, out);
            // Whoever turns a send up wants to hear it.
            let begun = out[before..].contains(&Action::Begin(level));
            if begun && view.value(tap) == tap_value(Tap::Off) {
                out.extend(edit(tap, tap_value(Tap::Pre)));
            }
        }
        _ => crate::editor::drawing::hatch(ui.painter(), rect, colours.line),
    }
}

/// The tap of the edge to Main, or while mixing for a bus of the send to it.
fn bottom(ui: &Ui, rect: Rect, view: &View, node: Node, main: P, out: &mut Vec<Action>) {
    let mixed = view.look.mix_for.filter(|bus| node != Node::Bus(*bus));
    let edge = mixed.and_then(|bus| edge_parameters(source_of(node)?, bus));
    let parameter = edge.map_or(main, |(tap, _)| tap);
    let to = if mixed.is_some() { "the Mix" } else { "Main" };
    tap_menu(ui, rect, view, parameter, to, out);
}

fn tap_menu(ui: &Ui, rect: Rect, view: &View, parameter: P, to: &str, out: &mut Vec<Action>) {
    const TAPS: [Tap; 4] = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post];
    let colours = palette(ui);
    let current = view.value(parameter) as usize;
    let tap = TAPS.get(current).copied().unwrap_or(Tap::Off);
    let entries: Vec<_> = TAPS
        .iter()
        .enumerate()
        .map(|(n, tap)| (n, tap_word(*tap, colours).0.to_string()))
        .collect();
    let lesson = format!("Where {to} takes it. {}", tap_lesson(tap));
    let list = Menu {
        entries: &entries,
        current,
        colour: tap_word(tap, colours).1,
        lesson: &lesson,
        indent: 0.0,
    };
    let chosen = menu(ui, rect, &parameter.name(), &list);
    if let Some(tap) = chosen.filter(|n| *n != current).and_then(|n| TAPS.get(n)) {
        out.extend(edit(parameter, tap_value(*tap)));
    }
}
