//! Who goes to the disk and to the system's clipboard, so that neither the editor nor the host waits:
//! each errand runs on a thread of its own and what came of it is fetched with the next picture.
//!
//! Not here: what becomes of it. Asked on the editor's thread. A clerk that goes away waits for its
//! errands, because their code may be unloaded with the plugin.

use super::Listing;
use crate::routing::{Node, Routing};
use crate::session::Session;
use crate::session::library::{self, Kept, Written};
use copypasta::{ClipboardContext, ClipboardProvider};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

/// What the user asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A folder is looked into, for files with these endings.
    List(PathBuf, Vec<&'static str>),
    /// The user's templates are looked for anew.
    Templates,
    /// A session file takes the place of what is there.
    Open(PathBuf),
    /// The session is written, over another file only if that is to be replaced.
    Save {
        /// The file.
        path: PathBuf,
        /// Whether one of this name is replaced.
        replace: bool,
    },
    /// What the system's clipboard holds is pasted onto a strip or bus, or as a whole session.
    Paste {
        /// Where.
        onto: Option<Node>,
        /// What was copied last in this window, for hosts that keep the clipboard to themselves.
        kept: String,
    },
}

/// What came of an errand.
pub enum Outcome {
    /// A folder's entries.
    Listed(Listing),
    /// The user's templates.
    Templates(Vec<Kept>),
    /// A session file's content, or why it was refused.
    Opened(PathBuf, Result<Box<(Routing, Session)>, String>),
    /// A session file was written, or why it was not.
    Saved(PathBuf, Result<Written, String>),
    /// A text to paste, and where.
    Pasted(Option<Node>, String),
}

/// Runs errands.
pub struct Clerk {
    home: (Sender<Outcome>, Receiver<Outcome>),
    errands: Vec<JoinHandle<()>>,
    templates: Option<PathBuf>,
}

impl Clerk {
    /// A clerk who keeps templates in a folder.
    pub fn new(templates: Option<PathBuf>) -> Clerk {
        Clerk { home: channel(), errands: Vec::new(), templates }
    }

    /// Where the user's templates are.
    pub fn templates(&self) -> Option<&PathBuf> {
        self.templates.as_ref()
    }

    /// Sends somebody off. `text` makes what a file is to hold, if one is to be written.
    pub fn ask(&mut self, deed: Deed, text: impl FnOnce() -> String) {
        match deed {
            Deed::List(folder, endings) => self.run(move || {
                let entries = library::list(&folder, &endings);
                Outcome::Listed(Listing { folder, endings, entries })
            }),
            Deed::Templates => {
                let Some(folder) = self.templates.clone() else { return };
                self.run(move || Outcome::Templates(library::templates(&folder)));
            }
            Deed::Open(path) => self.run(move || {
                let read = library::load(&path).map(Box::new);
                Outcome::Opened(path, read)
            }),
            Deed::Save { path, replace } => {
                let text = text();
                self.run(move || {
                    let written = library::save(&path, &text, replace);
                    Outcome::Saved(path, written)
                });
            }
            Deed::Paste { onto, kept } => self.run(move || {
                let clipboard = ClipboardContext::new().ok();
                let text = clipboard.and_then(|mut clipboard| clipboard.get_contents().ok());
                let text = text.filter(|text| !text.trim().is_empty()).unwrap_or(kept);
                Outcome::Pasted(onto, text)
            }),
        }
    }

    fn run(&mut self, errand: impl FnOnce() -> Outcome + Send + 'static) {
        self.errands.retain(|errand| !errand.is_finished());
        let home = self.home.0.clone();
        let thread = Builder::new().name("Switchyard files".to_owned());
        // The window may be closed by the time it comes home.
        match thread.spawn(move || drop(home.send(errand()))) {
            Ok(errand) => self.errands.push(errand),
            Err(error) => log::warn!("Switchyard cannot reach the disk: {error}"),
        }
    }

    /// What came home since the last call.
    pub fn fetch(&mut self) -> Vec<Outcome> {
        self.home.1.try_iter().collect()
    }

    /// Waits until everybody is home.
    pub fn wait(&mut self) {
        for errand in self.errands.drain(..) {
            // One that panicked was reported and brings nothing.
            let _ = errand.join();
        }
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.wait();
    }
}
