//! Shapes several views draw: text that fits, meters, hatching, the fader's scale.
//!
//! Not here: interaction and layout. The editor's thread only.

use super::ballistics::Reading;
use super::theme;
use crate::units::Fader;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, Ui, pos2, vec2};

/// A text as people write it: a real minus, and ∞ for "inf".
pub fn typographic(text: &str) -> String {
    text.replace('-', "−").replace("inf", "∞")
}

/// A level without its unit, for places that show many; in a `tight` one without tenths from
/// 10 dB on.
pub fn bare_level(level: Fader, tight: bool) -> String {
    match level.db() {
        f32::NEG_INFINITY => "−∞".into(),
        db if tight && db.abs() >= 9.95 => typographic(&format!("{db:.0}")),
        db => {
            let tenths = (db * 10.0).round() / 10.0;
            typographic(&format!("{:.1}", if tenths == 0.0 { 0.0 } else { tenths }))
        }
    }
}

/// One line of text aligned in a rectangle and cut with an ellipsis where it does not fit.
pub fn label_in(ui: &Ui, rect: Rect, align: Align2, text: &str, font: FontId, colour: Color32) {
    let mut job = LayoutJob::simple_singleline(text.to_string(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(rect.width().max(0.0));
    let galley = ui.painter().layout_job(job);
    let placed = align.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(placed.min, galley, colour);
}

/// Diagonal lines: this cannot be.
pub fn hatch(painter: &Painter, rect: Rect, colour: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, colour);
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], stroke);
        x += 7.0;
    }
}

/// Which way a meter grows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// From left to right, one side above the other.
    Right,
    /// From bottom to top, side by side.
    Up,
}

/// A stereo meter on the fader's scale. Red above 0 dBFS only where the sound leaves the plugin:
/// inside, nothing clips.
pub fn meter(painter: &Painter, rect: Rect, reading: Reading, growth: Growth, leaves: bool) {
    let long = if growth == Growth::Up { rect.height() } else { rect.width() };
    let wide = if growth == Growth::Up { rect.width() } else { rect.height() };
    let bar = (wide - 1.0) / 2.0;
    let part = |side: usize, from: f32, to: f32| {
        let across = side as f32 * (bar + 1.0);
        match growth {
            Growth::Right => Rect::from_min_size(
                rect.min + vec2(from * long, across),
                vec2((to - from) * long, bar),
            ),
            Growth::Up => Rect::from_min_size(
                pos2(rect.left() + across, rect.bottom() - to * long),
                vec2(bar, (to - from) * long),
            ),
        }
    };
    let loud = Fader::from_db(-12.0).0;
    let top = if leaves { Fader::UNITY.0 } else { 1.0 };
    for side in 0..2 {
        painter.rect_filled(part(side, 0.0, 1.0), 0, theme::RAISED);
        let level = Fader::from_db(reading.level[side]).0;
        for (from, to, colour) in
            [(0.0, loud, theme::POST), (loud, top, theme::SOLO), (top, 1.0, theme::FAULT)]
        {
            if level > from {
                painter.rect_filled(part(side, from, level.min(to)), 0, colour);
            }
        }
        let hold = Fader::from_db(reading.hold[side]).0;
        if hold > 0.0 {
            let colour = if hold > top { theme::FAULT } else { theme::TEXT };
            let thickness = 1.0 / long.max(1.0);
            painter.rect_filled(part(side, (hold - thickness).max(0.0), hold), 0, colour);
        }
    }
}

/// The marks beside a fader, at the levels the X32's desk shows.
pub fn fader_scale(ui: &Ui, rect: Rect) {
    let marks: [(f32, &str); 10] = [
        (10.0, "+10"),
        (5.0, "5"),
        (0.0, "0"),
        (-5.0, "5"),
        (-10.0, "10"),
        (-20.0, "20"),
        (-30.0, "30"),
        (-40.0, "40"),
        (-60.0, "60"),
        (f32::NEG_INFINITY, "∞"),
    ];
    for (db, text) in marks {
        let y = fader_y(rect, Fader::from_db(db).0);
        let colour = if db == 0.0 { theme::TEXT } else { theme::QUIET };
        text_at(ui, pos2(rect.right() - 4.0, y), Align2::RIGHT_CENTER, text, colour);
        let tick = [pos2(rect.right() - 2.0, y), pos2(rect.right(), y)];
        ui.painter().line_segment(tick, Stroke::new(1.0, colour));
    }
}

/// Where a position of the travel is on a vertical track.
pub fn fader_y(track: Rect, position: f32) -> f32 {
    track.bottom() - track.height() * position.clamp(0.0, 1.0)
}

fn text_at(ui: &Ui, at: Pos2, align: Align2, text: &str, colour: Color32) {
    ui.painter().text(at, align, text, theme::tiny(), colour);
}
