//! Mines as long as it pays: leaves when a window of epochs cost more than it earned, and returns
//! when what the others earn would pay for the machine and the burn in time.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Asked, EpochNews, MinerBehaviour, Move, Plan};
use crate::error::Checker;

/// When it leaves and when it returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rational {
    /// Epochs over which cost and reward are compared.
    pub window_epochs: u32,
    /// Epochs in which the mean reward, less the cost, has to pay the burn before it returns.
    pub payback_epochs: u32,
    /// Epochs it stays away at least.
    pub rest_epochs: u32,
}

impl Default for Rational {
    fn default() -> Self {
        Self { window_epochs: 20, payback_epochs: 100, rest_epochs: 20 }
    }
}

impl Rational {
    pub(super) fn check(&self, check: &mut Checker<'_>, field: &str) {
        let window = f64::from(self.window_epochs);
        check.within(&format!("{field}.window_epochs"), window, 1.0, 100_000.0);
    }
}

/// What it remembers of the latest epochs.
#[derive(Debug)]
pub(super) struct Memory {
    rule: Rational,
    /// Reward and cost by epoch since it last came, at most a window of them.
    results: VecDeque<(u64, u64)>,
    left_at_epoch: u64,
}

impl Memory {
    pub fn new(rule: Rational) -> Self {
        Self { rule, results: VecDeque::new(), left_at_epoch: 0 }
    }

    fn stay_or_leave(&mut self, news: &EpochNews) -> Move {
        self.results.push_back((news.reward_rao, news.cost_rao));
        if self.results.len() > self.rule.window_epochs as usize {
            self.results.pop_front();
        }
        // A newcomer is not scored yet: it waits for a whole window.
        if self.results.len() < self.rule.window_epochs as usize {
            return Move::Stay;
        }
        let sum = |value: fn(&(u64, u64)) -> u64| -> u128 {
            self.results.iter().map(|result| u128::from(value(result))).sum()
        };
        if sum(|result| result.1) <= sum(|result| result.0) {
            return Move::Stay;
        }
        self.results.clear();
        self.left_at_epoch = news.epoch;
        Move::Leave
    }

    fn away_or_return(&self, news: &EpochNews) -> Move {
        let rested = news.epoch - self.left_at_epoch >= u64::from(self.rule.rest_epochs);
        let gain = news.mean_reward_rao.saturating_sub(news.usual_cost_rao);
        let pays =
            u128::from(gain) * u128::from(self.rule.payback_epochs) > u128::from(news.burn_rao);
        if rested && pays { Move::Return } else { Move::Stay }
    }
}

impl MinerBehaviour for Memory {
    fn plan(&mut self, asked: &Asked) -> Plan {
        Plan::Answer { effort: asked.effort(), work: 1.0 }
    }

    fn wants_news(&self) -> bool {
        true
    }

    fn epoch(&mut self, news: &EpochNews) -> Move {
        if news.is_on { self.stay_or_leave(news) } else { self.away_or_return(news) }
    }

    fn state(&self) -> u64 {
        self.results.iter().fold(self.left_at_epoch, |state, (reward, cost)| {
            state.wrapping_mul(31).wrapping_add(reward ^ cost.rotate_left(32))
        })
    }
}
