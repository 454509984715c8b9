use std::env;
use std::f64::consts::PI;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A file that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("switchyard-{}-{count}-{name}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::write(&path, bytes).expect("the temporary folder takes files");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A decaying tone a channel, as 16-bit integers frame by frame.
fn tones(channels: usize, frames: usize) -> Vec<i32> {
    let sample = |i: usize| {
        let (frame, channel) = (i / channels, i % channels);
        let t = frame as f64 / frames as f64;
        (20_000.0 * (-5.0 * t).exp() * (40.0 * (channel + 1) as f64 * t).cos()) as i32
    };
    (0..channels * frames).map(sample).collect()
}

fn wav(samples: &[i32], channels: u16, sample_rate: u32, bits: u16) -> Vec<u8> {
    let sample_format = hound::SampleFormat::Int;
    let spec = hound::WavSpec { channels, sample_rate, bits_per_sample: bits, sample_format };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    samples.iter().for_each(|x| writer.write_sample(*x).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn float_wav(samples: &[f32], sample_rate: u32) -> Vec<u8> {
    let sample_format = hound::SampleFormat::Float;
    let spec = hound::WavSpec { channels: 1, sample_rate, bits_per_sample: 32, sample_format };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    samples.iter().for_each(|x| writer.write_sample(*x).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn aiff(samples: &[i32], channels: i16, sample_rate: f64) -> Vec<u8> {
    let file_format = aifc::FileFormat::Aiff;
    let sample_format = aifc::SampleFormat::I16;
    let info = aifc::AifcWriteInfo { file_format, channels, sample_rate, sample_format };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = aifc::AifcWriter::new(&mut bytes, &info).unwrap();
    let samples: Vec<i16> = samples.iter().map(|x| *x as i16).collect();
    writer.write_samples_i16(&samples).unwrap();
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn flac(samples: &[i32], channels: u8, sample_rate: u32) -> Vec<u8> {
    use flac_codec::encode::{FlacSampleWriter, Options};
    let mut bytes = Cursor::new(Vec::new());
    let total = Some(samples.len() as u64);
    let options = Options::default();
    let mut writer =
        FlacSampleWriter::new(&mut bytes, options, sample_rate, 16, channels, total).unwrap();
    writer.write(samples).unwrap();
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn fault(bytes: &[u8]) -> String {
    let file = Scratch::new("fault", bytes);
    ImpulseRef::import(&file.0, 48_000.0).expect_err("it is of no use").to_string()
}

#[test]
fn wav_aiff_and_flac_give_the_same_samples_in_one_two_and_four_channels() {
    for channels in [1usize, 2, 4] {
        let samples = tones(channels, 3000);
        let files = [
            wav(&samples, channels as u16, 48_000, 16),
            aiff(&samples, channels as i16, 48_000.0),
            flac(&samples, channels as u8, 48_000),
            wav(&samples.iter().map(|x| x << 8).collect::<Vec<_>>(), channels as u16, 48_000, 24),
        ];
        for bytes in files {
            let impulse = decode(&bytes, 48_000.0).unwrap();
            assert_eq!(impulse.channels.len(), channels);
            for (i, x) in samples.iter().enumerate() {
                let read = impulse.channels[i % channels][i / channels];
                assert_eq!(read, *x as f32 / 32_768.0);
            }
        }
    }
}

#[test]
fn floats_are_read_as_they_are() {
    let impulse = decode(&float_wav(&[0.5, -1.75, 1e-3], 96_000), 96_000.0).unwrap();
    assert_eq!(impulse.channels, [[0.5, -1.75, 1e-3]]);
}

/// The response of a filter to a tone must not depend on the rate it is sampled at.
#[test]
fn another_sample_rate_changes_neither_length_nor_frequency_response() {
    let length = 0.25;
    let at_rate = |rate: f64| -> Vec<f32> {
        let tone = |n: usize| {
            let t = n as f64 / rate;
            let tones: f64 = [300.0, 2000.0, 9000.0].iter().map(|f| (2.0 * PI * f * t).sin()).sum();
            (tones * (-30.0 * t).exp() * (PI * t / length).sin() * 48_000.0 / rate * 0.01) as f32
        };
        (0..(length * rate) as usize).map(tone).collect()
    };
    let response = |impulse: &[f32], rate: f64, frequency: f64| {
        let turn = |n: usize| 2.0 * PI * frequency * n as f64 / rate;
        let part = |f: fn(f64) -> f64| -> f64 {
            impulse.iter().enumerate().map(|(n, x)| f64::from(*x) * f(turn(n))).sum()
        };
        [part(f64::cos), part(f64::sin)]
    };
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (96_000, 48_000), (48_000, 192_000)] {
        let file = float_wav(&at_rate(f64::from(from)), from);
        let impulse = decode(&file, f64::from(to)).unwrap();
        let got = &impulse.channels[0];
        assert!((got.len() as f64 - length * f64::from(to)).abs() <= 1.0, "{from} → {to}");
        for frequency in [300.0, 1000.0, 2000.0, 9000.0, 15_000.0] {
            let before = response(&at_rate(f64::from(from)), f64::from(from), frequency);
            let after = response(got, f64::from(to), frequency);
            let error = (before[0] - after[0]).hypot(before[1] - after[1]);
            let peak = response(&at_rate(48_000.0), 48_000.0, 2000.0);
            let peak = peak[0].hypot(peak[1]);
            assert!(error < 1e-4 * peak, "{from} → {to} at {frequency}: {error} of {peak}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_the_files_name_and_what_to_do() {
    let tone = tones(1, 100);
    let long = vec![1; 8000 * 20 + 1];
    let cases: [(&[u8], &str); 8] = [
        (b"no sound at all", "Convert it"),
        (b"", "Convert it"),
        (&wav(&tones(3, 50), 3, 48_000, 16), "has 3 channels. Export it with 1, 2 or 4"),
        (&wav(&tone, 1, 4000, 16), "sample rate is 4000 Hz"),
        (&wav(&long, 1, 8000, 16), "longer than 20 seconds. Shorten it"),
        (&wav(&[0; 50], 1, 48_000, 16), "silent"),
        (&float_wav(&[0.1, f32::NAN], 48_000), "not numbers"),
        (&wav(&tone, 1, 48_000, 16)[..30], "WAV file is damaged"),
    ];
    for (bytes, expected) in cases {
        let said = fault(bytes);
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("switchyard-") && said.contains("-fault: "), "{said}");
    }
    assert!(decode(&wav(&long[1..], 1, 8000, 16), 8000.0).is_ok());
    let cut_short = &flac(&tone, 1, 48_000);
    assert!(fault(&cut_short[..cut_short.len() - 9]).contains("FLAC file is damaged"));
}

#[test]
fn no_damaged_file_brings_it_down() {
    let samples = tones(2, 300);
    let files =
        [wav(&samples, 2, 48_000, 16), aiff(&samples, 2, 48_000.0), flac(&samples, 2, 48_000)];
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    let (mut good, mut bad) = (0, 0);
    for original in files {
        for _ in 0..400 {
            let mut bytes = original.clone();
            for _ in 0..1 + next() % 3 {
                // Headers are where the decisions are.
                let reach = if next() % 2 == 0 { 60 } else { bytes.len() };
                let at = next() % reach.min(bytes.len());
                bytes[at] = next() as u8;
            }
            if next() % 4 == 0 {
                bytes.truncate(next() % bytes.len());
            }
            match file::decode(&bytes) {
                Ok(_) => good += 1,
                Err(_) => bad += 1,
            }
        }
    }
    assert!(good > 50 && bad > 50, "{good} {bad}");
}

#[test]
fn a_small_file_travels_with_the_session_and_comes_back_without_the_file() {
    let bytes = wav(&tones(2, 500), 2, 44_100, 16);
    let file = Scratch::new("hall.wav", &bytes);
    let (reference, loaded) = ImpulseRef::import(&file.0, 48_000.0).unwrap();
    assert!(reference.name.ends_with("hall.wav"));
    let saved = serde_json::to_string(&reference).unwrap();
    let back: ImpulseRef = serde_json::from_str(&saved).unwrap();
    assert_eq!(back, reference);
    drop(file);
    let again = back.load(48_000.0).unwrap();
    assert_eq!(again.impulse, loaded.impulse);
    assert!(!again.changed);
}

#[test]
fn a_large_file_is_known_by_its_hash_and_missed_when_it_is_gone() {
    let bytes = wav(&tones(1, EMBEDDED / 2), 1, 384_000, 16);
    let file = Scratch::new("long.wav", &bytes);
    let (reference, _) = ImpulseRef::import(&file.0, 48_000.0).unwrap();
    assert_eq!(reference.embedded, None);
    assert_eq!(reference.hash.len(), 64);
    assert!(!reference.load(48_000.0).unwrap().changed);
    fs::write(&file.0, wav(&tones(1, 10), 1, 48_000, 16)).unwrap();
    assert!(reference.load(48_000.0).unwrap().changed);
    drop(file);
    let said = reference.load(48_000.0).unwrap_err().to_string();
    assert!(said.contains("long.wav: the file is not there. Put it back"), "{said}");
}

#[test]
fn a_tampered_embedding_is_not_trusted() {
    let bytes = wav(&tones(1, 50), 1, 48_000, 16);
    let file = Scratch::new("room.wav", &bytes);
    let (mut reference, loaded) = ImpulseRef::import(&file.0, 48_000.0).unwrap();
    reference.embedded = Some(STANDARD.encode(wav(&tones(1, 70), 1, 48_000, 16)));
    assert_eq!(reference.load(48_000.0).unwrap().impulse, loaded.impulse);
    reference.embedded = Some("no Base64 at all!".to_owned());
    assert_eq!(reference.load(48_000.0).unwrap().impulse, loaded.impulse);
}

#[test]
fn the_hash_is_the_sha_256_of_the_bytes() {
    // The example "abc" of FIPS 180-2.
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash(b"abc"), known);
}

#[test]
fn the_built_in_ones_are_the_same_each_time_and_as_loud_at_every_rate() {
    for name in BUILT_IN {
        for rate in [44_100.0, 48_000.0, 96_000.0] {
            let reference = ImpulseRef::built_in(name);
            let impulse = reference.load(rate).unwrap().impulse;
            assert_eq!(impulse, reference.load(rate).unwrap().impulse);
            let energy = |channel: &Vec<f32>| channel.iter().map(|x| x * x).sum::<f32>();
            let energies: Vec<f32> = impulse.channels.iter().map(energy).collect();
            let loudest = energies.iter().copied().fold(0.0, f32::max);
            assert!((loudest - 1.0).abs() < 1e-3, "{name}: {energies:?}");
            assert!(energies.iter().all(|energy| *energy > 0.7), "{name}: {energies:?}");
            if let [left, right] = &impulse.channels[..] {
                let product: f32 = left.iter().zip(right).map(|(l, r)| l * r).sum();
                assert!(product.abs() < 0.75, "{name} is wide: {product}");
            }
        }
    }
    let said = ImpulseRef::built_in("Cathedral").load(48_000.0).unwrap_err().to_string();
    assert!(said.starts_with("Cathedral: there is no built-in"), "{said}");
}
