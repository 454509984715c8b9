//! What runs in which insert chain, read off the session.
//!
//! Not here: sound. Latencies are those of the effects at the render's sample rate; what a key adds
//! at the head of a chain is in the latency of the whole.

use super::Labels;
use serde::{Deserialize, Serialize};
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::Parameter;
use switchyard::routing::{Node, Routing};
use switchyard::schedule::keys::{KEYS, KeyEdge};
use switchyard::schedule::{Admission, Timing, compile};
use switchyard::session::Session;
use switchyard::session::workshop::{key_edges, latencies};
use switchyard::units::Fader;

/// One node's insert chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainReport {
    /// Whose it is, with its label: "Bus 1 Drums".
    pub node: String,
    /// The level of the untouched signal beside the lanes, "-inf dB" where there is none.
    pub dry: String,
    /// The lanes, side by side.
    pub lanes: Vec<LaneReport>,
    /// How late the chain is, in frames.
    pub latency_samples: u32,
}

/// One lane of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneReport {
    /// Its level in the chain's sum.
    pub level: String,
    /// Its slots in signal order.
    pub slots: Vec<SlotReport>,
    /// How late the lane is by itself, in frames; the chain delays all to the latest.
    pub latency_samples: u32,
}

/// One slot of a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotReport {
    /// The effect's name.
    pub effect: String,
    /// Whether it passes the sound on untouched.
    pub bypass: bool,
    /// How much of the effect is heard, in per cent.
    pub mix_percent: f32,
    /// What it listens to: "Strip 2 Pre".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The impulse response it sounds through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impulse: Option<String>,
    /// How late it is, in frames.
    pub latency_samples: u32,
}

/// The chains that hold anything, in the order of strips, buses, Main.
pub fn chains(session: &Session, sample_rate: f64, labels: &Labels) -> Vec<ChainReport> {
    let filled = session.chains.iter().enumerate().filter(|(_, chain)| !chain.is_empty());
    filled.map(|(index, chain)| one(Node::from_index(index), chain, sample_rate, labels)).collect()
}

/// The keys that the routing refuses, because they would close a loop, each as a sentence.
pub fn refused_keys(
    session: &Session,
    routing: &Routing,
    sample_rate: f64,
    labels: &Labels,
) -> Vec<String> {
    let mut timing = Timing { chain: latencies(session, sample_rate), ..Timing::ZERO };
    let keys: Vec<KeyEdge> = key_edges(session, sample_rate).take(KEYS).collect();
    for (place, key) in timing.keys.iter_mut().zip(&keys) {
        *place = Some(*key);
    }
    let schedule = compile(routing, &timing);
    let refused =
        |(index, _): &(usize, &KeyEdge)| schedule.key_admission(*index) == Admission::Loop;
    keys.iter()
        .enumerate()
        .filter(refused)
        .map(|(_, key)| {
            let [listener, source] = [key.node, key.source].map(|node| labels.name(node));
            let tap = key.tap.name();
            format!("{listener}: its key {source} {tap} would close a loop; it hears silence")
        })
        .collect()
}

fn one(node: Node, chain: &Chain, sample_rate: f64, labels: &Labels) -> ChainReport {
    let lanes: Vec<LaneReport> = (chain.lanes.iter())
        .map(|lane| {
            let slots: Vec<SlotReport> =
                lane.slots.iter().map(|slot| told(slot, sample_rate, labels)).collect();
            let latency_samples = slots.iter().map(|slot| slot.latency_samples).sum();
            LaneReport { level: decibels(lane.level), slots, latency_samples }
        })
        .collect();
    let latency_samples = lanes.iter().map(|lane| lane.latency_samples).max().unwrap_or(0);
    ChainReport { node: labels.name(node), dry: decibels(chain.dry), lanes, latency_samples }
}

fn told(slot: &Slot, sample_rate: f64, labels: &Labels) -> SlotReport {
    let known = slot.effect.known();
    SlotReport {
        effect: slot.effect.name().to_owned(),
        bypass: slot.bypass,
        mix_percent: slot.mix * 100.0,
        key: (slot.heard_key()).map(|key| format!("{} {}", labels.name(key.node), key.tap.name())),
        impulse: known.and_then(|known| known.impulse.as_ref()).map(|found| found.name.clone()),
        // A convolution is as late with a response as without.
        latency_samples: known
            .map_or(0, |known| known.kind.build(&known.values, sample_rate, None).latency()),
    }
}

fn decibels(level: Fader) -> String {
    Parameter::MainFader.to_text(level.0)
}

impl ChainReport {
    /// The chain in a line: "dry 0.0 dB + Compressor at -6.0 dB".
    pub fn line(&self) -> String {
        let is_serial = self.lanes.len() == 1 && self.dry == decibels(Fader::OFF);
        let mut parts = Vec::new();
        if self.dry != decibels(Fader::OFF) {
            parts.push(format!("dry {}", self.dry));
        }
        for lane in &self.lanes {
            let slots: Vec<String> = lane.slots.iter().map(SlotReport::words).collect();
            let slots = if slots.is_empty() { "nothing".into() } else { slots.join(" → ") };
            let at_unity = is_serial && lane.level == decibels(Fader::UNITY);
            parts.push(if at_unity { slots } else { format!("{slots} at {}", lane.level) });
        }
        let late = match self.latency_samples {
            0 => String::new(),
            samples => format!(", {samples} samples late"),
        };
        format!("{}: {}{late}", self.node, parts.join(" + "))
    }
}

impl SlotReport {
    fn words(&self) -> String {
        let mut remarks = Vec::new();
        remarks.extend(self.impulse.clone());
        if self.mix_percent < 100.0 {
            remarks.push(format!("{:.0} %", self.mix_percent));
        }
        remarks.extend(self.key.as_ref().map(|key| format!("key {key}")));
        if self.bypass {
            remarks.push("bypassed".into());
        }
        let effect = &self.effect;
        if remarks.is_empty() {
            effect.clone()
        } else {
            format!("{effect} ({})", remarks.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchyard::effects::{EffectSpec, Kind};
    use switchyard::routing::Tap;
    use switchyard::routing::chain::{Key, Lane};

    #[test]
    fn a_key_that_would_close_a_loop_is_named_and_others_are_not() {
        let keyed = |id: u64, node: Node| {
            let mut slot = Slot::new(id, EffectSpec::new(Kind::Gate));
            slot.key = Some(Key { node, tap: Tap::Post });
            Chain::serial([slot])
        };
        let mut session = Session::default();
        session.chains[Node::Strip(0).index()] = keyed(1, Node::Bus(3));
        session.chains[Node::Bus(3).index()] = keyed(2, Node::Strip(1));
        let labels = Labels { strips: Vec::new(), buses: vec![String::new(); 4] };
        let refused = refused_keys(&session, &Routing::default(), 48_000.0, &labels);
        assert_eq!(refused, ["Strip 1: its key Bus 4 Post would close a loop; it hears silence"]);
    }

    #[test]
    fn a_chain_is_told_with_its_lanes_keys_mixes_and_latency() {
        let mut keyed = Slot::new(1, EffectSpec::new(Kind::Compressor));
        keyed.key = Some(Key { node: Node::Strip(1), tap: Tap::Pre });
        keyed.mix = 0.5;
        let lookahead = EffectSpec::new(Kind::Gate).with("lookahead", 2.0);
        let mut gate = Slot::new(2, lookahead);
        gate.bypass = true;
        let mut session = Session::default();
        session.chains[Node::Bus(0).index()] = Chain {
            dry: Fader::UNITY,
            lanes: vec![
                Lane { level: Fader(0.5), slots: vec![keyed] },
                Lane { level: Fader::UNITY, slots: vec![gate] },
            ],
        };
        session.chains[Node::Main.index()] =
            Chain::serial([Slot::new(3, EffectSpec::new(Kind::Utility))]);
        let labels = Labels { strips: vec![String::new(), "Snare".into()], buses: vec![] };
        let told = chains(&session, 48_000.0, &labels);
        let lines: Vec<String> = told.iter().map(ChainReport::line).collect();
        assert_eq!(
            lines,
            [
                "Bus 1: dry 0.0 dB + Compressor (50 %, key Strip 2 Snare Pre) at -10.0 dB \
                 + Gate (bypassed) at 0.0 dB, 96 samples late",
                "Main: Utility"
            ]
        );
        assert_eq!(told[0].latency_samples, 96, "a bypassed slot keeps its latency");
        assert_eq!(told[0].lanes[0].latency_samples, 0);
    }
}
