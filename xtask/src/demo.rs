//! The demonstration: a small live show. Groups, an effects send, a headphone mix that no fader
//! disturbs, and two moves a fader hand would make.
//!
//! Not here: running it (that is [`crate::performance`]).

use crate::report::Labels;
use crate::session::{Session, TextLane};
use crate::stems::Stem;
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{BUSES, STRIPS};

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

    /// The bus of its group, from 0.
    fn bus(self) -> usize {
        self as usize
    }

    /// What the group is called.
    fn label(self) -> &'static str {
        match self {
            Section::Drums => "Drums",
            Section::Music => "Music",
            Section::Vocals => "Vocals",
        }
    }
}

/// The bus of the effects send, from 0.
pub const EFFECTS: usize = 3;
/// The bus of the headphone mix, from 0.
pub const HEADPHONES: usize = 5;

/// The show for some stems: its session, and what strips and buses are used for.
///
/// ```text
///  drums ─► Bus 1 Drums ──┐
///  music ─► Bus 2 Music ──┼─► Main ─► Monitor A       every strip ─ Pre ─► Bus 6 Headphones
///  vocals ► Bus 3 Vocals ─┘                           some ─ Post ─► Bus 4 Effects, its own port
/// ```
///
/// `seconds` is how long the stems last; the moves are spread over it.
pub fn show(stems: &[Stem], seconds: f64) -> (Session, Labels) {
    let mut session = Session::default();
    let mut labels =
        Labels { strips: vec![String::new(); STRIPS], buses: vec![String::new(); BUSES] };
    let mut set = |parameter: Parameter, text: &str| session.values.push((parameter, text.into()));
    let sections: Vec<Section> = stems.iter().map(|stem| Section::of(&stem.name)).collect();

    labels.buses[EFFECTS] = "Effects".into();
    labels.buses[HEADPHONES] = "Headphones".into();
    set(Parameter::BusRole(EFFECTS as u8), "Return");
    // There is no effect on it yet: the DAW puts one on this port, and the dry sound must not come
    // back to Main a second time.
    set(Parameter::BusMainTap(EFFECTS as u8), "Off");
    set(Parameter::BusRole(HEADPHONES as u8), "Mix");
    set(Parameter::MonitorSource, "Main");
    set(Parameter::MonitorLevel, "-6 dB");

    for (index, (stem, section)) in stems.iter().zip(&sections).enumerate() {
        let strip = index as u8;
        labels.strips[index] = bare_name(&stem.name).into();
        labels.buses[section.bus()] = section.label().into();
        set(Parameter::StripMainTap(strip), "Off");
        set(Parameter::StripLevel(strip, section.bus() as u8), "0 dB");
        set(Parameter::StripTap(strip, HEADPHONES as u8), "Pre");
        let own_mix = match section {
            Section::Drums => "-9 dB",
            Section::Music => "-6 dB",
            Section::Vocals => "-3 dB",
        };
        set(Parameter::StripLevel(strip, HEADPHONES as u8), own_mix);
        if stem.is_mono() {
            // A mono source is placed by the pan law instead of being balanced.
            set(Parameter::StripSource(strip), "Left");
        }
        if let Some(pan) = place(&stem.name) {
            set(Parameter::StripPan(strip), pan);
        }
        if *section == Section::Music {
            set(Parameter::StripLevel(strip, EFFECTS as u8), "-18 dB");
        }
    }

    if let Some(singer) = lead(&sections, Section::Vocals) {
        session.lanes.push(throw(singer, seconds));
    }
    if let Some(player) = lead(&sections, Section::Music) {
        session.lanes.push(breakdown(player, seconds));
    }
    (session, labels)
}

/// A send opens for the second half, as for a delay throw, and closes again.
fn throw(strip: usize, seconds: f64) -> TextLane {
    let point = |share: f64, text: &str| (share * seconds, text.to_string());
    TextLane {
        parameter: Parameter::StripLevel(strip as u8, EFFECTS as u8),
        points: vec![
            point(0.0, "-inf dB"),
            point(0.45, "-inf dB"),
            point(0.5, "-6 dB"),
            point(0.85, "-6 dB"),
            point(0.9, "-inf dB"),
        ],
    }
}

/// A fader goes down and comes back on the spot; the headphone mix, taken before it, stays.
fn breakdown(strip: usize, seconds: f64) -> TextLane {
    let point = |share: f64, text: &str| (share * seconds, text.to_string());
    TextLane {
        parameter: Parameter::StripFader(strip as u8),
        points: vec![
            point(0.0, "0 dB"),
            point(0.25, "0 dB"),
            point(0.4, "-inf dB"),
            point(0.5, "-inf dB"),
            point(0.5, "0 dB"),
        ],
    }
}

/// The last strip of a section, or the last of all when nobody plays in it.
fn lead(sections: &[Section], wanted: Section) -> Option<usize> {
    let of_section = sections.iter().rposition(|section| *section == wanted);
    of_section.or(sections.len().checked_sub(1))
}

/// Where a stem stands, if its name says something about that.
fn place(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    [("hat", "R35"), ("snare", "L8"), ("guitar", "L30"), ("pad", "R20")]
        .iter()
        .find(|(word, _)| name.contains(word))
        .map(|(_, pan)| *pan)
}

/// A stem's name without the number that orders it: "03 Hat" is "Hat".
pub fn bare_name(name: &str) -> &str {
    let bare = name
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches([' ', '-', '_', '.']);
    if bare.is_empty() { name } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

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
    fn any_number_of_stems_gives_a_session_whose_texts_are_all_understood() {
        for count in 1..=STRIPS {
            let stems: Vec<Stem> =
                (0..count).map(|n| stem(["Kick", "Keys", "Vox"][n % 3], 1 + n % 2)).collect();
            let (session, labels) = show(&stems, 10.0);
            let mut seen = HashSet::new();
            for (parameter, text) in &session.values {
                assert!(parameter.from_text(text).is_some(), "{parameter:?} {text}");
                assert!(seen.insert(*parameter), "{parameter:?} is set twice");
            }
            assert_eq!(session.lanes.len(), 2, "a send level and a fader are automated");
            for lane in &session.lanes {
                assert!(lane.parameter.is_automatable());
                assert!(lane.points.windows(2).all(|pair| pair[0].0 <= pair[1].0));
                for (_, text) in &lane.points {
                    assert!(lane.parameter.from_text(text).is_some(), "{text}");
                }
            }
            assert_eq!(labels.strips.iter().filter(|label| !label.is_empty()).count(), count);
        }
    }

    #[test]
    fn numbers_that_order_files_are_not_part_of_a_label() {
        assert_eq!(bare_name("03 Hat"), "Hat");
        assert_eq!(bare_name("12_Lead Vox"), "Lead Vox");
        assert_eq!(bare_name("808"), "808");
    }
}
