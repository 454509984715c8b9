//! The bytes of an audio file as samples: WAV (hound), AIFF and AIFF-C (aifc), FLAC (flac-codec).
//!
//! Not here: where bytes come from, and resampling. Never on the audio thread.

use std::fmt::Display;
use std::io::Cursor;

use aifc::Sample;
use flac_codec::metadata::Metadata;

use super::{Fault, LONGEST};

/// A file's sound: samples frame by frame, full scale 1, at the file's own rate.
pub(super) struct Audio {
    pub samples: Vec<f32>,
    pub channels: usize,
    pub sample_rate: f64,
}

type Decoder = fn(&[u8]) -> Result<Audio, Fault>;

/// Decodes a file, whose kind its first bytes tell.
pub(super) fn decode(bytes: &[u8]) -> Result<Audio, Fault> {
    let (format, decoder) = match (bytes.get(..4), bytes.get(8..12)) {
        (Some(b"RIFF"), Some(b"WAVE")) => ("WAV", wav as Decoder),
        (Some(b"FORM"), Some(b"AIFF" | b"AIFC")) => ("AIFF", aiff as Decoder),
        (Some(b"fLaC"), _) => ("FLAC", flac as Decoder),
        _ => return Err(Fault::UnknownFormat),
    };
    // Decoders have been seen to panic on frames that contradict each other; the user's session must
    // not end with that. They work on nothing but the bytes, so nothing is left half changed.
    let audio = std::panic::catch_unwind(|| decoder(bytes))
        .unwrap_or_else(|_| Err(damaged(format)(&"its parts contradict each other")))?;
    if audio.samples.iter().any(|x| !x.is_finite()) {
        return Err(Fault::NotFinite);
    }
    if audio.samples.iter().all(|x| *x == 0.0) {
        return Err(Fault::Silent);
    }
    Ok(audio)
}

/// Collects samples until there are more than anyone may want.
struct Collector {
    audio: Audio,
    most: usize,
}

impl Collector {
    fn new(channels: usize, sample_rate: f64) -> Result<Collector, Fault> {
        if !matches!(channels, 1 | 2 | 4) {
            return Err(Fault::Channels(channels));
        }
        if !(8000.0..=384_000.0).contains(&sample_rate) {
            return Err(Fault::SampleRate(sample_rate));
        }
        let most = (LONGEST * sample_rate).ceil() as usize * channels;
        Ok(Collector { audio: Audio { samples: Vec::new(), channels, sample_rate }, most })
    }

    fn push(&mut self, sample: f32) -> Result<(), Fault> {
        if self.audio.samples.len() == self.most {
            return Err(Fault::TooLong);
        }
        self.audio.samples.push(sample);
        Ok(())
    }

    /// What came, without a frame that is not whole.
    fn finish(mut self) -> Audio {
        let whole = self.audio.samples.len() / self.audio.channels * self.audio.channels;
        self.audio.samples.truncate(whole);
        self.audio
    }
}

fn damaged(format: &'static str) -> impl Fn(&dyn Display) -> Fault {
    move |reason| Fault::Damaged { format, reason: reason.to_string() }
}

/// The gain from integers of so many bits to full scale 1.
fn full_scale(bits: u32) -> f64 {
    0.5f64.powi(bits as i32 - 1)
}

fn wav(bytes: &[u8]) -> Result<Audio, Fault> {
    let fault = |error: hound::Error| damaged("WAV")(&error);
    let mut reader = hound::WavReader::new(bytes).map_err(fault)?;
    let spec = reader.spec();
    let mut samples = Collector::new(spec.channels.into(), spec.sample_rate.into())?;
    match spec.sample_format {
        hound::SampleFormat::Float => {
            for sample in reader.samples::<f32>() {
                samples.push(sample.map_err(fault)?)?;
            }
        }
        hound::SampleFormat::Int => {
            let scale = full_scale(spec.bits_per_sample.into());
            for sample in reader.samples::<i32>() {
                samples.push((f64::from(sample.map_err(fault)?) * scale) as f32)?;
            }
        }
    }
    Ok(samples.finish())
}

fn aiff(bytes: &[u8]) -> Result<Audio, Fault> {
    // This decoder's errors have no other text than their names.
    let fault = |error: aifc::AifcError| damaged("AIFF")(&format!("{error:?}"));
    let mut reader = aifc::AifcReader::new(Cursor::new(bytes)).map_err(fault)?;
    let info = reader.info();
    let mut samples = Collector::new(info.channels.max(0) as usize, info.sample_rate)?;
    for sample in reader.samples().map_err(fault)? {
        let sample = match sample.map_err(fault)? {
            Sample::U8(x) => (f64::from(x) - 128.0) * full_scale(8),
            Sample::I8(x) => f64::from(x) * full_scale(8),
            Sample::I16(x) => f64::from(x) * full_scale(16),
            Sample::I24(x) => f64::from(x) * full_scale(24),
            Sample::I32(x) => f64::from(x) * full_scale(32),
            Sample::F32(x) => f64::from(x),
            Sample::F64(x) => x,
        };
        samples.push(sample as f32)?;
    }
    Ok(samples.finish())
}

fn flac(bytes: &[u8]) -> Result<Audio, Fault> {
    let fault = |error: flac_codec::Error| damaged("FLAC")(&error);
    let mut reader = flac_codec::decode::FlacSampleReader::new(bytes).map_err(fault)?;
    let info = reader.metadata();
    let scale = full_scale(info.bits_per_sample());
    let mut samples = Collector::new(info.channel_count().into(), info.sample_rate().into())?;
    let mut block = vec![0; 4096];
    loop {
        let count = reader.read(&mut block).map_err(fault)?;
        if count == 0 {
            return Ok(samples.finish());
        }
        for sample in &block[..count] {
            samples.push((f64::from(*sample) * scale) as f32)?;
        }
    }
}
