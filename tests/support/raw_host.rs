//! A hand-made CLAP host that can do everything wrong: it lends missing, null, shared or short
//! buffers and sends events no host should send.
//!
//! Not here: checks. It speaks to the plugin only through CLAP's C interface.
#![allow(dead_code, unused_imports)] // Each test file uses its part.

#[path = "blocks.rs"]
mod blocks;

pub use blocks::*;

use clap_sys::ext::{audio_ports::*, params::*, state::*, tail::*, thread_check::*, track_info::*};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::*;
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use switchyard::plugin::clap_guard;
use switchyard::plugin::parameters::HostParameters;
use switchyard::routing::parameter::Parameter;

pub const RATE: f64 = 48_000.0;

/// What the plugin asked of the host.
#[derive(Default)]
pub struct Asked {
    pub dirty: AtomicU32,
    pub callbacks: AtomicU32,
    pub params_rescans: AtomicU32,
    pub ports_rescans: AtomicU32,
    pub restarts: AtomicU32,
    pub runs: AtomicU32,
}

struct HostBox {
    host: clap_host,
    asked: Asked,
    main: ThreadId,
    /// The track's name and colour, if the host tells any.
    track: Mutex<Option<(String, [u8; 3])>>,
}

unsafe fn host_box<'a>(host: *const clap_host) -> &'a HostBox {
    unsafe { &*(*host).host_data.cast::<HostBox>() }
}

unsafe extern "C" fn host_extension(_: *const clap_host, id: *const c_char) -> *const c_void {
    static STATE: clap_host_state = clap_host_state { mark_dirty: Some(mark_dirty) };
    static PARAMS: clap_host_params = clap_host_params {
        rescan: Some(params_rescan),
        clear: Some(params_clear),
        request_flush: Some(nothing),
    };
    static PORTS: clap_host_audio_ports = clap_host_audio_ports {
        is_rescan_flag_supported: Some(supports),
        rescan: Some(ports_rescan),
    };
    static THREADS: clap_host_thread_check =
        clap_host_thread_check { is_main_thread: Some(is_main), is_audio_thread: Some(is_audio) };
    static TRACK: clap_host_track_info = clap_host_track_info { get: Some(track) };
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_STATE => (&raw const STATE).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_AUDIO_PORTS => (&raw const PORTS).cast(),
        id if id == CLAP_EXT_THREAD_CHECK => (&raw const THREADS).cast(),
        id if id == CLAP_EXT_TRACK_INFO => (&raw const TRACK).cast(),
        _ => null(),
    }
}
unsafe extern "C" fn track(host: *const clap_host, info: *mut clap_track_info) -> bool {
    let track = unsafe { host_box(host) }.track.lock().unwrap();
    let Some((name, [red, green, blue])) = &*track else { return false };
    let info = unsafe { &mut *info };
    info.flags = CLAP_TRACK_INFO_HAS_TRACK_NAME | CLAP_TRACK_INFO_HAS_TRACK_COLOR;
    for (to, from) in info.name.iter_mut().zip(name.as_bytes().iter().chain([&0])) {
        *to = *from as c_char;
    }
    (info.color.red, info.color.green, info.color.blue) = (*red, *green, *blue);
    true
}
unsafe extern "C" fn nothing(_: *const clap_host) {}
unsafe extern "C" fn restart(host: *const clap_host) {
    unsafe { host_box(host) }.asked.restarts.fetch_add(1, SeqCst);
}
unsafe extern "C" fn run(host: *const clap_host) {
    unsafe { host_box(host) }.asked.runs.fetch_add(1, SeqCst);
}
unsafe extern "C" fn callback(host: *const clap_host) {
    unsafe { host_box(host) }.asked.callbacks.fetch_add(1, SeqCst);
}
unsafe extern "C" fn mark_dirty(host: *const clap_host) {
    unsafe { host_box(host) }.asked.dirty.fetch_add(1, SeqCst);
}
unsafe extern "C" fn params_rescan(host: *const clap_host, flags: u32) {
    unsafe { host_box(host) }.asked.params_rescans.fetch_or(flags, SeqCst);
}
unsafe extern "C" fn params_clear(_: *const clap_host, _: u32, _: u32) {}
unsafe extern "C" fn supports(_: *const clap_host, _: u32) -> bool {
    true
}
unsafe extern "C" fn ports_rescan(host: *const clap_host, flags: u32) {
    unsafe { host_box(host) }.asked.ports_rescans.fetch_or(flags, SeqCst);
}
unsafe extern "C" fn is_main(host: *const clap_host) -> bool {
    unsafe { host_box(host) }.main == std::thread::current().id()
}
unsafe extern "C" fn is_audio(host: *const clap_host) -> bool {
    !unsafe { is_main(host) }
}

/// The factory behind the entry point, initialised once.
pub fn factory() -> *const clap_plugin_factory {
    static INIT: std::sync::Once = std::sync::Once::new();
    INIT.call_once(|| assert!(unsafe { clap_guard::clap_entry.init.unwrap()(c"".as_ptr()) }));
    let factory =
        unsafe { clap_guard::clap_entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr()) };
    assert!(!factory.is_null());
    factory.cast()
}

/// One plugin in the host.
pub struct Instance {
    pub plugin: *const clap_plugin,
    host: Box<HostBox>,
    active: bool,
}

// SAFETY: the tests hand an instance to one audio thread at a time, as a host does.
unsafe impl Sync for Instance {}

macro_rules! call {
    ($table:expr, $function:ident($($argument:expr),*)) => {
        unsafe { ((*$table).$function.unwrap())($($argument),*) }
    };
}

impl Instance {
    pub fn new() -> Instance {
        let mut host = Box::new(HostBox {
            host: clap_host {
                clap_version: CLAP_VERSION,
                host_data: null_mut(),
                name: c"raw".as_ptr(),
                vendor: c"".as_ptr(),
                url: c"".as_ptr(),
                version: c"1".as_ptr(),
                get_extension: Some(host_extension),
                request_restart: Some(restart),
                request_process: Some(run),
                request_callback: Some(callback),
            },
            asked: Asked::default(),
            main: std::thread::current().id(),
            track: Mutex::default(),
        });
        host.host.host_data = (&raw mut *host).cast();
        let factory = factory();
        let descriptor = call!(factory, get_plugin_descriptor(factory, 0));
        let plugin = call!(factory, create_plugin(factory, &host.host, (*descriptor).id));
        assert!(!plugin.is_null());
        assert!(call!(plugin, init(plugin)));
        Instance { plugin, host, active: false }
    }

    /// Active and processing, with blocks of up to `longest` samples announced.
    pub fn running(longest: u32) -> Instance {
        let mut instance = Instance::new();
        instance.activate(longest);
        instance
    }

    pub fn activate(&mut self, longest: u32) {
        assert!(call!(self.plugin, activate(self.plugin, RATE, 1, longest)));
        assert!(call!(self.plugin, start_processing(self.plugin)));
        self.active = true;
    }

    pub fn deactivate(&mut self) {
        if std::mem::take(&mut self.active) {
            call!(self.plugin, stop_processing(self.plugin));
            call!(self.plugin, deactivate(self.plugin));
        }
    }

    /// The user renames and recolours the track the plugin is on.
    pub fn set_track(&self, name: &str, colour: [u8; 3]) {
        *self.host.track.lock().unwrap() = Some((name.into(), colour));
        let table: &clap_plugin_track_info = self.extension(CLAP_EXT_TRACK_INFO);
        call!(table, changed(self.plugin));
    }

    pub fn asked(&self) -> &Asked {
        &self.host.asked
    }

    pub fn shared(&self) -> Arc<HostParameters> {
        unsafe { clap_guard::parameters(self.plugin) }.unwrap()
    }

    pub fn on_main_thread(&self) {
        call!(self.plugin, on_main_thread(self.plugin));
    }

    pub fn extension<T>(&self, id: &CStr) -> &T {
        let table = call!(self.plugin, get_extension(self.plugin, id.as_ptr()));
        unsafe { table.cast::<T>().as_ref() }.expect("the plugin has the extension")
    }

    pub fn params(&self) -> &clap_plugin_params {
        self.extension(CLAP_EXT_PARAMS)
    }

    pub fn param_info(&self, index: u32) -> Option<clap_param_info> {
        let mut info = unsafe { std::mem::zeroed() };
        call!(self.params(), get_info(self.plugin, index, &mut info)).then_some(info)
    }

    pub fn port_info(&self, index: u32, is_input: bool) -> Option<clap_audio_port_info> {
        let mut info = unsafe { std::mem::zeroed() };
        let ports: &clap_plugin_audio_ports = self.extension(CLAP_EXT_AUDIO_PORTS);
        call!(ports, get(self.plugin, index, is_input, &mut info)).then_some(info)
    }

    /// The number by which CLAP knows a parameter, from its frozen text id.
    pub fn id(&self, text: &str) -> u32 {
        let parameter = Parameter::from_id(text).unwrap_or_else(|| panic!("no parameter {text}"));
        self.param_info(parameter.index() as u32).unwrap().id
    }

    pub fn value(&self, id: u32) -> f64 {
        let mut value = f64::NAN;
        assert!(call!(self.params(), get_value(self.plugin, id, &mut value)));
        value
    }

    pub fn tail(&self) -> u32 {
        let tail: &clap_plugin_tail = self.extension(CLAP_EXT_TAIL);
        call!(tail, get(self.plugin))
    }

    /// Sets parameters outside of processing.
    pub fn flush(&self, events: &Events) {
        call!(self.params(), flush(self.plugin, &events.list(), null()));
    }

    pub fn save(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        assert!(call!(state, save(self.plugin, &stream)));
        bytes
    }

    pub fn load(&self, bytes: &[u8]) -> bool {
        self.load_in_pieces(bytes, usize::MAX)
    }

    /// Loads from a stream that gives at most `piece` bytes at a time.
    pub fn load_in_pieces(&self, bytes: &[u8], piece: usize) -> bool {
        let mut source = Source { left: bytes, piece };
        let stream = clap_istream { ctx: (&raw mut source).cast(), read: Some(read) };
        self.load_stream(&stream)
    }

    pub fn load_stream(&self, stream: *const clap_istream) -> bool {
        let state: &clap_plugin_state = self.extension(CLAP_EXT_STATE);
        call!(state, load(self.plugin, stream))
    }

    pub fn process(&self, block: &mut Block) -> i32 {
        block.lend_to(|process| self.process_raw(process))
    }

    pub fn process_raw(&self, process: &clap_process) -> i32 {
        call!(self.plugin, process(self.plugin, process))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
        call!(self.plugin, destroy(self.plugin));
    }
}

struct Source<'a> {
    left: &'a [u8],
    piece: usize,
}
unsafe extern "C" fn read(stream: *const clap_istream, into: *mut c_void, size: u64) -> i64 {
    let source = unsafe { &mut *(*stream).ctx.cast::<Source>() };
    let count = source.left.len().min(size as usize).min(source.piece);
    unsafe { std::ptr::copy_nonoverlapping(source.left.as_ptr(), into.cast(), count) };
    source.left = &source.left[count..];
    count as i64
}
unsafe extern "C" fn write(stream: *const clap_ostream, from: *const c_void, size: u64) -> i64 {
    let bytes = unsafe { &mut *(*stream).ctx.cast::<Vec<u8>>() };
    // In small pieces, as hosts may.
    let count = size.min(1000) as usize;
    bytes.extend(unsafe { std::slice::from_raw_parts(from.cast::<u8>(), count) });
    count as i64
}

pub fn name_of(field: &[c_char]) -> String {
    unsafe { CStr::from_ptr(field.as_ptr()) }.to_str().unwrap().to_string()
}
