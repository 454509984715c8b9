//! The VST3 border, through the module's own factory, called as the worst host would call it.
#![cfg(feature = "plugin")]

#[path = "support/raw_host.rs"]
mod raw_host;
#[path = "support/raw_vst3.rs"]
mod raw_vst3;
#[macro_use]
#[path = "support/cases.rs"]
mod cases;

use cases::{assert_fanned_out, fan_out, silent, sum};
use raw_host::{Block, Instance, PORTS, Port};
use raw_vst3::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use switchyard::routing::parameter::{ALL, COUNT};
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};

/// The routing of [`fan_out`] as a saved state.
fn fanned_out() -> Vec<u8> {
    let instance = Instance::new();
    fan_out(&instance);
    instance.save()
}

fn running_fanned_out(longest: i32) -> Vst3 {
    let vst3 = Vst3::new();
    assert_eq!(vst3.load(&fanned_out()), kResultOk);
    vst3.activate(longest);
    vst3
}

fn process(vst3: &Vst3, block: &mut Block) {
    assert_eq!(vst3.process(block), kResultOk);
}

buffer_cases!(running_fanned_out(64), process);

#[test]
fn buses_beyond_the_sixteenth_and_channels_beyond_the_second_are_cleared_and_flagged_silent() {
    let vst3 = running_fanned_out(64);
    let mut block = Block::whole(64);
    for port in 0..PORTS + 3 {
        let (input, output) = (block.lend(1.0), block.lend(f32::NAN));
        if port < PORTS {
            block.inputs[port].channels.push(Some(input));
            block.outputs[port].channels.push(Some(output));
        } else {
            block.inputs.push(Port { channels: vec![Some(input); 2], ..Port::default() });
            block.outputs.push(Port { channels: vec![Some(output)], ..Port::default() });
        }
    }
    vst3.process(&mut block);
    assert_fanned_out(&block, "too many");
    assert!((0..PORTS).all(|port| silent(block.output(port, 2)) && block.masks[port] == 0b100));
    for port in PORTS..PORTS + 3 {
        assert!(silent(block.output(port, 0)) && block.masks[port] == 0b1);
    }
}

#[test]
fn a_block_of_no_frames_only_applies_its_changes() {
    let vst3 = running_fanned_out(64);
    let id = vst3.id("s1fd");
    for (whole, value) in [(true, 0.25), (false, 0.5)] {
        let mut block = if whole { Block::whole(0) } else { Block::empty(0) };
        block.events.push(0, id, value);
        assert_eq!(vst3.process(&mut block), kResultOk);
        assert_eq!(vst3.saved_value("s1fd"), value);
    }
}

#[test]
fn changes_past_the_block_take_effect_on_its_last_sample() {
    for time in [63, 64, 1000, i32::MAX as u32, -5i32 as u32] {
        let vst3 = running_fanned_out(64);
        let (mut first, mut second) = (Block::whole(64), Block::whole(64));
        first.events.push(time, vst3.id("mnmu"), 1.0);
        vst3.process(&mut first);
        vst3.process(&mut second);
        assert_eq!(first.output(0, 0)[..63], sum(0..PORTS, 0, 64)[..63], "a change at {time}");
        assert_ne!(second.output(0, 0), sum(0..PORTS, 0, 64), "a change at {time}");
    }
}

#[test]
fn processing_before_activation_or_of_nothing_is_refused() {
    let vst3 = Vst3::new();
    assert_ne!(vst3.process(&mut Block::whole(64)), kResultOk);
    vst3.activate(64);
    assert_eq!(vst3.process(&mut Block::whole(64)), kResultOk);
    unsafe {
        assert_ne!(vst3.processor.process(std::ptr::null_mut()), kResultOk);
        assert_ne!(vst3.processor.canProcessSampleSize(1), kResultOk);
    }
}

#[test]
fn a_host_that_skips_initialize_gets_errors_and_no_crash() {
    let vst3 = Vst3::uninitialized();
    let mut setup = ProcessSetup {
        processMode: 0,
        symbolicSampleSize: 0,
        maxSamplesPerBlock: 64,
        sampleRate: 48e3,
    };
    unsafe {
        assert_ne!(vst3.component.initialize(std::ptr::null_mut()), kResultOk);
        assert_ne!(vst3.component.setActive(1), kResultOk);
        assert_ne!(vst3.load(&fanned_out()), kResultOk);
        assert_ne!(vst3.component.getState(std::ptr::null_mut()), kResultOk);
        assert_ne!(vst3.processor.setupProcessing(&mut setup), kResultOk);
        assert_ne!(vst3.processor.setProcessing(1), kResultOk);
        assert_eq!(vst3.processor.getLatencySamples(), 0);
        assert!(vst3.controller.createView(ViewType::kEditor).is_null());
        assert!(vst3.component.cast::<ChannelContext::IInfoListener>().is_some());
        assert_ne!(vst3.process(&mut Block::whole(64)), kResultOk);
        assert_ne!(vst3.component.terminate(), kResultOk);
    }
}

#[test]
fn unknown_parameters_and_null_pointers_are_refused() {
    let vst3 = Vst3::new();
    let known = vst3.id("s1fd");
    let (mut text, mut value) = ([0; 128], 0.0);
    unsafe {
        let controller = &vst3.controller;
        assert_eq!(controller.getParamStringByValue(known, 0.75, &mut text), kResultOk);
        assert_eq!(utf16(&text), "0.0 dB");
        assert_ne!(controller.getParamStringByValue(0x7ffffff1, 0.5, &mut text), kResultOk);
        assert_ne!(controller.getParamStringByValue(known, 0.5, std::ptr::null_mut()), kResultOk);
        let typed = text.as_mut_ptr();
        assert_eq!(controller.getParamValueByString(known, typed, &mut value), kResultOk);
        assert!((value - 0.75).abs() < 1e-6);
        assert_ne!(controller.getParamValueByString(0x7ffffff1, typed, &mut value), kResultOk);
        assert_ne!(controller.getParameterInfo(COUNT as i32, &mut std::mem::zeroed()), kResultOk);
        assert_ne!(controller.getParameterInfo(0, std::ptr::null_mut()), kResultOk);
        assert_ne!(vst3.component.setState(std::ptr::null_mut()), kResultOk);
        let none = std::ptr::null_mut();
        assert_ne!(vst3.processor.setBusArrangements(none, 16, none, 16), kResultOk);
    }
}

#[test]
fn a_state_loaded_without_a_component_handler_tells_nobody() {
    let vst3 = Vst3::new();
    assert_eq!(vst3.load(&fanned_out()), kResultOk);
    unsafe { vst3.controller.setComponentHandler(std::ptr::null_mut()) };
    assert_eq!(vst3.load(&fanned_out()), kResultOk);
}

/// A host's component handler that counts what it is told.
struct Told(Arc<AtomicUsize>);

impl Class for Told {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Told {
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
        self.0.fetch_add(1, Ordering::Relaxed);
        kResultOk
    }
}

#[test]
fn a_host_is_told_nothing_from_inside_the_state_load_it_waits_for_and_finds_the_new_values() {
    let told = Arc::new(AtomicUsize::new(0));
    let handler = ComWrapper::new(Told(Arc::clone(&told))).to_com_ptr::<IComponentHandler>();
    let handler = handler.unwrap();
    let vst3 = Vst3::new();
    unsafe { vst3.controller.setComponentHandler(handler.as_ptr()) };
    let (send, before) = (vst3.id("s3b3"), vst3.saved_value("s3b3"));
    assert_eq!(vst3.load(&fanned_out()), kResultOk);
    assert_eq!(told.load(Ordering::Relaxed), 0);
    let after = unsafe { vst3.controller.getParamNormalized(send) };
    assert!(before == 0.0 && (after - 0.75).abs() < 1e-6, "{before} and then {after}");
    unsafe { vst3.controller.setComponentHandler(std::ptr::null_mut()) };
}

#[test]
fn a_state_comes_back_in_a_fresh_instance_and_garbage_changes_nothing() {
    let state = fanned_out();
    let vst3 = Vst3::new();
    assert_ne!(vst3.save(), state);
    assert_eq!(vst3.load(&state), kResultOk);
    assert_eq!(vst3.save(), state);
    for garbage in [&b""[..], b"RIFF", &state[..state.len() / 2], &[0xff; 64]] {
        assert_ne!(vst3.load(garbage), kResultOk);
        assert_eq!(vst3.save(), state);
    }
}

#[test]
fn all_parameters_are_there_with_their_names() {
    let vst3 = Vst3::new();
    assert_eq!(unsafe { vst3.controller.getParameterCount() } as usize, COUNT);
    for (index, parameter) in ALL.iter().enumerate() {
        assert_eq!(vst3.title(index), parameter.name());
    }
}

#[test]
fn sixteen_stereo_buses_each_way_have_their_names() {
    let vst3 = Vst3::new();
    for (direction, names) in [(0, ["In 1", "In 2", "In 16"]), (1, ["Main", "Bus 1", "Cue"])] {
        assert_eq!(unsafe { vst3.component.getBusCount(0, direction) }, 16);
        for (index, name) in [0, 1, 15].into_iter().zip(names) {
            let mut info: BusInfo = unsafe { std::mem::zeroed() };
            let found = unsafe { vst3.component.getBusInfo(0, direction, index, &mut info) };
            assert_eq!((found, info.channelCount), (kResultOk, 2));
            assert_eq!(utf16(&info.name), name);
        }
    }
}

#[test]
fn any_interface_asked_for_any_other_gives_the_same_guarded_object() {
    let vst3 = Vst3::new();
    let unknown = |object: *mut FUnknown| -> ComPtr<FUnknown> {
        unsafe { ComPtr::from_raw(query(object, &FUnknown::IID).unwrap().cast()).unwrap() }
    };
    let identity = unknown(vst3.component.as_ptr().cast());
    let ids = [
        FUnknown::IID,
        IPluginBase::IID,
        IComponent::IID,
        IAudioProcessor::IID,
        IProcessContextRequirements::IID,
        IEditController::IID,
        IEditController2::IID,
        IUnitInfo::IID,
        INoteExpressionController::IID,
        ChannelContext::IInfoListener::IID,
    ];
    for from in ids {
        let start = unsafe { query(identity.as_ptr(), &from) }.unwrap();
        let start: ComPtr<FUnknown> = unsafe { ComPtr::from_raw(start.cast()) }.unwrap();
        assert_eq!(unknown(start.as_ptr()).as_ptr(), identity.as_ptr());
        for to in ids {
            let (there, direct) =
                unsafe { (query(start.as_ptr(), &to), query(identity.as_ptr(), &to)) };
            assert!(there.is_some() && there == direct);
            for object in [there, direct] {
                drop(unsafe { ComPtr::<FUnknown>::from_raw(object.unwrap().cast()) });
            }
        }
        assert!(unsafe { query(start.as_ptr(), &IMidiMapping::IID) }.is_none());
    }
    // And that object is the guarded one.
    let processor = identity.cast::<IEditController>().unwrap().cast::<IAudioProcessor>().unwrap();
    assert_eq!(processor.as_ptr(), vst3.processor.as_ptr());
}

#[test]
fn the_factory_lists_what_the_clap_lists_and_refuses_unknown_classes() {
    let _turn = main_thread();
    let factory = factory();
    unsafe {
        let mut info: PFactoryInfo = std::mem::zeroed();
        assert_eq!(factory.getFactoryInfo(&mut info), kResultOk);
        let count = factory.countClasses();
        assert_eq!(count as u32, {
            let clap = raw_host::factory();
            (*clap).get_plugin_count.unwrap()(clap)
        });
        let mut class: PClassInfo2 = std::mem::zeroed();
        assert_ne!(factory.getClassInfo2(count, &mut class), kResultOk);
        assert_eq!(factory.getClassInfo2(0, &mut class), kResultOk);
        let mut object = std::ptr::null_mut();
        let component = IComponent::IID.as_ptr().cast();
        let unknown = [1u8; 16].as_ptr().cast();
        assert_ne!(factory.createInstance(unknown, component, &mut object), kResultOk);
        assert_ne!(factory.createInstance(class.cid.as_ptr(), unknown, &mut object), kResultOk);
        assert!(object.is_null());
        let none = std::ptr::null();
        assert_ne!(factory.createInstance(none, component, &mut object), kResultOk);
        let nowhere = std::ptr::null_mut();
        assert_ne!(factory.createInstance(class.cid.as_ptr(), component, nowhere), kResultOk);
    }
}

#[test]
fn components_come_and_go_many_times() {
    for _ in 0..20 {
        let vst3 = running_fanned_out(64);
        vst3.process(&mut Block::whole(64));
    }
}
