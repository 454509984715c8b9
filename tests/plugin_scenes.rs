//! Scenes through the whole plugin while it plays: the editor's link on one side, blocks of sound on
//! the other. A recall begins everywhere at one sample; a morph glides; the audio thread allocates
//! nothing; each gesture ends.
//!
//! Not here: what a recall changes (`scenes`) and the view (`editor`).
#![cfg(feature = "plugin")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/gui_host.rs"]
mod gui_host;
#[path = "support/raw_host.rs"]
mod raw_host;

use counting::allocations;
use gui_host::{GuiHost, paired};
use nice_plug::context::gui::GuiContext;
use raw_host::*;
use std::sync::Arc;
use switchyard::editor::action::edit_together;
use switchyard::editor::link::Link;
use switchyard::editor::scenes::edit::SceneEdit;
use switchyard::editor::scenes::recalling::Aim;
use switchyard::editor::{Action, View};
use switchyard::effects::{EffectSpec, Kind};
use switchyard::engine::meters::Meters;
use switchyard::plugin::parameters::HostParameters;
use switchyard::routing::chain::{Chain, Slot};
use switchyard::routing::parameter::{ALL, Parameter as P};
use switchyard::routing::{BUSES, Node, Routing, STRIPS};
use switchyard::session::scenes::Scene;

const FRAMES: usize = 64;

/// A plugin that plays, and its editor.
struct Playing {
    instance: Instance,
    parameters: Arc<HostParameters>,
    host: Arc<GuiHost>,
    link: Option<Link>,
    frame: usize,
    /// The left side of each bus's port, from the beginning.
    heard: Vec<Vec<f32>>,
}

impl Playing {
    fn begin() -> Playing {
        let instance = Instance::running(FRAMES as u32);
        let parameters = instance.shared();
        let host = Arc::new(GuiHost::playing());
        let context = GuiContext::new(host.clone());
        let link =
            Link::new(parameters.clone(), Arc::new(Meters::default()), context, Arc::default());
        let heard = vec![Vec::new(); BUSES];
        Playing { instance, parameters, host, link: Some(link), frame: 0, heard }
    }

    /// Blocks of one slow wave on the first twelve inputs.
    fn play(&mut self, blocks: usize) {
        for _ in 0..blocks {
            let mut block = Block::whole(FRAMES);
            for port in 0..PORTS {
                for channel in block.inputs[port].channels.clone().into_iter().flatten() {
                    let from = self.frame;
                    let level = if port < BUSES { 0.25 } else { 0.0 };
                    block.fill(channel, |n| level * ((from + n) as f32 * 0.01).sin());
                }
            }
            let instance = &self.instance;
            let counted = block.lend_to(|process| allocations(|| instance.process_raw(process)));
            assert_eq!(counted, 0, "the audio thread allocated or freed");
            for (bus, heard) in self.heard.iter_mut().enumerate() {
                heard.extend(block.output(bus + 1, 0));
            }
            self.frame += FRAMES;
        }
    }

    fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("the window is open")
    }

    fn ask(&mut self, action: Action) {
        self.link().apply(vec![action], false);
    }

    /// A picture, and the blocks until the next.
    fn picture(&mut self) -> View {
        let events = self.host.heard.lock().unwrap().len();
        let view = self.link().view(0.03);
        let new = self.host.heard.lock().unwrap().len() - events;
        assert!(new <= 2048, "{new} events in one picture are more than the framework keeps");
        self.play(3);
        view
    }

    /// Pictures until what is on its way has arrived.
    fn settle(&mut self) {
        for _ in 0..100 {
            self.picture();
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    fn value(&self, parameter: P) -> f32 {
        self.parameters.all[parameter.index()].value()
    }

    /// How many gestures there were, each begun and ended once and in order.
    fn gestures(&self) -> usize {
        paired(&self.host.take(&self.parameters))
    }

    /// The steepest step of any bus since the beginning.
    fn steepest(&self) -> f32 {
        let steps = |heard: &Vec<f32>| -> f32 {
            heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
        };
        self.heard.iter().map(steps).fold(0.0, f32::max)
    }

    fn store(&mut self, number: usize, scene: Scene) {
        self.parameters
            .shared
            .edit_session(|session| session.scenes.put(number, Some(Arc::new(scene))));
    }
}

/// Strip k feeds bus k, all alike, and hundreds of other values differ too, none of which is heard: so
/// what must move together lies far apart in what is sent.
fn mix(level: f32, other: bool) -> Routing {
    let mut routing = Routing::default();
    for parameter in ALL {
        let (min, max) = parameter.kind().range();
        let odd = if parameter.default_value() == max { min } else { max };
        let value = match parameter {
            P::StripLevel(i, j) if i == j => Some(level),
            P::StripTap(i, j) if i != j => other.then_some(2.0),
            P::StripMainTap(_) | P::BusMainTap(_) => Some(0.0),
            P::BusLevel(..) | P::StripInsertMix(_) | P::Macro(_) => other.then_some(odd),
            P::StripFader(i) | P::StripMute(i) | P::StripTrim(i) | P::StripLevel(i, _)
                if usize::from(i) >= BUSES =>
            {
                other.then_some(odd)
            }
            _ => None,
        };
        if let Some(value) = value {
            parameter.set(&mut routing, value);
        }
    }
    routing
}

/// Two scenes: loud without chains, and soft with a utility on every bus.
fn with_scenes() -> Playing {
    let mut playing = Playing::begin();
    let session = playing.parameters.shared.session(Clone::clone);
    let mut chained = session.clone();
    for bus in 0..BUSES {
        let utility = EffectSpec::new(Kind::Utility).with("gain", -6.0);
        let slot = Slot::new(bus as u64 + 1, utility);
        chained.chains[Node::Bus(bus).index()] = Chain::serial([slot]);
    }
    playing.store(0, Scene::of("Loud", &mix(0.75, false), &session));
    playing.store(1, Scene::of("Soft", &mix(0.5, true), &chained));
    playing.ask(Action::Recall(0));
    playing.settle();
    playing.gestures();
    playing
}

fn all_buses_sound_alike(playing: &Playing) {
    let first = &playing.heard[0];
    for (bus, heard) in playing.heard.iter().enumerate() {
        let torn = first.iter().zip(heard).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(torn, None, "bus {} at this sample", bus + 1);
    }
}

#[test]
fn a_recall_while_it_plays_begins_everywhere_at_one_sample_and_steps_nowhere() {
    let mut playing = with_scenes();
    for (turn, scene) in [1, 0, 1, 0].into_iter().enumerate() {
        playing.ask(Action::Recall(scene));
        playing.settle();
        let gestures = playing.gestures();
        assert!(gestures > 400, "turn {turn}: more than go out at once: {gestures}");
        let soft = scene == 1;
        assert_eq!(playing.value(P::StripLevel(3, 3)), if soft { 0.5 } else { 0.75 });
        let view = playing.picture();
        assert_eq!(view.inserts.chain(Node::Bus(4)).is_empty(), !soft);
        let scenes = &view.inserts.session.scenes;
        assert!(scenes.is_as_stored(scene, &view.routing, &view.inserts.session));
        let tail = &playing.heard[0][playing.frame - 4800..];
        let peak = tail.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        // −10 dB by the send and −6 dB by the chain.
        let expected = if soft { 0.25 * 10f32.powf(-16.0 / 20.0) } else { 0.25 };
        assert!((peak - expected).abs() < 0.01 * expected, "{peak} for {expected}");
    }
    all_buses_sound_alike(&playing);
    let steepest = playing.steepest();
    // The wave's own is 0.0025; both gains change by at most 1 in 480 samples.
    assert!(steepest < 0.005, "a step of {steepest}");
}

#[test]
fn taking_a_recall_back_leaves_theme_and_zoom_as_they_were_chosen_since() {
    let mut playing = with_scenes();
    playing.ask(Action::Recall(1));
    playing.settle();
    playing.ask(Action::Zoom(150));
    playing.picture();
    playing.ask(Action::Undo);
    playing.settle();
    assert!(playing.picture().inserts.chain(Node::Bus(0)).is_empty(), "taken back");
    assert_eq!(playing.parameters.shared.session(|session| session.editor_zoom), 150);
}

#[test]
fn a_morph_while_it_plays_glides_and_ends_as_the_scene_with_one_gesture_a_value() {
    let mut playing = with_scenes();
    playing.ask(Action::Morph(Aim { from: None, to: 1, tenths: 3 }));
    let mut levels = Vec::new();
    for _ in 0..2000 {
        let view = playing.picture();
        levels.push(playing.value(P::StripLevel(0, 0)));
        if view.morph.is_none() && levels.len() > 1 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    playing.settle();
    assert!(levels.windows(2).all(|pair| pair[0] >= pair[1]), "{levels:?}");
    let between = levels.iter().filter(|level| **level < 0.75 && **level > 0.5).count();
    assert!(between > 3, "{levels:?}");
    playing.gestures();
    let view = playing.picture();
    let session = &view.inserts.session;
    assert!(session.scenes.is_as_stored(1, &view.routing, session));
    assert_eq!(view.undo.as_deref(), Some("Morph to Scene 2 Soft"));
    assert!(playing.steepest() < 0.005, "a step of {}", playing.steepest());
    playing.ask(Action::Undo);
    playing.settle();
    assert_eq!(playing.value(P::StripLevel(0, 0)), 0.75);
    assert!(playing.picture().inserts.chain(Node::Bus(0)).is_empty());
    playing.gestures();
}

#[test]
fn a_morph_cut_off_by_the_closing_window_or_by_another_state_ends_its_gestures() {
    for closes in [true, false] {
        let mut playing = with_scenes();
        let saved = playing.instance.save();
        playing.ask(Action::Morph(Aim { from: None, to: 1, tenths: 600 }));
        playing.picture();
        std::thread::sleep(std::time::Duration::from_millis(200));
        playing.picture();
        let begun = playing.host.heard.lock().unwrap().len();
        assert!(begun > 12, "it glides");
        if closes {
            playing.link = None;
        } else {
            assert!(playing.instance.load(&saved));
            assert!(playing.picture().morph.is_none());
        }
        assert!(playing.gestures() >= 12);
        let level = playing.value(P::StripLevel(0, 0));
        match closes {
            true => assert!(level < 0.75 && level > 0.5, "where it was: {level}"),
            false => assert_eq!(level, 0.75, "as the state says"),
        }
    }
}

#[test]
fn what_is_stored_is_the_project_s_and_what_the_host_saves_brings_it_back() {
    let mut playing = with_scenes();
    playing.parameters.shared.take_dirty();
    playing.link().apply(edit_together(&[(P::MainFader, 0.25)]), false);
    playing.ask(Action::Scene(SceneEdit::Store(6)));
    playing.ask(Action::Scene(SceneEdit::Name(6, "Outro".into())));
    playing.ask(Action::Scene(SceneEdit::Safe(Node::Strip(STRIPS - 1), true)));
    assert!(playing.parameters.shared.take_dirty());
    let other = Instance::new();
    assert!(other.load(&playing.instance.save()));
    other.shared().shared.session(|session| {
        assert_eq!(session.scenes.title(6), "Scene 7 Outro");
        assert_eq!(session.scenes.get(6).map(|scene| scene.value(P::MainFader)), Some(0.25));
        assert!(session.scenes.is_safe(Node::Strip(STRIPS - 1)));
        assert!(!session.scenes.is_safe(Node::Strip(0)));
    });
}
