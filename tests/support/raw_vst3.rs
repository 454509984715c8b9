//! A hand-made VST3 host around the module's own factory.
//!
//! Not here: checks, and blocks, which it borrows from the CLAP host.
#![allow(dead_code)]

use super::raw_host::{Block, Events, Port};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{Mutex, MutexGuard};
use switchyard::plugin::vst3_guard::GetPluginFactory;
use switchyard::routing::parameter::Parameter;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::com_scrape_types::Guid;
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// VST3's main thread: the tests of one program take turns to be it.
pub fn main_thread() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The module's factory; call it on [`main_thread`].
pub fn factory() -> ComPtr<IPluginFactory3> {
    let factory: ComPtr<FUnknown> =
        unsafe { ComPtr::from_raw(GetPluginFactory().cast()) }.expect("a factory");
    factory.cast().expect("the third kind")
}

/// # Safety
/// `object` is a COM object.
pub unsafe fn query(object: *mut FUnknown, id: &Guid) -> Option<*mut c_void> {
    let mut found = null_mut();
    let result =
        unsafe { ((*(*object).vtbl).queryInterface)(object, id.as_ptr().cast(), &mut found) };
    (result == kResultOk).then_some(found)
}

pub fn utf16(text: &[TChar]) -> String {
    let end = text.iter().position(|c| *c == 0).unwrap_or(text.len());
    String::from_utf16(&text[..end]).unwrap()
}

struct Context;

impl Class for Context {
    type Interfaces = (IHostApplication,);
}

impl IHostApplicationTrait for Context {
    unsafe fn getName(&self, _name: *mut String128) -> tresult {
        kResultOk
    }
    unsafe fn createInstance(
        &self,
        _class: *mut TUID,
        _interface: *mut TUID,
        _object: *mut *mut c_void,
    ) -> tresult {
        kResultFalse
    }
}

/// Bytes in memory.
struct Stream {
    bytes: RefCell<Vec<u8>>,
    at: Cell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, to: *mut c_void, count: int32, done: *mut int32) -> tresult {
        let bytes = self.bytes.borrow();
        let count = (count as usize).min(bytes.len() - self.at.get());
        unsafe {
            std::ptr::copy_nonoverlapping(bytes[self.at.get()..].as_ptr(), to.cast(), count);
            if !done.is_null() {
                *done = count as int32;
            }
        }
        self.at.set(self.at.get() + count);
        kResultOk
    }
    unsafe fn write(&self, from: *mut c_void, count: int32, done: *mut int32) -> tresult {
        unsafe {
            let from = std::slice::from_raw_parts(from.cast::<u8>(), count as usize);
            self.bytes.borrow_mut().extend(from);
            if !done.is_null() {
                *done = count;
            }
        }
        kResultOk
    }
    unsafe fn seek(&self, _: int64, _: int32, _: *mut int64) -> tresult {
        kNotImplemented
    }
    unsafe fn tell(&self, at: *mut int64) -> tresult {
        unsafe { *at = self.at.get() as int64 };
        kResultOk
    }
}

/// One change of one parameter.
struct Queue {
    id: ParamID,
    time: int32,
    value: ParamValue,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }
    unsafe fn getPointCount(&self) -> int32 {
        1
    }
    unsafe fn getPoint(&self, index: int32, time: *mut int32, value: *mut ParamValue) -> tresult {
        if index != 0 {
            return kResultFalse;
        }
        unsafe { (*time, *value) = (self.time, self.value) };
        kResultOk
    }
    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kResultFalse
    }
}

/// A block's changes; event times and values are taken as they are.
struct Changes(Vec<ComPtr<IParamValueQueue>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }
    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        self.0.get(index as usize).map_or(null_mut(), ComPtr::as_ptr)
    }
    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        null_mut()
    }
}

fn changes(events: &Events) -> ComPtr<IParameterChanges> {
    let queues = events.events.iter().flatten().map(|event| {
        let (id, time, value) = (event.param_id, event.header.time as int32, event.value);
        ComWrapper::new(Queue { id, time, value }).to_com_ptr().unwrap()
    });
    ComWrapper::new(Changes(queues.collect())).to_com_ptr().unwrap()
}

fn buses(ports: &[Port], pointers: &mut [Vec<*mut c_void>]) -> Vec<AudioBusBuffers> {
    ports
        .iter()
        .zip(pointers)
        .map(|(port, pointers)| AudioBusBuffers {
            numChannels: pointers.len() as int32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: if port.null { null_mut() } else { pointers.as_mut_ptr().cast() },
            },
        })
        .collect()
}

/// One instance.
pub struct Vst3 {
    pub component: ComPtr<IComponent>,
    pub processor: ComPtr<IAudioProcessor>,
    pub controller: ComPtr<IEditController>,
    context: ComPtr<IHostApplication>,
    /// Released last.
    _turn: MutexGuard<'static, ()>,
}

impl Vst3 {
    pub fn uninitialized() -> Vst3 {
        let turn = main_thread();
        let factory = factory();
        let mut object = null_mut();
        let component: ComPtr<IComponent> = unsafe {
            let mut class: PClassInfo = std::mem::zeroed();
            assert_eq!(factory.getClassInfo(0, &mut class), kResultOk);
            let id = IComponent::IID.as_ptr().cast();
            assert_eq!(factory.createInstance(class.cid.as_ptr(), id, &mut object), kResultOk);
            ComPtr::from_raw(object.cast()).unwrap()
        };
        Vst3 {
            processor: component.cast().unwrap(),
            controller: component.cast().unwrap(),
            component,
            context: ComWrapper::new(Context).to_com_ptr().unwrap(),
            _turn: turn,
        }
    }

    pub fn new() -> Vst3 {
        let vst3 = Vst3::uninitialized();
        let context = vst3.context.as_ptr().cast();
        assert_eq!(unsafe { vst3.component.initialize(context) }, kResultOk);
        vst3
    }

    pub fn activate(&self, longest: int32) {
        let mut setup = ProcessSetup {
            processMode: 0,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: longest,
            sampleRate: super::raw_host::RATE,
        };
        unsafe {
            assert_eq!(self.processor.setupProcessing(&mut setup), kResultOk);
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
    }

    /// The number VST3 knows a parameter by, from its frozen text id.
    pub fn id(&self, text: &str) -> ParamID {
        self.info(Parameter::from_id(text).unwrap().index()).id
    }

    pub fn title(&self, index: usize) -> String {
        utf16(&self.info(index).title)
    }

    fn info(&self, index: usize) -> ParameterInfo {
        unsafe {
            let mut info: ParameterInfo = std::mem::zeroed();
            assert_eq!(self.controller.getParameterInfo(index as int32, &mut info), kResultOk);
            info
        }
    }

    pub fn load(&self, bytes: &[u8]) -> tresult {
        let stream = Stream { bytes: RefCell::new(bytes.to_vec()), at: Cell::new(0) };
        let stream = ComWrapper::new(stream).to_com_ptr::<IBStream>().unwrap();
        unsafe { self.component.setState(stream.as_ptr()) }
    }

    pub fn save(&self) -> Vec<u8> {
        let stream = ComWrapper::new(Stream { bytes: RefCell::default(), at: Cell::new(0) });
        let stream_pointer = stream.to_com_ptr::<IBStream>().unwrap();
        assert_eq!(unsafe { self.component.getState(stream_pointer.as_ptr()) }, kResultOk);
        stream.bytes.borrow().clone()
    }

    /// A continuous parameter's value as it would be saved.
    pub fn saved_value(&self, id: &str) -> f64 {
        let state: serde_json::Value = serde_json::from_slice(&self.save()[8..]).unwrap();
        state["params"][id]["f32"].as_f64().unwrap()
    }

    /// Runs a block; afterwards its masks are the outputs' silence flags.
    pub fn process(&self, block: &mut Block) -> tresult {
        let (mut input_pointers, mut output_pointers) = block.pointers();
        let mut inputs = buses(&block.inputs, &mut input_pointers);
        let mut outputs = buses(&block.outputs, &mut output_pointers);
        let changes = changes(&block.events);
        let mut data = ProcessData {
            processMode: 0,
            symbolicSampleSize: 0,
            numSamples: block.frames as int32,
            numInputs: inputs.len() as int32,
            numOutputs: outputs.len() as int32,
            inputs: if inputs.is_empty() { null_mut() } else { inputs.as_mut_ptr() },
            outputs: if outputs.is_empty() { null_mut() } else { outputs.as_mut_ptr() },
            inputParameterChanges: changes.as_ptr(),
            outputParameterChanges: null_mut(),
            inputEvents: null_mut(),
            outputEvents: null_mut(),
            processContext: null_mut(),
        };
        let result = unsafe { self.processor.process(&mut data) };
        block.masks = outputs.iter().map(|bus| bus.silenceFlags).collect();
        block.assert_nothing_beyond_the_block_was_written();
        result
    }
}

impl Drop for Vst3 {
    fn drop(&mut self) {
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
            self.component.terminate();
        }
    }
}
