//! The faders: one upright channel for each strip, each bus and Main.
//!
//! Not here: edges other than the one to Main. The editor's thread only.

use super::action::{Action, edit};
use super::cell::{tap_lesson, tap_word};
use super::control::{
    Arrows, Face, bar, choice, drive, focus_ring, id_of, menu, number, say, toggle,
};
use super::drawing::{Growth, fader_scale, fader_y, label_in, meter, typographic};
use super::matrix::{MUTE, SOLO};
use super::theme;
use super::typing::rename;
use super::view::{View, tap_value};
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter;
use crate::routing::{BUSES, INPUT_PORTS, Node, Role, STRIPS, Tap};
use egui::{Align2, CursorIcon, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// The height of a fader's travel with its scale.
const TRAVEL: f32 = 176.0;
/// The space between two controls of a channel.
const GAP: f32 = 4.0;
/// The height of an ordinary control.
const CONTROL: f32 = 20.0;
/// The height of a strip's channel.
const STRIP_HEIGHT: f32 = 7.0 * (CONTROL + GAP) + TRAVEL + 2.0 * GAP;
/// The height of a bus's channel.
const BUS_HEIGHT: f32 = 5.0 * (CONTROL + GAP) + TRAVEL + 2.0 * GAP;

fn channel_width(available: f32) -> f32 {
    (available / STRIPS as f32).floor().clamp(62.0, 80.0)
}

/// Draws the strips' faders in one row and those of the buses and Main in the next.
pub fn faders(ui: &mut Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let width = channel_width(ui.clip_rect().width());
    let (row, _) =
        ui.allocate_exact_size(vec2(width * STRIPS as f32, STRIP_HEIGHT), Sense::hover());
    for i in 0..STRIPS {
        strip(ui, channel(row, i, width), view, i, &mut out);
    }
    ui.add_space(16.0);
    let (row, _) =
        ui.allocate_exact_size(vec2(width * (BUSES + 1) as f32, BUS_HEIGHT), Sense::hover());
    for j in 0..BUSES {
        bus(ui, channel(row, j, width), view, j, &mut out);
    }
    main(ui, channel(row, BUSES, width), view, &mut out);
    out
}

fn channel(row: Rect, at: usize, width: f32) -> Rect {
    Rect::from_min_size(row.min + vec2(width * at as f32, 0.0), vec2(width, row.height()))
        .shrink2(vec2(1.0, 0.0))
}

/// Hands out the places of a channel's controls from top to bottom.
struct Column {
    rest: Rect,
}

impl Column {
    fn new(ui: &Ui, rect: Rect) -> Column {
        ui.painter().rect_filled(rect, theme::CORNER, theme::PANEL);
        Column { rest: rect.shrink(GAP) }
    }

    fn take(&mut self, height: f32) -> Rect {
        let rect = Rect::from_min_size(self.rest.min, vec2(self.rest.width(), height));
        self.rest.min.y += height + GAP;
        rect
    }
}

fn halves(rect: Rect) -> [Rect; 2] {
    let width = (rect.width() - GAP) / 2.0;
    [0.0, 1.0].map(|side| {
        Rect::from_min_size(rect.min + vec2(side * (width + GAP), 0.0), vec2(width, rect.height()))
    })
}

fn strip(ui: &mut Ui, rect: Rect, view: &View, i: usize, out: &mut Vec<Action>) {
    use Parameter as P;
    let at = i as u8;
    let mut column = Column::new(ui, rect);
    let place = ", over its fader";
    rename(ui, column.take(CONTROL), view, Node::Strip(i), place, Align2::CENTER_CENTER, out);
    let lesson = "Which stereo input of the plugin this strip takes.";
    choice(ui, column.take(CONTROL), view, P::StripInput(at), 1 + INPUT_PORTS, lesson, out);
    let lesson = "Which part of the input: both sides, one of them, their sum or their difference.";
    choice(ui, column.take(CONTROL), view, P::StripSource(at), usize::MAX, lesson, out);
    let line = column.take(CONTROL);
    let (mut trim, mut polarity) = (line, line);
    polarity.min.x = line.right() - CONTROL;
    trim.max.x = polarity.min.x - 2.0;
    let lesson = "Trim: gain before everything else. Drag up or down, or click to type.";
    number(ui, trim, view, P::StripTrim(at), &P::StripTrim(at).name(), lesson, out);
    let face =
        Face { word: "Ø", colour: theme::IN, lesson: "Polarity: turns both sides upside down." };
    toggle(ui, polarity, view, P::StripPolarity(at), &P::StripPolarity(at).name(), face, out);
    pan(ui, column.take(CONTROL), view, P::StripPan(at), out);
    let travel = column.take(TRAVEL);
    fader(ui, travel, view, P::StripFader(at), Meter::Strip(i), false, out);
    switches(ui, column.take(CONTROL), view, P::StripMute(at), P::StripSolo(at), out);
    main_tap(ui, column.take(CONTROL), view, P::StripMainTap(at), out);
}

fn bus(ui: &mut Ui, rect: Rect, view: &View, j: usize, out: &mut Vec<Action>) {
    use Parameter as P;
    let at = j as u8;
    let mut column = Column::new(ui, rect);
    let place = ", over its fader";
    rename(ui, column.take(CONTROL), view, Node::Bus(j), place, Align2::CENTER_CENTER, out);
    let line = column.take(CONTROL);
    let is_mix = view.routing.buses[j].role == Role::Mix;
    let [immediate, follow] = if is_mix { halves(line) } else { [line; 2] };
    let face = Face {
        word: "IMM",
        colour: theme::IN,
        lesson: "Immediate: this port leaves before the others are lined up. For in-ears.",
    };
    toggle(ui, immediate, view, P::BusImmediate(at), &P::BusImmediate(at).name(), face, out);
    let face = Face {
        word: "PAN",
        colour: theme::QUIET,
        lesson: "Pan follow: what strips send to this Mix before their faders keeps their pan.",
    };
    if is_mix {
        toggle(ui, follow, view, P::BusPanFollow(at), &P::BusPanFollow(at).name(), face, out);
    }
    pan(ui, column.take(CONTROL), view, P::BusPan(at), out);
    fader(ui, column.take(TRAVEL), view, P::BusFader(at), Meter::Bus(j), true, out);
    switches(ui, column.take(CONTROL), view, P::BusMute(at), P::BusSolo(at), out);
    let tap = column.take(CONTROL);
    if is_mix {
        label_in(ui, tap, Align2::CENTER_CENTER, "own port", theme::small(), theme::QUIET);
    } else {
        main_tap(ui, tap, view, P::BusMainTap(at), out);
    }
}

fn main(ui: &mut Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let mut column = Column::new(ui, rect);
    let name = column.take(CONTROL);
    label_in(ui, name, Align2::CENTER_CENTER, "Main", theme::body(), theme::TEXT);
    column.take(CONTROL);
    column.take(CONTROL);
    fader(ui, column.take(TRAVEL), view, Parameter::MainFader, Meter::Main, true, out);
    let face = Face { lesson: "Mute: silences the main output.", ..MUTE };
    let name = Parameter::MainMute.name();
    toggle(ui, column.take(CONTROL), view, Parameter::MainMute, &name, face, out);
}

fn pan(ui: &Ui, rect: Rect, view: &View, parameter: Parameter, out: &mut Vec<Action>) {
    let lesson = "Pan: places mono sources, balances stereo ones. Double-click for the centre.";
    bar(ui, rect, view, parameter, lesson, out);
}

fn switches(
    ui: &Ui,
    rect: Rect,
    view: &View,
    mute: Parameter,
    solo: Parameter,
    out: &mut Vec<Action>,
) {
    let [left, right] = halves(rect);
    toggle(ui, left, view, mute, &mute.name(), MUTE, out);
    toggle(ui, right, view, solo, &solo.name(), SOLO, out);
}

fn main_tap(ui: &Ui, rect: Rect, view: &View, parameter: Parameter, out: &mut Vec<Action>) {
    const TAPS: [Tap; 4] = [Tap::Off, Tap::Input, Tap::Pre, Tap::Post];
    let current = view.value(parameter) as usize;
    let tap = TAPS.get(current).copied().unwrap_or(Tap::Off);
    let entries: Vec<_> =
        TAPS.iter().enumerate().map(|(n, tap)| (n, tap_word(*tap).0.to_string())).collect();
    let lesson = format!("Where Main takes it. {}", tap_lesson(tap));
    let name = parameter.name();
    let chosen = menu(ui, rect, &name, &entries, current, tap_word(tap).1, &lesson);
    if let Some(tap) = chosen.and_then(|n| TAPS.get(n)) {
        out.extend(edit(parameter, tap_value(*tap)));
    }
}

fn fader(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    parameter: Parameter,
    reading: Meter,
    leaves: bool,
    out: &mut Vec<Action>,
) {
    let name = parameter.name();
    let mut text = rect;
    text.min.y = rect.bottom() - CONTROL;
    let mut area = rect;
    area.max.y = text.min.y - GAP;
    let mut track = area.shrink2(vec2(0.0, 9.0));
    track.min.x += 20.0;
    track.max.x -= 14.0;
    let response =
        ui.interact(track.expand2(vec2(0.0, 9.0)), id_of(&name), Sense::click_and_drag());
    let per_point = vec2(0.0, -1.0 / track.height());
    let position = drive(ui, &response, view, parameter, per_point, Arrows::All, out);
    if response.double_clicked() {
        out.extend(edit(parameter, parameter.default_value()));
    }
    let level = typographic(&parameter.to_text(position));
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(level.clone()),
        ..WidgetInfo::slider(true, f64::from(position), &name)
    });
    let painter = ui.painter();
    let mut scale = track;
    scale.min.x = rect.left();
    scale.max.x = track.left();
    fader_scale(ui, scale);
    let x = track.center().x;
    painter.line_segment(
        [pos2(x, track.top()), pos2(x, track.bottom())],
        Stroke::new(3.0, theme::GROUND),
    );
    let cap = Rect::from_center_size(
        pos2(x, fader_y(track, position)),
        vec2(track.width().min(22.0), 16.0),
    );
    let fill = if response.hovered() || response.dragged() { theme::QUIET } else { theme::FAINT };
    painter.rect_filled(cap, theme::CORNER, fill);
    let line = [cap.left_center() + vec2(3.0, 0.0), cap.right_center() - vec2(3.0, 0.0)];
    painter.line_segment(line, Stroke::new(2.0, theme::TEXT));
    let mut bars = track;
    bars.min.x = rect.right() - 11.0;
    bars.max.x = rect.right() - 1.0;
    meter(painter, bars, view.meter(reading), Growth::Up, leaves);
    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {level}"));
    response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_text(
        "Drag to move, with Ctrl in fine steps. Double-click for 0 dB. Click the number to type.",
    );
    let name = format!("{name} Level");
    number(ui, text, view, parameter, &name, "Click to type a level, such as -12 dB.", out);
}
