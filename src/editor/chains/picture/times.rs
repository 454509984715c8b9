//! Pictures of what goes on in time: reduction, echoes, decay, impulse responses.
//!
//! Not here: settings and handles. The editor's thread only.

use super::Sheet;
use egui::{Align2, Pos2, Rect, Stroke, pos2, vec2};

/// How much was turned down lately, hanging from the upper edge; `deepest` dB reach the lower one.
pub(super) fn history(sheet: &Sheet<'_>, rect: Rect, deepest: f32) {
    let history = &sheet.frame.view.inserts.history;
    let y = |db: f32| rect.top() + rect.height() * (db / deepest).clamp(0.0, 1.0);
    let every = deepest / 4.0;
    for n in 1..4 {
        let db = every * n as f32;
        sheet.grid_line(pos2(rect.left(), y(db)), pos2(rect.right(), y(db)));
        let text = format!("−{db:.0} dB");
        sheet.mark(pos2(rect.right() - 4.0, y(db)), Align2::RIGHT_CENTER, &text);
    }
    sheet.mark(
        rect.left_bottom() + vec2(4.0, -3.0),
        Align2::LEFT_BOTTOM,
        "gain reduction, last 4 s",
    );
    let count = HISTORY.max(2);
    let from = count.saturating_sub(history.len());
    let points: Vec<Pos2> = history
        .iter()
        .rev()
        .take(count)
        .rev()
        .enumerate()
        .map(|(n, db)| {
            let along = (from + n) as f32 / (count - 1) as f32;
            pos2(rect.left() + rect.width() * along, y(*db))
        })
        .collect();
    if points.len() > 1 {
        sheet.area(points, rect.top(), sheet.colours.pre);
    }
}

/// How many readings of reduction a picture shows.
pub const HISTORY: usize = 120;

pub(super) fn limiter(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = sheet.rect;
    if sheet.is_large() {
        history(sheet, rect, 12.0);
        return;
    }
    // The ceiling over a wave that is held below it.
    let gain = values.first().copied().unwrap_or(0.0);
    let ceiling = values.get(1).copied().unwrap_or(0.0);
    let top = crate::units::db_to_gain(ceiling);
    let drive = crate::units::db_to_gain(gain);
    let y = |v: f32| rect.bottom() - rect.height() * v.clamp(0.0, 1.15) / 1.15;
    let hop = |n: usize| {
        let t = n as f32 / 48.0;
        ((t * 17.0).sin() * (0.55 + 0.45 * (t * 5.0).sin())).abs() * drive
    };
    let points: Vec<Pos2> = (0..=48)
        .map(|n| pos2(rect.left() + rect.width() * n as f32 / 48.0, y(hop(n).min(top))))
        .collect();
    sheet.area(points, rect.bottom(), sheet.frame.ink);
    sheet.painter.hline(rect.x_range(), y(top), Stroke::new(1.0, sheet.colours.pre));
}

pub(super) fn delay(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = sheet.rect;
    let get = |at: usize| values.get(at).copied().unwrap_or(0.0);
    let (sync, time, ping, feedback) = (get(0) >= 0.5, get(1), get(4) >= 0.5, get(5) / 100.0);
    // In beats the picture is as wide as four times the note, whatever the tempo.
    let time = if sync { 500.0 } else { time };
    let span = time * 8.5;
    let middle = rect.center().y;
    sheet.grid_line(pos2(rect.left(), middle), pos2(rect.right(), middle));
    let mut level = 1.0f32;
    for n in 0..8 {
        let x = rect.left() + rect.width() * (n as f32 * time + time * 0.15) / span;
        let long = rect.height() * 0.46 * level;
        let sides = match (ping, n) {
            (true, n) if n > 0 => [n % 2 == 1, n % 2 == 0],
            _ => [true, true],
        };
        let ink = if n == 0 { sheet.colours.faint } else { sheet.frame.ink };
        let stroke = Stroke::new(if sheet.is_large() { 4.0 } else { 2.0 }, ink);
        if sides[0] {
            sheet.painter.line_segment([pos2(x, middle), pos2(x, middle - long)], stroke);
        }
        if sides[1] {
            sheet.painter.line_segment([pos2(x, middle), pos2(x, middle + long)], stroke);
        }
        if sheet.is_large() && n > 0 && !sync {
            let text = format!("{:.0} ms", n as f32 * time);
            sheet.mark(pos2(x, rect.bottom() - 2.0), Align2::CENTER_BOTTOM, &text);
        }
        level *= if n == 0 { 1.0 } else { feedback };
    }
    if sheet.is_large() {
        sheet.mark(rect.left_top() + vec2(4.0, 3.0), Align2::LEFT_TOP, "left");
        sheet.mark(pos2(rect.left() + 4.0, rect.bottom() - 3.0), Align2::LEFT_BOTTOM, "right");
    }
}

pub(super) fn reverb(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = sheet.rect;
    let get = |at: usize| values.get(at).copied().unwrap_or(0.0);
    let (decay, pre) = (get(1).max(0.05), get(3) / 1000.0);
    // The picture ends where 60 dB are gone, at whole and half seconds that people know.
    let span = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0];
    let span = span.into_iter().find(|span| *span >= decay + pre).unwrap_or(24.0);
    let x = |seconds: f32| rect.left() + rect.width() * (seconds / span).min(1.0);
    let y = |db: f32| rect.top() + rect.height() * (-db / 60.0).clamp(0.0, 1.0);
    if sheet.is_large() {
        for db in [-20.0f32, -40.0] {
            sheet.grid_line(pos2(rect.left(), y(db)), pos2(rect.right(), y(db)));
            let text = format!("−{:.0} dB", -db);
            sheet.mark(pos2(rect.right() - 4.0, y(db)), Align2::RIGHT_CENTER, &text);
        }
        for n in 1..4 {
            let seconds = span * n as f32 / 4.0;
            sheet.grid_line(pos2(x(seconds), rect.top()), pos2(x(seconds), rect.bottom()));
            let text = format!("{seconds} s");
            let at = pos2(x(seconds) + 3.0, rect.bottom() - 2.0);
            sheet.mark(at, Align2::LEFT_BOTTOM, &text);
        }
    }
    let damping = get(2);
    // High tones die earlier the lower the damping: drawn as a second, steeper line.
    let high = decay * (damping / 20_000.0).powf(0.35);
    let slope = |time: f32| {
        let points = (0..=40).map(move |n| {
            let t = n as f32 / 40.0 * time;
            pos2(x(pre + t), y(-60.0 * t / time))
        });
        points.collect::<Vec<_>>()
    };
    let mut low = vec![pos2(x(pre), rect.bottom())];
    low.extend(slope(decay));
    sheet.area(low, rect.bottom(), sheet.frame.ink);
    if damping < 19_000.0 {
        sheet.line(slope(high), sheet.colours.faint);
    }
}

pub(super) fn convolution(sheet: &Sheet<'_>) {
    let rect = sheet.rect;
    let middle = rect.center().y;
    sheet.grid_line(pos2(rect.left(), middle), pos2(rect.right(), middle));
    let Some(outline) = sheet.frame.view.inserts.outlines.get(&sheet.frame.slot.id) else {
        return;
    };
    let count = outline.peaks.len().max(1);
    let stroke = Stroke::new((rect.width() / count as f32).max(1.0), sheet.frame.ink);
    for (n, peak) in outline.peaks.iter().enumerate() {
        let x = rect.left() + rect.width() * (n as f32 + 0.5) / count as f32;
        // Quiet tails are drawn as loud as they are heard.
        let long = rect.height() * 0.48 * peak.powf(0.4);
        sheet.painter.line_segment([pos2(x, middle - long), pos2(x, middle + long)], stroke);
    }
    if sheet.is_large() {
        for n in 1..4 {
            let seconds = outline.seconds * n as f32 / 4.0;
            let x = rect.left() + rect.width() * n as f32 / 4.0;
            sheet.grid_line(pos2(x, rect.top()), pos2(x, rect.bottom()));
            let text = match outline.seconds < 1.0 {
                true => format!("{:.0} ms", seconds * 1000.0),
                false => format!("{seconds:.2} s"),
            };
            sheet.mark(pos2(x + 3.0, rect.bottom() - 2.0), Align2::LEFT_BOTTOM, &text);
        }
    }
}
