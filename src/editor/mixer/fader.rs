//! A fader on the X32's law with its scale, a meter with hold beside it and its number below.
//!
//! Not here: what it moves. The editor's thread only.

use crate::editor::action::{Action, edit};
use crate::editor::control::{Arrows, drive, focus_ring, id_of, number, say};
use crate::editor::drawing::{
    Growth, Metered, bare_db, fader_scale, fader_y, k_scale, label_in, meter, typographic,
};
use crate::editor::look::Scale;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::engine::meters::Meter;
use crate::routing::parameter::Parameter;
use crate::units::Fader;
use egui::{Align2, Color32, CursorIcon, Rect, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// The height of the number below, and of the peak above.
const NUMBER: f32 = 18.0;

/// How a fader looks.
#[derive(Clone, Copy)]
pub struct Cap {
    /// Its cap's colour, if it is no ordinary one.
    pub fill: Option<Color32>,
    /// Whether what it moves is connected.
    pub shown: bool,
    /// The power for the meter, in dBFS; the meter is then large and has marks of its own.
    pub power: Option<[f32; 2]>,
}

/// Draws a fader that moves a parameter, beside the meter of a place.
pub fn fader(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    (parameter, place): (Parameter, Meter),
    cap: Cap,
    out: &mut Vec<Action>,
) {
    let name = parameter.name();
    let colours = palette(ui);
    let wide = cap.power.is_some();
    let mut text = rect;
    text.min.y = rect.bottom() - NUMBER;
    let mut area = rect;
    area.min.y += NUMBER;
    area.max.y = text.min.y - 4.0;
    let mut track = area.shrink2(vec2(0.0, 9.0));
    track.min.x += 23.0;
    track.max.x = track.min.x + 22.0;
    let response =
        ui.interact(track.expand2(vec2(0.0, 9.0)), id_of(&name), Sense::click_and_drag());
    let per_point = vec2(0.0, -1.0 / track.height());
    let position = drive(ui, &response, view, parameter, per_point, Arrows::All, out);
    if response.double_clicked() {
        let reset = if cap.fill.is_some() { Fader::UNITY.0 } else { parameter.default_value() };
        out.extend(edit(parameter, reset));
    }
    let level = typographic(&parameter.to_text(position));
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(level.clone()),
        ..WidgetInfo::slider(true, f64::from(position), &name)
    });
    let mut scale = track;
    scale.min.x = rect.left();
    scale.max.x = track.left() - 1.0;
    fader_scale(ui, scale);
    let groove = Rect::from_center_size(track.center(), vec2(4.0, track.height() + 8.0));
    ui.painter().rect_filled(groove, 2, colours.bed);
    draw_cap(ui, track, position, cap, response.hovered() || response.dragged());

    let mut bars = track;
    bars.min.x = track.right() + 3.0;
    bars.max.x = bars.min.x + if wide { 19.0 } else { 13.0 };
    let reading = view.meter(place);
    let leaves = !matches!(place, Meter::Strip(_) | Meter::StripInput(_));
    let shown = Metered { reading, rms: cap.power, leaves };
    meter(ui.painter(), colours, bars, shown, Growth::Up);
    if wide && view.look.scale != Scale::Dbfs {
        let mut marks = bars;
        marks.min.x = bars.right() + 1.0;
        marks.max.x = rect.right();
        k_scale(ui, marks, view.look.scale.zero());
    }
    let peak = reading.hold[0].max(reading.hold[1]);
    let over = leaves && peak > 0.0;
    let colour = if over { colours.fault } else { colours.quiet };
    let mut top = rect;
    top.max.y = rect.top() + NUMBER;
    label_in(ui, top, Align2::RIGHT_CENTER, &bare_db(peak, false), theme::small(), colour);

    focus_ring(ui, &response);
    say(ui, &response, || format!("{name}: {level}. Meter peak {} dB.", bare_db(peak, false)));
    response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_text(
        "Drag to move, with Ctrl in fine steps. Double-click for 0 dB. Type a number while it has \
         the keyboard.",
    );
    let name = format!("{name} Level");
    let lesson = "Click to type a level, such as −12 dB.";
    number(ui, text, view, parameter, &name, lesson, out);
}

fn draw_cap(ui: &Ui, track: Rect, position: f32, cap: Cap, lit: bool) {
    let colours = palette(ui);
    let centre = pos2(track.center().x, fader_y(track, position).round());
    let body = Rect::from_center_size(centre, vec2(22.0, 18.0));
    let fill = cap.fill.unwrap_or(if lit { colours.quiet } else { colours.faint });
    let fill = if cap.shown { fill } else { colours.raised };
    let mut painter = ui.painter().clone();
    if !cap.shown && !lit {
        painter.multiply_opacity(0.7);
    }
    painter.rect_filled(body, theme::CORNER, fill);
    let edge = egui::Stroke::new(1.0, colours.ground);
    painter.rect_stroke(body, theme::CORNER, edge, StrokeKind::Outside);
    let line = if cap.shown { colours.on(fill) } else { colours.quiet };
    painter.hline(body.left() + 3.0..=body.right() - 3.0, centre.y, egui::Stroke::new(2.0, line));
}
