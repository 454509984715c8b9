//! Gain staging: how loud sums are to be expected, from the peaks that were seen or, where nobody
//! looked, from a usual one.
//!
//! Not here: measuring. An estimate: different sources add up by power, effects count with their
//! steady gains only. Main thread.

use super::fix::fader_of;
use super::rules::Seen;
use super::{Desk, Edit, Fix, Place};
use crate::effects::spec::Known;
use crate::effects::{EffectSpec, Kind};
use crate::routing::chain::{Chain, Slot};
use crate::routing::{BUSES, Fader, MAIN, Node, Role, STRIPS, Tap};
use crate::units::{db_to_gain, gain_to_db};

/// The peak taken for a strip in use that nobody has listened to: −12 dBFS, as sources are usually
/// recorded, so that sixteen of them at 0 dB just fill the scale.
const USUAL_PEAK_DB: f32 = -12.0;

/// By how much an expected sum may pass full scale before it is told, in dB.
const MARGIN_DB: f32 = 0.1;

/// Expected peaks at the three taps of a node.
#[derive(Clone, Copy, Default)]
struct Expected {
    input: f32,
    pre: f32,
    post: f32,
}

impl Expected {
    fn of(desk: &Desk, node: Node, input: f32) -> Expected {
        let mix = desk.insert_mix(node);
        let wet = through_chain(desk.chain(node), input);
        let pre = input * (1.0 - mix) + wet * mix;
        Expected { input, pre, post: pre * desk.stage(node) }
    }

    fn at(&self, tap: Tap) -> f32 {
        match tap {
            Tap::Off => 0.0,
            Tap::Input => self.input,
            Tap::Pre => self.pre,
            Tap::Post => self.post,
        }
    }
}

pub fn hot_sum(desk: &Desk) -> Vec<Seen> {
    let expected = estimate(desk);
    let mut seen = Vec::new();
    for destination in (0..BUSES).filter(|j| desk.role(*j) == Role::Mix).chain([MAIN]) {
        let node = Node::destination(destination);
        let excess = gain_to_db(expected[node.index()].post);
        if desk.is_muted(node) || excess <= MARGIN_DB {
            continue;
        }
        let basis = match desk.around.peaks {
            Some(_) => "with the peaks its sources have shown",
            None => "with sources that peak at -12 dBFS",
        };
        seen.push(Seen {
            path: vec![Place::Node(node)],
            text: format!(
                "{} is expected to peak at {excess:+.1} dBFS {basis}: the converter or file behind it \
                 will clip.",
                desk.name(node)
            ),
            fixes: ways_down(desk, node, excess),
        });
    }
    seen
}

fn ways_down(desk: &Desk, node: Node, excess: f32) -> Vec<Fix> {
    let fader = fader_of(node);
    let now = Fader(fader.get(desk.routing));
    // In whole half decibels, as a hand would do it.
    let lower = Fader::from_db(now.db() - (excess * 2.0).ceil() / 2.0);
    let mut fixes = vec![Fix::set(fader, lower.0)];
    // Behind the limiter come fader and balance; only where they add nothing does it hold.
    let holds = desk.stage(node) <= 1.0 && desk.insert_mix(node) == 1.0;
    let chain = desk.chain(node);
    let is_serial = match &chain.lanes[..] {
        [] => true,
        [lane] => !chain.dry.is_open() && lane.level.db() <= 0.0,
        _ => false,
    };
    if holds && is_serial && desk.has_room(node) {
        let limiter = Edit::Add(node, EffectSpec::new(Kind::Limiter));
        fixes.push(Fix::new(format!("Put a Limiter at the end of {node}"), [limiter]));
    }
    fixes
}

/// Expected peaks of every node, the loudest side.
fn estimate(desk: &Desk) -> [Expected; crate::routing::NODES] {
    let mut expected = [Expected::default(); crate::routing::NODES];
    for i in 0..STRIPS {
        let is_fed = desk.port(i).is_some_and(|port| desk.around.inputs[port]);
        let peak = match desk.around.peaks {
            _ if !is_fed => 0.0,
            // The engine hears what is no number as silence.
            Some(peaks) => Some(peaks[i]).filter(|peak| peak.is_finite()).unwrap_or(0.0),
            None if desk.is_used(Node::Strip(i)) => {
                db_to_gain(USUAL_PEAK_DB + desk.routing.strips[i].trim_db)
            }
            None => 0.0,
        };
        expected[i] = Expected::of(desk, Node::Strip(i), peak);
    }
    for destination in desk.schedule.order.map(usize::from).into_iter().chain([MAIN]) {
        let power: f32 = desk
            .sources(destination)
            .filter(|source| {
                let from = Node::from_index(*source);
                let ignores_mute = *source < STRIPS && desk.is_mix(destination);
                ignores_mute || !desk.is_muted(from)
            })
            .map(|source| {
                let send = desk.routing.edge(source, destination);
                (send.level.gain() * expected[source].at(send.tap)).powi(2)
            })
            .sum();
        let node = Node::destination(destination);
        expected[node.index()] = Expected::of(desk, node, power.sqrt());
    }
    expected
}

/// A peak behind a chain: lanes add up at their worst.
fn through_chain(chain: &Chain, peak: f32) -> f32 {
    if chain.lanes.is_empty() {
        return peak;
    }
    let lanes = chain.lanes.iter().map(|lane| {
        let through = |peak: f32, slot: &Slot| {
            let amount = slot.amount();
            let wet = match slot.effect.known() {
                Some(known) if amount > 0.0 => through_effect(known, slot, peak),
                _ => peak,
            };
            peak * (1.0 - amount) + wet * amount
        };
        lane.slots.iter().fold(peak, through) * lane.level.gain()
    });
    peak * chain.dry.gain() + lanes.sum::<f32>()
}

/// A steady peak behind an effect, as far as its settings tell.
fn through_effect(known: &Known, slot: &Slot, peak: f32) -> f32 {
    let value = |id: &str| known.setting(id).map_or(0.0, |(at, _)| known.values[at]);
    match known.kind {
        Kind::Utility | Kind::Convolution => peak * db_to_gain(value("gain")),
        Kind::Equalizer => peak * db_to_gain(value("output")),
        Kind::Saturator => {
            // Every curve leaves full scale where it is and lifts what is below, much like tanh.
            let k = (db_to_gain(value("drive")).powi(2) - 1.0).max(0.0).sqrt();
            let bent = if k > 0.0 { (k * peak).tanh() / k.tanh() } else { peak };
            bent * db_to_gain(value("output"))
        }
        Kind::Limiter => (peak * db_to_gain(value("gain"))).min(db_to_gain(value("ceiling"))),
        Kind::Compressor => {
            let slope = 1.0 - 1.0 / value("ratio").max(1.0);
            let above = |level: f32| (level - value("threshold")).max(0.0) * slope;
            let automatic = if value("auto_makeup") >= 0.5 { above(0.0) / 2.0 } else { 0.0 };
            let held = if slot.heard_key().is_some() { 0.0 } else { above(gain_to_db(peak)) };
            peak * db_to_gain(value("makeup") + automatic - held)
        }
        Kind::Gate | Kind::Delay | Kind::Reverb => peak,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::Context;

    /// Frames at a time; a power of two no longer than what effects get.
    const SLICE: usize = 32;

    /// The peak of a steady sine behind an effect, once it has settled.
    fn heard(known: &Known, peak: f32) -> f32 {
        let mut effect = known.kind.build(&known.values, 48_000.0, None);
        let mut loudest = 0.0f32;
        for slice in 0..3000usize {
            let sine = |n: usize| {
                let turns = (slice * SLICE + n) as f32 * 1000.0 / 48_000.0;
                peak * (turns.fract() * std::f32::consts::TAU).sin()
            };
            let mut left: [f32; SLICE] = std::array::from_fn(sine);
            let mut right = left;
            let context = Context { now: (slice * SLICE) as u64, key: None, tempo: None };
            effect.process([&mut left, &mut right], &context);
            if slice >= 2800 {
                loudest = left.iter().fold(loudest, |loudest, x| loudest.max(x.abs()));
            }
        }
        loudest
    }

    #[test]
    fn what_is_expected_behind_an_effect_is_what_a_steady_tone_has_there() {
        let effect = |kind, settings: &[(&str, f32)]| {
            let new = EffectSpec::new(kind);
            settings.iter().fold(new, |spec, (id, plain)| spec.with(id, *plain))
        };
        for spec in [
            effect(Kind::Utility, &[("gain", -6.0)]),
            effect(Kind::Equalizer, &[("output", 3.0)]),
            effect(Kind::Gate, &[]),
            effect(Kind::Compressor, &[]),
            effect(Kind::Compressor, &[("threshold", -40.0), ("ratio", 3.0), ("makeup", 5.0)]),
            effect(Kind::Compressor, &[("threshold", -30.0), ("auto_makeup", 1.0)]),
            effect(Kind::Limiter, &[("gain", 6.0)]),
            effect(Kind::Limiter, &[("gain", 18.0), ("ceiling", -3.0)]),
            effect(Kind::Saturator, &[("drive", 0.0), ("output", -4.0)]),
            effect(Kind::Saturator, &[("drive", 24.0)]),
            effect(Kind::Saturator, &[("curve", 3.0), ("drive", 12.0)]),
        ] {
            for peak in [0.5, 0.1] {
                let slot = Slot::new(1, spec.clone());
                let known = spec.known().expect("known");
                let expected = gain_to_db(through_effect(known, &slot, peak));
                let got = gain_to_db(heard(known, peak));
                let what = known.kind.name();
                assert!((expected - got).abs() < 1.0, "{what} at {peak}: {expected} {got}");
            }
        }
    }
}
