//! Gentle low and high cuts of 6 dB an octave.
//!
//! Not here: resonant or steep filters. Audio thread.
//!
//! The trapezoidal one-pole of V. Zavalishin, "The Art of VA Filter Design", chapter 3: its
//! coefficient may change at any sample without a click.

/// A low-pass; what it takes away is the high-pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnePole {
    state: f32,
}

impl OnePole {
    /// The coefficient for a corner (−3 dB) in Hz, held below half the sample rate.
    pub fn coefficient(frequency: f32, sample_rate: f64) -> f32 {
        let share = (f64::from(frequency) / sample_rate).min(0.49);
        let g = (std::f64::consts::PI * share).tan();
        (g / (1.0 + g)) as f32
    }

    /// One sample of what lies below the corner.
    #[inline(always)]
    pub fn low(&mut self, x: f32, coefficient: f32) -> f32 {
        let way = x - self.state;
        let low = self.state + way * coefficient;
        self.state += way * (2.0 * coefficient);
        low
    }

    /// One sample of what lies above the corner.
    #[inline(always)]
    pub fn high(&mut self, x: f32, coefficient: f32) -> f32 {
        x - self.low(x, coefficient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_power_passes_at_the_corner_both_ways() {
        let coefficient = OnePole::coefficient(1000.0, 48_000.0);
        let (mut low, mut high) = (OnePole::default(), OnePole::default());
        let mut power = [0.0f64; 3];
        for n in 0..9600 {
            let x = (n as f32 * std::f32::consts::TAU / 48.0).sin();
            let out = [x, low.low(x, coefficient), high.high(x, coefficient)];
            if n >= 4800 {
                (0..3).for_each(|i| power[i] += f64::from(out[i]).powi(2));
            }
        }
        assert!((power[1] / power[0] - 0.5).abs() < 1e-3);
        assert!((power[2] / power[0] - 0.5).abs() < 1e-3);
    }
}
