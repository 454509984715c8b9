//! For every rule of Route Check a routing that trips it and a near miss that is wholly clean.
//!
//! Not here: what is asked of them. Test threads only.

use switchyard::check::{Finding, ImpulseFault, Surroundings, check, latencies};
use switchyard::effects::impulse::ImpulseRef;
use switchyard::effects::{EffectSpec, Kind};
use switchyard::routing::chain::{Chain, Key, Lane, Slot};
use switchyard::routing::{
    Fader, Input, MonitorSource, Node, Role, Routing, STRIPS, Send, Source, Tap,
};
use switchyard::session::Session;
use switchyard::session::workshop::fits;

/// All that Route Check looks at.
#[derive(Clone, Default)]
pub struct Scene {
    pub routing: Routing,
    pub session: Session,
    pub around: Surroundings,
}

/// The scenes of one rule.
pub struct Case {
    pub id: &'static str,
    pub trips: fn(&mut Scene),
    pub spares: fn(&mut Scene),
}

impl Scene {
    pub fn of(make: fn(&mut Scene)) -> Scene {
        let mut scene = Scene::default();
        make(&mut scene);
        scene
    }

    pub fn findings(&self) -> Vec<Finding> {
        check(&self.routing, &self.session, &self.around)
    }

    /// Connects a strip to a bus, users' numbers.
    pub fn send(&mut self, strip: usize, bus: usize, tap: Tap, db: f32) {
        let send = Send { tap, level: Fader::from_db(db) };
        self.routing.strips[strip - 1].sends[bus - 1] = send;
    }

    /// Connects a bus to a bus, users' numbers.
    pub fn feed(&mut self, from: usize, to: usize, tap: Tap) {
        self.routing.buses[from - 1].sends[to - 1] = Send { tap, level: Fader::UNITY };
    }

    /// Assigns a strip to a bus and takes it off Main.
    pub fn assign(&mut self, strip: usize, bus: usize) {
        self.send(strip, bus, Tap::Post, 0.0);
        self.routing.strips[strip - 1].main_tap = Tap::Off;
    }

    /// Gives a bus a role and the tap to Main that goes with it.
    pub fn role(&mut self, bus: usize, role: Role) {
        self.routing.buses[bus - 1].role = role;
        self.routing.buses[bus - 1].main_tap = if role == Role::Mix { Tap::Off } else { Tap::Post };
    }

    /// A Return with a reverb, and strip 1 sending into it.
    pub fn reverb_return(&mut self, bus: usize) {
        self.role(bus, Role::Return);
        self.insert(Node::Bus(bus - 1), EffectSpec::new(Kind::Reverb));
        self.send(1, bus, Tap::Post, -12.0);
    }

    /// Puts an effect at the end of a node's chain and returns its slot.
    pub fn insert(&mut self, node: Node, effect: EffectSpec) -> &mut Slot {
        let id = self.session.free_slot_id();
        let chain = &mut self.session.chains[node.index()];
        if chain.lanes.is_empty() {
            chain.lanes.push(Lane::default());
        }
        chain.lanes[0].slots.push(Slot::new(id, effect));
        chain.lanes[0].slots.last_mut().expect("just added")
    }

    /// A compressor on bus 1, fed by strip 2, that listens to strip 1.
    fn ducked(&mut self, tap: Tap) {
        self.assign(2, 1);
        let key = Some(Key { node: Node::Strip(0), tap });
        self.insert(Node::Bus(0), EffectSpec::new(Kind::Compressor)).key = key;
    }

    /// Gates on strips 1 to 3, each listening to the one before, the first to the last if it may.
    fn gates_in_turn(&mut self, in_a_circle: bool) {
        for strip in 0..3 {
            let key = Key { node: Node::Strip((strip + 2) % 3), tap: Tap::Pre };
            let slot = self.insert(Node::Strip(strip), EffectSpec::new(Kind::Gate));
            slot.key = (in_a_circle || strip > 0).then_some(key);
        }
    }

    /// Linear-phase equalizers one after another on Main.
    fn linear_phases(&mut self, count: usize) {
        for _ in 0..count {
            let slow = EffectSpec::new(Kind::Equalizer).with("linear_phase", 1.0);
            self.insert(Node::Main, slow);
        }
        self.measure();
    }

    /// Asks the effects how late they are, as one does who built them.
    pub fn measure(&mut self) {
        let sample_rate = self.around.sample_rate;
        self.around.latencies = latencies(&self.session, sample_rate);
        self.around.refusal = fits(&self.session, sample_rate, None).err();
    }

    /// Reverbs on the first strips, each heard at 30 %.
    fn reverbs(&mut self, strips: usize) {
        for strip in 0..strips {
            self.insert(Node::Strip(strip), EffectSpec::new(Kind::Reverb)).mix = 0.3;
        }
        self.around.costs = vec![(Kind::Delay, 9000.0), (Kind::Reverb, 50.0)];
    }

    /// Talkback on strip 16, which listens to port 16.
    fn talkback(&mut self) {
        self.routing.talkback_source = Some(STRIPS - 1);
    }

    /// The peaks of strips 1 to n, the others silent.
    fn peaks(&mut self, peaks: &[f32]) {
        let mut all = [0.0; STRIPS];
        all[..peaks.len()].copy_from_slice(peaks);
        self.around.peaks = Some(all);
    }
}

fn convolution(path: Option<&str>) -> EffectSpec {
    let mut effect = EffectSpec::new(Kind::Convolution);
    if let Some(known) = effect.known_mut() {
        let path = path.map(str::to_owned);
        known.impulse = Some(ImpulseRef { path, ..ImpulseRef::built_in("Plate") });
    }
    effect
}

fn unknown() -> EffectSpec {
    let fields = serde_json::json!({"effect": "vocoder"});
    EffectSpec::from_fields(fields.as_object().expect("an object").clone()).expect("kept")
}

/// One case for each rule.
pub const CASES: &[Case] = &[
    Case {
        id: "refused-loop",
        trips: |s| {
            s.assign(1, 1);
            s.feed(1, 2, Tap::Post);
            s.feed(2, 3, Tap::Post);
            s.feed(3, 1, Tap::Post);
            s.routing.buses[..2].iter_mut().for_each(|bus| bus.main_tap = Tap::Off);
        },
        spares: |s| {
            s.assign(1, 1);
            s.feed(1, 2, Tap::Post);
            s.feed(2, 3, Tap::Post);
            s.routing.buses[..2].iter_mut().for_each(|bus| bus.main_tap = Tap::Off);
        },
    },
    Case {
        id: "refused-mix",
        trips: |s| {
            s.role(1, Role::Mix);
            s.send(1, 1, Tap::Pre, 0.0);
            s.assign(2, 2);
            s.feed(1, 2, Tap::Post);
        },
        // Its tap to Main as on insertion, which no Mix heeds.
        spares: |s| {
            s.role(1, Role::Mix);
            s.send(1, 1, Tap::Pre, 0.0);
            s.routing.buses[0].main_tap = Tap::Post;
        },
    },
    Case {
        id: "refused-key",
        trips: |s| s.gates_in_turn(true),
        spares: |s| s.gates_in_turn(false),
    },
    Case { id: "refused-chains", trips: |s| s.linear_phases(3), spares: |s| s.linear_phases(2) },
    Case {
        id: "lost-impulse",
        trips: |s| {
            s.insert(Node::Strip(0), convolution(Some("plate.wav"))).mix = 0.2;
            let reason = "the file is not there".to_owned();
            s.around.impulses.push((1, ImpulseFault::Lost(reason)));
        },
        // What was told of the file before does not hold for a built-in response in its place.
        spares: |s| {
            s.insert(Node::Strip(0), convolution(None)).mix = 0.2;
            s.around.impulses.push((1, ImpulseFault::Lost(String::new())));
        },
    },
    Case {
        id: "unknown-effect",
        trips: |s| {
            s.insert(Node::Strip(0), unknown());
        },
        spares: |s| {
            s.insert(Node::Strip(0), EffectSpec::new(Kind::Gate));
        },
    },
    Case {
        id: "effect-fault",
        trips: |s| {
            s.insert(Node::Strip(0), EffectSpec::new(Kind::Gate));
            s.around.effect_faults.push(1);
        },
        spares: |s| {
            s.insert(Node::Strip(0), EffectSpec::new(Kind::Gate)).bypass = true;
            s.around.effect_faults.push(1);
        },
    },
    Case {
        id: "input-fault",
        trips: |s| s.around.faults[4] = true,
        spares: |s| {
            s.around.faults[4] = true;
            s.routing.strips[4].input = Input::Off;
        },
    },
    Case {
        id: "missing-input",
        trips: |s| {
            s.around.inputs[2..].fill(false);
            s.session.strip_names[2] = "Bass".into();
        },
        // Fourteen strips lack their port, but nobody has touched them.
        spares: |s| {
            s.around.inputs[2..].fill(false);
            s.session.strip_names[1] = "Bass".into();
        },
    },
    Case {
        id: "missing-output",
        trips: |s| {
            s.role(3, Role::Mix);
            s.send(1, 3, Tap::Pre, 0.0);
            s.around.outputs[1..].fill(false);
        },
        // A Group needs no port of its own: it leaves through Main.
        spares: |s| {
            s.assign(1, 3);
            s.around.outputs[1..].fill(false);
        },
    },
    Case {
        id: "silent-link",
        trips: |s| s.routing.strips[3].input = Input::Link(0),
        spares: |s| s.routing.strips[3].input = Input::Off,
    },
    Case {
        id: "talkback-into-main",
        trips: |s| {
            s.talkback();
            s.routing.strips[0].input = Input::Port(15);
        },
        spares: |s| {
            s.talkback();
            s.routing.strips[0].input = Input::Port(15);
            s.routing.strips[0].mute = true;
        },
    },
    Case {
        id: "unheard-strip",
        trips: |s| s.routing.strips[6].main_tap = Tap::Off,
        // It is heard by a key, and that is all it is for.
        spares: |s| {
            s.ducked(Tap::Input);
            s.routing.strips[0].main_tap = Tap::Off;
        },
    },
    Case {
        id: "dead-end-bus",
        trips: |s| {
            s.assign(1, 5);
            s.routing.buses[4].main_tap = Tap::Off;
        },
        spares: |s| {
            s.assign(1, 5);
            s.routing.buses[4].main_tap = Tap::Off;
            s.routing.monitor.source = MonitorSource::Bus(4);
        },
    },
    Case {
        id: "unfed-bus",
        trips: |s| s.session.bus_names[1] = "Drums".into(),
        // Only the talkback microphone speaks there: a shout to the stage.
        spares: |s| {
            s.role(2, Role::Mix);
            s.session.bus_names[1] = "Stage".into();
            s.talkback();
        },
    },
    Case {
        id: "doubled-path",
        trips: |s| s.send(2, 3, Tap::Post, 0.0),
        // The second way leads through a shared reverb.
        spares: |s| {
            s.reverb_return(3);
            s.send(2, 3, Tap::Post, -6.0);
        },
    },
    Case {
        id: "doubled-input",
        trips: |s| s.routing.strips[8].input = Input::Port(0),
        spares: |s| {
            s.routing.strips[8].input = Input::Port(0);
            s.routing.strips[8].source = Source::Right;
            s.routing.strips[0].source = Source::Left;
        },
    },
    Case {
        id: "pre-send-into-return",
        trips: |s| {
            s.reverb_return(4);
            s.send(2, 4, Tap::Pre, -12.0);
        },
        spares: |s| {
            s.reverb_return(4);
            s.send(2, 4, Tap::Pre, f32::NEG_INFINITY);
        },
    },
    Case {
        id: "post-send-into-mix",
        trips: |s| {
            s.role(6, Role::Mix);
            s.send(1, 6, Tap::Post, 0.0);
        },
        // From one Mix into another the fader is the mix's own.
        spares: |s| {
            s.role(6, Role::Mix);
            s.role(7, Role::Mix);
            s.send(1, 6, Tap::Pre, 0.0);
            s.feed(6, 7, Tap::Post);
        },
    },
    Case {
        id: "dry-return",
        trips: |s| {
            s.reverb_return(4);
            s.routing.buses[3].insert_mix = 0.6;
        },
        // Parallel compression by sends: the whole of it is another sound.
        spares: |s| {
            s.role(4, Role::Return);
            s.insert(Node::Bus(3), EffectSpec::new(Kind::Compressor));
            s.send(1, 4, Tap::Post, -12.0);
        },
    },
    Case {
        id: "unheard-return",
        trips: |s| {
            s.reverb_return(4);
            s.routing.buses[3].main_tap = Tap::Off;
        },
        // It gets there through a Group.
        spares: |s| {
            s.reverb_return(4);
            s.routing.buses[3].main_tap = Tap::Off;
            s.feed(4, 5, Tap::Post);
        },
    },
    Case {
        id: "return-as-group",
        trips: |s| {
            s.reverb_return(4);
            s.role(4, Role::Group);
        },
        // The whole of a strip goes through the reverb, as through an insert.
        spares: |s| {
            s.insert(Node::Bus(3), EffectSpec::new(Kind::Reverb));
            s.assign(1, 4);
        },
    },
    Case { id: "hot-sum", trips: |s| s.peaks(&[0.8, 0.8]), spares: |s| s.peaks(&[0.7, 0.7]) },
    Case {
        id: "long-latency",
        trips: |s| {
            s.insert(Node::Bus(0), EffectSpec::new(Kind::Limiter));
            s.assign(1, 1);
            s.around.latency_budget_ms = Some(2.0);
            s.measure();
        },
        spares: |s| {
            s.insert(Node::Bus(0), EffectSpec::new(Kind::Limiter));
            s.assign(1, 1);
            s.around.latency_budget_ms = Some(3.5);
            s.measure();
        },
    },
    Case {
        id: "muted-key",
        trips: |s| {
            s.ducked(Tap::Pre);
            s.routing.strips[0].mute = true;
        },
        spares: |s| {
            s.ducked(Tap::Pre);
            s.routing.strips[0].mute = true;
            s.session.slot_mut(1).expect("the compressor").bypass = true;
        },
    },
    Case {
        id: "silent-key",
        trips: |s| {
            s.ducked(Tap::Post);
            s.routing.strips[0].fader = Fader::OFF;
        },
        spares: |s| {
            s.ducked(Tap::Pre);
            s.routing.strips[0].fader = Fader::OFF;
        },
    },
    Case {
        id: "talkback-in-monitor",
        trips: |s| {
            s.talkback();
            s.role(2, Role::Mix);
            s.send(1, 2, Tap::Pre, 0.0);
            s.routing.monitor.source = MonitorSource::Bus(1);
        },
        spares: |s| {
            s.role(2, Role::Mix);
            s.send(1, 2, Tap::Pre, 0.0);
            s.routing.monitor.source = MonitorSource::Bus(1);
        },
    },
    Case {
        id: "talkback-without-microphone",
        trips: |s| s.routing.monitor.talkback = true,
        spares: |s| {
            s.routing.monitor.talkback = true;
            s.talkback();
        },
    },
    Case {
        id: "silent-input",
        trips: |s| {
            s.peaks(&[0.5]);
            s.session.strip_names[1] = "Guitar".into();
        },
        // Nobody plays yet.
        spares: |s| {
            s.peaks(&[0.001]);
            s.session.strip_names[1] = "Guitar".into();
        },
    },
    Case {
        id: "changed-impulse",
        trips: |s| {
            s.insert(Node::Strip(0), convolution(Some("plate.wav"))).mix = 0.2;
            s.around.impulses.push((1, ImpulseFault::Changed));
        },
        spares: |s| s.insert(Node::Strip(0), convolution(Some("plate.wav"))).mix = 0.2,
    },
    Case { id: "shared-effect", trips: |s| s.reverbs(4), spares: |s| s.reverbs(2) },
];

/// Strip 1 into a bus with a chain of dry and one lane with this effect.
pub fn parallel(scene: &mut Scene, bus: usize, effect: EffectSpec) {
    scene.insert(Node::Bus(bus - 1), effect);
    let chain: &mut Chain = &mut scene.session.chains[Node::Bus(bus - 1).index()];
    chain.dry = Fader::UNITY;
}
