//! The demonstration: a small live show. Groups with parallel and serial insert chains, one reverb
//! and one delay that all strips share, music that makes way for the voice, a headphone mix that no
//! fader disturbs, and moves a fader hand would make.
//!
//! It is a render session like any other, written for the stems at hand. Not here: running it (that
//! is [`crate::performance`]).

mod chains;

use crate::stems::Stem;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// The section of a band that a stem belongs to; each has a group of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Drums and percussion.
    Drums,
    /// Bass, keys, guitars and all else.
    Music,
    /// Voices.
    Vocals,
}

impl Section {
    /// The section a stem's name speaks of.
    pub fn of(name: &str) -> Section {
        let name = name.to_lowercase();
        let speaks_of = |words: &[&str]| words.iter().any(|word| name.contains(word));
        // "Vocoder synth" and "bass drum" show that order matters: the more telling word first.
        if speaks_of(&["drum", "kick", "snare", "hat", "perc", "tom", "cymbal", "overhead", "clap"])
        {
            Section::Drums
        } else if speaks_of(&["vox", "voice", "vocal", "voc", "choir", "singer"]) {
            Section::Vocals
        } else {
            Section::Music
        }
    }

    /// The number of its group's bus.
    fn bus(self) -> usize {
        match self {
            Section::Drums => DRUMS,
            Section::Music => MUSIC,
            Section::Vocals => VOCALS,
        }
    }

    /// What its strips send to the reverb, the delay and the headphones.
    fn sends(self) -> [&'static str; 3] {
        match self {
            Section::Drums => ["-20 dB", "-36 dB", "-9 dB"],
            Section::Music => ["-16 dB", "-28 dB", "-6 dB"],
            Section::Vocals => ["-13 dB", "-24 dB", "-3 dB"],
        }
    }
}

/// The number of the drums' group.
pub const DRUMS: usize = 1;
/// The number of the music's group.
pub const MUSIC: usize = 2;
/// The number of the voices' group.
pub const VOCALS: usize = 3;
/// The number of the reverb's return.
pub const REVERB: usize = 4;
/// The number of the delay's return.
pub const DELAY: usize = 5;
/// The number of the headphone mix.
pub const HEADPHONES: usize = 6;

/// The show for some stems, as a render session.
///
/// ```text
///  drums ─► Bus 1 Drums ── dry + crushed ──────────────┐
///  music ─► Bus 2 Music ── compressor, key Bus 3 ──────┼─► Main ── limiter ─► Monitor A
///  vocals ► Bus 3 Vocals ─ equalizer, compressor, tape ┤
///  every strip ─ Post ─► Bus 4 Reverb ─────────────────┤
///  every strip ─ Post ─► Bus 5 Delay ─► (and a little to Bus 4)
///  every strip ─ Pre ──► Bus 6 Headphones, its own port
/// ```
///
/// `seconds` is how long the stems last; the moves are spread over it.
pub fn show(stems: &[Stem], seconds: f64) -> Value {
    let sections: Vec<Section> = stems.iter().map(|stem| Section::of(&stem.name)).collect();
    let mut parameters = Map::new();
    let mut set = |name: String, text: &str| parameters.insert(name, text.into());
    set(format!("Bus {REVERB} Role"), "Return");
    set(format!("Bus {DELAY} Role"), "Return");
    set(format!("Bus {DELAY} > Bus {REVERB} Tap"), "Post");
    set(format!("Bus {DELAY} > Bus {REVERB}"), "-12 dB");
    set(format!("Bus {HEADPHONES} Role"), "Mix");
    set("Monitor Source".into(), "Main");
    set("Monitor Level".into(), "-6 dB");
    for (index, (stem, section)) in stems.iter().zip(&sections).enumerate() {
        let strip = index + 1;
        set(format!("Strip {strip} > Main Tap"), "Off");
        set(format!("Strip {strip} > Bus {}", section.bus()), "0 dB");
        let [reverb, delay, headphones] = section.sends();
        set(format!("Strip {strip} > Bus {REVERB}"), reverb);
        set(format!("Strip {strip} > Bus {DELAY}"), delay);
        set(format!("Strip {strip} > Bus {HEADPHONES} Tap"), "Pre");
        set(format!("Strip {strip} > Bus {HEADPHONES}"), headphones);
        if stem.is_mono() {
            // A mono source is placed by the pan law instead of being balanced.
            set(format!("Strip {strip} Source"), "Left");
        }
        if let Some(pan) = place(&stem.name) {
            set(format!("Strip {strip} Pan"), pan);
        }
    }
    let mut automation = vec![crush(seconds)];
    automation.extend(lead(&sections, Section::Vocals).map(|strip| throw(strip, seconds)));
    automation.extend(lead(&sections, Section::Music).map(|strip| breakdown(strip, seconds)));
    json!({
        "names": names(stems),
        "parameters": parameters,
        "automation": automation,
        "chains": chains::chains(),
        "macros": chains::macros(),
    })
}

/// Writes the show beside its output as a render session to go on from; answers with the file.
///
/// # Errors
/// When it cannot be written.
pub fn write(show: &Value, folder: &Path) -> Result<PathBuf> {
    let file = folder.join("session.json");
    std::fs::write(&file, format!("{show:#}\n"))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file)
}

fn names(stems: &[Stem]) -> Map<String, Value> {
    let mut names = Map::new();
    for (index, stem) in stems.iter().enumerate() {
        names.insert(format!("Strip {}", index + 1), stem.bare_name().into());
    }
    for (bus, name) in [
        (DRUMS, "Drums"),
        (MUSIC, "Music"),
        (VOCALS, "Vocals"),
        (REVERB, "Reverb"),
        (DELAY, "Delay"),
        (HEADPHONES, "Headphones"),
    ] {
        names.insert(format!("Bus {bus}"), name.into());
    }
    names.insert("Macro 1".into(), "Crush".into());
    names
}

/// A lane with its points at shares of the whole length.
fn lane(parameter: String, seconds: f64, points: &[(f64, &str)]) -> Value {
    let points: Vec<(f64, &str)> =
        points.iter().map(|(share, text)| (share * seconds, *text)).collect();
    json!({"parameter": parameter, "points": points})
}

/// The voice's send to the delay opens for the second half, and closes again.
fn throw(strip: usize, seconds: f64) -> Value {
    let send = format!("Strip {strip} > Bus {DELAY}");
    let resting = Section::Vocals.sends()[1];
    let points = [(0.0, resting), (0.45, resting), (0.5, "-8 dB"), (0.85, "-8 dB"), (0.9, resting)];
    lane(send, seconds, &points)
}

/// A fader goes down and comes back on the spot; the headphone mix, taken before it, stays.
fn breakdown(strip: usize, seconds: f64) -> Value {
    let points = [(0.0, "0 dB"), (0.25, "0 dB"), (0.4, "-inf dB"), (0.5, "-inf dB"), (0.5, "0 dB")];
    lane(format!("Strip {strip} Fader"), seconds, &points)
}

/// One macro makes the drums denser towards the end.
fn crush(seconds: f64) -> Value {
    let points = [(0.0, "30 %"), (0.5, "30 %"), (0.9, "100 %")];
    lane("Macro 1".into(), seconds, &points)
}

/// The number of the last strip of a section, or of the last of all when nobody plays in it.
fn lead(sections: &[Section], wanted: Section) -> Option<usize> {
    let of_section = sections.iter().rposition(|section| *section == wanted);
    of_section.or(sections.len().checked_sub(1)).map(|index| index + 1)
}

/// Where a stem stands, if its name says something about that.
fn place(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    [("hat", "R35"), ("snare", "L8"), ("guitar", "L30"), ("pad", "R20")]
        .iter()
        .find(|(word, _)| name.contains(word))
        .map(|(_, pan)| *pan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Session;
    use switchyard::routing::STRIPS;
    use switchyard::routing::parameter::Parameter;

    fn stem(name: &str, channels: usize) -> Stem {
        Stem { name: name.into(), channels: vec![vec![0.0; 10]; channels] }
    }

    #[test]
    fn a_stems_name_tells_its_section() {
        for (name, section) in [
            ("01 Kick In", Section::Drums),
            ("Bass Drum", Section::Drums),
            ("HiHat_close", Section::Drums),
            ("percussion", Section::Drums),
            ("Bass DI", Section::Music),
            ("synth pad", Section::Music),
            ("Lead Vox", Section::Vocals),
            ("backing vocals", Section::Vocals),
            ("track 7", Section::Music),
        ] {
            assert_eq!(Section::of(name), section, "{name}");
        }
    }

    #[test]
    fn any_number_of_stems_gives_a_session_in_which_everything_is_understood() {
        for count in 1..=STRIPS {
            let stems: Vec<Stem> =
                (0..count).map(|n| stem(["Kick", "Keys", "Vox"][n % 3], 1 + n % 2)).collect();
            let session = Session::from_json(&show(&stems, 10.0).to_string(), Path::new(""));
            let session = session.unwrap();
            for (parameter, text) in &session.values {
                assert!(parameter.from_text(text).is_some(), "{parameter:?} {text}");
            }
            assert_eq!(session.lanes.len(), 3, "a macro, a send level and a fader are automated");
            for lane in &session.lanes {
                assert!(lane.parameter.is_automatable());
                for (_, text) in &lane.points {
                    assert!(lane.parameter.from_text(text).is_some(), "{text}");
                }
            }
            let named = session.saved.strip_names.iter().filter(|name| !name.is_empty());
            assert_eq!(named.count(), count);
        }
    }

    #[test]
    fn the_session_that_is_written_down_is_the_one_that_is_played() {
        let folder = tempfile::tempdir().unwrap();
        let show = show(&[stem("Kick", 1), stem("Keys", 2), stem("Vox", 1)], 10.0);
        let written = Session::from_file(&write(&show, folder.path()).unwrap()).unwrap();
        assert_eq!(written, Session::from_json(&show.to_string(), Path::new("")).unwrap());
    }

    #[test]
    fn every_strip_feeds_the_shared_reverb_the_shared_delay_and_the_headphones() {
        let stems: Vec<Stem> =
            (0..STRIPS).map(|n| stem(["Kick", "Keys", "Vox"][n % 3], 1)).collect();
        let session = Session::from_json(&show(&stems, 10.0).to_string(), Path::new("")).unwrap();
        for strip in 0..STRIPS as u8 {
            for bus in [REVERB, DELAY, HEADPHONES] {
                let send = Parameter::StripLevel(strip, bus as u8 - 1);
                assert!(session.values.iter().any(|(parameter, _)| *parameter == send), "{send:?}");
            }
        }
    }
}
