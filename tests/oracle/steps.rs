//! How far each output can possibly jump from one sample to the next while the mixer goes from one
//! routing to another, if everything ramps as the design says.
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
//! because `|g₁s₁ − g₀s₀| ≤ |g₁|·|s₁ − s₀| + |s₀|·|g₁ − g₀|`. Sums add both numbers, whenever the
//! ramps happen. Gains that belong together (a level, a mask, a pan) are taken one after the other;
//! a mixer that ramps their product stays within the same bound. A read that moves (another tap,
//! another delay, another port) is two reads, one fading out and one fading in.
//!
//! Where the old and the new edges together hold a loop, no moment may sound it. But delays remember:
//! sound that went along old edges may still come out of a delay when new ones have opened. A path
//! is then one along old edges followed by one along new ones, so it passes a bus twice at most, and
//! the bound is the sum over such paths.

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

impl Reach {
    fn plus(self, other: Reach) -> Reach {
        Reach { magnitude: self.magnitude + other.magnitude, step: self.step + other.step }
    }
}

/// Among the visited buses: all of them may be passed this second time and no third.
const SECOND_TIME: u32 = 1 << 31;

/// A change from one routing to another.
pub struct Change<'a> {
    routings: [&'a Routing; 2],
    structures: [Structure; 2],
    latency: [u32; 2],
    chain: [u32; NODES],
    ramp: f64,
    input: Reach,
    memo: HashMap<(usize, u32), Reach>,
}

impl<'a> Change<'a> {
    /// From the first routing to the second, in ramps of `ramp` samples, with every input port
    /// within `input`.
    pub fn new(
        routings: [&'a Routing; 2],
        chain: &[u32; NODES],
        ramp: usize,
        input: Reach,
    ) -> Change<'a> {
        let structures = routings.map(|routing| Structure::of(routing, chain));
        let before = structures[0].latency;
        // While it runs, the latency only grows.
        let latency = [before, before.max(structures[1].latency)];
        let ramp = ramp as f64;
        Change { routings, structures, latency, chain: *chain, ramp, input, memo: HashMap::new() }
    }

    /// The latency before and after.
    pub fn latency(&self) -> [u32; 2] {
        self.latency
    }

    /// Both sides' gain before and after, by a function of the routing.
    fn both<T>(&self, f: impl Fn(&Routing) -> T) -> [T; 2] {
        self.routings.map(f)
    }

    fn through(&self, sound: Reach, [a, b]: [f64; 2]) -> Reach {
        let most = a.abs().max(b.abs());
        let step = sound.step * most + sound.magnitude * (b - a).abs() / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    fn through_sides(&self, sound: Reach, [a, b]: [[f64; 2]; 2]) -> Reach {
        let most = a.into_iter().chain(b).fold(0.0, |most: f64, gain| most.max(gain.abs()));
        let moved = (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
        let step = sound.step * most + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    /// Each side as a sum over both sides of the source, by matrices.
    fn through_matrix(&self, sound: Reach, [a, b]: [[[f64; 2]; 2]; 2]) -> Reach {
        let row = |side: usize, f: &dyn Fn(f64, f64) -> f64| {
            f(a[side][0], b[side][0]) + f(a[side][1], b[side][1])
        };
        let worst = |f: &dyn Fn(f64, f64) -> f64| row(0, f).max(row(1, f));
        let most = worst(&|x, y| x.abs().max(y.abs()));
        let moved = worst(&|x, y| (y - x).abs());
        let step = sound.step * most + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude * most, step }
    }

    /// One read that is there or not, before and after, at a place: the same place is one read, two
    /// places are two.
    fn read<P: PartialEq + Copy>(
        &mut self,
        places: [Option<P>; 2],
        mut sound: impl FnMut(&mut Self, P) -> Reach,
    ) -> Reach {
        match places {
            [None, None] => Reach::default(),
            [Some(a), Some(b)] if a == b => sound(self, a),
            [a, b] => {
                let mut sum = Reach::default();
                if let Some(a) = a {
                    let old = sound(self, a);
                    sum = sum.plus(self.through(old, [1.0, 0.0]));
                }
                if let Some(b) = b {
                    let new = sound(self, b);
                    sum = sum.plus(self.through(new, [0.0, 1.0]));
                }
                sum
            }
        }
    }

    fn insert_mix(&self, sound: Reach, [a, b]: [f32; 2]) -> Reach {
        // Dry and wet are the same sound here: the magnitude stays, each of both ramps.
        let moved = 2.0 * f64::from((b - a).abs());
        let step = sound.step + sound.magnitude * moved / self.ramp;
        Reach { magnitude: sound.magnitude, step }
    }

    fn strip(&mut self, i: usize, tap: Tap) -> Reach {
        let places = self.both(|r| match r.strips[i].input {
            Input::Port(port) => Some(port),
            Input::Off | Input::Link(_) => None,
        });
        let sound = self.read(places, |change, _| change.input);
        let sound = self.through_matrix(
            sound,
            self.both(|r| r.strips[i].source.matrix().map(|row| row.map(f64::from))),
        );
        let sound = self.through(sound, self.both(|r| db_gain(f64::from(r.strips[i].trim_db))));
        let sign = |r: &Routing| if r.strips[i].polarity { -1.0 } else { 1.0 };
        let sound = self.through(sound, self.both(sign));
        if tap == Tap::Input {
            return sound;
        }
        let sound = self.insert_mix(sound, self.both(|r| r.strips[i].insert_mix));
        if tap == Tap::Pre {
            return sound;
        }
        let sound = self.through(sound, self.both(|r| fader_gain(r.strips[i].fader)));
        self.through_sides(sound, self.both(|r| strip_pan(r, i)))
    }

    fn bus(&mut self, j: usize, tap: Tap, visited: u32) -> Reach {
        let sound = self.sum(j, visited);
        if tap == Tap::Input {
            return sound;
        }
        let sound = self.insert_mix(sound, self.both(|r| r.buses[j].insert_mix));
        if tap == Tap::Pre {
            return sound;
        }
        let sound = self.through(sound, self.both(|r| fader_gain(r.buses[j].fader)));
        self.through_sides(sound, self.both(|r| super::laws::balance(r.buses[j].pan)))
    }

    fn sum(&mut self, destination: usize, visited: u32) -> Reach {
        let visited = match visited & (1 << destination) {
            0 => visited,
            _ if visited & SECOND_TIME != 0 => return Reach::default(),
            _ => SECOND_TIME,
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
        let mut places = [None; 2];
        let mut passes = [0.0; 2];
        for at in 0..2 {
            let structure = &self.structures[at];
            if structure.verdict[source][destination] == Verdict::Open {
                let (tap, _) = wish(self.routings[at], source, destination);
                let delay = structure.arrival[destination] - structure.tap_time(source, tap);
                places[at] = Some((tap, delay));
                let open = structure.passes(self.routings[at], source, destination);
                passes[at] = if open { 1.0 } else { 0.0 };
            }
        }
        let follows = move |r: &Routing, tap: Tap| {
            source < STRIPS
                && destination != MAIN
                && tap != Tap::Post
                && r.buses[destination].role == Role::Mix
                && r.buses[destination].pan_follow
        };
        let sound = self.read(places, |change, (tap, _)| {
            if source >= STRIPS {
                return change.bus(source - STRIPS, tap, visited);
            }
            let sound = change.strip(source, tap);
            let pan = |r: &Routing| {
                if follows(r, tap) { strip_pan(r, source) } else { [1.0; 2] }
            };
            change.through_sides(sound, change.both(pan))
        });
        let sound = self.through(sound, passes);
        // An edge that is not admitted before or after has no level of its own then.
        let mut level = self.both(|r| wish(r, source, destination).1);
        match places {
            [None, Some(_)] => level[0] = level[1],
            [Some(_), None] => level[1] = level[0],
            _ => {}
        }
        self.through(sound, level)
    }

    fn talkback(&mut self, destination: usize) -> Reach {
        if destination == MAIN {
            return Reach::default();
        }
        let mut places = self.both(|r| {
            let on = r.monitor.talkback && r.buses[destination].role == Role::Mix;
            r.talkback_source.filter(|_| on).map(|i| (i, 0))
        });
        for (at, place) in places.iter_mut().enumerate() {
            if let Some((i, delay)) = place {
                *delay = self.structures[at].arrival[destination] - self.chain[*i];
            }
        }
        let sound = self.read(places, |change, (i, _)| change.strip(i, Tap::Pre));
        self.through(sound, self.both(|r| fader_gain(r.talkback_level)))
    }

    /// A sound that leaves `delay` later.
    fn padded(&mut self, sound: Reach, delay: [u32; 2]) -> Reach {
        self.read(delay.map(Some), |_, _| sound)
    }

    fn end_of(&self, node: usize) -> [u32; 2] {
        [0, 1].map(|at| {
            let arrival =
                if node < STRIPS { 0 } else { self.structures[at].arrival[node - STRIPS] };
            self.latency[at] - arrival - self.chain[node]
        })
    }

    fn main(&mut self) -> Reach {
        let sound = self.sum(MAIN, 0);
        let sound = self.insert_mix(sound, self.both(|r| r.main.insert_mix));
        let sound = self.through(sound, self.both(|r| fader_gain(r.main.fader)));
        let sound = self.through(sound, self.both(|r| if r.main.mute { 0.0 } else { 1.0 }));
        self.padded(sound, self.end_of(SOURCES))
    }

    fn bus_at_port(&mut self, j: usize, immediate: bool) -> Reach {
        let sound = self.bus(j, Tap::Post, 0);
        let mut delay = self.end_of(STRIPS + j);
        if immediate {
            for (delay, early) in delay.iter_mut().zip(self.both(|r| r.buses[j].immediate)) {
                *delay = if early { 0 } else { *delay };
            }
        }
        let sound = self.padded(sound, delay);
        self.through(sound, self.both(|r| if r.buses[j].mute { 0.0 } else { 1.0 }))
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
                let sound = self.padded(sound, self.end_of(node));
                sum = sum.plus(self.through(sound, self.both(listens)));
            }
        }
        sum
    }

    fn monitor(&mut self) -> Reach {
        let places = self.both(|r| {
            if r.solo_mode != SoloMode::InPlace && !listened_to(r).is_empty() {
                return MonitorSource::Cue;
            }
            r.monitor.source
        });
        let sound = self.read(places.map(Some), |change, source| match source {
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
        let sound = self.through(sound, self.both(|r| fader_gain(r.monitor.level)));
        let sound = self.through(sound, self.both(dim));
        let sound = self.through(sound, self.both(|r| if r.monitor.mute { 0.0 } else { 1.0 }));
        self.through_matrix(sound, self.both(fold))
    }

    /// The reach of every output port during the change.
    pub fn outputs(&mut self) -> [Reach; OUTPUT_PORTS] {
        let mut outputs = [Reach::default(); OUTPUT_PORTS];
        let bypass = self.both(|r| if r.bypass { 1.0 } else { 0.0 });
        let wire = self.padded(self.input, self.latency);
        let main = self.main();
        outputs[PORT_MAIN] =
            self.through(wire, bypass).plus(self.through(main, bypass.map(|on| 1.0 - on)));
        for j in 0..BUSES {
            let sound = self.bus_at_port(j, true);
            let stays = |r: &Routing| {
                if r.bypass && r.buses[j].role != Role::Mix { 0.0 } else { 1.0 }
            };
            outputs[1 + j] = self.through(sound, self.both(stays));
        }
        let monitor = self.monitor();
        for (port, speakers) in [(PORT_MONITOR_A, Speakers::A), (PORT_MONITOR_B, Speakers::B)] {
            let plays = |r: &Routing| if r.monitor.speakers == speakers { 1.0 } else { 0.0 };
            outputs[port] = self.through(monitor, self.both(plays));
        }
        outputs[PORT_CUE] = self.cue();
        outputs
    }
}
