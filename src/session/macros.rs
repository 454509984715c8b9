//! What a macro drives: any number of effect settings, each over a range of its own.
//!
//! Not here: a macro's value (a host parameter) and the moving of settings (`crate::engine`). Main
//! thread only.

use super::Session;
use crate::effects::Setting;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt::Write;

/// A macro's name and targets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Macro {
    /// What the user calls it; empty means "Macro 3".
    #[serde(default)]
    pub name: String,
    /// What it drives.
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// One setting of one slot and the range a macro drives it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The slot's id.
    pub slot: u64,
    /// The setting's id.
    pub setting: String,
    /// Where the setting's knob stands at macro value 0, from 0 to 1.
    pub from: f32,
    /// Where it stands at macro value 1.
    pub to: f32,
}

/// Why a macro cannot drive a setting.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum MappingError {
    /// No such slot or setting.
    #[error(
        "there is no such setting: its slot was removed, or holds an effect of another version"
    )]
    NoSetting,
    /// The effect would have to be built anew at every move.
    #[error("{0} cannot be driven by a macro: the effect is built anew when it changes")]
    Rebuilds(&'static str),
}

impl Target {
    /// The plain value the setting has at macro value `value`, 0 to 1.
    pub fn plain(&self, setting: &Setting, value: f32) -> f32 {
        setting.at(self.from + (self.to - self.from) * value)
    }
}

/// The widest range through the knob position `position` at macro value `value` (both 0 to 1), as
/// positions at macro values 0 and 1: upwards if there is room, otherwise downwards. A mapping that
/// starts with it leaves the setting where it is.
pub fn range_through(position: f32, value: f32) -> (f32, f32) {
    // The steepest slope s with 0 ≤ position − s·value and position + s·(1 − value) ≤ 1.
    let steepest = |below: f32, above: f32| {
        let down = if value > 0.0 { below / value } else { f32::INFINITY };
        let up = if value < 1.0 { above / (1.0 - value) } else { f32::INFINITY };
        down.min(up).min(1.0)
    };
    let rising = steepest(position, 1.0 - position);
    let slope = if rising > 0.0 { rising } else { -steepest(1.0 - position, position) };
    let from = (position - slope * value).clamp(0.0, 1.0);
    (from, (from + slope).clamp(0.0, 1.0))
}

/// Drops every target that an earlier macro, or an earlier entry of the same, drives already.
pub fn keep_one_a_target(macros: &mut [Macro]) {
    let mut seen = HashSet::new();
    for one in macros {
        one.targets.retain(|target| seen.insert((target.slot, target.setting.clone())));
    }
}

impl Session {
    /// Makes macro `index` (from 0), which stands at `value`, drive a setting. Another macro that
    /// drove it lets go. The setting stays where it is, so the sound does too.
    ///
    /// # Errors
    /// [`MappingError`], and nothing is changed.
    pub fn map_macro(
        &mut self,
        index: usize,
        value: f32,
        slot: u64,
        setting: &str,
        macro_values: &[f32],
    ) -> Result<(), MappingError> {
        let (at, line) = self.line(slot, setting).ok_or(MappingError::NoSetting)?;
        if line.rebuilds {
            return Err(MappingError::Rebuilds(line.name));
        }
        self.unmap_macro(slot, setting, macro_values);
        let known = self.slot(slot).and_then(|(_, slot)| slot.effect.known());
        let plain = known.map_or(line.default, |known| known.values[at]);
        let (from, to) = range_through(line.position(plain), value);
        let target = Target { slot, setting: setting.to_owned(), from, to };
        self.macros[index].targets.push(target);
        Ok(())
    }

    /// Makes whatever macro drives a setting let go of it; the setting stays where it is.
    pub fn unmap_macro(&mut self, slot: u64, setting: &str, macro_values: &[f32]) {
        let plain = self.driven(slot, setting, macro_values);
        for one in &mut self.macros {
            one.targets.retain(|target| target.slot != slot || target.setting != setting);
        }
        if let Some(plain) = plain
            && let Some((at, _)) = self.line(slot, setting)
            && let Some(known) = self.slot_mut(slot).and_then(|slot| slot.effect.known_mut())
        {
            known.values[at] = plain;
        }
    }

    /// The plain value a macro gives a setting now, if one drives it.
    pub fn driven(&self, slot: u64, setting: &str, macro_values: &[f32]) -> Option<f32> {
        let (_, line) = self.line(slot, setting)?;
        self.macros.iter().zip(macro_values).find_map(|(one, value)| {
            let target = one.targets.iter().find(|t| t.slot == slot && t.setting == setting)?;
            Some(target.plain(line, *value))
        })
    }

    /// The index and line of a setting in the table of the slot's effect.
    fn line(&self, slot: u64, setting: &str) -> Option<(usize, &'static Setting)> {
        self.slot(slot)?.1.effect.known()?.setting(setting)
    }

    /// What macro `index` drives at `value`, in words: `"Threshold -18.0 dB, Mix 30.0 %"`; empty if
    /// nothing. The first three targets are written out.
    pub fn macro_text(&self, index: usize, value: f32) -> String {
        let mut text = String::new();
        let targets = self.macros.get(index).map_or(&[][..], |one| &one.targets);
        let found: Vec<_> = targets
            .iter()
            .filter_map(|target| Some((target, self.line(target.slot, &target.setting)?.1)))
            .collect();
        for (target, line) in found.iter().take(3) {
            let comma = if text.is_empty() { "" } else { ", " };
            let plain = line.to_text(target.plain(line, value));
            let _ = write!(text, "{comma}{} {plain}", line.name);
        }
        if found.len() > 3 {
            let _ = write!(text, " and {} more", found.len() - 3);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::{EffectSpec, Kind};
    use crate::routing::MACROS;
    use crate::routing::chain::{Chain, Slot};

    fn session() -> Session {
        let mut session = Session::default();
        session.chains[3] = Chain::serial([Slot::new(5, EffectSpec::new(Kind::Compressor))]);
        session
    }

    #[test]
    fn a_new_mapping_leaves_the_setting_where_it_is_wherever_the_macro_stands() {
        for step in 0..=10 {
            let value = step as f32 / 10.0;
            for threshold in [-60.0, -59.0, -18.0, -0.5, 0.0] {
                let mut session = session();
                let values = [value; MACROS];
                let known = session.slot_mut(5).and_then(|slot| slot.effect.known_mut());
                known.expect("a compressor").values[0] = threshold;
                session.map_macro(2, value, 5, "threshold", &values).expect("mapped");
                let driven = session.driven(5, "threshold", &values).expect("driven");
                assert!((driven - threshold).abs() < 1e-3, "{driven} for {threshold} at {value}");
                let target = &session.macros[2].targets[0];
                assert!([target.from, target.to].iter().all(|p| (0.0..=1.0).contains(p)));
                let is_movable =
                    threshold > -60.0 && threshold < 0.0 || value == 0.0 || value == 1.0;
                assert_eq!(target.from != target.to, is_movable, "{threshold} at {value}");
            }
        }
    }

    #[test]
    fn a_setting_has_one_macro_and_stays_where_the_last_one_left_it() {
        let mut session = session();
        let mut values = [0.0; MACROS];
        session.map_macro(0, 0.0, 5, "threshold", &values).expect("mapped");
        values[0] = 0.5;
        let half = session.driven(5, "threshold", &values).expect("driven");
        session.map_macro(1, values[1], 5, "threshold", &values).expect("mapped");
        assert!(session.macros[0].targets.is_empty());
        assert!((session.driven(5, "threshold", &values).expect("driven") - half).abs() < 1e-3);
        session.unmap_macro(5, "threshold", &values);
        let known = session.slot(5).and_then(|(_, slot)| slot.effect.known()).expect("known");
        assert!((known.values[0] - half).abs() < 1e-3);
    }

    #[test]
    fn what_cannot_be_driven_is_refused_and_what_is_driven_is_told() {
        let mut session = session();
        let values = [0.0; MACROS];
        let refused = session.map_macro(0, 0.0, 5, "lookahead", &values).expect_err("refused");
        assert!(refused.to_string().starts_with("Lookahead cannot be driven"));
        assert_eq!(session.map_macro(0, 0.0, 9, "x", &values), Err(MappingError::NoSetting));
        assert_eq!(session.macro_text(0, 0.0), "");
        for setting in ["threshold", "ratio", "knee", "makeup"] {
            session.map_macro(0, 0.0, 5, setting, &values).expect("mapped");
        }
        assert_eq!(
            session.macro_text(0, 0.0),
            "Threshold -18.0 dB, Ratio 4.00 :1, Knee 6.00 dB and 1 more"
        );
    }
}
