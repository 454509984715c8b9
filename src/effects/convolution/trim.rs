//! What the settings make of an impulse response before it is used.
//!
//! Not here: anything that runs while sound does. Main thread.

use std::f64::consts::PI;

/// How a response is to be changed.
pub(super) struct Wishes {
    /// The share of its length that is kept.
    pub length: f64,
    /// Its reverberation time as a share of what it was.
    pub decay: f64,
    pub reverse: bool,
    pub normalize: bool,
}

/// The response as it is to be used.
pub(super) fn trimmed(channels: &[Vec<f32>], wishes: &Wishes, sample_rate: f64) -> Vec<Vec<f32>> {
    let mut channels = channels.to_vec();
    let length = channels.iter().map(Vec::len).max().unwrap_or(0);
    if wishes.decay < 1.0 {
        shorten_decay(&mut channels, wishes.decay);
    }
    if wishes.length < 1.0 {
        let kept = ((length as f64 * wishes.length).round() as usize).max(1);
        // The cut is a half cosine over 20 ms, or over a tenth of what is left if that is shorter.
        let fade = (sample_rate / 50.0).min(0.1 * kept as f64).round() as usize;
        for channel in &mut channels {
            channel.truncate(kept);
            for (i, x) in channel.iter_mut().enumerate().skip(kept - fade) {
                let left = (kept - i) as f64 / (fade + 1) as f64;
                *x *= (0.5 - 0.5 * (PI * left).cos()) as f32;
            }
        }
    }
    if wishes.reverse {
        // All channels turn about the same point.
        let length = channels.iter().map(Vec::len).max().unwrap_or(0);
        for channel in &mut channels {
            channel.resize(length, 0.0);
            channel.reverse();
        }
    }
    if wishes.normalize {
        normalize(&mut channels);
    }
    channels
}

/// Gives the louder output an energy of 1: white noise on the inputs leaves at its own level.
fn normalize(channels: &mut [Vec<f32>]) {
    let energy =
        |channel: &Vec<f32>| -> f64 { channel.iter().map(|x| f64::from(*x).powi(2)).sum() };
    let energies: Vec<f64> = channels.iter().map(energy).collect();
    let louder = match energies[..] {
        [ll, lr, rl, rr] => f64::max(ll + rl, lr + rr),
        _ => energies.iter().copied().fold(0.0, f64::max),
    };
    if louder > 0.0 {
        let gain = 1.0 / louder.sqrt();
        channels.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) * gain) as f32);
    }
}

/// Multiplies by an exponential that brings the reverberation time down to `share` of what it was,
/// from the loudest sample on. What does not die away stays as it is.
fn shorten_decay(channels: &mut [Vec<f32>], share: f64) {
    let Some(time) = reverberation_time(channels) else { return };
    let loudest = |channel: &Vec<f32>| {
        let loudest = channel.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        loudest.map(|(at, x)| (x.abs(), at))
    };
    let start = channels.iter().filter_map(loudest).max_by(|a, b| a.0.total_cmp(&b.0));
    let start = start.map_or(0, |(_, at)| at);
    // 60 dB are a factor of 1000: it fell by as much in `time`, and is to in `share` of it.
    let fall = 1000f64.ln() / time * (1.0 / share - 1.0);
    for channel in channels {
        for (i, x) in channel.iter_mut().skip(start).enumerate() {
            *x = (f64::from(*x) * (-fall * i as f64).exp()) as f32;
        }
    }
}

/// How many samples the response needs to fall by 60 dB: three times as many as its energy still to
/// come takes from −5 to −25 dB (T20 of ISO 3382-1, after M. Schroeder, "New Method of Measuring
/// Reverberation Time", JASA 1965).
pub(super) fn reverberation_time(channels: &[Vec<f32>]) -> Option<f64> {
    let length = channels.iter().map(Vec::len).max()?;
    let energy = |at: usize| -> f64 {
        channels.iter().filter_map(|channel| channel.get(at)).map(|x| f64::from(*x).powi(2)).sum()
    };
    let total: f64 = (0..length).map(energy).sum();
    let mut left = total;
    let (mut early, mut late) = (None, None);
    for at in 0..length {
        left -= energy(at);
        let reached = |db: f64| left <= total * 10f64.powf(db / 10.0);
        if early.is_none() && reached(-5.0) {
            early = Some(at);
        }
        if late.is_none() && reached(-25.0) {
            late = Some(at);
        }
    }
    let span = late?.checked_sub(early?)?;
    (span > 0).then_some(3.0 * span as f64)
}
