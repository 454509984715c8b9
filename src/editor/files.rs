//! Choosing a file: a list of a folder in the editor's own window, a path to type, a name.
//!
//! Not here: reading folders and files, which [`clerk`] does on threads of its own, because on some
//! systems the host's main thread draws this. What is open lives in egui's memory. The editor's
//! thread only.

pub mod clerk;

use super::action::Action;
use super::control::{describe, focus_ring, id_of, push, say};
use super::drawing::label_in;
use super::theme::{self, palette};
use super::view::View;
use crate::session::file::EXTENSION;
use crate::session::library::{Entry, Kept};
use clerk::Deed;
use egui::{
    Align2, Id, Key, Order, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit,
    Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The height of a line of the list.
const ROW: f32 = 24.0;
/// What impulse responses end in.
const SOUNDS: [&str; 5] = ["wav", "aif", "aiff", "aifc", "flac"];

/// What is known of the disk.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The folder that was looked into last.
    pub listing: Option<Arc<Listing>>,
    /// The user's templates.
    pub templates: Arc<Vec<Kept>>,
    /// Where those are, if the platform has a place for them.
    pub templates_folder: Option<PathBuf>,
    /// Where people begin to look.
    pub home: PathBuf,
}

/// A folder and what is in it, or why it cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Which folder.
    pub folder: PathBuf,
    /// Which files were looked for.
    pub endings: Vec<&'static str>,
    /// Folders, then files.
    pub entries: Result<Vec<Entry>, String>,
}

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A session is read.
    Open,
    /// The session is written.
    Save,
    /// The session is written where templates are.
    Template,
    /// A slot's convolution, by the slot's id, gets an impulse response.
    Impulse(u64),
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Purpose::Open => "Open a session",
            Purpose::Save => "Save this session",
            Purpose::Template => "Save as a template",
            Purpose::Impulse(_) => "Open an impulse response",
        }
    }

    fn writes(self) -> bool {
        matches!(self, Purpose::Save | Purpose::Template)
    }

    fn endings(self) -> Vec<&'static str> {
        match self {
            Purpose::Impulse(_) => SOUNDS.to_vec(),
            _ => vec![EXTENSION],
        }
    }
}

/// An open choice.
#[derive(Clone)]
struct Choice {
    purpose: Purpose,
    folder: PathBuf,
    /// The folder as it is typed.
    path: String,
    name: String,
    fresh: bool,
    /// The listing was asked for.
    asked: bool,
}

fn memory() -> Id {
    Id::unique("switchyard file choice")
}

fn last(purpose: Purpose) -> Id {
    Id::unique(("switchyard last folder", matches!(purpose, Purpose::Impulse(_))))
}

/// Opens the choice, where the last one of its kind was.
pub fn open(ui: &Ui, view: &View, purpose: Purpose) {
    let files = &view.files;
    let known = ui.data(|data| data.get_temp::<PathBuf>(last(purpose)));
    let folder = match (purpose, &files.templates_folder) {
        (Purpose::Template, Some(folder)) => folder.clone(),
        _ => known.unwrap_or_else(|| files.home.clone()),
    };
    let path = folder.to_string_lossy().into_owned();
    let name = String::new();
    let choice = Choice { purpose, folder, path, name, fresh: true, asked: false };
    ui.data_mut(|data| data.insert_temp(memory(), choice));
}

/// Whether a choice is open, so that keys belong to it.
pub fn is_open(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp::<Choice>(memory())).is_some()
}

/// What the user did with the choice in one picture.
enum Step {
    Stay,
    Go(PathBuf),
    Pick(String),
    Take,
    Close,
}

/// Draws the choice over everything if it is open.
pub fn choice(ui: &Ui, view: &View) -> Vec<Action> {
    let mut out = Vec::new();
    let Some(mut choice) = ui.data(|data| data.get_temp::<Choice>(memory())) else { return out };
    if !choice.asked {
        choice.asked = true;
        let deed = Deed::List(choice.folder.clone(), choice.purpose.endings());
        out.push(Action::Files(deed));
    }
    let window = ui.ctx().content_rect();
    let size = vec2(540.0, 420.0).min(window.size() - vec2(32.0, 32.0)).max(vec2(120.0, 120.0));
    let rect = Rect::from_center_size(window.center(), size);
    let mut step = Step::Stay;
    let area = egui::Area::new(memory()).order(Order::Foreground).fixed_pos(window.min);
    area.show(ui.ctx(), |ui| {
        // What lies behind takes no clicks and steps back.
        let behind = ui.interact(window, id_of("Behind the file choice"), Sense::click_and_drag());
        ui.painter().rect_filled(window, 0, palette(ui).bed.gamma_multiply(0.6));
        drop(behind);
        step = page(ui, rect, view, &mut choice);
    });
    if ui.input(|input| input.key_pressed(Key::Escape)) {
        step = Step::Close;
    }
    let mut closed = false;
    match step {
        Step::Stay => {}
        Step::Go(folder) => {
            choice.path = folder.to_string_lossy().into_owned();
            choice.folder = folder;
            choice.asked = false;
            ui.ctx().request_repaint();
        }
        Step::Pick(name) => choice.name = name,
        Step::Take => {
            let path = path_of(&choice);
            ui.data_mut(|data| data.insert_temp(last(choice.purpose), choice.folder.clone()));
            out.push(match choice.purpose {
                Purpose::Open => Action::Files(Deed::Open(path)),
                Purpose::Impulse(slot) => {
                    Action::LoadImpulse(slot, path.to_string_lossy().into_owned())
                }
                Purpose::Save | Purpose::Template => {
                    let replace = is_taken(view, &choice);
                    Action::Files(Deed::Save { path, replace })
                }
            });
            closed = true;
        }
        Step::Close => closed = true,
    }
    ui.data_mut(|data| match closed {
        true => data.remove::<Choice>(memory()),
        false => {
            data.insert_temp(memory(), choice);
        }
    });
    out
}

/// The file that is meant: a name in the folder, or a whole path. A session's ending is added.
fn path_of(choice: &Choice) -> PathBuf {
    let path = choice.folder.join(choice.name.trim());
    let has_ending = path.extension().is_some_and(|ending| ending == EXTENSION);
    if !choice.purpose.writes() || has_ending {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".");
    name.push(EXTENSION);
    PathBuf::from(name)
}

/// The listing of the choice's folder, once it is there.
fn listing<'a>(view: &'a View, choice: &Choice) -> Option<&'a Listing> {
    let listing = view.files.listing.as_deref()?;
    let same = listing.folder == choice.folder && listing.endings == choice.purpose.endings();
    same.then_some(listing)
}

/// Whether the folder that is shown has a file of that name.
fn is_taken(view: &View, choice: &Choice) -> bool {
    let path = path_of(choice);
    let entries = listing(view, choice).and_then(|listing| listing.entries.as_ref().ok());
    path.parent() == Some(&choice.folder)
        && entries.is_some_and(|entries| {
            entries.iter().any(|entry| path.file_name().is_some_and(|name| *name == *entry.name))
        })
}

fn page(ui: &mut Ui, rect: Rect, view: &View, choice: &mut Choice) -> Step {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, theme::CORNER, colours.panel);
    let edge = Stroke::new(1.0, colours.line);
    ui.painter().rect_stroke(rect, theme::CORNER, edge, StrokeKind::Inside);
    let inner = rect.shrink(12.0);
    let line = |top: f32, height: f32| {
        Rect::from_min_max(pos2(inner.left(), top), pos2(inner.right(), top + height))
    };
    let title = line(inner.top(), 22.0);
    let purpose = choice.purpose;
    label_in(ui, title, Align2::LEFT_CENTER, purpose.title(), theme::name(), colours.text);
    let mut step = Step::Stay;

    let mut path = line(title.bottom() + 6.0, 26.0);
    let up = Rect::from_min_size(path.min, vec2(44.0, 26.0));
    path.min.x = up.right() + 6.0;
    let parent = choice.folder.parent().map(Path::to_path_buf);
    if push(ui, up, "Parent Folder", "UP", "Goes to the folder this one is in.")
        && let Some(parent) = parent
    {
        step = Step::Go(parent);
    }
    let typed = field(ui, path, "Folder", "The folder's path", &mut choice.path);
    let entered = ui.input(|input| input.key_pressed(Key::Enter));
    if typed.lost_focus() && entered && Path::new(&choice.path) != choice.folder {
        step = Step::Go(choice.folder.join(choice.path.trim()));
    }

    let buttons = line(inner.bottom() - 26.0, 26.0);
    let name = line(buttons.top() - 34.0, 26.0);
    let list = Rect::from_min_max(
        pos2(inner.left(), path.bottom() + 8.0),
        pos2(inner.right(), name.top() - 8.0),
    );
    let chosen = entries(ui, list, view, choice);
    if !matches!(chosen, Step::Stay) {
        step = chosen;
    }
    let hint =
        if purpose.writes() { "A name for the file" } else { "Choose above, or type a path" };
    let typed = field(ui, name, "File Name", hint, &mut choice.name);
    if choice.fresh {
        typed.request_focus();
        choice.fresh = false;
    }
    let named = !choice.name.trim().is_empty();
    if typed.lost_focus() && entered && named {
        step = Step::Take;
    }
    let word = match (purpose.writes(), is_taken(view, choice)) {
        (true, true) => "REPLACE",
        (true, false) => "SAVE",
        (false, _) => "OPEN",
    };
    let take = Rect::from_min_max(pos2(buttons.right() - 96.0, buttons.top()), buttons.max);
    let cancel = take.translate(vec2(-102.0, 0.0));
    let lesson = match word {
        "REPLACE" => "A file of this name is there: it is replaced.",
        "SAVE" => "Writes the file.",
        _ => "Reads the file. One that is damaged or newer is refused and nothing changes.",
    };
    if push(ui, take, "Take File", word, lesson) && named {
        step = Step::Take;
    }
    if push(ui, cancel, "Cancel File", "CANCEL", "Closes this and does nothing.") {
        step = Step::Close;
    }
    step
}

/// A field to type in.
fn field(ui: &mut Ui, rect: Rect, name: &str, hint: &str, text: &mut String) -> Response {
    let mut over = ui.new_child(UiBuilder::new().max_rect(rect));
    let edit = TextEdit::singleline(text)
        // Entries have ids by their names, and a file may be called "Name".
        .id(id_of(&format!("{name} field")))
        .hint_text(hint)
        .font(theme::body())
        .desired_width(rect.width())
        .min_size(rect.size())
        .align(Align2::LEFT_CENTER)
        .char_limit(4096);
    let response = over.add(edit);
    let shown = text.clone();
    response.widget_info(|| WidgetInfo {
        label: Some(name.to_string()),
        ..WidgetInfo::text_edit(true, &shown, &shown, "")
    });
    response
}

/// The folder's entries: a click opens a folder and chooses a file, a double click takes it.
fn entries(ui: &mut Ui, rect: Rect, view: &View, choice: &Choice) -> Step {
    let colours = palette(ui);
    ui.painter().rect_filled(rect, theme::CORNER, colours.ground);
    let words = |ui: &Ui, words: &str, colour| {
        label_in(ui, rect.shrink(10.0), Align2::LEFT_TOP, words, theme::small(), colour);
    };
    let found = match listing(view, choice).map(|listing| &listing.entries) {
        None => {
            words(ui, "Looking into the folder", colours.quiet);
            return Step::Stay;
        }
        Some(Err(reason)) => {
            words(ui, &format!("This folder cannot be shown: {reason}."), colours.fault);
            return Step::Stay;
        }
        Some(Ok(found)) if found.is_empty() => {
            words(ui, "Nothing here that fits", colours.quiet);
            return Step::Stay;
        }
        Some(Ok(found)) => found,
    };
    let mut step = Step::Stay;
    let mut part = ui.new_child(UiBuilder::new().max_rect(rect.shrink(4.0)));
    part.set_clip_rect(rect.intersect(ui.clip_rect()));
    ScrollArea::vertical().id_salt(&choice.folder).auto_shrink(false).show_rows(
        &mut part,
        ROW,
        found.len(),
        |ui, rows| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for entry in &found[rows] {
                let (line, _) =
                    ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                let response = row(ui, line, entry, choice.name == entry.name);
                if response.clicked() {
                    step = match entry.is_folder {
                        true => Step::Go(choice.folder.join(&entry.name)),
                        false => Step::Pick(entry.name.clone()),
                    };
                }
                if response.double_clicked() && !entry.is_folder && choice.name == entry.name {
                    step = Step::Take;
                }
            }
        },
    );
    step
}

fn row(ui: &Ui, rect: Rect, entry: &Entry, chosen: bool) -> Response {
    let kind = if entry.is_folder { "Folder" } else { "File" };
    let name = format!("{kind} {}", entry.name);
    let response = ui.interact(rect, id_of(&name), Sense::click());
    describe(&response, Role::ListItem, &name, if chosen { "chosen" } else { "" });
    let colours = palette(ui);
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::CORNER, colours.hover);
    }
    let symbol = Rect::from_center_size(pos2(rect.left() + 14.0, rect.center().y), vec2(11.0, 9.0));
    let stroke = Stroke::new(1.2, colours.quiet);
    if entry.is_folder {
        // A sheet with a tab.
        let tab = Rect::from_min_size(symbol.min - vec2(0.0, 2.0), vec2(5.0, 3.0));
        ui.painter().rect_filled(tab, 0, colours.quiet);
        ui.painter().rect_stroke(symbol, 1, stroke, StrokeKind::Inside);
    } else {
        for y in [0.2, 0.5, 0.8] {
            let y = symbol.top() + symbol.height() * y;
            ui.painter().hline(symbol.left() + 1.0..=symbol.right() - 1.0, y, stroke);
        }
    }
    let mut text = rect;
    text.min.x += 28.0;
    let colour = if entry.is_folder { colours.quiet } else { colours.text };
    label_in(ui, text, Align2::LEFT_CENTER, &entry.name, theme::body(), colour);
    focus_ring(ui, &response);
    say(ui, &response, || match entry.is_folder {
        true => format!("{}: click to look into this folder.", entry.name),
        false => format!("{}: click to choose it, double-click to take it at once.", entry.name),
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(purpose: Purpose, name: &str) -> Choice {
        let folder = PathBuf::from("/shows");
        let path = String::new();
        Choice { purpose, folder, path, name: name.into(), fresh: false, asked: true }
    }

    #[test]
    fn a_session_s_ending_is_added_where_it_is_missing_and_a_whole_path_is_taken_as_it_is() {
        let path = |purpose, name: &str| path_of(&choice(purpose, name));
        assert_eq!(path(Purpose::Save, " Night 2 "), Path::new("/shows/Night 2.switchyard"));
        assert_eq!(path(Purpose::Save, "a.switchyard"), Path::new("/shows/a.switchyard"));
        assert_eq!(path(Purpose::Save, "v1.2"), Path::new("/shows/v1.2.switchyard"));
        assert_eq!(path(Purpose::Open, "/else/b.json"), Path::new("/else/b.json"));
        assert_eq!(path(Purpose::Impulse(1), "hall.wav"), Path::new("/shows/hall.wav"));
    }

    #[test]
    fn a_name_is_taken_only_if_the_folder_that_is_shown_has_it() {
        let mut view = View::of(Default::default());
        let entry = Entry { name: "a.switchyard".into(), is_folder: false };
        let listing = |folder: &str| Listing {
            folder: folder.into(),
            endings: vec![EXTENSION],
            entries: Ok(vec![entry.clone()]),
        };
        view.files.listing = Some(Arc::new(listing("/shows")));
        assert!(is_taken(&view, &choice(Purpose::Save, "a")));
        assert!(!is_taken(&view, &choice(Purpose::Save, "b")));
        assert!(!is_taken(&view, &choice(Purpose::Save, "/else/a")));
        view.files.listing = Some(Arc::new(listing("/else")));
        assert!(!is_taken(&view, &choice(Purpose::Save, "a")));
    }
}
