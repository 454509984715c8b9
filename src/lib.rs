//! Switchyard, a routing mixer as a plugin.
pub mod routing;
pub mod units;
