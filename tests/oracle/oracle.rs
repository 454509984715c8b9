//! The oracle: a mixer so naive that it can be checked by reading. It walks a [`Routing`] in f64 over
//! whole signals, allocates as it likes, and knows nothing of blocks, ramps, slices or kernels.
//!
//! Not here: anything of the engine or the schedule. It follows only the design and its decision
//! records, shares no law with the code under test (faders and pans are worked out again in f64)
//! and holds only for values that do not move. Test threads only.

#[path = "laws.rs"]
pub mod laws;
#[path = "slots.rs"]
pub mod slots;
#[path = "steps.rs"]
pub mod steps;
#[path = "structure.rs"]
pub mod structure;

use laws::{balance, db_gain, fader_gain, pan_mono};
use slots::Chains;
use structure::{Structure, Verdict};
use switchyard::routing::{
    BUSES, DESTINATIONS, Input, MAIN, MonitorSource, NODES, Node, OUTPUT_PORTS, PORT_CUE,
    PORT_MAIN, PORT_MONITOR_A, PORT_MONITOR_B, Role, Routing, SOURCES, STRIPS, SoloMode, Source,
    Speakers, Tap,
};

/// A stereo sound from the first sample on, and a bound its magnitude can never pass: the sum over
/// all paths of the product of the gains' magnitudes, times the inputs' peaks.
#[derive(Clone, Debug)]
pub struct Signal {
    pub frames: Vec<[f64; 2]>,
    pub bound: f64,
}

impl Signal {
    fn silence(length: usize) -> Signal {
        Signal { frames: vec![[0.0; 2]; length], bound: 0.0 }
    }

    fn scaled(&self, gain: [f64; 2]) -> Signal {
        Signal {
            frames: self.frames.iter().map(|[l, r]| [l * gain[0], r * gain[1]]).collect(),
            bound: self.bound * gain[0].abs().max(gain[1].abs()),
        }
    }

    fn delayed(&self, by: u32) -> Signal {
        let length = self.frames.len();
        let silence = vec![[0.0; 2]; by as usize];
        let frames = silence.into_iter().chain(self.frames.iter().copied()).take(length);
        Signal { frames: frames.collect(), bound: self.bound }
    }

    fn plus(&self, other: &Signal) -> Signal {
        let pairs = self.frames.iter().zip(&other.frames);
        Signal {
            frames: pairs.map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect(),
            bound: self.bound + other.bound,
        }
    }

    /// Turned down by a key, `x / (1 + k²)`. An error of the key moves the gain by less than itself,
    /// so the bound of errors grows by both signals' product.
    fn turned_down(&self, key: &Signal) -> Signal {
        let gain = |k: f64| 1.0 / (1.0 + k * k);
        let pairs = self.frames.iter().zip(&key.frames);
        Signal {
            frames: pairs.map(|(x, k)| [x[0] * gain(k[0]), x[1] * gain(k[1])]).collect(),
            bound: self.bound * (1.0 + key.bound),
        }
    }

    fn mono(&self) -> Signal {
        let middle = |[l, r]: &[f64; 2]| [(l + r) / 2.0; 2];
        Signal { frames: self.frames.iter().map(middle).collect(), bound: self.bound }
    }
}

/// The three taps of a strip, a bus or Main, each with the time its sound arrives there.
struct Taps {
    input: (Signal, u32),
    pre: (Signal, u32),
    post: (Signal, u32),
}

impl Taps {
    fn at(&self, tap: Tap) -> Option<&(Signal, u32)> {
        match tap {
            Tap::Off => None,
            Tap::Input => Some(&self.input),
            Tap::Pre => Some(&self.pre),
            Tap::Post => Some(&self.post),
        }
    }
}

/// What left on the sixteen ports, and the latency to every aligned one.
pub struct Mixed {
    pub outputs: Vec<Signal>,
    pub latency: u32,
}

/// Mixes whole inputs, one per port, all of one length, through chains that are pure delays.
pub fn mix(routing: &Routing, chain: &[u32; NODES], inputs: &[[Vec<f32>; 2]]) -> Mixed {
    mix_with(routing, &Chains::delays(chain), inputs)
}

/// Mixes whole inputs, one per port, all of one length.
pub fn mix_with(routing: &Routing, chains: &Chains, inputs: &[[Vec<f32>; 2]]) -> Mixed {
    let structure = Structure::with_keys(routing, &chains.latency(), &chains.keys());
    let length = inputs[0][0].len();
    let ports: Vec<Signal> = inputs.iter().map(read_port).collect();

    let mut inputs: Vec<Signal> = (0..STRIPS)
        .map(|i| match routing.strips[i].input {
            Input::Port(port) => strip_input(routing, i, &ports[port]),
            Input::Off | Input::Link(_) => Signal::silence(length),
        })
        .collect();
    inputs.resize_with(NODES, || Signal::silence(length));
    let mut nodes: Vec<Option<Taps>> = (0..NODES).map(|_| None).collect();
    for node in structure.any_valid_order() {
        if node >= STRIPS {
            inputs[node] = sum_at(routing, &structure, &nodes, node - STRIPS, length);
        }
        let pre = inserted(routing, &structure, chains, &inputs, &nodes, node);
        let post = pre.scaled(stage(routing, node));
        let input = inputs[node].clone();
        let [early, late] = [Tap::Input, Tap::Post].map(|tap| structure.tap_time(node, tap));
        nodes[node] = Some(Taps { input: (input, early), pre: (pre, late), post: (post, late) });
    }
    let to_end = |(sound, time): &(Signal, u32)| sound.delayed(structure.latency - time);
    let main_on = if routing.main.mute { 0.0 } else { 1.0 };
    let main = to_end(&nodes[SOURCES].as_ref().unwrap().post).scaled([main_on; 2]);

    let bus_at_port = |j: usize, padded: bool| {
        let post = &nodes[STRIPS + j].as_ref().unwrap().post;
        let sound = if padded { to_end(post) } else { post.0.clone() };
        sound.scaled([if routing.buses[j].mute { 0.0 } else { 1.0 }; 2])
    };

    let mut cue = Signal::silence(length);
    for node in structure::listened_to(routing) {
        let taps = nodes[node].as_ref().unwrap();
        let muted = if node < STRIPS {
            routing.strips[node].mute
        } else {
            routing.buses[node - STRIPS].mute
        };
        match routing.solo_mode {
            SoloMode::InPlace => {}
            SoloMode::Pfl => cue = cue.plus(&to_end(&taps.pre)),
            SoloMode::Afl if muted => {}
            SoloMode::Afl => cue = cue.plus(&to_end(&taps.post)),
        }
    }

    let monitor = &routing.monitor;
    let listening =
        routing.solo_mode != SoloMode::InPlace && !structure::listened_to(routing).is_empty();
    let mut heard = match monitor.source {
        _ if listening => cue.clone(),
        MonitorSource::Off => Signal::silence(length),
        MonitorSource::Main => main.clone(),
        MonitorSource::Cue => cue.clone(),
        MonitorSource::Bus(j) => bus_at_port(j, true),
    };
    let dimmed = monitor.dim || monitor.talkback;
    let dim = if dimmed { db_gain(f64::from(monitor.dim_db)) } else { 1.0 };
    heard = heard.scaled([fader_gain(monitor.level) * dim; 2]);
    if monitor.mono {
        heard = heard.mono();
    }
    if monitor.mute {
        heard = Signal::silence(length);
    }

    let mut outputs = vec![Signal::silence(length); OUTPUT_PORTS];
    outputs[PORT_MAIN] = if routing.bypass { ports[0].delayed(structure.latency) } else { main };
    for j in 0..BUSES {
        if !routing.bypass || routing.buses[j].role == Role::Mix {
            outputs[1 + j] = bus_at_port(j, !routing.buses[j].immediate);
        }
    }
    let speakers = match monitor.speakers {
        Speakers::A => PORT_MONITOR_A,
        Speakers::B => PORT_MONITOR_B,
    };
    outputs[speakers] = heard;
    outputs[PORT_CUE] = cue;
    Mixed { outputs, latency: structure.latency }
}

/// What the mixer makes of a port: NaN, infinities and subnormals are silence.
fn read_port(port: &[Vec<f32>; 2]) -> Signal {
    let clean = |x: f32| if x.is_normal() { f64::from(x) } else { 0.0 };
    let frames: Vec<[f64; 2]> =
        port[0].iter().zip(&port[1]).map(|(l, r)| [clean(*l), clean(*r)]).collect();
    let bound = frames.iter().flatten().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    Signal { frames, bound }
}

/// A strip's Input tap: source, trim and polarity.
fn strip_input(routing: &Routing, i: usize, port: &Signal) -> Signal {
    let strip = &routing.strips[i];
    let pick = |[l, r]: [f64; 2]| match strip.source {
        Source::Stereo => [l, r],
        Source::Left => [l, l],
        Source::Right => [r, r],
        Source::Mono => [(l + r) / 2.0; 2],
        Source::Side => [(l - r) / 2.0; 2],
        Source::Swapped => [r, l],
    };
    let sign = if strip.polarity { -1.0 } else { 1.0 };
    let picked =
        Signal { frames: port.frames.iter().map(|f| pick(*f)).collect(), bound: port.bound };
    picked.scaled([sign * db_gain(f64::from(strip.trim_db)); 2])
}

/// A node's chain, from its Input tap to its Pre tap. The inputs of all that runs before it are
/// there, its own and all strips' among them.
fn inserted(
    routing: &Routing,
    structure: &Structure,
    chains: &Chains,
    inputs: &[Signal],
    nodes: &[Option<Taps>],
    node: usize,
) -> Signal {
    let head = structure.head[node];
    let input = &inputs[node];
    let dry = input.delayed(head + structure.chain[node]);
    if chains.slots[node].is_empty() {
        return dry;
    }
    let mut keys = structure.keys.iter().filter(|(key, _)| key.node == node);
    let mut wet = input.delayed(head + chains.delay[node]);
    for slot in &chains.slots[node] {
        if slot.key.is_some() {
            let (key, verdict) = keys.next().expect("one key a listening slot, in order");
            let here = structure.tap_time(node, Tap::Input) + head + key.offset;
            let wait =
                |sound: &Signal| sound.delayed(here - structure.tap_time(key.source, key.tap));
            let heard = match (verdict, key.tap) {
                (Verdict::Open, Tap::Input) => wait(&inputs[key.source]),
                (Verdict::Open, tap) => {
                    let taps = nodes[key.source].as_ref().expect("a key's source runs before");
                    wait(&taps.at(tap).expect("an open key has a tap").0)
                }
                _ => Signal::silence(input.frames.len()),
            };
            wet = wet.turned_down(&heard);
        }
        wet = wet.delayed(slot.latency);
    }
    let mix = f64::from(match Node::from_index(node) {
        Node::Strip(i) => routing.strips[i].insert_mix,
        Node::Bus(j) => routing.buses[j].insert_mix,
        Node::Main => routing.main.insert_mix,
    });
    dry.scaled([1.0 - mix; 2]).plus(&wet.scaled([mix; 2]))
}

/// A node's gains from its Pre tap to its Post tap.
fn stage(routing: &Routing, node: usize) -> [f64; 2] {
    let (fader, sides) = match Node::from_index(node) {
        Node::Strip(i) => (routing.strips[i].fader, strip_pan(routing, i)),
        Node::Bus(j) => (routing.buses[j].fader, balance(routing.buses[j].pan)),
        Node::Main => (routing.main.fader, [1.0; 2]),
    };
    sides.map(|side| side * fader_gain(fader))
}

/// A strip's pan: balance for what has two sides, the pan law for what is the same on both.
pub fn strip_pan(routing: &Routing, i: usize) -> [f64; 2] {
    let strip = &routing.strips[i];
    match strip.source {
        Source::Stereo | Source::Swapped => balance(strip.pan),
        Source::Left | Source::Right | Source::Mono | Source::Side => {
            pan_mono(routing.pan_law, strip.pan)
        }
    }
}

/// The sum at a destination's Input tap.
fn sum_at(
    routing: &Routing,
    structure: &Structure,
    nodes: &[Option<Taps>],
    destination: usize,
    length: usize,
) -> Signal {
    assert!(destination < DESTINATIONS);
    let arrival = structure.arrival[destination];
    let is_mix = destination != MAIN && routing.buses[destination].role == Role::Mix;
    let mut sum = Signal::silence(length);
    for (source, taps) in nodes[..SOURCES].iter().enumerate() {
        if structure.verdict[source][destination] != Verdict::Open
            || !structure.passes(routing, source, destination)
        {
            continue;
        }
        let (tap, level) = structure::wish(routing, source, destination);
        let taps = taps.as_ref().expect("an admitted source runs before its destination");
        let (sound, time) = taps.at(tap).expect("an admitted edge has a tap");
        let mut gain = [level; 2];
        if source < STRIPS && is_mix && tap != Tap::Post && routing.buses[destination].pan_follow {
            gain = strip_pan(routing, source).map(|side| side * level);
        }
        sum = sum.plus(&sound.delayed(arrival - time).scaled(gain));
    }
    if let Some(i) = routing.talkback_source
        && is_mix
        && routing.monitor.talkback
    {
        let (sound, time) = &nodes[i].as_ref().unwrap().pre;
        let level = fader_gain(routing.talkback_level);
        sum = sum.plus(&sound.delayed(arrival - time).scaled([level; 2]));
    }
    sum
}
