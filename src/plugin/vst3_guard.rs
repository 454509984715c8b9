//! The VST3 entry points, and the guard that stands between any host and clap-wrapper, which makes
//! the VST3 out of the CLAP in this same binary.
//!
//! Not here: ports, long blocks and overlaps; they are put right once, in [`super::clap_guard`],
//! through which the VST3 goes too. This guard only sees to it that clap-wrapper gets that far. Its
//! threads are VST3's: `process` runs on the audio thread, everything else on the main thread.
//!
//! The factory and each component are objects of our own that hold clap-wrapper's and forward to
//! them, so a host never sees a C++ object whose table we would have to patch, and asking any
//! interface for any other always leads back to ours.
//!
//! | seen in hosts or in clap-wrapper 0.3.1 | kept out by |
//! |---|---|
//! | it reads all 32 buses whatever `numInputs` says | `buses` |
//! | it skips processing if one bus has another channel count, as inactive ones do | `buses` |
//! | it never clears what it has no sound for, nor sets silence flags | `buses` |
//! | it calls a null component handler when values or names change | `component` |
//! | state, activation or view before `initialize`, unknown parameter ids, null streams crash it | `component` |

mod buses;
mod component;

use component::Component;
use std::ffi::c_void;
use vst3::Steinberg::Vst::IAudioProcessor;
use vst3::Steinberg::*;
use vst3::{Class, ComPtr, ComWrapper, Interface};

// The library comes with the crate, which otherwise is not named in this program.
use clap_wrapper as _;

unsafe extern "system" {
    fn clap_wrapper_GetPluginFactory() -> *mut c_void;
}

/// The plugin factory of this module, or null. [main-thread]
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    // SAFETY: the function takes nothing and gives null or a factory with a reference for us.
    let inner = unsafe { ComPtr::from_raw(clap_wrapper_GetPluginFactory().cast()) };
    let Some(inner) = inner.and_then(|inner: ComPtr<FUnknown>| inner.cast()) else {
        return std::ptr::null_mut();
    };
    let factory = ComWrapper::new(Factory { inner }).to_com_ptr::<IPluginFactory3>();
    factory.map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

/// Lists what clap-wrapper lists and makes guarded components.
struct Factory {
    inner: ComPtr<IPluginFactory3>,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory3,);
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        unsafe { self.inner.getFactoryInfo(info) }
    }
    unsafe fn countClasses(&self) -> int32 {
        unsafe { self.inner.countClasses() }
    }
    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        unsafe { self.inner.getClassInfo(index, info) }
    }
    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if class.is_null() || interface.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: checked for null; an interface's id has sixteen bytes; whoever succeeds hands over
        // one reference.
        unsafe {
            *object = std::ptr::null_mut();
            let mut made = std::ptr::null_mut();
            let unknown = FUnknown::IID.as_ptr().cast();
            let result = self.inner.createInstance(class, unknown, &mut made);
            let Some(made) = ComPtr::<FUnknown>::from_raw(made.cast()) else {
                return if result == kResultOk { kResultFalse } else { result };
            };
            if made.cast::<IAudioProcessor>().is_none() {
                // A class that is no audio component has nothing to guard.
                return query(&made, interface.cast(), object);
            }
            match Component::around(&made) {
                Some(guarded) => query(&guarded, interface.cast(), object),
                None => kNoInterface,
            }
        }
    }
}

/// # Safety
/// `interface` points to an id and `object` to a place for a pointer.
unsafe fn query(
    from: &ComPtr<FUnknown>,
    interface: *const TUID,
    object: *mut *mut c_void,
) -> tresult {
    let from = from.as_ptr();
    unsafe { ((*(*from).vtbl).queryInterface)(from, interface, object) }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        unsafe { self.inner.getClassInfo2(index, info) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        unsafe { self.inner.getClassInfoUnicode(index, info) }
    }
    unsafe fn setHostContext(&self, context: *mut FUnknown) -> tresult {
        unsafe { self.inner.setHostContext(context) }
    }
}

/// Defines a module function that hosts look for by name and passes it on to clap-wrapper.
macro_rules! module_function {
    ($abi:literal, $name:ident, $inner:ident, ($($argument:ident: $type:ty),*)) => {
        unsafe extern $abi {
            fn $inner($($argument: $type),*) -> bool;
        }

        /// Called by the host once around all use of this module. [main-thread]
        ///
        /// # Safety
        /// Only a VST3 host may call it, with what its platform passes.
        #[unsafe(no_mangle)]
        pub unsafe extern $abi fn $name($($argument: $type),*) -> bool {
            // SAFETY: the caller's.
            unsafe { $inner($($argument),*) }
        }
    };
}

#[cfg(all(target_family = "unix", not(target_os = "macos")))]
mod module {
    use std::ffi::c_void;
    module_function!("C", ModuleEntry, clap_wrapper_ModuleEntry, (module: *mut c_void));
    module_function!("C", ModuleExit, clap_wrapper_ModuleExit, ());
}

#[cfg(target_os = "macos")]
mod module {
    use std::ffi::c_void;
    module_function!("C", bundleEntry, clap_wrapper_bundleEntry, (bundle: *mut c_void));
    module_function!("C", bundleExit, clap_wrapper_bundleExit, ());
}

#[cfg(target_os = "windows")]
mod module {
    module_function!("system", InitDll, clap_wrapper_InitDll, ());
    module_function!("system", ExitDll, clap_wrapper_ExitDll, ());
}

pub use module::*;
