//! What sharing saves: the cost of a reverb on every strip beside that of one reverb fed by sends.
//!
//! Four rooms play the same stems in the same blocks in one process, in turns of a twentieth of a
//! second, so that whatever else the machine does meets all of them. What is counted is the
//! processor time of the thread inside the plugin's audio callback. Of each turn the median over
//! several passes counts, and each pass has rooms of its own, because where their memory happens to
//! lie makes a difference too. A room's cost of reverb is its time less that of the same room without
//! the reverb: mixing, sends and silence cancel out.
//!
//! Not here: what the demo plays and how it sounds.

use crate::progress::Progress;
use crate::room::{Room, Setup, copy_from};
use crate::session::Session;
use crate::stems::Stem;
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Duration;
use switchyard::routing::INPUT_PORTS;

/// How often the sound is played; odd, so that there is a median.
const PASSES: usize = 9;
/// The most seconds of the stems that are played and count.
const LONGEST: f64 = 2.0;
/// Seconds a room plays before anything counts: until a reverb has used all its memory once.
const WARM_UP: f64 = 0.5;
/// Seconds a room plays before it is the next one's turn.
const TURN: f64 = 0.05;

/// What was measured. Times are shares of one processor core: 0.01 is 1 %.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedReverb {
    /// How many strips play.
    pub strips: usize,
    /// A reverb in every strip's chain.
    pub per_strip: f64,
    /// The same room with those chains empty.
    pub per_strip_without: f64,
    /// One reverb on a return, fed by a send of every strip.
    pub shared: f64,
    /// The same room, sends and all, with the return's chain empty.
    pub shared_without: f64,
}

impl SharedReverb {
    /// How many times dearer a reverb on every strip is than the shared one.
    pub fn ratio(&self) -> f64 {
        (self.per_strip - self.per_strip_without) / (self.shared - self.shared_without)
    }
}

/// Plays the stems through all four rooms.
///
/// # Errors
/// When the plugin cannot be opened or fails, or when reverbs cost nothing that can be measured.
pub fn measure(plugin: &Path, setup: Setup, stems: &[Stem]) -> Result<SharedReverb> {
    ensure!(!stems.is_empty(), "there are no stems to play");
    let longest = stems.iter().map(Stem::frames).max().unwrap_or(0);
    let frames = longest.min((LONGEST * setup.sample_rate) as usize);
    let turn = ((TURN * setup.sample_rate) as usize).max(1);
    let turns = frames / turn;
    ensure!(turns > 0, "the stems are too short to measure anything");
    let sessions = rooms_of(stems.len());
    let sessions = sessions
        .iter()
        .map(|session| Session::from_json(&session.to_string(), Path::new("")))
        .collect::<Result<Vec<Session>>>()?;
    let count = sessions.len();
    // Of each room, turn by turn, pass by pass.
    let mut times = vec![vec![Vec::with_capacity(PASSES); turns]; count];
    let mut progress = Progress::begin("Measuring the shared reverb", PASSES as u64);
    for pass in 0..PASSES {
        let mut rooms = Vec::new();
        for session in &sessions {
            let mut room = opened(plugin, setup, session)?;
            play(&mut room, stems, 0, (WARM_UP * setup.sample_rate) as usize)?;
            rooms.push(room);
        }
        for step in 0..turns * count {
            // Nobody is always first after another room has filled the caches.
            let (at, which) = (step / count, (step + step / count + pass) % count);
            let room = &mut rooms[which];
            let before = room.busy();
            play(room, stems, at * turn, turn)?;
            times[which][at].push(room.busy() - before);
        }
        progress.advance(1);
    }
    progress.finish();
    let sound = (turns * turn) as f64 / setup.sample_rate;
    let cost = |which: usize| -> f64 {
        let medians = times[which].iter().map(|passes| median(passes.clone()));
        medians.sum::<Duration>().as_secs_f64() / sound
    };
    let found = SharedReverb {
        strips: stems.len(),
        per_strip: cost(0),
        per_strip_without: cost(1),
        shared: cost(2),
        shared_without: cost(3),
    };
    ensure!(
        found.shared > found.shared_without && found.ratio().is_finite(),
        "a reverb costs nothing that can be measured here"
    );
    Ok(found)
}

fn opened(plugin: &Path, setup: Setup, session: &Session) -> Result<Room> {
    let mut room = Room::open(plugin, setup)?;
    room.load_session(&session.saved)?;
    for (parameter, text) in &session.values {
        room.set_text(*parameter, text)?;
    }
    Ok(room)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn play(room: &mut Room, stems: &[Stem], from: usize, frames: usize) -> Result<()> {
    let mut done = 0;
    while done < frames {
        let length = room.setup().block.min(frames - done);
        for port in 0..INPUT_PORTS {
            let stem = stems.get(port);
            for (side, buffer) in room.input_mut(port).into_iter().enumerate() {
                copy_from(buffer, stem.map_or(&[], |stem| stem.side(side)), from + done);
            }
        }
        room.process(length, &[])?;
        done += length;
    }
    Ok(())
}

/// The rooms in the order of [`SharedReverb`]'s fields, as render sessions.
fn rooms_of(strips: usize) -> [Value; 4] {
    let reverb = json!({"effect": "Reverb", "settings": {"Decay": "1.6 s"}});
    let mut on_strip = reverb.clone();
    on_strip["mix"] = "20 %".into();
    let on_strips: Map<String, Value> =
        (1..=strips).map(|i| (format!("Strip {i}"), json!([on_strip]))).collect();
    let mut sends: Map<String, Value> =
        (1..=strips).map(|i| (format!("Strip {i} > Bus 1"), "-14 dB".into())).collect();
    sends.insert("Bus 1 Role".into(), "Return".into());
    [
        json!({"chains": on_strips}),
        json!({}),
        json!({"parameters": sends, "chains": {"Bus 1": [reverb]}}),
        json!({"parameters": sends}),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchyard::effects::Kind;
    use switchyard::routing::chain::{Chain, Slot};

    #[test]
    fn the_ratio_is_of_what_the_reverbs_add() {
        let found = SharedReverb {
            strips: 6,
            per_strip: 0.13,
            per_strip_without: 0.01,
            shared: 0.035,
            shared_without: 0.015,
        };
        assert!((found.ratio() - 6.0).abs() < 1e-9);
    }

    #[test]
    fn one_late_pass_does_not_count() {
        let times = [5, 4, 900, 6, 5].map(Duration::from_micros);
        assert_eq!(median(times.to_vec()), Duration::from_micros(5));
    }

    #[test]
    fn the_rooms_differ_in_nothing_but_their_reverbs() {
        let read = |value: &Value| Session::from_json(&value.to_string(), Path::new("")).unwrap();
        let reverbs = |session: &Session| {
            let slots = session.saved.chains.iter().flat_map(Chain::slots);
            slots.filter_map(Slot::kind).filter(|kind| *kind == Kind::Reverb).count()
        };
        for strips in [1, 6, 16] {
            let rooms = rooms_of(strips);
            let [per_strip, without, shared, shared_without] = rooms.each_ref().map(read);
            let counts = [&per_strip, &without, &shared, &shared_without].map(reverbs);
            assert_eq!(counts, [strips, 0, 1, 0]);
            assert_eq!(per_strip.values, without.values);
            assert_eq!(shared.values, shared_without.values);
            assert_eq!(shared.values.len(), strips + 1, "a send each, and the bus is a return");
        }
    }
}
