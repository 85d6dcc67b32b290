//! All faults of a run in order of their start, and the questions nodes ask of them.

use std::collections::BTreeMap;

use super::{FaultRule, Verdict};
use crate::net::wire::Passage;

/// A fault and its window, `from_ns <= t < until_ns`.
#[derive(Debug)]
pub struct Scheduled {
    /// Start.
    pub from_ns: u64,
    /// End.
    pub until_ns: u64,
    /// What it is, for people.
    pub name: String,
    /// Nodes that are off while it lasts.
    pub crashed: Vec<u32>,
    /// What it does to messages.
    pub rule: Box<dyn FaultRule>,
}

/// The faults of a run.
#[derive(Debug, Default)]
pub struct Timeline {
    faults: Vec<Scheduled>,
    /// Windows in which a node is off, in order of their start.
    downtimes: BTreeMap<u32, Vec<(u64, u64)>>,
}

impl Timeline {
    /// Puts faults in order of their start; those that start together stay in the order given.
    #[must_use]
    pub fn new(mut faults: Vec<Scheduled>) -> Self {
        faults.sort_by_key(|fault| fault.from_ns);
        let mut downtimes: BTreeMap<u32, Vec<(u64, u64)>> = BTreeMap::new();
        for fault in &faults {
            for &node in &fault.crashed {
                downtimes.entry(node).or_default().push((fault.from_ns, fault.until_ns));
            }
        }
        Self { faults, downtimes }
    }

    /// Whether nothing ever goes wrong.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// The faults in order of their start.
    #[must_use]
    pub fn faults(&self) -> &[Scheduled] {
        &self.faults
    }

    /// What becomes of a message. `word` is random; each rule sees its own turn of it.
    #[must_use]
    pub fn judge(&self, passage: &Passage, word: u64) -> Verdict {
        let mut extra_ns = 0u64;
        for (place, fault) in (0u64..).zip(&self.faults) {
            if fault.from_ns > passage.arrives_ns {
                break;
            }
            if fault.until_ns <= passage.sent_ns {
                continue;
            }
            // An odd multiplier per rule, so that two rules do not decide alike.
            let own = word.wrapping_mul(place.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15));
            match fault.rule.judge(passage, own ^ (own >> 29)) {
                Verdict::Pass => {}
                Verdict::Delay(ns) => extra_ns = extra_ns.saturating_add(ns),
                Verdict::Drop => return Verdict::Drop,
            }
        }
        if extra_ns > 0 { Verdict::Delay(extra_ns) } else { Verdict::Pass }
    }

    /// Whether a node is off at any moment of `from_ns..=until_ns`.
    #[inline]
    #[must_use]
    pub fn is_down_within(&self, node: u32, from_ns: u64, until_ns: u64) -> bool {
        if self.downtimes.is_empty() {
            return false;
        }
        let windows = self.downtimes.get(&node).map_or(&[][..], Vec::as_slice);
        windows.iter().any(|&(from, until)| from <= until_ns && from_ns < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addressed::Dice;
    use crate::net::faults::{FaultConfig, FaultKind, NodeSet, Scope};

    /// A fault from second 10 to 20 that concerns nodes 1 and 2 of 4.
    fn fault(what: FaultKind) -> Scheduled {
        let nodes = Scope { groups: vec!["pair".to_owned()], ..Scope::default() };
        FaultConfig { at_seconds: 10.0, for_seconds: 10.0, nodes, what }
            .schedule(NodeSet::new(vec![false, true, true, false]))
    }

    fn passage(from: u32, to: u32, sent_s: u64, arrives_s: u64) -> Passage {
        let second = 1_000_000_000;
        Passage { from, to, sent_ns: sent_s * second, arrives_ns: arrives_s * second }
    }

    #[test]
    fn each_rule_decides_as_it_says() {
        use Verdict::{Delay, Drop, Pass};
        let ways = [(0, 3), (0, 1), (1, 0), (1, 2)];
        for (what, expected) in [
            (FaultKind::Cut, [Pass, Drop, Drop, Pass]),
            (FaultKind::Crash, [Pass, Drop, Drop, Drop]),
            (
                FaultKind::Slow { extra_ms: 5.0 },
                [Pass, Delay(5_000_000), Delay(5_000_000), Delay(5_000_000)],
            ),
            (FaultKind::Lose { part: 1.0 }, [Pass, Drop, Drop, Drop]),
            (FaultKind::Lose { part: 0.0 }, [Pass; 4]),
        ] {
            let timeline = Timeline::new(vec![fault(what)]);
            let found = ways.map(|(from, to)| timeline.judge(&passage(from, to, 12, 13), 1));
            assert_eq!(found, expected, "{what:?}");
        }
    }

    #[test]
    fn a_fault_holds_for_what_is_on_the_way_in_its_window() {
        let timeline = Timeline::new(vec![fault(FaultKind::Cut)]);
        for (sent, arrives, expected) in [
            (8, 9, Verdict::Pass),
            (9, 10, Verdict::Drop),
            (19, 21, Verdict::Drop),
            (20, 21, Verdict::Pass),
        ] {
            let found = timeline.judge(&passage(0, 1, sent, arrives), 1);
            assert_eq!(found, expected, "{sent} to {arrives}");
        }
    }

    #[test]
    fn delays_add_up_and_a_drop_wins() {
        let slow = || fault(FaultKind::Slow { extra_ms: 5.0 });
        let both = Timeline::new(vec![slow(), slow()]);
        assert_eq!(both.judge(&passage(0, 1, 12, 13), 1), Verdict::Delay(10_000_000));
        let dropped = Timeline::new(vec![slow(), fault(FaultKind::Crash)]);
        assert_eq!(dropped.judge(&passage(0, 1, 12, 13), 1), Verdict::Drop);
    }

    #[test]
    fn losses_come_at_their_rate_and_two_rules_lose_independently() {
        let lossy = |count: usize| {
            Timeline::new((0..count).map(|_| fault(FaultKind::Lose { part: 0.1 })).collect())
        };
        let dice = Dice::new(1, "loss", "test");
        let lost = |timeline: &Timeline| {
            let verdict = |i: u64| timeline.judge(&passage(0, 1, 12, 13), dice.at(i, 0)[0]);
            (0..50_000).filter(|&i| verdict(i) == Verdict::Drop).count() as f64 / 5e4
        };
        assert!((lost(&lossy(1)) - 0.1).abs() < 0.006);
        assert!((lost(&lossy(2)) - 0.19).abs() < 0.008, "{}", lost(&lossy(2)));
    }

    #[test]
    fn only_crashes_turn_nodes_off() {
        let second = 1_000_000_000;
        let timeline = Timeline::new(vec![fault(FaultKind::Cut), fault(FaultKind::Crash)]);
        assert!(timeline.is_down_within(1, 5 * second, 10 * second));
        assert!(!timeline.is_down_within(1, 20 * second, 30 * second));
        assert!(!timeline.is_down_within(0, 5 * second, 30 * second));
        assert!(!Timeline::new(vec![fault(FaultKind::Cut)]).is_down_within(1, 0, u64::MAX));
    }
}
