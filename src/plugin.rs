//! The plugin as a host sees it: ports, parameters, state, and the audio callback.
//!
//! Not here: what the sound does (that is [`crate::engine`]) and how it looks ([`crate::editor`]).
//! Hosts are met only behind two guards, [`clap_guard`] and [`vst3_guard`].

pub mod parameters;
pub mod shared;

use crate::routing::{BUSES, INPUT_PORTS, OUTPUT_PORTS};
use nice_plug::prelude::*;
use parameters::HostParameters;
use shared::Shared;
use std::cell::RefCell;
use std::num::NonZeroU32;
use std::sync::Arc;

/// One instance on a host's track.
pub struct Switchyard {
    parameters: Arc<HostParameters>,
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
        Switchyard { parameters }
    }
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

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.parameters.clone()
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        ProcessStatus::Tail(0)
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
}

const _: () = assert!(OUTPUT_PORTS == BUSES + 4);

nice_plug::nice_export_clap!(Switchyard);
clap_wrapper::export_vst3!();
