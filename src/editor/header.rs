//! The line at the top: what this is, taking back, which view is open, how it is doing, and the
//! lamps that ask for something.
//!
//! Not here: the mix. The editor's thread only.

use super::action::{Action, edit_together};
use super::check::mark;
use super::control::{Face, button, focus_ring, id_of, say, toggle};
use super::drawing::{self, label_in, menu_arrow, width_of};
use super::edits::snapshots::LETTERS;
use super::look::{Screen, Theme, ZOOMS, next_zoom};
use super::sessions;
use super::theme::{self, palette};
use super::view::View;
use crate::routing::parameter::Parameter as P;
use crate::routing::{BUSES, STRIPS};
use egui::{
    Align2, Color32, Key, Modifiers, Popup, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};

/// The height of the header's controls.
const CONTROL: f32 = 22.0;
/// The width of a snapshot's button.
const SNAPSHOT: f32 = 22.0;

/// Draws the header into the whole of `ui`.
pub fn header(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let all = ui.max_rect();
    let colours = palette(ui);
    ui.painter().rect_filled(all, 0, colours.panel);
    let line = Rect::from_center_size(all.center(), vec2(all.width() - 16.0, CONTROL));
    let mut left = line.left();
    let mut from_left = |width: f32, gap: f32| {
        let rect = Rect::from_min_size(pos2(left, line.top()), vec2(width, CONTROL));
        left += width + gap;
        rect
    };
    let badge = from_left(20.0, 8.0);
    drawing::mark(ui.painter(), badge.shrink2(vec2(0.0, 4.0)), colours);
    let wide = all.width() > 940.0;
    let width = if wide { sessions::WIDE } else { sessions::NARROW };
    sessions::menu(ui, from_left(width, if wide { 10.0 } else { 4.0 }), view, &mut out);
    step(ui, from_left(26.0, 2.0), "Undo", view.undo.as_deref(), Action::Undo, &mut out);
    step(ui, from_left(26.0, 16.0), "Redo", view.redo.as_deref(), Action::Redo, &mut out);
    for (screen, word) in Screen::ALL {
        let width = width_of(ui, word, theme::name()) + 20.0 + badge_width(ui, view, screen);
        tab(ui, from_left(width, 2.0), view, screen, word, &mut out);
    }
    let rest = Rect::from_min_max(pos2(left + 8.0, line.top()), line.max);
    state(ui, rest, view, &mut out);
    keys(ui, view, &mut out);
    out
}

/// Undo or Redo, lit when there is something to take back, and saying what.
fn step(
    ui: &Ui,
    rect: Rect,
    word: &str,
    what: Option<&str>,
    action: Action,
    out: &mut Vec<Action>,
) {
    let response = ui.interact(rect, id_of(word), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, what.is_some(), word));
    let colours = palette(ui);
    if response.hovered() && what.is_some() {
        ui.painter().rect_filled(rect, theme::CORNER, colours.hover);
    }
    let colour = if what.is_some() { colours.text } else { colours.line };
    turn_arrow(ui, rect.center(), word == "Redo", colour);
    focus_ring(ui, &response);
    let keys = if word == "Undo" { "Ctrl-Z" } else { "Ctrl-Shift-Z" };
    let words = match what {
        Some(what) => format!("{word}: {what}   ({keys})"),
        None => format!("Nothing to {}.", word.to_lowercase()),
    };
    say(ui, &response, || words.clone());
    if response.on_hover_text(words).clicked() && what.is_some() {
        out.push(action);
    }
}

/// An arrow that turns back, or forth.
fn turn_arrow(ui: &Ui, centre: Pos2, forth: bool, colour: Color32) {
    let flip = if forth { -1.0 } else { 1.0 };
    let arc: Vec<_> = (0..=10)
        .map(|n| {
            let angle = std::f32::consts::PI * (1.0 - n as f32 / 10.0);
            centre + vec2(angle.cos() * 5.0 * flip, 1.5 - angle.sin() * 5.0)
        })
        .collect();
    let end = arc.last().copied().unwrap_or(centre);
    ui.painter().add(Shape::line(arc, Stroke::new(1.5, colour)));
    ui.painter().line_segment([end, end + vec2(0.0, 3.0)], Stroke::new(1.5, colour));
    let tip = centre + vec2(-5.0 * flip, 5.5);
    let head = vec![tip, tip + vec2(-3.0, -4.5), tip + vec2(3.0, -4.5)];
    ui.painter().add(Shape::convex_polygon(head, colour, Stroke::NONE));
}

fn tab(ui: &Ui, rect: Rect, view: &View, screen: Screen, word: &str, out: &mut Vec<Action>) {
    let response = ui.interact(rect, id_of(word), Sense::click());
    let open = view.look.screen == screen;
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, open, word));
    let colours = palette(ui);
    let colour = if open || response.hovered() { colours.text } else { colours.quiet };
    let font = if open { theme::name() } else { theme::body() };
    let mut text = rect;
    text.max.x -= badge_width(ui, view, screen);
    label_in(ui, text, Align2::CENTER_CENTER, word, font, colour);
    if screen == Screen::Check {
        badge(ui, pos2(text.right() - 6.0, rect.center().y), view);
    }
    if open {
        let y = ui.max_rect().bottom() - 1.0;
        let x = rect.left() + 10.0..=rect.right() - 10.0;
        ui.painter().hline(x, y, Stroke::new(2.0, colours.text));
    }
    // How far a morph came is seen in every view.
    if let Some(morph) = view.morph.filter(|_| screen == Screen::Scenes) {
        let long = (rect.width() - 20.0) * morph.position;
        let x = rect.left() + 10.0..=rect.left() + 10.0 + long;
        ui.painter().hline(x, ui.max_rect().bottom() - 1.0, Stroke::new(2.0, colours.selection));
    }
    focus_ring(ui, &response);
    say(ui, &response, || {
        if screen == Screen::Check && !view.check.open.is_empty() {
            return format!("Check: {} to look at.", view.check.summary());
        }
        match screen {
            Screen::Matrix => "Matrix: who feeds whom, at which tap and level.",
            Screen::Mixer => "Mixer: strips and buses with their faders, pans and sends.",
            Screen::Chains => "Chains: the effects in each strip, bus and Main.",
            Screen::Macros => "Macros: sixteen host parameters that drive effects.",
            Screen::Scenes => "Scenes: eight states of the mix, recalled or morphed into.",
            Screen::Check => {
                "Check: what in this routing is probably not meant. Nothing was found."
            }
        }
        .into()
    });
    if response.clicked() {
        out.push(Action::Show(screen));
    }
}

/// How much room the count of findings takes beside its tab's word.
fn badge_width(ui: &Ui, view: &View, screen: Screen) -> f32 {
    let count = view.check.open.len();
    if screen != Screen::Check || count == 0 {
        return 0.0;
    }
    20.0 + width_of(ui, &count.to_string(), theme::label())
}

/// The worst finding's shape and how many there are.
fn badge(ui: &Ui, left: Pos2, view: &View) {
    let Some(worst) = view.check.worst() else { return };
    let colours = palette(ui);
    mark::symbol(ui.painter(), left + vec2(7.0, 0.0), colours, worst);
    let count = view.check.open.len().to_string();
    let at = left + vec2(17.0, 0.0);
    ui.painter().text(at, Align2::LEFT_CENTER, count, theme::label(), colours.text);
}

/// From the right: bypass, the look, lamps, and as far as there is room latency and load.
fn state(ui: &Ui, rest: Rect, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let mut right = rest.right();
    let mut take = |width: f32| {
        let rect = Rect::from_min_max(pos2(right - width, rest.top()), pos2(right, rest.bottom()));
        right -= width + 8.0;
        (rect.left() >= rest.left()).then_some(rect)
    };
    let face = Face {
        word: "BYPASS",
        colour: colours.pre,
        lesson: "Bypass: main in to main out, Groups and Returns silent. Mixes, Monitor and Cue keep \
                 running.",
    };
    if let Some(rect) = take(60.0) {
        toggle(ui, rect, view, P::Bypass, &P::Bypass.name(), face, out);
    }
    if let Some(rect) = take(62.0) {
        look_menu(ui, rect, view, out);
    }
    lamps(ui, &mut take, view, out);
    if let Some(rect) = take(2.0 * SNAPSHOT + 2.0) {
        snapshots(ui, rect, view, out);
    }
    let latency = format!("{} smp", view.latency);
    if let Some(rect) = take(width_of(ui, &latency, theme::small())) {
        let lesson = "Latency: what the host compensates. All outputs leave at the same sample.";
        figure(ui, rect, "Latency", &latency, colours.quiet, lesson);
    }
    let load = format!("CPU {:.1} %", view.load.clamp(0.0, 9.99) * 100.0);
    if let Some(rect) = take(width_of(ui, &load, theme::small())) {
        let colour = if view.load > 0.8 { colours.fault } else { colours.quiet };
        let lesson = "Load: the share of each block's time that Switchyard takes.";
        figure(ui, rect, "Load", &load, colour, lesson);
    }
}

/// The two snapshots, the one that is heard lit.
fn snapshots(ui: &Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    for (number, letter) in LETTERS.iter().enumerate() {
        let left = rect.left() + number as f32 * (SNAPSHOT + 2.0);
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(SNAPSHOT, CONTROL));
        let on = view.look.snapshot == number;
        let lesson = "Two snapshots to compare: the other letter keeps the mix as it is now and brings \
                      back how that one was left.";
        // A is where one begins, so only B speaks.
        let colour = if number == 0 { palette(ui).line } else { palette(ui).selection };
        let face = Face { word: letter, colour, lesson };
        if button(ui, place, &format!("Snapshot {letter}"), face, on).clicked() && !on {
            out.push(Action::Snapshot(number));
        }
    }
}

fn figure(ui: &Ui, rect: Rect, name: &str, text: &str, colour: Color32, lesson: &str) {
    let response = ui.interact(rect, id_of(name), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(text.to_string()),
        ..WidgetInfo::labeled(Role::Label, true, name)
    });
    label_in(ui, rect, Align2::RIGHT_CENTER, text, theme::small(), colour);
    say(ui, &response, || lesson.into());
    response.on_hover_text(lesson);
}

fn lamps(ui: &Ui, take: &mut impl FnMut(f32) -> Option<Rect>, view: &View, out: &mut Vec<Action>) {
    let colours = palette(ui);
    if view.restart_needed
        && let Some(rect) = take(68.0)
    {
        let lesson = "The latency grew beyond what the host was told, so that outputs are late. Stop \
                      the transport, or switch the plugin off and on, and the host lines them up \
                      again.";
        let face = Face { word: "RESTART", colour: colours.pre, lesson };
        let response = button(ui, rect, "Restart needed", face, true);
        say(ui, &response, || lesson.into());
    }
    let faulty: Vec<_> = (0..STRIPS).filter(|i| view.faults[*i]).collect();
    if let Some(first) = faulty.first()
        && let Some(rect) = take(52.0)
    {
        let whom: Vec<_> =
            faulty.iter().map(|i| view.name(crate::routing::Node::Strip(*i))).collect();
        let lesson = format!(
            "{} got a value that is no number; it was silenced and nothing else was disturbed. Look \
             at the plugin before input {}. Click to put the lamp out.",
            whom.join(", "),
            first + 1
        );
        let face = Face { word: "FAULT", colour: colours.fault, lesson: &lesson };
        let response = button(ui, rect, "Clear Faults", face, true);
        say(ui, &response, || lesson.clone());
        if response.clicked() {
            out.extend(faulty.into_iter().map(Action::ClearFault));
        }
    }
    if view.anything_soloed()
        && let Some(rect) = take(48.0)
    {
        let lesson = "Something is soloed. Click to clear every solo.";
        let face = Face { word: "SOLO", colour: colours.solo, lesson };
        let response = button(ui, rect, "Clear Solo", face, true);
        say(ui, &response, || lesson.into());
        if response.clicked() {
            out.extend(edit_together(&soloed(view)));
        }
    }
}

/// Every solo that is on, with the value that turns it off.
pub fn soloed(view: &View) -> Vec<(P, f32)> {
    let strips = (0..STRIPS as u8).map(P::StripSolo);
    let buses = (0..BUSES as u8).map(P::BusSolo);
    strips.chain(buses).filter(|solo| view.is_on(*solo)).map(|solo| (solo, 0.0)).collect()
}

/// Zoom, theme, and whether unused strips and buses are shown.
fn look_menu(ui: &Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let response = ui.interact(rect, id_of("View"), Sense::click());
    let zoom = format!("{} %", view.look.zoom);
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(zoom.clone()),
        ..WidgetInfo::labeled(Role::ComboBox, true, "View")
    });
    let colours = palette(ui);
    let fill = if response.hovered() { colours.hover } else { colours.raised };
    ui.painter().rect_filled(rect, theme::CORNER, fill);
    let mut text = rect.shrink2(vec2(8.0, 0.0));
    text.max.x -= 8.0;
    label_in(ui, text, Align2::LEFT_CENTER, &zoom, theme::small(), colours.quiet);
    menu_arrow(ui.painter(), pos2(rect.right() - 9.0, rect.center().y), colours.quiet);
    focus_ring(ui, &response);
    let lesson = "Zoom, theme and what is shown.";
    say(ui, &response, || lesson.into());
    Popup::menu(&response).accessible_name("View").show(|ui| {
        ui.set_min_width(184.0);
        for zoom in ZOOMS {
            let text = format!("Zoom {zoom} %");
            if ui.selectable_label(view.look.zoom == zoom, text).clicked() {
                out.push(Action::Zoom(zoom));
            }
        }
        ui.separator();
        for (theme, word) in [(Theme::Dark, "Dark"), (Theme::Light, "Light")] {
            if ui.selectable_label(view.look.theme == theme, word).clicked() {
                out.push(Action::Theme(theme));
            }
        }
        ui.separator();
        let all = view.look.show_all;
        if ui.selectable_label(all, "Show all strips and buses").clicked() {
            out.push(Action::ShowAll(!all));
        }
    });
    response.on_hover_text(lesson);
}

/// The keys that work everywhere: undo, redo, zoom.
fn keys(ui: &Ui, view: &View, out: &mut Vec<Action>) {
    if super::typing::is_any_open(ui) || super::files::is_open(ui) {
        return;
    }
    let pressed =
        |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let redo = pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z)
        || pressed(Modifiers::COMMAND, Key::Y);
    if redo {
        out.push(Action::Redo);
    } else if pressed(Modifiers::COMMAND, Key::Z) {
        out.push(Action::Undo);
    }
    let zoom = view.look.zoom;
    if pressed(Modifiers::COMMAND, Key::Plus) || pressed(Modifiers::COMMAND, Key::Equals) {
        out.push(Action::Zoom(next_zoom(zoom, true)));
    }
    if pressed(Modifiers::COMMAND, Key::Minus) {
        out.push(Action::Zoom(next_zoom(zoom, false)));
    }
    if pressed(Modifiers::COMMAND, Key::Num0) {
        out.push(Action::Zoom(100));
    }
}
