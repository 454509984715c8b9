//! The show's insert chains and what its macro drives, as a render session writes them.
//!
//! Not here: routing and moves.

use super::{DELAY, DRUMS, MUSIC, REVERB, VOCALS};
use serde_json::{Value, json};

/// Every chain of the show.
pub(super) fn chains() -> Value {
    json!({
        // Parallel compression: the untouched drums with their peaks, and under them a lane without.
        format!("Bus {DRUMS}"): {"dry": "0 dB", "lanes": [{"level": "-8 dB", "slots": [
            {"name": "Crush", "effect": "Compressor", "settings": {
                "Threshold": "-30 dB", "Ratio": "10 :1", "Attack": "0.3 ms", "Release": "120 ms",
                "Lookahead": "2 ms", "Makeup": "10 dB"}},
        ]}]},
        // The music makes way while somebody sings.
        format!("Bus {MUSIC}"): [
            {"effect": "Compressor", "key": [format!("Bus {VOCALS}"), "Pre"], "settings": {
                "Threshold": "-30 dB", "Ratio": "1.5 :1", "Knee": "12 dB", "Attack": "20 ms",
                "Release": "300 ms"}},
        ],
        format!("Bus {VOCALS}"): [
            {"effect": "Equalizer", "settings": {
                "Low Cut": "On", "Low Cut Frequency": "100 Hz", "Bell 1 Gain": "-2 dB",
                "Bell 3 Frequency": "3.2 kHz", "Bell 3 Gain": "2.5 dB", "High Shelf Gain": "2 dB"}},
            {"effect": "Compressor", "settings": {
                "Threshold": "-24 dB", "Ratio": "3 :1", "Attack": "8 ms", "Release": "120 ms",
                "Makeup": "4 dB"}},
            {"effect": "Saturator", "settings": {"Curve": "Tape", "Drive": "4 dB"}},
        ],
        format!("Bus {REVERB}"): [
            {"effect": "Reverb", "settings": {
                "Decay": "1.6 s", "Pre-Delay": "18 ms", "Low Cut": "180 Hz", "High Cut": "9 kHz"}},
        ],
        format!("Bus {DELAY}"): [
            {"effect": "Delay", "settings": {
                "Time": "417 ms", "Ping-Pong": "On", "Feedback": "35 %", "Low Cut": "250 Hz",
                "High Cut": "4.5 kHz"}},
        ],
        "Main": [{"effect": "Limiter", "settings": {"Ceiling": "-1 dB"}}],
    })
}

/// What the macros drive.
pub(super) fn macros() -> Value {
    json!({"Macro 1": [
        {"slot": "Crush", "setting": "Threshold", "from": "-18 dB", "to": "-42 dB"},
    ]})
}
