//! The band's drums: kick, snare and hat. Nothing here knows the mixer.

use super::{BARS, Filter, Noise, Tape, bar, sixteenth, swell};
use crate::stems::Stem;
use std::f64::consts::TAU;

/// The last bar has a fill and the first beat after it a final stroke.
fn is_fill(of: usize) -> bool {
    of == BARS - 1
}

/// Kick: a sine that falls from 190 to 48 Hz, with a soft click.
pub(super) fn kick(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 1);
    let mut stroke = |start: f64, strength: f64| {
        let mut phase = 0.0;
        tape.play(start, 0.4, |at| {
            phase += (48.0 + 142.0 * (-at / 0.028).exp()) / rate;
            let body = (TAU * phase).sin() * (-at / 0.11).exp();
            let click = (TAU * 1_400.0 * at).sin() * (-at / 0.004).exp() * 0.25;
            [strength * (body + click) * swell(at, 0.001, 0.05, 0.4)]
        });
    };
    for of in 0..BARS {
        let start = bar(of);
        let pattern: &[f64] = if of % 2 == 0 { &[0.0, 7.0, 10.0] } else { &[0.0, 6.0, 10.0, 15.0] };
        for at in pattern {
            stroke(start + sixteenth(*at), if *at == 0.0 { 1.0 } else { 0.82 });
        }
    }
    stroke(bar(BARS), 1.0);
    tape.into_stem("01 Kick", 0.7)
}

/// Snare: two drum-head tones under a burst of noise, with ghost strokes and a fill.
pub(super) fn snare(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 1);
    let mut noise = Noise(0x5eed_0001);
    let mut stroke = |start: f64, strength: f64| {
        let mut filter = Filter::default();
        tape.play(start, 0.35, |at| {
            let [_, rattle, _] = filter.run(noise.next(), 3_200.0, 0.6, rate);
            let wires = rattle * (-at / 0.07).exp();
            let head = (TAU * 186.0 * at).sin() * 0.55 + (TAU * 329.0 * at).sin() * 0.3;
            [strength * (wires + head * (-at / 0.05).exp()) * swell(at, 0.0008, 0.1, 0.35)]
        });
    };
    for of in 0..BARS {
        let start = bar(of);
        stroke(start + sixteenth(4.0), 1.0);
        stroke(start + sixteenth(12.0), 1.0);
        stroke(start + sixteenth(9.0), 0.18);
        if is_fill(of) {
            for (at, strength) in [(11.0, 0.4), (13.0, 0.55), (14.0, 0.7), (15.0, 0.9)] {
                stroke(start + sixteenth(at), strength);
            }
        }
    }
    tape.into_stem("02 Snare", 0.6)
}

/// Hat: high noise with a metallic ring, closed on eighths, open before each second bar.
pub(super) fn hat(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 1);
    let mut noise = Noise(0x5eed_0002);
    let mut stroke = |start: f64, strength: f64, decay: f64| {
        let length = 6.0 * decay;
        let mut filter = Filter::default();
        tape.play(start, length, |at| {
            let ring: f64 = [5_240.0, 6_610.0, 8_370.0]
                .iter()
                .map(|tone| (TAU * tone * at).sin().signum() * 0.12)
                .sum();
            let [_, _, air] = filter.run(noise.next() * 0.6 + ring, 7_200.0, 0.8, rate);
            [strength * air * (-at / decay).exp() * swell(at, 0.0008, 0.4 * length, length)]
        });
    };
    for of in 0..BARS {
        let start = bar(of);
        for eighth in 0..8 {
            let at = f64::from(eighth) * 2.0;
            let strength = if eighth % 2 == 0 { 0.9 } else { 0.55 };
            let open = eighth == 7 && of % 2 == 1;
            stroke(start + sixteenth(at), strength, if open { 0.11 } else { 0.03 });
        }
        stroke(start + sixteenth(11.0), 0.3, 0.02);
    }
    stroke(bar(BARS), 1.0, 0.18);
    tape.into_stem("03 Hat", 0.35)
}
