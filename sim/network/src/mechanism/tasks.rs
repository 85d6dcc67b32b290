//! Which questions there are: types of tasks with their shares, and a pool that repeats.

use serde::{Deserialize, Serialize};

use super::Challenge;
use crate::addressed::{below, unit};

/// One entry of `[[mechanism.tasks]]`: a type of task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskConfig {
    /// Name, by which miners say how good they are at it.
    pub name: String,
    /// Share of the questions, relative to the other types.
    #[serde(default = "one")]
    pub share: f64,
    /// Effort as a multiple of a miner's usual service time.
    #[serde(default = "one")]
    pub work: f64,
}

fn one() -> f64 {
    1.0
}

/// Draws questions.
#[derive(Debug, Clone, PartialEq)]
pub struct Tasks {
    /// Upper ends of the types' shares in `[0, 1]`, and their work.
    types: Vec<(f64, f32)>,
    pool: u64,
    repeated: f64,
}

impl Tasks {
    /// Types of tasks (none is one type of work 1), and a pool of `pool` questions from which a
    /// part `repeated` is drawn; the others never come again.
    #[must_use]
    pub fn new(types: &[TaskConfig], pool: u32, repeated: f64) -> Self {
        let total: f64 = types.iter().map(|task| task.share).sum();
        let mut end = 0.0;
        let mut upper_end = |task: &TaskConfig| {
            end += task.share / total;
            (end, task.work as f32)
        };
        Self {
            types: types.iter().map(&mut upper_end).collect(),
            pool: u64::from(pool),
            repeated: if pool == 0 { 0.0 } else { repeated },
        }
    }

    /// A question from two random words.
    #[must_use]
    pub fn draw(&self, words: [u64; 2]) -> Challenge {
        // The low half of the second word decides whether it repeats, the rest which it is.
        let repeats = unit(words[1] << 32) < self.repeated;
        let id = if repeats { below(words[0], self.pool) } else { words[0] | 1 << 63 };
        // A question of the pool always has the same type.
        let pick = if repeats { unit(super::mix(id, 1)) } else { unit(words[1]) };
        let at = self.types.iter().position(|(end, _)| pick < *end);
        let at = at.unwrap_or(self.types.len().saturating_sub(1));
        let work = self.types.get(at).map_or(1.0, |(_, work)| *work);
        Challenge { id, work, kind: at as u16, repeats }
    }
}

/// A question of `tasks`, or one of the only type when there are none.
pub(super) fn draw(tasks: Option<&Tasks>, words: [u64; 2]) -> Challenge {
    match tasks {
        Some(tasks) => tasks.draw(words),
        None => Challenge { id: words[0] | 1 << 63, work: 1.0, kind: 0, repeats: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addressed::Dice;

    #[test]
    fn questions_come_in_their_shares() {
        let task = |name: &str, share, work| TaskConfig { name: name.to_owned(), share, work };
        let tasks = Tasks::new(&[task("chat", 3.0, 1.0), task("code", 1.0, 5.0)], 10, 0.4);
        let dice = Dice::new(1, "tasks", "test");
        let drawn: Vec<Challenge> = (0..20_000).map(|i| tasks.draw(dice.at(i, 0))).collect();
        let part = |test: fn(&Challenge) -> bool| {
            drawn.iter().filter(|challenge| test(challenge)).count() as f64 / drawn.len() as f64
        };
        assert!((part(|c| c.repeats) - 0.4).abs() < 0.02);
        assert!((part(|c| !c.repeats && c.kind == 1) - 0.15).abs() < 0.01);
        assert!(drawn.iter().all(|c| c.repeats == (c.id < 10)));
        assert!(drawn.iter().all(|c| c.work == if c.kind == 1 { 5.0 } else { 1.0 }));
        // A question of the pool is always the same.
        let threes: Vec<&Challenge> = drawn.iter().filter(|c| c.id == 3).collect();
        assert!(threes.len() > 1 && threes.iter().all(|c| *c == threes[0]));
    }

    #[test]
    fn without_types_there_is_one() {
        let challenge = Tasks::new(&[], 0, 0.5).draw([5, 6]);
        assert_eq!((challenge.kind, challenge.work, challenge.repeats), (0, 1.0, false));
    }
}
