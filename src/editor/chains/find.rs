//! Adding an effect: a text field that filters the effects by name, and their list.
//!
//! Not here: where the effect goes; whoever opens it says that. The text lives in egui's memory. The
//! editor's thread only.

use super::edit::{ChainEdit, Place};
use crate::editor::action::Action;
use crate::editor::control::{describe, id_of, say};
use crate::editor::drawing::label_in;
use crate::editor::theme::{self, palette};
use crate::editor::view::View;
use crate::effects::Kind;
use egui::{
    Align2, Id, Key, Order, Pos2, Rect, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

const WIDTH: f32 = 260.0;
const ROW: f32 = 24.0;

/// An open search.
#[derive(Clone)]
struct Search {
    place: Place,
    text: String,
    chosen: usize,
    fresh: bool,
}

fn memory() -> Id {
    Id::unique("switchyard effect search")
}

/// Opens the search for a place.
pub fn open(ui: &Ui, place: Place) {
    let search = Search { place, text: String::new(), chosen: 0, fresh: true };
    ui.data_mut(|data| data.insert_temp(memory(), search));
}

/// Whether it is open.
pub fn is_open(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp::<Search>(memory())).is_some()
}

/// The place it is open for.
pub fn place(ui: &Ui) -> Option<Place> {
    ui.data(|data| data.get_temp::<Search>(memory())).map(|search| search.place)
}

/// What an effect is for, in a few words.
pub fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::Utility => "gain, width, polarity, delay",
        Kind::Equalizer => "cuts, shelves, four bells",
        Kind::Gate => "turns down what is quiet",
        Kind::Compressor => "turns down what is loud",
        Kind::Saturator => "bends the waveform",
        Kind::Limiter => "keeps peaks below a ceiling",
        Kind::Delay => "echoes",
        Kind::Reverb => "a computed room",
        Kind::Convolution => "a measured room or speaker",
    }
}

/// The effects a text means, the best first: names that begin with it, then those that have it
/// anywhere, then those whose purpose has it.
pub fn matching(text: &str) -> Vec<Kind> {
    let text = text.trim().to_lowercase();
    let rank = |kind: &Kind| {
        let name = kind.name().to_lowercase();
        match () {
            () if name.starts_with(&text) => Some(0),
            () if name.contains(&text) => Some(1),
            () if short(*kind).starts_with(&text) => Some(1),
            () if purpose(*kind).contains(&text) => Some(2),
            () => None,
        }
    };
    let mut found: Vec<_> =
        Kind::ALL.into_iter().filter_map(|kind| Some((rank(&kind)?, kind))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, kind)| kind).collect()
}

/// What people call an effect for short.
fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Utility => "gain",
        Kind::Equalizer => "eq",
        Kind::Gate => "expander",
        Kind::Compressor => "comp",
        Kind::Saturator => "drive",
        Kind::Limiter => "maximizer",
        Kind::Delay => "echo",
        Kind::Reverb => "hall",
        Kind::Convolution => "ir",
    }
}

/// Draws the search near `corner` if it is open.
pub fn search(ui: &Ui, view: &View, corner: Pos2, out: &mut Vec<Action>) {
    let Some(mut search) = ui.data(|data| data.get_temp::<Search>(memory())) else { return };
    let found = matching(&search.text);
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::ArrowDown) {
        search.chosen = (search.chosen + 1).min(found.len().saturating_sub(1));
    }
    if pressed(Key::ArrowUp) {
        search.chosen = search.chosen.saturating_sub(1);
    }
    let height = 40.0 + Kind::ALL.len() as f32 * ROW + 8.0;
    let window = ui.ctx().content_rect();
    let left = corner.x.min(window.right() - WIDTH - 8.0).max(window.left() + 8.0);
    let top = corner.y.min(window.bottom() - height - 8.0).max(window.top() + 8.0);
    let mut taken = None;
    let mut closed = pressed(Key::Escape);
    let area = egui::Area::new(memory()).order(Order::Foreground).fixed_pos(pos2(left, top));
    area.show(ui.ctx(), |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, height), Sense::click());
        let colours = palette(ui);
        ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
        let stroke = Stroke::new(1.0, colours.line);
        ui.painter().rect_stroke(rect, theme::CORNER, stroke, StrokeKind::Inside);
        let field = Rect::from_min_size(rect.min + vec2(8.0, 8.0), vec2(WIDTH - 16.0, 26.0));
        let mut over = ui.new_child(egui::UiBuilder::new().max_rect(field));
        let edit = TextEdit::singleline(&mut search.text)
            .id(id_of("Search Effects"))
            .hint_text("Type a name, Enter adds the first")
            .font(theme::body())
            .desired_width(field.width())
            .char_limit(32);
        let response = over.add(edit);
        let shown = search.text.clone();
        response.widget_info(|| WidgetInfo {
            label: Some("Search Effects".into()),
            ..WidgetInfo::text_edit(true, &shown, &shown, "")
        });
        if search.fresh {
            response.request_focus();
            search.fresh = false;
        } else if response.changed() {
            search.chosen = 0;
        } else if response.lost_focus() {
            if pressed(Key::Enter) {
                taken = matching(&search.text).get(search.chosen).copied();
            }
            closed = true;
        }
        for (n, kind) in matching(&search.text).into_iter().enumerate() {
            let y = rect.top() + 40.0 + n as f32 * ROW;
            let line = Rect::from_min_size(pos2(rect.left() + 4.0, y), vec2(WIDTH - 8.0, ROW));
            if entry(ui, line, kind, n == search.chosen) {
                taken = Some(kind);
            }
        }
    });
    if let Some(kind) = taken {
        out.push(Action::Chain(ChainEdit::Add(search.place, kind)));
        let added = view.inserts.session.free_slot_id();
        ui.memory_mut(|memory| memory.request_focus(super::carry::card_id(added)));
        closed = true;
    }
    ui.data_mut(|data| match closed {
        true => data.remove::<Search>(memory()),
        false => {
            data.insert_temp(memory(), search);
        }
    });
}

fn entry(ui: &Ui, rect: Rect, kind: Kind, chosen: bool) -> bool {
    let name = format!("Add {}", kind.name());
    let response = ui.interact(rect, id_of(&name), Sense::click());
    describe(&response, Role::Button, &name, purpose(kind));
    let colours = palette(ui);
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::CORNER, colours.hover);
    }
    let line = rect.shrink2(vec2(8.0, 0.0));
    label_in(ui, line, Align2::LEFT_CENTER, kind.name(), theme::body(), colours.text);
    let mut right = line;
    right.min.x += 88.0;
    label_in(ui, right, Align2::LEFT_CENTER, purpose(kind), theme::small(), colours.quiet);
    say(ui, &response, || format!("{name}: {}.", purpose(kind)));
    // The field loses the keyboard to a press, so the press has to count at once.
    response.is_pointer_button_down_on() || response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_by_beginning_short_name_and_purpose() {
        assert_eq!(matching("").len(), Kind::ALL.len());
        assert_eq!(matching("eq")[0], Kind::Equalizer);
        assert_eq!(matching("comp")[0], Kind::Compressor);
        assert_eq!(matching("LIM")[0], Kind::Limiter);
        assert_eq!(matching("room"), [Kind::Reverb, Kind::Convolution]);
        assert!(matching("vocoder").is_empty());
    }
}
