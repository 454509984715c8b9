//! Many values and a session that take the place of the present ones at one sample: a template, a
//! file, a scene, something pasted.
//!
//! Not here: where it comes from, and how it reaches the host (the link). Plain values; the editor's
//! thread only.

use crate::routing::Routing;
use crate::routing::parameter::{ALL, Parameter};
use crate::session::Session;
use std::sync::Arc;

/// What takes the place of what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Whole {
    /// What it is called for Undo, such as "Recall Scene 3 Chorus".
    pub name: String,
    /// Plain values of some or all parameters; others stay as they are.
    pub values: Vec<(Parameter, f32)>,
    /// What is saved beside the values, or `None` if all of that stays as it is. The editor's size,
    /// zoom and theme always stay.
    pub session: Option<Arc<Session>>,
    /// Which of the two snapshots, 0 or 1, is heard with it, if it is one.
    pub snapshot: Option<usize>,
}

impl Whole {
    /// Everything that a routing and a session say.
    pub fn of(name: impl Into<String>, routing: &Routing, session: Session) -> Whole {
        Whole {
            name: name.into(),
            values: ALL.iter().map(|parameter| (*parameter, parameter.get(routing))).collect(),
            session: Some(Arc::new(session)),
            snapshot: None,
        }
    }

    /// What of it differs from what is there, and what brings that back.
    pub(super) fn both_ways(self, routing: &Routing, session: &Arc<Session>) -> (Whole, Whole) {
        let Whole { name, mut values, session: wanted, snapshot } = self;
        values.retain(|(parameter, value)| parameter.get(routing) != *value);
        let wanted = wanted.map(|wanted| with_looks_of(session, &wanted));
        let wanted = wanted.filter(|wanted| wanted != session);
        let back = Whole {
            name: name.clone(),
            values: values.iter().map(|(one, _)| (*one, one.get(routing))).collect(),
            session: wanted.as_ref().map(|_| Arc::clone(session)),
            snapshot: snapshot.map(|number| 1 - number),
        };
        (back, Whole { name, values, session: wanted, snapshot })
    }

    /// The same in the size, zoom and theme of the present session, when a step of long ago is taken
    /// back.
    pub(super) fn in_looks_of(mut self, present: &Session) -> Whole {
        self.session = self.session.map(|wanted| with_looks_of(present, &wanted));
        self
    }

    /// Whether it changes nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.values.is_empty() && self.session.is_none()
    }
}

/// A session in the size, zoom and theme of the present one.
fn with_looks_of(present: &Session, wanted: &Session) -> Arc<Session> {
    Arc::new(Session {
        editor_size: present.editor_size,
        editor_zoom: present.editor_zoom,
        editor_light: present.editor_light,
        ..wanted.clone()
    })
}
