//! A call as a scenario writes it: one table for all calls, because which keys belong to which call
//! is only known once its name is read. The checks afterwards tell keys that a call does not have.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::super::values::{Proportion, Proportion64, Stake, Whole};
use super::{BlockNumber, ClaimChoice};

/// An exact amount; whether it is too large is for the chain to say.
type Rao = Whole<0, { u64::MAX }>;

/// Number of a subnet.
type Netuid = Whole<0, 65_535>;

/// A uid or a weight.
type Short = Whole<0, 65_535>;

/// A call made at a block. Besides the keys that every call has, a call has arguments of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code, reason = "arguments are taken from the tree once the call is known")]
pub(in super::super) struct CallTable {
    /// Block in which it is made, after the block's own step; the first block is 1.
    #[schemars(required)]
    pub(in super::super) at_block: Option<BlockNumber>,
    /// Who makes it: an account, a member of a group, or "root" for governance. The call decides
    /// whether the coldkey or the hotkey signs.
    #[schemars(required)]
    pub(in super::super) from: Option<String>,
    /// The chain's name of the call.
    #[schemars(required, extend("enum" = super::super::resolve::CALL_NAMES.as_slice()))]
    pub(in super::super) call: Option<String>,
    /// The chain's name of the error with which the call is expected to be refused; the run fails
    /// when a call ends otherwise than its scenario says.
    pub(in super::super) refused: Option<String>,
    /// Blocks between repetitions. Default: it is made once.
    pub(in super::super) every_blocks: Option<BlockNumber>,
    /// How often it is made in all. Default: to the end of the run, when `every_blocks` is set.
    pub(in super::super) times: Option<Whole<1, 1_000_000>>,
    /// Who receives a transfer.
    pub(in super::super) dest: Option<String>,
    /// Whose hotkey.
    pub(in super::super) hotkey: Option<String>,
    /// Whose hotkey stake moves from.
    pub(in super::super) origin_hotkey: Option<String>,
    /// Whose hotkey stake or a lock moves to.
    pub(in super::super) destination_hotkey: Option<String>,
    /// Who receives stake.
    pub(in super::super) destination_coldkey: Option<String>,
    /// Name of the subnet, or "root".
    pub(in super::super) subnet: Option<String>,
    /// Number of the subnet, in place of `subnet`.
    pub(in super::super) netuid: Option<Netuid>,
    /// Name of the subnet that stake moves from, or "root".
    pub(in super::super) origin_subnet: Option<String>,
    /// Number of that subnet, in place of `origin_subnet`.
    pub(in super::super) origin_netuid: Option<Netuid>,
    /// Name of the subnet that stake moves to, or "root".
    pub(in super::super) destination_subnet: Option<String>,
    /// Number of that subnet, in place of `destination_subnet`.
    pub(in super::super) destination_netuid: Option<Netuid>,
    /// Names of subnets.
    pub(in super::super) subnets: Option<Vec<String>>,
    /// Numbers of subnets, in place of `subnets`.
    pub(in super::super) netuids: Option<Vec<Netuid>>,
    /// Amount of TAO.
    pub(in super::super) tao: Option<Stake>,
    /// Amount of TAO, exact, in place of `tao`.
    pub(in super::super) tao_rao: Option<Rao>,
    /// Amount of alpha; of TAO on root.
    pub(in super::super) alpha: Option<Stake>,
    /// Amount of alpha, exact, in place of `alpha`.
    pub(in super::super) alpha_rao: Option<Rao>,
    /// Price limit: TAO per alpha, or the burn of a registration in TAO.
    pub(in super::super) limit_price_tao: Option<Stake>,
    /// Price limit, exact, in place of `limit_price_tao`.
    pub(in super::super) limit_price_rao: Option<Rao>,
    /// Whether to trade what fits within the price limit. Default false.
    pub(in super::super) allow_partial: Option<bool>,
    /// Number of the mechanism. Default 0.
    pub(in super::super) mechanism: Option<Whole<0, 255>>,
    /// Neurons that are weighed.
    pub(in super::super) uids: Option<Vec<Short>>,
    /// Their weights.
    pub(in super::super) values: Option<Vec<Short>>,
    /// Salt of a commit.
    pub(in super::super) salt: Option<Vec<Short>>,
    /// Version of the validator's software. Default 0.
    pub(in super::super) version_key: Option<Rao>,
    /// Hash of a commit: 64 hexadecimal digits. In place of `uids`, `values` and `salt`.
    pub(in super::super) hash: Option<String>,
    /// Whether it is on.
    pub(in super::super) enabled: Option<bool>,
    /// Children of a hotkey.
    pub(in super::super) children: Option<Vec<ChildTable>>,
    /// A take.
    pub(in super::super) take: Option<Proportion>,
    /// What becomes of root dividends.
    pub(in super::super) claim_type: Option<ClaimChoice>,
    /// Blocks between two epochs.
    pub(in super::super) tempo_blocks: Option<Short>,
    /// Activity cutoff in thousandths of the tempo.
    pub(in super::super) factor_milli: Option<Whole<0, 4_294_967_295>>,
    /// Name of a hyperparameter, as in [[subnets]].
    pub(in super::super) name: Option<String>,
    /// Its value, as in [[subnets]].
    pub(in super::super) value: Option<Anything>,
}

/// A child and its part.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { hotkey = \"x-0\", proportion = 0.5 }")]
pub(in super::super) struct ChildTable {
    /// Whose hotkey.
    pub(in super::super) hotkey: String,
    /// Part of the parent's stake.
    pub(in super::super) proportion: Proportion64,
}

/// A value whose type another key decides.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Anything {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}
