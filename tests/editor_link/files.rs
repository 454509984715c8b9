//! Files behind the link: sessions and templates on a real disk, written, read and refused.

use crate::{Setup, setup};
use std::sync::atomic::Ordering::Relaxed;
use switchyard::editor::files::clerk::Deed;
use switchyard::editor::{Action, View, Whole};
use switchyard::routing::Routing;
use switchyard::session::{Session, library};
use switchyard::templates::TEMPLATES;

/// A folder of its own that goes away.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder =
            std::env::temp_dir().join(format!("switchyard-link-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Has everything that is under way to the disk come home, and looks.
fn come_home(setup: &mut Setup) -> View {
    for _ in 0..4 {
        setup.link.wait_for_files();
        setup.link.view(0.03);
    }
    setup.link.view(0.0)
}

fn go_for(setup: &mut Setup, deed: Deed) -> View {
    setup.link.apply(vec![Action::Files(deed)], false);
    come_home(setup)
}

#[test]
fn a_session_is_written_and_read_back_as_one_step_with_everything_in_it() {
    let folder = Folder::new("written");
    let path = folder.0.join("Night.switchyard");
    let mut setup = setup();
    setup.host.plays.store(true, Relaxed);
    let (routing, session) = (TEMPLATES[1].build)();
    let band = Whole::of("Band", &routing, session);
    setup.link.apply(vec![Action::Adopt(Box::new(band))], false);
    let saved = come_home(&mut setup);
    let view = go_for(&mut setup, Deed::Save { path: path.clone(), replace: false });
    assert!(view.news.is_some_and(|news| news.contains("Night.switchyard")), "it is said");
    let view = go_for(&mut setup, Deed::Save { path: path.clone(), replace: false });
    assert!(view.notice.is_some_and(|words| words.contains("is there already")));
    let empty = Whole::of("Empty", &Routing::default(), Session::default());
    setup.link.apply(vec![Action::Adopt(Box::new(empty))], false);
    assert_ne!(come_home(&mut setup).names, saved.names);
    let view = go_for(&mut setup, Deed::Open(path));
    assert!(view.routing == saved.routing);
    assert_eq!(view.names, saved.names);
    assert_eq!(view.inserts.session.chains, saved.inserts.session.chains);
    assert_eq!(view.undo.as_deref(), Some("Open Night"));
    setup.link.apply(vec![Action::Undo], false);
    assert!(come_home(&mut setup).routing == Routing::default());
}

#[test]
fn a_damaged_or_newer_file_is_refused_and_neither_the_host_nor_the_session_hears_of_it() {
    let folder = Folder::new("damaged");
    let mut setup = setup();
    setup.host.plays.store(true, Relaxed);
    setup.link.view(0.0);
    let before = setup.parameters.shared.session_json();
    for (name, content, words) in [
        ("cut", "{\"switchyard\": 2,\n \"para", "line 2"),
        ("newer", "{\"switchyard\": 99}", "update Switchyard"),
        ("late", "", "line 1"),
    ] {
        let path = folder.0.join(format!("{name}.switchyard"));
        std::fs::write(&path, content).expect("written");
        let view = go_for(&mut setup, Deed::Open(path));
        let notice = view.notice.expect("it is said");
        assert!(notice.contains(words) && notice.starts_with(char::is_uppercase), "{notice}");
        assert_eq!(view.undo, None);
    }
    assert_eq!(setup.heard(), []);
    assert_eq!(setup.parameters.shared.session_json(), before);
    assert!(!setup.parameters.shared.take_dirty(), "the project is as it was");
}

#[test]
fn the_user_s_templates_are_found_when_a_window_opens_and_after_one_is_saved() {
    let folder = Folder::new("kept");
    let mut setup = setup();
    std::fs::write(folder.0.join("Broken.switchyard"), "{").expect("written");
    setup.link.keep_templates_in(Some(folder.0.clone()));
    let view = come_home(&mut setup);
    let names = |view: &View| -> Vec<(String, bool)> {
        let kept = view.files.templates.iter();
        kept.map(|kept| (kept.name.clone(), kept.holds.is_ok())).collect()
    };
    assert_eq!(names(&view), [("Broken".to_string(), false)]);
    let path = folder.0.join("Mine.switchyard");
    let view = go_for(&mut setup, Deed::Save { path, replace: false });
    assert_eq!(names(&view), [("Broken".to_string(), false), ("Mine".to_string(), true)]);
}

#[test]
fn a_window_that_closes_while_a_file_is_written_leaves_it_whole() {
    let folder = Folder::new("closing");
    let path = folder.0.join("Last.switchyard");
    let mut setup = setup();
    let deed = Deed::Save { path: path.clone(), replace: false };
    setup.link.apply(vec![Action::Files(deed)], false);
    drop(setup.link);
    assert!(library::load(&path).is_ok());
}
