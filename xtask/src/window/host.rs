//! What a plugin may ask of this host: a callback, a restart, another size, and to be told of.
//!
//! Not here: doing it. The plugin calls these from the threads CLAP names; they only note it.

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::prelude::*;
use clack_host::utils::ClapId;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The kind of host this is.
pub struct WindowHost;

impl HostHandlers for WindowHost {
    type Shared<'a> = Wishes;
    type MainThread<'a> = Notes;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Wishes) {
        builder
            .register::<HostGui>()
            .register::<HostLatency>()
            .register::<HostLog>()
            .register::<HostParams>()
            .register::<HostState>();
    }
}

/// Wishes of the plugin that any of its threads may have.
#[derive(Default)]
pub struct Wishes {
    callback: AtomicBool,
    callbacks: AtomicU32,
    restarts: AtomicU32,
}

impl Wishes {
    /// Whether a callback on the main thread was asked for since the last call.
    pub fn take_callback(&self) -> bool {
        self.callback.swap(false, Ordering::AcqRel)
    }

    /// How often a callback was asked for.
    pub fn callbacks(&self) -> u32 {
        self.callbacks.load(Ordering::Relaxed)
    }

    /// How often a restart was asked for.
    pub fn restarts(&self) -> u32 {
        self.restarts.load(Ordering::Relaxed)
    }
}

impl SharedHandler<'_> for Wishes {
    fn request_restart(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }

    // The player processes until it is stopped, so there is nothing to wake up.
    fn request_process(&self) {}

    fn request_callback(&self) {
        self.callbacks.fetch_add(1, Ordering::Relaxed);
        self.callback.store(true, Ordering::Release);
    }
}

impl HostGuiImpl for Wishes {
    fn resize_hints_changed(&self) {}

    // The editor's own window then has another size than ours, which does no harm without a desktop.
    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

impl HostLogImpl for Wishes {
    // Whoever runs the program reads it for what went wrong.
    fn log(&self, severity: LogSeverity, message: &str) {
        eprintln!("{severity}: {message}");
    }
}

impl HostParamsImplShared for Wishes {
    // Values come out with the next block.
    fn request_flush(&self) {}
}

/// What the plugin tells the main thread; this host asks each time it wants to know.
pub struct Notes;

impl MainThreadHandler<'_> for Notes {}

impl HostLatencyImpl for Notes {
    fn changed(&self) {}
}

impl HostStateImpl for Notes {
    fn mark_dirty(&self) {}
}

impl HostParamsImplMainThread for Notes {
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _parameter: ClapId, _flags: ParamClearFlags) {}
}
