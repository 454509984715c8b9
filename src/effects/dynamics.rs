//! What the compressor and the gate stand on: the key they hear, the sound that waits for it, and a
//! value that rises and falls in times of its own.
//!
//! Not here: detectors and what they ask for (each effect's file). Audio thread, except `new`.

use super::{Context, Setting, Taper};
use crate::dsp::glide::Glide;
use crate::dsp::key::{HIGHEST, KeyFilter, LOWEST};
use crate::dsp::line::Lines;
use crate::dsp::{SILENCE, Stereo};

/// How much later than the key the sound comes.
pub const LOOKAHEAD: Setting =
    Setting::new("lookahead", "Lookahead", "ms", [0.0, 20.0], 0.0, Taper::Linear).rebuilding();
/// What the key loses in the bass.
pub const KEY_LOW_CUT: Setting = cut("key_low_cut", "Key Low Cut", LOWEST);
/// What the key loses in the treble.
pub const KEY_HIGH_CUT: Setting = cut("key_high_cut", "Key High Cut", HIGHEST);
/// Whether the key is heard in place of the sound.
pub const KEY_LISTEN: Setting = Setting::toggle("key_listen", "Key Listen", false);

const fn cut(id: &'static str, name: &'static str, off: f32) -> Setting {
    Setting::new(id, name, "Hz", [LOWEST, HIGHEST], off, Taper::Logarithmic)
}

/// The filtered key, and the sound as late as [`LOOKAHEAD`] says.
pub struct Sidechain {
    /// Where the four settings above stand in the effect's table, in their order.
    places: [usize; 4],
    filter: KeyFilter,
    listen: Glide,
    delay: Option<Lines>,
    latency: u32,
}

impl Sidechain {
    /// For an effect whose table has the four settings, with its plain values. [main-thread]
    ///
    /// # Panics
    /// If the table lacks one of them.
    pub fn new<const N: usize>(table: &[Setting], values: &[f32; N], sample_rate: f64) -> Self {
        let places = [LOOKAHEAD, KEY_LOW_CUT, KEY_HIGH_CUT, KEY_LISTEN].map(|wanted| {
            let place = table.iter().position(|setting| *setting == wanted);
            place.expect("an effect with a sidechain has all of its settings")
        });
        let [lookahead, low, high, listen] = places.map(|place| values[place]);
        let latency = (f64::from(lookahead) * sample_rate / 1000.0).round() as u32;
        Sidechain {
            places,
            filter: KeyFilter::new([low, high], sample_rate),
            listen: Glide::fixed(listen),
            delay: (latency > 0).then(|| Lines::new(1, latency)),
            latency,
        }
    }

    /// By how many samples the sound comes later than the key.
    pub fn latency(&self) -> u32 {
        self.latency
    }

    /// Fills the first frames of `heard` with the filtered key, or without a key with the filtered
    /// sound; then puts the late sound in the slice.
    pub fn hear(&mut self, slice: [&mut [f32]; 2], context: &Context, heard: &mut Stereo) {
        let [left, right] = slice;
        let (now, frames) = (context.now, left.len());
        self.filter.process(context.key.unwrap_or([&*left, &*right]), now, heard);
        if let Some(delay) = &mut self.delay {
            let mut input = SILENCE;
            input[0][..frames].copy_from_slice(left);
            input[1][..frames].copy_from_slice(right);
            delay.write(0, now, &input, frames);
            left.copy_from_slice(delay.read(0, 0, now, self.latency, frames));
            right.copy_from_slice(delay.read(0, 1, now, self.latency, frames));
        }
    }

    /// Puts the key in place of the result, as far as it is listened to.
    pub fn listen(&self, slice: [&mut [f32]; 2], heard: &Stereo, now: u64) {
        if self.listen.target() == 0.0 && !self.listen.is_moving(now) {
            return;
        }
        for (out, key) in slice.into_iter().zip(heard) {
            for (i, (out, key)) in out.iter_mut().zip(key).enumerate() {
                let share = self.listen.at(now + i as u64);
                *out = *out * (1.0 - share) + key * share;
            }
        }
    }

    /// Aims one of the four settings at a plain value in range, as [`super::Effect::set`] does; gives
    /// false if `index` is another. [`LOOKAHEAD`] stays what it was built with.
    pub fn set(&mut self, index: usize, value: f32, now: u64, length: u32) -> bool {
        match self.places.iter().position(|place| *place == index) {
            None => return false,
            Some(0) => {}
            Some(3) => self.listen.aim(value, now, length),
            Some(cut) => self.filter.aim(cut - 1, value, now, length),
        }
        true
    }

    /// Forgets all sound; settings arrive at their targets.
    pub fn reset(&mut self) {
        self.listen = Glide::fixed(self.listen.target());
        self.filter.reset();
        if let Some(delay) = &mut self.delay {
            delay.clear();
        }
    }
}

/// The share of the way that is left to go which one sample covers, for a time constant in ms.
pub fn share(ms: f32, sample_rate: f64) -> f64 {
    -(-1000.0 / (f64::from(ms) * sample_rate)).exp_m1()
}

/// How a value goes exponentially to a wanted one, upwards and downwards in different times. Its
/// state is in double precision; in single precision a slow one would stop short.
#[derive(Clone, Copy, Debug)]
pub struct Ballistics {
    rise: f64,
    fall: f64,
}

impl Ballistics {
    /// Covers 63.2 % (1 − 1/e) of its way up and of its way down in these times in ms.
    pub fn new([rise, fall]: [f32; 2], sample_rate: f64) -> Ballistics {
        Ballistics { rise: share(rise, sample_rate), fall: share(fall, sample_rate) }
    }

    /// The value one sample later.
    #[inline(always)]
    pub fn step(self, value: f64, wanted: f32) -> f64 {
        let way = f64::from(wanted) - value;
        // One of the two is 0; a branch would guess wrong on every other sample.
        value + (way.max(0.0) * self.rise + way.min(0.0) * self.fall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Setting] = &[
        KEY_LISTEN,
        Setting::toggle("other", "Other", false),
        KEY_HIGH_CUT,
        LOOKAHEAD,
        KEY_LOW_CUT,
    ];

    #[test]
    fn the_sound_is_late_and_the_key_is_not() {
        let mut sidechain = Sidechain::new(TABLE, &[0.0, 0.0, HIGHEST, 1.0, LOWEST], 10_000.0);
        assert_eq!(sidechain.latency(), 10);
        let (mut left, mut right) = ([0.0; 32], [0.0; 32]);
        (left[3], right[5]) = (1.0, -1.0);
        let key = [[0.25; 32], [0.5; 32]];
        let context = Context { now: 64, key: Some([&key[0], &key[1]]), tempo: None };
        let mut heard = SILENCE;
        sidechain.hear([&mut left, &mut right], &context, &mut heard);
        assert_eq!((left.iter().position(|x| *x == 1.0), left[3]), (Some(13), 0.0));
        assert_eq!((right.iter().position(|x| *x == -1.0), right[5]), (Some(15), 0.0));
        assert!(heard[0][..32] == key[0] && heard[1][..32] == key[1]);
    }

    #[test]
    fn it_takes_its_own_settings_wherever_they_stand_and_no_others() {
        let mut sidechain = Sidechain::new(TABLE, &[0.0, 0.0, HIGHEST, 0.0, LOWEST], 48_000.0);
        let taken = [0, 1, 2, 3, 4].map(|index| sidechain.set(index, 1.0, 0, 0));
        assert_eq!(taken, [true, false, true, true, true]);
        assert_eq!(sidechain.latency(), 0, "lookahead is built, not set");
        // Listening replaces the sound by the key.
        let (mut left, mut right) = ([0.1; 8], [0.2; 8]);
        sidechain.listen([&mut left, &mut right], &[[0.5; 64], [0.75; 64]], 0);
        assert_eq!((left, right), ([0.5; 8], [0.75; 8]));
    }

    #[test]
    fn a_value_covers_63_percent_of_its_way_up_and_down_in_its_times() {
        let ballistics = Ballistics::new([10.0, 40.0], 1000.0);
        let up = (0..10).fold(0.0, |value, _| ballistics.step(value, 1.0));
        let down = (0..40).fold(1.0, |value, _| ballistics.step(value, 0.0));
        assert!((up - 0.632_120_6).abs() < 1e-6 && (down - 0.367_879_4).abs() < 1e-6);
    }
}
