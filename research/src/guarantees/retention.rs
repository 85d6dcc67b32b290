//! How much honest utility a stake needs so that it does not erode, whatever the cabal does.

use super::GuaranteeMap;

/// Two-sided 95% quantiles of Student's t for 1 to 30 degrees of freedom; the last serves beyond,
/// which makes intervals a little too wide and never too narrow.
const T_95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// The honest utility needed at one honest stake.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// Honest share of the stake.
    pub honest_stake: f64,
    /// Per replicate: the least honest utility from which on the honest side is paid its share of
    /// the stake or more, whatever weight the cabal gives itself. `None` where the whole weight is
    /// not enough, or where the cabal can bring it about that no weight counts.
    pub needed: Vec<Option<f64>>,
    /// Per replicate: the cabal's self-weight that asks for so much.
    pub worst_self_weight: Vec<f64>,
}

impl Retention {
    /// Mean over replicates; `None` when there is no protection in any of them.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let needed = self.needed.iter().copied().collect::<Option<Vec<f64>>>()?;
        (!needed.is_empty()).then(|| needed.iter().sum::<f64>() / needed.len() as f64)
    }

    /// 95% confidence interval of the mean (Student's t); `None` without a mean, or with fewer than
    /// two replicates.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (mean, n) = (self.mean()?, self.needed.len());
        let t = T_95.get(n.checked_sub(2)?).or(T_95.last())?;
        let squares = self.needed.iter().flatten().map(|needed| (needed - mean) * (needed - mean));
        let error = (squares.sum::<f64>() / (n - 1) as f64 / n as f64).sqrt();
        Some((mean - t * error, mean + t * error))
    }

    /// Replicates in which no honest utility is enough.
    #[must_use]
    pub fn unprotected(&self) -> usize {
        self.needed.iter().filter(|needed| needed.is_none()).count()
    }
}

impl GuaranteeMap {
    /// The honest utility needed at each honest stake when validators get `validator_share` (xi) of
    /// the emission. Between points of the grid, emission is taken as linear.
    #[must_use]
    pub fn retention(&self, validator_share: f64) -> Vec<Retention> {
        let settings = self.settings();
        let at = |(index, honest_stake): (usize, &f64)| {
            let worst = |replicate| self.worst(replicate, index, *honest_stake, validator_share);
            let (needed, worst_self_weight) = (0..settings.replicates).map(worst).unzip();
            Retention { honest_stake: *honest_stake, needed, worst_self_weight }
        };
        settings.honest_stakes.iter().enumerate().map(at).collect()
    }

    /// The cabal's best answer: the utility it makes necessary, and its self-weight.
    fn worst(&self, replicate: usize, stake: usize, level: f64, share: f64) -> (Option<f64>, f64) {
        let settings = self.settings();
        let mut worst = (Some(-1.0), 0.0);
        for cabal in 0..settings.axis() {
            let at = |i| self.at(replicate, stake, i, cabal);
            let needed = last_crossing(settings.axis(), level, |i| at(i).emission(share));
            let Some(needed) = needed.filter(|_| at(settings.steps).by_weights) else {
                return (None, settings.share(cabal));
            };
            let needed = needed / settings.steps as f64;
            if worst.0.is_some_and(|most| needed > most) {
                worst = (Some(needed), settings.share(cabal));
            }
        }
        worst
    }
}

/// The place from which on values stay at `level` or above, between whole places by a straight
/// line; `None` when the last value is below.
fn last_crossing(len: usize, level: f64, value: impl Fn(usize) -> f64) -> Option<f64> {
    let Some(below) = (0..len).rev().find(|&i| value(i) < level) else { return Some(0.0) };
    if below + 1 == len {
        return None;
    }
    let (low, high) = (value(below), value(below + 1));
    Some(below as f64 + (level - low) / (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crossing_lies_on_the_line_between_two_points() {
        let crossing = |values: &[f64]| last_crossing(values.len(), 0.6, |i| values[i]);
        assert_eq!(crossing(&[0.0, 0.5, 0.7, 0.9]), Some(1.5));
        assert_eq!(crossing(&[0.6, 0.7]), Some(0.0));
        assert_eq!(crossing(&[0.0, 0.6]), Some(1.0));
        assert_eq!(crossing(&[0.7, 0.5]), None);
        // Only the last one counts: from there on nothing is below.
        assert_eq!(crossing(&[0.5, 0.7, 0.5, 0.7]), Some(2.5));
    }

    #[test]
    fn intervals_follow_student() {
        let retention = |needed: &[f64]| Retention {
            honest_stake: 0.6,
            needed: needed.iter().copied().map(Some).collect(),
            worst_self_weight: vec![0.5; needed.len()],
        };
        let (low, high) = retention(&[0.70, 0.72, 0.74]).interval().unwrap();
        // Standard error 0.02 / sqrt(3), t = 4.303 at two degrees of freedom.
        assert!((high - 0.72 - 4.303 * 0.02 / 3f64.sqrt()).abs() < 1e-12);
        assert!((low + high - 1.44).abs() < 1e-12);
        assert_eq!(retention(&[0.7]).interval(), None);
        assert_eq!(retention(&[]).mean(), None);
        let mut open = retention(&[0.7, 0.8]);
        open.needed[1] = None;
        assert_eq!((open.mean(), open.interval(), open.unprotected()), (None, None, 1));
    }
}
