//! One module per command, and what two of them share.

mod execute;
mod list;
mod replay;
mod run;
mod schema;
mod verify;

pub(crate) use list::list;
pub(crate) use replay::replay;
pub(crate) use run::run;
pub(crate) use schema::schema;
pub(crate) use verify::verify;
