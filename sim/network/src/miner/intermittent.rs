//! Now on, now off: honest while it is on, silent while it is not. Each spell has an exponential
//! length of its own; they are drawn when somebody asks, so a machine nobody asks costs nothing.

use super::{Asked, MinerBehaviour, Plan};
use crate::addressed::{Dice, exponential};
use crate::time::ns_of_seconds;

/// The spell it is in.
#[derive(Debug)]
pub(super) struct Intermittent {
    /// Mean lengths of spells: on, off.
    mean_ns: [f64; 2],
    dice: Dice,
    spell: u64,
    until_ns: u64,
}

impl Intermittent {
    pub fn new(on_hours: f64, off_hours: f64, dice: Dice) -> Self {
        let mean_ns = [on_hours, off_hours].map(|hours| hours * 3.6e12);
        let mut behaviour = Self { mean_ns, dice, spell: 0, until_ns: 0 };
        behaviour.until_ns = behaviour.length_ns();
        behaviour
    }

    /// Even spells are on, odd ones off; all last at least a second.
    fn length_ns(&self) -> u64 {
        let mean_ns = self.mean_ns[(self.spell % 2) as usize];
        ns_of_seconds(1.0 + mean_ns / 1e9 * exponential(self.dice.at(self.spell, 0)[0]))
    }

    fn is_on(&mut self, now_ns: u64) -> bool {
        while self.until_ns <= now_ns {
            self.spell += 1;
            self.until_ns = self.until_ns.saturating_add(self.length_ns());
        }
        self.spell.is_multiple_of(2)
    }
}

impl MinerBehaviour for Intermittent {
    fn plan(&mut self, asked: &Asked) -> Plan {
        if self.is_on(asked.now_ns) {
            Plan::Answer { effort: asked.effort(), work: 1.0 }
        } else {
            Plan::Silence
        }
    }

    fn state(&self) -> u64 {
        self.until_ns
    }
}
