//! How far each output can possibly jump from one sample to the next while the mixer goes from one
//! routing to another, or through several, if everything ramps as the design says.
//!
//! Not here: the sound itself. Test threads only.
//!
//! A sound is known by two numbers: its largest magnitude `M` and its largest step `D` between
//! neighbouring samples. A gain that ramps linearly from `a` to `b` over `N` samples makes of it
//!
//! ```text
//! M' = M·max(|a|, |b|)        D' = D·max(|a|, |b|) + M·|b − a|/N
//! ```
//!
//! because `|g₁s₁ − g₀s₀| ≤ |g₁|·|s₁ − s₀| + |s₀|·|g₁ − g₀|`. Where a ramp is turned round before it
//! ends, it starts from somewhere between the values it has been given, so the largest magnitude and
//! the widest distance among all of them take the place of `max(|a|, |b|)` and `|b − a|`. Sums add both numbers, whenever the
//! ramps happen. Gains that belong together (a level, a mask, a pan) are taken one after the other;
//! a mixer that ramps their product stays within the same bound. A read that moves (another tap,
//! another delay, another port) is two reads, one fading out and one fading in.
//!
//! Where the old and the new edges together hold a loop, no moment may sound it. But delays remember:
//! sound that went along old edges may still come out of a delay when new ones have opened. A path
//! is then one along old edges followed by one along new ones, so it passes a bus once at most for
//! each routing, and the bound is the sum over such paths.

use super::laws::{db_gain, fader_gain};
use super::strip_pan;
use super::structure::{Structure, Verdict, listened_to, wish};
use std::collections::HashMap;
use switchyard::routing::{
    BUSES, Input, MAIN, MonitorSource, NODES, OUTPUT_PORTS, PORT_CUE, PORT_MAIN, PORT_MONITOR_A,
    PORT_MONITOR_B, Role, Routing, SOURCES, STRIPS, SoloMode, Speakers, Tap,
};

/// The largest magnitude and the largest step of a sound. A step of exactly 0 from sound that moves
/// by nothing of its own means: untouched by the change.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reach {
    pub magnitude: f64,
    pub step: f64,
}

/// The largest magnitude among values, and the distance between the outermost.
fn most_and_moved(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    ends.map_or((0.0, 0.0), |(low, high)| (low.abs().max(high.abs()), high - low))
}

impl Reach {
    fn plus(self, other: Reach) -> Reach {
        Reach { magnitude: self.magnitude + other.magnitude, step: self.step + other.step }
    }
}

/// Above the bits of the visited buses: how many times they have all been forgotten.
const LAP: u32 = 1 << 24;

/// A way from one routing over others to a last one.
pub struct Change<'a> {
    routings: Vec<&'a Routing>,
    structures: Vec<Structure>,
    latency: Vec<u32>,
    chain: [u32; NODES],
    ramp: f64,
    input: Reach,
    memo: HashMap<(usize, u32), Reach>,
}

impl<'a> Change<'a> {
    /// Through these routings, in ramps of `ramp` samples, with every input port within `input`.
    pub fn new(
        routings: &[&'a Routing],
        chain: &[u32; NODES],
        ramp: usize,
        input: Reach,
    ) -> Change<'a> {
        let structures: Vec<Structure> =
            routings.iter().map(|routing| Structure::of(routing, chain)).collect();
        // While it runs, the latency only grows.
        let latency = structures.iter().scan(0, |longest, structure| {
            *longest = structure.latency.max(*longest);
            Some(*longest)
        });
        Change {
            routings: routings.to_vec(),
            latency: latency.collect(),
            structures,
            chain: *chain,
            ramp: ramp as f64,
            input,
            memo: HashMap::new(),
        }
    }

    /// The latency under the first routing.
    pub fn latency_before(&self) -> u32 {
        self.latency[0]
    }

    /// A value under every routing.
    fn each<T>(&self, f: impl Fn(&Routing) -> T) -> Vec<T> {
        self.routings.iter().map(|routing| f(routing)).collect()
    }

    fn through(&self, sound: Reach, gains: &[f64]) -> Reach {
        let (most, moved) = most_and_moved(gains.iter().copied());
        let step = sound.step * most + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    fn through_sides(&self, sound: Reach, gains: &[[f64; 2]]) -> Reach {
        let sides = [0, 1].map(|side| most_and_moved(gains.iter().map(|gain| gain[side])));
        let most = sides[0].0.max(sides[1].0);
        let moved = sides[0].1.max(sides[1].1);
        let step = sound.step * most + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    /// Each side as a sum over both sides of the source, by matrices.
    fn through_matrix(&self, sound: Reach, matrices: &[[[f64; 2]; 2]]) -> Reach {
        let rows = [0, 1].map(|row| {
            let [l, r] = [0, 1].map(|c| most_and_moved(matrices.iter().map(|m| m[row][c])));
            (l.0 + r.0, l.1 + r.1)
        });
        let most = rows[0].0.max(rows[1].0);
        let moved = rows[0].1.max(rows[1].1);
        let step = sound.step * most + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    /// One read that is there or not, under each routing, at a place: the same place is one read,
    /// different places are several.
    fn read<P: PartialEq + Copy>(
        &mut self,
        places: &[Option<P>],
        mut sound: impl FnMut(&mut Self, P) -> Reach,
    ) -> Reach {
        let mut sum = Reach::default();
        for (at, place) in places.iter().enumerate() {
            if let Some(here) = place
                && !places[..at].contains(place)
            {
                let there: Vec<f64> =
                    places.iter().map(|p| if p == place { 1.0 } else { 0.0 }).collect();
                let sound = sound(self, *here);
                sum = sum.plus(self.through(sound, &there));
            }
        }
        sum
    }

    fn insert_mix(&self, sound: Reach, shares: &[f32]) -> Reach {
        // Dry and wet are the same sound here: the magnitude stays, each of both ramps.
        let moved = 2.0 * most_and_moved(shares.iter().copied().map(f64::from)).1;
        let step = sound.step + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude, step }
    }

    fn strip(&mut self, i: usize, tap: Tap) -> Reach {
        let places = self.each(|r| match r.strips[i].input {
            Input::Port(port) => Some(port),
            Input::Off | Input::Link(_) => None,
        });
        let sound = self.read(&places, |change, _| change.input);
        let sound = self.through_matrix(
            sound,
            &self.each(|r| r.strips[i].source.matrix().map(|row| row.map(f64::from))),
        );
        let sound = self.through(sound, &self.each(|r| db_gain(f64::from(r.strips[i].trim_db))));
        let sign = |r: &Routing| if r.strips[i].polarity { -1.0 } else { 1.0 };
        let sound = self.through(sound, &self.each(sign));
        if tap == Tap::Input {
            return sound;
        }
        let sound = self.insert_mix(sound, &self.each(|r| r.strips[i].insert_mix));
        if tap == Tap::Pre {
            return sound;
        }
        let sound = self.through(sound, &self.each(|r| fader_gain(r.strips[i].fader)));
        self.through_sides(sound, &self.each(|r| strip_pan(r, i)))
    }

    fn bus(&mut self, j: usize, tap: Tap, visited: u32) -> Reach {
        let sound = self.sum(j, visited);
        if tap == Tap::Input {
            return sound;
        }
        let sound = self.insert_mix(sound, &self.each(|r| r.buses[j].insert_mix));
        if tap == Tap::Pre {
            return sound;
        }
        let sound = self.through(sound, &self.each(|r| fader_gain(r.buses[j].fader)));
        self.through_sides(sound, &self.each(|r| super::laws::balance(r.buses[j].pan)))
    }

    fn sum(&mut self, destination: usize, visited: u32) -> Reach {
        let laps = visited / LAP;
        let visited = match visited & (1 << destination) {
            0 => visited,
            _ if laps as usize + 1 == self.routings.len() => return Reach::default(),
            _ => (laps + 1) * LAP,
        };
        if let Some(known) = self.memo.get(&(destination, visited)) {
            return *known;
        }
        let inside = visited | 1 << destination;
        let mut sum = Reach::default();
        for source in 0..SOURCES {
            let edge = self.edge(source, destination, inside);
            sum = sum.plus(edge);
        }
        sum = sum.plus(self.talkback(destination));
        self.memo.insert((destination, visited), sum);
        sum
    }

    fn edge(&mut self, source: usize, destination: usize, visited: u32) -> Reach {
        let mut places = vec![None; self.routings.len()];
        // Where an edge is not admitted it has no mask and no level to fade.
        let (mut passes, mut levels) = (Vec::new(), Vec::new());
        for (at, structure) in self.structures.iter().enumerate() {
            if structure.verdict[source][destination] == Verdict::Open {
                let (tap, _) = wish(self.routings[at], source, destination);
                let delay = structure.arrival[destination] - structure.tap_time(source, tap);
                places[at] = Some((tap, delay));
                let open = structure.passes(self.routings[at], source, destination);
                passes.push(if open { 1.0 } else { 0.0 });
                levels.push(wish(self.routings[at], source, destination).1);
            }
        }
        let follows = move |r: &Routing, tap: Tap| {
            source < STRIPS
                && destination != MAIN
                && tap != Tap::Post
                && r.buses[destination].role == Role::Mix
                && r.buses[destination].pan_follow
        };
        let sound = self.read(&places, |change, (tap, _)| {
            if source >= STRIPS {
                return change.bus(source - STRIPS, tap, visited);
            }
            let sound = change.strip(source, tap);
            let pan = |r: &Routing| {
                if follows(r, tap) { strip_pan(r, source) } else { [1.0; 2] }
            };
            change.through_sides(sound, &change.each(pan))
        });
        let sound = self.through(sound, &passes);
        self.through(sound, &levels)
    }

    fn talkback(&mut self, destination: usize) -> Reach {
        if destination == MAIN {
            return Reach::default();
        }
        let mut places = self.each(|r| {
            let on = r.monitor.talkback && r.buses[destination].role == Role::Mix;
            r.talkback_source.filter(|_| on).map(|i| (i, 0))
        });
        for (at, place) in places.iter_mut().enumerate() {
            if let Some((i, delay)) = place {
                *delay = self.structures[at].arrival[destination] - self.chain[*i];
            }
        }
        let sound = self.read(&places, |change, (i, _)| change.strip(i, Tap::Pre));
        self.through(sound, &self.each(|r| fader_gain(r.talkback_level)))
    }

    /// A sound that leaves `delay` later.
    fn padded(&mut self, sound: Reach, delay: &[u32]) -> Reach {
        let places: Vec<Option<u32>> = delay.iter().copied().map(Some).collect();
        self.read(&places, |_, _| sound)
    }

    fn end_of(&self, node: usize) -> Vec<u32> {
        let ends = self.structures.iter().zip(&self.latency).map(|(structure, latency)| {
            let arrival = if node < STRIPS { 0 } else { structure.arrival[node - STRIPS] };
            latency - arrival - self.chain[node]
        });
        ends.collect()
    }

    fn main(&mut self) -> Reach {
        let sound = self.sum(MAIN, 0);
        let sound = self.insert_mix(sound, &self.each(|r| r.main.insert_mix));
        let sound = self.through(sound, &self.each(|r| fader_gain(r.main.fader)));
        let sound = self.through(sound, &self.each(|r| if r.main.mute { 0.0 } else { 1.0 }));
        self.padded(sound, &self.end_of(SOURCES))
    }

    fn bus_at_port(&mut self, j: usize, immediate: bool) -> Reach {
        let sound = self.bus(j, Tap::Post, 0);
        let mut delay = self.end_of(STRIPS + j);
        if immediate {
            for (delay, early) in delay.iter_mut().zip(self.each(|r| r.buses[j].immediate)) {
                *delay = if early { 0 } else { *delay };
            }
        }
        let sound = self.padded(sound, &delay);
        self.through(sound, &self.each(|r| if r.buses[j].mute { 0.0 } else { 1.0 }))
    }

    fn cue(&mut self) -> Reach {
        let mut sum = Reach::default();
        for node in 0..SOURCES {
            for (mode, tap) in [(SoloMode::Pfl, Tap::Pre), (SoloMode::Afl, Tap::Post)] {
                let listens = |r: &Routing| {
                    let muted = if node < STRIPS {
                        r.strips[node].mute
                    } else {
                        r.buses[node - STRIPS].mute
                    };
                    let heard = r.solo_mode == mode
                        && listened_to(r).contains(&node)
                        && !(mode == SoloMode::Afl && muted);
                    if heard { 1.0 } else { 0.0 }
                };
                let sound = match node {
                    i if i < STRIPS => self.strip(i, tap),
                    _ => self.bus(node - STRIPS, tap, 0),
                };
                let sound = self.padded(sound, &self.end_of(node));
                sum = sum.plus(self.through(sound, &self.each(listens)));
            }
        }
        sum
    }

    fn monitor(&mut self) -> Reach {
        let places = self.each(|r| {
            if r.solo_mode != SoloMode::InPlace && !listened_to(r).is_empty() {
                return Some(MonitorSource::Cue);
            }
            Some(r.monitor.source)
        });
        let sound = self.read(&places, |change, source| match source {
            MonitorSource::Off => Reach::default(),
            MonitorSource::Main => change.main(),
            MonitorSource::Cue => change.cue(),
            MonitorSource::Bus(j) => change.bus_at_port(j, false),
        });
        let dim = |r: &Routing| {
            let on = r.monitor.dim || r.monitor.talkback;
            if on { db_gain(f64::from(r.monitor.dim_db)) } else { 1.0 }
        };
        let fold = |r: &Routing| {
            if r.monitor.mono { [[0.5; 2]; 2] } else { [[1.0, 0.0], [0.0, 1.0]] }
        };
        let sound = self.through(sound, &self.each(|r| fader_gain(r.monitor.level)));
        let sound = self.through(sound, &self.each(dim));
        let sound = self.through(sound, &self.each(|r| if r.monitor.mute { 0.0 } else { 1.0 }));
        self.through_matrix(sound, &self.each(fold))
    }

    /// The reach of every output port during the change.
    pub fn outputs(&mut self) -> [Reach; OUTPUT_PORTS] {
        let mut outputs = [Reach::default(); OUTPUT_PORTS];
        let bypass = self.each(|r| if r.bypass { 1.0 } else { 0.0 });
        let processed = self.each(|r| if r.bypass { 0.0 } else { 1.0 });
        let wire = self.padded(self.input, &self.latency.clone());
        let main = self.main();
        outputs[PORT_MAIN] = self.through(wire, &bypass).plus(self.through(main, &processed));
        for j in 0..BUSES {
            let sound = self.bus_at_port(j, true);
            let stays = |r: &Routing| {
                if r.bypass && r.buses[j].role != Role::Mix { 0.0 } else { 1.0 }
            };
            outputs[1 + j] = self.through(sound, &self.each(stays));
        }
        let monitor = self.monitor();
        for (port, speakers) in [(PORT_MONITOR_A, Speakers::A), (PORT_MONITOR_B, Speakers::B)] {
            let plays = |r: &Routing| if r.monitor.speakers == speakers { 1.0 } else { 0.0 };
            outputs[port] = self.through(monitor, &self.each(plays));
        }
        outputs[PORT_CUE] = self.cue();
        outputs
    }
}
