use super::*;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::f64::consts::TAU;
use std::fs;

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> WavSpec {
    let sample_format = if bits_per_sample == 0 { SampleFormat::Float } else { SampleFormat::Int };
    let bits_per_sample = if bits_per_sample == 0 { 32 } else { bits_per_sample };
    WavSpec { channels, sample_rate, bits_per_sample, sample_format }
}

/// Writes a sine of amplitude ½ and 1 kHz; a right channel is its negative. 0 bits mean float.
fn write_sine(file: &Path, spec: WavSpec, frames: u32) {
    let mut writer = WavWriter::create(file, spec).unwrap();
    for frame in 0..frames {
        let phase = f64::from(frame) * 1000.0 / f64::from(spec.sample_rate) * TAU;
        for channel in 0..spec.channels {
            let value = phase.sin() * if channel == 1 { -0.5 } else { 0.5 };
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(value as f32).unwrap(),
                SampleFormat::Int => {
                    let full = 2f64.powi(i32::from(spec.bits_per_sample) - 1);
                    writer.write_sample((value * full).round() as i32).unwrap();
                }
            }
        }
    }
    writer.finalize().unwrap();
}

/// The largest difference from the sine, away from the ends, which a resampler rounds off.
fn difference(samples: &[f32], sign: f64) -> f64 {
    let edge = 2_000.min(samples.len() / 4);
    (edge..samples.len() - edge)
        .map(|frame| {
            let phase = frame as f64 * 1000.0 / 48_000.0 * TAU;
            (f64::from(samples[frame]) - sign * 0.5 * phase.sin()).abs()
        })
        .fold(0.0, f64::max)
}

#[test]
fn every_bit_depth_is_read_to_its_own_precision() {
    let folder = tempfile::tempdir().unwrap();
    for (bits, precision) in [(8, 1.0 / 128.0), (16, 1e-4), (24, 1e-6), (32, 1e-7), (0, 1e-7)] {
        let file = folder.path().join(format!("{bits}.wav"));
        write_sine(&file, spec(2, 48_000, bits), 4_800);
        let stem = read(&file, 48_000).unwrap();
        assert_eq!((stem.frames(), stem.channels.len()), (4_800, 2), "{bits} bits");
        for (side, sign) in [(0, 1.0), (1, -1.0)] {
            let off = difference(stem.side(side), sign);
            assert!(off <= precision, "{bits} bits, side {side}: off by {off}");
        }
    }
}

#[test]
fn double_floats_are_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("double.wav");
    let samples: Vec<f64> = (0..100).map(|n| f64::from(n) / 100.0).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + 800_u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([3, 0, 1, 0]);
    bytes.extend(48_000_u32.to_le_bytes());
    bytes.extend((48_000 * 8_u32).to_le_bytes());
    bytes.extend([8, 0, 64, 0]);
    bytes.extend(b"data");
    bytes.extend(800_u32.to_le_bytes());
    samples.iter().for_each(|sample| bytes.extend(sample.to_le_bytes()));
    fs::write(&file, bytes).unwrap();
    let stem = read(&file, 48_000).unwrap();
    assert!(stem.is_mono());
    assert_eq!(stem.channels[0][50], 0.5);
}

#[test]
fn every_sample_rate_comes_out_in_pitch_in_time_and_of_the_right_length() {
    let folder = tempfile::tempdir().unwrap();
    for rate in [8_000, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000, 44_099] {
        let file = folder.path().join(format!("{rate}.wav"));
        write_sine(&file, spec(1, rate, 0), rate / 2);
        let stem = read(&file, 48_000).unwrap();
        let frames = (u64::from(rate / 2) * 48_000).div_ceil(u64::from(rate)) as usize;
        assert_eq!(stem.frames(), frames, "{rate} Hz");
        // In time to a hundredth of a sample: a shift would show as a difference in the sine.
        let off = difference(stem.side(0), 1.0);
        assert!(off < 5e-4, "{rate} Hz is off by {off}");
    }
}

#[test]
fn what_is_above_the_new_rates_band_is_filtered_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("high.wav");
    let mut writer = WavWriter::create(&file, spec(1, 96_000, 0)).unwrap();
    for frame in 0..48_000 {
        let phase = f64::from(frame) * 30_000.0 / 96_000.0 * TAU;
        writer.write_sample((0.5 * phase.sin()) as f32).unwrap();
    }
    writer.finalize().unwrap();
    let stem = read(&file, 48_000).unwrap();
    let middle = &stem.channels[0][4_000..20_000];
    let peak = middle.iter().fold(0.0_f32, |high, sample| high.max(sample.abs()));
    assert!(peak < 1e-4, "{peak} of a tone that 48 kHz cannot hold is left");
}

#[test]
fn a_mono_stem_sounds_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mono.wav");
    write_sine(&file, spec(1, 48_000, 24), 100);
    let stem = read(&file, 48_000).unwrap();
    assert_eq!(stem.side(0), stem.side(1));
}

#[test]
fn stems_come_in_name_order_and_other_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["02 b.wav", "01 a.WAV", "03 c.wave"] {
        write_sine(&folder.path().join(name), spec(1, 48_000, 16), 10);
    }
    fs::write(folder.path().join("notes.txt"), "not sound").unwrap();
    fs::write(folder.path().join("._01 a.wav"), "a hidden companion").unwrap();
    let mut seen = Vec::new();
    let stems = read_folder(folder.path(), 48_000, |name| seen.push(name.to_string())).unwrap();
    let names: Vec<&str> = stems.iter().map(|stem| stem.name.as_str()).collect();
    assert_eq!(names, ["01 a", "02 b", "03 c"]);
    assert_eq!(seen, ["01 a.WAV", "02 b.wav", "03 c.wave"]);
}

fn refused(file: &Path) -> String {
    format!("{:#}", read(file, 48_000).expect_err("the file should be refused"))
}

#[test]
fn files_that_cannot_be_used_are_refused_by_name_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("text.wav"), "this is no sound").unwrap();
    fs::write(at("empty.wav"), "").unwrap();
    write_sine(&at("nothing.wav"), spec(2, 48_000, 16), 0);
    write_sine(&at("six.wav"), spec(6, 48_000, 16), 10);
    write_sine(&at("slow.wav"), spec(1, 10, 16), 10);
    write_sine(&at("whole.wav"), spec(1, 48_000, 16), 1_000);
    let whole = fs::read(at("whole.wav")).unwrap();
    fs::write(at("cut.wav"), &whole[..whole.len() - 500]).unwrap();
    fs::create_dir(at("folder.wav")).unwrap();
    for (name, reason) in [
        ("text.wav", "not a WAV file"),
        ("empty.wav", "ends too early"),
        ("nothing.wav", "length is zero"),
        ("six.wav", "6 channels"),
        ("slow.wav", "10 Hz"),
        ("cut.wav", "cut short"),
        ("folder.wav", ""),
        ("missing.wav", "cannot be opened"),
    ] {
        let error = refused(&at(name));
        assert!(error.contains(name) && error.contains(reason), "{error}");
    }
}

#[test]
fn a_folder_without_stems_or_with_seventeen_or_none_at_all_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let error = format!("{:#}", list(folder.path()).unwrap_err());
    assert!(error.contains("no WAV files in"), "{error}");
    assert!(error.contains(&folder.path().display().to_string()), "{error}");
    for number in 1..=17 {
        write_sine(&folder.path().join(format!("{number:02}.wav")), spec(1, 48_000, 16), 10);
    }
    let error = format!("{:#}", list(folder.path()).unwrap_err());
    assert!(error.contains("17 WAV files") && error.contains("16 strips"), "{error}");
    assert!(error.contains("17.wav") && !error.contains("16.wav"), "{error}");
    let error = format!("{:#}", list(&folder.path().join("missing")).unwrap_err());
    assert!(error.contains("missing"), "{error}");
}

#[test]
fn numbers_that_order_files_are_not_part_of_a_name() {
    for (name, bare) in [("03 Hat", "Hat"), ("12_Lead Vox", "Lead Vox"), ("808", "808")] {
        let stem = Stem { name: name.into(), channels: vec![vec![0.0]] };
        assert_eq!(stem.bare_name(), bare);
    }
}
