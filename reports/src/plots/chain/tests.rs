//! Every plot of every shape of run: nothing cut off, nothing on top of something else.

use subsim_sim::{ChainGroup, ChainHappening, ChainInfo, Directory, Role};

use super::super::tests::check;
use super::{ChainPlotInput, NAMES, scenes};
use crate::chain::{Course, Names};

/// A made-up run: what its pools, payments, stakes and seats look like over its blocks.
struct Made {
    blocks: u64,
    subnets: Vec<String>,
    groups: Vec<String>,
    /// Issuance before the first block, in TAO.
    issued_tao: f64,
    happenings: Vec<(u64, &'static str, &'static str)>,
    /// Receivers paid per block, in rao.
    paid: [f64; 6],
    seats: (u64, u64),
}

impl Made {
    fn new(blocks: u64, subnets: usize, groups: usize) -> Self {
        Self {
            blocks,
            subnets: (0..subnets).map(|index| format!("subnet-name-{index}")).collect(),
            groups: (0..groups).map(|index| format!("group-{index}")).collect(),
            issued_tao: 10_499_000.0,
            happenings: Vec::new(),
            paid: [4.1e8, 3.0e8, 1.1e8, 1.8e8, 0.0, 0.0],
            seats: (30, 10),
        }
    }

    fn info(&self) -> ChainInfo {
        let group = |name: &String| ChainGroup {
            name: name.clone(),
            role: Some(Role::Miner),
            honest: false,
            behaviour: "miner".to_owned(),
            netuid: Some(1),
            cost_rao_per_block: 0.0,
        };
        ChainInfo {
            scenario: "made-up".to_owned(),
            title: None,
            question: None,
            seed: 42,
            blocks: self.blocks,
            first_block: 0,
            scenario_hash: "00".repeat(32),
            groups: self.groups.iter().map(group).collect(),
            subnets: self.subnets.clone(),
            record_every_blocks: 1,
        }
    }

    fn course(&self, names: &Names) -> Course {
        let mut course = Course::new(&self.info());
        let netuids = 1..=self.subnets.len() as u16;
        course.pools = netuids.clone().collect();
        let of_subnets = |value: &dyn Fn(f64) -> f64| -> Vec<f64> {
            let values = netuids.clone().map(|netuid| value(f64::from(netuid)));
            [f64::NAN].into_iter().chain(values).collect()
        };
        let steps = self.blocks.min(400);
        let mut issued = self.issued_tao * 1e9;
        for step in 0..=steps {
            let block = self.blocks * step / steps.max(1);
            let t = step as f64 / steps.max(1) as f64;
            let minted = if issued < 10.5e15 { 1e9 } else { 0.5e9 };
            course.last_block = block;
            course.price.push(block, of_subnets(&|n| 0.01 * n * (1.0 + 0.3 * t * n)));
            course.tao_reserve.push(block, of_subnets(&|n| 1e12 * n * (1.0 + t)));
            course.alpha_reserve.push(block, of_subnets(&|n| 3e13 / n * (1.0 + t)));
            course.burn.push(block, of_subnets(&|n| 1e8 * n * (1.0 - 0.5 * t)));
            let issuance = if step == 0 { f64::NAN } else { minted };
            course.issuance.push(block, vec![issued, issuance]);
            let stakes = (0..self.groups.len()).map(|g| 1e12 * (1.0 + t * g as f64));
            course.stake.push(block, stakes.collect());
            issued += minted * self.blocks as f64 / steps.max(1) as f64;
        }
        let amounts = self.paid.map(|rao| rao * self.blocks as f64);
        course.paid_alpha.add(0, self.blocks, &amounts);
        course.paid_tao.add(0, self.blocks, &amounts);
        course.paying = netuids.map(|netuid| (netuid, self.blocks)).collect();
        for index in 0..self.seats.0.max(self.seats.1) {
            let block = 1 + index * index * 37 % self.blocks.max(1);
            let is = |count: u64| if index < count { 1.0 } else { 0.0 };
            course.seats.add(block - 1, block, &[is(self.seats.0), is(self.seats.1)]);
        }
        for (block, kind, text) in &self.happenings {
            let happening = ChainHappening {
                block: *block,
                netuid: None,
                kind,
                uid: None,
                account: None,
                rao: None,
                text: (*text).to_owned(),
            };
            course.happening(&happening, names);
        }
        course
    }

    /// Checks all plots; answers their names and titles.
    fn checked(&self, name: &str, overrides: &[String]) -> Vec<(&'static str, String)> {
        let info = self.info();
        let names = Names::new(&info, &Directory::default());
        let course = self.course(&names);
        let input = ChainPlotInput { info: &info, names: &names, overrides, course: &course };
        let scenes = scenes(&input);
        for (plot, scene) in &scenes {
            check(name, plot, scene);
        }
        let title = |scene: &super::Scene| {
            scene.labels().find(|label| label.bold).expect("a title").text.clone()
        };
        scenes.iter().map(|(plot, scene)| (*plot, title(scene))).collect()
    }
}

fn titles<'a>(of: &'a [(&'static str, String)]) -> Vec<&'a str> {
    of.iter().map(|(_, title)| title.as_str()).collect()
}

#[test]
fn a_month_of_one_subnet_tells_seven_stories() {
    let mut made = Made::new(216_000, 1, 3);
    made.happenings.push((1000, "halving", "TAO emission halves"));
    let told = made.checked("one subnet", &[]);
    assert_eq!(told.iter().map(|(plot, _)| *plot).collect::<Vec<_>>(), NAMES);
    let expected = [
        "The price of subnet-name-0 rises from 0.01 to 0.013 TAO",
        "The TAO in the pool of subnet-name-0 grows from 1,000 to 2,000",
        "Miners get 41% of what epochs pay",
        "At the end, group-2 owns 50% of all stake",
        "30 registrations, and 10 prunings of a neuron that earned too little",
        "Registering a uid on subnet-name-0 costs 0.05 to 0.1 TAO",
        "The block emission halves at 10.5 million TAO",
    ];
    assert_eq!(titles(&told), expected);
}

#[test]
fn plots_of_all_shapes_keep_their_texts_apart_and_inside() {
    for (blocks, subnets, groups) in
        [(1, 1, 1), (3, 2, 1), (500, 8, 9), (7_200, 40, 12), (216_000, 128, 2), (8_000_000, 3, 30)]
    {
        let mut made = Made::new(blocks, subnets, groups);
        made.happenings = (0..12)
            .map(|k| (1 + k * 97 % blocks, "group_changed", "the quality of good becomes 0.2"))
            .collect();
        made.happenings.sort_unstable();
        made.subnets[0] = "an-awfully-long-name-of-a-subnet-that-goes-on-and-on".to_owned();
        made.groups[0] = "an-awfully-long-name-of-a-group-of-neurons-and-more".to_owned();
        let overrides = vec!["simulation.blocks=7200".to_owned(); 9];
        made.checked(&format!("{blocks} blocks, {subnets} subnets"), &overrides);
    }
}

#[test]
fn what_is_lost_is_called_so() {
    let mut made = Made::new(7200, 1, 1);
    made.paid = [0.0, 4.1e8, 0.0, 1.8e8, 4.2e8, 0.0];
    let told = made.checked("burned", &[]);
    let title = "42% of what epochs pay is burned: the owner's own miners earn it";
    assert!(titles(&told).contains(&title), "{told:?}");
}

#[test]
fn a_picture_with_nothing_to_say_is_not_painted() {
    let mut made = Made::new(7200, 0, 1);
    (made.paid, made.seats) = ([0.0; 6], (0, 0));
    let plots: Vec<_> = made.checked("empty", &[]).into_iter().map(|(plot, _)| plot).collect();
    assert_eq!(plots, ["stake", "issuance"]);
}
