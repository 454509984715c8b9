//! What came out of a render: for every output that carries sound its level and what feeds it, as a
//! table for people and as `report.json` for programs.
//!
//! Not here: making the sound (that is [`crate::performance`]).

mod sources;

pub use sources::{Labels, port_name, sources};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;
use switchyard::units::gain_to_db;

/// An output carries sound when its peak is above this, in dB relative to full scale.
pub const SILENCE_DB: f32 = -120.0;

/// The file a report is written to, beside the WAV files.
pub const FILE: &str = "report.json";

/// Everything worth telling about a render.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Samples per second of the session and its files.
    pub sample_rate: u32,
    /// The longest block the plugin was given, in frames.
    pub block: usize,
    /// The length of every file, in frames.
    pub frames: u64,
    /// The latency the plugin reported, in frames. Files begin with the plugin's first frame, so
    /// sound in them is late by this much.
    pub latency_samples: u32,
    /// The processor time the plugin took, as a share of the time the sound lasts.
    pub load: f64,
    /// How often the plugin asked to be restarted.
    pub restarts: u32,
    /// What played into the strips.
    pub inputs: Vec<InputReport>,
    /// The outputs that carry sound, in port order; silent ones are not listed and have no file.
    pub outputs: Vec<OutputReport>,
}

/// What played into a strip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputReport {
    /// The strip, from 1.
    pub strip: usize,
    /// The stem's name.
    pub name: String,
    /// 1 or 2.
    pub channels: usize,
}

/// One output that carries sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputReport {
    /// The output port, from 0 (Main).
    pub port: usize,
    /// The port's name, such as "Bus 1".
    pub name: String,
    /// What it is used for, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its WAV file, beside the report.
    pub file: String,
    /// The highest sample of either side, in dB relative to full scale.
    pub peak_db: f32,
    /// The mean power of both sides over the whole length, in dB relative to full scale.
    pub rms_db: f32,
    /// What feeds it.
    pub sources: Vec<String>,
    /// How many samples were no finite numbers; anything but 0 is a fault of the plugin.
    pub non_finite: u64,
}

/// The level of one output while it runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loudness {
    peak: f32,
    power: f64,
    samples: u64,
    non_finite: u64,
}

impl Loudness {
    /// Takes in more samples of either side.
    pub fn add(&mut self, samples: &[f32]) {
        for sample in samples {
            if sample.is_finite() {
                self.peak = self.peak.max(sample.abs());
                self.power += f64::from(*sample) * f64::from(*sample);
            } else {
                self.non_finite += 1;
            }
        }
        self.samples += samples.len() as u64;
    }

    /// The peak in dB, −∞ for silence.
    pub fn peak_db(&self) -> f32 {
        gain_to_db(self.peak)
    }

    /// The mean power in dB, −∞ for silence.
    pub fn rms_db(&self) -> f32 {
        let mean = if self.samples == 0 { 0.0 } else { self.power / self.samples as f64 };
        gain_to_db(mean.sqrt() as f32)
    }

    /// How many samples were no finite numbers.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Whether there is anything to hear, or anything wrong.
    pub fn carries_sound(&self) -> bool {
        self.peak_db() > SILENCE_DB || self.non_finite > 0
    }
}

impl Report {
    /// Writes [`FILE`] into a folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let file = folder.join(FILE);
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(&file, json + "\n")
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    /// The report for people: a table of the outputs, then the numbers.
    pub fn table(&self) -> String {
        let titles: Vec<String> = self
            .outputs
            .iter()
            .map(|output| match &output.label {
                Some(label) => format!("{} ({label})", output.name),
                None => output.name.clone(),
            })
            .collect();
        let width = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0).max(6);
        let mut text = format!("{:width$}  {:>9}  {:>9}  Fed by\n", "Output", "Peak dB", "RMS dB");
        let indent = " ".repeat(width + 24);
        for (title, output) in titles.iter().zip(&self.outputs) {
            let lines = wrapped(&output.sources, 64);
            let (peak, rms) = (output.peak_db, output.rms_db);
            let first = lines.first().map_or("", String::as_str);
            let _ = writeln!(text, "{title:width$}  {peak:>9.1}  {rms:>9.1}  {first}");
            for line in lines.iter().skip(1) {
                let _ = writeln!(text, "{indent}{line}");
            }
        }
        if self.outputs.is_empty() {
            text.push_str("(no output carries sound)\n");
        }
        let seconds = self.frames as f64 / f64::from(self.sample_rate);
        let late = f64::from(self.latency_samples) * 1000.0 / f64::from(self.sample_rate);
        let _ = write!(
            text,
            "\nLength     {seconds:.1} s at {} Hz, in blocks of {}\n\
             Latency    {} samples ({late:.1} ms)\n\
             Load       {:.2} % of one processor core\n",
            self.sample_rate,
            self.block,
            self.latency_samples,
            self.load * 100.0,
        );
        for (title, output) in titles.iter().zip(&self.outputs) {
            if output.peak_db > 0.0 {
                let over = output.peak_db;
                let _ = writeln!(
                    text,
                    "Note       {title} is {over:.1} dB above full scale; the float file keeps it whole"
                );
            }
            if output.non_finite > 0 {
                let bad = output.non_finite;
                let _ =
                    writeln!(text, "FAULT      {title} holds {bad} samples that are no numbers");
            }
        }
        text
    }
}

/// Joins parts by commas into lines of at most `width` characters where that is possible.
fn wrapped(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let comma = if index + 1 < parts.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.chars().count() + part.chars().count() + 2 <= width => {
                let _ = write!(line, " {part}{comma}");
            }
            _ => lines.push(format!("{part}{comma}")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let output = OutputReport {
            port: 1,
            name: "Bus 1".into(),
            label: Some("Drums".into()),
            file: "01 Bus 1 Drums.wav".into(),
            peak_db: 1.5,
            rms_db: -18.25,
            sources: (1..=6).map(|n| format!("Strip {n} (Post 0.0 dB)")).collect(),
            non_finite: 0,
        };
        Report {
            sample_rate: 48_000,
            block: 512,
            frames: 96_000,
            latency_samples: 48,
            load: 0.0125,
            restarts: 0,
            inputs: vec![InputReport { strip: 1, name: "Kick".into(), channels: 1 }],
            outputs: vec![output],
        }
    }

    #[test]
    fn a_full_scale_sine_has_a_peak_of_zero_and_a_power_of_minus_three_decibels() {
        let mut loudness = Loudness::default();
        for frame in 0..48_000 {
            let phase = f64::from(frame) / 48.0 * std::f64::consts::TAU;
            loudness.add(&[phase.sin() as f32]);
        }
        assert!(loudness.peak_db().abs() < 0.01);
        assert!((loudness.rms_db() + 3.01).abs() < 0.01);
        assert!(loudness.carries_sound());
    }

    #[test]
    fn silence_and_what_nobody_hears_is_not_sound_but_a_bad_sample_is_reported() {
        let mut loudness = Loudness::default();
        assert!(!loudness.carries_sound());
        loudness.add(&[0.0, 9e-7, -9e-7]);
        assert!(!loudness.carries_sound());
        loudness.add(&[f32::NAN]);
        assert!(loudness.carries_sound());
        assert_eq!(loudness.non_finite(), 1);
        assert!(loudness.rms_db().is_finite());
    }

    #[test]
    fn the_table_shows_every_output_its_levels_and_all_that_feeds_it() {
        let table = report().table();
        for expected in [
            "Bus 1 (Drums)",
            "1.5",
            "-18.2",
            "Strip 6 (Post 0.0 dB)",
            "Latency    48 samples (1.0 ms)",
            "1.25 %",
            "2.0 s at 48000 Hz, in blocks of 512",
            "1.5 dB above full scale",
        ] {
            assert!(table.contains(expected), "{expected:?} is not in\n{table}");
        }
        assert!(table.lines().all(|line| line.chars().count() <= 110), "{table}");
    }

    #[test]
    fn the_file_holds_what_the_report_says() {
        let folder = tempfile::tempdir().unwrap();
        report().write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report());
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["latency_samples"], 48);
        assert_eq!(json["outputs"][0]["name"], "Bus 1");
        assert_eq!(json["outputs"][0]["sources"][5], "Strip 6 (Post 0.0 dB)");
    }
}
