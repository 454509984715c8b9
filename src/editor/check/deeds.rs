//! What the buttons of a finding do, each as one step: a fix, a mark, what latency is allowed.
//!
//! Not here: buttons. Pure functions; the editor's thread only.

use crate::check::{Edit, Finding, Fix, RULES};
use crate::editor::action::Action;
use crate::editor::view::View;
use crate::editor::whole::Whole;
use crate::session::Session;
use std::sync::Arc;

/// All of a fix, called by its label. Values it does not name stay the host's.
pub fn fix(view: &View, fix: &Fix) -> Action {
    let mut routing = view.routing;
    let mut session = (*view.inserts.session).clone();
    fix.apply(&mut routing, &mut session);
    let value = |edit: &Edit| match edit {
        Edit::Value(parameter, _) => Some((*parameter, parameter.get(&routing))),
        _ => None,
    };
    let values = fix.edits.iter().filter_map(value).collect();
    adopt(&fix.label, values, session)
}

/// Marks a finding as intended, or takes the mark back.
pub fn intend(view: &View, finding: &Finding, on: bool) -> Action {
    let mut session = (*view.inserts.session).clone();
    let key = finding.key();
    session.intended.retain(|known| *known != key);
    let rule = RULES.iter().find(|rule| rule.id == finding.id);
    let title = rule.map_or(finding.id, |rule| rule.title);
    let word = if on { "Intended" } else { "Not intended" };
    if on {
        session.intended.push(key);
    }
    adopt(&format!("{word}: {title}"), Vec::new(), session)
}

/// Has Route Check warn of latencies above so many milliseconds, or of none.
pub fn allow_latency(view: &View, budget: Option<f32>) -> Action {
    let mut session = (*view.inserts.session).clone();
    session.latency_budget_ms = budget;
    let name = match budget {
        Some(budget) => format!("Allow {budget} ms of latency"),
        None => "Allow any latency".into(),
    };
    adopt(&name, Vec::new(), session)
}

fn adopt(
    name: &str,
    values: Vec<(crate::routing::parameter::Parameter, f32)>,
    session: Session,
) -> Action {
    let session = Some(Arc::new(session));
    Action::Adopt(Box::new(Whole { name: name.to_string(), values, session, snapshot: None }))
}
