//! One filter of second order in motion: frequency, gain, Q and how much of it is heard all glide.
//!
//! Not here: which filter it is ([`super::biquad`] designs it). Audio thread, except `new`.
//!
//! The structure is the state-variable filter with trapezoidal integrators (V. Zavalishin, *The Art
//! of VA Filter Design*; A. Simper, *Linear Trapezoidal Integrated SVF*, 2013). With d = x − s₂ and
//! h = 1/(1 + g(g + k)),
//!
//! ```text
//! high = h(d − (g + k)s₁)   band = g·high + s₁   low = g·band + s₂
//! s₁' = band + g·high       s₂' = low + g·band
//! ```
//!
//! Its denominator has a₁ = 2(g² − 1)h and a₂ = (1 − gk + g²)h, which solved for g and k gives every
//! stable biquad a place here: g² = (1 + a₁ + a₂)/(1 − a₁ + a₂), gk = 2(1 − a₂)/(1 − a₁ + a₂). Its
//! outputs are mixed by the gain at half the sample rate (high), the gain at 0 Hz (low) and
//! (b₀ − b₂)/(2gh) (band).
//!
//! It is stable however it is moved: with no input s₁² + s₂² changes per sample by
//! 4g·high·band + 4g·band·low = 4g·band·(high + low) = −4gk·band², never upwards while g and k are
//! positive. So g, k and the mix are moved straight, sample by sample, between designs made
//! every [`TICK`] samples.

use super::biquad::{Biquad, Kind};
use super::glide::{Glide, on_grid};
use super::tick::TICK;

/// A stereo sample as the filters take it. Twice the precision leaves no noise of its own at low
/// frequencies, and two sides fill a vector of any processor.
pub type Pair = [f64; 2];

/// What a section is heading for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// In Hz.
    pub frequency: f32,
    /// In dB; counts for bells and shelves.
    pub gain_db: f32,
    /// Counts for filters of second order.
    pub q: f32,
    /// Whether it is heard.
    pub on: bool,
}

impl Target {
    /// The filter it asks for at `sample_rate`, or `None` if it changes nothing.
    pub fn biquad(&self, kind: Kind, sample_rate: f64) -> Option<Biquad> {
        let flat = has_gain(kind) && self.gain_db == 0.0;
        (self.on && !flat).then(|| {
            let [frequency, gain, q] = [self.frequency, self.gain_db, self.q].map(f64::from);
            Biquad::design(kind, frequency / sample_rate, gain, q)
        })
    }
}

fn has_gain(kind: Kind) -> bool {
    matches!(kind, Kind::Bell | Kind::LowShelf | Kind::HighShelf)
}

/// Tuning, damping and mix of the structure.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shape {
    g: f64,
    k: f64,
    high: f64,
    band: f64,
    low: f64,
}

impl Shape {
    const THROUGH: Shape = Shape { g: 1.0, k: 1.0, high: 1.0, band: 1.0, low: 1.0 };

    fn of(biquad: &Biquad, weight: f64) -> Shape {
        let [b0, b1, b2] = biquad.b;
        let [a1, a2] = biquad.a;
        let [dc, nyquist] = [1.0 + a1 + a2, 1.0 - a1 + a2];
        let g = (dc / nyquist).sqrt();
        let k = 2.0 * (1.0 - a2) / (nyquist * g);
        let [high, low] = [(b0 - b1 + b2) / nyquist, (b0 + b1 + b2) / dc];
        let band = 2.0 * (b0 - b2) / (nyquist * g);
        // The unfiltered signal is high + k·band + low.
        let heard = |dry: f64, wet: f64| dry + (wet - dry) * weight;
        Shape { g, k, high: heard(1.0, high), band: heard(k, band), low: heard(1.0, low) }
    }

    fn between(&self, to: &Shape, share: f64) -> Shape {
        let mix = |a: f64, b: f64| a + (b - a) * share;
        Shape {
            g: mix(self.g, to.g),
            k: mix(self.k, to.k),
            high: mix(self.high, to.high),
            band: mix(self.band, to.band),
            low: mix(self.low, to.low),
        }
    }

    fn kernel(&self) -> Kernel {
        let h = 1.0 / (1.0 + self.g * (self.g + self.k));
        let gh = self.g * h;
        let ggh = self.g * gh;
        Kernel {
            state: [2.0 * h - 1.0, 2.0 * gh, 2.0 * ggh],
            from_input: self.high * h + self.band * gh + self.low * ggh,
            from_band: self.band * h + self.low * gh - self.high * h * (self.g + self.k),
            low: self.low,
        }
    }
}

/// The structure multiplied out, so that one step is short: s₁' = p·s₁ + q·d,
/// s₂' = s₂ + q·s₁ + r·d.
#[derive(Clone, Copy)]
struct Kernel {
    state: [f64; 3],
    from_input: f64,
    from_band: f64,
    low: f64,
}

impl Kernel {
    #[inline(always)]
    fn step(&self, x: Pair, state: &mut [Pair; 2]) -> Pair {
        let [p, q, r] = self.state;
        let [s1, s2] = *state;
        let mut out = [0.0; 2];
        for side in 0..2 {
            let d = x[side] - s2[side];
            out[side] = self.from_input * d + (self.from_band * s1[side] + self.low * s2[side]);
            state[0][side] = p * s1[side] + q * d;
            state[1][side] = (s2[side] + q * s1[side]) + r * d;
        }
        out
    }
}

/// A filter that can be told to become another one of its kind at any sample, without a click.
pub struct Section {
    kind: Kind,
    sample_rate: f64,
    /// log₂ of the frequency in Hz.
    octave: Glide,
    gain_db: Glide,
    /// log₂ of Q.
    q: Glide,
    weight: Glide,
    from: Shape,
    to: Shape,
    kernel: Kernel,
    state: [Pair; 2],
    is_on: bool,
    is_moving: bool,
    /// Told something since the last tick.
    is_told: bool,
    /// Everything is to be at its target at once.
    is_fresh: bool,
}

impl Section {
    /// A section at its target. [main-thread]
    pub fn new(kind: Kind, target: Target, sample_rate: f64) -> Section {
        let mut section = Section {
            kind,
            sample_rate,
            octave: Glide::fixed(0.0),
            gain_db: Glide::fixed(0.0),
            q: Glide::fixed(0.0),
            weight: Glide::fixed(0.0),
            from: Shape::THROUGH,
            to: Shape::THROUGH,
            kernel: Shape::THROUGH.kernel(),
            state: [[0.0; 2]; 2],
            is_on: false,
            is_moving: false,
            is_told: false,
            is_fresh: true,
        };
        section.aim(target, 0, 0);
        section
    }

    /// Heads for `target` from the sample `now` on, to be there after `length` samples; with 0 at
    /// once. One that is not heard takes its frequency, gain and Q at once and then fades in.
    pub fn aim(&mut self, target: Target, now: u64, length: u32) {
        let silent = self.weight.target() == 0.0 && !self.weight.is_moving(now);
        let own = if silent { 0 } else { length };
        self.octave.aim(target.frequency.max(1.0).log2(), now, own);
        self.q.aim(target.q.max(0.01).log2(), now, own);
        self.gain_db.aim(target.gain_db, now, own);
        self.weight.aim(if target.on { 1.0 } else { 0.0 }, now, length);
        self.is_told = true;
        self.is_fresh |= length == 0;
    }

    /// Forgets all sound and is at its target.
    pub fn reset(&mut self) {
        for glide in [&mut self.octave, &mut self.gain_db, &mut self.q, &mut self.weight] {
            *glide = Glide::fixed(glide.target());
        }
        self.state = [[0.0; 2]; 2];
        self.is_fresh = true;
    }

    /// Whether it has anything to do: if not, [`Section::process`] may be left out.
    pub fn is_awake(&self) -> bool {
        self.is_on || self.is_moving || self.is_told || self.is_fresh
    }

    fn glides(&self) -> [&Glide; 4] {
        [&self.octave, &self.gain_db, &self.q, &self.weight]
    }

    fn shape(&self, now: u64, weight: f32) -> Shape {
        let frequency = f64::from(self.octave.at(now)).exp2() / self.sample_rate;
        let q = f64::from(self.q.at(now)).exp2();
        let gain = f64::from(self.gain_db.at(now));
        let biquad = Biquad::design(self.kind, frequency, gain, q);
        Shape::of(&biquad, f64::from(weight))
    }

    /// Whether it changes nothing from `now` on.
    fn is_through(&self, now: u64) -> bool {
        let rests_at_0 = |glide: &Glide| glide.target() == 0.0 && !glide.is_moving(now);
        rests_at_0(&self.weight) || has_gain(self.kind) && rests_at_0(&self.gain_db)
    }

    fn tick(&mut self, now: u64) {
        if !(self.is_moving || self.is_told || self.is_fresh) {
            return;
        }
        let was_on = self.is_on && !self.is_fresh;
        let glides = self.glides().iter().any(|glide| glide.is_moving(now));
        self.is_moving = !self.is_fresh && (glides || self.is_told);
        self.is_on = !self.is_through(now) || (self.is_moving && was_on);
        if !self.is_on {
            self.state = [[0.0; 2]; 2];
        } else if self.is_moving {
            // One that was off begins unheard, wherever within the last tick its glide began.
            self.from = if was_on { self.to } else { self.shape(now, 0.0) };
            let end = now + TICK as u64;
            self.to = self.shape(end, self.weight.at(end));
        } else {
            self.to = self.shape(now, self.weight.at(now));
            self.from = self.to;
            self.kernel = self.to.kernel();
        }
        // A glide that ended within this tick needs one more to come to rest.
        self.is_told = self.is_fresh && glides;
        self.is_fresh = false;
    }

    /// Filters a slice that begins at the absolute sample `now`.
    pub fn process(&mut self, slice: &mut [Pair], now: u64) {
        for (at, frames) in on_grid(now, slice.len(), TICK) {
            let now = now + at as u64;
            let phase = now % TICK as u64;
            if phase == 0 || self.is_fresh {
                self.tick(now);
            }
            if !self.is_on {
                continue;
            }
            let piece = &mut slice[at..at + frames];
            if self.is_moving {
                for (i, x) in piece.iter_mut().enumerate() {
                    let share = (phase as usize + i + 1) as f64 / TICK as f64;
                    let kernel = self.from.between(&self.to, share).kernel();
                    *x = kernel.step(*x, &mut self.state);
                }
            } else {
                let (kernel, mut state) = (self.kernel, self.state);
                for x in piece {
                    *x = kernel.step(*x, &mut state);
                }
                self.state = state;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn target(frequency: f32, gain_db: f32, q: f32) -> Target {
        Target { frequency, gain_db, q, on: true }
    }

    #[test]
    fn what_it_does_is_what_was_designed() {
        for (kind, gain) in [
            (Kind::LowPass1, 0.0),
            (Kind::HighPass1, 0.0),
            (Kind::LowPass2, 0.0),
            (Kind::HighPass2, 0.0),
            (Kind::Bell, -18.0),
            (Kind::LowShelf, 9.0),
            (Kind::HighShelf, -9.0),
        ] {
            let target = target(3000.0, gain, 2.0);
            let biquad = target.biquad(kind, RATE).expect("it changes something");
            let mut section = Section::new(kind, target, RATE);
            let (mut x, mut y) = ([0.0; 2], [0.0; 2]);
            for n in 0..500u64 {
                let input = if n == 0 { 1.0 } else { 0.0 };
                let mut slice = [[input, -input]];
                section.process(&mut slice, n);
                // The direct form is the definition.
                let expected = biquad.b[0] * input + biquad.b[1] * x[0] + biquad.b[2] * x[1]
                    - biquad.a[0] * y[0]
                    - biquad.a[1] * y[1];
                (x, y) = ([input, x[0]], [expected, y[0]]);
                assert!((slice[0][0] - expected).abs() < 1e-5, "{kind:?} at {n}");
                assert_eq!(slice[0][1], -slice[0][0]);
            }
        }
    }

    #[test]
    fn thrown_about_at_every_tick_it_never_gains_energy_of_its_own() {
        let mut section = Section::new(Kind::LowPass2, target(1000.0, 0.0, 20.0), RATE);
        let mut slice = [[1.0, 1.0]; 16];
        section.process(&mut slice, 0);
        let energy = |section: &Section| section.state.iter().map(|s| s[0] * s[0]).sum::<f64>();
        let mut last = energy(&section);
        for tick in 1..3000u64 {
            let wild = tick.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            let frequency = 20.0 * 1000f32.powf(wild as f32 / (1 << 24) as f32);
            let q = if tick % 3 == 0 { 0.5 } else { 20.0 };
            section.aim(target(frequency, 0.0, q), tick * 16, 16 * (tick % 4) as u32);
            let mut silence = [[0.0; 2]; 16];
            section.process(&mut silence, tick * 16);
            let now = energy(&section);
            assert!(now <= last * (1.0 + 1e-12), "tick {tick}: {last} → {now}");
            last = now;
        }
    }

    #[test]
    fn off_or_at_0_db_it_changes_no_bit_and_turning_it_on_starts_softly() {
        let off = Target { on: false, ..target(500.0, 12.0, 1.0) };
        for still in [off, target(500.0, 0.0, 1.0)] {
            let mut section = Section::new(Kind::Bell, still, RATE);
            let mut slice = [[0.3, -0.7]; 64];
            section.process(&mut slice, 0);
            assert_eq!(slice, [[0.3, -0.7]; 64]);
            let mut last = 0.3;
            for now in 64..2000 {
                if now == 67 {
                    section.aim(target(500.0, 12.0, 1.0), 67, 480);
                }
                let mut slice = [[0.3, -0.7]];
                section.process(&mut slice, now);
                assert!((slice[0][0] - last).abs() < 0.005, "at {now}");
                last = slice[0][0];
            }
        }
    }
}
