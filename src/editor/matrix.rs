//! The matrix: every strip and bus as a row, Main and every bus as a column, an edge where they
//! cross. Its heads stay in sight while it scrolls.
//!
//! Not here: what a crosspoint does ([`super::cell`]). The editor's thread only.

use super::action::{Action, choose_role};
use super::cell::crosspoint;
use super::control::{Face, button, id_of, menu, say, toggle};
use super::drawing::{Growth, label_in, meter};
use super::theme;
use super::typing::rename;
use super::view::View;
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter;
use crate::routing::{DESTINATIONS, MAIN, Node, Role, SOURCES, STRIPS};
use egui::{Align2, Rect, Sense, Ui, UiBuilder, Vec2, pos2, vec2};

/// The width of a row's head.
const HEAD_WIDTH: f32 = 168.0;
/// The height of a column's head.
const HEAD_HEIGHT: f32 = 80.0;
/// The height of a row, gap included.
const ROW: f32 = 28.0;
/// The gap between cells.
const GAP: f32 = 2.0;
/// The space between the strips' rows and the buses'.
const BREAK: f32 = 12.0;

/// What muting does.
pub const MUTE_LESSON: &str =
    "Mute: silences every edge except those directly into a Mix, so nobody on stage goes deaf.";
/// What soloing does.
pub const SOLO_LESSON: &str =
    "Solo: Main keeps only what runs through here. Mixes are never touched.";

/// The mute switch's face.
pub const MUTE: Face<'static> = Face { word: "M", colour: theme::MUTE, lesson: MUTE_LESSON };
/// The solo switch's face.
pub const SOLO: Face<'static> = Face { word: "S", colour: theme::SOLO, lesson: SOLO_LESSON };

/// The size the matrix takes when columns may be as wide as fits into `available`.
fn column_width(available: f32) -> f32 {
    ((available - HEAD_WIDTH) / DESTINATIONS as f32).floor().clamp(64.0, 96.0)
}

/// Draws the matrix.
pub fn matrix(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let column = column_width(ui.clip_rect().width());
    let size =
        vec2(HEAD_WIDTH + column * DESTINATIONS as f32, HEAD_HEIGHT + ROW * SOURCES as f32 + BREAK);
    let (all, _) = ui.allocate_exact_size(size, Sense::hover());
    let clip = ui.clip_rect();
    // The heads' corner stays at the edge of what is visible, but never leaves the matrix.
    let corner = pos2(
        all.left().max(clip.left().min(all.right() - HEAD_WIDTH)),
        all.top().max(clip.top().min(all.bottom() - HEAD_HEIGHT)),
    );
    let inner = corner + vec2(HEAD_WIDTH, HEAD_HEIGHT);
    let left = |to: usize| {
        let place = if to == MAIN { 0 } else { to + 1 };
        all.left() + HEAD_WIDTH + column * place as f32
    };
    let top = |from: usize| {
        let gap = if from < STRIPS { 0.0 } else { BREAK };
        all.top() + HEAD_HEIGHT + ROW * from as f32 + gap
    };

    let mut pointed = None;
    inside(ui, Rect::from_min_max(inner, all.max), |ui| {
        for from in 0..SOURCES {
            for to in 0..DESTINATIONS {
                let rect = Rect::from_min_size(pos2(left(to), top(from)), vec2(column, ROW))
                    .shrink(GAP / 2.0);
                if crosspoint(ui, rect, view, from, to, &mut out) {
                    pointed = Some((from, to));
                }
            }
        }
    });
    inside(ui, Rect::from_min_max(pos2(corner.x, inner.y), all.max), |ui| {
        for from in 0..SOURCES {
            let rect = Rect::from_min_size(pos2(corner.x, top(from)), vec2(HEAD_WIDTH, ROW));
            let lit = pointed.is_some_and(|(row, _)| row == from);
            row_head(ui, rect, view, from, lit, &mut out);
        }
    });
    inside(ui, Rect::from_min_max(pos2(inner.x, corner.y), pos2(all.right(), inner.y)), |ui| {
        for to in 0..DESTINATIONS {
            let rect = Rect::from_min_size(pos2(left(to), corner.y), vec2(column, HEAD_HEIGHT));
            let lit = pointed.is_some_and(|(_, at)| at == to);
            column_head(ui, rect, view, to, lit, &mut out);
        }
    });
    let rect = Rect::from_min_max(corner, inner);
    ui.painter().rect_filled(rect, 0, theme::GROUND);
    let text = rect.shrink2(vec2(8.0, 8.0));
    label_in(ui, text, Align2::LEFT_BOTTOM, "FROM", theme::small(), theme::QUIET);
    label_in(ui, text, Align2::RIGHT_TOP, "TO", theme::small(), theme::QUIET);
    out
}

/// Draws into a part of the view, cut off at its edges.
fn inside(ui: &mut Ui, rect: Rect, draw: impl FnOnce(&mut Ui)) {
    let clip = ui.clip_rect().intersect(rect);
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect));
    part.set_clip_rect(clip);
    draw(&mut part);
}

fn row_head(ui: &mut Ui, rect: Rect, view: &View, from: usize, lit: bool, out: &mut Vec<Action>) {
    let node = Node::from_index(from);
    ui.painter().rect_filled(rect, 0, theme::GROUND);
    let body = rect.shrink(GAP / 2.0);
    let fill = if lit { theme::HOVER } else { theme::PANEL };
    ui.painter().rect_filled(body, theme::CORNER, fill);
    let slot = |x: f32, width: f32| {
        Rect::from_min_size(
            pos2(rect.left() + x, body.top() + 3.0),
            vec2(width, body.height() - 6.0),
        )
    };
    let (number, reading, mute, solo) = match node {
        Node::Strip(i) => {
            let at = i as u8;
            (i + 1, Meter::Strip(i), Parameter::StripMute(at), Parameter::StripSolo(at))
        }
        Node::Bus(j) => {
            (j + 1, Meter::Bus(j), Parameter::BusMute(j as u8), Parameter::BusSolo(j as u8))
        }
        Node::Main => return,
    };
    match node {
        Node::Strip(i) if view.faults[i] => fault_lamp(ui, slot(4.0, 18.0), i, out),
        _ => label_in(
            ui,
            slot(4.0, 18.0),
            Align2::RIGHT_CENTER,
            &number.to_string(),
            theme::small(),
            theme::QUIET,
        ),
    }
    rename(ui, slot(26.0, 80.0), view, node, "", Align2::LEFT_CENTER, out);
    meter(ui.painter(), slot(110.0, 7.0), view.meter(reading), Growth::Up, !is_strip(node));
    let place = |parameter: Parameter| format!("{}, in its row", parameter.name());
    toggle(ui, slot(121.0, 20.0), view, mute, &place(mute), MUTE, out);
    toggle(ui, slot(143.0, 20.0), view, solo, &place(solo), SOLO, out);
}

fn is_strip(node: Node) -> bool {
    matches!(node, Node::Strip(_))
}

fn fault_lamp(ui: &Ui, rect: Rect, strip: usize, out: &mut Vec<Action>) {
    let face = Face {
        word: "!",
        colour: theme::FAULT,
        lesson: "The input held a value that is not a number; it was silenced. \
                 Check the plugin before this one, then click to put the lamp out.",
    };
    if button(ui, rect, &format!("Strip {} Fault", strip + 1), face, true).clicked() {
        out.push(Action::ClearFault(strip));
    }
}

fn column_head(ui: &mut Ui, rect: Rect, view: &View, to: usize, lit: bool, out: &mut Vec<Action>) {
    let node = Node::destination(to);
    ui.painter().rect_filled(rect, 0, theme::GROUND);
    let body = rect.shrink(GAP / 2.0);
    let fill = if lit { theme::HOVER } else { theme::PANEL };
    ui.painter().rect_filled(body, theme::CORNER, fill);
    let slot = |y: f32, height: f32| {
        Rect::from_min_size(
            pos2(body.left() + 3.0, body.top() + y),
            vec2(body.width() - 6.0, height),
        )
    };
    let half = |rect: Rect, side: usize| {
        let width = (rect.width() - 4.0) / 2.0;
        let shift = vec2(side as f32 * (width + 4.0), 0.0);
        Rect::from_min_size(rect.min + shift, Vec2::new(width, rect.height()))
    };
    let port = if to == MAIN { 0 } else { to + 1 };
    let response = ui.interact(body, id_of(&format!("{node} column")), Sense::hover());
    say(ui, &response, || format!("{}: output port {port}", view.name(node)));
    match node {
        Node::Bus(j) => {
            let at = j as u8;
            role_menu(ui, slot(4.0, 18.0), view, j, out);
            let mut name = slot(24.0, 20.0);
            let number = (j + 1).to_string();
            label_in(ui, name, Align2::LEFT_CENTER, &number, theme::small(), theme::QUIET);
            name.min.x += if j < 9 { 10.0 } else { 16.0 };
            rename(ui, name, view, node, ", in its column", Align2::LEFT_CENTER, out);
            let switches = slot(46.0, 18.0);
            let place = |parameter: Parameter| format!("{}, in its column", parameter.name());
            let (mute, solo) = (Parameter::BusMute(at), Parameter::BusSolo(at));
            toggle(ui, half(switches, 0), view, mute, &place(mute), MUTE, out);
            toggle(ui, half(switches, 1), view, solo, &place(solo), SOLO, out);
            meter(ui.painter(), slot(67.0, 7.0), view.meter(Meter::Bus(j)), Growth::Right, true);
        }
        _ => {
            label_in(ui, slot(4.0, 18.0), Align2::LEFT_CENTER, "OUT", theme::small(), theme::QUIET);
            label_in(ui, slot(24.0, 20.0), Align2::LEFT_CENTER, "Main", theme::body(), theme::TEXT);
            let name = "Main Mute, in its column";
            let face = Face { lesson: "Mute: silences the main output.", ..MUTE };
            toggle(ui, slot(46.0, 18.0), view, Parameter::MainMute, name, face, out);
            meter(ui.painter(), slot(67.0, 7.0), view.meter(Meter::Main), Growth::Right, true);
        }
    }
}

fn role_menu(ui: &Ui, rect: Rect, view: &View, bus: usize, out: &mut Vec<Action>) {
    const ROLES: [(Role, &str); 3] =
        [(Role::Group, "GROUP"), (Role::Return, "RETURN"), (Role::Mix, "MIX")];
    let lesson = "Group: a submix into Main. Return: shared effects, safe from solo. \
                  Mix: for headphones, stream or recording; mute and solo leave it alone.";
    let now = view.routing.buses[bus].role;
    let entries: Vec<_> =
        ROLES.iter().enumerate().map(|(n, (_, word))| (n, (*word).to_string())).collect();
    let current = ROLES.iter().position(|(role, _)| *role == now).unwrap_or(0);
    let name = Parameter::BusRole(bus as u8).name();
    if let Some(chosen) = menu(ui, rect, &name, &entries, current, theme::QUIET, lesson)
        && chosen != current
        && let Some((role, _)) = ROLES.get(chosen)
    {
        out.extend(choose_role(&view.routing, bus, *role));
    }
}
