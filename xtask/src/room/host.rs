//! What the plugin may ask of its host: a restart, a callback, and to be told of.
//!
//! Not here: running anything. The plugin calls these from the threads CLAP names; they only note
//! the wish, and [`super::Room`] grants it between blocks.

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::tail::{HostTail, HostTailImpl};
use clack_host::prelude::*;
use clack_host::utils::ClapId;
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The kind of host the room is.
pub(super) struct RoomHost;

impl HostHandlers for RoomHost {
    type Shared<'a> = Wishes;
    type MainThread<'a> = Notes;
    type AudioProcessor<'a> = Processor;

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Wishes) {
        builder
            .register::<HostAudioPorts>()
            .register::<HostLatency>()
            .register::<HostLog>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostTail>();
    }
}

/// Wishes of the plugin that any of its threads may have.
#[derive(Default)]
pub(super) struct Wishes {
    restart: AtomicBool,
    callback: AtomicBool,
    messages: Mutex<Vec<String>>,
}

impl Wishes {
    /// Whether a restart was asked for since the last call.
    pub(super) fn take_restart(&self) -> bool {
        self.restart.swap(false, Ordering::AcqRel)
    }

    /// Whether a callback on the main thread was asked for since the last call.
    pub(super) fn take_callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
    }

    /// What the plugin logged since the last call, oldest first.
    pub(super) fn take_messages(&self) -> Vec<String> {
        std::mem::take(&mut self.messages.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

impl SharedHandler<'_> for Wishes {
    fn request_restart(&self) {
        self.restart.store(true, Ordering::Release);
    }

    // The room processes until it is done, so there is nothing to wake up.
    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostLogImpl for Wishes {
    fn log(&self, severity: LogSeverity, message: &str) {
        self.messages
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .push(format!("{severity}: {message}"));
    }
}

impl HostParamsImplShared for Wishes {
    // Values reach the plugin with the next block or flush, which the room makes anyway.
    fn request_flush(&self) {}
}

/// What the plugin told the main thread.
#[derive(Default)]
pub(super) struct Notes {
    latency_changed: Cell<bool>,
    dirty: Cell<bool>,
}

impl Notes {
    /// Whether the project was marked as changed since the last call.
    pub(super) fn take_dirty(&self) -> bool {
        self.dirty.take()
    }

    /// Whether the latency was said to have changed since the last call.
    pub(super) fn take_latency_changed(&self) -> bool {
        self.latency_changed.take()
    }
}

impl MainThreadHandler<'_> for Notes {}

impl HostLatencyImpl for Notes {
    fn changed(&self) {
        self.latency_changed.set(true);
    }
}

impl HostStateImpl for Notes {
    fn mark_dirty(&self) {
        self.dirty.set(true);
    }
}

impl HostParamsImplMainThread for Notes {
    // The room asks the plugin each time it needs a value, a text or a name; it keeps none.
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _parameter: ClapId, _flags: ParamClearFlags) {}
}

impl HostAudioPortsImpl for Notes {
    fn is_rescan_flag_supported(&self, flag: AudioPortRescanFlags) -> bool {
        flag == AudioPortRescanFlags::NAMES
    }

    // Port names are asked for when they are shown.
    fn rescan(&self, _flags: AudioPortRescanFlags) {}
}

/// The audio thread's side; the room asks for the tail when it needs it.
pub(super) struct Processor;

impl AudioProcessorHandler<'_> for Processor {}

impl HostTailImpl for Processor {
    fn changed(&mut self) {}
}
