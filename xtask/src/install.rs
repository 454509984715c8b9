//! Copies the bundled plugins into the user's own plugin folders, where every host looks.
//!
//! Not here: building (that is [`crate::bundle`]), and folders for all users of a machine, which
//! need more rights than a build tool should ask for.

use crate::bundle::{Bundled, System};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a user's CLAP and VST3 plugins lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// For CLAP.
    pub clap: PathBuf,
    /// For VST3.
    pub vst3: PathBuf,
}

impl Folders {
    /// This user's folders on this system.
    ///
    /// # Errors
    /// When the environment does not tell where the user's files lie.
    pub fn of_this_user() -> Result<Folders> {
        let system = System::here()?;
        let base = match system {
            System::Windows => std::env::var_os("LOCALAPPDATA")
                .map(PathBuf::from)
                .context("LOCALAPPDATA is not set")?,
            System::Linux | System::MacOs => {
                std::env::home_dir().context("this user has no home folder (HOME is not set)")?
            }
        };
        ensure!(base.is_absolute(), "{base:?} is no absolute path to this user's files");
        Ok(Folders::under(&base, system))
    }

    /// The folders under a home folder, on Windows under the local application data.
    pub fn under(base: &Path, system: System) -> Folders {
        let (clap, vst3) = match system {
            System::Linux => (".clap", ".vst3"),
            System::MacOs => ("Library/Audio/Plug-Ins/CLAP", "Library/Audio/Plug-Ins/VST3"),
            System::Windows => ("Programs/Common/CLAP", "Programs/Common/VST3"),
        };
        Folders { clap: base.join(clap), vst3: base.join(vst3) }
    }
}

/// Copies both plugins, replacing older ones, and answers with where they are now.
///
/// # Errors
/// Names what cannot be copied where.
pub fn install(bundled: &Bundled, folders: &Folders) -> Result<Bundled> {
    Ok(Bundled {
        clap: copy_into(&bundled.clap, &folders.clap)?,
        vst3: copy_into(&bundled.vst3, &folders.vst3)?,
    })
}

fn copy_into(plugin: &Path, folder: &Path) -> Result<PathBuf> {
    let name = plugin.file_name().context("a plugin has a name")?;
    let to = folder.join(name);
    let (from, shown) = (plugin.display(), to.display());
    fs::create_dir_all(folder)
        .with_context(|| format!("the plugin folder {} cannot be created", folder.display()))?;
    // Copied beside the old one first, so that a full disk leaves the old one whole, and a host
    // that has it loaded keeps its file.
    let beside = folder.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id()));
    copy(plugin, &beside).with_context(|| format!("{from} cannot be copied to {shown}"))?;
    remove(&to).with_context(|| format!("the older {shown} cannot be replaced; is it in use?"))?;
    fs::rename(&beside, &to).with_context(|| format!("{from} cannot be copied to {shown}"))?;
    Ok(to)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Removes a file, a folder or a link, whichever it is; nothing when there is none.
fn remove(path: &Path) -> std::io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::lay_out;

    #[test]
    fn both_plugins_arrive_and_replace_older_ones_whatever_those_were() {
        let home = tempfile::tempdir().unwrap();
        let library = home.path().join("library");
        fs::write(&library, "new").unwrap();
        let bundled =
            lay_out(&library, &home.path().join("bundled"), "Desk", System::Linux).unwrap();
        let folders = Folders::under(home.path(), System::Linux);
        fs::create_dir_all(folders.clap.join("Desk.clap/old")).unwrap();
        fs::create_dir_all(folders.vst3.join("Desk.vst3/Contents/other-linux")).unwrap();
        let installed = install(&bundled, &folders).unwrap();
        assert_eq!(installed.clap, home.path().join(".clap/Desk.clap"));
        assert_eq!(fs::read(&installed.clap).unwrap(), b"new");
        assert!(!installed.vst3.join("Contents/other-linux").exists());
        assert_eq!(fs::read_dir(&folders.vst3).unwrap().count(), 1);
        assert_eq!(fs::read_dir(installed.vst3.join("Contents")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let home = tempfile::tempdir().unwrap();
        let library = home.path().join("library");
        fs::write(&library, "new").unwrap();
        let bundled =
            lay_out(&library, &home.path().join("bundled"), "Desk", System::Linux).unwrap();
        fs::write(home.path().join(".clap"), "a file where a folder should be").unwrap();
        let error = install(&bundled, &Folders::under(home.path(), System::Linux)).unwrap_err();
        assert!(format!("{error:#}").contains(".clap"), "{error:#}");
    }

    #[test]
    fn each_system_has_its_own_folders() {
        let base = Path::new("base");
        let folders = Folders::under(base, System::MacOs);
        assert_eq!(folders.vst3, base.join("Library/Audio/Plug-Ins/VST3"));
        let folders = Folders::under(base, System::Windows);
        assert_eq!(folders.clap, base.join("Programs/Common/CLAP"));
    }
}
