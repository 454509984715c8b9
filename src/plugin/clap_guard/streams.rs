//! CLAP's byte streams as Rust's, both ways.
//!
//! Not here: what the bytes mean. Main thread only.

use clap_sys::stream::clap_istream;
use std::ffi::c_void;
use std::io::{Error, Read, Result};

/// A host's stream, read to its end in whatever pieces the host gives.
pub struct HostStream(*const clap_istream);

impl HostStream {
    /// # Safety
    /// `stream` is null or a stream that outlives this object.
    pub unsafe fn new(stream: *const clap_istream) -> HostStream {
        HostStream(stream)
    }
}

impl Read for HostStream {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        // SAFETY: checked for null; the function takes its stream and a buffer of that length.
        unsafe {
            let read = self.0.as_ref().and_then(|stream| stream.read);
            let read = read.ok_or_else(|| Error::other("the host gave no stream"))?;
            let count = read(self.0, into.as_mut_ptr().cast(), into.len() as u64);
            let count = usize::try_from(count)
                .map_err(|_| Error::other("the host's stream reports an error"))?;
            // A host that claims more than there is room for would make us read foreign bytes.
            if count > into.len() {
                return Err(Error::other("the host's stream gave more than was asked for"));
            }
            Ok(count)
        }
    }
}

/// Bytes in memory as the stream a plugin reads from.
pub struct MemoryStream<'a>(&'a [u8]);

impl<'a> MemoryStream<'a> {
    /// A stream of these bytes.
    pub fn new(bytes: &'a [u8]) -> MemoryStream<'a> {
        MemoryStream(bytes)
    }

    /// The stream to hand over; valid while this object is neither moved nor used otherwise.
    pub fn stream(&mut self) -> clap_istream {
        clap_istream { ctx: std::ptr::from_mut(self).cast(), read: Some(read) }
    }
}

unsafe extern "C" fn read(stream: *const clap_istream, into: *mut c_void, size: u64) -> i64 {
    // SAFETY: `ctx` is the `MemoryStream` whose `stream` made this; the reader lends `size` bytes.
    unsafe {
        let memory = &mut *(*stream).ctx.cast::<MemoryStream>();
        let count = memory.0.len().min(size as usize);
        std::ptr::copy_nonoverlapping(memory.0.as_ptr(), into.cast::<u8>(), count);
        memory.0 = &memory.0[count..];
        count as i64
    }
}
