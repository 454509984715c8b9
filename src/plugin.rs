//! The plugin as a host sees it: ports, parameters, state, and the audio callback.
//!
//! Not here: what the sound does (that is [`crate::engine`]) and how it looks ([`crate::editor`]).
//! Hosts are met only behind two guards, [`clap_guard`] and [`vst3_guard`].

pub mod building;
pub mod clap_guard;
pub mod parameters;
mod ports;
mod remote_controls;
pub mod shared;
pub mod state;
pub mod vst3_guard;

use crate::engine::meters::Meters;
use crate::engine::probe::Reason;
use crate::engine::rack::Glance;
use crate::engine::{Engine, Ports, Setup};
use crate::routing::parameter::{ALL, ParameterSet};
use crate::routing::{INPUT_PORTS, NODES, OUTPUT_PORTS, Routing};
use crate::session::workshop::Opening;
use building::Building;
use nice_plug::prelude::*;
use parameters::HostParameters;
use shared::{Shared, Taken};
use std::cell::RefCell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

/// How much latency, in seconds, chains may gain while active beyond what they could have had at
/// activation. It costs delay memory.
const ROOM: f64 = 0.4;

/// One instance on a host's track.
pub struct Switchyard {
    parameters: Arc<HostParameters>,
    meters: Arc<Meters>,
    /// The values the engine last got.
    routing: Routing,
    /// There from activation on.
    engine: Option<Engine>,
    /// Makes chains while active. Dropped before the parameters it reads.
    building: Option<Building>,
    /// Nobody waits for the sound.
    offline: bool,
    /// The latency the host knows, in samples.
    reported: u32,
    sample_rate: f32,
    load: f32,
}

thread_local! {
    /// The parameters of the instance most recently made on this thread. The framework makes the
    /// plugin deep inside its wrapper; the guard that asked for it takes them from here.
    static LATEST: RefCell<Option<Arc<HostParameters>>> = const { RefCell::new(None) };
}

/// The parameters of the instance just made on this thread, once. [main-thread]
pub fn take_latest() -> Option<Arc<HostParameters>> {
    LATEST.with_borrow_mut(Option::take)
}

impl Default for Switchyard {
    fn default() -> Self {
        let parameters = Arc::new(HostParameters::new(Arc::new(Shared::default())));
        LATEST.set(Some(Arc::clone(&parameters)));
        Switchyard {
            parameters,
            meters: Arc::default(),
            routing: Routing::default(),
            engine: None,
            building: None,
            offline: false,
            reported: 0,
            sample_rate: 0.0,
            load: 0.0,
        }
    }
}

impl Switchyard {
    /// Gives the engine the values that changed, all at this sample, and lets it take the chains
    /// that belong to them. [audio-thread]
    fn take_values(&mut self) {
        let Some(engine) = &mut self.engine else { return };
        // Looked at first: chains of a state load are sent before its values are let go, so what is
        // there now belongs to values that are there too, or the values are still held.
        let glance = engine.glance();
        let mut changed = ParameterSet::EMPTY;
        let mut routing = self.routing;
        let all = &self.parameters.all;
        let taken = self.parameters.shared.take_touched(&mut changed, |changed| {
            for index in changed.indices() {
                ALL[index].set(&mut routing, all[index].value());
            }
        });
        match taken {
            Taken::Held => engine.allow(Glance::default()),
            Taken::Nothing => engine.allow(glance),
            Taken::Values => {
                engine.allow(glance);
                self.routing = routing;
                engine.set(&routing, &changed);
            }
        }
    }

    /// Smooths the callback's share of its period over about a second. [audio-thread]
    fn measure_load(&mut self, begun: Instant, frames: usize) {
        let period = frames as f32 / self.sample_rate;
        let share = begun.elapsed().as_secs_f32() / period;
        self.load += (share - self.load) * period.min(1.0);
        self.meters.set_load(self.load);
    }
}

/// The framework's buffers as the engine's ports. The main pair is processed in place.
struct HostPorts<'a, 'main, 'aux> {
    main: &'a mut Buffer<'main>,
    aux_inputs: &'a [Buffer<'aux>],
    aux_outputs: &'a mut [Buffer<'aux>],
}

impl Ports for HostPorts<'_, '_, '_> {
    fn frames(&self) -> usize {
        self.main.samples()
    }

    fn input(&self, port: usize) -> [&[f32]; 2] {
        match port {
            0 => pair(self.main),
            aux => pair(&self.aux_inputs[aux - 1]),
        }
    }

    fn output(&mut self, port: usize) -> [&mut [f32]; 2] {
        match port {
            0 => pair_mut(self.main),
            aux => pair_mut(&mut self.aux_outputs[aux - 1]),
        }
    }
}

fn pair<'a>(buffer: &'a Buffer) -> [&'a [f32]; 2] {
    let slices = buffer.as_slice_immutable();
    [&*slices[0], &*slices[1]]
}

fn pair_mut<'a>(buffer: &'a mut Buffer) -> [&'a mut [f32]; 2] {
    let [left, right] = buffer.as_slice() else {
        unreachable!("every port is stereo behind the guard");
    };
    [&mut **left, &mut **right]
}

const STEREO: NonZeroU32 = new_nonzero_u32(2);

impl Plugin for Switchyard {
    const NAME: &'static str = "Switchyard";
    const VENDOR: &'static str = "Switchyard";
    const URL: &'static str = "https://switchyard.audio";
    const EMAIL: &'static str = "hello@switchyard.audio";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: Some(STEREO),
        main_output_channels: Some(STEREO),
        aux_input_ports: &[STEREO; INPUT_PORTS - 1],
        aux_output_ports: &[STEREO; OUTPUT_PORTS - 1],
        names: PortNames::const_default(),
    }];
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = crate::editor::link::window::PluginEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.parameters.clone()
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        crate::editor::create(Arc::clone(&self.parameters), Arc::clone(&self.meters))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        // What was changed before is read here, in whole.
        let mut changed = ParameterSet::EMPTY;
        self.parameters.shared.take_touched(&mut changed, |_| ());
        for (parameter, host) in ALL.iter().zip(&self.parameters.all) {
            parameter.set(&mut self.routing, host.value());
        }
        self.building = None;
        let shared = &self.parameters.shared;
        let sample_rate = f64::from(config.sample_rate);
        let session = shared.session(Clone::clone);
        let (opening, plan) = Opening::new(&session, &self.routing.macros, sample_rate);
        let setup = Setup {
            sample_rate,
            chain_latency: [0; NODES],
            max_latency: plan.bound() + (ROOM * sample_rate) as u32,
        };
        let meters = Arc::clone(&self.meters);
        let (mut engine, office) = Engine::with_chains(&setup, &self.routing, meters, plan);
        shared.set_operator(Some(engine.operator()));
        let longest = engine.longest();
        let workshop = opening.workshop(office, longest);
        let building = Building::start(&self.parameters, workshop, sample_rate, longest);
        shared.set_bench(Some(Arc::clone(building.bench())));
        self.building = Some(building);
        self.reported = engine.latency();
        self.engine = Some(engine);
        self.offline = config.process_mode == ProcessMode::Offline;
        self.sample_rate = config.sample_rate;
        // The guard tells the host: the framework would ask for a restart as well.
        self.parameters.shared.set_latency(self.reported);
        self.parameters.shared.set_restart_needed(false);
        true
    }

    fn reset(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.reset();
        }
    }

    fn deactivate(&mut self) {
        self.parameters.shared.set_bench(None);
        self.parameters.shared.set_operator(None);
        self.building = None;
        self.engine = None;
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let begun = Instant::now();
        if self.offline
            && let Some(building) = &self.building
        {
            building.bench().wait();
        }
        self.take_values();
        let Some(engine) = &mut self.engine else {
            return ProcessStatus::Error("processing without activation");
        };
        let frames = buffer.samples();
        let transport = context.transport();
        engine.set_tempo(transport.tempo);
        if transport.playing || self.offline {
            // Nobody's take, and no render, is to hold a test signal.
            engine.interrupt_line_check(Reason::Transport);
        }
        let mut ports =
            HostPorts { main: buffer, aux_inputs: aux.inputs, aux_outputs: aux.outputs };
        engine.process(&mut ports);
        engine.record(&mut ports);
        // A line check must not be put to sleep because the inputs are silent.
        let tail = if engine.is_line_checked() { u32::MAX } else { engine.tail() };
        let shared = &self.parameters.shared;
        let outgrown = engine.latency() > self.reported || shared.take_restart_wanted();
        // The sound is right at once; only the host's compensation needs a restart to follow.
        if outgrown && !shared.is_restart_needed() {
            shared.set_restart_needed(true);
            context.request_restart();
        }
        if frames > 0 {
            self.measure_load(begun, frames);
        }
        match tail {
            u32::MAX => ProcessStatus::KeepAlive,
            tail => ProcessStatus::Tail(tail),
        }
    }
}

impl ClapPlugin for Switchyard {
    const CLAP_ID: &'static str = "audio.switchyard.switchyard";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Routing mixer: strips, buses and sends in one place");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::AudioEffect, ClapFeature::Mixing, ClapFeature::Utility, ClapFeature::Stereo];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        remote_controls::declare(&self.parameters, context);
    }
}
