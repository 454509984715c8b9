//! The session's menu, and what pasting does: whole sessions, strips and buses from the clipboard.
//!
//! Not here: files ([`super::files`]) and the clipboard's text ([`crate::session::clipboard`]). The
//! editor's thread only.

use super::action::Action;
use super::cell::{asks_to_copy, copied_text, copy, pasted_text};
use super::chains::edit::ChainEdit;
use super::control::{describe, focus_ring, id_of, say};
use super::drawing::{label_in, menu_arrow};
use super::files::clerk::Deed;
use super::files::{self, Purpose};
use super::theme::{self, palette};
use super::view::{Names, View};
use super::whole::Whole;
use crate::routing::{Node, Routing};
use crate::session::clipboard::{self, Clip};
use crate::session::{Session, file};
use egui::{Align2, Popup, Rect, Response, Role, Sense, Ui, pos2};

/// The width of the menu's button where it says the program's name.
pub const WIDE: f32 = 90.0;
/// Its width where only the arrow has room.
pub const NARROW: f32 = 16.0;

/// The button that opens the menu, and the menu.
pub fn menu(ui: &Ui, rect: Rect, view: &View, out: &mut Vec<Action>) {
    let response = ui.interact(rect, id_of("Session"), Sense::click());
    describe(&response, Role::ComboBox, "Session", "");
    let colours = palette(ui);
    let colour = if response.hovered() { colours.text } else { colours.quiet };
    if rect.width() > NARROW {
        label_in(ui, rect, Align2::LEFT_CENTER, "Switchyard", theme::name(), colours.text);
    }
    menu_arrow(ui.painter(), pos2(rect.right() - 8.0, rect.center().y), colour);
    focus_ring(ui, &response);
    let lesson = "Session: begin with a template, open, save, copy to another instance.";
    say(ui, &response, || lesson.into());
    Popup::menu(&response).accessible_name("Session").show(|ui| {
        ui.set_min_width(200.0);
        for (word, purpose) in [
            ("New from template…", None),
            ("Open…", Some(Purpose::Open)),
            ("Save…", Some(Purpose::Save)),
            ("Save as template…", Some(Purpose::Template)),
        ] {
            if ui.button(word).clicked() {
                match purpose {
                    Some(purpose) => files::open(ui, view, purpose),
                    None => out.extend([Action::Templates(true), Action::Files(Deed::Templates)]),
                }
                ui.close();
            }
        }
        ui.separator();
        if ui.button("Copy session").clicked() {
            copy(ui, file::to_json(&view.routing, &view.inserts.session));
            out.push(Action::Tell("The session is on the clipboard.".into()));
            ui.close();
        }
        if ui.button("Paste session").clicked() {
            out.push(paste_later(ui, None));
            ui.close();
        }
    });
    response.on_hover_text(lesson);
}

/// Copying and pasting a strip or bus, in the menu of its head.
pub fn head_menu(response: &Response, view: &View, node: Node, out: &mut Vec<Action>) {
    let kind = match node {
        Node::Strip(_) => "strip",
        Node::Bus(_) => "bus",
        Node::Main => return,
    };
    Popup::context_menu(response).accessible_name(format!("{node} menu")).show(|ui| {
        ui.set_min_width(184.0);
        let named = egui::RichText::new(view.name(node)).font(theme::name());
        ui.label(named);
        ui.separator();
        if ui.button(format!("Copy {kind}")).clicked() {
            copy_channel(ui, view, node);
            ui.close();
        }
        let lesson =
            "Brings fader, pan, sends, mute, chain; name and colour if there are none yet.";
        if ui.button(format!("Paste {kind}")).on_hover_text(lesson).clicked() {
            out.push(paste_later(ui, Some(node)));
            ui.close();
        }
    });
}

/// Copying and pasting a strip or bus by keys, where its name has the keyboard.
pub fn head_keys(ui: &Ui, response: &Response, view: &View, node: Node, out: &mut Vec<Action>) {
    if !response.has_focus() || node == Node::Main {
        return;
    }
    if asks_to_copy(ui) {
        copy_channel(ui, view, node);
    }
    if let Some(text) = pasted_text(ui) {
        let session = &view.inserts.session;
        out.push(paste(&text, Some(node), &view.routing, session, &view.names));
    }
}

/// Puts a strip or bus on the clipboard.
pub fn copy_channel(ui: &Ui, view: &View, node: Node) {
    if let Some(text) = clipboard::channel(&view.routing, &view.inserts.session, node) {
        copy(ui, text);
    }
}

/// Pastes what the system's clipboard holds once it was read, or what was copied here last.
fn paste_later(ui: &Ui, onto: Option<Node>) -> Action {
    Action::Files(Deed::Paste { onto, kept: copied_text(ui).unwrap_or_default() })
}

/// What a text does that is pasted onto a strip, a bus or, with no node, in place of the session.
/// What does not fit is refused in words and changes nothing.
pub fn paste(
    text: &str,
    onto: Option<Node>,
    routing: &Routing,
    session: &Session,
    names: &Names,
) -> Action {
    let refuse = |words: String| Action::Refuse(sentence(&words));
    let clip = match clipboard::read(text) {
        Ok(clip) => clip,
        Err(error) => return refuse(error.to_string()),
    };
    match (clip, onto) {
        (Clip::Session(whole), None) => {
            let (values, beside) = *whole;
            adopt(Whole::of("Paste a session", &values, beside))
        }
        (Clip::Channel(channel), Some(node)) => {
            let (mut values, mut beside) = (*routing, session.clone());
            let name = format!("Paste {} onto {}", channel.title(), names.of(node));
            match channel.paste(node, &mut values, &mut beside) {
                Ok(()) => {
                    let mut whole = Whole::of(name, &values, beside);
                    // What the host moves meanwhile stays the host's.
                    whole.values.retain(|(parameter, value)| parameter.get(routing) != *value);
                    adopt(whole)
                }
                Err(error) => refuse(error.to_string()),
            }
        }
        (Clip::Chain(chain), Some(node)) => Action::Chain(ChainEdit::Replace(node, chain)),
        (clip, _) => refuse(clip.elsewhere().to_string()),
    }
}

/// What an opened file or a template does.
pub fn adopt(whole: Whole) -> Action {
    Action::Adopt(Box::new(whole))
}

/// Words that begin large and end with a stop.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String =
        letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if words.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
