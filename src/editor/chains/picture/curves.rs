//! Pictures of what depends on frequency or level: equalizer, compressor, gate, saturator, utility.
//!
//! Not here: settings and handles. The editor's thread only.

use super::{EQUALIZER_DB, Sheet, hertz, position};
use crate::effects::{Kind, compressor, equalizer, gate, saturator};
use egui::{Align2, Pos2, Rect, Stroke, pos2, vec2};

/// The quietest level in the picture of dynamics, in dB.
const FLOOR: f32 = -72.0;

pub(super) fn equalizer(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = sheet.rect;
    let reach = if sheet.is_large() { EQUALIZER_DB } else { 18.0 };
    let y = |db: f32| rect.center().y - db / reach * rect.height() * 0.5;
    if sheet.is_large() {
        for (f, text) in [
            (50.0, "50"),
            (100.0, "100"),
            (200.0, "200"),
            (500.0, "500"),
            (1000.0, "1k"),
            (2000.0, "2k"),
            (5000.0, "5k"),
            (10_000.0, "10k"),
        ] {
            let x = rect.left() + rect.width() * position(f);
            sheet.grid_line(pos2(x, rect.top()), pos2(x, rect.bottom()));
            sheet.mark(pos2(x + 3.0, rect.bottom() - 2.0), Align2::LEFT_BOTTOM, text);
        }
        for db in [-18.0, -12.0, -6.0, 6.0, 12.0, 18.0] {
            sheet.grid_line(pos2(rect.left(), y(db)), pos2(rect.right(), y(db)));
            // In a low picture there is room for every other number only.
            if rect.height() < 130.0 && db % 12.0 != 0.0 {
                continue;
            }
            let text = format!("{}{:.0}", if db > 0.0 { "+" } else { "−" }, db.abs());
            sheet.mark(pos2(rect.right() - 4.0, y(db)), Align2::RIGHT_CENTER, &text);
        }
        spectrum(sheet);
    }
    let zero = Stroke::new(1.0, sheet.colours.faint);
    sheet.painter.hline(rect.x_range(), y(0.0), zero);
    let response = equalizer::Response::new(values, sheet.frame.view.inserts.sample_rate);
    let count = (rect.width() / 2.0).ceil().max(2.0) as usize;
    let points: Vec<Pos2> = (0..=count)
        .map(|n| {
            let along = n as f32 / count as f32;
            let db = response.db(f64::from(hertz(along))) as f32;
            pos2(rect.left() + rect.width() * along, y(db.clamp(-2.0 * reach, 2.0 * reach)))
        })
        .collect();
    sheet.area(points, y(0.0), sheet.frame.ink);
}

/// What is heard, behind the curve: from −96 dBFS at the lower edge to 0 at the upper one.
fn spectrum(sheet: &Sheet<'_>) {
    let Some(spectrum) = &sheet.frame.view.inserts.spectrum else { return };
    let rect = sheet.rect;
    let last = spectrum.len().saturating_sub(1).max(1) as f32;
    let points: Vec<Pos2> = spectrum
        .iter()
        .enumerate()
        .map(|(n, db)| {
            let up = ((db + 96.0) / 96.0).clamp(0.0, 1.0);
            let x = rect.left() + rect.width() * n as f32 / last;
            pos2(x, rect.bottom() - rect.height() * up)
        })
        .collect();
    sheet.area(points, rect.bottom(), sheet.colours.faint);
}

/// The curve from input to output level, with a point where it stands now.
pub(super) fn dynamics(sheet: &Sheet<'_>, kind: Kind, values: &[f32]) {
    let all = sheet.rect;
    let mut rect = all;
    if sheet.is_large() {
        // The curve is square; what it did lately takes the rest.
        rect.max.x = rect.left() + rect.height().min(rect.width() * 0.6);
        let history = Rect::from_min_max(pos2(rect.right() + 8.0, all.top()), all.max);
        super::times::history(sheet, history, 24.0);
    }
    let x = |db: f32| rect.left() + rect.width() * (db - FLOOR) / -FLOOR;
    let y = |db: f32| rect.bottom() - rect.height() * (db - FLOOR) / -FLOOR;
    if sheet.is_large() {
        for db in [-60.0, -48.0, -36.0, -24.0, -12.0] {
            sheet.grid_line(pos2(x(db), rect.top()), pos2(x(db), rect.bottom()));
            sheet.grid_line(pos2(rect.left(), y(db)), pos2(rect.right(), y(db)));
            if rect.width() > 150.0 {
                let text = format!("−{:.0}", -db);
                sheet.mark(pos2(x(db) + 3.0, rect.bottom() - 2.0), Align2::LEFT_BOTTOM, &text);
            }
        }
        let threshold = x(values.first().copied().unwrap_or(0.0));
        let dashed = Stroke::new(1.0, sheet.colours.quiet);
        sheet.painter.vline(threshold, rect.y_range(), dashed);
    }
    sheet.grid_line(pos2(x(FLOOR), y(FLOOR)), pos2(x(0.0), y(0.0)));
    let out = |level: f32| match kind {
        Kind::Gate => gate::transfer(values, level),
        _ => compressor::transfer(values, level),
    };
    let points = (0..=96).map(|n| {
        let level = FLOOR - FLOOR * n as f32 / 96.0;
        pos2(x(level), y(out(level)))
    });
    sheet.line(points.collect(), sheet.frame.ink);
    // The level at which the curve turns down by as much as the effect does now.
    let turned = sheet.frame.reduction;
    if turned > 0.05 {
        let gain = out(FLOOR) - FLOOR;
        let top = match kind {
            Kind::Gate => 0.0,
            _ => gain,
        };
        let down = |level: f32| top - (out(level) - level);
        let levels = (0..=360).map(|n| FLOOR - FLOOR * n as f32 / 360.0);
        let near = levels.min_by(|a, b| {
            let away = |level: f32| (down(level) - turned).abs();
            away(*a).total_cmp(&away(*b))
        });
        let level = near.unwrap_or(0.0);
        let radius = if sheet.is_large() { 5.0 } else { 3.0 };
        let at = pos2(x(level), y(out(level)));
        sheet.painter.circle_filled(at, radius, sheet.colours.text);
    }
}

pub(super) fn saturator(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = match sheet.is_large() {
        true => {
            let side = sheet.rect.height().min(sheet.rect.width());
            Rect::from_min_size(sheet.rect.min, vec2(side, side))
        }
        false => sheet.rect,
    };
    let count = 96;
    let inputs: Vec<f32> = (0..=count).map(|n| n as f32 / count as f32 * 2.0 - 1.0).collect();
    let outputs = saturator::transfer(values, &inputs);
    let at = |x: f32, y: f32| {
        let y = y.clamp(-1.2, 1.2);
        pos2(
            rect.center().x + x * rect.width() * 0.5,
            rect.center().y - y * rect.height() * 0.5 / 1.2,
        )
    };
    sheet.grid_line(at(-1.0, 0.0), at(1.0, 0.0));
    sheet.grid_line(at(0.0, -1.2), at(0.0, 1.2));
    if sheet.is_large() {
        sheet.grid_line(at(-1.0, -1.0), at(1.0, 1.0));
        sheet.mark(at(1.0, 0.0) + vec2(-4.0, 10.0), Align2::RIGHT_CENTER, "in");
        sheet.mark(at(0.0, 1.2) + vec2(6.0, 8.0), Align2::LEFT_CENTER, "out");
        // What becomes of a full-scale sine.
        let wave = Rect::from_min_max(pos2(rect.right() + 12.0, rect.top()), sheet.rect.max);
        let angle = |n: usize| n as f32 / 160.0 * std::f32::consts::TAU * 2.0;
        let sine: Vec<f32> = (0..=160).map(|n| angle(n).sin()).collect();
        let bent = saturator::transfer(values, &sine);
        let place = |n: usize, y: f32| {
            let x = wave.left() + wave.width() * n as f32 / 160.0;
            pos2(x, wave.center().y - y.clamp(-1.2, 1.2) * wave.height() * 0.5 / 1.2)
        };
        sheet.grid_line(place(0, 0.0), place(160, 0.0));
        let pure = sine.iter().enumerate().map(|(n, y)| place(n, *y)).collect();
        sheet.line(pure, sheet.colours.line);
        let heard = bent.iter().enumerate().map(|(n, y)| place(n, *y)).collect();
        sheet.line(heard, sheet.frame.ink);
    }
    let points = inputs.iter().zip(&outputs).map(|(x, y)| at(*x, *y)).collect();
    sheet.line(points, sheet.frame.ink);
}

/// Width as a fan and gain as its length.
pub(super) fn utility(sheet: &Sheet<'_>, values: &[f32]) {
    let rect = sheet.rect;
    let get = |at: usize| values.get(at).copied().unwrap_or(0.0);
    let (gain, width, balance, mono) = (get(0), get(1), get(2), get(3));
    let width = if mono >= 0.5 { 0.0 } else { width / 200.0 };
    let foot = pos2(rect.center().x, rect.bottom() - 2.0);
    let long = (rect.height() - 4.0) * ((gain + 60.0) / 84.0).clamp(0.05, 1.0);
    let lean = balance / 100.0 * 0.6;
    let spread = width * 1.3;
    let arm = |angle: f32| foot + vec2(angle.sin(), -angle.cos()) * long;
    let arc: Vec<Pos2> =
        (0..=24).map(|n| arm(lean - spread + 2.0 * spread * n as f32 / 24.0)).collect();
    let full = (rect.height() - 4.0) * 60.0 / 84.0;
    if sheet.is_large() {
        let unity: Vec<Pos2> = (0..=32)
            .map(|n| {
                let angle = -1.3 + 2.6 * n as f32 / 32.0;
                foot + vec2(angle.sin(), -angle.cos()) * full
            })
            .collect();
        sheet.line(unity, sheet.colours.line);
        sheet.mark(foot + vec2(0.0, -full - 4.0), Align2::CENTER_BOTTOM, "0 dB");
        sheet.mark(foot + vec2(-full * 0.95, -6.0), Align2::RIGHT_BOTTOM, "L");
        sheet.mark(foot + vec2(full * 0.95, -6.0), Align2::LEFT_BOTTOM, "R");
    }
    let fill = sheet.frame.ink.gamma_multiply(0.16);
    for pair in arc.windows(2) {
        let corners = vec![foot, pair[0], pair[1]];
        sheet.painter.add(egui::Shape::convex_polygon(corners, fill, Stroke::NONE));
    }
    let mut outline = vec![foot];
    outline.extend(arc);
    outline.push(foot);
    sheet.line(outline, sheet.frame.ink);
}
