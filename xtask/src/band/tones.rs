//! The band's pitched instruments: bass, electric piano and a singing voice. Nothing here knows the
//! mixer.

use super::{BARS, Filter, RING, Tape, bar, pitch, saw, sixteenth, swell};
use crate::stems::Stem;
use std::f64::consts::TAU;

/// The four chords: root of the bass, then the keys' notes, as MIDI note numbers.
const CHORDS: [(f64, [f64; 4]); 4] = [
    (38.0, [53.0, 57.0, 60.0, 64.0]),
    (34.0, [53.0, 58.0, 62.0, 65.0]),
    (41.0, [53.0, 57.0, 60.0, 67.0]),
    (36.0, [52.0, 55.0, 60.0, 62.0]),
];

/// Bass: a saw and its octave below through a low pass that opens with each note.
pub(super) fn bass(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 1);
    let mut note = |start: f64, length: f64, number: f64, strength: f64| {
        let step = pitch(number) / rate;
        let mut phase = 0.5;
        let mut below = 0.0;
        let mut filter = Filter::default();
        tape.play(start, length, |at| {
            phase = (phase + step) % 1.0;
            below = (below + step / 2.0) % 1.0;
            let cutoff = 140.0 + 1_500.0 * strength * (-at / 0.09).exp();
            let tone = 0.7 * saw(phase, step) + 0.5 * (TAU * below).sin();
            let [low, _, _] = filter.run(tone, cutoff, 1.6, rate);
            [strength * low * swell(at, 0.004, 0.03, length)]
        });
    };
    for of in 0..BARS {
        let (root, _) = CHORDS[of % 4];
        let start = bar(of);
        // Count of the sixteenth, length in sixteenths, interval, strength.
        let line = [
            (0.0, 2.6, 0.0, 1.0),
            (3.0, 0.9, 12.0, 0.7),
            (6.0, 1.8, 0.0, 0.85),
            (8.0, 1.8, 7.0, 0.75),
            (10.0, 2.5, 0.0, 0.9),
            (14.0, 1.8, if of % 2 == 0 { 10.0 } else { 7.0 }, 0.8),
        ];
        for (at, length, interval, strength) in line {
            note(start + sixteenth(at), sixteenth(length), root + interval, strength);
        }
    }
    note(bar(BARS), RING - 0.1, CHORDS[0].0, 1.0);
    tape.into_stem("04 Bass", 0.55)
}

/// Keys: an electric piano, each note a sine bent by another, moving slowly between the sides.
pub(super) fn keys(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 2);
    let mut chord = |start: f64, length: f64, notes: &[f64], strength: f64| {
        for (voice, number) in notes.iter().enumerate() {
            let tone = pitch(*number);
            // Struck one after the other, as fingers do.
            let start = start + 0.007 * voice as f64;
            tape.play(start, length, |at| {
                let bend = 1.6 * strength * (-at / 0.35).exp() * (TAU * tone * at).sin();
                let tine = 0.25 * (-at / 0.06).exp() * (TAU * 14.0 * tone * at).sin();
                let body = (TAU * tone * at + bend).sin() + tine;
                let sway = (TAU * 4.6 * (start + at)).sin();
                let level = strength * (-at / 0.9).exp() * swell(at, 0.003, 0.06, length);
                [level * body * (1.0 + 0.35 * sway), level * body * (1.0 - 0.35 * sway)]
            });
        }
    };
    for of in 0..BARS {
        let (_, notes) = &CHORDS[of % 4];
        let start = bar(of);
        chord(start, sixteenth(5.6), notes, 1.0);
        chord(start + sixteenth(6.0), sixteenth(3.5), &notes[1..], 0.7);
        chord(start + sixteenth(10.0), sixteenth(3.6), notes, 0.8);
        chord(start + sixteenth(14.0), sixteenth(1.8), &notes[2..], 0.6);
    }
    chord(bar(BARS), RING, &CHORDS[0].1, 1.0);
    tape.into_stem("05 Keys", 0.5)
}

/// The centres (Hz) of the first three formants of a vowel.
type Vowel = [f64; 3];
const AH: Vowel = [750.0, 1_150.0, 2_500.0];
const OH: Vowel = [460.0, 830.0, 2_400.0];
const EE: Vowel = [300.0, 2_150.0, 2_900.0];
const EH: Vowel = [560.0, 1_750.0, 2_550.0];

/// Four bars of melody: sixteenth from the start, length in sixteenths, note, vowel.
const MELODY: [(f64, f64, f64, Vowel); 13] = [
    (2.0, 2.0, 62.0, AH),
    (4.0, 3.0, 65.0, OH),
    (8.0, 6.0, 64.0, EH),
    (16.0, 3.0, 62.0, AH),
    (20.0, 4.0, 65.0, EE),
    (26.0, 4.0, 67.0, OH),
    (32.0, 5.0, 69.0, AH),
    (38.0, 2.0, 67.0, EH),
    (40.0, 6.0, 65.0, OH),
    (48.0, 3.0, 64.0, EE),
    (52.0, 3.0, 62.0, EH),
    (56.0, 4.0, 60.0, OH),
    (60.0, 4.0, 64.0, AH),
];

/// Voice: a bright source through three formants, gliding between notes and vowels, with vibrato.
pub(super) fn voice(rate: f64) -> Stem {
    let mut tape = Tape::new(rate, 1);
    let mut phrase = |from: f64, melody: &[(f64, f64, f64, Vowel)], lift: f64| {
        let mut previous = melody[0];
        for (at, length, number, vowel) in melody.iter().copied() {
            let seconds = sixteenth(length) * 0.97;
            let (before, last_vowel) = (previous.2, previous.3);
            let mut phase = 0.5;
            let mut formants: [Filter; 3] = Default::default();
            tape.play(from + sixteenth(at), seconds, |at| {
                let glide = (-at / 0.04).exp();
                let shaking = ((at - 0.18) / 0.25).clamp(0.0, 1.0) * 0.22;
                let note = number + lift + (before - number) * glide * 0.6;
                let tone = pitch(note + shaking * (TAU * 5.3 * at).sin());
                phase = (phase + tone / rate) % 1.0;
                let source = saw(phase, tone / rate);
                let mut sung = 0.0;
                for (index, (formant, level)) in
                    formants.iter_mut().zip([1.0, 0.5, 0.22]).enumerate()
                {
                    let centre = vowel[index] + (last_vowel[index] - vowel[index]) * glide;
                    let q = 5.0 + 3.0 * index as f64;
                    sung += level * formant.run(source, centre, q, rate)[1];
                }
                [sung * swell(at, 0.05, 0.07, seconds)]
            });
            previous = (at, length, number, vowel);
        }
    };
    phrase(0.0, &MELODY, 0.0);
    phrase(bar(4), &MELODY[..10], 5.0);
    phrase(bar(BARS), &[(0.0, 8.0, 62.0, AH)], 0.0);
    tape.into_stem("06 Voice", 0.55)
}
