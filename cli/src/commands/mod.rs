//! One module per command, and what two of them share.

mod account;
mod baseline;
mod cases;
mod check;
mod closing;
mod execute;
mod explain;
mod guarantees;
mod list;
mod neuron;
mod replay;
mod run;
mod run_chain;
mod schema;
mod sweep;
mod verify;

pub(crate) use account::account;
pub(crate) use baseline::baseline;
pub(crate) use cases::cases;
pub(crate) use check::check;
pub(crate) use explain::explain;
pub(crate) use guarantees::guarantees;
pub(crate) use list::list;
pub(crate) use neuron::neuron;
pub(crate) use replay::replay;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use sweep::sweep;
pub(crate) use verify::verify;
