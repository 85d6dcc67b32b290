//! Pictures of a run, each as SVG and PNG, in one style.
//!
//! A plot turns totals, series or matrices into a scene of shapes; the scene is painted on both
//! of plotters' backends. Positions are whole pixels and numbers are written with fixed decimals,
//! so the same run gives the same bytes. Nothing here reads or writes files.

mod axis;
pub(crate) mod chain;
mod dividend;
mod events;
mod font;
mod heatmap;
mod incentive;
mod lines;
mod lorenz;
mod matrix;
mod paint;
mod palette;
mod raster;
mod scene;
mod stack;

use subsim_consensus::Rows;
use subsim_sim::{GroupInfo, Role, RunInfo};

pub use paint::PaintError;

use self::palette::OTHERS;
use self::scene::{Rgb, Scene};
use crate::ReportError;
use crate::recording::PastEvent;
use crate::series::RatioSeries;
use crate::totals::{Measures, Totals};

/// Names of all plots, without extension.
pub const NAMES: [&str; 5] = ["incentive", "dividends", "lorenz", "weights", "bonds"];

/// Title of plots of a run that paid no miner.
const NO_MINER_PAID: &str = "No miner was paid";

/// Most pixels of a subtitle that overrides take.
const CHANGES_ROOM: f64 = 560.0;

/// What the plots show.
pub struct PlotInput<'a> {
    /// Who took part.
    pub info: &'a RunInfo,
    /// What was changed against the scenario file, as `path=value`.
    pub overrides: &'a [String],
    /// Sums over the run.
    pub run: &'a Totals,
    /// Validator emission (numerator) and stake (denominator) over time: one series per group, in
    /// the order of [`RunInfo::groups`].
    pub groups: &'a RatioSeries,
    /// Validator emission of single validators (numerator) and of all (denominator) over time.
    pub validators: &'a RatioSeries,
    /// uid of each series of `validators`.
    pub validator_uids: &'a [usize],
    /// Weight rows of the last epoch.
    pub weights: Rows<'a>,
    /// Bonds stored after the last epoch.
    pub bonds: Rows<'a>,
    /// Stake that counted in the last epoch, by uid; see [`Totals::counting_stake`].
    pub counting_stake: &'a [f64],
    /// Whether bonds already contain the stake of their holders, as under Yuma 2.
    pub stake_in_bonds: bool,
    /// What happened during the run, in order.
    pub events: &'a [PastEvent],
}

/// A painted plot.
pub struct Picture {
    /// One of [`NAMES`], or of [`chain::NAMES`].
    pub name: &'static str,
    /// SVG document.
    pub svg: String,
    /// PNG file.
    pub png: Vec<u8>,
}

/// Paints all plots, in the order of [`NAMES`].
///
/// # Errors
/// When a backend refuses to draw.
pub fn paint_all(input: &PlotInput<'_>) -> Result<Vec<Picture>, ReportError> {
    let scenes = [
        incentive::scene(input),
        dividend::scene(input),
        lorenz::scene(input),
        heatmap::weights(input),
        heatmap::bonds(input),
    ];
    NAMES.into_iter().zip(scenes).map(|(name, scene)| picture(name, &scene)).collect()
}

/// Paints a scene on both backends.
fn picture(name: &'static str, scene: &Scene) -> Result<Picture, ReportError> {
    let failed = |source| ReportError::Plot { plot: name, source };
    let svg = paint::svg(scene).map_err(failed)?;
    let png = paint::png(scene).map_err(failed)?;
    Ok(Picture { name, svg, png })
}

/// The overrides in short, as a part of a subtitle: the two sections that most of them are about go
/// without saying.
fn changes(overrides: &[String]) -> String {
    let short = |text: &String| {
        let rest = text.strip_prefix("subnet.").or_else(|| text.strip_prefix("simulation."));
        rest.unwrap_or(text).to_owned()
    };
    let all = overrides.iter().map(short).collect::<Vec<_>>().join(", ");
    match all.as_str() {
        "" => all,
        _ => format!(" · with {}", font::fit(&all, axis::SUBTITLE, false, CHANGES_ROOM)),
    }
}

impl PlotInput<'_> {
    /// Whether the run knows no qualities: real neurons replayed, named by uid.
    fn is_replay(&self) -> bool {
        self.run.neurons.iter().all(|neuron| neuron.quality_epochs == 0)
    }

    /// How a neuron is called in a plot.
    fn neuron_name(&self, uid: usize) -> String {
        match self.info.neurons.get(uid) {
            Some(neuron) if !self.is_replay() => neuron.hotkey.clone(),
            _ => format!("uid {uid}"),
        }
    }

    /// Scenario, seed and epochs, followed by a remark of the plot.
    fn subtitle(&self, remark: &str) -> String {
        let mut text = self.info.scenario.clone();
        if !self.is_replay() {
            text += &format!(" · seed {}", self.info.seed);
        }
        text += &changes(self.overrides);
        text += " · ";
        text += &axis::count(self.run.epochs, "epoch");
        if !remark.is_empty() {
            text += " · ";
            text += remark;
        }
        text
    }

    /// Whether any neuron of a role was paid in the run.
    fn paid(&self, role: Role) -> bool {
        self.run.neurons.iter().any(|neuron| match role {
            Role::Miner => neuron.server_emission_rao > 0,
            Role::Validator => neuron.validator_emission_rao > 0,
        })
    }

    /// What kept the run from paying a role, as far as it is known.
    fn why_unpaid(&self, role: Role) -> Option<&'static str> {
        match role {
            Role::Miner => self.run.unpaid.miners.why(),
            Role::Validator => self.run.unpaid.validators.why(),
        }
    }

    fn group(&self, uid: usize) -> usize {
        self.info.neurons[uid].group
    }

    /// Groups of a role with their colours: in file order, but when there are more than colours,
    /// the best paid come first and the rest is grey.
    fn coloured_groups(&self, role: Role) -> Vec<(usize, Rgb)> {
        let of_role = |group: &(usize, &GroupInfo)| group.1.role == role;
        let groups = self.info.groups.iter().enumerate().filter(of_role);
        let mut order: Vec<usize> = groups.map(|(index, _)| index).collect();
        if order.len() > palette::GROUPS.len() {
            let measures = Measures::new(self.info, self.run);
            let emission = |group: &usize| measures.groups()[*group].emission_rao;
            order.sort_by_key(|group| (std::cmp::Reverse(emission(group)), *group));
        }
        order.into_iter().enumerate().map(|(rank, group)| (group, palette::group(rank))).collect()
    }

    /// Colour of every group, whatever its role.
    fn colours(&self) -> Vec<Rgb> {
        let mut colours = vec![OTHERS; self.info.groups.len()];
        for role in [Role::Miner, Role::Validator] {
            for (group, colour) in self.coloured_groups(role) {
                colours[group] = colour;
            }
        }
        colours
    }
}

#[cfg(test)]
pub(crate) mod tests;
