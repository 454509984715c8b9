//! The engine room: an offline CLAP host with one instance of the built plugin.
//!
//! It loads the `.clap`, sets parameters through the plugin's own texts, runs blocks with events on
//! exact frames, saves and loads states, and grants what the plugin asks for (a restart, a
//! callback) between blocks. Not here: what is played and how it is routed.
//!
//! One thread is both CLAP's main thread and its audio thread, as CLAP allows a host that is not
//! in a hurry; a [`Room`] cannot leave the thread it was opened on.

pub mod automation;
mod host;
pub mod state;

use anyhow::{Context, Result, anyhow, bail, ensure};
use automation::{Change, Lane};
use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::Pckn;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;
use clack_host::process::StartedPluginAudioProcessor;
use clack_host::utils::ClapId;
use cpu_time::ThreadTime;
use host::{Notes, Processor, RoomHost, Wishes};
use std::ffi::{CStr, CString};
use std::path::Path;
use std::time::Duration;
use switchyard::routing::parameter::{ALL, Parameter};
use switchyard::routing::{INPUT_PORTS, OUTPUT_PORTS, Routing};

/// The id hosts know the plugin by.
pub const PLUGIN_ID: &CStr = c"audio.switchyard.switchyard";

/// A stereo signal: left and right, of equal length.
pub type Stereo = [Vec<f32>; 2];

/// What is fixed while a room is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Samples per second.
    pub sample_rate: f64,
    /// The longest block, in frames, at least 1.
    pub block: usize,
    /// Tells the plugin that nobody waits for the sound, so that it may take its time.
    pub offline: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Setup { sample_rate: 48_000.0, block: 512, offline: true }
    }
}

/// What the plugin told about a parameter when the room was opened.
#[derive(Clone, Debug)]
struct Told {
    id: ClapId,
    min: f64,
    max: f64,
    default: f64,
    stepped: bool,
    automatable: bool,
}

/// One loaded instance and its buffers.
pub struct Room {
    setup: Setup,
    told: Vec<Told>,
    /// Values for the next block's first frame.
    pending: Vec<Change>,
    inputs: Vec<Stereo>,
    outputs: Vec<Stereo>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    events: EventBuffer,
    answers: EventBuffer,
    /// Frames processed since the room was opened.
    position: u64,
    busy: Duration,
    restarts: u32,
    // Declared last and stopped in `drop`: the processor must go before its instance.
    processor: Option<StartedPluginAudioProcessor<RoomHost>>,
    instance: PluginInstance<RoomHost>,
}

impl Room {
    /// Loads the plugin and makes one instance, not yet running.
    ///
    /// # Errors
    /// When the file cannot be loaded, holds no Switchyard, or one whose parameters or ports are
    /// not those this program was built for.
    pub fn open(plugin: &Path, setup: Setup) -> Result<Room> {
        ensure!(setup.block > 0, "a block needs at least one frame");
        let shown = plugin.display();
        ensure!(plugin.exists(), "{shown} does not exist; `cargo xtask bundle` builds it");
        // SAFETY: loading a library runs its initialisers. It is the plugin this workspace builds
        // (or one the caller names as such), which does nothing there but register itself.
        let entry = unsafe { PluginEntry::load(plugin) }
            .with_context(|| format!("{shown} cannot be loaded as a CLAP plugin"))?;
        let info = HostInfo::new("Switchyard room", "Switchyard", "", env!("CARGO_PKG_VERSION"))?;
        let mut instance = PluginInstance::<RoomHost>::new(
            |_| Wishes::default(),
            |_| Notes::default(),
            &entry,
            PLUGIN_ID,
            &info,
        )
        .with_context(|| format!("{shown} gives no instance of {PLUGIN_ID:?}"))?;
        let told = parameters(&mut instance).with_context(|| {
            format!("{shown} is of another version than this program; run `cargo xtask bundle`")
        })?;
        ensure_ports(&mut instance)?;
        if setup.offline {
            let handle = instance.plugin_handle();
            if let Some(render) = handle.get_extension::<PluginRender>() {
                render.set(&handle, RenderMode::Offline)?;
            }
        }
        let silence = || [vec![0.0; setup.block], vec![0.0; setup.block]];
        Ok(Room {
            setup,
            told,
            pending: Vec::new(),
            inputs: std::iter::repeat_with(silence).take(INPUT_PORTS).collect(),
            outputs: std::iter::repeat_with(silence).take(OUTPUT_PORTS).collect(),
            input_ports: AudioPorts::with_capacity(2 * INPUT_PORTS, INPUT_PORTS),
            output_ports: AudioPorts::with_capacity(2 * OUTPUT_PORTS, OUTPUT_PORTS),
            events: EventBuffer::new(),
            answers: EventBuffer::new(),
            position: 0,
            busy: Duration::ZERO,
            restarts: 0,
            processor: None,
            instance,
        })
    }

    /// What was fixed when the room was opened.
    pub fn setup(&self) -> Setup {
        self.setup
    }

    // ---- Parameters -------------------------------------------------------------------------

    /// The lowest and highest host value of a parameter.
    pub fn range(&self, parameter: Parameter) -> (f64, f64) {
        let told = &self.told[parameter.index()];
        (told.min, told.max)
    }

    /// The host value of a parameter nobody has touched.
    pub fn default_value(&self, parameter: Parameter) -> f64 {
        self.told[parameter.index()].default
    }

    /// Whether only whole values of [`Room::range`] mean anything.
    pub fn is_stepped(&self, parameter: Parameter) -> bool {
        self.told[parameter.index()].stepped
    }

    /// Whether the plugin lets a host automate the parameter.
    pub fn is_automatable(&self, parameter: Parameter) -> bool {
        self.told[parameter.index()].automatable
    }

    /// The host value the plugin reports now. A value that was [`Room::set`] while running is
    /// reported after the next block.
    pub fn value(&mut self, parameter: Parameter) -> f64 {
        let id = self.told[parameter.index()].id;
        self.with_parameters(|extension, handle| {
            extension.get_value(handle, id).expect("the plugin told this id")
        })
    }

    /// How the plugin writes a host value.
    ///
    /// # Errors
    /// When the plugin has no text for it.
    pub fn text_of(&mut self, parameter: Parameter, value: f64) -> Result<String> {
        let id = self.told[parameter.index()].id;
        let mut buffer = [0; 256];
        self.with_parameters(|extension, handle| {
            let bytes = extension
                .value_to_text(handle, id, value, &mut buffer)
                .map_err(|_| anyhow!("the plugin has no text for {value} as {parameter:?}"))?;
            Ok(String::from_utf8_lossy(bytes).into_owned())
        })
    }

    /// How the plugin writes the value it has now.
    ///
    /// # Errors
    /// When the plugin has no text for it.
    pub fn text(&mut self, parameter: Parameter) -> Result<String> {
        let value = self.value(parameter);
        self.text_of(parameter, value)
    }

    /// The host value a text means to the plugin, `None` when it cannot read it.
    pub fn read_text(&mut self, parameter: Parameter, text: &str) -> Option<f64> {
        let id = self.told[parameter.index()].id;
        let text = CString::new(text).ok()?;
        self.with_parameters(|extension, handle| extension.text_to_value(handle, id, &text))
    }

    /// Sets a host value: at once while stopped, at the next block's first frame while running.
    pub fn set(&mut self, parameter: Parameter, value: f64) {
        self.pending.push(Change { offset: 0, parameter, value });
        let Some(mut handle) = self.instance.inactive_plugin_handle() else { return };
        let Some(extension) = handle.get_extension::<PluginParams>() else { return };
        fill(&mut self.events, &self.told, &self.pending, &[]);
        self.pending.clear();
        self.answers.clear();
        extension.flush(&mut handle, &self.events.as_input(), &mut self.answers.as_output());
    }

    /// Sets a parameter by text, as [`Room::set`] does.
    ///
    /// # Errors
    /// When the plugin cannot read the text.
    pub fn set_text(&mut self, parameter: Parameter, text: &str) -> Result<()> {
        let value = self
            .read_text(parameter, text)
            .with_context(|| format!("{:?} is no value for {:?}", text, parameter.name()))?;
        self.set(parameter, value);
        Ok(())
    }

    /// Sets a parameter by id or name and text, as [`Room::set`] does.
    ///
    /// # Errors
    /// When there is no such parameter or the plugin cannot read the text.
    pub fn set_named(&mut self, parameter: &str, text: &str) -> Result<()> {
        let found = Parameter::from_id(parameter)
            .or_else(|| Parameter::from_name(parameter))
            .with_context(|| format!("there is no parameter {parameter:?}"))?;
        self.set_text(found, text)
    }

    /// What the parameters' texts mean now, to the resolution of those texts.
    ///
    /// # Errors
    /// When a value has no text, or one the plugin's own reader would not take.
    pub fn routing(&mut self) -> Result<Routing> {
        let mut routing = Routing::default();
        for parameter in ALL {
            let text = self.text(parameter)?;
            // A macro's text goes on with what it drives.
            let own = text.split(" · ").next().unwrap_or(&text);
            let plain = parameter
                .from_text(own)
                .with_context(|| format!("{} reads {text:?}", parameter.name()))?;
            parameter.set(&mut routing, plain);
        }
        Ok(routing)
    }

    fn with_parameters<R>(
        &mut self,
        ask: impl FnOnce(PluginParams, &PluginMainThreadHandle<'_>) -> R,
    ) -> R {
        let handle = self.instance.plugin_handle();
        let extension = handle.get_extension().expect("the parameters were told when opening");
        ask(extension, &handle)
    }

    // ---- Ports and what the plugin says ------------------------------------------------------

    /// The name the plugin gives an output port.
    pub fn output_name(&mut self, port: usize) -> String {
        let handle = self.instance.plugin_handle();
        let mut buffer = AudioPortInfoBuffer::new();
        handle
            .get_extension::<PluginAudioPorts>()
            .and_then(|ports| ports.get(&handle, port as u32, false, &mut buffer))
            .map(|info| String::from_utf8_lossy(info.name).trim_end_matches('\0').to_string())
            .unwrap_or_default()
    }

    /// The latency the plugin reports, in frames.
    pub fn latency(&mut self) -> u32 {
        let handle = self.instance.plugin_handle();
        handle.get_extension::<PluginLatency>().map_or(0, |extension| extension.get(&handle))
    }

    /// How long the plugin says it sounds after its input ends, in frames; `None` is for ever.
    pub fn tail(&mut self) -> Option<u32> {
        let Some(processor) = &mut self.processor else { return Some(0) };
        let handle = processor.plugin_handle();
        match handle.get_extension::<PluginTail>().map(|extension| extension.get(&handle)) {
            Some(TailLength::Finite(frames)) => Some(frames),
            Some(TailLength::Infinite) => None,
            None => Some(0),
        }
    }

    /// Whether the plugin called the project changed since the last time this was asked.
    pub fn take_dirty(&mut self) -> bool {
        self.instance.access_handler(Notes::take_dirty)
    }

    /// Whether the plugin said its latency changed since the last time this was asked.
    pub fn take_latency_changed(&mut self) -> bool {
        self.instance.access_handler(Notes::take_latency_changed)
    }

    /// What the plugin logged to its host since the last time this was asked.
    pub fn take_messages(&mut self) -> Vec<String> {
        self.instance.access_shared_handler(Wishes::take_messages)
    }

    /// How often the plugin asked for a restart and got it.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    // ---- Running --------------------------------------------------------------------------

    /// Activates the plugin and starts processing; nothing when it already runs.
    ///
    /// # Errors
    /// When the plugin refuses.
    pub fn start(&mut self) -> Result<()> {
        if self.processor.is_some() {
            return Ok(());
        }
        let configuration = PluginAudioConfiguration {
            sample_rate: self.setup.sample_rate,
            min_frames_count: 1,
            max_frames_count: u32::try_from(self.setup.block)?,
        };
        let stopped = self
            .instance
            .activate(|_, _| Processor, configuration)
            .context("the plugin cannot be activated")?;
        match stopped.start_processing() {
            Ok(started) => self.processor = Some(started),
            Err(refused) => {
                self.instance.deactivate(refused.into_stopped_processor());
                bail!("the plugin does not start processing");
            }
        }
        Ok(())
    }

    /// Stops processing and deactivates; nothing when it does not run.
    pub fn stop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor.stop_processing());
        }
    }

    /// What the next block hears on an input port: [`Setup::block`] frames a side, kept until they
    /// are written again.
    pub fn input_mut(&mut self, port: usize) -> [&mut [f32]; 2] {
        let [left, right] = &mut self.inputs[port];
        [left, right]
    }

    /// What the last block gave on an output port; frames beyond its length are older.
    pub fn output(&self, port: usize) -> [&[f32]; 2] {
        let [left, right] = &self.outputs[port];
        [left, right]
    }

    /// Runs one block of `frames`, starting the plugin if need be. `changes` fall on their frames;
    /// afterwards a restart or callback the plugin wished for is granted.
    ///
    /// # Errors
    /// When `frames` is longer than the setup's block, or the plugin fails.
    pub fn process(&mut self, frames: usize, changes: &[Change]) -> Result<()> {
        ensure!(frames <= self.setup.block, "{frames} frames are more than a block");
        self.start()?;
        fill(&mut self.events, &self.told, &self.pending, changes);
        self.pending.clear();
        self.answers.clear();
        let processor = self.processor.as_mut().expect("just started");
        let inputs = self.input_ports.with_input_buffers(self.inputs.iter_mut().map(|port| {
            AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_input_only(
                    port.iter_mut().map(|side| InputChannel::variable(&mut side[..frames])),
                ),
            }
        }));
        let mut outputs =
            self.output_ports.with_output_buffers(self.outputs.iter_mut().map(|port| {
                AudioPortBuffer {
                    latency: 0,
                    channels: AudioPortBufferType::f32_output_only(
                        port.iter_mut().map(|side| &mut side[..frames]),
                    ),
                }
            }));
        let begun = ThreadTime::now();
        processor
            .process(
                &inputs,
                &mut outputs,
                &self.events.as_input(),
                &mut self.answers.as_output(),
                Some(self.position),
                None,
            )
            .context("the plugin failed in its audio callback")?;
        self.busy += begun.elapsed();
        self.position += frames as u64;
        self.grant()
    }

    /// The processor time the plugin took per second of sound so far; 0 before any sound.
    pub fn load_share(&self) -> f64 {
        let sound = self.position as f64 / self.setup.sample_rate;
        if sound > 0.0 { self.busy.as_secs_f64() / sound } else { 0.0 }
    }

    /// The processor time the plugin took for all sound so far.
    pub fn busy(&self) -> Duration {
        self.busy
    }

    /// Frames processed since the room was opened.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Runs `frames` frames in blocks and keeps all outputs. `inputs` are the ports from the first
    /// on; ports without one, and frames after a signal's end, are silent. Lanes count frames from
    /// the start of this call.
    ///
    /// # Errors
    /// As [`Room::process`].
    pub fn render(
        &mut self,
        inputs: &[Stereo],
        lanes: &[Lane],
        frames: usize,
    ) -> Result<Vec<Stereo>> {
        let mut outputs: Vec<Stereo> =
            (0..OUTPUT_PORTS).map(|_| [Vec::with_capacity(frames), vec![]]).collect();
        let mut start = 0;
        while start < frames {
            let length = self.setup.block.min(frames - start);
            for port in 0..INPUT_PORTS {
                let signal = inputs.get(port);
                for (side, buffer) in self.input_mut(port).into_iter().enumerate() {
                    copy_from(buffer, signal.map_or(&[], |both| &both[side]), start);
                }
            }
            let block = start as u64..(start + length) as u64;
            self.process(length, &automation::changes(lanes, block))?;
            for (port, kept) in outputs.iter_mut().enumerate() {
                for (side, samples) in self.output(port).into_iter().enumerate() {
                    kept[side].extend_from_slice(&samples[..length]);
                }
            }
            start += length;
        }
        Ok(outputs)
    }

    /// Grants what the plugin wished for during a block.
    fn grant(&mut self) -> Result<()> {
        self.grant_callback();
        if self.instance.access_shared_handler(Wishes::take_restart) {
            self.restarts += 1;
            self.stop();
            self.start()?;
        }
        Ok(())
    }

    fn grant_callback(&mut self) {
        if self.instance.access_shared_handler(Wishes::take_callback) {
            self.instance.call_on_main_thread_callback();
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Fills `buffer` with `signal` from `start` on, and silence after its end.
pub fn copy_from(buffer: &mut [f32], signal: &[f32], start: usize) {
    let rest = signal.get(start..).unwrap_or(&[]);
    let length = rest.len().min(buffer.len());
    buffer[..length].copy_from_slice(&rest[..length]);
    buffer[length..].fill(0.0);
}

/// Writes the values for a block's first frame, then the changes, which are put in time order.
fn fill(events: &mut EventBuffer, told: &[Told], first: &[Change], changes: &[Change]) {
    let mut all = [first, changes].concat();
    // Stable: of two values for one frame the later one given is the one that stays.
    all.sort_by_key(|change| change.offset);
    events.clear();
    for change in all {
        let id = told[change.parameter.index()].id;
        events.push(&ParamValueEvent::new(change.offset, id, Pckn::match_all(), change.value));
    }
}

/// Asks for all parameters and makes sure they are the frozen list, in its order.
fn parameters(instance: &mut PluginInstance<RoomHost>) -> Result<Vec<Told>> {
    let handle = instance.plugin_handle();
    let extension = handle.get_extension::<PluginParams>().context("it has no parameters")?;
    let count = extension.count(&handle) as usize;
    ensure!(count == ALL.len(), "it has {count} parameters, not {}", ALL.len());
    let mut buffer = ParamInfoBuffer::new();
    ALL.iter()
        .enumerate()
        .map(|(index, parameter)| {
            let info = extension
                .get_info(&handle, index as u32, &mut buffer)
                .with_context(|| format!("parameter {index} is not described"))?;
            let name = String::from_utf8_lossy(info.name);
            let name = name.trim_end_matches('\0');
            let expected = parameter.name();
            ensure!(name == expected, "parameter {index} is {name:?}, not {expected:?}");
            Ok(Told {
                id: info.id,
                min: info.min_value,
                max: info.max_value,
                default: info.default_value,
                stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
            })
        })
        .collect()
}

/// Makes sure that the plugin has the stereo ports the room's buffers are for.
fn ensure_ports(instance: &mut PluginInstance<RoomHost>) -> Result<()> {
    let handle = instance.plugin_handle();
    let ports = handle.get_extension::<PluginAudioPorts>().context("the plugin has no ports")?;
    for (is_input, expected) in [(true, INPUT_PORTS), (false, OUTPUT_PORTS)] {
        let kind = if is_input { "inputs" } else { "outputs" };
        let count = ports.count(&handle, is_input) as usize;
        ensure!(count == expected, "the plugin has {count} {kind}, not {expected}");
        for port in 0..expected as u32 {
            let mut buffer = AudioPortInfoBuffer::new();
            let channels =
                ports.get(&handle, port, is_input, &mut buffer).map(|info| info.channel_count);
            ensure!(channels == Some(2), "port {port} of the plugin's {kind} is not stereo");
        }
    }
    Ok(())
}
