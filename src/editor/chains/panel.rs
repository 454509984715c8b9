//! The panel of the selected slot: its name, bypass, mix and key; one large picture; every setting of
//! its table in signal order.
//!
//! Not here: how a setting is turned ([`super::settings`]). The editor's thread only.

use super::dial::{Dial, Turned, dial};
use super::edit::{ChainEdit, place_of};
use super::{bands, impulse, listen, picture, settings};
use crate::editor::action::Action;
use crate::editor::control::{Face, button, push};
use crate::editor::drawing::{label_in, width_of};
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::effects::Kind;
use crate::routing::chain::Slot;
use egui::{Align2, Rect, Sense, Ui, pos2, vec2};

const LINE: f32 = 22.0;
const GAP: f32 = 8.0;

/// Draws the panel; `room` is the height it may have without scrolling.
pub fn panel(ui: &mut Ui, room: f32, view: &View, slot: &Slot, out: &mut Vec<Action>) {
    let width = ui.max_rect().width() - 2.0 * 12.0;
    let kind = slot.kind();
    let above = kind == Some(Kind::Equalizer) || width < 560.0;
    let inner = match kind {
        None => 40.0,
        Some(kind) => {
            let picture = if above { 96.0 } else { 0.0 };
            let columns = settings::height(kind, if above { width } else { width * 0.5 });
            picture + columns + 8.0
        }
    };
    let height = (room - 1.0).max(LINE + 3.0 * GAP + inner);
    let (all, _) = ui.allocate_exact_size(vec2(ui.max_rect().width(), height), Sense::hover());
    let rect = all.shrink2(vec2(12.0, GAP));
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), LINE));
    head(ui, line, view, slot, out);
    let body = Rect::from_min_max(pos2(rect.left(), line.bottom() + GAP), rect.max);
    let Some(kind) = kind else {
        let words = "This effect is of another version of Switchyard. It is kept as it is and passes \
                     the sound on.";
        label_in(ui, body, Align2::LEFT_TOP, words, theme::body(), palette(ui).quiet);
        return;
    };
    let (drawn, knobs) = if above {
        let knobs = settings::height(kind, width);
        let y = (body.bottom() - knobs - GAP).max(body.top() + 88.0);
        (
            Rect::from_min_max(body.min, pos2(body.right(), y)),
            Rect::from_min_max(pos2(body.left(), y + GAP), body.max),
        )
    } else {
        let x = body.left() + body.width() * 0.5 - GAP;
        let high = body.height().min(360.0);
        (
            Rect::from_min_size(body.min, vec2(x - body.left(), high)),
            Rect::from_min_max(pos2(x + 2.0 * GAP, body.top()), body.max),
        )
    };
    let place = place_of(&view.inserts.session, slot.id);
    let reduction = place.map_or(0.0, |place| view.inserts.reduction[place.lane][place.at]);
    let ink = palette(ui).input;
    let mut seen = drawn;
    if kind.has_impulse() {
        let line = Rect::from_min_size(drawn.min, vec2(drawn.width(), LINE));
        let used = impulse::picker(ui, line, view, slot, out);
        seen.min.y += used + 6.0;
    }
    let frame = picture::Frame { view, slot, reduction, ink, is_large: true };
    picture::draw(ui, seen, &frame);
    if kind == Kind::Equalizer {
        bands::handles(ui, seen, view, slot, out);
    }
    settings::settings(ui, knobs, view, slot, kind, out);
}

/// The panel's first line.
fn head(ui: &mut Ui, line: Rect, view: &View, slot: &Slot, out: &mut Vec<Action>) {
    let colours = palette(ui);
    let name = slot.effect.name();
    let mut x = line.left();
    let mut next = |width: f32, gap: f32| {
        let rect = Rect::from_min_size(pos2(x, line.top()), vec2(width, line.height()));
        x += width + gap;
        rect
    };
    let width = width_of(ui, name, theme::name()).min(140.0);
    label_in(ui, next(width, 12.0), Align2::LEFT_CENTER, name, theme::name(), colours.text);
    let face = Face {
        word: "BYPASS",
        colour: colours.pre,
        lesson: "Passes the sound on unchanged and keeps the latency, so that nothing jumps.",
    };
    // A narrow panel with a key leaves this to the card.
    let narrow = line.width() < 500.0 && slot.kind().is_some_and(Kind::has_key);
    if !narrow
        && button(ui, next(58.0, 8.0), &format!("{name} Bypass"), face, slot.bypass).clicked()
    {
        out.push(Action::Chain(ChainEdit::Bypass(slot.id, !slot.bypass)));
    }
    let text = format!("{:.0} %", slot.mix * 100.0);
    let mix_name = format!("{name} Mix of the Slot");
    let mix = Dial {
        name: &mix_name,
        word: "Mix",
        text: &text,
        position: slot.mix,
        default: 1.0,
        origin: 0.0,
        lesson: "How much of this effect is heard beside its input. Double-click for 100 %.",
        driven: None,
    };
    let mix = match dial(ui, next(if narrow { 84.0 } else { 104.0 }, 8.0), &mix).1 {
        Some(Turned::To(mix)) => Some(mix),
        Some(Turned::Reset) => Some(1.0),
        Some(Turned::Text(text)) => {
            let number = text.trim().trim_end_matches('%').trim().replace(',', ".");
            number.parse::<f32>().ok().filter(|n| n.is_finite()).map(|n| n / 100.0)
        }
        None => None,
    };
    if let Some(mix) = mix {
        out.push(Action::Chain(ChainEdit::Mix(slot.id, mix.clamp(0.0, 1.0))));
    }
    let mut used = x;
    if slot.kind().is_some_and(Kind::has_key) {
        let room = (line.right() - x - 62.0).clamp(60.0, 300.0);
        let place = Rect::from_min_size(pos2(x, line.top()), vec2(room, line.height()));
        used += room + 8.0;
        listen::picker(ui, place, view, slot, out);
    }
    let end = Rect::from_min_max(pos2(line.right() - 54.0, line.top()), line.max);
    if push(ui, end, "Remove Effect", "REMOVE", "Removes this effect. Key on its card: Delete.") {
        out.push(Action::Chain(ChainEdit::Remove(slot.id)));
    }
    let late = view.inserts.costs.slot(slot.id);
    let rest = Rect::from_min_max(pos2(used, line.top()), pos2(end.left() - 8.0, line.bottom()));
    if late > 0 && rest.width() > 48.0 {
        let words = match rest.width() > 90.0 {
            true => format!("{late} samples late"),
            false => format!("+{late}"),
        };
        label_in(ui, rest, Align2::RIGHT_CENTER, &words, theme::small(), colours.quiet);
    }
}
