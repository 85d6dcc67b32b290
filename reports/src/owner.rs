//! The owner's cut: the part of the emission that neither miners nor validators see, and therefore
//! no recorder either. It follows from the scenario alone.

use subsim_sim::scenario::{Event, Subnet};

/// What the owner got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnerCut {
    /// Amount over the run.
    pub rao: u128,
    /// Part of all emission; `None` when it changed on the way.
    pub part: Option<f64>,
}

impl OwnerCut {
    /// The cut of the first `epochs`, in which events may change it; `None` when there is none.
    #[must_use]
    pub fn new(subnet: &Subnet, events: &[Event], epochs: u64) -> Option<Self> {
        let mut events: Vec<_> = events.iter().filter(|event| event.at_epoch < epochs).collect();
        events.sort_by_key(|event| event.at_epoch);
        let mut subnet = subnet.clone();
        let (mut rao, mut from, mut cuts) = (0, 0, vec![subnet.owner_cut]);
        for event in events {
            rao += u128::from(event.at_epoch - from) * per_epoch(&subnet);
            from = event.at_epoch;
            subnet.apply(&event.subnet);
            cuts.push(subnet.owner_cut);
        }
        rao += u128::from(epochs - from) * per_epoch(&subnet);
        cuts.dedup();
        let part = (cuts.len() == 1).then(|| f64::from(subnet.owner_cut) / f64::from(u16::MAX));
        (rao > 0).then_some(Self { rao, part })
    }
}

/// The owner's rao of an epoch, truncated in every block.
fn per_epoch(subnet: &Subnet) -> u128 {
    let emission = u128::from(subnet.emission_rao_per_block);
    let cut = emission * u128::from(subnet.owner_cut) / u128::from(u16::MAX);
    cut * u128::from(subnet.tempo_blocks)
}

#[cfg(test)]
mod tests {
    use subsim_sim::scenario::Scenario;

    use super::*;

    fn cut(events: &str, epochs: u64) -> Option<OwnerCut> {
        let text = format!(
            "[simulation]\nepochs = 100\n\
             [[miners]]\nname = \"m\"\ncount = 1\nquality = 0.5\n\
             [[validators]]\nname = \"v\"\ncount = 1\nstake_alpha = 1.0\n{events}"
        );
        let scenario = Scenario::parse("test", &text, &[]).expect("a valid scenario");
        OwnerCut::new(&scenario.subnet, &scenario.events, epochs)
    }

    #[test]
    fn the_cut_is_truncated_per_block_and_ends_with_the_run() {
        // 11796/65535 of an alpha, 360 blocks.
        let epoch = 179_995_422 * 360;
        let told = cut("", 100).expect("a cut");
        assert_eq!(told.rao, 100 * epoch);
        assert!(told.part.is_some_and(|part| (part - 0.18).abs() < 1e-4));
        assert_eq!(cut("", 3).map(|cut| cut.rao), Some(3 * epoch));
        assert_eq!(cut("[subnet]\nowner_cut = 0.0\n", 100), None);
    }

    #[test]
    fn events_change_the_cut_from_their_epoch_on() {
        let epoch = 179_995_422 * 360;
        let events = "[[events]]\nat_epoch = 40\nsubnet = { tempo_blocks = 720 }\n\
                      [[events]]\nat_epoch = 10\nsubnet = { owner_cut = 0.0 }\n\
                      [[events]]\nat_epoch = 30\nsubnet = { owner_cut = { u16 = 11796 } }\n";
        let told = cut(events, 50).expect("a cut");
        assert_eq!((told.rao, told.part), ((10 + 10 + 2 * 10) * epoch, None));
        assert!(cut(events, 5).is_some_and(|cut| cut.rao == 5 * epoch && cut.part.is_some()));
    }
}
