//! The frozen list of host parameters: ids, names, groups, ranges, texts, and which value of a
//! [`Routing`] each one is.
//!
//! Not here: the host, the framework's parameter objects (those are `crate::plugin`) and what a
//! change does to sound. Any thread may use it; [`Parameter::get`] and [`Parameter::set`] do not
//! allocate, the text functions do.
//!
//! **Contract**: ids, order, ranges and step counts are only ever appended to. The first
//! [`FIRST_BLOCK`] are all automatable, because some hosts automate only the first 512.

mod names;
mod set;

pub use set::ParameterSet;

use super::{
    BUSES, INPUT_PORTS, Input, MACROS, MonitorSource, PanLaw, Role, Routing, STRIPS, SoloMode,
    Source, Speakers, Tap,
};
use crate::units::Fader;
use std::collections::HashMap;
use std::sync::LazyLock;

/// One host parameter. Indices count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Each is named for the value of `Routing` it is.
pub enum Parameter {
    Bypass,
    StripFader(u8),
    StripPan(u8),
    StripMute(u8),
    StripSolo(u8),
    StripTrim(u8),
    StripInsertMix(u8),
    StripLevel(u8, u8),
    BusFader(u8),
    BusPan(u8),
    BusMute(u8),
    BusSolo(u8),
    BusInsertMix(u8),
    BusLevel(u8, u8),
    MainFader,
    MainMute,
    MainInsertMix,
    MonitorSource,
    MonitorLevel,
    MonitorDim,
    MonitorMono,
    MonitorMute,
    MonitorSpeakers,
    MonitorTalkback,
    Macro(u8),
    StripTap(u8, u8),
    StripMainTap(u8),
    StripPolarity(u8),
    BusTap(u8, u8),
    BusMainTap(u8),
    BusRole(u8),
    BusImmediate(u8),
    BusPanFollow(u8),
    StripSource(u8),
    StripInput(u8),
    SoloMode,
    PanLaw,
    DimLevel,
    TalkbackSource,
    TalkbackLevel,
}

use Parameter as P;

/// What a parameter's plain value means, and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A fader position 0..1 on the law of [`Fader`]; reads and types as dB.
    Level,
    /// −100 (left) to +100 (right); reads "L30", "C", "R30".
    Pan,
    /// 0 or 1.
    Toggle,
    /// Decibels from `min` to `max`.
    Decibels {
        /// Lower end, dB.
        min: f32,
        /// Upper end, dB.
        max: f32,
    },
    /// 0 to 100 %.
    Percent,
    /// One of a list, by index.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// The lowest and highest plain value.
    pub fn range(self) -> (f32, f32) {
        match self {
            Kind::Level | Kind::Toggle => (0.0, 1.0),
            Kind::Pan => (-100.0, 100.0),
            Kind::Decibels { min, max } => (min, max),
            Kind::Percent => (0.0, 100.0),
            Kind::Choice(names) => (0.0, names.len() as f32 - 1.0),
        }
    }

    /// The number of steps between the ends for stepped values, `None` for continuous ones.
    pub fn steps(self) -> Option<usize> {
        match self {
            Kind::Toggle => Some(1),
            Kind::Choice(names) => Some(names.len() - 1),
            _ => None,
        }
    }

    /// `plain` held to the range and, for stepped kinds, rounded; NaN becomes the lower end.
    pub fn clamp(self, plain: f32) -> f32 {
        let (min, max) = self.range();
        let held = if plain.is_nan() { min } else { plain.clamp(min, max) };
        if self.steps().is_some() { held.round() } else { held }
    }
}

const TAPS: &[&str] = &["Off", "Input", "Pre", "Post"];
const ROLES: &[&str] = &["Group", "Return", "Mix"];
const SOURCES: &[&str] = &["Stereo", "Left", "Right", "Mono", "Side", "Swapped"];
const SOLO_MODES: &[&str] = &["In place", "PFL", "AFL"];
const PAN_LAWS: &[&str] = &["-3 dB", "-4.5 dB", "-6 dB"];
const SPEAKERS: &[&str] = &["A", "B"];

/// "Off" and then numbered choices under each prefix. Leaked once, because a choice's names live as
/// long as the program.
fn numbered(first: &[&str], series: &[(&str, usize)]) -> &'static [&'static str] {
    let mut names: Vec<&'static str> =
        first.iter().map(|n| &*Box::leak(n.to_string().into_boxed_str())).collect();
    for (prefix, count) in series {
        for n in 1..=*count {
            names.push(Box::leak(format!("{prefix} {n}").into_boxed_str()));
        }
    }
    Box::leak(names.into_boxed_slice())
}

static INPUTS: LazyLock<&'static [&'static str]> =
    LazyLock::new(|| numbered(&["Off"], &[("Port", INPUT_PORTS), ("Link", INPUT_PORTS)]));
static MONITOR_SOURCES: LazyLock<&'static [&'static str]> =
    LazyLock::new(|| numbered(&["Off", "Main", "Cue"], &[("Bus", BUSES)]));
static TALKBACK_SOURCES: LazyLock<&'static [&'static str]> =
    LazyLock::new(|| numbered(&["Off"], &[("Strip", STRIPS)]));

/// The size of the first block: what a host that automates only 512 parameters still reaches.
pub const FIRST_BLOCK: usize =
    1 + 6 * STRIPS + STRIPS * BUSES + 5 * BUSES + BUSES * (BUSES - 1) + 3 + 7 + MACROS;
/// How many parameters there are.
pub const COUNT: usize =
    FIRST_BLOCK + STRIPS * BUSES + 2 * STRIPS + BUSES * (BUSES - 1) + 4 * BUSES + 2 * STRIPS + 5;

/// All parameters in the frozen order.
pub const ALL: [Parameter; COUNT] = build();

const fn build() -> [Parameter; COUNT] {
    let mut all = [P::Bypass; COUNT];
    let mut at = 1;
    // A macro because const functions cannot take closures.
    macro_rules! rows {
        ($count:expr, |$i:ident| $($parameter:expr),+) => {{
            let mut $i = 0;
            while $i < $count as u8 {
                $(all[at] = $parameter; at += 1;)+
                $i += 1;
            }
        }};
    }
    macro_rules! grid {
        ($rows:expr, $skip_diagonal:expr, |$i:ident, $j:ident| $parameter:expr) => {{
            let mut $i = 0;
            while $i < $rows as u8 {
                let mut $j = 0;
                while $j < BUSES as u8 {
                    if !$skip_diagonal || $i != $j {
                        all[at] = $parameter;
                        at += 1;
                    }
                    $j += 1;
                }
                $i += 1;
            }
        }};
    }
    macro_rules! one {
        ($($parameter:expr),+) => {{ $(all[at] = $parameter; at += 1;)+ }};
    }
    rows!(STRIPS, |i| P::StripFader(i));
    rows!(STRIPS, |i| P::StripPan(i));
    rows!(STRIPS, |i| P::StripMute(i), P::StripSolo(i));
    rows!(STRIPS, |i| P::StripTrim(i));
    rows!(STRIPS, |i| P::StripInsertMix(i));
    grid!(STRIPS, false, |i, j| P::StripLevel(i, j));
    rows!(
        BUSES,
        |j| P::BusFader(j),
        P::BusPan(j),
        P::BusMute(j),
        P::BusSolo(j),
        P::BusInsertMix(j)
    );
    grid!(BUSES, true, |j, k| P::BusLevel(j, k));
    one!(P::MainFader, P::MainMute, P::MainInsertMix);
    one!(P::MonitorSource, P::MonitorLevel, P::MonitorDim, P::MonitorMono, P::MonitorMute);
    one!(P::MonitorSpeakers, P::MonitorTalkback);
    rows!(MACROS, |n| P::Macro(n));
    assert!(at == FIRST_BLOCK);
    grid!(STRIPS, false, |i, j| P::StripTap(i, j));
    rows!(STRIPS, |i| P::StripMainTap(i));
    rows!(STRIPS, |i| P::StripPolarity(i));
    grid!(BUSES, true, |j, k| P::BusTap(j, k));
    rows!(BUSES, |j| P::BusMainTap(j));
    rows!(BUSES, |j| P::BusRole(j));
    rows!(BUSES, |j| P::BusImmediate(j));
    rows!(BUSES, |j| P::BusPanFollow(j));
    rows!(STRIPS, |i| P::StripSource(i));
    rows!(STRIPS, |i| P::StripInput(i));
    one!(P::SoloMode, P::PanLaw, P::DimLevel, P::TalkbackSource, P::TalkbackLevel);
    assert!(at == COUNT);
    all
}

static INDEX: LazyLock<HashMap<Parameter, usize>> =
    LazyLock::new(|| ALL.iter().enumerate().map(|(i, p)| (*p, i)).collect());
static BY_ID: LazyLock<HashMap<String, Parameter>> =
    LazyLock::new(|| ALL.iter().map(|p| (p.id(), *p)).collect());
static BY_NAME: LazyLock<HashMap<String, Parameter>> =
    LazyLock::new(|| ALL.iter().map(|p| (p.name(), *p)).collect());

impl Parameter {
    /// The position in [`ALL`].
    pub fn index(self) -> usize {
        INDEX[&self]
    }

    /// The parameter with this frozen id, such as `s2b4`.
    pub fn from_id(id: &str) -> Option<Parameter> {
        BY_ID.get(id).copied()
    }

    /// The parameter with this name as [`Parameter::name`] gives it, such as "Strip 2 > Bus 4".
    pub fn from_name(name: &str) -> Option<Parameter> {
        BY_NAME.get(name).copied()
    }

    /// What the plain value means.
    pub fn kind(self) -> Kind {
        match self {
            P::StripFader(_)
            | P::StripLevel(..)
            | P::BusFader(_)
            | P::BusLevel(..)
            | P::MainFader
            | P::MonitorLevel
            | P::TalkbackLevel => Kind::Level,
            P::StripPan(_) | P::BusPan(_) => Kind::Pan,
            P::Bypass
            | P::StripMute(_)
            | P::StripSolo(_)
            | P::StripPolarity(_)
            | P::BusMute(_)
            | P::BusSolo(_)
            | P::BusImmediate(_)
            | P::BusPanFollow(_)
            | P::MainMute
            | P::MonitorDim
            | P::MonitorMono
            | P::MonitorMute
            | P::MonitorTalkback => Kind::Toggle,
            P::StripTrim(_) => Kind::Decibels { min: -24.0, max: 24.0 },
            P::DimLevel => Kind::Decibels { min: -60.0, max: 0.0 },
            P::StripInsertMix(_) | P::BusInsertMix(_) | P::MainInsertMix | P::Macro(_) => {
                Kind::Percent
            }
            P::StripTap(..) | P::StripMainTap(_) | P::BusTap(..) | P::BusMainTap(_) => {
                Kind::Choice(TAPS)
            }
            P::BusRole(_) => Kind::Choice(ROLES),
            P::StripSource(_) => Kind::Choice(SOURCES),
            P::StripInput(_) => Kind::Choice(*INPUTS),
            P::SoloMode => Kind::Choice(SOLO_MODES),
            P::PanLaw => Kind::Choice(PAN_LAWS),
            P::MonitorSource => Kind::Choice(*MONITOR_SOURCES),
            P::MonitorSpeakers => Kind::Choice(SPEAKERS),
            P::TalkbackSource => Kind::Choice(*TALKBACK_SOURCES),
        }
    }

    /// Whether a host may automate it. What changes order or latency is not.
    pub fn is_automatable(self) -> bool {
        !matches!(
            self,
            P::BusTap(..)
                | P::BusMainTap(_)
                | P::BusRole(_)
                | P::BusImmediate(_)
                | P::BusPanFollow(_)
                | P::StripSource(_)
                | P::StripInput(_)
                | P::SoloMode
                | P::PanLaw
                | P::DimLevel
                | P::TalkbackSource
                | P::TalkbackLevel
        )
    }

    /// The plain value on insertion.
    pub fn default_value(self) -> f32 {
        self.get(&DEFAULT)
    }

    /// The plain value in `routing`.
    pub fn get(self, routing: &Routing) -> f32 {
        let strip = |i: u8| &routing.strips[i as usize];
        let bus = |j: u8| &routing.buses[j as usize];
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        match self {
            P::Bypass => flag(routing.bypass),
            P::StripFader(i) => strip(i).fader.0,
            P::StripPan(i) => strip(i).pan * 100.0,
            P::StripMute(i) => flag(strip(i).mute),
            P::StripSolo(i) => flag(strip(i).solo),
            P::StripTrim(i) => strip(i).trim_db,
            P::StripInsertMix(i) => strip(i).insert_mix * 100.0,
            P::StripLevel(i, j) => strip(i).sends[j as usize].level.0,
            P::BusFader(j) => bus(j).fader.0,
            P::BusPan(j) => bus(j).pan * 100.0,
            P::BusMute(j) => flag(bus(j).mute),
            P::BusSolo(j) => flag(bus(j).solo),
            P::BusInsertMix(j) => bus(j).insert_mix * 100.0,
            P::BusLevel(j, k) => bus(j).sends[k as usize].level.0,
            P::MainFader => routing.main.fader.0,
            P::MainMute => flag(routing.main.mute),
            P::MainInsertMix => routing.main.insert_mix * 100.0,
            P::MonitorSource => match routing.monitor.source {
                MonitorSource::Off => 0.0,
                MonitorSource::Main => 1.0,
                MonitorSource::Cue => 2.0,
                MonitorSource::Bus(j) => 3.0 + j as f32,
            },
            P::MonitorLevel => routing.monitor.level.0,
            P::MonitorDim => flag(routing.monitor.dim),
            P::MonitorMono => flag(routing.monitor.mono),
            P::MonitorMute => flag(routing.monitor.mute),
            P::MonitorSpeakers => flag(routing.monitor.speakers == Speakers::B),
            P::MonitorTalkback => flag(routing.monitor.talkback),
            P::Macro(m) => routing.macros[m as usize] * 100.0,
            P::StripTap(i, j) => strip(i).sends[j as usize].tap as u8 as f32,
            P::StripMainTap(i) => strip(i).main_tap as u8 as f32,
            P::StripPolarity(i) => flag(strip(i).polarity),
            P::BusTap(j, k) => bus(j).sends[k as usize].tap as u8 as f32,
            P::BusMainTap(j) => bus(j).main_tap as u8 as f32,
            P::BusRole(j) => bus(j).role as u8 as f32,
            P::BusImmediate(j) => flag(bus(j).immediate),
            P::BusPanFollow(j) => flag(bus(j).pan_follow),
            P::StripSource(i) => strip(i).source as u8 as f32,
            P::StripInput(i) => match strip(i).input {
                Input::Off => 0.0,
                Input::Port(p) => 1.0 + p as f32,
                Input::Link(l) => (1 + INPUT_PORTS + l) as f32,
            },
            P::SoloMode => routing.solo_mode as u8 as f32,
            P::PanLaw => routing.pan_law as u8 as f32,
            P::DimLevel => routing.monitor.dim_db,
            P::TalkbackSource => routing.talkback_source.map_or(0.0, |i| 1.0 + i as f32),
            P::TalkbackLevel => routing.talkback_level.0,
        }
    }

    /// Writes a plain value into `routing`, held to the range.
    pub fn set(self, routing: &mut Routing, plain: f32) {
        let kind = self.kind();
        let value = kind.clamp(plain);
        let on = value >= 0.5;
        let choice = value as usize;
        let tap = || [Tap::Off, Tap::Input, Tap::Pre, Tap::Post][choice];
        let r = routing;
        match self {
            P::Bypass => r.bypass = on,
            P::StripFader(i) => r.strips[i as usize].fader = Fader(value),
            P::StripPan(i) => r.strips[i as usize].pan = value / 100.0,
            P::StripMute(i) => r.strips[i as usize].mute = on,
            P::StripSolo(i) => r.strips[i as usize].solo = on,
            P::StripTrim(i) => r.strips[i as usize].trim_db = value,
            P::StripInsertMix(i) => r.strips[i as usize].insert_mix = value / 100.0,
            P::StripLevel(i, j) => r.strips[i as usize].sends[j as usize].level = Fader(value),
            P::BusFader(j) => r.buses[j as usize].fader = Fader(value),
            P::BusPan(j) => r.buses[j as usize].pan = value / 100.0,
            P::BusMute(j) => r.buses[j as usize].mute = on,
            P::BusSolo(j) => r.buses[j as usize].solo = on,
            P::BusInsertMix(j) => r.buses[j as usize].insert_mix = value / 100.0,
            P::BusLevel(j, k) => r.buses[j as usize].sends[k as usize].level = Fader(value),
            P::MainFader => r.main.fader = Fader(value),
            P::MainMute => r.main.mute = on,
            P::MainInsertMix => r.main.insert_mix = value / 100.0,
            P::MonitorSource => {
                r.monitor.source = match choice {
                    0 => MonitorSource::Off,
                    1 => MonitorSource::Main,
                    2 => MonitorSource::Cue,
                    n => MonitorSource::Bus(n - 3),
                }
            }
            P::MonitorLevel => r.monitor.level = Fader(value),
            P::MonitorDim => r.monitor.dim = on,
            P::MonitorMono => r.monitor.mono = on,
            P::MonitorMute => r.monitor.mute = on,
            P::MonitorSpeakers => r.monitor.speakers = if on { Speakers::B } else { Speakers::A },
            P::MonitorTalkback => r.monitor.talkback = on,
            P::Macro(m) => r.macros[m as usize] = value / 100.0,
            P::StripTap(i, j) => r.strips[i as usize].sends[j as usize].tap = tap(),
            P::StripMainTap(i) => r.strips[i as usize].main_tap = tap(),
            P::StripPolarity(i) => r.strips[i as usize].polarity = on,
            P::BusTap(j, k) => r.buses[j as usize].sends[k as usize].tap = tap(),
            P::BusMainTap(j) => r.buses[j as usize].main_tap = tap(),
            P::BusRole(j) => {
                r.buses[j as usize].role = [Role::Group, Role::Return, Role::Mix][choice]
            }
            P::BusImmediate(j) => r.buses[j as usize].immediate = on,
            P::BusPanFollow(j) => r.buses[j as usize].pan_follow = on,
            P::StripSource(i) => {
                r.strips[i as usize].source = [
                    Source::Stereo,
                    Source::Left,
                    Source::Right,
                    Source::Mono,
                    Source::Side,
                    Source::Swapped,
                ][choice]
            }
            P::StripInput(i) => {
                r.strips[i as usize].input = match choice {
                    0 => Input::Off,
                    n if n <= INPUT_PORTS => Input::Port(n - 1),
                    n => Input::Link(n - 1 - INPUT_PORTS),
                }
            }
            P::SoloMode => r.solo_mode = [SoloMode::InPlace, SoloMode::Pfl, SoloMode::Afl][choice],
            P::PanLaw => r.pan_law = [PanLaw::Minus3, PanLaw::Minus4_5, PanLaw::Minus6][choice],
            P::DimLevel => r.monitor.dim_db = value,
            P::TalkbackSource => r.talkback_source = choice.checked_sub(1),
            P::TalkbackLevel => r.talkback_level = Fader(value),
        }
    }

    /// The text a host shows for a plain value, such as "-12.0 dB", "L30" or "Pre".
    pub fn to_text(self, plain: f32) -> String {
        let kind = self.kind();
        let value = kind.clamp(plain);
        match kind {
            Kind::Level => match Fader(value).db() {
                f32::NEG_INFINITY => "-inf dB".into(),
                db => decibels(db),
            },
            Kind::Decibels { .. } => decibels(value),
            Kind::Pan => match value.round() as i32 {
                0 => "C".into(),
                v if v < 0 => format!("L{}", -v),
                v => format!("R{v}"),
            },
            Kind::Toggle => if value >= 0.5 { "On" } else { "Off" }.into(),
            Kind::Percent => format!("{value:.1} %"),
            Kind::Choice(names) => names[value as usize].into(),
        }
    }

    /// The plain value a typed text means, `None` if it cannot be read. Numbers beyond the range
    /// are held to it.
    pub fn from_text(self, text: &str) -> Option<f32> {
        let kind = self.kind();
        let text = text.trim().replace('−', "-");
        let lower = text.to_lowercase();
        let number = |unit: &str| -> Option<f32> {
            let bare = lower.strip_suffix(unit).unwrap_or(&lower).trim();
            bare.parse::<f32>().ok().filter(|v| !v.is_nan())
        };
        let plain = match kind {
            Kind::Level => match lower.strip_suffix("db").unwrap_or(&lower).trim() {
                "-inf" | "-∞" | "inf" | "off" => 0.0,
                _ => Fader::from_db(number("db")?).0,
            },
            Kind::Decibels { .. } => number("db").filter(|v| v.is_finite())?,
            Kind::Pan => match lower.as_str() {
                "c" | "center" | "centre" => 0.0,
                _ => {
                    let side = |letter: char| {
                        let rest =
                            lower.strip_prefix(letter).or_else(|| lower.strip_suffix(letter))?;
                        rest.trim().parse::<f32>().ok()
                    };
                    side('l').map(|v| -v).or_else(|| side('r')).or_else(|| number(""))?
                }
            },
            Kind::Toggle => match lower.as_str() {
                "on" | "true" | "yes" | "1" => 1.0,
                "off" | "false" | "no" | "0" => 0.0,
                _ => return None,
            },
            Kind::Percent => number("%").filter(|v| v.is_finite())?,
            Kind::Choice(names) => {
                names.iter().position(|name| name.to_lowercase() == lower)? as f32
            }
        };
        Some(kind.clamp(plain))
    }
}

static DEFAULT: LazyLock<Routing> = LazyLock::new(Routing::default);

/// "-12.5 dB", never "-0.0 dB".
fn decibels(db: f32) -> String {
    let tenths = (db * 10.0).round() / 10.0;
    format!("{:.1} dB", if tenths == 0.0 { 0.0 } else { tenths })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_being_written_and_read_and_shown_and_typed() {
        for parameter in ALL {
            let (min, max) = parameter.kind().range();
            for step in 0..=40 {
                let plain = parameter.kind().clamp(min + (max - min) * step as f32 / 40.0);
                let mut routing = Routing::default();
                parameter.set(&mut routing, plain);
                let back = parameter.get(&routing);
                assert!((back - plain).abs() < 1e-4, "{parameter:?} {plain} {back}");
                let text = parameter.to_text(plain);
                let typed = parameter.from_text(&text).unwrap_or_else(|| panic!("{text:?}"));
                assert_eq!(parameter.to_text(typed), text, "{parameter:?} {plain} {typed}");
            }
        }
    }

    #[test]
    fn a_parameter_changes_its_own_value_and_no_other() {
        let untouched = Routing::default();
        for parameter in ALL {
            let (min, max) = parameter.kind().range();
            let other = if parameter.default_value() == max { min } else { max };
            let mut routing = untouched;
            parameter.set(&mut routing, other);
            for observed in ALL {
                let moved = observed.get(&routing) != observed.get(&untouched);
                assert_eq!(moved, observed == parameter, "{parameter:?} moved {observed:?}");
            }
        }
    }

    #[test]
    fn texts_people_type_are_understood() {
        let level = P::StripLevel(0, 0);
        for text in ["-12", "-12 dB", "−12.0 dB", "-12.0DB"] {
            assert!((Fader(level.from_text(text).unwrap()).db() + 12.0).abs() < 1e-3, "{text}");
        }
        assert_eq!(level.from_text("-inf"), Some(0.0));
        assert_eq!(level.from_text("-∞ dB"), Some(0.0));
        assert_eq!(level.from_text("loud"), None);
        assert_eq!(level.from_text("NaN"), None);
        assert_eq!(P::StripPan(0).from_text("l30"), Some(-30.0));
        assert_eq!(P::StripPan(0).from_text("30R"), Some(30.0));
        assert_eq!(P::StripTap(0, 0).from_text("pre"), Some(2.0));
        assert_eq!(P::StripTap(0, 0).from_text("sideways"), None);
        assert_eq!(P::StripMute(0).from_text("on"), Some(1.0));
    }

    #[test]
    fn a_set_gives_back_what_was_put_in_in_order() {
        let mut set = ParameterSet::EMPTY;
        for index in [COUNT - 1, 0, 64, 63] {
            set.insert(index);
        }
        let got: Vec<_> = set.iter().map(Parameter::index).collect();
        assert_eq!(got, [0, 63, 64, COUNT - 1]);
        assert_eq!(ParameterSet::all().iter().count(), COUNT);
    }
}
