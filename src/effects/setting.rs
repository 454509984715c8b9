//! One line of an effect's table: a setting's name, range, taper and texts.
//!
//! Not here: what a setting does (each effect's file). Pure; any thread, though texts allocate.

/// How a setting's range is spread over a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taper {
    /// Evenly.
    Linear,
    /// Evenly in octaves; the range is above 0.
    Logarithmic,
    /// On (1) or off (0).
    Toggle,
    /// One of a list, by index.
    Choice(&'static [&'static str]),
}

/// One line of an effect's table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// The name saved states know it by, never changed.
    pub id: &'static str,
    /// The name users see, unique within the effect.
    pub name: &'static str,
    /// What follows the number: "dB", "Hz", "ms", "%", ":1" or nothing.
    pub unit: &'static str,
    /// Lowest plain value, in `unit`.
    pub min: f32,
    /// Highest plain value, in `unit`.
    pub max: f32,
    /// The plain value of a new effect.
    pub default: f32,
    /// How the range is spread.
    pub taper: Taper,
    /// Whether a change may change the latency or needs long computing, so that the effect is built
    /// anew off the audio thread instead of being told.
    pub rebuilds: bool,
}

impl Setting {
    /// A continuous setting.
    pub const fn new(
        id: &'static str,
        name: &'static str,
        unit: &'static str,
        range: [f32; 2],
        default: f32,
        taper: Taper,
    ) -> Setting {
        Setting { id, name, unit, min: range[0], max: range[1], default, taper, rebuilds: false }
    }

    /// An on/off setting.
    pub const fn toggle(id: &'static str, name: &'static str, on: bool) -> Setting {
        let default = if on { 1.0 } else { 0.0 };
        Setting::new(id, name, "", [0.0, 1.0], default, Taper::Toggle)
    }

    /// A choice from a list.
    pub const fn choice(
        id: &'static str,
        name: &'static str,
        names: &'static [&'static str],
        default: usize,
    ) -> Setting {
        let range = [0.0, (names.len() - 1) as f32];
        Setting::new(id, name, "", range, default as f32, Taper::Choice(names))
    }

    /// The same setting, marked as one that needs the effect built anew.
    pub const fn rebuilding(self) -> Setting {
        Setting { rebuilds: true, ..self }
    }

    /// `plain` held to the range, rounded where it is stepped; NaN becomes the default.
    pub fn clamp(&self, plain: f32) -> f32 {
        let held = if plain.is_nan() { self.default } else { plain.clamp(self.min, self.max) };
        match self.taper {
            Taper::Toggle | Taper::Choice(_) => held.round(),
            Taper::Linear | Taper::Logarithmic => held,
        }
    }

    /// A plain value for each setting of a table of `N`: the given ones held to their ranges, defaults
    /// for those that are missing. More than `N` are passed over.
    pub fn hold<const N: usize>(table: &[Setting], given: &[f32]) -> [f32; N] {
        std::array::from_fn(|index| {
            let setting = &table[index];
            given.get(index).map_or(setting.default, |plain| setting.clamp(*plain))
        })
    }

    /// Where a plain value lies on a knob, 0 to 1.
    pub fn position(&self, plain: f32) -> f32 {
        let plain = self.clamp(plain);
        match self.taper {
            Taper::Logarithmic => (plain / self.min).ln() / (self.max / self.min).ln(),
            _ => (plain - self.min) / (self.max - self.min),
        }
    }

    /// The plain value at a knob's position, 0 to 1; the inverse of [`Setting::position`].
    pub fn at(&self, position: f32) -> f32 {
        let position = position.clamp(0.0, 1.0);
        let plain = match self.taper {
            Taper::Logarithmic => self.min * (self.max / self.min).powf(position),
            _ => self.min + (self.max - self.min) * position,
        };
        self.clamp(plain)
    }

    /// How users read a plain value: `"-18.0 dB"`, `"4.00 :1"`, `"On"`, `"RMS"`.
    pub fn to_text(&self, plain: f32) -> String {
        let plain = self.clamp(plain);
        match self.taper {
            Taper::Toggle => String::from(if plain >= 0.5 { "On" } else { "Off" }),
            Taper::Choice(names) => String::from(names[plain as usize]),
            Taper::Linear | Taper::Logarithmic => {
                let digits = match plain.abs() {
                    high if high >= 999.5 => 0,
                    middle if middle >= 9.995 => 1,
                    _ => 2,
                };
                let number = format!("{plain:.digits$}");
                // "-0.00" is how rounding writes a little below zero.
                let number = match number.strip_prefix('-') {
                    Some(bare) if bare.bytes().all(|b| b == b'0' || b == b'.') => bare.to_owned(),
                    _ => number,
                };
                if self.unit.is_empty() { number } else { format!("{number} {}", self.unit) }
            }
        }
    }

    /// The plain value a text means, held to the range; with or without the unit, "2 kHz" and "1.5 s"
    /// for hertz and milliseconds too. `None` if it means nothing here.
    pub fn from_text(&self, text: &str) -> Option<f32> {
        let text = text.trim();
        let same = |name: &str| name.eq_ignore_ascii_case(text);
        match self.taper {
            Taper::Toggle if same("on") || same("yes") || text == "1" => return Some(1.0),
            Taper::Toggle if same("off") || same("no") || text == "0" => return Some(0.0),
            Taper::Toggle => return None,
            Taper::Choice(names) => {
                return names.iter().position(|name| same(name)).map(|at| at as f32);
            }
            Taper::Linear | Taper::Logarithmic => {}
        }
        let text = text.replace('\u{2212}', "-").replace(',', ".");
        let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)));
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let unit = unit.trim();
        let same = |name: &str| name.eq_ignore_ascii_case(unit);
        let scale = if unit.is_empty() || same(self.unit) {
            1.0
        } else if (self.unit == "Hz" && (same("khz") || same("k")))
            || (self.unit == "ms" && same("s"))
        {
            1000.0
        } else if self.unit == "s" && same("ms") {
            0.001
        } else {
            return None;
        };
        let plain = number.trim().parse::<f32>().ok()?;
        plain.is_finite().then(|| self.clamp(plain * scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::Kind;

    #[test]
    fn every_setting_of_every_effect_reads_what_it_writes_and_finds_its_place_on_the_knob() {
        for setting in Kind::ALL.iter().flat_map(|kind| kind.settings()) {
            for step in 0..=200 {
                let position = step as f32 / 200.0;
                let plain = setting.at(position);
                assert!((setting.min..=setting.max).contains(&plain), "{}", setting.name);
                let text = setting.to_text(plain);
                let read = setting.from_text(&text).unwrap_or_else(|| panic!("{text}"));
                assert_eq!(setting.to_text(read), text, "{}", setting.name);
                let again = setting.at(setting.position(plain));
                assert!((again - plain).abs() <= 1e-4 * plain.abs().max(1.0), "{}", setting.name);
            }
            assert_eq!(setting.clamp(setting.default), setting.default, "{}", setting.name);
        }
    }

    #[test]
    fn values_are_read_with_and_without_their_units() {
        let time = Setting::new("t", "T", "ms", [0.0, 4000.0], 0.0, Taper::Linear);
        assert_eq!(time.from_text("1.5 s"), Some(1500.0));
        assert_eq!(time.from_text("20"), Some(20.0));
        assert_eq!(time.from_text("9999ms"), Some(4000.0));
        assert_eq!(time.from_text("3 dB"), None);
        assert_eq!(time.from_text("fast"), None);
        let corner = Setting::new("f", "F", "Hz", [20.0, 20_000.0], 20.0, Taper::Logarithmic);
        assert_eq!(corner.from_text("2,5 kHz"), Some(2500.0));
        let level = Setting::new("l", "L", "dB", [-60.0, 0.0], 0.0, Taper::Linear);
        assert_eq!(level.from_text("\u{2212}30 dB"), Some(-30.0));
        assert_eq!(level.to_text(-0.001), "0.00 dB");
    }
}
