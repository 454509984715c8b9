//! An engine at a desk: sound in vectors, blocks of any partition, values changed at given samples.
//!
//! Not here: what the sound should be. Test threads only.

use std::sync::Arc;
use switchyard::engine::meters::Meters;
use switchyard::engine::{Engine, Ports, Setup};
use switchyard::routing::parameter::{ALL, ParameterSet};
use switchyard::routing::{INPUT_PORTS, NODES, OUTPUT_PORTS, Routing};

/// Sound on a row of stereo ports, all of one length.
pub type Sound = Vec<[Vec<f32>; 2]>;

/// A window of the inputs and outputs: one block.
pub struct Block<'a> {
    inputs: &'a Sound,
    outputs: &'a mut Sound,
    from: usize,
    frames: usize,
}

impl<'a> Block<'a> {
    /// All of the inputs and outputs.
    pub fn whole(inputs: &'a Sound, outputs: &'a mut Sound) -> Block<'a> {
        let frames = inputs[0][0].len();
        Block { inputs, outputs, from: 0, frames }
    }
}

impl Ports for Block<'_> {
    fn frames(&self) -> usize {
        self.frames
    }

    fn input(&self, port: usize) -> [&[f32]; 2] {
        [0, 1].map(|side| &self.inputs[port][side][self.from..self.from + self.frames])
    }

    fn output(&mut self, port: usize) -> [&mut [f32]; 2] {
        let range = self.from..self.from + self.frames;
        self.outputs[port].each_mut().map(|side| &mut side[range.clone()])
    }
}

/// Everything about one run but its partition into blocks.
#[derive(Clone, Debug)]
pub struct Run {
    pub sample_rate: f64,
    pub chain: [u32; NODES],
    pub routing: Routing,
    /// New values and the absolute samples from which they hold, in order.
    pub changes: Vec<(usize, Routing)>,
}

/// What came out.
pub struct Heard {
    pub outputs: Sound,
    /// As the engine told it before the first and after the last sample.
    pub latency: [u32; 2],
    pub meters: Arc<Meters>,
}

/// The longest total latency the tests use.
pub const MAX_LATENCY: u32 = 4096;

impl Run {
    /// At 48 kHz, without latencies and changes.
    pub fn of(routing: &Routing) -> Run {
        Run { sample_rate: 48_000.0, chain: [0; NODES], routing: *routing, changes: Vec::new() }
    }

    /// With these chains.
    pub fn with_chain(mut self, chain: &[u32; NODES]) -> Run {
        self.chain = *chain;
        self
    }

    /// At another sample rate.
    pub fn at(mut self, sample_rate: f64) -> Run {
        self.sample_rate = sample_rate;
        self
    }

    /// With other values from a sample on.
    pub fn then(mut self, sample: usize, routing: &Routing) -> Run {
        self.changes.push((sample, *routing));
        self
    }

    /// The 10 ms of a ramp, in samples.
    pub fn ramp(&self) -> usize {
        ((self.sample_rate / 100.0).round() as usize).max(1)
    }

    fn engine(&self) -> (Engine, Arc<Meters>) {
        let meters = Arc::new(Meters::default());
        let setup = Setup {
            sample_rate: self.sample_rate,
            chain_latency: self.chain,
            max_latency: MAX_LATENCY,
        };
        (Engine::new(&setup, &self.routing, meters.clone()), meters)
    }

    /// Plays all inputs in blocks of the partition's lengths, over and over. A change ends a block.
    pub fn play(&self, inputs: &Sound, partition: &[usize]) -> Heard {
        let (mut engine, meters) = self.engine();
        let length = inputs[0][0].len();
        // A port the engine forgets to write stays NaN.
        let mut outputs = sound(OUTPUT_PORTS, length, |_, _, _| f32::NAN);
        let before = engine.latency();
        let mut values = self.routing;
        let mut changes = self.changes.iter().peekable();
        let mut lengths = partition.iter().cycle();
        let (mut from, mut left_in_block) = (0, 0);
        while from < length {
            while let Some((_, routing)) = changes.next_if(|(sample, _)| *sample <= from) {
                engine.set(routing, &difference(&values, routing));
                values = *routing;
            }
            if left_in_block == 0 {
                left_in_block = *lengths.next().expect("a partition has blocks");
            }
            let until = changes.peek().map_or(length, |(sample, _)| length.min(*sample));
            let frames = left_in_block.min(until - from);
            engine.process(&mut Block { inputs, outputs: &mut outputs, from, frames });
            from += frames;
            left_in_block -= frames;
        }
        Heard { outputs, latency: [before, engine.latency()], meters }
    }

    /// Plays all inputs in one block, but for changes.
    pub fn play_whole(&self, inputs: &Sound) -> Heard {
        self.play(inputs, &[inputs[0][0].len().max(1)])
    }
}

/// The parameters in which two routings differ.
pub fn difference(a: &Routing, b: &Routing) -> ParameterSet {
    let mut set = ParameterSet::EMPTY;
    for (index, parameter) in ALL.iter().enumerate() {
        if parameter.get(a) != parameter.get(b) {
            set.insert(index);
        }
    }
    set
}

/// Sound by a function of port, side and sample.
pub fn sound(ports: usize, length: usize, f: impl Fn(usize, usize, usize) -> f32) -> Sound {
    (0..ports)
        .map(|port| [0, 1].map(|side| (0..length).map(|n| f(port, side, n)).collect()))
        .collect()
}

/// White noise below full scale, different on every port and side; the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Sound {
    sound(INPUT_PORTS, length, |port, side, n| {
        let mut x = seed
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(((port * 2 + side) as u64) << 40 | n as u64);
        // The finaliser of SplitMix64: neighbouring counters give unrelated numbers.
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^= x >> 31;
        ((x >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    })
}

/// A constant on every port and side, different for each.
pub fn constant(length: usize) -> Sound {
    sound(INPUT_PORTS, length, |port, side, _| level_of(port, side))
}

/// The constant of a port and side, between ½ and 1 in magnitude.
pub fn level_of(port: usize, side: usize) -> f32 {
    let level = 0.5 + (port * 2 + side) as f32 / 64.0;
    if (port + side).is_multiple_of(3) { -level } else { level }
}

/// Fails if two sounds differ in a single bit between two samples, and says where.
pub fn assert_same_bits(a: &[Vec<f32>; 2], b: &[Vec<f32>; 2], what: &str) {
    for side in 0..2 {
        assert_eq!(a[side].len(), b[side].len(), "{what}");
        for (n, (x, y)) in a[side].iter().zip(&b[side]).enumerate() {
            assert!(
                x.to_bits() == y.to_bits(),
                "{what}: side {side}, sample {n}: {x:e} and {y:e} are not the same bits"
            );
        }
    }
}

/// Plays all inputs on an engine of one's own, in blocks of the partition's lengths.
pub fn play_on(engine: &mut Engine, inputs: &Sound, partition: &[usize]) -> Sound {
    let length = inputs[0][0].len();
    let mut outputs = sound(OUTPUT_PORTS, length, |_, _, _| f32::NAN);
    let mut from = 0;
    for frames in partition.iter().cycle() {
        if from == length {
            break;
        }
        let frames = (*frames).min(length - from);
        engine.process(&mut Block { inputs, outputs: &mut outputs, from, frames });
        from += frames;
    }
    outputs
}
