//! Values of a block scenario that are a word or a table with one key: when miners join, when
//! validators set weights, what holders of TAO do, what becomes of root dividends.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::Deserializer;

use super::super::chain_types::{Joins, SetsWeights};
use super::super::choices::{Choice, ChoiceVisitor, choice_schema};
use super::super::values::{Fraction, Stake, Whole};
use super::{BlockNumber, to_rao};

/// A number of blocks between two looks or two calls.
type Every = Whole<1, 100_000_000>;

const DEFAULT_LOOK_BLOCKS: u64 = 60;
const DEFAULT_WITHIN_BLOCKS: u64 = 36_000;
const DEFAULT_YIELD_BLOCKS: u64 = 7200;
const DEFAULT_YIELD_MOVES: f64 = 0.5;

/// Miners that register when the run says: exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(in super::super) struct JoinsTable {
    /// Block in which they call `burned_register`; who is pruned does not come back.
    at_block: Option<BlockNumber>,
    /// They register, again if pruned, whenever burn and costs come back soon enough.
    when_it_pays: Option<WhenItPays>,
    /// They register, again if pruned, as soon as the burn is low enough.
    below_price: Option<BelowPrice>,
}

/// Parameters of "when_it_pays".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { within_blocks = 36000 }")]
struct WhenItPays {
    /// Blocks within which burn and costs must come back. Default 36000, five days.
    #[schemars(extend("default" = DEFAULT_WITHIN_BLOCKS))]
    within_blocks: Option<Every>,
    /// Blocks between two looks at the price. Default 60.
    #[schemars(extend("default" = DEFAULT_LOOK_BLOCKS))]
    every_blocks: Option<Every>,
}

/// Parameters of "below_price".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { burn_tao = 0.5 }")]
struct BelowPrice {
    /// Highest burn they pay, in TAO.
    burn_tao: Stake,
    /// Blocks between two looks at the price. Default 60.
    #[schemars(extend("default" = DEFAULT_LOOK_BLOCKS))]
    every_blocks: Option<Every>,
}

impl Choice for Joins {
    const WORDS: &'static [&'static str] = &["at_start", "when_it_pays", "at_block", "below_price"];
    const ALLOWED: &'static str = "\"at_start\", \"when_it_pays\", or a table with one key\n\
         such as { at_block = 500 }, { when_it_pays = { within_blocks = 36000 } } or\n\
         { below_price = { burn_tao = 0.5 } }";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("at_block", "{ at_block = 500 }"),
        ("below_price", "{ below_price = { burn_tao = 0.5 } }"),
    ];
    type Table = JoinsTable;

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "at_start" => Some(Self::AtStart),
            "when_it_pays" => Some(Self::WhenItPays {
                within_blocks: DEFAULT_WITHIN_BLOCKS,
                every_blocks: DEFAULT_LOOK_BLOCKS,
            }),
            _ => None,
        }
    }

    fn from_table(table: JoinsTable) -> Option<Self> {
        match table {
            JoinsTable { at_block: Some(block), when_it_pays: None, below_price: None } => {
                Some(Self::AtBlock { block: block.get() })
            }
            JoinsTable { at_block: None, when_it_pays: Some(pays), below_price: None } => {
                Some(Self::WhenItPays {
                    within_blocks: pays.within_blocks.map_or(DEFAULT_WITHIN_BLOCKS, Whole::get),
                    every_blocks: pays.every_blocks.map_or(DEFAULT_LOOK_BLOCKS, Whole::get),
                })
            }
            JoinsTable { at_block: None, when_it_pays: None, below_price: Some(below) } => {
                Some(Self::BelowPrice {
                    burn_rao: to_rao(below.burn_tao.get()),
                    every_blocks: below.every_blocks.map_or(DEFAULT_LOOK_BLOCKS, Whole::get),
                })
            }
            _ => None,
        }
    }
}

/// When weights are set: exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(in super::super) struct SetsWeightsTable {
    /// Every so many blocks, the validators spread evenly over them.
    every_blocks: Option<Every>,
    /// So many blocks before each epoch; 1 is the last block that still counts.
    before_epoch_blocks: Option<Whole<1, 50_400>>,
}

impl Choice for SetsWeights {
    const WORDS: &'static [&'static str] = &["every_blocks", "before_epoch_blocks"];
    const ALLOWED: &'static str = "{ every_blocks = 100 } or { before_epoch_blocks = 1 }";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("every_blocks", "{ every_blocks = 100 }"),
        ("before_epoch_blocks", "{ before_epoch_blocks = 1 }"),
    ];
    type Table = SetsWeightsTable;

    fn from_word(_: &str) -> Option<Self> {
        None
    }

    fn from_table(table: SetsWeightsTable) -> Option<Self> {
        match (table.every_blocks, table.before_epoch_blocks) {
            (Some(every), None) => Some(Self::Every { blocks: every.get() }),
            (None, Some(before)) => Some(Self::BeforeEpoch { blocks: before.get() }),
            _ => None,
        }
    }
}

/// What holders of TAO do, with the subnet still a name.
#[derive(Debug, Clone)]
pub(in super::super) enum StakerChoice {
    /// Nothing.
    Idle,
    /// Move to where it earned most.
    FollowYield {
        /// Blocks between two looks.
        every_blocks: u64,
        /// Part of the holding that moves.
        moves: f64,
    },
    /// Stake a part and stay.
    Hold {
        /// Name of the subnet, or "root".
        subnet: String,
        /// Part of the TAO.
        part: f64,
    },
}

/// What holders of TAO do by themselves: exactly one key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(in super::super) struct StakerTable {
    /// Move a part of the holding to the validator that paid most per stake of late.
    follow_yield: Option<FollowYield>,
    /// Stake a part of the TAO in block 1 and stay.
    hold: Option<Hold>,
}

/// Parameters of "follow_yield".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { every_blocks = 7200, moves = 0.5 }")]
struct FollowYield {
    /// Blocks between two looks. Default 7200, a day.
    #[schemars(extend("default" = DEFAULT_YIELD_BLOCKS))]
    every_blocks: Option<Every>,
    /// Part of the holding that moves at a look. Default 0.5.
    #[schemars(extend("default" = DEFAULT_YIELD_MOVES))]
    moves: Option<Fraction>,
}

/// Parameters of "hold".
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { subnet = \"text\", part = 1.0 }")]
struct Hold {
    /// Name of the subnet, or "root".
    subnet: String,
    /// Part of the TAO. Default 1.
    #[schemars(extend("default" = 1.0))]
    part: Option<Fraction>,
}

impl Choice for StakerChoice {
    const WORDS: &'static [&'static str] = &["idle", "follow_yield", "hold"];
    const ALLOWED: &'static str = "\"idle\", \"follow_yield\", or a table with one key\n\
         such as { follow_yield = { every_blocks = 7200, moves = 0.5 } } or\n\
         { hold = { subnet = \"root\", part = 1.0 } }";
    const EXAMPLES: &'static [(&'static str, &'static str)] =
        &[("hold", "{ hold = { subnet = \"root\", part = 1.0 } }")];
    type Table = StakerTable;

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "idle" => Some(Self::Idle),
            "follow_yield" => Some(Self::FollowYield {
                every_blocks: DEFAULT_YIELD_BLOCKS,
                moves: DEFAULT_YIELD_MOVES,
            }),
            _ => None,
        }
    }

    fn from_table(table: StakerTable) -> Option<Self> {
        match table {
            StakerTable { follow_yield: Some(follow), hold: None } => Some(Self::FollowYield {
                every_blocks: follow.every_blocks.map_or(DEFAULT_YIELD_BLOCKS, Whole::get),
                moves: follow.moves.map_or(DEFAULT_YIELD_MOVES, Fraction::get),
            }),
            StakerTable { follow_yield: None, hold: Some(hold) } => {
                Some(Self::Hold { subnet: hold.subnet, part: hold.part.map_or(1.0, Fraction::get) })
            }
            _ => None,
        }
    }
}

/// What a coldkey wants done with its root dividends, with subnets still names.
#[derive(Debug, Clone)]
pub(in super::super) enum ClaimChoice {
    /// Sell them for TAO.
    Swap,
    /// Keep the alpha.
    Keep,
    /// Keep that of these subnets.
    KeepSubnets(Vec<String>),
}

/// Kinds of claims with parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ClaimTable {
    /// Keep the alpha of these subnets and sell the rest.
    keep_subnets: Vec<String>,
}

impl Choice for ClaimChoice {
    const WORDS: &'static [&'static str] = &["swap", "keep", "keep_subnets"];
    const ALLOWED: &'static str = "\"swap\", \"keep\" or { keep_subnets = [\"SUBNET\"] }";
    const EXAMPLES: &'static [(&'static str, &'static str)] =
        &[("keep_subnets", "{ keep_subnets = [\"SUBNET\"] }")];
    type Table = ClaimTable;

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "swap" => Some(Self::Swap),
            "keep" => Some(Self::Keep),
            _ => None,
        }
    }

    fn from_table(table: ClaimTable) -> Option<Self> {
        Some(Self::KeepSubnets(table.keep_subnets))
    }
}

/// Reading and schema of choices; a name tells their schemas apart.
macro_rules! choices {
    ($($choice:ident),+) => { $(
        impl<'de> Deserialize<'de> for $choice {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ChoiceVisitor(PhantomData))
            }
        }

        impl JsonSchema for $choice {
            fn schema_name() -> Cow<'static, str> {
                stringify!($choice).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                choice_schema::<Self>(generator)
            }
        }
    )+ };
}

choices!(Joins, SetsWeights, StakerChoice, ClaimChoice);
