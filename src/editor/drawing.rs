//! Shapes several views draw: text that fits, meters, hatching, scales, symbols.
//!
//! Not here: interaction and layout. The editor's thread only.

use super::ballistics::Reading;
use super::theme::{self, Palette, palette};
use crate::routing::Role;
use crate::units::Fader;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};

/// A text as people write it: a real minus, and ∞ for "inf".
pub fn typographic(text: &str) -> String {
    text.replace('-', "−").replace("inf", "∞")
}

/// A level in dB without its unit, for places that show many; in a `tight` one without tenths from
/// 10 dB on.
pub fn bare_db(db: f32, tight: bool) -> String {
    if db < -90.0 {
        return "−∞".into();
    }
    if tight && db.abs() >= 9.95 {
        return typographic(&format!("{db:.0}"));
    }
    let tenths = (db * 10.0).round() / 10.0;
    typographic(&format!("{:.1}", if tenths == 0.0 { 0.0 } else { tenths }))
}

/// A total in dB, with its sign.
pub fn signed_db(db: f32) -> String {
    let text = bare_db(db, false);
    if db >= 0.05 { format!("+{text}") } else { text }
}

/// One line of text aligned in a rectangle and cut with an ellipsis where it does not fit.
pub fn label_in(ui: &Ui, rect: Rect, align: Align2, text: &str, font: FontId, colour: Color32) {
    label_on(ui.painter(), rect, align, text, font, colour);
}

/// [`label_in`] by a painter, which may be faded.
pub fn label_on(
    painter: &Painter,
    rect: Rect,
    align: Align2,
    text: &str,
    font: FontId,
    colour: Color32,
) {
    let job = LayoutJob::simple_singleline(text.to_string(), font, colour);
    job_on(painter, rect, align, job, colour);
}

/// A label in spaced capitals.
pub fn caps_in(ui: &Ui, rect: Rect, align: Align2, text: &str, colour: Color32) {
    let format =
        TextFormat { extra_letter_spacing: 0.6, ..TextFormat::simple(theme::label(), colour) };
    let mut job = LayoutJob::single_section(text.to_uppercase(), format);
    job.break_on_newline = false;
    job_on(ui.painter(), rect, align, job, colour);
}

fn job_on(painter: &Painter, rect: Rect, align: Align2, mut job: LayoutJob, colour: Color32) {
    job.wrap = TextWrapping::truncate_at_width(rect.width().max(0.0));
    let galley = painter.layout_job(job);
    let placed = align.align_size_within_rect(galley.size(), rect);
    // On whole pixels, so that letters of one line stand on one line.
    let at = placed.min.round();
    painter.galley(at, galley, colour);
}

/// How wide a line of text is.
pub fn width_of(ui: &Ui, text: &str, font: FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_string(), font, Color32::PLACEHOLDER).size().x
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

/// What a meter shows.
#[derive(Clone, Copy)]
pub struct Metered {
    /// Peak bars and hold lines.
    pub reading: Reading,
    /// The power bar within each peak bar, in dBFS.
    pub rms: Option<[f32; 2]>,
    /// Whether the sound leaves the plugin here, so that above 0 dBFS it may clip. Inside, nothing
    /// does, and nothing is red.
    pub leaves: bool,
}

impl Metered {
    /// A peak meter somewhere inside.
    pub fn inside(reading: Reading) -> Metered {
        Metered { reading, rms: None, leaves: false }
    }

    /// A peak meter of an output.
    pub fn leaving(reading: Reading) -> Metered {
        Metered { reading, rms: None, leaves: true }
    }
}

/// A stereo meter on the fader's scale.
pub fn meter(painter: &Painter, palette: &Palette, rect: Rect, shown: Metered, growth: Growth) {
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
    let top = if shown.leaves { Fader::UNITY.0 } else { 1.0 };
    let zones = [(0.0, loud, palette.low), (loud, top, palette.loud), (top, 1.0, palette.over)];
    for side in 0..2 {
        painter.rect_filled(part(side, 0.0, 1.0), 0, palette.bed);
        let level = Fader::from_db(shown.reading.level[side]).0;
        // With power, the peak steps back behind it.
        let strength = if shown.rms.is_some() { 0.5 } else { 1.0 };
        for (from, to, colour) in zones {
            if level > from {
                let colour = colour.gamma_multiply(strength);
                painter.rect_filled(part(side, from, level.min(to)), 0, colour);
            }
        }
        if let Some(rms) = shown.rms {
            let level = Fader::from_db(rms[side]).0;
            for (from, to, colour) in zones {
                if level > from {
                    painter.rect_filled(part(side, from, level.min(to)), 0, colour);
                }
            }
        }
        let hold = Fader::from_db(shown.reading.hold[side]).0;
        if hold > 0.0 {
            let colour = if hold > top { palette.over } else { palette.text };
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
        (-5.0, "−5"),
        (-10.0, "−10"),
        (-20.0, "−20"),
        (-30.0, "−30"),
        (-40.0, "−40"),
        (-60.0, "−60"),
        (f32::NEG_INFINITY, "−∞"),
    ];
    // A low fader has room for every other mark only.
    let every = if rect.height() < 110.0 { 2 } else { 1 };
    let colours = palette(ui);
    for (at, (db, text)) in marks.into_iter().enumerate() {
        let y = fader_y(rect, Fader::from_db(db).0).round();
        let unity = db == 0.0;
        let colour = if unity { colours.text } else { colours.quiet };
        if at % every == 0 || unity {
            let place = pos2(rect.right() - 5.0, y);
            ui.painter().text(place, Align2::RIGHT_CENTER, text, theme::tiny(), colour);
        }
        let line = if unity { colours.quiet } else { colours.line };
        ui.painter().hline(rect.right() - 3.0..=rect.right(), y, Stroke::new(1.0, line));
    }
}

/// The K-System's marks beside a meter on the fader's scale, 0 where its headroom begins.
pub fn k_scale(ui: &Ui, rect: Rect, zero: f32) {
    let colours = palette(ui);
    for (offset, text) in [
        (12.0, "+12"),
        (8.0, "+8"),
        (4.0, "+4"),
        (0.0, "0"),
        (-4.0, "4"),
        (-12.0, "12"),
        (-20.0, "20"),
        (-30.0, "30"),
        (-40.0, "40"),
    ] {
        let db = zero + offset;
        if db > 0.5 {
            continue;
        }
        let y = fader_y(rect, Fader::from_db(db).0).round();
        let colour = if offset == 0.0 { colours.text } else { colours.quiet };
        let place = pos2(rect.left() + 6.0, y);
        ui.painter().text(place, Align2::LEFT_CENTER, text, theme::tiny(), colour);
        let line = Stroke::new(1.0, colours.line);
        ui.painter().hline(rect.left()..=rect.left() + 4.0, y, line);
    }
}

/// Where a position of the travel is on a vertical track.
pub fn fader_y(track: Rect, position: f32) -> f32 {
    track.bottom() - track.height() * position.clamp(0.0, 1.0)
}

/// A role's word in capitals.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Group => "GROUP",
        Role::Return => "RETURN",
        Role::Mix => "MIX",
    }
}

/// A role's symbol in an 11 × 11 square: a Group's lines join, a Return's comes back, a Mix's goes
/// out of the frame.
pub fn role_symbol(painter: &Painter, centre: Pos2, role: Role, colour: Color32) {
    let stroke = Stroke::new(1.3, colour);
    let at = |x: f32, y: f32| centre + vec2(x, y);
    let head = |tip: Pos2, back: f32| {
        let corners = vec![tip, tip + vec2(back, -2.5), tip + vec2(back, 2.5)];
        painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
    };
    match role {
        Role::Group => {
            painter.line_segment([at(-5.0, -4.0), at(0.0, 0.0)], stroke);
            painter.line_segment([at(-5.0, 4.0), at(0.0, 0.0)], stroke);
            painter.line_segment([at(-5.0, 0.0), at(5.0, 0.0)], stroke);
        }
        Role::Return => {
            let path = vec![at(-3.0, -3.5), at(4.0, -3.5), at(4.0, 3.0), at(-2.0, 3.0)];
            painter.add(Shape::line(path, stroke));
            head(at(-5.0, 3.0), 4.0);
        }
        Role::Mix => {
            let frame = vec![at(1.0, -4.0), at(-4.5, -4.0), at(-4.5, 4.0), at(1.0, 4.0)];
            painter.add(Shape::line(frame, stroke));
            painter.line_segment([at(-1.5, 0.0), at(3.0, 0.0)], stroke);
            head(at(5.5, 0.0), -4.0);
        }
    }
}

/// Switchyard's mark: three tracks that become one.
pub fn mark(painter: &Painter, rect: Rect, palette: &Palette) {
    let line = |from: f32, colour: Color32| {
        let (left, right) = (rect.left(), rect.right());
        let (y, middle) = (rect.top() + rect.height() * from, rect.center().y);
        let bend = rect.width() * 0.35;
        let path = vec![pos2(left, y), pos2(left + bend * 0.6, y), pos2(left + bend * 1.8, middle)];
        painter.add(Shape::line(path, Stroke::new(2.0, colour)));
        painter.line_segment(
            [pos2(left + bend * 1.8, middle), pos2(right, middle)],
            Stroke::new(2.0, palette.text),
        );
    };
    line(0.1, palette.post);
    line(0.9, palette.input);
    line(0.5, palette.pre);
}

/// A triangle that says a menu opens below.
pub fn menu_arrow(painter: &Painter, centre: Pos2, colour: Color32) {
    let corners =
        vec![centre + vec2(-3.0, -1.5), centre + vec2(3.0, -1.5), centre + vec2(0.0, 2.5)];
    painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
}

/// A rectangle's part from `x` on, `width` wide, inset from above and below.
pub fn slot(row: Rect, x: f32, width: f32, inset: f32) -> Rect {
    Rect::from_min_size(
        pos2(row.left() + x, row.top() + inset),
        vec2(width, row.height() - 2.0 * inset),
    )
}

/// A rectangle in `count` equal parts beside each other, `gap` apart.
pub fn parts<const COUNT: usize>(rect: Rect, gap: f32) -> [Rect; COUNT] {
    let width = (rect.width() - gap * (COUNT as f32 - 1.0)) / COUNT as f32;
    std::array::from_fn(|n| {
        let shift = vec2(n as f32 * (width + gap), 0.0);
        Rect::from_min_size(rect.min + shift, vec2(width, rect.height()))
    })
}
