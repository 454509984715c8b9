//! One instance of the plugin in a host with a window: its editor opened, resized and closed, its
//! audio thread, its values.
//!
//! Not here: what is in the editor. The host's main thread.

use super::host::{Notes, WindowHost, Wishes};
use super::parent::Parent;
use super::player::{BLOCK, Player, RATE};
use super::tape::Tape;
use super::{GLANCE, PATIENCE};
use crate::room::PLUGIN_ID;
use anyhow::{Context, Result, bail, ensure};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use clack_host::utils::ClapId;
use std::path::Path;
use std::time::{Duration, Instant};
use switchyard::routing::parameter::{ALL, Parameter};

/// The plugin's file as loaded into this process.
///
/// # Errors
/// When it cannot be loaded.
pub fn load(plugin: &Path) -> Result<PluginEntry> {
    // SAFETY: the file is the plugin we built, and nothing unloads it while it runs.
    unsafe { PluginEntry::load(plugin) }
        .with_context(|| format!("{} does not load", plugin.display()))
}

/// An instance with a window for its editor.
pub struct Instance {
    /// How long the host does something else between giving the editor its window and showing it.
    pub linger: Duration,
    ids: Vec<ClapId>,
    open: bool,
    player: Option<Player>,
    instance: PluginInstance<WindowHost>,
    /// The window the editor opens in. Declared last, because the editor must go before it.
    pub parent: Parent,
}

impl Instance {
    /// Makes an instance, neither open nor playing, whose window has its corner somewhere.
    ///
    /// # Errors
    /// When there is no display, or the file holds another plugin.
    pub fn new(entry: &PluginEntry, corner: [i16; 2]) -> Result<Instance> {
        let info =
            HostInfo::new("Switchyard window test", "Switchyard", "https://switchyard.audio", "1")?;
        let mut instance = PluginInstance::<WindowHost>::new(
            |_| Wishes::default(),
            |_| Notes,
            entry,
            PLUGIN_ID,
            &info,
        )?;
        let ids = ids(&mut instance)?;
        let parent = Parent::open(corner)?;
        Ok(Instance { linger: Duration::ZERO, ids, open: false, player: None, instance, parent })
    }

    /// A little of what a host's main thread does all day.
    pub fn serve(&mut self) {
        std::thread::sleep(GLANCE);
        if self.instance.access_shared_handler(Wishes::take_callback) {
            self.instance.call_on_main_thread_callback();
        }
    }

    /// Serves until something is so.
    ///
    /// # Errors
    /// When it is not so after all patience; `what` says what was waited for.
    pub fn wait(&mut self, what: &str, mut so: impl FnMut(&mut Instance) -> bool) -> Result<()> {
        let begun = Instant::now();
        while !so(self) {
            ensure!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
            self.serve();
        }
        Ok(())
    }

    /// What it asked of the host so far.
    pub fn wishes<R>(&self, ask: impl FnOnce(&Wishes) -> R) -> R {
        self.instance.access_shared_handler(ask)
    }

    // ---- The editor --------------------------------------------------------------------------

    fn gui(&mut self) -> Result<(PluginGui, PluginMainThreadHandle<'_>)> {
        let handle = self.instance.plugin_handle();
        let Some(gui) = handle.get_extension() else { bail!("the plugin has no editor") };
        Ok((gui, handle))
    }

    /// Opens the editor. Returns the size it wants, which its window gets.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn open(&mut self) -> Result<GuiSize> {
        let embedded = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
        let (gui, handle) = self.gui()?;
        ensure!(gui.is_api_supported(&handle, embedded), "the editor cannot live in an X11 window");
        gui.create(&handle, embedded)?;
        self.open = true;
        let (gui, handle) = self.gui()?;
        let size = gui.get_size(&handle).context("the editor has no size")?;
        self.parent.resize(size)?;
        let window = Window::from_x11_handle(self.parent.window().into());
        let linger = self.linger;
        let (gui, handle) = self.gui()?;
        // SAFETY: the window outlives the editor, which `close` destroys, at the latest as this value
        // is dropped.
        unsafe { gui.set_parent(&handle, window)? };
        std::thread::sleep(linger);
        gui.show(&handle)?;
        self.serve();
        Ok(size)
    }

    /// Gives the open editor another size, near the wished one. Returns the size it then says it
    /// has.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn resize(&mut self, wish: GuiSize) -> Result<GuiSize> {
        let (gui, handle) = self.gui()?;
        ensure!(gui.can_resize(&handle), "the editor cannot be resized");
        let size = gui.adjust_size(&handle, wish).unwrap_or(wish);
        self.parent.resize(size)?;
        let (gui, handle) = self.gui()?;
        gui.set_size(&handle, size)?;
        self.serve();
        let (gui, handle) = self.gui()?;
        let now = gui.get_size(&handle).context("the editor lost its size")?;
        ensure!(now == size, "resized to {size:?} it says that it is {now:?}");
        Ok(size)
    }

    /// Closes the editor and waits until its window is gone.
    ///
    /// # Errors
    /// When the plugin refuses or the display is gone.
    pub fn close(&mut self) -> Result<()> {
        let (gui, handle) = self.gui()?;
        gui.hide(&handle)?;
        gui.destroy(&handle);
        self.open = false;
        let begun = Instant::now();
        while !self.parent.is_empty()? && begun.elapsed() < PATIENCE {
            self.serve();
        }
        Ok(())
    }

    // ---- Values and sound ---------------------------------------------------------------------

    /// The host value the plugin reports now.
    ///
    /// # Errors
    /// When the plugin does not know the parameter.
    pub fn value(&mut self, parameter: Parameter) -> Result<f64> {
        let id = self.ids[parameter.index()];
        let handle = self.instance.plugin_handle();
        let extension: PluginParams = handle.get_extension().context("it has no parameters")?;
        extension.get_value(&handle, id).with_context(|| format!("{parameter:?} has no value"))
    }

    /// Loads a state in the plugin's own format.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn load(&mut self, state: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let extension: PluginState = handle.get_extension().context("the plugin loads no state")?;
        extension.load(&handle, &mut &*state)?;
        self.serve();
        Ok(())
    }

    /// Starts to play, with a tone on each of the ports in `fed`, counted from 0.
    ///
    /// # Errors
    /// When the plugin cannot be activated.
    pub fn play(&mut self, fed: &[usize]) -> Result<()> {
        let configuration = PluginAudioConfiguration {
            sample_rate: RATE,
            min_frames_count: 1,
            max_frames_count: BLOCK as u32,
        };
        let stopped = self.instance.activate(|_, _| (), configuration)?;
        self.player = Some(Player::start(stopped, self.ids.clone(), fed.to_vec()));
        Ok(())
    }

    /// What plays.
    ///
    /// # Errors
    /// When nothing does.
    pub fn player(&mut self) -> Result<&mut Player> {
        self.player.as_mut().context("nothing plays")
    }

    /// Lets some blocks pass.
    ///
    /// # Errors
    /// When the audio thread has stopped.
    pub fn let_pass(&mut self, blocks: u64) -> Result<()> {
        let until = self.player()?.position() + blocks * BLOCK as u64;
        self.wait("the audio thread goes on", |own| {
            own.player().is_ok_and(|player| player.position() >= until)
        })
    }

    /// Lets some blocks pass and names that time.
    ///
    /// # Errors
    /// When the audio thread has stopped.
    pub fn listen(&mut self, stage: &str, blocks: u64) -> Result<()> {
        let from = self.player()?.position();
        self.let_pass(blocks)?;
        let player = self.player()?;
        let to = player.position();
        player.name(stage, from, to);
        Ok(())
    }

    /// Ends the playing and returns what was written down.
    ///
    /// # Errors
    /// When nothing plays or the plugin failed meanwhile.
    pub fn stop(&mut self) -> Result<Tape> {
        let (tape, processor) = self.player.take().context("nothing plays")?.stop()?;
        self.instance.deactivate(processor);
        Ok(tape)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // As a host that unloads a project: first the sound, then the window, then the plugin. What
        // fails here has failed before and been told.
        if let Some(player) = self.player.take()
            && let Ok((_, processor)) = player.stop()
        {
            self.instance.deactivate(processor);
        }
        if self.open {
            let _ = self.close();
        }
    }
}

/// All parameters' ids, in their frozen order.
fn ids(instance: &mut PluginInstance<WindowHost>) -> Result<Vec<ClapId>> {
    let handle = instance.plugin_handle();
    let extension: PluginParams = handle.get_extension().context("it has no parameters")?;
    let count = extension.count(&handle) as usize;
    ensure!(count == ALL.len(), "it has {count} parameters, not {}", ALL.len());
    let mut buffer = ParamInfoBuffer::new();
    let id = |index: usize| {
        let info = extension.get_info(&handle, index as u32, &mut buffer);
        info.map(|info| info.id).with_context(|| format!("parameter {index} is not described"))
    };
    (0..count).map(id).collect()
}
