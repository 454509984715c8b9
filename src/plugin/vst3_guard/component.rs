//! The object a VST3 host holds instead of clap-wrapper's: component, processor and controller in
//! one, every interface of it forwarding to the wrapper's own.
//!
//! Not here: the factory, and buffers (that is [`super::buses`]). It lists the interfaces the
//! wrapper has for a plugin without notes; one with notes needs `IMidiMapping` as well. The
//! wrapper is never asked for interfaces it answers only after `initialize`, as it crashes before.
#![allow(non_snake_case)] // The names are VST3's.

use super::buses;
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::*};
use vst3::Steinberg::Vst::ChannelContext::{IInfoListener, IInfoListenerTrait};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComRef, ComWrapper};

/// A guarded component.
pub struct Component {
    component: ComPtr<IComponent>,
    processor: ComPtr<IAudioProcessor>,
    requirements: ComPtr<IProcessContextRequirements>,
    controller: ComPtr<IEditController>,
    controller2: ComPtr<IEditController2>,
    units: ComPtr<IUnitInfo>,
    expressions: ComPtr<INoteExpressionController>,
    /// Between `initialize` and `terminate`.
    initialized: AtomicBool,
    /// The component handler the host gave.
    handler: RefCell<Option<ComPtr<IComponentHandler>>>,
    /// All parameter ids, filled by the first `initialize`; they never change.
    ids: OnceCell<HashSet<ParamID>>,
    /// Stands in while the host has given no component handler, and while it loads a state.
    nobody: ComPtr<IComponentHandler>,
}

impl Class for Component {
    type Interfaces = (
        IComponent,
        IAudioProcessor,
        IProcessContextRequirements,
        IEditController,
        IEditController2,
        IUnitInfo,
        INoteExpressionController,
        IInfoListener,
    );
}

impl Component {
    /// A guard around a component of clap-wrapper's, `None` if it lacks an interface it should have.
    pub fn around(inner: &ComPtr<FUnknown>) -> Option<ComPtr<FUnknown>> {
        let guarded = Component {
            component: inner.cast()?,
            processor: inner.cast()?,
            requirements: inner.cast()?,
            controller: inner.cast()?,
            controller2: inner.cast()?,
            units: inner.cast()?,
            expressions: inner.cast()?,
            initialized: AtomicBool::new(false),
            handler: RefCell::new(None),
            ids: OnceCell::new(),
            nobody: ComWrapper::new(Nobody).to_com_ptr()?,
        };
        ComWrapper::new(guarded).to_com_ptr()
    }

    fn handler_or_nobody(&self) -> ComPtr<IComponentHandler> {
        self.handler.borrow().as_ref().unwrap_or(&self.nobody).clone()
    }

    /// Loads a state while nobody hears the component. clap-wrapper reports changed values from
    /// inside the load; Ardour 7.3 loads presets under a lock that this report waits for, and hangs.
    /// A host that sets a state reads the values afterwards on its own.
    ///
    /// # Safety
    /// The component is initialized; `load` is sound to call.
    unsafe fn quietly(&self, load: impl FnOnce() -> tresult) -> tresult {
        // SAFETY: both handlers live as long as this object keeps them.
        unsafe {
            self.controller.setComponentHandler(self.nobody.as_ptr());
            let result = load();
            self.controller.setComponentHandler(self.handler_or_nobody().as_ptr());
            result
        }
    }

    fn is_initialized(&self) -> bool {
        self.initialized.load(Acquire)
    }

    fn knows(&self, id: ParamID) -> bool {
        self.ids.get().is_some_and(|ids| ids.contains(&id))
    }

    /// # Safety
    /// The component is initialized.
    unsafe fn read_ids(&self) -> HashSet<ParamID> {
        // SAFETY: the info is plain data that the wrapper fills.
        unsafe {
            let count = self.controller.getParameterCount();
            let id = |index| {
                let mut info: ParameterInfo = std::mem::zeroed();
                let found = self.controller.getParameterInfo(index, &mut info);
                (found == kResultOk).then_some(info.id)
            };
            (0..count).filter_map(id).collect()
        }
    }
}

/// Implements an interface by calling the wrapper's.
macro_rules! forward {
    ($interface:ident for $inner:ident {
        $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*
    }) => {
        impl $interface for Component {
            $(unsafe fn $name(&self, $($argument: $type),*) -> $result {
                // SAFETY: the host's arguments go to the object they are meant for.
                unsafe { self.$inner.$name($($argument),*) }
            })*
        }
    };
}

impl IPluginBaseTrait for Component {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        if context.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the context is the host's, the handler lives as long as this object.
        unsafe {
            let result = self.component.initialize(context);
            if result == kResultOk {
                self.initialized.store(true, Release);
                self.ids.get_or_init(|| self.read_ids());
                if self.handler.borrow().is_none() {
                    self.controller.setComponentHandler(self.nobody.as_ptr());
                }
            }
            result
        }
    }

    unsafe fn terminate(&self) -> tresult {
        if !self.initialized.swap(false, AcqRel) {
            return kResultFalse;
        }
        self.handler.take();
        // SAFETY: it was initialized.
        unsafe { self.component.terminate() }
    }
}

impl IComponentTrait for Component {
    unsafe fn getControllerClassId(&self, class: *mut TUID) -> tresult {
        unsafe { self.component.getControllerClassId(class) }
    }
    unsafe fn setIoMode(&self, mode: IoMode) -> tresult {
        unsafe { self.component.setIoMode(mode) }
    }
    unsafe fn getBusCount(&self, media: MediaType, direction: BusDirection) -> int32 {
        unsafe { self.component.getBusCount(media, direction) }
    }
    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        info: *mut BusInfo,
    ) -> tresult {
        if info.is_null() {
            return kInvalidArgument;
        }
        unsafe { self.component.getBusInfo(media, direction, index, info) }
    }
    unsafe fn getRoutingInfo(&self, from: *mut RoutingInfo, to: *mut RoutingInfo) -> tresult {
        unsafe { self.component.getRoutingInfo(from, to) }
    }
    unsafe fn activateBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        state: TBool,
    ) -> tresult {
        unsafe { self.component.activateBus(media, direction, index, state) }
    }
    unsafe fn setActive(&self, state: TBool) -> tresult {
        match self.is_initialized() {
            true => unsafe { self.component.setActive(state) },
            false => kNotInitialized,
        }
    }
    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        match self.is_initialized() && !state.is_null() {
            // SAFETY: it is initialized and the stream is the host's.
            true => unsafe { self.quietly(|| self.component.setState(state)) },
            false => kInvalidArgument,
        }
    }
    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        match self.is_initialized() && !state.is_null() {
            true => unsafe { self.component.getState(state) },
            false => kInvalidArgument,
        }
    }
}

impl IAudioProcessorTrait for Component {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        let empty =
            (input_count > 0 && inputs.is_null()) || (output_count > 0 && outputs.is_null());
        if empty || input_count < 0 || output_count < 0 || !self.is_initialized() {
            return kInvalidArgument;
        }
        // SAFETY: the arrays are as long as the host says.
        unsafe { self.processor.setBusArrangements(inputs, input_count, outputs, output_count) }
    }

    unsafe fn getBusArrangement(
        &self,
        direction: BusDirection,
        index: int32,
        arrangement: *mut SpeakerArrangement,
    ) -> tresult {
        if arrangement.is_null() {
            return kInvalidArgument;
        }
        unsafe { self.processor.getBusArrangement(direction, index, arrangement) }
    }

    unsafe fn canProcessSampleSize(&self, size: int32) -> tresult {
        unsafe { self.processor.canProcessSampleSize(size) }
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        match self.is_initialized() {
            true => unsafe { self.processor.getLatencySamples() },
            false => 0,
        }
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        if setup.is_null() || !self.is_initialized() {
            return kInvalidArgument;
        }
        unsafe { self.processor.setupProcessing(setup) }
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        match self.is_initialized() {
            true => unsafe { self.processor.setProcessing(state) },
            false => kNotInitialized,
        }
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: the data are the host's, valid during the call.
        unsafe {
            match data.as_ref() {
                Some(data) if data.symbolicSampleSize == SymbolicSampleSizes_::kSample32 as i32 => {
                    buses::put_right(data, |data| self.processor.process(data))
                }
                _ => kInvalidArgument,
            }
        }
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        match self.is_initialized() {
            true => unsafe { self.processor.getTailSamples() },
            false => 0,
        }
    }
}

forward!(IProcessContextRequirementsTrait for requirements {
    fn getProcessContextRequirements() -> uint32;
});

impl IEditControllerTrait for Component {
    unsafe fn setComponentState(&self, state: *mut IBStream) -> tresult {
        unsafe { self.controller.setComponentState(state) }
    }
    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        unsafe { self.controller.setState(state) }
    }
    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        unsafe { self.controller.getState(state) }
    }
    unsafe fn getParameterCount(&self) -> int32 {
        unsafe { self.controller.getParameterCount() }
    }
    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        if info.is_null() {
            return kInvalidArgument;
        }
        unsafe { self.controller.getParameterInfo(index, info) }
    }
    unsafe fn getParamStringByValue(
        &self,
        id: ParamID,
        value: ParamValue,
        text: *mut String128,
    ) -> tresult {
        if text.is_null() || !self.knows(id) || !self.is_initialized() {
            return kInvalidArgument;
        }
        unsafe { self.controller.getParamStringByValue(id, value, text) }
    }
    unsafe fn getParamValueByString(
        &self,
        id: ParamID,
        text: *mut TChar,
        value: *mut ParamValue,
    ) -> tresult {
        if text.is_null() || value.is_null() || !self.knows(id) || !self.is_initialized() {
            return kInvalidArgument;
        }
        unsafe { self.controller.getParamValueByString(id, text, value) }
    }
    unsafe fn normalizedParamToPlain(&self, id: ParamID, value: ParamValue) -> ParamValue {
        unsafe { self.controller.normalizedParamToPlain(id, value) }
    }
    unsafe fn plainParamToNormalized(&self, id: ParamID, value: ParamValue) -> ParamValue {
        unsafe { self.controller.plainParamToNormalized(id, value) }
    }
    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        unsafe { self.controller.getParamNormalized(id) }
    }
    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        unsafe { self.controller.setParamNormalized(id, value) }
    }
    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: the handler is null or the host's, and is kept alive by a reference of ours.
        unsafe {
            let given = ComRef::from_raw(handler).map(|handler| handler.to_com_ptr());
            *self.handler.borrow_mut() = given;
            self.controller.setComponentHandler(self.handler_or_nobody().as_ptr())
        }
    }
    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        match self.is_initialized() {
            true => unsafe { self.controller.createView(name) },
            false => std::ptr::null_mut(),
        }
    }
}

forward!(IEditController2Trait for controller2 {
    fn setKnobMode(mode: KnobMode) -> tresult;
    fn openHelp(only_check: TBool) -> tresult;
    fn openAboutBox(only_check: TBool) -> tresult;
});

forward!(IUnitInfoTrait for units {
    fn getUnitCount() -> int32;
    fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
    fn getProgramListCount() -> int32;
    fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
    fn getProgramName(list: ProgramListID, program: int32, name: *mut String128) -> tresult;
    fn getProgramInfo(list: ProgramListID, program: int32, attribute: vst3::Steinberg::Vst::CString,
        value: *mut String128) -> tresult;
    fn hasProgramPitchNames(list: ProgramListID, program: int32) -> tresult;
    fn getProgramPitchName(list: ProgramListID, program: int32, pitch: int16,
        name: *mut String128) -> tresult;
    fn getSelectedUnit() -> UnitID;
    fn selectUnit(unit: UnitID) -> tresult;
    fn getUnitByBus(media: MediaType, direction: BusDirection, bus: int32, channel: int32,
        unit: *mut UnitID) -> tresult;
    fn setUnitProgramData(list: int32, program: int32, data: *mut IBStream) -> tresult;
});

forward!(INoteExpressionControllerTrait for expressions {
    fn getNoteExpressionCount(bus: int32, channel: int16) -> int32;
    fn getNoteExpressionInfo(bus: int32, channel: int16, index: int32,
        info: *mut NoteExpressionTypeInfo) -> tresult;
    fn getNoteExpressionStringByValue(bus: int32, channel: int16, id: NoteExpressionTypeID,
        value: NoteExpressionValue, text: *mut String128) -> tresult;
    fn getNoteExpressionValueByString(bus: int32, channel: int16, id: NoteExpressionTypeID,
        text: *const TChar, value: *mut NoteExpressionValue) -> tresult;
});

impl IInfoListenerTrait for Component {
    unsafe fn setChannelContextInfos(&self, list: *mut IAttributeList) -> tresult {
        if list.is_null() || !self.is_initialized() {
            return kInvalidArgument;
        }
        match self.component.cast::<IInfoListener>() {
            Some(listener) => unsafe { listener.setChannelContextInfos(list) },
            None => kNotImplemented,
        }
    }
}

/// A component handler that does nothing.
struct Nobody;

impl Class for Nobody {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Nobody {
    unsafe fn beginEdit(&self, _id: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn performEdit(&self, _id: ParamID, _value: ParamValue) -> tresult {
        kResultOk
    }
    unsafe fn endEdit(&self, _id: ParamID) -> tresult {
        kResultOk
    }
    unsafe fn restartComponent(&self, _flags: int32) -> tresult {
        kResultOk
    }
}
