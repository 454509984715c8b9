//! Writing a template down: strips and buses by the numbers users see, levels in decibels.
//!
//! Not here: any template. Main thread.

use crate::effects::{EffectSpec, Kind, Setting};
use crate::routing::chain::{Chain, Key, Lane, Slot};
use crate::routing::{BUSES, Fader, Node, Role, Routing, STRIPS, Send, Tap};
use crate::session::Session;

/// Families of sound, each in one colour: its place in the editor's palette, from 1.
pub mod family {
    pub const MIXES: u8 = 1;
    pub const GUITARS: u8 = 2;
    pub const CALLS: u8 = 3;
    pub const PLAYBACK: u8 = 4;
    pub const BASS: u8 = 5;
    pub const DRUMS: u8 = 6;
    pub const VOICES: u8 = 7;
    pub const TALKBACK: u8 = 8;
    pub const EFFECTS: u8 = 9;
    pub const DESKTOP: u8 = 10;
    pub const KEYS: u8 = 11;
    pub const BROADCAST: u8 = 12;
}

/// A template in the making: the mixer as on insertion, and what was done to it.
pub struct Draft {
    pub routing: Routing,
    session: Session,
}

/// An effect with some settings, known by id, off their defaults.
pub fn effect(kind: Kind, settings: &[(&str, f32)]) -> Slot {
    let spec = settings.iter().fold(EffectSpec::new(kind), |spec, (id, plain)| {
        let in_range = |s: &&Setting| s.id == *id && s.clamp(*plain) == *plain;
        debug_assert!(kind.settings().iter().any(|s| in_range(&s)), "{id} cannot be {plain}");
        spec.with(id, *plain)
    });
    Slot::new(0, spec)
}

/// The same, listening to another place.
pub fn keyed(node: Node, tap: Tap, slot: Slot) -> Slot {
    Slot { key: Some(Key { node, tap }), ..slot }
}

/// A lane in the sum of a chain.
pub fn lane(db: f32, slots: impl IntoIterator<Item = Slot>) -> Lane {
    Lane { level: Fader::from_db(db), slots: slots.into_iter().collect() }
}

impl Draft {
    pub fn new() -> Draft {
        Draft { routing: Routing::default(), session: Session::default() }
    }

    /// Names and colours a strip, counted from 1.
    pub fn strip(&mut self, number: usize, name: &str, colour: u8) -> Node {
        name.clone_into(&mut self.session.strip_names[number - 1]);
        self.session.strip_colours[number - 1] = colour;
        Node::Strip(number - 1)
    }

    fn bus(&mut self, number: usize, name: &str, colour: u8, role: Role, main: Tap) -> Node {
        name.clone_into(&mut self.session.bus_names[number - 1]);
        self.session.bus_colours[number - 1] = colour;
        let bus = &mut self.routing.buses[number - 1];
        (bus.role, bus.main_tap) = (role, main);
        Node::Bus(number - 1)
    }

    /// A Group on Main, counted from 1.
    pub fn group(&mut self, number: usize, name: &str, colour: u8) -> Node {
        self.bus(number, name, colour, Role::Group, Tap::Post)
    }

    /// A Return on Main, counted from 1.
    pub fn effects(&mut self, number: usize, name: &str) -> Node {
        self.bus(number, name, family::EFFECTS, Role::Return, Tap::Post)
    }

    /// A Mix, counted from 1.
    pub fn mix(&mut self, number: usize, name: &str, colour: u8) -> Node {
        self.bus(number, name, colour, Role::Mix, Tap::Off)
    }

    /// A Mix for ears, which waits for nobody.
    pub fn ears(&mut self, number: usize, name: &str) -> Node {
        self.routing.buses[number - 1].immediate = true;
        self.mix(number, name, family::MIXES)
    }

    fn edge(&mut self, from: Node, to: Node) -> &mut Send {
        let sends: &mut [Send; BUSES] = match from {
            Node::Strip(i) => &mut self.routing.strips[i].sends,
            Node::Bus(j) => &mut self.routing.buses[j].sends,
            Node::Main => panic!("Main feeds nobody"),
        };
        match to {
            Node::Bus(j) => &mut sends[j],
            other => panic!("{other} takes no sends"),
        }
    }

    /// A send.
    pub fn send(&mut self, from: Node, to: Node, tap: Tap, db: f32) {
        *self.edge(from, to) = Send { tap, level: Fader::from_db(db) };
    }

    /// Several sends with the same tap into one bus.
    pub fn sends(&mut self, to: Node, tap: Tap, levels: &[(Node, f32)]) {
        levels.iter().for_each(|(from, db)| self.send(*from, to, tap, *db));
    }

    /// Puts strips into a Group: at 0 dB, and no longer on Main themselves.
    pub fn assign(&mut self, strips: &[Node], group: Node) {
        for strip in strips {
            self.send(*strip, group, Tap::Post, 0.0);
            self.off_main(*strip);
        }
    }

    /// Takes a strip or bus off Main.
    pub fn off_main(&mut self, node: Node) {
        match node {
            Node::Strip(i) => self.routing.strips[i].main_tap = Tap::Off,
            Node::Bus(j) => self.routing.buses[j].main_tap = Tap::Off,
            Node::Main => {}
        }
    }

    /// Sets faders, in dB.
    pub fn faders(&mut self, levels: &[(Node, f32)]) {
        for (node, db) in levels {
            let fader = Fader::from_db(*db);
            match node {
                Node::Strip(i) => self.routing.strips[*i].fader = fader,
                Node::Bus(j) => self.routing.buses[*j].fader = fader,
                Node::Main => self.routing.main.fader = fader,
            }
        }
    }

    /// Sets a strip's pan, −1 (left) to +1 (right).
    pub fn pan(&mut self, strip: Node, pan: f32) {
        self.routing.strips[strip.index()].pan = pan;
    }

    /// Effects one after another.
    pub fn chain(&mut self, node: Node, slots: impl IntoIterator<Item = Slot>) {
        self.session.chains[node.index()] = Chain::serial(slots);
    }

    /// Lanes beside the dry signal at 0 dB.
    pub fn parallel(&mut self, node: Node, lanes: impl IntoIterator<Item = Lane>) {
        let lanes = lanes.into_iter().collect();
        self.session.chains[node.index()] = Chain { dry: Fader::UNITY, lanes };
    }

    /// Makes strip 16 the talkback microphone.
    pub fn talkback(&mut self) {
        self.strip(STRIPS, "Talkback", family::TALKBACK);
        self.routing.talkback_source = Some(STRIPS - 1);
    }

    /// The finished template; every slot has its id.
    pub fn finish(mut self) -> (Routing, Session) {
        self.session.number_slots();
        (self.routing, self.session)
    }
}
