//! Pictures of a run of the chain, in the style of all others. A picture is painted only when it
//! has something to show.

mod issuance;
mod market;
mod paid;
mod seats;
mod stake;
#[cfg(test)]
mod tests;
mod time;

use subsim_sim::ChainInfo;
use subsim_sim::chain::NetUid;

use self::time::Clock;
use super::lines::Line;
use super::palette::{self, GROUPS, OTHERS};
use super::scene::Scene;
use super::{Picture, axis, changes, picture};
use crate::ReportError;
use crate::chain::{Course, Names, Samples};

/// Names of all plots, without extension.
pub(crate) const NAMES: [&str; 7] =
    ["prices", "reserves", "emission", "stake", "registrations", "burn", "issuance"];

/// What the plots show.
pub(crate) struct ChainPlotInput<'a> {
    pub(crate) info: &'a ChainInfo,
    pub(crate) names: &'a Names,
    /// What was changed against the scenario file, as `path=value`.
    pub(crate) overrides: &'a [String],
    pub(crate) course: &'a Course,
}

/// All scenes that have something to show, in the order of [`NAMES`].
fn scenes(input: &ChainPlotInput<'_>) -> Vec<(&'static str, Scene)> {
    let scenes = [
        market::prices(input),
        market::reserves(input),
        paid::scene(input),
        stake::scene(input),
        seats::scene(input),
        market::burn(input),
        issuance::scene(input),
    ];
    NAMES.into_iter().zip(scenes).filter_map(|(name, scene)| Some((name, scene?))).collect()
}

/// Paints all plots that have something to show.
pub(crate) fn paint_all(input: &ChainPlotInput<'_>) -> Result<Vec<Picture>, ReportError> {
    scenes(input).into_iter().map(|(name, scene)| picture(name, &scene)).collect()
}

impl ChainPlotInput<'_> {
    fn clock(&self) -> Clock {
        Clock::new(self.course.first_block, self.course.last_block)
    }

    /// Scenario, seed and blocks, followed by a remark of the plot.
    fn subtitle(&self, remark: &str) -> String {
        let blocks = self.course.last_block - self.course.first_block;
        let mut text = format!("{} · seed {}", self.info.scenario, self.info.seed);
        text += &changes(self.overrides);
        text += " · ";
        text += &axis::count(blocks, "block");
        if !remark.is_empty() {
            text += " · ";
            text += remark;
        }
        text
    }

    /// Marks of what happened, on the clock; halvings only where they are the subject.
    fn marks(&self) -> Vec<(f64, String)> {
        let clock = self.clock();
        let marks = self.course.marks.iter().filter(|mark| mark.kind != "halving");
        let blocks: Vec<_> = marks.collect();
        let same_block = blocks.chunk_by(|a, b| a.block == b.block);
        let mark = |same: &[&crate::chain::Mark]| {
            let phrases: Vec<&str> = same.iter().map(|mark| mark.text.as_str()).collect();
            (clock.at(same[0].block), phrases.join(", "))
        };
        same_block.map(mark).collect()
    }

    /// Lines of a series by subnet, in tokens or whatever `scale` rao are: one for each of the
    /// eight subnets with the highest values at the end, in the order of their numbers, and grey
    /// ones for the rest.
    fn subnet_lines(&self, samples: &Samples, scale: f64) -> Vec<Line> {
        let clock = self.clock();
        let points = |netuid: NetUid| -> Vec<Option<(f64, f64)>> {
            let point = |(block, value)| Some((clock.at(block), value / scale));
            samples.series(usize::from(netuid)).into_iter().map(point).collect()
        };
        let lines = self.course.pools.iter().map(|netuid| (*netuid, points(*netuid)));
        let mut lines: Vec<_> = lines.filter(|(_, points)| !points.is_empty()).collect();
        let end = |points: &[Option<(f64, f64)>]| {
            points.last().copied().flatten().map_or(0.0, |(_, value)| value)
        };
        lines.sort_by(|a, b| end(&b.1).total_cmp(&end(&a.1)).then(a.0.cmp(&b.0)));
        let others = lines.split_off(lines.len().min(GROUPS.len()));
        lines.sort_by_key(|(netuid, _)| *netuid);
        let line = |(rank, (netuid, points)): (usize, (NetUid, _))| Line {
            name: self.names.subnet(netuid),
            colour: palette::group(rank),
            points,
        };
        let mut lines: Vec<Line> = lines.into_iter().enumerate().map(line).collect();
        if !others.is_empty() {
            let name = format!("{} below", axis::count(others.len() as u64, "other"));
            // One line broken between subnets: one label for them all.
            let joined = others.into_iter().flat_map(|(_, points)| [vec![None], points].concat());
            lines.push(Line { name, colour: OTHERS, points: joined.collect() });
        }
        lines
    }
}

/// An amount with as many decimals as its size needs.
fn amount(value: f64) -> String {
    // Zeros at the end are cut below.
    let decimals = match value.abs() {
        v if v >= 1000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.01 => 4,
        _ => 6,
    };
    let text = axis::number(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
