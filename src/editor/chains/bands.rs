//! The equalizer's handles: a point for each band that is dragged over the curve.
//!
//! Not here: the curve ([`super::picture`]) and the bands' bars. The editor's thread only.

use super::edit::ChainEdit;
use super::picture::{EQUALIZER_DB, hertz, now, position};
use crate::editor::action::Action;
use crate::editor::control::{describe, fineness, focus_ring, id_of, say};
use crate::editor::drawing::{label_in, typographic};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::effects::{Kind, Setting};
use crate::routing::chain::Slot;
use egui::{Align2, PointerButton, Pos2, Rect, Role, Sense, Stroke, Ui, pos2, vec2};

/// A band by the ids of its settings.
struct Band {
    name: &'static str,
    mark: &'static str,
    switch: usize,
    frequency: usize,
    gain: Option<usize>,
    q: Option<usize>,
}

fn bands() -> Vec<Band> {
    let settings = Kind::Equalizer.settings();
    let find = |id: String| settings.iter().position(|setting: &Setting| setting.id == id);
    [
        ("low_cut", "Low Cut", "LC"),
        ("low_shelf", "Low Shelf", "LS"),
        ("bell1", "Bell 1", "1"),
        ("bell2", "Bell 2", "2"),
        ("bell3", "Bell 3", "3"),
        ("bell4", "Bell 4", "4"),
        ("high_shelf", "High Shelf", "HS"),
        ("high_cut", "High Cut", "HC"),
    ]
    .into_iter()
    .filter_map(|(id, name, mark)| {
        Some(Band {
            name,
            mark,
            switch: find(id.to_string())?,
            frequency: find(format!("{id}_frequency"))?,
            gain: find(format!("{id}_gain")),
            q: find(format!("{id}_q")),
        })
    })
    .collect()
}

/// Draws the handles over the curve in `rect`.
pub fn handles(ui: &Ui, rect: Rect, view: &View, slot: &Slot, out: &mut Vec<Action>) {
    let Some(known) = slot.effect.known() else { return };
    let settings = Kind::Equalizer.settings();
    let y = |db: f32| rect.center().y - db / EQUALIZER_DB * rect.height() * 0.5;
    for band in bands() {
        let value = |index: usize| now(view, slot, known, index);
        let on = value(band.switch) >= 0.5;
        let frequency = value(band.frequency);
        let gain = band.gain.map_or(0.0, value);
        let centre = pos2(rect.left() + rect.width() * position(frequency), y(gain));
        let spot = Rect::from_center_size(centre, vec2(18.0, 18.0));
        let name = format!("{} Handle", band.name);
        let response = ui.interact(spot, id_of(&name), Sense::click_and_drag());
        let text = words(&band, &value, settings);
        describe(&response, Role::Slider, &name, &text);
        let colours = palette(ui);
        let ink = if on { colours.input } else { colours.faint };
        match on {
            true => ui.painter().circle_filled(centre, 8.0, ink),
            false => ui.painter().circle_stroke(centre, 7.5, Stroke::new(1.2, ink)),
        };
        let letters = if on { colours.on(ink) } else { colours.quiet };
        label_in(ui, spot, Align2::CENTER_CENTER, band.mark, theme::tiny(), letters);
        if response.hovered() || response.dragged() {
            ui.painter().circle_stroke(centre, 9.5, Stroke::new(1.5, colours.text));
        }
        focus_ring(ui, &response);
        say(ui, &response, || {
            format!("{}: {text}. Drag; the wheel turns Q; double-click switches.", band.name)
        });
        if response.double_clicked() {
            let other = if on { 0.0 } else { 1.0 };
            out.push(Action::Chain(ChainEdit::set(slot.id, band.switch, other)));
            continue;
        }
        let mut values = Vec::new();
        if response.dragged_by(PointerButton::Primary) {
            values = dragged(ui, &response, rect, centre, (&band, frequency, gain));
        }
        let steps = match response.hovered() {
            true => crate::editor::control::wheel_lines(ui, &response),
            false => 0.0,
        };
        if let Some(q) = band.q
            && steps != 0.0
        {
            let line = &settings[q];
            let to = line.at(line.position(value(q)) + steps * 0.03 * fineness(ui));
            values.push((q, to));
        }
        let driven = |index: usize| view.inserts.driver(slot.id, settings[index].id).is_some();
        values.retain(|(index, plain)| !driven(*index) && value(*index) != *plain);
        if !values.is_empty() {
            if !on {
                values.push((band.switch, 1.0));
            }
            out.push(Action::Chain(ChainEdit::Set(slot.id, values)));
        }
    }
}

/// Where a drag takes frequency and gain.
fn dragged(
    ui: &Ui,
    response: &egui::Response,
    rect: Rect,
    centre: Pos2,
    (band, frequency, gain): (&Band, f32, f32),
) -> Vec<(usize, f32)> {
    if response.drag_started() {
        response.request_focus();
    }
    let settings = Kind::Equalizer.settings();
    // Kept apart from the values, so that the handle follows the pointer back from an edge.
    let memory = response.id.with("at");
    let kept = ui.data(|data| data.get_temp::<Pos2>(memory)).filter(|_| !response.drag_started());
    let at = kept.unwrap_or(centre) + response.drag_delta() * fineness(ui);
    ui.data_mut(|data| data.insert_temp(memory, at));
    let along = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    let db = (rect.center().y - at.y) / (rect.height() * 0.5) * EQUALIZER_DB;
    let mut values = Vec::new();
    if at.x != centre.x {
        values.push((band.frequency, settings[band.frequency].clamp(hertz(along))));
    }
    if let Some(index) = band.gain
        && at.y != centre.y
    {
        values.push((index, settings[index].clamp(db)));
    }
    values.retain(|(index, plain)| match Some(*index) == band.gain {
        true => *plain != gain,
        false => *plain != frequency,
    });
    values
}

fn words(band: &Band, value: &impl Fn(usize) -> f32, settings: &[Setting]) -> String {
    let mut words = vec![settings[band.frequency].to_text(value(band.frequency))];
    words.extend(band.gain.map(|index| settings[index].to_text(value(index))));
    words.extend(band.q.map(|index| format!("Q {}", settings[index].to_text(value(index)))));
    if value(band.switch) < 0.5 {
        words.push("off".into());
    }
    typographic(&words.join(", "))
}
