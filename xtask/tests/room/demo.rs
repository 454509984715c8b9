//! What the demo claims, heard on the demo itself: the band through the built plugin.
//!
//! Not here: the session the demo writes (its own unit tests).

use super::chains::{heard, opened, read};
use super::*;
use xtask::demo::{self, DELAY, DRUMS, HEADPHONES, MUSIC, REVERB};
use xtask::{band, shared_reverb};

/// The band: keys and voice are its last two strips.
pub fn band() -> &'static [Stem] {
    static PLAYED: OnceLock<Vec<Stem>> = OnceLock::new();
    PLAYED.get_or_init(|| band::play(48_000))
}

fn show() -> Session {
    let seconds = band()[0].frames() as f64 / 48_000.0;
    read(&demo::show(band(), seconds).to_string())
}

/// The band as inputs; `silenced` strips play nothing.
fn inputs(silenced: &[usize]) -> Vec<Stereo> {
    let side = |strip: usize, side: usize| match silenced.contains(&strip) {
        true => Vec::new(),
        false => band()[strip].side(side).to_vec(),
    };
    (0..band().len()).map(|strip| [side(strip, 0), side(strip, 1)]).collect()
}

/// Plays the first `seconds` of the show.
fn play(session: &Session, silenced: &[usize], seconds: f64) -> Vec<Stereo> {
    heard(session, Setup::default(), &inputs(silenced), (seconds * 48_000.0) as usize)
}

fn peak(signal: &Stereo) -> f32 {
    signal.iter().flatten().fold(0.0, |high, sample| high.max(sample.abs()))
}

pub fn rms(sides: [&[f32]; 2]) -> f64 {
    let power: f64 = sides.iter().copied().flatten().map(|s| f64::from(*s).powi(2)).sum();
    (power / (2 * sides[0].len()) as f64).sqrt()
}

pub fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

#[test]
fn main_never_passes_its_ceiling_and_uses_what_is_below_it() {
    let outputs = play(&show(), &[], 19.0);
    let highest = db(f64::from(peak(&outputs[PORT_MAIN])));
    assert!((-3.0..=-0.95).contains(&highest), "Main peaks at {highest} dB");
    for (port, output) in outputs.iter().enumerate() {
        assert!(peak(output) < 1.0, "port {port} peaks at {}", peak(output));
        assert!(output.iter().flatten().all(|sample| sample.is_finite()));
    }
}

#[test]
fn the_headphones_keep_every_bit_whatever_faders_mutes_and_effects_of_the_groups_do() {
    let as_it_is = show();
    let mut other = show();
    other.lanes.clear();
    for strip in 0..band().len() as u8 {
        other.values.push((Parameter::StripFader(strip), "-inf dB".into()));
        other.values.push((Parameter::StripMute(strip), "On".into()));
    }
    for bus in 0..HEADPHONES as u8 - 1 {
        other.values.push((Parameter::BusFader(bus), "-20 dB".into()));
    }
    let [as_it_is, other] = [as_it_is, other].map(|session| play(&session, &[], 10.0));
    assert!(!is_silent(&as_it_is[HEADPHONES]));
    assert!(as_it_is[HEADPHONES] == other[HEADPHONES]);
    assert!(!is_silent(&as_it_is[PORT_MAIN]) && is_silent(&other[PORT_MAIN]));
}

#[test]
fn every_strip_reaches_the_shared_reverb_and_delay_after_its_fader() {
    for strip in 0..band().len() {
        let others: Vec<usize> = (0..band().len()).filter(|other| *other != strip).collect();
        let mut session = show();
        session.lanes.clear();
        let open = play(&session, &others, 2.0);
        session.values.push((Parameter::StripFader(strip as u8), "-inf dB".into()));
        let closed = play(&session, &others, 2.0);
        for bus in [REVERB, DELAY] {
            assert!(!is_silent(&open[bus]), "strip {} in bus {bus}", strip + 1);
            assert!(is_silent(&closed[bus]), "strip {} in bus {bus} after its fader", strip + 1);
        }
    }
}

#[test]
fn the_music_makes_way_while_the_voice_sings_and_only_then() {
    let mut session = show();
    session.lanes.clear();
    let voice = band().len() - 1;
    let with = play(&session, &[], 9.0);
    let without = play(&session, &[voice], 9.0);
    let first = band()[voice].side(0).iter().position(|sample| *sample != 0.0).unwrap();
    for side in 0..2 {
        assert!(with[MUSIC][side][..first] == without[MUSIC][side][..first], "before the voice");
    }
    let mut deepest: f64 = 0.0;
    for start in (first..9 * 48_000 - 4_800).step_by(4_800) {
        let level = |outputs: &[Stereo]| {
            let [left, right] = &outputs[MUSIC];
            db(rms([&left[start..start + 4_800], &right[start..start + 4_800]]))
        };
        let change = level(&with) - level(&without);
        assert!(change < 0.1, "the music is {change} dB louder at frame {start}");
        deepest = deepest.min(change);
    }
    assert!((-9.0..=-2.0).contains(&deepest), "the music goes down by {deepest} dB");
}

#[test]
fn the_crushed_lane_makes_the_drums_denser_without_losing_their_strokes() {
    let bus = switchyard::routing::Node::Bus(DRUMS - 1).index();
    let mut session = show();
    session.lanes.clear();
    let crest = |session: &Session| {
        let drums = &play(session, &[], 8.0)[DRUMS];
        db(f64::from(peak(drums)) / rms([&drums[0], &drums[1]]))
    };
    let both = crest(&session);
    session.saved.chains[bus].lanes[0].level = switchyard::units::Fader::OFF;
    let dry = crest(&session);
    assert!(both < dry - 1.0, "crest {both} dB with the lane, {dry} dB without");
}

#[test]
fn a_click_reaches_the_headphones_at_the_reported_latency() {
    let mut session = show();
    session.lanes.clear();
    let mut room = opened(&session, Setup::default());
    room.start().unwrap();
    let late = room.latency() as usize;
    assert!(late > 100, "the limiter looks ahead: {late}");
    let click: Vec<f32> = (0..2_000).map(|frame| f32::from(u8::from(frame == 50))).collect();
    let outputs = room.render(&[[click.clone(), click]], &[], 2_000).unwrap();
    let phones = &outputs[HEADPHONES][0];
    let heard: Vec<usize> = (0..2_000).filter(|frame| phones[*frame].abs() > 1e-6).collect();
    assert_eq!(heard, [50 + late]);
}

#[test]
fn what_sharing_a_reverb_saves_is_measured_on_the_built_plugin() {
    let measured = shared_reverb::measure(plugin(), Setup::default(), band()).unwrap();
    assert_eq!(measured.strips, band().len());
    assert!(measured.per_strip > 0.0 && measured.shared > 0.0);
    assert!(measured.ratio().is_finite());
}
