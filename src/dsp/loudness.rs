//! K-weighting: how loud a sound is to the ear, sample by sample.
//!
//! Not here: metering for people, which a well-kept crate does off the audio thread. This is for
//! matching two signals while they play. Audio thread.
//!
//! ITU-R BS.1770-4 gives the two filters at 48 kHz. For other rates they are found from the analogue
//! ones behind them: a shelf of 4 dB at 1682 Hz and a high-pass of second order at 38 Hz, by the
//! bilinear transform. A test compares the loudness with the `ebur128` crate's.

/// A biquad in transposed direct form II.
#[derive(Clone, Copy, Debug)]
struct Filter {
    b: [f64; 3],
    a: [f64; 2],
    state: [[f64; 2]; 2],
}

impl Filter {
    fn run(&mut self, side: usize, x: f64) -> f64 {
        let [first, second] = &mut self.state[side];
        let y = self.b[0] * x + *first;
        *first = self.b[1] * x - self.a[0] * y + *second;
        *second = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// The weighting of a stereo signal.
#[derive(Clone, Copy, Debug)]
pub struct KWeighting {
    shelf: Filter,
    high_pass: Filter,
}

impl KWeighting {
    /// The weighting at a sample rate in Hz.
    pub fn new(sample_rate: f64) -> KWeighting {
        let corner = |frequency: f64| (std::f64::consts::PI * frequency / sample_rate).tan();
        let (k, q) = (corner(1_681.974_450_955_533), 0.707_175_236_955_419_6);
        let high = 10f64.powf(3.999_843_853_973_347 / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        let shelf = Filter {
            b: [
                (high + band * k / q + k * k) / a0,
                2.0 * (k * k - high) / a0,
                (high - band * k / q + k * k) / a0,
            ],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            state: [[0.0; 2]; 2],
        };
        let (k, q) = (corner(38.135_470_876_024_44), 0.500_327_037_323_877_3);
        let a0 = 1.0 + k / q + k * k;
        let high_pass = Filter {
            b: [1.0, -2.0, 1.0],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            state: [[0.0; 2]; 2],
        };
        KWeighting { shelf, high_pass }
    }

    /// The weighted power of one frame: the sum of both sides' squares.
    pub fn power(&mut self, [left, right]: [f32; 2]) -> f64 {
        [left, right]
            .into_iter()
            .enumerate()
            .map(|(side, x)| {
                let y = self.shelf.run(side, f64::from(x));
                let y = self.high_pass.run(side, y);
                y * y
            })
            .sum()
    }
}

/// The mean weighted power that is as loud as `lufs`.
pub fn power_of_lufs(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// The loudness in LUFS of a mean weighted power.
pub fn lufs_of_power(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_loudness_crate_at_every_rate() {
        for rate in [44_100u32, 48_000, 96_000, 192_000] {
            for frequency in [30.0, 100.0, 1000.0, 5000.0, 15_000.0] {
                let sound: Vec<f32> = (0..rate * 2)
                    .map(|n| {
                        let turn = f64::from(n) * frequency / f64::from(rate);
                        (0.3 * (turn * std::f64::consts::TAU).sin()) as f32
                    })
                    .collect();
                let quiet: Vec<f32> = sound.iter().map(|x| x * 0.5).collect();
                let mut meter = ebur128::EbuR128::new(2, rate, ebur128::Mode::M).expect("a meter");
                meter.add_frames_planar_f32(&[&sound, &quiet]).expect("frames");
                let mut weighting = KWeighting::new(f64::from(rate));
                let powers: Vec<f64> =
                    sound.iter().zip(&quiet).map(|(l, r)| weighting.power([*l, *r])).collect();
                let last = &powers[powers.len() - rate as usize * 2 / 5..];
                let ours = lufs_of_power(last.iter().sum::<f64>() / last.len() as f64);
                let theirs = meter.loudness_momentary().expect("a loudness");
                assert!((ours - theirs).abs() < 0.02, "{rate} {frequency}: {ours} for {theirs}");
                assert!((lufs_of_power(power_of_lufs(ours)) - ours).abs() < 1e-9);
            }
        }
    }
}
