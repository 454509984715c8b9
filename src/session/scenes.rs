//! Scenes: eight states of the mix that are stored by number and recalled by it; what a recall may
//! touch, and what it never may.
//!
//! Not here: the host, gestures, time. What a recall changes is worked out in [`recall`], the way from
//! one scene to another in [`morph`]. Plain values, saved with the session; main thread only.
//!
//! ```json
//! {"stored": {"3": {"name": "Chorus", "parameters": {"s2fd": 0.8, "s3mu": true},
//!                   "chains": {"Strip 2": {"lanes": []}},
//!                   "drives": {"1": [{"slot": 4, "setting": "mix", "from": 0.0, "to": 1.0}]}}},
//!  "scope": {"faders": true, "sends": true, "mutes": true, "chains": true, "monitor": false},
//!  "safes": ["Strip 12", "Bus 6"]}
//! ```
//!
//! A scene keeps levels, taps, mutes, chains, macros and the monitor. It never keeps what a mixer *is*:
//! roles, inputs and their sources, names, colours, pan law, talkback's strip, Immediate and Pan
//! Follow. Nor what a hand holds just now: solo and its mode, talkback, bypass. A scene stores all it
//! can; scope and safes decide at the recall. A value that is left out has its default.

pub mod morph;
pub mod recall;
mod saved;

use super::Session;
use super::macros::Target;
use crate::effects::impulse::ImpulseRef;
use crate::routing::chain::Chain;
use crate::routing::parameter::{ALL, Kind, Parameter};
use crate::routing::{BUSES, MACROS, NODES, Node, Routing, STRIPS};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// How many scenes a session has.
pub const SCENES: usize = 8;

/// Which of a mix's values belong together in the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Fader, pan, trim, polarity and insert mix.
    Faders,
    /// Levels and taps of every edge, those to Main included.
    Sends,
    /// Mutes.
    Mutes,
    /// Insert chains, what macros drive, and the macros' values.
    Chains,
    /// What the Monitor plays and how, and the levels of dim and talkback.
    Monitor,
}

impl Part {
    /// All of them with their words, in the order users see them.
    pub const ALL: [(Part, &'static str); 5] = [
        (Part::Faders, "Faders"),
        (Part::Sends, "Sends"),
        (Part::Mutes, "Mutes"),
        (Part::Chains, "Chains"),
        (Part::Monitor, "Monitor"),
    ];

    /// Which part a parameter belongs to; `None` for what no scene keeps.
    pub fn of(parameter: Parameter) -> Option<Part> {
        use Parameter as P;
        match parameter {
            P::StripFader(_)
            | P::StripPan(_)
            | P::StripTrim(_)
            | P::StripPolarity(_)
            | P::StripInsertMix(_)
            | P::BusFader(_)
            | P::BusPan(_)
            | P::BusInsertMix(_)
            | P::MainFader
            | P::MainInsertMix => Some(Part::Faders),
            P::StripLevel(..)
            | P::StripTap(..)
            | P::StripMainTap(_)
            | P::BusLevel(..)
            | P::BusTap(..)
            | P::BusMainTap(_) => Some(Part::Sends),
            P::StripMute(_) | P::BusMute(_) | P::MainMute => Some(Part::Mutes),
            P::Macro(_) => Some(Part::Chains),
            P::MonitorSource
            | P::MonitorLevel
            | P::MonitorDim
            | P::MonitorMono
            | P::MonitorMute
            | P::MonitorSpeakers
            | P::DimLevel
            | P::TalkbackLevel => Some(Part::Monitor),
            P::Bypass
            | P::StripSolo(_)
            | P::BusSolo(_)
            | P::MonitorTalkback
            | P::BusRole(_)
            | P::BusImmediate(_)
            | P::BusPanFollow(_)
            | P::StripSource(_)
            | P::StripInput(_)
            | P::SoloMode
            | P::PanLaw
            | P::TalkbackSource => None,
        }
    }
}

/// What a recall may touch. The Monitor is out of it unless asked for: it is what somebody listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// [`Part::Faders`].
    pub faders: bool,
    /// [`Part::Sends`].
    pub sends: bool,
    /// [`Part::Mutes`].
    pub mutes: bool,
    /// [`Part::Chains`].
    pub chains: bool,
    /// [`Part::Monitor`].
    pub monitor: bool,
}

impl Default for Scope {
    fn default() -> Self {
        Scope { faders: true, sends: true, mutes: true, chains: true, monitor: false }
    }
}

impl Scope {
    /// Whether a part may be touched.
    pub fn has(self, part: Part) -> bool {
        match part {
            Part::Faders => self.faders,
            Part::Sends => self.sends,
            Part::Mutes => self.mutes,
            Part::Chains => self.chains,
            Part::Monitor => self.monitor,
        }
    }

    /// Lets a part be touched, or not.
    pub fn set(&mut self, part: Part, on: bool) {
        *match part {
            Part::Faders => &mut self.faders,
            Part::Sends => &mut self.sends,
            Part::Mutes => &mut self.mutes,
            Part::Chains => &mut self.chains,
            Part::Monitor => &mut self.monitor,
        } = on;
    }
}

/// One stored state of the mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// What the user calls it; empty means "Scene 3".
    pub name: String,
    /// Plain values in the frozen order of [`ALL`]; those of parameters that no scene keeps are
    /// their defaults.
    values: Vec<f32>,
    /// The insert chains, one a node in [`Node::index`]'s order.
    pub chains: Vec<Chain>,
    /// What each macro drives, by slot ids of this scene's chains.
    pub drives: Vec<Vec<Target>>,
    /// Fields of this version's future, kept as they are.
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl Scene {
    /// What a routing and a session are now, under a name.
    pub fn of(name: impl Into<String>, routing: &Routing, session: &Session) -> Scene {
        let slots = slot_ids(&session.chains);
        let drives = session.macros.iter().map(|one| {
            let kept = one.targets.iter().filter(|target| slots.contains(&target.slot));
            kept.cloned().collect()
        });
        let mut scene = Scene::empty();
        scene.name = name.into();
        scene.chains = session.chains.clone();
        scene.drives = drives.collect();
        for (value, parameter) in scene.values.iter_mut().zip(ALL) {
            if Part::of(parameter).is_some() {
                *value = parameter.get(routing);
            }
        }
        scene
    }

    /// Every value at its default, no chains.
    fn empty() -> Scene {
        Scene {
            name: String::new(),
            values: ALL.iter().map(|parameter| parameter.default_value()).collect(),
            chains: super::no_chains(),
            drives: vec![Vec::new(); MACROS],
            unknown: serde_json::Map::new(),
        }
    }

    /// The plain value a parameter has in it.
    pub fn value(&self, parameter: Parameter) -> f32 {
        self.values[parameter.index()]
    }

    /// How many strips, buses and chains hold something that is not as on insertion.
    pub fn contents(&self) -> Contents {
        let mut moved = [false; NODES];
        for (at, parameter) in ALL.into_iter().enumerate() {
            if self.values[at] != parameter.default_value()
                && let Some(node) = owner(parameter)
            {
                moved[node.index()] = true;
            }
        }
        Contents {
            strips: moved[..STRIPS].iter().filter(|moved| **moved).count(),
            buses: moved[STRIPS..STRIPS + BUSES].iter().filter(|moved| **moved).count(),
            chains: self.chains.iter().filter(|chain| !chain.is_empty()).count(),
        }
    }
}

/// What is in a scene, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Strips with a value that is not the default.
    pub strips: usize,
    /// Buses with a value that is not the default.
    pub buses: usize,
    /// Chains with an effect or a lane.
    pub chains: usize,
}

/// A session's scenes, what a recall may touch, and whom it never may.
///
/// Impulse responses that travel in a session are kept once for all scenes, by their hash, because
/// each may have millions of bytes.
#[derive(Clone, Debug, Default)]
pub struct Scenes {
    /// By number from 0; shared, because a session is copied at every edit and scenes rarely change.
    stored: [Option<Arc<Scene>>; SCENES],
    /// What a recall may touch.
    pub scope: Scope,
    /// Whom no recall touches, by [`Node::index`].
    safes: [bool; NODES],
    /// The bytes of the scenes' impulse responses in Base64, by hash.
    impulses: BTreeMap<String, Arc<str>>,
    /// Fields of this version's future, kept as they are.
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl PartialEq for Scenes {
    fn eq(&self, other: &Scenes) -> bool {
        let same = |(a, b): (&Option<Arc<Scene>>, &Option<Arc<Scene>>)| match (a, b) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            (None, None) => true,
            _ => false,
        };
        self.stored.iter().zip(&other.stored).all(same)
            && self.scope == other.scope
            && self.safes == other.safes
            && self.impulses == other.impulses
            && self.unknown == other.unknown
    }
}

impl Scenes {
    /// A stored scene by its number from 0.
    pub fn get(&self, number: usize) -> Option<&Arc<Scene>> {
        self.stored.get(number)?.as_ref()
    }

    /// Puts a scene at a number from 0, or takes it away.
    ///
    /// # Panics
    /// If there is no such number.
    pub fn put(&mut self, number: usize, scene: Option<Arc<Scene>>) {
        self.stored[number] = scene;
        if let Some(scene) = &mut self.stored[number]
            && impulses(&scene.chains).any(|impulse| impulse.embedded.is_some())
        {
            for impulse in impulses_mut(&mut Arc::make_mut(scene).chains) {
                if let Some(bytes) = impulse.embedded.take() {
                    self.impulses.entry(impulse.hash.clone()).or_insert_with(|| bytes.into());
                }
            }
        }
        let needed = needed(&self.stored);
        self.impulses.retain(|hash, _| needed.contains(hash.as_str()));
    }

    /// Gives chains of a scene the bytes of their impulse responses back.
    fn embed(&self, chain: &mut Chain) {
        for impulse in impulses_mut(std::slice::from_mut(chain)) {
            if let Some(bytes) = self.impulses.get(&impulse.hash) {
                impulse.embedded = Some(bytes.to_string());
            }
        }
    }

    /// Whether chains have bytes of impulse responses that the scenes have too.
    pub(super) fn shares_impulses_with(&self, chains: &[Chain]) -> bool {
        impulses(chains).any(|one| one.embedded.is_some() && self.impulses.contains_key(&one.hash))
    }

    /// Lets go of bytes that the chains have too, for saving.
    pub(super) fn without_impulses_of(mut self, chains: &[Chain]) -> Scenes {
        let there: HashSet<&str> = impulses(chains)
            .filter(|one| one.embedded.is_some())
            .map(|one| one.hash.as_str())
            .collect();
        self.impulses.retain(|hash, _| !there.contains(hash.as_str()));
        self
    }

    /// Takes the bytes back that the chains have, after loading.
    pub(super) fn find_impulses_in(&mut self, chains: &[Chain]) {
        let needed = needed(&self.stored);
        for impulse in impulses(chains).filter(|one| needed.contains(one.hash.as_str())) {
            if let Some(bytes) = &impulse.embedded
                && !self.impulses.contains_key(&impulse.hash)
            {
                self.impulses.insert(impulse.hash.clone(), bytes.as_str().into());
            }
        }
    }

    /// What a scene is called: the given name, or "Scene 3".
    pub fn name(&self, number: usize) -> String {
        let given = self.get(number).map(|scene| scene.name.clone());
        given.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Scene {}", number + 1))
    }

    /// A scene's number and given name: "Scene 3 Chorus".
    pub fn title(&self, number: usize) -> String {
        match self.get(number).map(|scene| scene.name.as_str()) {
            Some(name) if !name.is_empty() => format!("Scene {} {name}", number + 1),
            _ => format!("Scene {}", number + 1),
        }
    }

    /// Whether no recall touches a node.
    pub fn is_safe(&self, node: Node) -> bool {
        self.safes[node.index()]
    }

    /// Protects a node from recalls, or no longer.
    pub fn set_safe(&mut self, node: Node, safe: bool) {
        self.safes[node.index()] = safe;
    }

    /// Whether a recall may set a parameter, as far as scope and safes say. An edge lies between two
    /// nodes: a safe strip keeps what it sends, and a safe bus keeps what it hears, because whoever
    /// made a mix safe means all of it.
    pub fn may_set(&self, parameter: Parameter) -> bool {
        let scoped = Part::of(parameter).is_some_and(|part| self.scope.has(part));
        scoped && touched(parameter).into_iter().flatten().all(|node| !self.is_safe(node))
    }

    /// Whether a recall may change a node's chain.
    pub fn may_change_chain(&self, node: Node) -> bool {
        self.scope.chains && !self.is_safe(node)
    }

    /// The highest slot id of all stored chains, 0 if there is none.
    pub(super) fn highest_slot_id(&self) -> u64 {
        let chains = self.stored.iter().flatten().flat_map(|scene| &scene.chains);
        chains.flat_map(Chain::slots).map(|slot| slot.id).max().unwrap_or(0)
    }

    /// Whether a session's field for scenes can be left out.
    pub(super) fn is_left_out(&self) -> bool {
        *self == Scenes::default()
    }
}

/// Whose value a parameter is, for counting.
fn owner(parameter: Parameter) -> Option<Node> {
    touched(parameter)[0]
}

/// The nodes whose sound a parameter is about: an edge's source, then its destination.
fn touched(parameter: Parameter) -> [Option<Node>; 2] {
    use Parameter as P;
    let strip = |i: u8| Some(Node::Strip(i.into()));
    let bus = |j: u8| Some(Node::Bus(j.into()));
    match parameter {
        P::StripFader(i)
        | P::StripPan(i)
        | P::StripMute(i)
        | P::StripSolo(i)
        | P::StripTrim(i)
        | P::StripInsertMix(i)
        | P::StripPolarity(i)
        | P::StripSource(i)
        | P::StripInput(i) => [strip(i), None],
        P::BusFader(j)
        | P::BusPan(j)
        | P::BusMute(j)
        | P::BusSolo(j)
        | P::BusInsertMix(j)
        | P::BusRole(j)
        | P::BusImmediate(j)
        | P::BusPanFollow(j) => [bus(j), None],
        P::MainFader | P::MainMute | P::MainInsertMix => [Some(Node::Main), None],
        P::StripLevel(i, j) | P::StripTap(i, j) => [strip(i), bus(j)],
        P::BusLevel(j, k) | P::BusTap(j, k) => [bus(j), bus(k)],
        P::StripMainTap(i) => [strip(i), Some(Node::Main)],
        P::BusMainTap(j) => [bus(j), Some(Node::Main)],
        P::Bypass
        | P::MonitorSource
        | P::MonitorLevel
        | P::MonitorDim
        | P::MonitorMono
        | P::MonitorMute
        | P::MonitorSpeakers
        | P::MonitorTalkback
        | P::Macro(_)
        | P::SoloMode
        | P::PanLaw
        | P::DimLevel
        | P::TalkbackSource
        | P::TalkbackLevel => [None, None],
    }
}

/// Whether two plain values of a parameter are one: values travel to the host and back normalised, in
/// 32 bits, and must not look changed for that.
pub fn is_same(parameter: Parameter, a: f32, b: f32) -> bool {
    let near = || {
        let (min, max) = parameter.kind().range();
        (a - b).abs() <= (max - min) * 1e-5
    };
    a == b || near()
}

/// Whether a parameter moves without steps, so that it can glide.
fn is_continuous(parameter: Parameter) -> bool {
    !matches!(parameter.kind(), Kind::Toggle | Kind::Choice(_))
}

/// The impulse responses of chains.
fn impulses(chains: &[Chain]) -> impl Iterator<Item = &ImpulseRef> {
    let slots = chains.iter().flat_map(Chain::slots);
    slots.filter_map(|slot| slot.effect.known()?.impulse.as_ref())
}

/// The hashes of the impulse responses that scenes have.
fn needed(stored: &[Option<Arc<Scene>>]) -> HashSet<&str> {
    let scenes = stored.iter().flatten();
    scenes.flat_map(|scene| impulses(&scene.chains)).map(|one| one.hash.as_str()).collect()
}

/// The impulse responses of chains, to change them.
fn impulses_mut(chains: &mut [Chain]) -> impl Iterator<Item = &mut ImpulseRef> {
    let slots = chains.iter_mut().flat_map(Chain::slots_mut);
    slots.filter_map(|slot| slot.effect.known_mut()?.impulse.as_mut())
}

fn slot_ids(chains: &[Chain]) -> HashSet<u64> {
    chains.iter().flat_map(Chain::slots).map(|slot| slot.id).collect()
}
