//! A hand-made CLAP host that can do everything wrong: it lends missing, null, shared or short
//! buffers and sends events no host should send.
//!
//! Not here: checks. It speaks to the plugin only through CLAP's C interface.
#![allow(dead_code)] // Each test file uses its part.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::ext::{audio_ports::*, params::*, state::*, tail::*, thread_check::*};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::*;
use clap_sys::stream::{clap_istream, clap_ostream};
use clap_sys::version::CLAP_VERSION;
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread::ThreadId;
use switchyard::plugin::clap_guard;
use switchyard::plugin::parameters::HostParameters;
use switchyard::routing::parameter::Parameter;

pub const RATE: f64 = 48_000.0;
pub const PORTS: usize = 16;

/// What the plugin asked of the host.
#[derive(Default)]
pub struct Asked {
    pub dirty: AtomicU32,
    pub callbacks: AtomicU32,
    pub params_rescans: AtomicU32,
    pub ports_rescans: AtomicU32,
}

struct HostBox {
    host: clap_host,
    asked: Asked,
    main: ThreadId,
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
    match unsafe { CStr::from_ptr(id) } {
        id if id == CLAP_EXT_STATE => (&raw const STATE).cast(),
        id if id == CLAP_EXT_PARAMS => (&raw const PARAMS).cast(),
        id if id == CLAP_EXT_AUDIO_PORTS => (&raw const PORTS).cast(),
        id if id == CLAP_EXT_THREAD_CHECK => (&raw const THREADS).cast(),
        _ => null(),
    }
}
unsafe extern "C" fn nothing(_: *const clap_host) {}
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
                request_restart: Some(nothing),
                request_process: Some(nothing),
                request_callback: Some(callback),
            },
            asked: Asked::default(),
            main: std::thread::current().id(),
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

/// Where a port's channels lie: indices into a block's memory, `None` for a null pointer.
#[derive(Clone, Debug, Default)]
pub struct Port {
    pub channels: Vec<Option<usize>>,
    /// The array of channels itself is null.
    pub null: bool,
    /// The memory is lent as 64-bit samples.
    pub double: bool,
}

/// Samples beyond the block that nobody may touch.
const BEYOND: usize = 16;
const UNTOUCHED: f32 = 12345.0;

/// One block as the host lends it.
pub struct Block {
    pub frames: usize,
    memory: Vec<Vec<f64>>,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub events: Events,
    pub masks: Vec<u64>,
    singles: BTreeSet<usize>,
}

fn buffers(ports: &[Port], pointers: &mut [Vec<*mut c_void>]) -> Vec<clap_audio_buffer> {
    let lent = |lent: bool, pointers: &mut Vec<*mut c_void>| -> *mut c_void {
        if lent { pointers.as_mut_ptr().cast() } else { null_mut() }
    };
    ports
        .iter()
        .zip(pointers)
        .map(|(port, pointers)| clap_audio_buffer {
            data32: lent(!port.null && !port.double, pointers).cast(),
            data64: lent(!port.null && port.double, pointers).cast(),
            channel_count: pointers.len() as u32,
            latency: 0,
            constant_mask: 0,
        })
        .collect()
}

/// A test signal whose sums are exact: small multiples of 1/1024, different in every channel.
pub fn signal(port: usize, side: usize, n: usize) -> f32 {
    ((n * 7 + port * 13 + side * 5 + 1) % 32) as f32 / 1024.0
}

impl Block {
    /// All sixteen stereo ports both ways, inputs filled with [`signal`], outputs with rubbish.
    pub fn whole(frames: usize) -> Block {
        let mut block = Block::empty(frames);
        for port in 0..PORTS {
            let channels = (0..2)
                .map(|side| {
                    let at = block.lend(7.0);
                    block.fill(at, |n| signal(port, side, n));
                    Some(at)
                })
                .collect();
            block.inputs.push(Port { channels, ..Port::default() });
        }
        for _ in 0..PORTS {
            let channels = (0..2).map(|_| Some(block.lend(f32::NAN))).collect();
            block.outputs.push(Port { channels, ..Port::default() });
        }
        block
    }

    /// As [`Block::whole`], with all memory in 64-bit samples.
    pub fn whole_in_doubles(frames: usize) -> Block {
        let mut block = Block::whole(frames);
        for port in 0..PORTS {
            block.inputs[port].double = true;
            block.outputs[port].double = true;
            for side in 0..2 {
                let input = block.lend_double(|n| f64::from(signal(port, side, n)));
                let output = block.lend_double(|_| f64::NAN);
                block.inputs[port].channels[side] = Some(input);
                block.outputs[port].channels[side] = Some(output);
            }
        }
        block
    }

    /// No ports at all.
    pub fn empty(frames: usize) -> Block {
        Block {
            frames,
            memory: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            events: Events::default(),
            masks: Vec::new(),
            singles: BTreeSet::new(),
        }
    }

    /// Another piece of memory for one channel, filled with a value; its index. It is aligned and
    /// long enough for 64-bit samples.
    pub fn lend(&mut self, value: f32) -> usize {
        self.memory.push(vec![0.0; self.frames + BEYOND]);
        let at = self.memory.len() - 1;
        self.singles.insert(at);
        self.samples_mut(at).fill(UNTOUCHED);
        self.fill(at, |_| value);
        at
    }

    /// As [`Block::lend`], for 64-bit samples.
    pub fn lend_double(&mut self, sample: impl Fn(usize) -> f64) -> usize {
        let frames = self.frames;
        let mut samples: Vec<f64> = (0..frames).map(sample).collect();
        samples.resize(frames + BEYOND, f64::from(UNTOUCHED));
        self.memory.push(samples);
        self.memory.len() - 1
    }

    fn samples_mut(&mut self, at: usize) -> &mut [f32] {
        let memory = &mut self.memory[at];
        unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), memory.len()) }
    }

    pub fn fill(&mut self, at: usize, sample: impl Fn(usize) -> f32) {
        let frames = self.frames;
        self.samples_mut(at)[..frames].iter_mut().enumerate().for_each(|(n, x)| *x = sample(n));
    }

    /// The samples of a piece of memory.
    pub fn samples(&self, at: usize) -> &[f32] {
        let memory = &self.memory[at];
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), self.frames) }
    }

    pub fn doubles(&self, at: usize) -> &[f64] {
        &self.memory[at][..self.frames]
    }

    /// One channel of an output port.
    pub fn output(&self, port: usize, side: usize) -> &[f32] {
        self.samples(self.outputs[port].channels[side].unwrap())
    }

    /// What an input port's channel holds now.
    pub fn input(&self, port: usize, side: usize) -> &[f32] {
        self.samples(self.inputs[port].channels[side].unwrap())
    }

    /// The channel pointers of the inputs and of the outputs.
    pub fn pointers(&mut self) -> (Vec<Vec<*mut c_void>>, Vec<Vec<*mut c_void>>) {
        let memory = &mut self.memory;
        let mut of = |ports: &[Port]| -> Vec<Vec<*mut c_void>> {
            let mut at = |channel: &Option<usize>| match channel {
                Some(index) => memory[*index].as_mut_ptr().cast(),
                None => null_mut(),
            };
            ports.iter().map(|port| port.channels.iter().map(&mut at).collect()).collect()
        };
        (of(&self.inputs), of(&self.outputs))
    }

    /// Calls `process` with everything prepared, and afterwards checks that it kept to the block.
    pub fn lend_to<R>(&mut self, process: impl FnOnce(&clap_process) -> R) -> R {
        let (mut input_pointers, mut output_pointers) = self.pointers();
        let inputs = buffers(&self.inputs, &mut input_pointers);
        let mut outputs = buffers(&self.outputs, &mut output_pointers);
        let list = self.events.list();
        let result = process(&clap_process {
            steady_time: -1,
            frames_count: self.frames as u32,
            transport: null(),
            audio_inputs: if inputs.is_empty() { null() } else { inputs.as_ptr() },
            audio_outputs: if outputs.is_empty() { null_mut() } else { outputs.as_mut_ptr() },
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: if self.events.absent { null() } else { &list },
            out_events: null(),
        });
        self.masks = outputs.iter().map(|buffer| buffer.constant_mask).collect();
        self.assert_nothing_beyond_the_block_was_written();
        result
    }

    pub fn assert_nothing_beyond_the_block_was_written(&self) {
        for (at, memory) in self.memory.iter().enumerate() {
            if self.singles.contains(&at) {
                let all: &[f32] =
                    unsafe { std::slice::from_raw_parts(memory.as_ptr().cast(), memory.len()) };
                assert!(all[self.frames..].iter().all(|x| *x == UNTOUCHED), "memory {at}");
            } else {
                let beyond = &memory[self.frames..];
                assert!(beyond.iter().all(|x| *x == f64::from(UNTOUCHED)), "memory {at}");
            }
        }
    }
}

/// Events in the order the host sends them, `None` for a null pointer.
#[derive(Default)]
pub struct Events {
    pub events: Vec<Option<Box<clap_event_param_value>>>,
    /// The list itself is null.
    pub absent: bool,
}

impl Events {
    pub fn set(mut self, time: u32, id: u32, value: f64) -> Events {
        self.push(time, id, value);
        self
    }

    pub fn push(&mut self, time: u32, id: u32, value: f64) {
        self.events.push(Some(Box::new(param_event(time, id, value))));
    }

    pub fn list(&self) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            unsafe { (*(*list).ctx.cast::<Events>()).events.len() as u32 }
        }
        unsafe extern "C" fn get(
            list: *const clap_input_events,
            index: u32,
        ) -> *const clap_event_header {
            let events = unsafe { &(*(*list).ctx.cast::<Events>()).events };
            match events.get(index as usize) {
                Some(Some(event)) => &event.header,
                _ => null(),
            }
        }
        clap_input_events {
            ctx: (&raw const *self).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        }
    }
}

pub fn param_event(time: u32, id: u32, value: f64) -> clap_event_param_value {
    clap_event_param_value {
        header: clap_event_header {
            size: size_of::<clap_event_param_value>() as u32,
            time,
            space_id: CLAP_CORE_EVENT_SPACE_ID,
            type_: CLAP_EVENT_PARAM_VALUE,
            flags: 0,
        },
        param_id: id,
        cookie: null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}

pub fn name_of(field: &[c_char]) -> String {
    unsafe { CStr::from_ptr(field.as_ptr()) }.to_str().unwrap().to_string()
}
