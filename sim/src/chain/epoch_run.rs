//! Running the consensus of a subnet's mechanisms on the chain's state, and storing what it says.
//!
//! The math is `subsim-consensus`; here its input is gathered (stake with childkeys, open commits)
//! and its output written back. Source: `pallets/subtensor/src/epoch/run_epoch.rs`,
//! `subnets/mechanism.rs` and `staking/stake_utils.rs` of the public runtime, spec version 425.

use subsim_consensus::economics::U96F32;
use subsim_consensus::mechanisms::{Combined, combine, split_emission};
use subsim_consensus::{Epoch, EpochInput, EpochOutput, EpochParams, Rows};

use super::{AccountId, Mechanism, NetUid, ROOT, Row, State, Subnet};

/// Memory that epochs reuse.
#[derive(Debug, Default)]
pub(super) struct EpochWorkspace {
    epoch: Epoch,
    weights: GatheredRows,
    bonds: GatheredRows,
    alpha_stake_rao: Vec<u64>,
    tao_stake_rao: Vec<u64>,
    commit_block: Vec<u64>,
    permits: Vec<bool>,
}

/// Rows as consensus reads them, out of rows of pairs.
#[derive(Debug, Default)]
struct GatheredRows {
    offsets: Vec<usize>,
    uids: Vec<u16>,
    values: Vec<u16>,
}

impl GatheredRows {
    /// Each half of a row is copied as a whole: that vectorises, one entry after the other does not.
    fn gather(&mut self, stored: &[Row]) {
        self.uids.clear();
        self.values.clear();
        self.offsets.clear();
        self.offsets.push(0);
        for row in stored {
            self.uids.extend(row.iter().map(|(uid, _)| *uid));
            self.values.extend(row.iter().map(|(_, value)| *value));
            self.offsets.push(self.uids.len());
        }
    }

    fn view(&self) -> Rows<'_> {
        Rows { offsets: &self.offsets, uids: &self.uids, values: &self.values }
    }
}

/// A stake as childkeys leave it: less what children got, plus what parents gave.
fn inherited_rao(
    own_rao: u64,
    children: &[(u64, AccountId)],
    parents: &[(u64, AccountId)],
    stake_of: impl Fn(AccountId) -> u64,
) -> u64 {
    if children.is_empty() && parents.is_empty() {
        return own_rao;
    }
    let own = U96F32::whole(own_rao);
    let given = children.iter().fold(U96F32::ZERO, |sum, (proportion, _)| {
        sum.plus(own.times(U96F32::ratio_u64(*proportion)))
    });
    let received = parents.iter().fold(U96F32::ZERO, |sum, (proportion, parent)| {
        sum.plus(U96F32::whole(stake_of(*parent)).times(U96F32::ratio_u64(*proportion)))
    });
    own.minus(given).plus(received).to_u64()
}

impl State {
    /// Alpha that a hotkey validates with (`get_inherited_for_hotkey_on_subnet`).
    #[must_use]
    pub fn inherited_alpha_rao(&self, hotkey: AccountId, subnet: &Subnet) -> u64 {
        let own_rao = subnet.hotkey_alpha_rao(hotkey);
        if subnet.netuid == ROOT {
            return own_rao;
        }
        let (children, parents) = (subnet.children_of(hotkey), subnet.parents_of(hotkey));
        inherited_rao(own_rao, children, parents, |parent| subnet.hotkey_alpha_rao(parent))
    }

    /// Root TAO that a hotkey validates with (`get_tao_inherited_for_hotkey_on_subnet`).
    #[must_use]
    pub fn inherited_tao_rao(&self, hotkey: AccountId, subnet: &Subnet) -> u64 {
        let own_rao = self.hotkey_stake_rao(hotkey, ROOT);
        let (children, parents) = (subnet.children_of(hotkey), subnet.parents_of(hotkey));
        inherited_rao(own_rao, children, parents, |parent| self.hotkey_stake_rao(parent, ROOT))
    }

    /// Runs the epoch of all mechanisms of a subnet and stores it. Returns what each neuron earned,
    /// by uid (`epoch_with_mechanisms`).
    pub(super) fn run_epoch(
        &mut self,
        workspace: &mut EpochWorkspace,
        netuid: NetUid,
        emission_rao: u64,
    ) -> Combined {
        self.gather_stake(workspace, netuid);
        let subnet = self.live(netuid);
        let count = usize::from(subnet.hyper.mechanism_count).min(subnet.mechanisms.len()).max(1);
        let parts = split_emission(emission_rao, count, subnet.mechanism_split.as_deref());
        let mut outputs = Vec::with_capacity(count);
        for (index, part_rao) in parts.iter().enumerate() {
            let output = self.run_mechanism(workspace, netuid, index, *part_rao);
            store_mechanism(&mut self.live_mut(netuid).mechanisms[index], &output);
            outputs.push(output);
        }
        let combined = combine(&outputs, &parts).expect("mechanisms share their neurons");
        store_scores(self.live_mut(netuid), &combined);
        combined
    }

    pub(super) fn gather_stake(&self, workspace: &mut EpochWorkspace, netuid: NetUid) {
        let subnet = self.live(netuid);
        workspace.alpha_stake_rao.clear();
        workspace.tao_stake_rao.clear();
        for hotkey in &subnet.neurons.hotkeys {
            workspace.alpha_stake_rao.push(self.inherited_alpha_rao(*hotkey, subnet));
            workspace.tao_stake_rao.push(self.inherited_tao_rao(*hotkey, subnet));
        }
    }

    pub(super) fn run_mechanism(
        &self,
        workspace: &mut EpochWorkspace,
        netuid: NetUid,
        index: usize,
        emission_rao: u64,
    ) -> EpochOutput {
        let subnet = self.live(netuid);
        let mechanism = &subnet.mechanisms[index];
        workspace.weights.gather(&mechanism.weights);
        workspace.bonds.gather(&mechanism.bonds);
        subnet.gather_commits(&mut workspace.commit_block, mechanism, self.block);
        workspace.permits.clone_from(&subnet.neurons.validator_permit);
        let params = self.epoch_params(subnet, emission_rao);
        let input = EpochInput {
            params: &params,
            last_update: &mechanism.last_update,
            block_at_registration: &subnet.neurons.block_at_registration,
            commit_block: &workspace.commit_block,
            alpha_stake_rao: &workspace.alpha_stake_rao,
            tao_stake_rao: &workspace.tao_stake_rao,
            validator_permit: &workspace.permits,
            weights: workspace.weights.view(),
            bonds: workspace.bonds.view(),
        };
        workspace.epoch.run(&input).expect("the state describes a valid epoch")
    }

    fn epoch_params(&self, subnet: &Subnet, emission_rao: u64) -> EpochParams {
        let hyper = &subnet.hyper;
        EpochParams {
            current_block: self.block,
            tempo: u64::from(hyper.tempo_blocks),
            activity_cutoff: hyper.activity_cutoff_blocks(),
            last_step_block: subnet.schedule.last_step_block,
            min_stake: self.globals.stake_threshold_rao,
            owner_uid: subnet.owner_uid(),
            max_allowed_validators: hyper.max_allowed_validators,
            kappa: hyper.kappa,
            bonds_penalty: hyper.bonds_penalty,
            bonds_moving_average: hyper.bonds_moving_average.min(1_000_000),
            yuma3: hyper.yuma3_on,
            liquid_alpha: hyper.liquid_alpha_on,
            alpha_low: hyper.alpha_low,
            alpha_high: hyper.alpha_high,
            alpha_sigmoid_steepness: hyper.alpha_sigmoid_steepness,
            commit_reveal: hyper.commit_reveal_enabled,
            tao_weight: self.globals.tao_weight,
            rao_emission: emission_rao,
        }
    }
}

impl Subnet {
    /// Block of each neuron's earliest open commit, `u64::MAX` for none.
    fn gather_commits(&self, blocks: &mut Vec<u64>, mechanism: &Mechanism, block: u64) {
        blocks.clear();
        blocks.resize(self.neurons.len(), u64::MAX);
        if !self.hyper.commit_reveal_enabled {
            return;
        }
        let mut note = |hotkey: AccountId, commit_block: u64| {
            if let Some(uid) = self.neurons.uid(hotkey) {
                let earliest = &mut blocks[usize::from(uid)];
                *earliest = (*earliest).min(commit_block);
            }
        };
        let is_open = |epoch| !self.is_commit_expired(epoch, block);
        for (hotkey, commits) in &mechanism.commits {
            if let Some(open) = commits.iter().find(|commit| is_open(commit.epoch)) {
                note(*hotkey, open.block);
            }
        }
        for commit in mechanism.timelocked.iter().filter(|commit| is_open(commit.epoch)) {
            note(commit.hotkey, commit.block);
        }
    }
}

fn store_mechanism(mechanism: &mut Mechanism, output: &EpochOutput) {
    mechanism.incentive.clone_from(&output.incentive);
    for (uid, row) in mechanism.bonds.iter_mut().enumerate() {
        // Rows without a permit before and after are emptied too: the chain stores a row for each
        // neuron, and theirs is empty.
        row.clear();
        row.extend(output.bonds.view().row(uid));
    }
}

fn store_scores(subnet: &mut Subnet, combined: &Combined) {
    let neurons = &mut subnet.neurons;
    neurons.active.clone_from(&combined.active);
    neurons.emission_rao.clone_from(&combined.combined_emission);
    neurons.consensus.clone_from(&combined.consensus);
    neurons.dividends.clone_from(&combined.dividends);
    neurons.validator_trust.clone_from(&combined.validator_trust);
    neurons.validator_permit.clone_from(&combined.new_validator_permit);
    neurons.stake_weight.clone_from(&combined.stake_weight);
}
