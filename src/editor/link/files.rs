//! The link's side of files and of the system's clipboard: sends the clerk, and carries out what came
//! of it.
//!
//! Not here: the disk ([`Clerk`]) and drawing. The editor's thread.

use super::Link;
use crate::editor::action::Action;
use crate::editor::files::Files;
use crate::editor::files::clerk::{Clerk, Deed, Outcome};
use crate::editor::sessions::{adopt, paste, sentence};
use crate::editor::whole::Whole;
use crate::routing::{Node, Routing};
use crate::session::library::{Written, home};
use crate::session::{Session, file};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What came of an errand, as what the user would have done.
pub fn landed(
    outcome: Outcome,
    files: &mut Files,
    paste: impl FnOnce(&str, Option<Node>) -> Action,
) -> Vec<Action> {
    match outcome {
        Outcome::Listed(listing) => files.listing = Some(Arc::new(listing)),
        Outcome::Templates(kept) => files.templates = Arc::new(kept),
        Outcome::Opened(path, Ok(read)) => {
            let (routing, session): (Routing, Session) = *read;
            let whole = Whole::of(format!("Open {}", name(&path)), &routing, session);
            return vec![adopt(whole), Action::Welcomed];
        }
        Outcome::Opened(path, Err(reason)) => {
            let words = format!("{} was not opened, and nothing changed: {reason}", name(&path));
            return vec![Action::Refuse(sentence(&words))];
        }
        Outcome::Saved(path, Ok(Written::Done)) => {
            let again = [Action::Tell(format!("Saved {}.", path.display()))];
            let is_template = path.parent() == files.templates_folder.as_deref();
            let look = is_template.then_some(Action::Files(Deed::Templates));
            return again.into_iter().chain(look).collect();
        }
        Outcome::Saved(path, Ok(Written::NameTaken)) => {
            let words = format!("{} is there already; choose it to replace it.", name(&path));
            return vec![Action::Refuse(words)];
        }
        Outcome::Saved(path, Err(reason)) => {
            let words = format!("{} was not saved: {reason}", path.display());
            return vec![Action::Refuse(sentence(&words))];
        }
        Outcome::Pasted(onto, text) => return vec![paste(&text, onto)],
    }
    Vec::new()
}

/// A file's name without a session's ending.
fn name(path: &Path) -> String {
    let ours = path.extension().is_some_and(|ending| ending == file::EXTENSION);
    let name = if ours { path.file_stem() } else { path.file_name() };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

impl Link {
    /// Keeps the user's templates in another folder, or nowhere, and looks into it.
    pub fn keep_templates_in(&mut self, folder: Option<PathBuf>) {
        self.clerk = Clerk::new(folder.clone());
        self.files = Files { templates_folder: folder, home: home(), ..Files::default() };
        self.go_for(Deed::Templates);
    }

    /// Waits for everybody who is under way to the disk, for those who have the time.
    pub fn wait_for_files(&mut self) {
        self.clerk.wait();
    }

    pub(super) fn go_for(&mut self, deed: Deed) {
        let routing = self.routing();
        let shared = &self.parameters.shared;
        self.clerk.ask(deed, || shared.session(|session| file::to_json(&routing, session)));
    }

    /// Carries out what came home.
    pub(super) fn fetch_files(&mut self) {
        for outcome in self.clerk.fetch() {
            let mut files = std::mem::take(&mut self.files);
            let actions = landed(outcome, &mut files, |text, onto| {
                let session = self.parameters.shared.session(Session::clone);
                paste(text, onto, &self.routing(), &session, &self.names())
            });
            self.files = files;
            if !actions.is_empty() {
                self.apply(actions, true);
            }
        }
    }
}
