//! Session files on disk: reading one, writing one, listing a folder, and the user's templates, which
//! are the session files in one folder.
//!
//! Not here: what a file says ([`super::file`]). Everything here waits for the disk, so it is called on
//! threads of its own.

use super::Session;
use super::file::{self, EXTENSION};
use crate::routing::Routing;
use etcetera::BaseStrategy;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A session file is some tens of kilobytes; what is larger than this, in bytes, is none.
const LARGEST: u64 = 16 << 20;

/// One of the user's templates.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The file's name without its ending.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it holds, or why it cannot be used.
    pub holds: Result<Box<(Routing, Session)>, String>,
}

/// What came of writing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there.
    Done,
    /// Another file has the name, and it was not to be replaced; nothing was written.
    NameTaken,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Where the user's templates are: `Switchyard/Templates` in the platform's folder for what programs
/// keep. `None` if there is no home.
pub fn templates_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("Switchyard").join("Templates"))
}

/// Where people begin to look for files.
pub fn home() -> PathBuf {
    etcetera::home_dir().unwrap_or_else(|_| PathBuf::from("/"))
}

/// Reads a session file.
///
/// # Errors
/// Says what is wrong and where, without the file's name.
pub fn load(path: &Path) -> Result<(Routing, Session), String> {
    let about = fs::metadata(path).map_err(reason)?;
    if !about.is_file() {
        return Err("it is not a file".into());
    }
    if about.len() > LARGEST {
        let megabytes = about.len() >> 20;
        return Err(format!("it has {megabytes} MB, which no Switchyard session has"));
    }
    let bytes = fs::read(path).map_err(reason)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| "it is damaged or not a Switchyard session: it is not text".to_string())?;
    file::from_json(&text).map_err(|error| error.to_string())
}

/// Writes a session file whole or not at all. A file of the same name is replaced only if asked to.
///
/// # Errors
/// Says why it could not be written; what was there is as it was.
pub fn save(path: &Path, text: &str, replace: bool) -> Result<Written, String> {
    if !replace && path.exists() {
        return Ok(Written::NameTaken);
    }
    let folder = path.parent().ok_or("it has no folder")?;
    fs::create_dir_all(folder).map_err(reason)?;
    let name = path.file_name().ok_or("it has no name")?.to_string_lossy().into_owned();
    let part = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    });
    written.map_err(|error| {
        // What could not be finished must not lie about; that it cannot be removed says nothing new.
        let _ = fs::remove_file(&part);
        reason(error)
    })?;
    Ok(Written::Done)
}

/// The session files of a folder by name. Those that cannot be used are among them, with the reason;
/// a folder that is not there has none.
pub fn templates(folder: &Path) -> Vec<Kept> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let ours = paths.filter(|path| path.extension().is_some_and(|ending| ending == EXTENSION));
    let mut kept: Vec<Kept> = ours
        .map(|path| Kept {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            holds: load(&path).map(Box::new),
            path,
        })
        .collect();
    kept.sort_by_key(|template| (template.name.to_lowercase(), template.name.clone()));
    kept
}

/// What is in a folder: folders first, then the files with one of these endings, by name. What begins
/// with a dot is hidden.
///
/// # Errors
/// Says why it cannot be read.
pub fn list(folder: &Path, endings: &[&str]) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(reason)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.path().is_dir();
        let ending = Path::new(&name).extension().unwrap_or_default().to_string_lossy();
        let wanted = endings.iter().any(|wanted| ending.eq_ignore_ascii_case(wanted));
        if !name.starts_with('.') && (is_folder || wanted) {
            entries.push(Entry { name, is_folder });
        }
    }
    entries.sort_by_key(|entry| (!entry.is_folder, entry.name.to_lowercase()));
    Ok(entries)
}

/// A failure of the disk in plain words.
fn reason(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it is not there".into(),
        ErrorKind::PermissionDenied => "you may not read or write there".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::Fader;

    /// A folder of its own that goes away.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder =
                std::env::temp_dir().join(format!("switchyard-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn mixer() -> (Routing, Session) {
        let (mut routing, mut session) = (Routing::default(), Session::default());
        routing.main.fader = Fader::from_db(-6.0);
        session.strip_names[2] = "Vox".into();
        (routing, session)
    }

    #[test]
    fn what_was_saved_is_loaded_and_a_name_that_is_taken_is_kept_unless_it_is_to_be_replaced() {
        let folder = Folder::new("saved");
        let path = folder.0.join("Rooms").join("One.switchyard");
        let (routing, session) = mixer();
        let text = file::to_json(&routing, &session);
        assert_eq!(save(&path, &text, false), Ok(Written::Done), "its folder is made");
        assert_eq!(load(&path), Ok((routing, session)));
        let empty = file::to_json(&Routing::default(), &Session::default());
        assert_eq!(save(&path, &empty, false), Ok(Written::NameTaken));
        assert_eq!(load(&path).map(|(read, _)| read), Ok(routing), "nothing was written");
        assert_eq!(save(&path, &empty, true), Ok(Written::Done));
        assert_eq!(load(&path).map(|(read, _)| read), Ok(Routing::default()));
        let left = fs::read_dir(path.parent().expect("a folder")).expect("read").count();
        assert_eq!(left, 1, "no half file is left");
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = Folder::new("unwritten");
        fs::create_dir_all(folder.0.join("Taken.switchyard")).expect("a folder");
        let error = save(&folder.0.join("Taken.switchyard"), "text", true);
        assert!(error.is_err(), "a folder is not replaced");
        assert_eq!(fs::read_dir(&folder.0).expect("read").count(), 1);
    }

    #[test]
    fn a_damaged_template_is_listed_with_the_reason_among_the_others() {
        let folder = Folder::new("templates");
        assert_eq!(templates(&folder.0), [], "there is no folder yet");
        let (routing, session) = mixer();
        let text = file::to_json(&routing, &session);
        save(&folder.0.join("b good.switchyard"), &text, false).expect("written");
        fs::write(folder.0.join("a cut.switchyard"), &text[..text.len() / 2]).expect("written");
        fs::write(folder.0.join("C newer.switchyard"), r#"{"switchyard": 99}"#).expect("written");
        fs::write(folder.0.join("d binary.switchyard"), [0xff, 0xfe, 0]).expect("written");
        fs::write(folder.0.join("notes.txt"), "no template").expect("written");
        fs::create_dir(folder.0.join("e folder.switchyard")).expect("a folder");
        let all = templates(&folder.0);
        let names: Vec<&str> = all.iter().map(|kept| kept.name.as_str()).collect();
        assert_eq!(names, ["a cut", "b good", "C newer", "d binary", "e folder"]);
        let why = |at: usize| all[at].holds.as_ref().expect_err("refused").clone();
        assert!(why(0).contains("line "), "{}", why(0));
        assert_eq!(all[1].holds, Ok(Box::new((routing, session))));
        assert!(why(2).contains("update Switchyard"));
        assert!(why(3).contains("not text"));
        assert_eq!(why(4), "it is not a file");
    }

    #[test]
    fn a_folder_lists_folders_first_then_files_of_the_kinds_asked_for() {
        let folder = Folder::new("listed");
        for name in ["b.switchyard", "A.SWITCHYARD", "c.wav", ".hidden.switchyard"] {
            save(&folder.0.join(name), "text", false).expect("written");
        }
        fs::create_dir(folder.0.join("z")).expect("a folder");
        let names = |endings: &[&str]| -> Vec<String> {
            list(&folder.0, endings).expect("read").into_iter().map(|entry| entry.name).collect()
        };
        assert_eq!(names(&[EXTENSION]), ["z", "A.SWITCHYARD", "b.switchyard"]);
        assert_eq!(names(&["wav"]), ["z", "c.wav"]);
        assert_eq!(list(&folder.0.join("nowhere"), &[]), Err("it is not there".into()));
    }
}
