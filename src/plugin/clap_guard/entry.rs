//! The CLAP entry point, and the factory with the table of plugins in this binary.
//!
//! Not here: what stands in front of each plugin (that is the guard). Main thread only; nothing
//! assumes that there is one plugin.

use super::{Guard, fenced};
use crate::plugin::Switchyard;
use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::version::CLAP_VERSION;
use nice_plug::prelude::ClapPlugin;
use nice_plug::wrapper::clap::{PluginDescriptor, Wrapper};
use nice_plug::wrapper::setup_logger;
use std::ffi::{CStr, c_char, c_void};
use std::sync::{Arc, LazyLock};

/// One plugin this binary offers.
pub(super) struct Listing {
    descriptor: PluginDescriptor,
    /// Makes the framework's wrapper; its `clap_plugin` frees it by `destroy`.
    pub(super) wrap: unsafe fn(*const clap_host) -> *const clap_plugin,
    set_up_log: fn(),
    /// How many stereo ports go in and out.
    pub(super) ports: (usize, usize),
}

impl Listing {
    fn of<P: ClapPlugin>() -> Listing {
        let layout = &P::AUDIO_IO_LAYOUTS[0];
        Listing {
            descriptor: PluginDescriptor::for_plugin::<P>(),
            wrap: wrap::<P>,
            set_up_log: setup_logger::<P>,
            ports: (1 + layout.aux_input_ports.len(), 1 + layout.aux_output_ports.len()),
        }
    }
}

/// Every plugin in this binary, in the order the factory lists them.
static PLUGINS: LazyLock<[Listing; 1]> = LazyLock::new(|| [Listing::of::<Switchyard>()]);

/// # Safety
/// `host` is a host that outlives the plugin.
unsafe fn wrap<P: ClapPlugin>(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: the caller's. `destroy` turns the pointer kept in `plugin_data` into an `Arc` again.
    unsafe { (*Arc::into_raw(Wrapper::<P>::new(host))).clap_plugin.as_ptr() }
}

unsafe extern "C" fn plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    fenced(0, || PLUGINS.len() as u32)
}

unsafe extern "C" fn plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    fenced(std::ptr::null(), || match PLUGINS.get(index as usize) {
        Some(listing) => listing.descriptor.clap_plugin_descriptor(),
        None => std::ptr::null(),
    })
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || id.is_null() {
        return std::ptr::null();
    }
    fenced(std::ptr::null(), || {
        // SAFETY: an id is a C string, and a host outlives its plugins.
        let id = unsafe { CStr::from_ptr(id) };
        match PLUGINS.iter().find(|listing| listing.descriptor.clap_id() == id) {
            Some(listing) => Box::into_raw(unsafe { Guard::new(listing, host) }).cast(),
            None => std::ptr::null(),
        }
    })
}

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(plugin_count),
    get_plugin_descriptor: Some(plugin_descriptor),
    create_plugin: Some(create_plugin),
};

unsafe extern "C" fn entry_init(_path: *const c_char) -> bool {
    fenced(false, || {
        PLUGINS.iter().for_each(|listing| (listing.set_up_log)());
        // The framework logs by `tracing`, the layers below the plugin by `log`; both end up in the
        // same place. It fails harmlessly if the program around us already set a logger.
        let _ = tracing_log::LogTracer::init_with_filter(log::LevelFilter::Info);
        true
    })
}

unsafe extern "C" fn entry_deinit() {}

unsafe extern "C" fn entry_factory(id: *const c_char) -> *const c_void {
    // SAFETY: an id is a C string.
    if !id.is_null() && unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID {
        std::ptr::from_ref(&FACTORY).cast()
    } else {
        std::ptr::null()
    }
}

/// The entry point that CLAP hosts, and the VST3 wrapper in this binary, look for.
#[allow(non_upper_case_globals)]
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(entry_init),
    deinit: Some(entry_deinit),
    get_factory: Some(entry_factory),
};
