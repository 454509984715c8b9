//! Recalls and morphs as the editor does them: a recall is a [`Whole`], a morph glides from picture to
//! picture and ends as a recall does.
//!
//! Not here: what changes (`crate::session::scenes`), the steps that take it back
//! (`crate::editor::edits`), the host. Plain values on the editor's thread; a morph runs only while a
//! window is open.
//!
//! Each value that glides is one gesture for as long as it does, so that a host records one move. A
//! value that the user takes hold of meanwhile is the user's from then on, and stays so at the end.

use crate::editor::action::Action;
use crate::editor::whole::Whole;
use crate::routing::Routing;
use crate::routing::parameter::Parameter;
use crate::session::Session;
use crate::session::scenes::morph::{Glide, glides};
use crate::session::scenes::recall::Recall;
use crate::session::scenes::{Scene, Scenes};
use std::sync::Arc;

/// The longest morph, in tenths of a second.
pub const LONGEST: u16 = 600;

/// From where to where a morph goes, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aim {
    /// The scene it begins with, by number from 0; `None` for the mix as it is.
    pub from: Option<usize>,
    /// The scene it ends at, by number from 0.
    pub to: usize,
    /// Tenths of a second, up to [`LONGEST`]; 0 is a recall.
    pub tenths: u16,
}

impl Default for Aim {
    fn default() -> Self {
        Aim { from: None, to: 0, tenths: 100 }
    }
}

impl Aim {
    /// How far it is at a time, 0 to 1, if it began at another; both in seconds.
    fn position(self, began: f64, now: f64) -> f32 {
        let seconds = f64::from(self.tenths.max(1)) / 10.0;
        ((now - began) / seconds).clamp(0.0, 1.0) as f32
    }
}

/// How far a morph came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Its way.
    pub aim: Aim,
    /// 0 to 1.
    pub position: f32,
}

impl Progress {
    /// What is left, in seconds.
    pub fn left(&self) -> f32 {
        f32::from(self.aim.tenths) / 10.0 * (1.0 - self.position)
    }
}

/// What a recall makes of the mix; nothing if there is no such scene.
pub fn recalled(
    scenes: &Scenes,
    number: usize,
    routing: &Routing,
    session: &Session,
) -> Option<Whole> {
    let recall = Recall::of(scenes.get(number)?, routing, session);
    Some(whole(format!("Recall {}", scenes.title(number)), recall, session))
}

/// What a recall changes, under a name for Undo.
pub fn whole(name: String, recall: Recall, session: &Session) -> Whole {
    let changed = recall.changes_session().then(|| {
        let mut after = session.clone();
        recall.apply(&mut after);
        Arc::new(after)
    });
    Whole { name, values: recall.values, session: changed, snapshot: None }
}

/// A morph under way.
pub struct Morphing {
    aim: Aim,
    scene: Arc<Scene>,
    name: String,
    stage: Stage,
    /// What the user took hold of meanwhile.
    taken: Vec<Parameter>,
}

enum Stage {
    /// The scene it begins with is on its way.
    Waits,
    /// Since a time in seconds; with each value that was sent last.
    Glides(f64, Vec<(Glide, f32)>),
    /// All values are there; the rest follows.
    Lands(Vec<(Glide, f32)>),
}

/// What a picture of a morph asks for.
pub enum Due {
    /// Steps of gestures, and it goes on.
    Steps(Vec<Action>),
    /// It is over: these values glided, with where they began; and the rest of the scene.
    Landed(Vec<(Glide, f32)>, Whole),
}

impl Morphing {
    /// A morph that begins with the next picture.
    pub fn new(aim: Aim, scenes: &Scenes) -> Option<Morphing> {
        Some(Morphing {
            aim,
            scene: Arc::clone(scenes.get(aim.to)?),
            name: format!("Morph to {}", scenes.title(aim.to)),
            stage: Stage::Waits,
            taken: Vec::new(),
        })
    }

    /// What it is called for Undo.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far it came at a time in seconds.
    pub fn progress(&self, now: f64) -> Progress {
        let position = match &self.stage {
            Stage::Waits => 0.0,
            Stage::Glides(began, _) => self.aim.position(*began, now),
            Stage::Lands(_) => 1.0,
        };
        Progress { aim: self.aim, position }
    }

    /// The next picture's share, at a time in seconds.
    pub fn go_on(&mut self, routing: &Routing, session: &Session, now: f64) -> Due {
        match &mut self.stage {
            Stage::Waits => {
                let mut glides = glides(&self.scene, routing, session);
                glides.retain(|glide| !self.taken.contains(&glide.parameter));
                let begin = glides.iter().map(|glide| Action::Begin(glide.parameter)).collect();
                let sent = glides.into_iter().map(|glide| (glide, glide.from)).collect();
                self.stage = Stage::Glides(now, sent);
                Due::Steps(begin)
            }
            Stage::Glides(began, sent) => {
                let position = self.aim.position(*began, now);
                let mut steps = Vec::new();
                for (glide, sent) in sent.iter_mut() {
                    let value = glide.at(position);
                    if value != *sent {
                        steps.push(Action::Set(glide.parameter, value));
                        *sent = value;
                    }
                }
                if position >= 1.0 {
                    let sent = std::mem::take(sent);
                    steps.extend(sent.iter().map(|(glide, _)| Action::End(glide.parameter)));
                    self.stage = Stage::Lands(sent);
                }
                Due::Steps(steps)
            }
            Stage::Lands(sent) => {
                let mut recall = Recall::of(&self.scene, routing, session);
                recall.values.retain(|(parameter, _)| !self.taken.contains(parameter));
                Due::Landed(std::mem::take(sent), whole(self.name.clone(), recall, session))
            }
        }
    }

    /// The user takes hold of a parameter. Answers whether a gesture on it was under way, which is the
    /// user's now.
    pub fn let_go(&mut self, parameter: Parameter) -> bool {
        self.taken.push(parameter);
        let (Stage::Glides(_, sent) | Stage::Lands(sent)) = &mut self.stage else { return false };
        let under_way = sent.iter().position(|(glide, _)| glide.parameter == parameter);
        let found = under_way.map(|at| sent.remove(at)).is_some();
        found && matches!(self.stage, Stage::Glides(..))
    }

    /// Ends it where it is. Answers the ends of gestures that are owed, and what glided so far.
    pub fn stop(self) -> (Vec<Action>, Vec<(Glide, f32)>) {
        match self.stage {
            Stage::Waits => (Vec::new(), Vec::new()),
            Stage::Glides(_, sent) => {
                (sent.iter().map(|(glide, _)| Action::End(glide.parameter)).collect(), sent)
            }
            Stage::Lands(sent) => (Vec::new(), sent),
        }
    }
}
