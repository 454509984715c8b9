//! Sessions at the desk: templates, files and the clipboard, each in one step that can be taken back,
//! and everything damaged refused in words.
//!
//! Not here: the host (`editor_link`) and what files say (`session`).

use crate::assert_paired;
use crate::desk::{Desk, WHOLE};
use crate::lively;
use egui::{Key, Modifiers};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use switchyard::editor::{Action, Screen, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::Parameter as P;
use switchyard::routing::{Fader, Node, Routing};
use switchyard::session::clipboard::{self, Clip};
use switchyard::session::{Session, file, library};
use switchyard::templates::TEMPLATES;

/// A folder of its own that goes away.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("switchyard-desk-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn at_home(view: View, folder: &Folder) -> Desk {
    let mut view = view;
    view.files.home = folder.0.clone();
    view.files.templates_folder = Some(folder.0.join("Templates"));
    Desk::sized(view, WHOLE)
}

fn undo(desk: &mut Desk) {
    desk.press_with(Modifiers::COMMAND, Key::Z);
}

fn choose(desk: &mut Desk, entry: &str) {
    desk.click("Session");
    desk.click(entry);
}

fn notice(desk: &Desk) -> String {
    desk.view().notice.clone().unwrap_or_default()
}

#[test]
fn a_template_is_chosen_in_the_first_view_by_what_it_is_for_and_taken_back_in_one_step() {
    for template in TEMPLATES.iter().filter(|template| template.id != "empty") {
        let mut desk = Desk::sized(View::of(Routing::default()), [1180, 900]);
        let name = format!("Template {}", template.title);
        let words = desk.says(&name);
        assert!(words.contains(template.purpose) && words.contains(template.feeding), "{words}");
        desk.click(&name);
        let (routing, session) = (template.build)();
        assert!(desk.view().routing == routing, "{name}");
        assert_eq!(desk.view().inserts.session.chains, session.chains);
        assert_eq!(desk.view().undo.as_deref(), Some(name.as_str()));
        assert_eq!(desk.view().news.as_deref(), Some(template.feeding), "how to feed it stays");
        assert!(desk.has("Strip 1 row"), "the matrix is open");
        assert!(desk.view().check.open.is_empty(), "{:?}", desk.view().check.open);
        undo(&mut desk);
        assert!(desk.view().routing == Routing::default());
        assert_paired(&desk.take_log());
    }
}

#[test]
fn templates_come_again_from_the_session_s_menu_over_any_view() {
    let mut view = lively::band();
    view.look.screen = Screen::Mixer;
    let mut desk = Desk::sized(view, WHOLE);
    let before = desk.view().routing;
    choose(&mut desk, "New from template…");
    assert!(desk.has("Template Empty"));
    desk.click("Leave Templates");
    assert!(!desk.has("Template Empty") && desk.has("Strip 1 Fader"));
    choose(&mut desk, "New from template…");
    desk.press(Key::Escape);
    assert!(!desk.has("Template Empty"));
    choose(&mut desk, "New from template…");
    desk.click("Template Empty");
    assert!(desk.view().routing == Routing::default());
    assert!(desk.has("Strip 1 Fader"), "the view that was open");
    undo(&mut desk);
    assert!(desk.view().routing == before);
    assert_eq!(desk.view().name(Node::Strip(8)), "Vox", "names come back");
}

#[test]
fn the_user_s_templates_are_listed_beside_the_others_and_a_damaged_one_says_why() {
    let folder = Folder::new();
    let templates = folder.0.join("Templates");
    let band = lively::band();
    let text = file::to_json(&band.routing, &Session::default());
    library::save(&templates.join("Tuesday.switchyard"), &text, false).expect("written");
    fs::write(templates.join("Broken.switchyard"), &text[..200]).expect("written");
    let mut desk = at_home(View::of(Routing::default()), &folder);
    choose(&mut desk, "New from template…");
    let words = desk.says("Template Broken");
    assert!(words.starts_with("Unreadable: ") && words.contains("line "), "{words}");
    desk.take_log();
    desk.click("Template Broken");
    assert_eq!(desk.take_log(), [], "it changes nothing");
    assert!(desk.has("Template Broken"));
    desk.click("Template Tuesday");
    assert!(desk.view().routing == band.routing);
    assert_eq!(desk.view().undo.as_deref(), Some("Template Tuesday"));
}

#[test]
fn what_is_saved_as_a_template_is_offered_from_then_on() {
    let folder = Folder::new();
    let mut desk = at_home(lively::band(), &folder);
    choose(&mut desk, "Save as template…");
    desk.type_text("My band", Key::Enter);
    let path = folder.0.join("Templates").join("My band.switchyard");
    let (routing, session) = library::load(&path).expect("it is there");
    assert!(routing == desk.view().routing);
    assert_eq!(session.strip_names[8], "Vox");
    assert!(desk.view().news.as_deref().is_some_and(|news| news.contains("My band.switchyard")));
    choose(&mut desk, "New from template…");
    assert!(desk.has("Template My band"));
}

#[test]
fn a_session_is_saved_opened_and_taken_back() {
    let folder = Folder::new();
    let mut desk = at_home(lively::band(), &folder);
    let saved = desk.view().routing;
    choose(&mut desk, "Save…");
    desk.type_text("Night", Key::A);
    desk.click("Take File");
    assert!(!desk.has("File Name"), "closed");
    desk.click("Strip 2 Mute, in its row");
    let changed = desk.view().routing;
    choose(&mut desk, "Open…");
    desk.click("File Night.switchyard");
    assert_eq!(desk.says("File Night.switchyard"), "chosen");
    desk.click("Take File");
    assert!(desk.view().routing == saved);
    assert_eq!(desk.view().undo.as_deref(), Some("Open Night"));
    undo(&mut desk);
    assert!(desk.view().routing == changed);
    assert_paired(&desk.take_log());
}

#[test]
fn a_name_that_is_taken_is_replaced_only_by_a_button_that_says_so() {
    let folder = Folder::new();
    let path = folder.0.join("Night.switchyard");
    fs::write(&path, "old").expect("written");
    let mut desk = at_home(lively::band(), &folder);
    choose(&mut desk, "Save…");
    desk.click("File Night.switchyard");
    desk.click("Take File");
    assert!(library::load(&path).is_ok(), "replaced");
    // The folder that is shown does not have it: somebody else wrote it meanwhile.
    fs::write(folder.0.join("Other.switchyard"), "old").expect("written");
    choose(&mut desk, "Save…");
    fs::write(folder.0.join("Late.switchyard"), "old").expect("written");
    desk.type_text("Late", Key::Enter);
    assert!(notice(&desk).contains("Late is there already"), "{}", notice(&desk));
    assert_eq!(fs::read_to_string(folder.0.join("Late.switchyard")).expect("read"), "old");
}

#[test]
fn a_damaged_or_newer_file_is_refused_with_the_place_and_changes_nothing() {
    let folder = Folder::new();
    let text = file::to_json(&lively::band().routing, &Session::default());
    for (name, content, words) in [
        ("cut", &text[..text.len() / 2], "line "),
        ("newer", r#"{"switchyard": 99}"#, "update Switchyard"),
        ("value", r#"{"switchyard": 2, "parameters": {"s1fd": 7}}"#, "Strip 1 Fader"),
        ("other", "{}", "not a Switchyard session"),
    ] {
        fs::write(folder.0.join(format!("{name}.switchyard")), content).expect("written");
        let mut desk = at_home(lively::band(), &folder);
        let before = (desk.view().routing, desk.view().inserts.session.clone());
        choose(&mut desk, "Open…");
        desk.click(&format!("File {name}.switchyard"));
        desk.click("Take File");
        let said = notice(&desk);
        assert!(said.contains(words) && said.contains("nothing changed"), "{name}: {said}");
        assert_eq!(desk.says("Notice"), said);
        assert!((desk.view().routing, desk.view().inserts.session.clone()) == before, "{name}");
        assert_eq!(desk.view().undo, None);
    }
    let mut desk = at_home(lively::band(), &folder);
    choose(&mut desk, "Open…");
    desk.type_text("nowhere", Key::Enter);
    assert!(notice(&desk).contains("it is not there"), "{}", notice(&desk));
}

#[test]
fn folders_are_walked_by_clicks_by_a_typed_path_and_upwards_and_escape_leaves() {
    let folder = Folder::new();
    fs::create_dir(folder.0.join("Shows")).expect("a folder");
    fs::write(folder.0.join("Shows").join("One.switchyard"), "x").expect("written");
    let mut desk = at_home(lively::band(), &folder);
    choose(&mut desk, "Open…");
    assert!(!desk.has("File One.switchyard"));
    desk.click("Folder Shows");
    assert!(desk.has("File One.switchyard"));
    desk.click("Parent Folder");
    assert!(desk.has("Folder Shows"));
    desk.click("Folder");
    desk.press_with(Modifiers::COMMAND, Key::A);
    desk.type_text(&folder.0.join("Shows").to_string_lossy(), Key::Enter);
    assert!(desk.has("File One.switchyard"));
    desk.press(Key::Escape);
    assert!(!desk.has("File Name"));
    assert_eq!(desk.view().undo, None);
}

#[test]
fn keys_belong_to_an_open_choice() {
    let folder = Folder::new();
    let mut desk = at_home(lively::band(), &folder);
    desk.click("Strip 2 Mute, in its row");
    choose(&mut desk, "Save…");
    let before = desk.view().routing;
    undo(&mut desk);
    assert!(desk.view().routing == before, "it takes nothing back");
}

#[test]
fn a_whole_session_is_copied_and_pasted_by_its_menu() {
    let mut desk = Desk::sized(lively::band(), WHOLE);
    let copied = desk.view().routing;
    choose(&mut desk, "Copy session");
    assert!(desk.view().news.is_some(), "it is said");
    desk.click("Strip 2 Mute, in its row");
    let changed = desk.view().routing;
    choose(&mut desk, "Paste session");
    assert!(desk.view().routing == copied);
    assert_eq!(desk.view().undo.as_deref(), Some("Paste a session"));
    undo(&mut desk);
    assert!(desk.view().routing == changed);
}

fn with_gate() -> View {
    let mut view = lively::band();
    let mut session = Session::default();
    session.chains[8] = Chain::serial([Slot::new(1, EffectSpec::new(Kind::Gate))]);
    view.inserts.session = std::sync::Arc::new(session);
    view.look.show_all = true;
    view
}

#[test]
fn a_strip_is_copied_and_pasted_by_keys_on_its_head() {
    let mut desk = Desk::sized(with_gate(), WHOLE);
    let before = desk.view().routing;
    desk.focus("Strip 9 row");
    desk.press_with(Modifiers::COMMAND, Key::C);
    desk.focus("Strip 15 row");
    desk.press_with(Modifiers::COMMAND, Key::V);
    let now = &desk.view().routing;
    assert_eq!(now.strips[14].sends, before.strips[8].sends);
    assert_eq!(
        (now.strips[14].fader, now.strips[14].input),
        (before.strips[8].fader, before.strips[14].input)
    );
    assert_eq!(desk.view().name(Node::Strip(14)), "Vox");
    let kinds = |at: usize| {
        let chains = &desk.view().inserts.session.chains;
        chains[at].slots().map(|slot| (slot.kind(), slot.id)).collect::<Vec<_>>()
    };
    assert_eq!((kinds(8), kinds(14)), (vec![(Some(Kind::Gate), 1)], vec![(Some(Kind::Gate), 2)]));
    assert_eq!(desk.view().undo.as_deref(), Some("Paste Vox onto Strip 15"));
    undo(&mut desk);
    assert!(desk.view().routing == before);
    assert!(desk.view().inserts.session.chains[14].is_empty());
    assert_paired(&desk.take_log());
}

#[test]
fn in_the_mixer_the_name_has_the_keyboard_for_it() {
    let mut view = with_gate();
    view.look.screen = Screen::Mixer;
    let mut desk = Desk::sized(view, WHOLE);
    let before = desk.view().routing;
    desk.focus("Bus 4 Name");
    desk.press_with(Modifiers::COMMAND, Key::C);
    desk.focus("Bus 11 Name");
    desk.press_with(Modifiers::COMMAND, Key::V);
    let buses = &desk.view().routing.buses;
    assert_eq!((buses[10].role, buses[10].fader), (before.buses[3].role, before.buses[3].fader));
    assert_eq!(desk.view().undo.as_deref(), Some("Paste Plate onto Bus 11"));
    desk.focus("Strip 1 Name");
    desk.press_with(Modifiers::COMMAND, Key::V);
    assert_eq!(notice(&desk), "The clipboard holds a bus; it can be pasted on a bus.");
    assert_eq!(desk.view().routing.strips, before.strips);
}

#[test]
fn strips_and_buses_are_copied_and_pasted_in_the_menu_of_their_heads() {
    let mut desk = Desk::sized(with_gate(), WHOLE);
    let before = desk.view().routing;
    desk.right_click("Strip 9 row");
    desk.click("Copy strip");
    desk.right_click("Strip 14 row");
    desk.click("Paste strip");
    assert_eq!(desk.view().routing.strips[13].sends, before.strips[8].sends);
    desk.right_click("Bus 4 column");
    desk.click("Copy bus");
    desk.right_click("Bus 10 column");
    desk.click("Paste bus");
    let buses = &desk.view().routing.buses;
    assert_eq!((buses[9].role, buses[9].fader), (before.buses[3].role, before.buses[3].fader));
    // A bus on a strip is refused. The name stands for the head, in the mixer too.
    desk.click("Mixer");
    desk.right_click("Strip 12 Name");
    desk.click("Paste strip");
    assert_eq!(notice(&desk), "The clipboard holds a bus; it can be pasted on a bus.");
}

#[test]
fn other_text_on_the_clipboard_is_refused_in_words_and_changes_nothing() {
    for (text, words) in [
        ("a shopping list", "nothing of Switchyard"),
        (r#"{"switchyard": 2, "kind": "strip", "of": "Strip 1", "#, "line "),
        (r#"{"switchyard": 99, "kind": "strip", "of": "Strip 1"}"#, "update Switchyard"),
    ] {
        let mut desk = Desk::sized(with_gate(), WHOLE);
        let before = (desk.view().routing, desk.view().inserts.session.clone());
        desk.focus("Strip 3 row");
        desk.harness.event(egui::Event::Paste(text.into()));
        desk.settle();
        assert!(notice(&desk).contains(words), "{}", notice(&desk));
        assert!((desk.view().routing, desk.view().inserts.session.clone()) == before);
        assert_eq!(desk.view().undo, None);
    }
}

#[test]
fn what_one_instance_copies_another_pastes() {
    let mut desk = Desk::sized(with_gate(), WHOLE);
    desk.focus("Strip 9 row");
    let strip =
        clipboard::channel(&desk.view().routing, &desk.view().inserts.session, Node::Strip(8));
    let text = strip.expect("a strip");
    assert!(matches!(clipboard::read(&text), Ok(Clip::Channel(_))));
    let mut view = View::of(Routing::default());
    view.look.welcomed = true;
    let mut other = Desk::sized(view, WHOLE);
    other.focus("Strip 1 row");
    other.harness.event(egui::Event::Paste(text));
    other.settle();
    assert_eq!(other.view().name(Node::Strip(0)), "Vox");
    assert_eq!(other.value(P::StripFader(0)), Fader::from_db(1.5).0);
    assert_eq!(other.view().inserts.session.chains[0].slots().count(), 1);
    let adopted = |action: &Action| matches!(action, Action::Adopt(_));
    assert_eq!(other.take_log().iter().filter(|action| adopted(action)).count(), 1);
}
