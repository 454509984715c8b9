//! The link's side of the chain view: fills [`Inserts`] from session, meters and the bench, and carries
//! out what the view asks of chains.
//!
//! Not here: anything drawn. The editor's thread; impulse responses are read on threads of their own.

use crate::editor::action::Action;
use crate::editor::chains::HISTORY;
use crate::editor::chains::edit::{ChainEdit, place_of};
use crate::editor::chains::inserts::{Inserts, Outline};
use crate::editor::chains::keys::Costs;
use crate::editor::look::Look;
use crate::effects::impulse::{Impulse, ImpulseRef};
use crate::engine::compare::Hearing;
use crate::engine::meters::Meters;
use crate::plugin::building::Bench;
use crate::plugin::shared::Shared;
use crate::routing::chain::Slot;
use crate::routing::{MACROS, NODES, Routing};
use crate::session::Session;
use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};

/// The sample rate while there is no engine, in Hz.
const USUAL_RATE: f64 = 48_000.0;
/// How many parts an impulse response's outline has.
const PARTS: usize = 256;

/// What an outline is of: the response and the rate it was read at.
type Source = (ImpulseRef, u64);
/// An outline that was drawn, and for which slot.
type Drawn = (u64, Source, Outline);

/// What the link remembers of chains from one picture to the next.
pub struct Chains {
    session: Arc<Session>,
    costs: Arc<Costs>,
    costed: Option<(Arc<Session>, Routing, u64)>,
    bench: Weak<Bench>,
    faults: HashSet<u64>,
    problems: HashMap<u64, String>,
    history: VecDeque<f32>,
    /// Whose reduction the history is.
    watched: Option<u64>,
    outlines: HashMap<u64, (Source, Option<Arc<Outline>>)>,
    /// Where outlines come back, by slot id.
    drawn: (Sender<Drawn>, Receiver<Drawn>),
}

impl Default for Chains {
    fn default() -> Self {
        Chains {
            session: Arc::default(),
            costs: Arc::default(),
            costed: None,
            bench: Weak::new(),
            faults: HashSet::new(),
            problems: HashMap::new(),
            history: VecDeque::new(),
            watched: None,
            outlines: HashMap::new(),
            drawn: channel(),
        }
    }
}

impl Chains {
    /// A snapshot of the chains. `look` forgets what is heard when there is another engine.
    pub fn inserts(
        &mut self,
        shared: &Shared,
        meters: &Meters,
        routing: &Routing,
        look: &mut Look,
    ) -> Inserts {
        let changed = shared
            .session(|session| (*session != *self.session).then(|| Arc::new(session.clone())));
        if let Some(session) = changed {
            self.session = session;
        }
        let bench = shared.bench();
        let same = bench.as_ref().is_some_and(|bench| self.bench.as_ptr() == Arc::as_ptr(bench));
        if !same {
            look.hearing = [Hearing::Output; NODES];
            self.bench = bench.as_ref().map_or_else(Weak::new, Arc::downgrade);
        }
        let sample_rate = bench.as_ref().map_or(USUAL_RATE, |bench| bench.sample_rate());
        if let Some(problems) = bench.as_ref().and_then(|bench| bench.try_problems()) {
            self.problems = problems.into_iter().collect();
        }
        self.cost(routing, sample_rate);
        look.slot = look.slot.filter(|slot| self.session.slot(*slot).is_some());
        self.watch_faults(meters);
        self.outline(sample_rate);
        let chain = look.chain.index();
        let reduction = std::array::from_fn(|lane| {
            std::array::from_fn(|slot| meters.reduction(chain, lane, slot))
        });
        self.watch(look.slot, meters);
        let seen = |(slot, (_, outline)): (&u64, &(Source, Option<Arc<Outline>>))| {
            outline.as_ref().map(|outline| (*slot, Arc::clone(outline)))
        };
        Inserts {
            session: Arc::clone(&self.session),
            costs: Arc::clone(&self.costs),
            sample_rate,
            longest: bench.as_ref().map(|bench| bench.longest()),
            loads: std::array::from_fn(|node| meters.chain_load(node)),
            compare_gains: std::array::from_fn(|node| meters.compare_gain(node)),
            reduction,
            history: self.history.iter().copied().collect(),
            faults: self.faults.clone(),
            problems: self.problems.clone(),
            outlines: self.outlines.iter().filter_map(seen).collect(),
            spectrum: None,
        }
    }

    /// Keeps up with what the chains cost. Effects are built anew only where the session changed.
    fn cost(&mut self, routing: &Routing, sample_rate: f64) {
        let rate = sample_rate.to_bits();
        match &self.costed {
            Some((session, _, known)) if Arc::ptr_eq(session, &self.session) && *known == rate => {}
            _ => self.costs = Arc::new(Costs::of(&self.session, routing, sample_rate)),
        }
        if self.costed.as_ref().is_none_or(|(_, known, _)| known != routing) {
            let loops = self.costs.loops(&self.session, routing);
            if loops != self.costs.loops {
                self.costs = Arc::new(Costs { loops, ..(*self.costs).clone() });
            }
        }
        self.costed = Some((Arc::clone(&self.session), *routing, rate));
    }

    /// Fault lamps stay lit until somebody has seen them.
    fn watch_faults(&mut self, meters: &Meters) {
        for (node, chain) in self.session.chains.iter().enumerate() {
            for (lane, slots) in chain.lanes.iter().enumerate() {
                for (at, slot) in slots.slots.iter().enumerate() {
                    if meters.take_slot_fault(node, lane, at) {
                        self.faults.insert(slot.id);
                    }
                }
            }
        }
    }

    /// Writes down how much the open slot turns down.
    fn watch(&mut self, slot: Option<u64>, meters: &Meters) {
        if slot != self.watched {
            self.history.clear();
            self.watched = slot;
        }
        let Some(place) = slot.and_then(|slot| place_of(&self.session, slot)) else { return };
        self.history.push_back(meters.reduction(place.node.index(), place.lane, place.at));
        while self.history.len() > HISTORY {
            self.history.pop_front();
        }
    }

    /// Has the outline of each impulse response drawn once, on a thread of its own.
    fn outline(&mut self, sample_rate: f64) {
        while let Ok((slot, source, outline)) = self.drawn.1.try_recv() {
            if let Some((known, kept)) = self.outlines.get_mut(&slot)
                && *known == source
            {
                *kept = Some(Arc::new(outline));
            }
        }
        let wanted: Vec<(u64, Source)> = self
            .session
            .chains
            .iter()
            .flat_map(|chain| chain.slots())
            .filter_map(|slot| Some((slot.id, (response(slot)?.clone(), sample_rate.to_bits()))))
            .collect();
        self.outlines.retain(|slot, _| wanted.iter().any(|(id, _)| id == slot));
        for (slot, source) in wanted {
            if self.outlines.get(&slot).is_some_and(|(known, _)| *known == source) {
                continue;
            }
            self.outlines.insert(slot, (source.clone(), None));
            let home = self.drawn.0.clone();
            let thread = std::thread::Builder::new().name("Switchyard outline".to_owned());
            let work = move || {
                // One that cannot be read has no outline; the slot says why.
                if let Ok(loaded) = source.0.load(sample_rate) {
                    let outline = outline_of(&loaded.impulse);
                    // The window may be closed by now.
                    let _ = home.send((slot, source, outline));
                }
            };
            if let Err(error) = thread.spawn(work) {
                log::warn!("Switchyard cannot draw an impulse response: {error}");
            }
        }
    }

    /// Somebody saw that a slot's effect failed.
    pub fn clear_fault(&mut self, slot: u64) {
        self.faults.remove(&slot);
    }
}

fn response(slot: &Slot) -> Option<&ImpulseRef> {
    slot.effect.known()?.impulse.as_ref()
}

/// The loudest sample of each part of a response, the loudest of all at 1.
pub fn outline_of(impulse: &Impulse) -> Outline {
    let frames = impulse.channels.iter().map(Vec::len).max().unwrap_or(0);
    let part = frames.div_ceil(PARTS).max(1);
    let mut peaks = vec![0.0f32; frames.div_ceil(part)];
    for channel in &impulse.channels {
        for (peak, samples) in peaks.iter_mut().zip(channel.chunks(part)) {
            *peak = samples.iter().fold(*peak, |peak, x| peak.max(x.abs()));
        }
    }
    let loudest = peaks.iter().fold(1e-9f32, |a, b| a.max(*b));
    peaks.iter_mut().for_each(|peak| *peak /= loudest);
    Outline { peaks, seconds: (frames as f64 / impulse.sample_rate) as f32 }
}

/// Reads a file the user chose: an edit, or why it cannot be.
pub fn load(slot: u64, path: &str, sample_rate: f64) -> Action {
    match ImpulseRef::import(Path::new(path), sample_rate) {
        Ok((impulse, _)) => Action::Chain(ChainEdit::Impulse(slot, impulse)),
        Err(error) => Action::Refuse(format!("{error}.")),
    }
}

/// Changes the session by an edit that was found good.
///
/// # Errors
/// Says why it cannot be after all; nothing was changed.
pub fn carry_out(shared: &Shared, edit: &ChainEdit, macros: &[f32; MACROS]) -> Result<(), String> {
    let before = shared.session(Session::clone);
    let mut after = before.clone();
    edit.apply(&mut after, macros)?;
    let change = |session: &mut Session| {
        (session.chains, session.macros) = (after.chains, after.macros);
    };
    if edit.is_structural(&before) {
        return shared.edit_chains(change).map_err(|refusal| format!("Refused: {refusal}."));
    }
    shared.edit_session(change);
    Ok(())
}
