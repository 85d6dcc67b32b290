//! Hyperparameters of a subnet: their defaults, their ranges, and changes to them.
//!
//! One list below makes three things that must agree: [`Subnet`] (all values, in the chain's own
//! encodings), [`SubnetPatch`] (some values, as `[subnet]` and events write them) and the defaults
//! (runtime spec version 425).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{
    Fraction, Millionths, Multiplier, NonNegative, Positive, Proportion, Proportion64, Stake, Whole,
};

/// How bonds follow weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BondRule {
    /// Bonds are an average of stake times weight, normalised over the validators of a miner.
    Yuma2,
    /// Each validator's bond follows its own weight; stake enters at the dividend.
    Yuma3,
}

impl BondRule {
    /// Name as written in a scenario.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yuma2 => "yuma2",
            Self::Yuma3 => "yuma3",
        }
    }
}

/// The last of one or two values.
macro_rules! registered {
    ($default:expr) => {
        $default
    };
    ($default:expr, $registered:expr) => {
        $registered
    };
}

/// Declares the hyperparameters, first those of the subnet, then those that are the whole chain's
/// at resolution "block". One line each: name, stored type, type as written, default, and after
/// `=>` what the chain gives a newly registered subnet where that differs.
macro_rules! hyperparameters {
    (
        subnet: $($(#[doc = $doc:literal])+ $name:ident: $stored:ty, $written:ty, $default:expr
            $(=> $registered:expr)?;)+
        chain: $($(#[doc = $chain_doc:literal])+ $chain_name:ident: $chain_stored:ty,
            $chain_written:ty, $chain_default:expr;)+
    ) => {
        /// All hyperparameters of a subnet, in the chain's own encodings: a `u16` proportion means
        /// `value / 65535`. [`Subnet::default`] is what the chain's storage holds for a subnet of
        /// which nothing is known, [`Subnet::registered`] what a new subnet gets.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct Subnet {
            $($(#[doc = $doc])+ pub $name: $stored,)+
            $($(#[doc = $chain_doc])+ pub $chain_name: $chain_stored,)+
            /// Blocks without a weight update after which a neuron counts as inactive.
            pub activity_cutoff_blocks: u64,
            /// Whether the cutoff was never set, so that it follows the tempo: 13.889 x tempo.
            pub activity_cutoff_follows_tempo: bool,
            /// Group whose first neuron is the owner's hotkey.
            pub owner: Option<String>,
        }

        /// Hyperparameters to change; those left out stay as they are.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct SubnetPatch {
            $($(#[doc = $doc])+
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(extend("default" = <$written as From<$stored>>::from($default)))]
            pub $name: Option<$written>,)+
            $($(#[doc = $chain_doc])+
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schemars(extend("default" = <$chain_written as From<$chain_stored>>::from($chain_default)))]
            pub $chain_name: Option<$chain_written>,)+
            /// Blocks without a weight update after which a neuron counts as inactive.
            /// Default: 13.889 times the tempo.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub activity_cutoff_blocks: Option<Whole<1, 1_000_000_000>>,
            /// Group whose first neuron is the subnet owner's hotkey. Default: nobody.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub owner: Option<String>,
        }

        /// Hyperparameters that governance changes during a run at resolution "block".
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct RulesTable {
            $($(#[doc = $doc])+ pub(super) $name: Option<$written>,)+
            /// Blocks without a weight update after which a neuron counts as inactive.
            pub(super) activity_cutoff_blocks: Option<Whole<1, 1_000_000_000>>,
        }

        /// A subnet that exists at the start of a run at resolution "block". Hyperparameters that
        /// are left out are those of a newly registered subnet.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct ChainSubnetTable {
            /// Name of letters, digits, `_` and `-`, unique over all subnets. The first subnet of
            /// the file has netuid 1.
            #[schemars(required, pattern(r"^[A-Za-z0-9_-]+$"))]
            pub(super) name: Option<String>,
            /// Who owns it: an account or a member of a group. Default: an account made for it,
            /// `<name>-owner`.
            pub(super) owner: Option<String>,
            /// Whether the owner's hotkey is a neuron of it from the start. Default true; false
            /// where the neurons come from a file.
            pub(super) owner_is_neuron: Option<bool>,
            /// TAO in the pool. Default 1000, or what the price makes of `pool_alpha`.
            pub(super) pool_tao: Option<Stake>,
            /// Alpha in the pool. Default: what the price makes of `pool_tao`.
            pub(super) pool_alpha: Option<Stake>,
            /// Price at the start, TAO per alpha, in place of `pool_tao` or `pool_alpha`. Default 1.
            pub(super) price_tao: Option<Positive>,
            /// Moving price at the start, TAO per alpha. Default: the price of the pool.
            pub(super) moving_price_tao: Option<NonNegative>,
            /// Whether the subnet has been started, so that it emits. Default true.
            #[schemars(extend("default" = true))]
            pub(super) started: Option<bool>,
            /// Block of the first emission. Default 1.
            #[schemars(extend("default" = 1))]
            pub(super) first_emission_block: Option<Whole<1, 100_000_000>>,
            /// Price of the first registration in TAO. Default 1.
            #[schemars(extend("default" = 1.0))]
            pub(super) burn_tao: Option<Stake>,
            /// Whether incentive of the owner's own miners is recycled instead of burned.
            /// Default false.
            #[schemars(extend("default" = false))]
            pub(super) recycle: Option<bool>,
            $($(#[doc = $doc])+
            #[schemars(extend("default" =
                <$written as From<$stored>>::from(registered!($default $(, $registered)?))))]
            pub(super) $name: Option<$written>,)+
            /// Blocks without a weight update after which a neuron counts as inactive.
            /// Default: 13.889 times the tempo.
            pub(super) activity_cutoff_blocks: Option<Whole<1, 1_000_000_000>>,
        }

        impl ChainSubnetTable {
            /// The hyperparameters that are set.
            pub(super) fn patch(&self) -> SubnetPatch {
                SubnetPatch {
                    $($name: self.$name,)+
                    activity_cutoff_blocks: self.activity_cutoff_blocks,
                    ..SubnetPatch::default()
                }
            }
        }

        impl RulesTable {
            /// The hyperparameters that are set.
            pub(super) fn patch(&self) -> SubnetPatch {
                SubnetPatch {
                    $($name: self.$name,)+
                    activity_cutoff_blocks: self.activity_cutoff_blocks,
                    ..SubnetPatch::default()
                }
            }
        }

        impl Default for Subnet {
            fn default() -> Self {
                Self {
                    $($name: $default,)+
                    $($chain_name: $chain_default,)+
                    activity_cutoff_blocks: activity_cutoff_blocks(360),
                    activity_cutoff_follows_tempo: true,
                    owner: None,
                }
            }
        }

        impl Subnet {
            /// What the chain gives a newly registered subnet (`init_new_network`).
            #[must_use]
            pub fn registered() -> Self {
                Self { $($($name: $registered,)?)+ ..Self::default() }
            }

            /// Takes over what the patch sets. An activity cutoff that was never set follows the
            /// tempo.
            pub fn apply(&mut self, patch: &SubnetPatch) {
                $(if let Some(value) = patch.$name {
                    self.$name = value.into();
                })+
                $(if let Some(value) = patch.$chain_name {
                    self.$chain_name = value.into();
                })+
                if let Some(cutoff) = patch.activity_cutoff_blocks {
                    self.activity_cutoff_blocks = cutoff.into();
                    self.activity_cutoff_follows_tempo = false;
                }
                if self.activity_cutoff_follows_tempo {
                    self.activity_cutoff_blocks = activity_cutoff_blocks(self.tempo_blocks);
                }
                if let Some(owner) = &patch.owner {
                    self.owner = Some(owner.clone());
                }
            }
        }
    };
}

hyperparameters! {
    subnet:
    /// Blocks between two epochs; a block is 12 seconds. Default 360.
    tempo_blocks: u64, Whole<1, 50_400>, 360;
    /// Stake-weighted majority that decides the consensus. Default { u16 = 32767 }, one half.
    kappa: u16, Proportion, 32_767;
    /// How far weights above consensus are cut for bonds: 0 not at all, 1 entirely. Default 1.
    bonds_penalty: u16, Proportion, 65_535;
    /// Part of the old bonds that an epoch keeps, stored in millionths. Default 0.9.
    bonds_moving_average: u64, Millionths, 900_000;
    /// How bonds follow weights. Default "yuma2".
    bond_rule: BondRule, BondRule, BondRule::Yuma2 => BondRule::Yuma3;
    /// Bonds follow weights faster where a validator agrees less with the consensus; only Yuma 3
    /// looks at it. Default false.
    liquid_alpha: bool, bool, false;
    /// Slowest rate of the liquid alpha. Default { u16 = 45875 }, 0.7.
    alpha_low: u16, Proportion, 45_875;
    /// Fastest rate of the liquid alpha. Default { u16 = 58982 }, 0.9.
    alpha_high: u16, Proportion, 58_982;
    /// Steepness of the liquid alpha's sigmoid, in hundredths. Default 1000.
    alpha_sigmoid_steepness: i16, i16, 1000;
    /// Number of neurons the subnet has room for. Default 256; simulations may use more.
    max_uids: u16, Whole<1, 65_535>, 256;
    /// Number of validator permits. Default 128.
    max_validators: u16, Whole<1, 65_535>, 128 => 64;
    /// Weights are committed first and hidden until their reveal period is over. Default true.
    commit_reveal: bool, bool, true;
    /// Epoch, counted from the commit, at whose start hidden weights are revealed and used:
    /// 1 is the next one, so that weights lag behind by one epoch less than this. Default 1.
    reveal_period_epochs: u64, Whole<1, 100>, 1;
    /// Fewest weights a validator may set. Default 1024. No effect at resolution "epoch".
    min_allowed_weights: u16, Whole<0, 65_535>, 1024 => 1;
    /// Blocks for which a new neuron cannot be replaced. Default 4096. No effect at resolution
    /// "epoch".
    immunity_period_blocks: u64, Whole<0, 65_535>, 4096 => 5000;
    /// Blocks between two weight updates of a validator. Default 100. No effect at resolution
    /// "epoch".
    weights_rate_limit_blocks: u64, Whole<0, 1_000_000_000>, 100;
    /// Lowest price of a registration, in rao. Default 500000. No effect at resolution "epoch".
    min_burn_rao: u64, Whole<0, 21_000_000_000_000_000>, 500_000;
    /// Highest price of a registration, in rao. Default 100000000000. No effect at resolution
    /// "epoch".
    max_burn_rao: u64, Whole<0, 21_000_000_000_000_000>, 100_000_000_000;
    /// Blocks in which the price of a registration halves. Default 360. No effect at resolution
    /// "epoch".
    burn_half_life_blocks: u64, Whole<1, 1_000_000_000>, 360;
    /// Factor on the price of a registration at each registration. Default 1.26. No effect at
    /// resolution "epoch".
    burn_increase: f64, Multiplier, 1.26;
    /// Blocks after which the moving price reaches half its full rate. Default 201600. No effect
    /// at resolution "epoch".
    price_halving_blocks: u64, Whole<1, 1_000_000_000>, 201_600;
    chain:
    /// Stake in rao below which a neuron's stake counts as nothing. Default 0.
    min_stake_rao: u64, Whole<0, 21_000_000_000_000_000>, 0;
    /// Weight of a root TAO beside an alpha. Default { u64 = 971718665099567868 }, about 0.053.
    tao_weight: u64, Proportion64, 971_718_665_099_567_868;
    /// Alpha emitted to the subnet's owner, miners and validators per block, in rao.
    /// Default 1000000000, one alpha.
    emission_rao_per_block: u64, Whole<0, 1_000_000_000_000>, 1_000_000_000;
    /// The owner's part of the emission, taken before miners and validators share.
    /// Default { u16 = 11796 }, 0.18.
    owner_cut: u16, Proportion, 11_796;
    /// Part of the dividends that a validator keeps from its nominators. Default { u16 = 11796 },
    /// 0.18. No effect at resolution "epoch".
    delegate_take: u16, Proportion, 11_796;
    /// Rate at which the moving price follows the price. Default 0.000003. No effect at resolution
    /// "epoch".
    moving_price_alpha: f64, Fraction, 0.000_003;
    /// Most epochs that may run in one block over all subnets. Default 2. No effect at resolution
    /// "epoch".
    max_epochs_per_block: u64, Whole<1, 128>, 2;
}

/// The chain's activity cutoff for a tempo: 13.889 times as long.
fn activity_cutoff_blocks(tempo_blocks: u64) -> u64 {
    tempo_blocks * 13_889 / 1000
}
