//! Somebody at an open editor: finds things by name, clicks and drags them with the display's mouse,
//! and waits until they show.
//!
//! Not here: what that should do to the sound. The host's main thread.

use super::PATIENCE;
use super::instance::Instance;
use super::mouse::{Mouse, STROKE};
use super::parent::{Change, middle};
use super::tape::What;
use super::twin::Twin;
use anyhow::{Context, Result, ensure};
use clack_extensions::gui::GuiSize;
use clack_host::prelude::PluginEntry;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use switchyard::routing::parameter::Parameter;

/// How long an editor may take to be drawn, on a machine that does much else.
const BLANK: Duration = Duration::from_secs(20);

/// An instance that plays with its editor open, and who sits there.
pub struct Person {
    /// The plugin.
    pub instance: Instance,
    twin: Twin,
    size: GuiSize,
    pictures: PathBuf,
    /// Those of this process before the editor opened first.
    threads: HashSet<OsString>,
}

impl Person {
    /// A fresh instance in a window with a corner somewhere; it plays, ports `fed` get tones, and its
    /// editor is drawn. Pictures go into a folder.
    ///
    /// # Errors
    /// When anything of that fails.
    pub fn sit_down(
        entry: &PluginEntry,
        corner: [i16; 2],
        fed: &[usize],
        pictures: &Path,
    ) -> Result<Person> {
        // The editor names the host in its first words, by which lines below move.
        let program = std::env::current_exe()?;
        let host = program.file_stem().context("this program has no name")?.to_string_lossy();
        let mut twin = Twin::of(&host)?;
        let mut instance = Instance::new(entry, corner)?;
        instance.play(fed)?;
        instance.let_pass(10)?;
        let threads = threads()?;
        let size = open(&mut instance)?;
        twin.resize([size.width, size.height])?;
        Ok(Person { instance, twin, size, pictures: pictures.to_owned(), threads })
    }

    /// Keeps a picture of what is there now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn photograph(&mut self, name: &str) -> Result<()> {
        // What follows a click shows in the next picture at the latest; a few are better to look at.
        self.instance.let_pass(30)?;
        let picture = self.pictures.join(format!("{name}.ppm"));
        self.instance.parent.see(self.size, Some(&picture))?;
        Ok(())
    }

    /// Waits until something is so, and keeps a picture of the editor if it never is.
    fn wait(&mut self, what: &str, so: impl FnMut(&mut Instance) -> bool) -> Result<()> {
        self.instance.wait(what, so).inspect_err(|_| {
            let picture = self.pictures.join("in vain.ppm");
            // The error that is on its way says more than one of keeping its picture.
            let _ = self.instance.parent.see(self.size, Some(&picture));
        })
    }

    /// Clicks something; its twin does the same.
    ///
    /// # Errors
    /// When nothing has that name.
    pub fn click(&mut self, name: &str) -> Result<()> {
        let at = middle(self.twin.place(name)?);
        Mouse::over(&self.instance.parent).click(at)?;
        self.twin.click(name)
    }

    /// Clicks something and waits until it has opened what else is then there: `sign` is a thing of
    /// the new view that does not move by itself, at a place where the old one shows something else.
    ///
    /// # Errors
    /// When nothing has those names, or nothing changes.
    pub fn click_to_see(&mut self, name: &str, sign: &str) -> Result<()> {
        let at = middle(self.twin.place(name)?);
        self.twin.click(name)?;
        let area = self.twin.place(sign)?;
        let before = self.instance.parent.pixels(area)?;
        Mouse::over(&self.instance.parent).click(at)?;
        let mut change = Change::from(before);
        self.wait(&format!("{sign} after a click on {name}"), |own| {
            own.parent.pixels(area).is_ok_and(|now| change.is_over(now))
        })
    }

    /// Clicks something that sets a parameter and waits until the plugin says that it has the value,
    /// and has told the host.
    ///
    /// # Errors
    /// When it never has that value, for instance because something else was at that place.
    pub fn click_to_set(&mut self, name: &str, parameter: Parameter, value: f64) -> Result<()> {
        self.click(name)?;
        self.wait_for_value(parameter, value)
    }

    /// Waits until a parameter has a value and its gesture has ended.
    ///
    /// # Errors
    /// When it never has it.
    pub fn wait_for_value(&mut self, parameter: Parameter, value: f64) -> Result<()> {
        self.wait(&format!("{} at {value}", parameter.name()), |own| {
            own.value(parameter).is_ok_and(|now| (now - value).abs() < 1e-6)
                && told(own, parameter) == Some(What::End)
        })
    }

    /// Presses on something, and moves the mouse in pixels until the plugin has told its host that
    /// the user has hold of a parameter, then the rest of the way. The button stays down.
    ///
    /// # Errors
    /// When nothing has that name or nobody takes hold.
    pub fn drag(&mut self, name: &str, parameter: Parameter, by: [i16; 2]) -> Result<()> {
        let from = middle(self.twin.place(name)?);
        let to = [from[0] + by[0], from[1] + by[1]];
        self.move_to(from)?;
        // The editor has to see the pointer there before it moves on with the button down.
        self.instance.let_pass(10)?;
        Mouse::over(&self.instance.parent).press()?;
        self.instance.let_pass(10)?;
        self.glide(from, to, 20)?;
        self.wait(&format!("a drag of {name} takes hold of it"), |own| {
            !matches!(told(own, parameter), None | Some(What::End))
        })?;
        // The last of the way is told with the editor's next picture.
        self.instance.let_pass(30)
    }

    /// Lets the button go and waits until the host knows.
    ///
    /// # Errors
    /// When the gesture never ends.
    pub fn let_go(&mut self, parameter: Parameter) -> Result<()> {
        Mouse::over(&self.instance.parent).release()?;
        self.wait(&format!("{} is let go", parameter.name()), |own| {
            told(own, parameter) == Some(What::End)
        })
    }

    /// Moves the mouse in small steps, buttons as they are.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn glide(&mut self, from: [i16; 2], to: [i16; 2], steps: i16) -> Result<()> {
        Mouse::over(&self.instance.parent).glide(from, to, steps)
    }

    /// Moves the mouse to a place in the window, in pixels.
    ///
    /// # Errors
    /// When the display is gone.
    pub fn move_to(&mut self, at: [i16; 2]) -> Result<()> {
        Mouse::over(&self.instance.parent).move_to(at)?;
        std::thread::sleep(STROKE);
        Ok(())
    }

    /// Gives the editor another size, as a hand on the window's corner does, in steps.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn resize(&mut self, to: GuiSize, steps: u32) -> Result<()> {
        let from = self.size;
        for step in 1..=steps {
            let between = |from: u32, to: u32| {
                (i64::from(from)
                    + (i64::from(to) - i64::from(from)) * i64::from(step) / i64::from(steps))
                    as u32
            };
            let wish = GuiSize {
                width: between(from.width, to.width),
                height: between(from.height, to.height),
            };
            self.size = self.instance.resize(wish)?;
        }
        self.instance.parent.see(self.size, None)?;
        self.twin.resize([self.size.width, self.size.height])
    }

    /// Opens the editor again after it was closed.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn reopen(&mut self) -> Result<()> {
        self.size = open(&mut self.instance)?;
        self.twin.resize([self.size.width, self.size.height])
    }

    /// Closes the editor. Returns how many threads are there that were not before it first opened,
    /// once they have had time to end.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn close(&mut self) -> Result<usize> {
        self.instance.close()?;
        let begun = Instant::now();
        loop {
            let more = threads()?.difference(&self.threads).count();
            if more == 0 || begun.elapsed() > PATIENCE {
                return Ok(more);
            }
            self.instance.serve();
        }
    }

    /// The open editor's size.
    pub fn size(&self) -> GuiSize {
        self.size
    }

    /// How many threads the open editor has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn threads(&self) -> Result<usize> {
        Ok(threads()?.difference(&self.threads).count())
    }

    /// What is drawn where something is.
    ///
    /// # Errors
    /// When nothing has that name.
    pub fn look_at(&mut self, name: &str) -> Result<Vec<[u8; 4]>> {
        let area = self.twin.place(name)?;
        self.instance.parent.pixels(area)
    }

    /// The host sets a parameter whose host value is its plain one; the twin follows.
    ///
    /// # Errors
    /// When nothing plays.
    pub fn host_sets(&mut self, parameter: Parameter, value: f64) -> Result<()> {
        self.instance.player()?.order(super::player::Order::Set(parameter, value))?;
        self.twin.set(parameter, value)
    }
}

/// Opens the editor and waits until it is drawn.
fn open(instance: &mut Instance) -> Result<GuiSize> {
    let size = instance.open()?;
    let undrawn = instance.parent.see_within(BLANK, size, None)?.undrawn;
    ensure!(undrawn == 0.0, "the editor stayed blank");
    Ok(size)
}

/// The last thing the plugin told of a parameter.
fn told(instance: &mut Instance, parameter: Parameter) -> Option<What> {
    let id = parameter.id();
    let tape = instance.player().ok()?.tape();
    tape.events.iter().rev().find(|event| event.parameter == id).map(|event| event.what)
}

/// The numbers of this process' threads.
fn threads() -> Result<HashSet<OsString>> {
    std::fs::read_dir("/proc/self/task")?.map(|task| Ok(task?.file_name())).collect()
}
