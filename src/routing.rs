//! What the user means: strips, buses, Main, taps, levels, roles. Plain values, `Copy`, no heap.
//!
//! Not here: samples, threads, the order of processing (that is [`crate::schedule`]) and how a host
//! sees a value (that is [`parameter`]). Any thread may use it.
//!
//! ```text
//!  in port ─► Strip: source ─ trim ─ polarity ─┬─► insert chain ─┬─► fader ─ pan ─┐
//!                                            Input             Pre             Post
//!                        edge = tap × level × mute/solo mask  (strips × (buses + Main))
//!             Bus: sum ─┬─► insert chain ─┬─► fader ─ balance ─┬─► its own port
//!                     Input              Pre                 Post ─► other buses and Main
//! ```

pub mod chain;
pub mod parameter;

pub use crate::units::{Fader, PanLaw};

/// How many stereo strips there are. With [`BUSES`] the only size; all others follow.
pub const STRIPS: usize = 16;
/// How many buses there are besides Main.
pub const BUSES: usize = 12;
/// Where an edge can go: the buses, then Main.
pub const DESTINATIONS: usize = BUSES + 1;
/// The index of Main among the destinations.
pub const MAIN: usize = BUSES;
/// Everything with an insert chain: strips, buses, Main, in this order.
pub const NODES: usize = STRIPS + BUSES + 1;
/// Where an edge can come from: strips, then buses.
pub const SOURCES: usize = STRIPS + BUSES;
/// Stereo inputs; port `i` (from 1, as users count) feeds strip `i` unless told otherwise.
pub const INPUT_PORTS: usize = STRIPS;
/// Stereo outputs: Main, the buses, Monitor A and B, Cue.
pub const OUTPUT_PORTS: usize = 1 + BUSES + 3;
/// The output port of Main.
pub const PORT_MAIN: usize = 0;
/// The output port of Monitor speakers A.
pub const PORT_MONITOR_A: usize = BUSES + 1;
/// The output port of Monitor speakers B.
pub const PORT_MONITOR_B: usize = BUSES + 2;
/// The output port of Cue (PFL/AFL, phones).
pub const PORT_CUE: usize = BUSES + 3;
/// Host macros.
pub const MACROS: usize = 16;

/// A place that makes sound: it has an insert chain and the three taps. Counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Node {
    /// Strip by index.
    Strip(usize),
    /// Bus by index.
    Bus(usize),
    /// The main mix.
    Main,
}

impl Node {
    /// The position among all nodes: strips, buses, Main.
    pub fn index(self) -> usize {
        match self {
            Node::Strip(i) => i,
            Node::Bus(j) => STRIPS + j,
            Node::Main => STRIPS + BUSES,
        }
    }

    /// The node at a position, the inverse of [`Node::index`].
    pub fn from_index(index: usize) -> Node {
        if index < STRIPS {
            Node::Strip(index)
        } else if index < SOURCES {
            Node::Bus(index - STRIPS)
        } else {
            Node::Main
        }
    }

    /// The node of this name, as [`Node`]'s `Display` writes it: "Strip 3", "Bus 1", "Main".
    pub fn from_name(name: &str) -> Option<Node> {
        (0..NODES).map(Node::from_index).find(|node| node.to_string().eq_ignore_ascii_case(name))
    }

    /// The node an edge's destination index names: buses first, then Main.
    pub fn destination(index: usize) -> Node {
        if index < BUSES { Node::Bus(index) } else { Node::Main }
    }
}

impl std::fmt::Display for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Node::Strip(i) => write!(f, "Strip {}", i + 1),
            Node::Bus(j) => write!(f, "Bus {}", j + 1),
            Node::Main => write!(f, "Main"),
        }
    }
}

/// Where along a strip or bus an edge takes its signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tap {
    /// Nowhere: the edge does not exist.
    Off,
    /// After source, trim and polarity (on a bus: the sum), before the insert chain.
    Input,
    /// After the insert chain, before the fader: the level stays when the fader moves.
    Pre,
    /// After fader and pan.
    #[default]
    Post,
}

impl Tap {
    /// The three places a signal can be taken, in signal order.
    pub const PLACES: [Tap; 3] = [Tap::Input, Tap::Pre, Tap::Post];

    /// What users read.
    pub fn name(self) -> &'static str {
        match self {
            Tap::Off => "Off",
            Tap::Input => "Input",
            Tap::Pre => "Pre",
            Tap::Post => "Post",
        }
    }

    /// The tap of this name, in any case.
    pub fn from_name(name: &str) -> Option<Tap> {
        [Tap::Off, Tap::Input, Tap::Pre, Tap::Post]
            .into_iter()
            .find(|tap| tap.name().eq_ignore_ascii_case(name))
    }

    /// The position in [`Tap::PLACES`], or `None` for Off.
    pub fn place(self) -> Option<usize> {
        match self {
            Tap::Off => None,
            Tap::Input => Some(0),
            Tap::Pre => Some(1),
            Tap::Post => Some(2),
        }
    }
}

/// What a bus is for. It decides what mute and solo may do to it and where it may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// A subgroup: fed Post at 0 dB, feeds Main.
    #[default]
    Group,
    /// Shared effects: fed by sends, feeds Main, solo-safe.
    Return,
    /// An independent mix (in-ears, stream, recording): edges into it ignore mute and solo, and it
    /// feeds only other mixes and its own port.
    Mix,
}

/// Which part of the input port a strip listens to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// Both channels as they come.
    #[default]
    Stereo,
    /// The left channel on both sides.
    Left,
    /// The right channel on both sides.
    Right,
    /// (L+R)/2 on both sides.
    Mono,
    /// (L−R)/2 on both sides.
    Side,
    /// Left and right exchanged.
    Swapped,
}

impl Source {
    /// Whether both sides carry the same signal, so that pan places rather than balances it.
    pub fn is_mono(self) -> bool {
        !matches!(self, Source::Stereo | Source::Swapped)
    }

    /// The matrix `[[l→l, r→l], [l→r, r→r]]` that makes this source from a stereo port.
    pub fn matrix(self) -> [[f32; 2]; 2] {
        match self {
            Source::Stereo => [[1.0, 0.0], [0.0, 1.0]],
            Source::Left => [[1.0, 0.0], [1.0, 0.0]],
            Source::Right => [[0.0, 1.0], [0.0, 1.0]],
            Source::Mono => [[0.5, 0.5], [0.5, 0.5]],
            Source::Side => [[0.5, -0.5], [0.5, -0.5]],
            Source::Swapped => [[0.0, 1.0], [1.0, 0.0]],
        }
    }
}

/// Which input feeds a strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Silence.
    Off,
    /// A stereo input port, counted from 0.
    Port(usize),
    /// A link from another instance, counted from 0. Reserved: silent.
    Link(usize),
}

/// What solo does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SoloMode {
    /// Main keeps only the paths that run through a soloed strip or bus.
    #[default]
    InPlace,
    /// Pre-fader listen: the soloed signals go, pre-fader, to Cue and the Monitor.
    Pfl,
    /// After-fader listen: the soloed signals go, after fader and pan, to Cue and the Monitor.
    Afl,
}

/// What the Monitor listens to while nothing is soloed for listening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MonitorSource {
    /// Nothing.
    #[default]
    Off,
    /// What leaves on the main output.
    Main,
    /// The Cue bus.
    Cue,
    /// What leaves on a bus's port.
    Bus(usize),
}

/// Which pair of speakers plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Speakers {
    /// Monitor A.
    #[default]
    A,
    /// Monitor B.
    B,
}

/// An edge's two values: where it takes the signal and how loud. An assignment to a bus and a send
/// are the same thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Send {
    /// Where the signal is taken.
    pub tap: Tap,
    /// How loud.
    pub level: Fader,
}

impl Send {
    /// Whether any sound can pass: a tap, and a level above −∞.
    pub fn is_connected(self) -> bool {
        self.tap != Tap::Off && self.level.is_open()
    }
}

/// One of the stereo channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    /// Which input feeds it.
    pub input: Input,
    /// Which part of that input it takes.
    pub source: Source,
    /// Gain before everything, −24..+24 dB.
    pub trim_db: f32,
    /// Whether both sides are inverted.
    pub polarity: bool,
    /// The insert chain's share, 0 (its delayed input) to 1 (its output).
    pub insert_mix: f32,
    /// The fader.
    pub fader: Fader,
    /// −1 (left) to +1 (right).
    pub pan: f32,
    /// Silences every edge except those directly into a Mix.
    pub mute: bool,
    /// Solo, as [`SoloMode`] says.
    pub solo: bool,
    /// The tap of the edge to Main, which is at 0 dB.
    pub main_tap: Tap,
    /// The edges to the buses.
    pub sends: [Send; BUSES],
}

impl Default for Strip {
    fn default() -> Self {
        Strip {
            input: Input::Off,
            source: Source::default(),
            trim_db: 0.0,
            polarity: false,
            insert_mix: 1.0,
            fader: Fader::UNITY,
            pan: 0.0,
            mute: false,
            solo: false,
            main_tap: Tap::Post,
            sends: [Send { tap: Tap::Post, level: Fader::OFF }; BUSES],
        }
    }
}

/// A shared path: sums its edges, runs its chain, leaves on its own port and may feed others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bus {
    /// What it is for.
    pub role: Role,
    /// Leaves out the last padding of its own port, for in-ears.
    pub immediate: bool,
    /// Whether Input and Pre edges into this Mix follow the strip's pan.
    pub pan_follow: bool,
    /// The insert chain's share, 0 to 1.
    pub insert_mix: f32,
    /// The fader.
    pub fader: Fader,
    /// Balance, −1 (left) to +1 (right).
    pub pan: f32,
    /// Silences its edges and its port.
    pub mute: bool,
    /// Solo, as [`SoloMode`] says.
    pub solo: bool,
    /// The tap of the edge to Main, which is at 0 dB.
    pub main_tap: Tap,
    /// The edges to other buses; the entry of the bus itself has no meaning.
    pub sends: [Send; BUSES],
}

impl Default for Bus {
    fn default() -> Self {
        Bus {
            role: Role::Group,
            immediate: false,
            pan_follow: true,
            insert_mix: 1.0,
            fader: Fader::UNITY,
            pan: 0.0,
            mute: false,
            solo: false,
            main_tap: Tap::Post,
            sends: [Send { tap: Tap::Off, level: Fader::UNITY }; BUSES],
        }
    }
}

/// The main mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Main {
    /// The insert chain's share, 0 to 1.
    pub insert_mix: f32,
    /// The fader.
    pub fader: Fader,
    /// Silences the main output.
    pub mute: bool,
}

impl Default for Main {
    fn default() -> Self {
        Main { insert_mix: 1.0, fader: Fader::UNITY, mute: false }
    }
}

/// What the person at the desk hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monitor {
    /// What it listens to.
    pub source: MonitorSource,
    /// How loud.
    pub level: Fader,
    /// Lowers the level by [`Monitor::dim_db`].
    pub dim: bool,
    /// How much dim changes the level, in dB.
    pub dim_db: f32,
    /// (L+R)/2 on both sides.
    pub mono: bool,
    /// Silence.
    pub mute: bool,
    /// Which speakers play.
    pub speakers: Speakers,
    /// While on, the talkback strip feeds every Mix and the Monitor is dimmed.
    pub talkback: bool,
}

impl Default for Monitor {
    fn default() -> Self {
        Monitor {
            source: MonitorSource::Off,
            level: Fader::UNITY,
            dim: false,
            dim_db: -20.0,
            mono: false,
            mute: false,
            speakers: Speakers::A,
            talkback: false,
        }
    }
}

/// The whole mixer's values. It is what the host's parameters say, nothing more: the routing *is*
/// the parameter values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Routing {
    /// Main in to main out, Groups and Returns silent.
    pub bypass: bool,
    /// The stereo channels.
    pub strips: [Strip; STRIPS],
    /// The shared paths.
    pub buses: [Bus; BUSES],
    /// The main mix.
    pub main: Main,
    /// The control room.
    pub monitor: Monitor,
    /// What solo does.
    pub solo_mode: SoloMode,
    /// How mono sources lose level at the centre.
    pub pan_law: PanLaw,
    /// The strip that is the talkback microphone, if any.
    pub talkback_source: Option<usize>,
    /// How loud talkback is in the Mixes.
    pub talkback_level: Fader,
    /// The macros' values, 0 to 1. What they drive is the session's matter.
    pub macros: [f32; MACROS],
}

impl Default for Routing {
    fn default() -> Self {
        Routing {
            bypass: false,
            strips: std::array::from_fn(|i| Strip { input: Input::Port(i), ..Strip::default() }),
            buses: [Bus::default(); BUSES],
            main: Main::default(),
            monitor: Monitor::default(),
            solo_mode: SoloMode::default(),
            pan_law: PanLaw::default(),
            talkback_source: None,
            talkback_level: Fader::UNITY,
            macros: [0.0; MACROS],
        }
    }
}

impl Routing {
    /// The edge from a source (strips, then buses) to a destination (buses, then Main) as the user
    /// set it; the edge to Main is at 0 dB. A bus has no edge to itself.
    pub fn edge(&self, source: usize, destination: usize) -> Send {
        let (main_tap, sends) = if source < STRIPS {
            (self.strips[source].main_tap, &self.strips[source].sends)
        } else {
            let bus = &self.buses[source - STRIPS];
            (bus.main_tap, &bus.sends)
        };
        if destination == MAIN {
            Send { tap: main_tap, level: Fader::UNITY }
        } else if source == STRIPS + destination {
            Send { tap: Tap::Off, level: Fader::OFF }
        } else {
            sends[destination]
        }
    }

    /// Whether strip `i` is the talkback microphone, which leaves every edge but talkback's own.
    pub fn is_talkback(&self, i: usize) -> bool {
        self.talkback_source == Some(i)
    }
}
