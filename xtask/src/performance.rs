//! A performance: stems play into the room, every output that carries sound becomes a WAV file.
//!
//! Sound goes to disk as it comes, so the length is limited by the disk. Not here: which stems and
//! which routing.

use crate::progress::Progress;
use crate::report::{InputReport, Labels, Loudness, OutputReport, Report, SILENCE_DB, chains};
use crate::report::{refused_keys, sources};
use crate::room::automation::Lane;
use crate::room::{Room, automation, copy_from};
use crate::session::Session;
use crate::stems::Stem;
use anyhow::{Context, Result, ensure};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{BUSES, INPUT_PORTS, OUTPUT_PORTS};
use switchyard::session::workshop::fits;
use switchyard::units::db_to_gain;

/// The longest tail that is waited for, in seconds; one that never ends is cut here too.
const LONGEST_TAIL: f64 = 10.0;
/// What is silent on every output for this many seconds after the stems' end is over.
const SILENT_LONG: f64 = 0.5;

/// Everything that is played.
pub struct Performance<'a> {
    /// What plays into the strips, first strip first.
    pub stems: &'a [Stem],
    /// How it is routed, processed and moved.
    pub session: &'a Session,
    /// What strips and buses are used for.
    pub labels: Labels,
}

impl Performance<'_> {
    /// Plays it all in a freshly opened room and writes WAV files and the report into `folder`.
    ///
    /// # Errors
    /// When the plugin fails or a file cannot be written.
    pub fn run(&self, room: &mut Room, folder: &Path) -> Result<Report> {
        ensure!(self.stems.len() <= INPUT_PORTS, "{} stems for {INPUT_PORTS}", self.stems.len());
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be created", folder.display()))?;
        clear_earlier(folder);
        let sample_rate = room.setup().sample_rate;
        let saved = &self.session.saved;
        fits(saved, sample_rate, None).context("the chains")?;
        let moves = self.session.read(room, sample_rate)?;
        room.load_session(saved)?;
        for (parameter, value) in &moves.values {
            room.set(*parameter, *value);
        }
        // A lane's first value holds from the start, so it is set before the plugin runs: what is
        // there at the first frame is not faded in.
        for lane in &moves.lanes {
            room.set(lane.parameter(), lane.value_at(0));
        }
        room.start()?;
        let rate = sample_rate as u32;
        let mut tracks: Vec<Track> =
            (0..OUTPUT_PORTS).map(|port| self.track(port, folder, rate)).collect();
        let sound = self.stems.iter().map(Stem::frames).max().unwrap_or(0) as u64;
        let frames = self.play(room, &moves.lanes, &mut tracks, sound)?;
        let routing = room.routing()?;
        let opened: HashSet<Parameter> = (moves.lanes.iter())
            .filter(|lane| {
                let lowest = room.range(lane.parameter()).0;
                lane.values().any(|value| value > lowest)
            })
            .map(Lane::parameter)
            .collect();
        let mut outputs = Vec::new();
        let fed = sources(&routing, self.stems.len(), &opened, &self.labels);
        for (track, fed) in tracks.into_iter().zip(fed) {
            outputs.extend(track.finish(fed)?);
        }
        let mut notes = self.session.notes.clone();
        notes.extend(refused_keys(saved, &routing, sample_rate, &self.labels));
        let report = Report {
            sample_rate: rate,
            block: room.setup().block,
            frames,
            latency_samples: room.latency(),
            load: room.load_share(),
            restarts: room.restarts(),
            inputs: (self.stems.iter().enumerate())
                .map(|(index, stem)| InputReport {
                    strip: index + 1,
                    name: stem.name.clone(),
                    channels: stem.channels.len(),
                })
                .collect(),
            outputs,
            chains: chains(saved, sample_rate, &self.labels),
            notes,
            shared_reverb_ratio: None,
            shared_reverb: None,
        };
        report.write(folder)?;
        Ok(report)
    }

    /// Plays the stems, then as long as anything is heard, at most as long as the plugin's tail;
    /// answers with the length.
    fn play(
        &self,
        room: &mut Room,
        lanes: &[Lane],
        tracks: &mut [Track],
        sound: u64,
    ) -> Result<u64> {
        let rate = room.setup().sample_rate;
        let mut at = 0;
        let end = sound + u64::from(room.latency());
        let mut progress = Progress::begin("Playing", end);
        self.pass(room, lanes, tracks, &mut at, end, &mut progress)?;
        // Latency and tail are asked for when the sound is over: both may have grown.
        let longest = (LONGEST_TAIL * rate) as u64;
        let tail = room.tail().map_or(longest, |tail| u64::from(tail).min(longest));
        let end = end.max(sound + u64::from(room.latency()) + tail);
        let piece = (SILENT_LONG * rate) as u64;
        while at < end && tracks.iter_mut().any(Track::was_heard) {
            let until = end.min(at + piece);
            self.pass(room, lanes, tracks, &mut at, until, &mut progress)?;
        }
        progress.finish();
        Ok(at)
    }

    /// Plays on up to the frame `end`.
    fn pass(
        &self,
        room: &mut Room,
        lanes: &[Lane],
        tracks: &mut [Track],
        at: &mut u64,
        end: u64,
        progress: &mut Progress,
    ) -> Result<()> {
        while *at < end {
            let length = (room.setup().block as u64).min(end - *at);
            for port in 0..INPUT_PORTS {
                let stem = self.stems.get(port);
                for (side, buffer) in room.input_mut(port).into_iter().enumerate() {
                    copy_from(buffer, stem.map_or(&[], |stem| stem.side(side)), *at as usize);
                }
            }
            room.process(length as usize, &automation::changes(lanes, *at..*at + length))?;
            for (port, track) in tracks.iter_mut().enumerate() {
                track.write(room.output(port), length as usize)?;
            }
            *at += length;
            progress.advance(length);
        }
        Ok(())
    }

    fn track(&self, port: usize, folder: &Path, rate: u32) -> Track {
        let name = crate::report::port_name(port);
        let label = match port {
            1..=BUSES => self.labels.buses.get(port - 1).filter(|label| !label.is_empty()).cloned(),
            _ => None,
        };
        let file = match &label {
            Some(label) => format!("{port:02} {name} {label}.wav"),
            None => format!("{port:02} {name}.wav"),
        };
        Track {
            port,
            name,
            label,
            path: folder.join(&file),
            file,
            rate,
            silent_frames: 0,
            heard: false,
            writer: None,
            loudness: Loudness::default(),
        }
    }
}

/// One output port on its way to disk. Its file begins to exist with the first sample that is not
/// zero, so sixteen outputs do not cost sixteen files.
struct Track {
    port: usize,
    name: String,
    label: Option<String>,
    file: String,
    path: PathBuf,
    rate: u32,
    silent_frames: u64,
    /// Whether anything was heard since this was asked last.
    heard: bool,
    writer: Option<WavWriter<BufWriter<File>>>,
    loudness: Loudness,
}

impl Track {
    /// Whether anything could be heard since the last call.
    fn was_heard(&mut self) -> bool {
        std::mem::take(&mut self.heard)
    }

    fn write(&mut self, [left, right]: [&[f32]; 2], frames: usize) -> Result<()> {
        let sides = [&left[..frames], &right[..frames]];
        self.loudness.add(sides, self.rate)?;
        let audible = db_to_gain(SILENCE_DB);
        self.heard |= sides.iter().any(|side| side.iter().any(|sample| sample.abs() > audible));
        if self.writer.is_none() {
            if sides.iter().all(|side| side.iter().all(|sample| *sample == 0.0)) {
                self.silent_frames += frames as u64;
                return Ok(());
            }
            let spec = WavSpec {
                channels: 2,
                sample_rate: self.rate,
                bits_per_sample: 32,
                sample_format: SampleFormat::Float,
            };
            let writer = WavWriter::create(&self.path, spec)
                .with_context(|| format!("{} cannot be written", self.path.display()))?;
            self.writer = Some(writer);
            for _ in 0..2 * self.silent_frames {
                self.sample(0.0)?;
            }
        }
        for (left, right) in sides[0].iter().zip(sides[1]) {
            self.sample(*left)?;
            self.sample(*right)?;
        }
        Ok(())
    }

    fn sample(&mut self, sample: f32) -> Result<()> {
        let writer = self.writer.as_mut().expect("opened before the first sample");
        writer
            .write_sample(sample)
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// Closes the file; one that carries no sound is removed and not reported.
    fn finish(self, sources: Vec<String>) -> Result<Option<OutputReport>> {
        let Some(writer) = self.writer else { return Ok(None) };
        writer.finalize().with_context(|| format!("{} cannot be written", self.path.display()))?;
        if !self.loudness.carries_sound() {
            fs::remove_file(&self.path)
                .with_context(|| format!("{} cannot be removed", self.path.display()))?;
            return Ok(None);
        }
        Ok(Some(OutputReport {
            port: self.port,
            name: self.name,
            label: self.label,
            file: self.file,
            peak_db: self.loudness.peak_db(),
            rms_db: self.loudness.rms_db(),
            lufs: self.loudness.lufs(),
            sources,
            non_finite: self.loudness.non_finite(),
        }))
    }
}

/// Removes what an earlier render left in the folder, going by its report, so that old files are
/// not taken for new ones. Nothing else is touched, and what cannot be removed stays.
fn clear_earlier(folder: &Path) {
    let report = folder.join(crate::report::FILE);
    let Ok(text) = fs::read_to_string(&report) else { return };
    let Ok(earlier) = serde_json::from_str::<Report>(&text) else { return };
    for output in earlier.outputs {
        let is_plain = Path::new(&output.file).file_name() == Some(output.file.as_ref());
        if is_plain && output.file.ends_with(".wav") {
            let _ = fs::remove_file(folder.join(&output.file));
        }
    }
    let _ = fs::remove_file(report);
}
