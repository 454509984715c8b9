//! Stems: the recordings that play into the strips, read from WAV files.
//!
//! Any sample rate, any depth of linear or companded PCM or float, mono or stereo. Not here: what
//! plays when nobody brings stems (that is [`crate::band`]).

use anyhow::{Context, Result, anyhow, bail, ensure};
use audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Resampler};
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use switchyard::routing::STRIPS;
use waveadapter::{WavError, WavReader};

/// One strip's recording at the session's sample rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Stem {
    /// The file's name without its ending.
    pub name: String,
    /// One channel (mono) or two (left, right), of equal length.
    pub channels: Vec<Vec<f32>>,
}

impl Stem {
    /// How many frames it lasts.
    pub fn frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Whether both sides are one signal.
    pub fn is_mono(&self) -> bool {
        self.channels.len() == 1
    }

    /// Its name without the number that orders it: "03 Hat" is "Hat".
    pub fn bare_name(&self) -> &str {
        let bare = self
            .name
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .trim_start_matches([' ', '-', '_', '.']);
        if bare.is_empty() { &self.name } else { bare }
    }

    /// The samples of the left (0) or right (1) side; a mono stem sounds on both.
    pub fn side(&self, side: usize) -> &[f32] {
        &self.channels[side % self.channels.len()]
    }
}

/// The sample rates a stem may have, in Hz. Beyond them a header is more likely broken than meant.
const RATES: std::ops::RangeInclusive<usize> = 1_000..=768_000;

/// Reads all WAV files of a folder in the order of their names, at `rate` samples per second.
/// `each` is called with a file's name before it is read.
///
/// # Errors
/// Names the folder or file that cannot be used, and why.
pub fn read_folder(folder: &Path, rate: u32, mut each: impl FnMut(&str)) -> Result<Vec<Stem>> {
    let files = list(folder)?;
    files
        .iter()
        .map(|file| {
            each(&file.file_name().unwrap_or_default().to_string_lossy());
            read(file, rate)
        })
        .collect()
}

/// The WAV files of a folder in the order of their names, at least one and at most one a strip.
///
/// # Errors
/// Names the folder, and the files when there are too many.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("the stems folder {shown} cannot be read"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path =
            entry.with_context(|| format!("the stems folder {shown} cannot be read"))?.path();
        let is_wav = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("wav") || end.eq_ignore_ascii_case("wave"));
        // Other systems leave hidden companions ("._Kick.wav") that hold no sound.
        let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if is_wav && !is_hidden {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "there are no WAV files in {shown}");
    if files.len() > STRIPS {
        let left_over: Vec<String> = files[STRIPS..]
            .iter()
            .map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned())
            .collect();
        bail!(
            "there are {} WAV files in {shown}, but only {STRIPS} strips; beyond them: {}",
            files.len(),
            left_over.join(", ")
        );
    }
    Ok(files)
}

/// Reads one WAV file at `rate` samples per second.
///
/// # Errors
/// Names the file and says what is wrong with it.
pub fn read(file: &Path, rate: u32) -> Result<Stem> {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let channels = decode(file, rate).with_context(|| file.display().to_string())?;
    Ok(Stem { name, channels })
}

fn decode(file: &Path, rate: u32) -> Result<Vec<Vec<f32>>> {
    let stream = BufReader::new(File::open(file).context("the file cannot be opened")?);
    let mut reader = WavReader::new(stream)
        .map_err(|error| anyhow!("this is not a WAV file that can be read: {}", told(&error)))?;
    let (count, own_rate) = (reader.channels(), reader.sample_rate());
    ensure!(
        (1..=2).contains(&count),
        "the file has {count} channels; a strip takes one (mono) or two (stereo)"
    );
    ensure!(
        RATES.contains(&own_rate),
        "its sample rate of {own_rate} Hz is not between {} and {} Hz",
        RATES.start(),
        RATES.end()
    );
    let declared = reader.frames();
    let unknown = reader.params().length_is_unknown();
    let sound = reader
        .read_all_to_float::<f64>()
        .map_err(|error| anyhow!("its samples cannot be read: {}", told(&error)))?;
    let read = reader.position();
    ensure!(
        unknown || read == declared,
        "the file is cut short: its header promises {declared} frames, it holds {read}"
    );
    ensure!(read > 0, "the file holds no sound: its length is zero");
    let interleaved = if own_rate == rate as usize {
        sound.take_data()
    } else {
        resample(sound.take_data(), count, own_rate, rate as usize)?
    };
    Ok((0..count)
        .map(|side| interleaved.iter().skip(side).step_by(count).map(|s| *s as f32).collect())
        .collect())
}

/// A reader's complaint in the words of someone who has files, not buffers.
fn told(error: &WavError) -> String {
    match error {
        WavError::Io(cause) if cause.kind() == ErrorKind::UnexpectedEof => {
            "it ends too early".into()
        }
        WavError::Io(cause) => cause.to_string(),
        WavError::InvalidHeader(text)
        | WavError::UnsupportedFormat(text)
        | WavError::InvalidSpec(text) => text.clone(),
    }
}

/// Brings interleaved sound of `channels` channels from one sample rate to another; it keeps its
/// place in time.
fn resample(mut sound: Vec<f64>, channels: usize, from: usize, to: usize) -> Result<Vec<f64>> {
    // One bad sample would spoil all the filter reaches; the plugin reads it as silence anyway.
    sound.iter_mut().filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
    let frames = sound.len() / channels;
    let input = InterleavedOwned::new_from(sound, channels, frames)?;
    // The filter's middle is on a sample only when it spans an even number of the smallest blocks
    // that both rates share; on an odd number all sound would be half a sample late.
    let smallest = from / common_divisor(from, to);
    let chunk = 4_096_usize.div_ceil(2 * smallest) * 2 * smallest;
    let mut resampler = Fft::<f64>::new(from, to, chunk, channels, FixedSync::Both)
        .with_context(|| format!("{from} Hz cannot be brought to {to} Hz"))?;
    let mut resampled = resampler.process_all(&input, frames, None)?.take_data();
    // The resampler reckons its length in floats and may give a frame more than the sound has.
    resampled.truncate((frames * to).div_ceil(from) * channels);
    Ok(resampled)
}

fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests;
