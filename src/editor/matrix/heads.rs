//! The heads of the matrix: number, colour, name, meter, mute and solo of a row; role, name, output
//! port, mute and solo of a column. While something is traced they tell its total.
//!
//! Not here: the crosspoints. A click selects whose paths are traced, a drag with Ctrl copies a
//! whole row or column onto another, Ctrl-C and Ctrl-V do the same. The editor's thread only.

use crate::editor::action::{Action, choose_role, connect, edit_together};
use crate::editor::cell::{asks_to_copy, copy, pasted_text, told};
use crate::editor::check::{mark, reveal};
use crate::editor::clip::{self, Clip};
use crate::editor::colours::colour_chip;
use crate::editor::control::{Face, button, describe, focus_ring, id_of, say, toggle};
use crate::editor::drawing::{Growth, Metered, caps_in, label_in, meter, parts, signed_db, slot};
use crate::editor::hosts::channels;
use crate::editor::lessons;
use crate::editor::role::role_menu;
use crate::editor::sessions;
use crate::editor::theme::{self, palette};
use crate::editor::trace::Trace;
use crate::editor::typing::rename;
use crate::editor::view::View;
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter;
use crate::routing::{DESTINATIONS, MAIN, Node, Role, SOURCES, STRIPS, Send};
use egui::{
    Align2, CursorIcon, Id, PointerButton, Popup, Rect, Response, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, pos2, vec2,
};

use super::GAP;

/// How a head is lit.
#[derive(Clone, Copy)]
pub struct Light<'a> {
    /// The pointer is on one of its crosspoints.
    pub lit: bool,
    /// What is traced, if anything.
    pub trace: Option<&'a Trace>,
}

impl Light<'_> {
    fn aside(self, node: Node) -> bool {
        self.trace.is_some_and(|trace| !trace.touches(node))
    }

    /// "−14.2" while traced, with the delay if there is one.
    fn total(self, node: Node) -> Option<String> {
        let total = self.trace?.total(node)?;
        let mut text = signed_db(total.db);
        if total.delay > 0 {
            text += &format!(" +{}", total.delay);
        }
        Some(text)
    }
}

/// Which head is meant: a row's or a column's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    Row(usize),
    Column(usize),
}

/// A row's head.
pub fn row(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    source: usize,
    light: Light<'_>,
    out: &mut Vec<Action>,
) {
    let node = Node::from_index(source);
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.ground);
    let body = rect.shrink(GAP / 2.0);
    let response = ground(ui, body, view, Head::Row(source), node, light, out);
    let ui = &mut faded(ui, rect, light.aside(node));
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
    colour_chip(ui, slot(body, 0.0, 12.0, 0.0), view, node, ", in its row", out);
    match node {
        Node::Strip(i) if view.faults[i] => fault_lamp(ui, slot(body, 13.0, 20.0, 3.0), i, out),
        _ => {
            let place = slot(body, 12.0, 19.0, 0.0);
            let text = number.to_string();
            label_in(ui, place, Align2::RIGHT_CENTER, &text, theme::small(), colours.quiet);
        }
    }
    let total = light.total(node);
    let name_width = if total.is_some() { 62.0 } else { 100.0 };
    let place = slot(body, 37.0, name_width, 2.0);
    if rename(ui, place, view, node, "", Align2::LEFT_CENTER, out) {
        select(view, node, out);
    }
    if let Some(total) = total {
        let place = slot(body, 98.0, 38.0, 0.0);
        label_in(ui, place, Align2::RIGHT_CENTER, &total, theme::small(), colours.selection);
    }
    let leaves = matches!(node, Node::Bus(_));
    let shown = match leaves {
        true => Metered::leaving(view.meter(reading)),
        false => Metered::inside(view.meter(reading)),
    };
    meter(ui.painter(), colours, slot(body, 140.0, 7.0, 3.0), shown, Growth::Up);
    let place = |parameter: Parameter| format!("{}, in its row", parameter.name());
    toggle(ui, slot(body, 151.0, 20.0, 3.0), view, mute, &place(mute), lessons::mute(ui), out);
    toggle(ui, slot(body, 173.0, 20.0, 3.0), view, solo, &place(solo), lessons::solo(ui), out);
    drop(response);
}

/// A column's head.
pub fn column(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    destination: usize,
    light: Light<'_>,
    out: &mut Vec<Action>,
) {
    let node = Node::destination(destination);
    let colours = palette(ui);
    ui.painter().rect_filled(rect, 0, colours.ground);
    let body = rect.shrink(GAP / 2.0);
    ground(ui, body, view, Head::Column(destination), node, light, out);
    let ui = &mut faded(ui, rect, light.aside(node));
    let line = |y: f32, height: f32| {
        Rect::from_min_size(
            pos2(body.left() + 4.0, body.top() + y),
            vec2(body.width() - 8.0, height),
        )
    };
    let port = head_port(Head::Column(destination));
    let total = light.total(node);
    let (words, colour) = match total {
        Some(total) => (total, colours.selection),
        None => (channels(port), colours.quiet),
    };
    label_in(ui, line(43.0, 14.0), Align2::LEFT_CENTER, &words, theme::small(), colour);
    let reading = match node {
        Node::Bus(j) => Meter::Bus(j),
        _ => Meter::Main,
    };
    let shown = Metered::leaving(view.meter(reading));
    meter(ui.painter(), colours, line(82.0, 7.0), shown, Growth::Right);
    let switches = line(60.0, 18.0);
    let Node::Bus(j) = node else {
        let title = line(4.0, 18.0);
        caps_in(ui, title, Align2::LEFT_CENTER, "Out", colours.quiet);
        label_in(ui, line(24.0, 18.0), Align2::LEFT_CENTER, "Main", theme::name(), colours.text);
        let face = Face { lesson: "Mute: silences the main output.", ..lessons::mute(ui) };
        let name = "Main Mute, in its column";
        toggle(ui, switches, view, Parameter::MainMute, name, face, out);
        return;
    };
    let at = j as u8;
    let chip = Rect::from_min_size(body.min, vec2(body.width(), 4.0));
    if view.names.colour(node) != 0 {
        ui.painter().rect_filled(chip, 2, colours.worn(view.names.colour(node)));
    }
    role_menu(ui, line(6.0, 17.0), view, j, 12.0, out);
    let mut name = line(24.0, 18.0);
    let number = (j + 1).to_string();
    label_in(ui, name, Align2::LEFT_CENTER, &number, theme::small(), colours.quiet);
    name.min.x += if j < 9 { 11.0 } else { 17.0 };
    if rename(ui, name, view, node, ", in its column", Align2::LEFT_CENTER, out) {
        select(view, node, out);
    }
    let [left, right] = parts(switches, 4.0);
    let place = |parameter: Parameter| format!("{}, in its column", parameter.name());
    let (mute, solo) = (Parameter::BusMute(at), Parameter::BusSolo(at));
    toggle(ui, left, view, mute, &place(mute), lessons::mute(ui), out);
    toggle(ui, right, view, solo, &place(solo), lessons::solo(ui), out);
}

/// The column that adds a bus, by its role.
pub fn add_bus(ui: &mut Ui, rect: Rect, view: &View, bus: usize, out: &mut Vec<Action>) {
    let name = format!("Add {}", Node::Bus(bus));
    let body = rect.shrink(GAP / 2.0);
    let response = ui.interact(body, id_of(&name), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let colours = palette(ui);
    let (colour, line) = match response.hovered() {
        true => (colours.text, colours.faint),
        false => (colours.quiet, colours.line),
    };
    ui.painter().rect_filled(rect, 0, colours.ground);
    ui.painter().rect_stroke(body, theme::CORNER, Stroke::new(1.0, line), StrokeKind::Inside);
    label_in(ui, body, Align2::CENTER_CENTER, "+", theme::heading(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || format!("Adds {} as a Group, a Return or a Mix.", Node::Bus(bus)));
    Popup::menu(&response).accessible_name(&name).show(|ui| {
        ui.set_min_width(240.0);
        for (role, words) in [
            (Role::Group, "Group — a submix into Main"),
            (Role::Return, "Return — a shared effect, safe from solo"),
            (Role::Mix, "Mix — headphones, stream or recording"),
        ] {
            if ui.button(words).clicked() {
                out.push(Action::Reveal(STRIPS + bus));
                if role != view.routing.buses[bus].role {
                    out.extend(choose_role(&view.routing, bus, role));
                }
                ui.close();
            }
        }
    });
}

/// The head's ground: it selects, and rows and columns are copied from and onto it.
fn ground(
    ui: &Ui,
    body: Rect,
    view: &View,
    head: Head,
    node: Node,
    light: Light<'_>,
    out: &mut Vec<Action>,
) -> Response {
    let colours = palette(ui);
    let name = match head {
        Head::Row(_) => format!("{node} row"),
        Head::Column(_) => format!("{node} column"),
    };
    let response = ui.interact(body, id_of(&name), Sense::click_and_drag());
    let found = view.check.node(node);
    let words = head_sentence(view, head, node, light) + &found.map(told).unwrap_or_default();
    describe(&response, egui::Role::Group, &name, &words);
    let selected = view.look.selected == Some(node);
    let fill = if light.lit || response.hovered() { colours.hover } else { colours.panel };
    ui.painter().rect_filled(body, theme::CORNER, fill);
    if selected {
        let stroke = Stroke::new(1.5, colours.selection);
        ui.painter().rect_stroke(body, theme::CORNER, stroke, StrokeKind::Inside);
    }
    if let Some(found) = found {
        mark::corner(ui.painter(), body, colours, found);
        response.clone().on_hover_text(&found.text);
    }
    focus_ring(ui, &response);
    say(ui, &response, || words.clone());
    reveal::come_into_sight(ui, &response);
    if response.clicked() {
        response.request_focus();
        select(view, node, out);
    }
    carry(ui, &response, head);
    if response.has_focus() {
        if asks_to_copy(ui) {
            match head {
                Head::Row(_) => sessions::copy_channel(ui, view, node),
                Head::Column(_) => copy(ui, text_of(view, head)),
            }
        }
        if let Some(text) = pasted_text(ui) {
            out.extend(paste_text(view, head, node, &text));
        }
    }
    sessions::head_menu(&response, view, node, out);
    response
}

fn head_sentence(view: &View, head: Head, node: Node, light: Light<'_>) -> String {
    let name = view.name(node);
    let traced = light.trace.and_then(|trace| trace.total(node).map(|total| (trace.node, total)));
    if let Some((from, total)) = traced {
        let paths =
            if total.paths == 1 { "1 path".into() } else { format!("{} paths", total.paths) };
        let level = signed_db(total.db);
        let late = match total.delay {
            0 => "without delay".to_string(),
            samples => format!("after {samples} samples"),
        };
        return format!("{} and {name}: {level} dB by {paths}, {late}.", view.name(from));
    }
    match head {
        Head::Row(_) => format!(
            "{name}: click to trace its paths, Ctrl-C to copy it, Ctrl-drag onto another row to copy its sends."
        ),
        Head::Column(_) => {
            let port = channels(head_port(head));
            format!("{name}: leaves on {port} of the outputs. Click to trace what feeds it.")
        }
    }
}

fn head_port(head: Head) -> usize {
    match head {
        Head::Column(to) if to != MAIN => to + 1,
        _ => 0,
    }
}

/// Selects a node, or nothing if it is selected already.
fn select(view: &View, node: Node, out: &mut Vec<Action>) {
    let again = view.look.selected == Some(node);
    out.push(Action::Select(if again { None } else { Some(node) }));
}

fn carried_id() -> Id {
    Id::unique("switchyard carried head")
}

fn target_id() -> Id {
    Id::unique("switchyard head under the pointer")
}

/// A drag with Ctrl from one head onto another of its kind.
fn carry(ui: &Ui, response: &Response, head: Head) {
    let command = ui.input(|input| input.modifiers.command || input.modifiers.ctrl);
    if response.drag_started_by(PointerButton::Primary) && command {
        ui.data_mut(|data| data.insert_temp(carried_id(), head));
    }
    let Some(carried) = ui.data(|data| data.get_temp::<Head>(carried_id())) else { return };
    let over = ui.input(|input| {
        input.pointer.interact_pos().is_some_and(|at| response.interact_rect.contains(at))
    });
    let fits = std::mem::discriminant(&carried) == std::mem::discriminant(&head);
    if carried == head || (over && fits) {
        let stroke = Stroke::new(1.5, palette(ui).selection);
        ui.painter().rect_stroke(response.rect, theme::CORNER, stroke, StrokeKind::Inside);
        ui.ctx().set_cursor_icon(CursorIcon::Copy);
    }
    if over && fits && carried != head {
        ui.data_mut(|data| data.insert_temp(target_id(), head));
    }
}

/// Copies a row or column once the button is up over another. Called after all heads.
pub fn end_of_copy(ui: &Ui, view: &View, out: &mut Vec<Action>) {
    let take = |id: Id| {
        ui.data_mut(|data| {
            let head = data.get_temp::<Head>(id);
            data.remove::<Head>(id);
            head
        })
    };
    let target = take(target_id());
    if ui.input(|input| input.pointer.any_down()) {
        return;
    }
    if let (Some(carried), Some(target)) = (take(carried_id()), target)
        && let Some(clip) = clip::read(&text_of(view, carried))
    {
        out.extend(paste(view, target, &clip));
    }
}

fn text_of(view: &View, head: Head) -> String {
    match head {
        Head::Row(source) => clip::row(&view.routing, source),
        Head::Column(destination) => clip::column(&view.routing, destination),
    }
}

/// Pastes crosspoints, or else a whole strip or bus.
fn paste_text(view: &View, head: Head, node: Node, text: &str) -> Vec<Action> {
    if let Some(clip) = clip::read(text) {
        return paste(view, head, &clip);
    }
    let session = &view.inserts.session;
    vec![sessions::paste(text, Some(node), &view.routing, session, &view.names)]
}

/// Makes a row or column like the one copied; crosspoints that may not be open are left as they are.
fn paste(view: &View, head: Head, clip: &Clip) -> Vec<Action> {
    let spots: Vec<(usize, usize, Send)> = match (head, clip) {
        (Head::Row(source), Clip::Row(list)) => {
            list.iter().map(|(to, send)| (source, *to, *send)).collect()
        }
        (Head::Column(destination), Clip::Column(list)) => {
            list.iter().map(|(from, send)| (*from, destination, *send)).collect()
        }
        _ => return Vec::new(),
    };
    let mut values = Vec::new();
    for (source, destination, send) in spots {
        if source >= SOURCES || destination >= DESTINATIONS {
            continue;
        }
        if send.is_connected() && view.refusal(source, destination).is_some() {
            continue;
        }
        values.extend(connect(&view.routing, source, destination, send, true));
    }
    edit_together(&values)
}

fn fault_lamp(ui: &Ui, rect: Rect, strip: usize, out: &mut Vec<Action>) {
    let face = Face { word: "!", colour: palette(ui).fault, lesson: lessons::FAULT };
    if button(ui, rect, &format!("Strip {} Fault", strip + 1), face, true).clicked() {
        out.push(Action::ClearFault(strip));
    }
}

/// A part that fades what is not on the traced path.
fn faded(ui: &mut Ui, rect: Rect, aside: bool) -> Ui {
    let clip = ui.clip_rect();
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect));
    part.set_clip_rect(clip);
    if aside {
        part.multiply_opacity(0.35);
    }
    part
}
