//! Making calls: who may, and which part of the chain they reach.
//!
//! A call is checked in the chain's order, so the error is the chain's too; a refused call changes
//! nothing.

use subsim_consensus::economics::MAX_SUPPLY_RAO;

use super::books::Place;
use super::commits::Preimage;
use super::moving::Holding;
use super::stake::Limit;
use super::weights::WeightVector;
use super::{AccountId, Call, CallError, Origin, State};

/// TAO that the faucet gives.
pub const FAUCET_RAO: u64 = 1_000_000_000_000;

impl State {
    /// Makes a call.
    ///
    /// # Errors
    /// As the chain refuses it; the state is then as it was before.
    ///
    /// # Panics
    /// When an account is not of this state.
    pub fn apply(&mut self, origin: Origin, call: &Call) -> Result<(), CallError> {
        self.transaction(|state| state.dispatch(origin, call))
    }

    fn dispatch(&mut self, origin: Origin, call: &Call) -> Result<(), CallError> {
        let who = match (origin, call) {
            (Origin::Signed(who), _) => who,
            (Origin::Root, Call::RootDissolveNetwork { netuid }) => {
                return self.dissolve_network(*netuid);
            }
            (Origin::Root, Call::SetActivityCutoffFactor { netuid, factor_milli }) => {
                return self.set_activity_cutoff_factor(origin, *netuid, *factor_milli);
            }
            (Origin::Root, Call::SetHyperparameter { netuid, setting }) => {
                return self.set_hyperparameter(origin, *netuid, setting);
            }
            (Origin::Root, _) => return Err(CallError::BadOrigin),
        };
        let parts = [
            Self::make_weights_call,
            Self::make_stake_call,
            Self::make_move,
            Self::make_ledger_call,
            Self::make_setting,
        ];
        // What none of them knows only governance may call.
        let mut answers = parts.into_iter().filter_map(|part| part(self, who, call));
        answers.next().unwrap_or(Err(CallError::BadOrigin))
    }

    fn make_stake_call(&mut self, who: AccountId, call: &Call) -> Option<Result<(), CallError>> {
        Some(match *call {
            Call::AddStake { hotkey, netuid, tao_rao } => {
                self.add_stake(who, hotkey, netuid, tao_rao, None).map(drop)
            }
            Call::AddStakeLimit { hotkey, netuid, tao_rao, limit_price_rao, allow_partial } => {
                let limit = Limit { price_rao: limit_price_rao, allow_partial };
                self.add_stake(who, hotkey, netuid, tao_rao, Some(limit)).map(drop)
            }
            Call::AddStakeBurn { hotkey, netuid, tao_rao, limit_price_rao } => {
                let limit = |price_rao| Limit { price_rao, allow_partial: false };
                let limit = limit_price_rao.map(limit);
                self.add_stake(who, hotkey, netuid, tao_rao, limit)
                    .and_then(|alpha_rao| self.give_up_stake(who, hotkey, netuid, alpha_rao, false))
            }
            Call::RemoveStake { hotkey, netuid, alpha_rao } => {
                self.remove_stake(who, hotkey, netuid, alpha_rao)
            }
            Call::RemoveStakeLimit {
                hotkey,
                netuid,
                alpha_rao,
                limit_price_rao,
                allow_partial,
            } => {
                let limit = Limit { price_rao: limit_price_rao, allow_partial };
                self.remove_stake_limit(who, hotkey, netuid, alpha_rao, limit)
            }
            Call::RemoveStakeFullLimit { hotkey, netuid, limit_price_rao } => {
                self.remove_all_stake(who, hotkey, netuid, limit_price_rao)
            }
            Call::UnstakeAll { hotkey } => self.unstake_all(who, hotkey, false),
            Call::UnstakeAllAlpha { hotkey } => self.unstake_all(who, hotkey, true),
            Call::RecycleAlpha { hotkey, netuid, alpha_rao } => {
                self.give_up_stake(who, hotkey, netuid, alpha_rao, true)
            }
            Call::BurnAlpha { hotkey, netuid, alpha_rao } => {
                self.give_up_stake(who, hotkey, netuid, alpha_rao, false)
            }
            _ => return None,
        })
    }

    fn make_move(&mut self, who: AccountId, call: &Call) -> Option<Result<(), CallError>> {
        let place = |coldkey, hotkey, netuid| Holding { coldkey, hotkey, netuid };
        Some(match *call {
            Call::MoveStake {
                origin_hotkey,
                destination_hotkey,
                origin_netuid,
                destination_netuid,
                alpha_rao,
            } => {
                let from = place(who, origin_hotkey, origin_netuid);
                let to = place(who, destination_hotkey, destination_netuid);
                self.move_stake(from, to, alpha_rao, None, false)
            }
            Call::TransferStake {
                destination_coldkey,
                hotkey,
                origin_netuid,
                destination_netuid,
                alpha_rao,
            } => {
                let from = place(who, hotkey, origin_netuid);
                let to = place(destination_coldkey, hotkey, destination_netuid);
                self.move_stake(from, to, alpha_rao, None, true)
            }
            Call::SwapStake { hotkey, origin_netuid, destination_netuid, alpha_rao } => {
                let from = place(who, hotkey, origin_netuid);
                let to = place(who, hotkey, destination_netuid);
                self.move_stake(from, to, alpha_rao, None, false)
            }
            Call::SwapStakeLimit {
                hotkey,
                origin_netuid,
                destination_netuid,
                alpha_rao,
                limit_price_rao,
                allow_partial,
            } => {
                let from = place(who, hotkey, origin_netuid);
                let to = place(who, hotkey, destination_netuid);
                let limit = Limit { price_rao: limit_price_rao, allow_partial };
                self.move_stake(from, to, alpha_rao, Some(limit), false)
            }
            _ => return None,
        })
    }

    fn make_weights_call(&mut self, who: AccountId, call: &Call) -> Option<Result<(), CallError>> {
        Some(match call {
            Call::SetWeights { netuid, mechanism, uids, values, version_key } => {
                let weights = WeightVector { uids, values, version_key: *version_key };
                self.set_weights(who, *netuid, *mechanism, &weights)
            }
            Call::CommitWeights { netuid, mechanism, hash } => {
                self.commit_weights(who, *netuid, *mechanism, *hash)
            }
            Call::RevealWeights { netuid, mechanism, uids, values, salt, version_key } => {
                let weights = WeightVector { uids, values, version_key: *version_key };
                self.reveal_weights(who, *netuid, *mechanism, &Preimage { weights, salt })
            }
            Call::CommitTimelockedWeights { netuid, mechanism, uids, values, version_key } => {
                let weights = WeightVector { uids, values, version_key: *version_key };
                self.commit_timelocked(who, *netuid, *mechanism, &weights)
            }
            _ => return None,
        })
    }

    fn make_ledger_call(&mut self, who: AccountId, call: &Call) -> Option<Result<(), CallError>> {
        Some(match *call {
            Call::TransferAllowDeath { dest, value_rao } => {
                self.transfer(who, dest, value_rao, false, "transfer").map(drop)
            }
            Call::TransferKeepAlive { dest, value_rao } => {
                self.transfer(who, dest, value_rao, true, "transfer").map(drop)
            }
            Call::Faucet => self.faucet(who),
            Call::RegisterNetwork { hotkey } => self.register_network(who, hotkey),
            Call::StartCall { netuid } => self.start_call(who, netuid),
            Call::BurnedRegister { netuid, hotkey } => self.register(who, hotkey, netuid, None),
            Call::RegisterLimit { netuid, hotkey, limit_price_rao } => {
                self.register(who, hotkey, netuid, Some(limit_price_rao))
            }
            Call::RootRegister { hotkey } => self.root_register(who, hotkey),
            _ => return None,
        })
    }

    fn make_setting(&mut self, who: AccountId, call: &Call) -> Option<Result<(), CallError>> {
        Some(match call {
            Call::LockStake { hotkey, netuid, alpha_rao } => {
                self.lock_stake(who, *hotkey, *netuid, *alpha_rao)
            }
            Call::MoveLock { destination_hotkey, netuid } => {
                self.move_lock(who, *destination_hotkey, *netuid)
            }
            Call::SetPerpetualLock { netuid, enabled } => {
                self.set_perpetual_lock(who, *netuid, *enabled);
                Ok(())
            }
            Call::SetRejectLockedAlpha { enabled } => {
                if *enabled {
                    self.accepts_locked_alpha.remove(&who);
                } else {
                    self.accepts_locked_alpha.insert(who);
                }
                Ok(())
            }
            Call::SetChildren { hotkey, netuid, children } => {
                self.schedule_children(who, *hotkey, *netuid, children)
            }
            Call::SetChildkeyTake { hotkey, netuid, take } => {
                self.set_childkey_take(who, *hotkey, *netuid, *take)
            }
            Call::IncreaseTake { hotkey, take } => self.increase_take(who, *hotkey, *take),
            Call::DecreaseTake { hotkey, take } => self.decrease_take(who, *hotkey, *take),
            Call::ClaimRoot { netuids } => self.claim_root(who, netuids),
            Call::SetRootClaimType { claim_type } => self.set_root_claim_type(who, claim_type),
            Call::SetColdkeyAutoStakeHotkey { netuid, hotkey } => {
                self.set_auto_stake(who, *netuid, *hotkey)
            }
            Call::SetTempo { netuid, tempo_blocks } => self.set_tempo(who, *netuid, *tempo_blocks),
            Call::SetActivityCutoffFactor { netuid, factor_milli } => {
                self.set_activity_cutoff_factor(Origin::Signed(who), *netuid, *factor_milli)
            }
            Call::TriggerEpoch { netuid } => self.trigger_epoch(who, *netuid),
            Call::SetHyperparameter { netuid, setting } => {
                self.set_hyperparameter(Origin::Signed(who), *netuid, setting)
            }
            _ => return None,
        })
    }

    /// `faucet`, where it is open. The proof of work that the chain asks for is not simulated.
    fn faucet(&mut self, who: AccountId) -> Result<(), CallError> {
        if !self.globals.faucet_open {
            return Err(CallError::FaucetDisabled);
        }
        let room = MAX_SUPPLY_RAO.saturating_sub(self.balances_issuance_rao);
        let minted = FAUCET_RAO.min(room);
        self.note_totals();
        self.total_issuance_rao = self.total_issuance_rao.saturating_add(minted);
        self.balances_issuance_rao = self.balances_issuance_rao.saturating_add(minted);
        self.set_free(who, self.free_rao(who).saturating_add(minted));
        self.book_tao(Place::Emission, self.place_of(who), minted, "faucet");
        Ok(())
    }
}
