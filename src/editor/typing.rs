//! Text fields that open over a control: a level typed as text, a name.
//!
//! Not here: what a text means (that is [`Parameter::from_text`]). The text being typed lives in
//! egui's memory until the field closes. The editor's thread only.

use super::action::{Action, edit};
use super::control::{describe, focus_ring, id_of, say};
use super::drawing::label_in;
use super::theme::{self, palette};
use super::view::View;
use crate::routing::Node;
use crate::routing::parameter::Parameter;
use egui::{
    Align2, Id, Key, Rect, Role, Sense, TextEdit, Ui, WidgetInfo, text::CCursor,
    text_selection::CCursorRange,
};

/// A name that a double click, or Enter, opens for typing, and on which the right button copies and
/// pastes. Returns whether it was clicked once.
pub fn rename(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    node: Node,
    place: &str,
    align: Align2,
    out: &mut Vec<Action>,
) -> bool {
    let name = format!("{node} Name{place}");
    let id = id_of(&name);
    if let Some(typed) = typing(ui, rect, id, &name) {
        if let Typed::Text(text) = typed
            && text.trim() != view.name(node)
        {
            out.push(Action::Rename(node, text.trim().to_string()));
        }
        return false;
    }
    let response = ui.interact(rect, id, Sense::click());
    let shown = view.name(node);
    describe(&response, Role::Button, &name, &shown);
    let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.double_clicked() || by_key {
        begin_typing(ui, id, shown.clone());
    }
    let colours = palette(ui);
    let given = view.names.given(node).is_some();
    let (font, colour) =
        if given { (theme::name(), colours.text) } else { (theme::body(), colours.quiet) };
    label_in(ui, rect, align, &shown, font, colour);
    focus_ring(ui, &response);
    say(ui, &response, || {
        format!(
            "{shown} ({node}). Click to trace its paths, double-click to rename, right-click to copy."
        )
    });
    super::sessions::head_menu(&response, view, node, out);
    super::sessions::head_keys(ui, &response, view, node, out);
    response.clicked() && !by_key && !response.double_clicked()
}

/// What came of a text field this frame.
pub enum Typed {
    /// It is still open.
    Open,
    /// It was closed, and its text means to change something.
    Text(String),
    /// It was left by Escape.
    Cancelled,
    /// It was double-clicked: the default is wanted.
    Reset,
}

/// Opens a text field over the control `id`, with all of its text selected.
pub fn begin_typing(ui: &Ui, id: Id, text: String) {
    open(ui, id, text, true);
}

/// Opens a text field that goes on after what was typed already.
pub fn go_on_typing(ui: &Ui, id: Id, text: String) {
    open(ui, id, text, false);
}

fn open(ui: &Ui, id: Id, text: String, select: bool) {
    ui.data_mut(|data| {
        data.insert_temp(id.with("typing"), text);
        data.insert_temp(id.with("select"), select);
        data.insert_temp(any_id(), true);
    });
    ui.memory_mut(|memory| memory.request_focus(id.with("field")));
}

/// Whether a text field is open over the control `id`.
pub fn is_typing(ui: &Ui, id: Id) -> bool {
    ui.data(|data| data.get_temp::<String>(id.with("typing"))).is_some()
}

fn any_id() -> Id {
    Id::unique("switchyard typing")
}

/// Whether any text field of ours is open, so that every key is a letter.
pub fn is_any_open(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp(any_id()).unwrap_or(false))
}

/// Draws the text field over the control `id` if one is open.
pub fn typing(ui: &mut Ui, rect: Rect, id: Id, name: &str) -> Option<Typed> {
    let key = id.with("typing");
    let mut text = ui.data(|data| data.get_temp::<String>(key))?;
    let field = id.with("field");
    let fresh = !ui.data(|data| data.get_temp::<bool>(field).unwrap_or(false));
    // A child, so that the field takes no place in the layout of what it covers.
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(rect));
    let output = TextEdit::singleline(&mut text)
        .id(field)
        .font(theme::small())
        .margin(egui::Margin::symmetric(4, 2))
        .align(Align2::LEFT_CENTER)
        .desired_width(rect.width())
        .min_size(rect.size())
        .char_limit(64)
        .show(&mut over);
    let response = output.response.response;
    let shown = text.clone();
    response.widget_info(|| WidgetInfo {
        label: Some(format!("{name}, typed")),
        ..WidgetInfo::text_edit(true, &shown, &shown, "")
    });
    if fresh {
        response.request_focus();
        let mut state = output.state;
        let end = CCursor::new(text.chars().count());
        let select = ui.data(|data| data.get_temp(id.with("select")).unwrap_or(true));
        let from = if select { CCursor::new(0) } else { end };
        state.cursor.set_char_range(Some(CCursorRange::two(from, end)));
        state.store(ui.ctx(), field);
        ui.data_mut(|data| data.insert_temp(field, true));
    }
    let outcome = if response.double_clicked() {
        Typed::Reset
    } else if response.lost_focus() {
        let escaped = ui.input(|input| input.key_pressed(Key::Escape));
        if escaped { Typed::Cancelled } else { Typed::Text(text) }
    } else {
        ui.data_mut(|data| data.insert_temp(key, text));
        return Some(Typed::Open);
    };
    ui.data_mut(|data| {
        data.remove_temp::<String>(key);
        data.remove_temp::<bool>(field);
        data.remove_temp::<bool>(any_id());
    });
    Some(outcome)
}

/// Turns a closed text field into an edit. A text that cannot be read opens the field again, so
/// that nothing is lost and nothing wrong is set.
pub fn apply_typed(ui: &Ui, id: Id, parameter: Parameter, typed: Typed, out: &mut Vec<Action>) {
    match typed {
        Typed::Open | Typed::Cancelled => {}
        Typed::Reset => out.extend(edit(parameter, parameter.default_value())),
        Typed::Text(text) => match parameter.from_text(&text) {
            Some(value) => out.extend(edit(parameter, value)),
            None if ui.input(|input| input.key_pressed(Key::Enter)) => begin_typing(ui, id, text),
            None => {}
        },
    }
}
