//! The simulator: what a scenario says. A [`scenario::Scenario`] is read from a TOML file, checked to
//! the last key, and every error names its line.

pub mod scenario;
