//! What came out of a render: for every output that carries sound its level and what feeds it, as a
//! table for people and as `report.json` for programs.
//!
//! Not here: making the sound (that is [`crate::performance`]).

mod chains;
mod loudness;
mod sources;

pub use chains::{ChainReport, LaneReport, SlotReport, chains, refused_keys};
pub use loudness::{Loudness, SILENCE_DB};
pub use sources::{Labels, port_name, sources};

use crate::shared_reverb::SharedReverb;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;

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
    /// The insert chains that hold anything.
    #[serde(default)]
    pub chains: Vec<ChainReport>,
    /// What could not be as the session says, each a sentence.
    #[serde(default)]
    pub notes: Vec<String>,
    /// How many times dearer a reverb on every strip is than the shared one, where that was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_reverb_ratio: Option<f64>,
    /// The times behind that ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_reverb: Option<SharedReverb>,
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
    /// The loudness of the whole (EBU R 128), left out where it is too short or too quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lufs: Option<f32>,
    /// What feeds it.
    pub sources: Vec<String>,
    /// How many samples were no finite numbers; anything but 0 is a fault of the plugin.
    pub non_finite: u64,
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
        let mut text = format!(
            "{:width$}  {:>8}  {:>8}  {:>8}  Fed by\n",
            "Output", "Peak dB", "RMS dB", "LUFS"
        );
        let indent = " ".repeat(width + 32);
        for (title, output) in titles.iter().zip(&self.outputs) {
            let lines = wrapped(&output.sources, 60);
            let (peak, rms) = (output.peak_db, output.rms_db);
            let lufs = output.lufs.map_or("-".into(), |lufs| format!("{lufs:.1}"));
            let first = lines.first().map_or("", String::as_str);
            let _ = writeln!(text, "{title:width$}  {peak:>8.1}  {rms:>8.1}  {lufs:>8}  {first}");
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
        for (index, chain) in self.chains.iter().enumerate() {
            let title = if index == 0 { "Chains" } else { "" };
            let _ = writeln!(text, "{title:10} {}", chain.line());
        }
        if let Some(measured) = &self.shared_reverb {
            let _ = writeln!(
                text,
                "Reverb     one for each of {} strips costs {:.1} times one shared by sends",
                measured.strips,
                measured.ratio()
            );
        }
        for note in &self.notes {
            let _ = writeln!(text, "Note       {note}");
        }
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
            lufs: Some(-16.5),
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
            chains: vec![ChainReport {
                node: "Bus 1 Drums".into(),
                dry: "0.0 dB".into(),
                lanes: Vec::new(),
                latency_samples: 48,
            }],
            notes: vec!["Something is not there".into()],
            shared_reverb_ratio: Some(6.0),
            shared_reverb: Some(SharedReverb {
                strips: 7,
                per_strip: 0.125,
                per_strip_without: 0.005,
                shared: 0.03,
                shared_without: 0.01,
            }),
        }
    }

    #[test]
    fn the_table_shows_every_output_its_levels_and_all_that_feeds_it() {
        let table = report().table();
        for expected in [
            "Bus 1 (Drums)",
            "1.5",
            "-18.2",
            "-16.5",
            "Chains     Bus 1 Drums: dry 0.0 dB, 48 samples late",
            "each of 7 strips costs 6.0 times",
            "Note       Something is not there",
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
        assert_eq!(json["shared_reverb_ratio"], 6.0);
        assert_eq!(json["outputs"][0]["name"], "Bus 1");
        assert_eq!(json["outputs"][0]["sources"][5], "Strip 6 (Post 0.0 dB)");
    }
}
