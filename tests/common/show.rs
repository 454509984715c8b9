//! A session at a desk: the engine, the workshop that builds its chains, and the meters.
//!
//! Not here: sound (`desk.rs`), and what the chains should do to it. Test threads only.

use std::sync::Arc;
use switchyard::engine::meters::Meters;
use switchyard::engine::{Engine, Setup};
use switchyard::routing::{MACROS, NODES, Routing};
use switchyard::session::Session;
use switchyard::session::workshop::{Opening, Workshop};

/// No macro is turned up.
pub const MACROS_AT_ZERO: [f32; MACROS] = [0.0; MACROS];

/// An engine with the chains of a session, and what belongs to it.
pub struct Show {
    pub engine: Engine,
    pub workshop: Workshop,
    pub meters: Arc<Meters>,
}

impl Show {
    /// With room for at least `max_latency` samples of total latency.
    pub fn open(session: &Session, routing: &Routing, sample_rate: f64, max_latency: u32) -> Show {
        let (opening, plan) = Opening::new(session, &MACROS_AT_ZERO, sample_rate);
        let setup = Setup { sample_rate, chain_latency: [0; NODES], max_latency };
        let meters = Arc::new(Meters::default());
        let (engine, office) = Engine::with_chains(&setup, routing, Arc::clone(&meters), plan);
        let workshop = opening.workshop(office, engine.longest());
        Show { engine, workshop, meters }
    }
}
