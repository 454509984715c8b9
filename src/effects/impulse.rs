//! Impulse responses: what a saved session says of one, and how it becomes samples at the session's
//! rate.
//!
//! Not here: convolving with it ([`super::convolution`]). All of this reads files and allocates: main
//! thread or a thread of its own, never the audio thread.
//!
//! A file is known by its path and by the SHA-256 of its bytes. If it has at most [`EMBEDDED`] bytes
//! it travels inside the session, byte for byte as Base64, so that a session sounds the same on
//! another machine, and what is embedded can be checked by the same hash and read by the same code.

mod built_in;
mod file;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use built_in::NAMES as BUILT_IN;

/// The longest impulse response, in seconds.
pub const LONGEST: f64 = 20.0;

/// Files of up to this many bytes are embedded in the session.
pub const EMBEDDED: usize = 2_000_000;

/// Larger files are not even read. Four channels of the longest response at 384 kHz in 32 bits are
/// about as many bytes.
const LARGEST: u64 = 128 << 20;

/// An impulse response ready to be used: one channel (for both sides), two (left, right) or four
/// (left to left, left to right, right to left, right to right), equally long.
#[derive(Clone, Debug, PartialEq)]
pub struct Impulse {
    /// The samples of each channel, all finite.
    pub channels: Vec<Vec<f32>>,
    /// Samples per second.
    pub sample_rate: f64,
}

/// What a session saves of an impulse response. What cannot be found or read is kept as it is, so
/// that it comes back when the file does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImpulseRef {
    /// What users see: a file's name, or one of [`BUILT_IN`].
    pub name: String,
    /// Where the file was; `None` for a built-in one.
    pub path: Option<String>,
    /// The SHA-256 of the file's bytes in hexadecimal; empty for a built-in one.
    pub hash: String,
    /// The file's bytes in Base64, if they are few enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded: Option<String>,
}

/// An impulse response that a session asked for.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its samples.
    pub impulse: Arc<Impulse>,
    /// Whether the file is not the one that was saved. It is used all the same.
    pub changed: bool,
}

/// Why an impulse response cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct ImpulseError {
    /// The file, or the name of a built-in response.
    pub file: String,
    /// What is wrong and what to do.
    pub fault: Fault,
}

/// What is wrong with an impulse response and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nothing is at the path.
    #[error("the file is not there. Put it back, or choose another impulse response")]
    Missing,
    /// The operating system says no.
    #[error("the file cannot be read ({0}). Make it readable, or choose another impulse response")]
    Unreadable(io::Error),
    /// The file has too many bytes.
    #[error("the file has more than 128 MB. Shorten it to 20 seconds")]
    TooLarge,
    /// It is no WAV, AIFF or FLAC.
    #[error("this is no WAV, AIFF or FLAC file. Convert it to one of these")]
    UnknownFormat,
    /// It is one, but cannot be decoded.
    #[error("the {format} file is damaged or of a kind not known here ({reason}). Export it anew")]
    Damaged {
        /// "WAV", "AIFF" or "FLAC".
        format: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// Neither mono, stereo nor true stereo.
    #[error("the file has {0} channels. Export it with 1, 2 or 4 (true stereo)")]
    Channels(usize),
    /// A sample rate nobody uses.
    #[error("the file's sample rate is {0} Hz. Export it at 8000 to 384000 Hz")]
    SampleRate(f64),
    /// Longer than [`LONGEST`].
    #[error("the file lasts longer than 20 seconds. Shorten it")]
    TooLong,
    /// No sample, or only zeros.
    #[error("the file is silent. Choose another impulse response")]
    Silent,
    /// NaN or infinite samples.
    #[error("the file has samples that are not numbers. Export it anew")]
    NotFinite,
    /// The session names a built-in response of another version.
    #[error("there is no built-in impulse response of this name. Choose another one")]
    NoBuiltIn,
}

impl ImpulseRef {
    /// One of [`BUILT_IN`].
    pub fn built_in(name: &str) -> ImpulseRef {
        ImpulseRef { name: name.to_owned(), ..ImpulseRef::default() }
    }

    /// Reads a file the user chose: what to save, and its samples at `sample_rate`.
    pub fn import(path: &Path, sample_rate: f64) -> Result<(ImpulseRef, Loaded), ImpulseError> {
        let text = path.to_string_lossy().into_owned();
        let named = |fault| ImpulseError { file: text.clone(), fault };
        let bytes = read(path).map_err(named)?;
        let impulse = decode(&bytes, sample_rate).map_err(named)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let embedded = (bytes.len() <= EMBEDDED).then(|| STANDARD.encode(&bytes));
        let hash = hash(&bytes);
        let reference = ImpulseRef { name, path: Some(text), hash, embedded };
        Ok((reference, Loaded { impulse: Arc::new(impulse), changed: false }))
    }

    /// Finds what a session saved: among the built-in ones, in the session itself, or at the path.
    /// An effect without it passes its input on unchanged.
    pub fn load(&self, sample_rate: f64) -> Result<Loaded, ImpulseError> {
        let found = |impulse, changed| Loaded { impulse: Arc::new(impulse), changed };
        let Some(path) = &self.path else {
            let fault = || ImpulseError { file: self.name.clone(), fault: Fault::NoBuiltIn };
            let impulse = built_in::make(&self.name, sample_rate).ok_or_else(fault)?;
            return Ok(found(impulse, false));
        };
        if let Some(bytes) = self.embedded_bytes()
            && let Ok(impulse) = decode(&bytes, sample_rate)
        {
            return Ok(found(impulse, false));
        }
        let named = |fault| ImpulseError { file: path.clone(), fault };
        let bytes = read(Path::new(path)).map_err(named)?;
        let impulse = decode(&bytes, sample_rate).map_err(named)?;
        Ok(found(impulse, hash(&bytes) != self.hash))
    }

    /// The embedded file, if it is still what was saved.
    fn embedded_bytes(&self) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(self.embedded.as_ref()?).ok()?;
        (hash(&bytes) == self.hash).then_some(bytes)
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Fault::Missing,
        _ => Fault::Unreadable(error),
    };
    if fs::metadata(path).map_err(fault)?.len() > LARGEST {
        return Err(Fault::TooLarge);
    }
    fs::read(path).map_err(fault)
}

fn decode(bytes: &[u8], sample_rate: f64) -> Result<Impulse, Fault> {
    resample(file::decode(bytes)?, sample_rate)
}

/// Brings a response to another sample rate. It is a sum over samples, so it gets quieter by as much
/// as they get more.
fn resample(file: file::Audio, sample_rate: f64) -> Result<Impulse, Fault> {
    let channels = file.channels;
    let [from, to] = [file.sample_rate, sample_rate.max(1.0)].map(|rate| rate.round() as usize);
    let mut samples = file.samples;
    if from != to {
        let damaged = |reason: String| Fault::Damaged { format: "audio", reason };
        let window = WindowFunction::BlackmanHarris2;
        let mut resampler =
            Fft::<f32>::new_custom(from, to, 4096, 1, channels, window, FixedSync::Both)
                .map_err(|error| damaged(error.to_string()))?;
        let frames = samples.len() / channels;
        let input = InterleavedSlice::new(&samples, channels, frames)
            .map_err(|error| damaged(error.to_string()))?;
        let output = resampler.process_all(&input, frames, None);
        samples = output.map_err(|error| damaged(error.to_string()))?.take_data();
        let gain = (from as f64 / to as f64) as f32;
        samples.iter_mut().for_each(|x| *x *= gain);
    }
    let side = |channel: usize| samples.iter().skip(channel).step_by(channels).copied().collect();
    Ok(Impulse { channels: (0..channels).map(side).collect(), sample_rate })
}

#[cfg(test)]
mod tests;
