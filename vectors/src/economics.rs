//! Lines that hold one formula of the chain's economics each, told apart by their `kind`. Parsing
//! only: [`economics_check`](crate::economics_check) computes and compares.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer};

use crate::VerifyError;
use crate::line::{Place, parse_as};

/// Defines the enum of lines and how a `kind` becomes one of them.
macro_rules! kinds {
    ($($kind:literal => $line:ident),+ $(,)?) => {
        /// One formula with its result.
        #[derive(Debug)]
        pub(crate) enum FormulaLine {
            $(#[doc = $kind] $line($line)),+
        }

        impl FormulaLine {
            /// Every kind known here.
            pub(crate) const KINDS: &[&str] = &[$($kind),+];

            /// Reads a line of a known kind; `None` when the kind is not known.
            pub(crate) fn parse(
                place: Place<'_>,
                kind: &str,
                text: &[u8],
            ) -> Option<Result<Self, VerifyError>> {
                match kind {
                    $($kind => Some(parse_as(place, text).map(Self::$line)),)+
                    _ => None,
                }
            }

            /// The line's kind.
            pub(crate) fn kind(&self) -> &'static str {
                match self {
                    $(Self::$line(_) => $kind),+
                }
            }
        }
    };
}

kinds! {
    "block_emission" => BlockEmission,
    "swap" => Swap,
    "add_liquidity" => AddLiquidity,
    "root_proportion" => RootProportion,
    "moving_price" => MovingPrice,
    "burn_price" => BurnPrice,
    "block_split" => BlockSplit,
    "dividend_distribution" => DividendDistribution,
    "weights_max_upscale" => WeightsMaxUpscale,
}

/// Defines the fields of a line. `kind` has been read before; any other field is an error.
macro_rules! line {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            #[serde(rename = "kind")]
            _kind: de::IgnoredAny,
            $(pub(crate) $field: $type),+
        }
    };
}

line! {
    /// What a block mints at an issuance.
    BlockEmission { issuance_rao: u64, emission_rao: u64 }
}

line! {
    /// A trade without a price limit. `amount_out` 0: the chain would refuse it.
    Swap {
        direction: SwapDirection,
        tao_reserve: u64,
        alpha_reserve: u64,
        quote_weight_e18: u64,
        amount_in: u64,
        fee_rate_u16: u16,
        price_before_bits: Bits<u128>,
        fee: u64,
        amount_out: u64,
    }
}

/// Which way a trade goes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SwapDirection {
    BuyAlpha,
    SellAlpha,
}

line! {
    /// New weights after an injection; `null`: refused.
    AddLiquidity {
        tao_reserve: u64,
        alpha_reserve: u64,
        quote_weight_e18: u64,
        tao_delta: u64,
        alpha_delta: u64,
        new_quote_weight_e18: Present<u64>,
    }
}

line! {
    /// Root's part of a subnet's stake weight, U96F32.
    RootProportion { root_tao: u64, tao_weight: u64, alpha_issuance: u64, bits: Bits<u128> }
}

line! {
    /// A moving price (I96F32) after a block; the spot price is a U64F64.
    MovingPrice {
        moving_price_bits: Bits<i128>,
        spot_price_bits: Bits<u128>,
        subnet_moving_alpha_bits: Bits<i128>,
        blocks_since_start: u64,
        halving_blocks: u64,
        new_moving_price_bits: Bits<i128>,
    }
}

line! {
    /// A burn after one block, and after one registration instead.
    BurnPrice {
        burn: u64,
        half_life: u16,
        increase_mult_bits: Bits<u128>,
        decay_factor_q32: u64,
        after_one_block_unclamped: u64,
        after_registration_unclamped: u64,
    }
}

line! {
    /// The split of a block's emission to one subnet.
    BlockSplit {
        tao_emission: u64,
        alpha_issuance: u64,
        tao_reserve: u64,
        alpha_reserve: u64,
        quote_weight_e18: u64,
        root_tao: u64,
        tao_weight: u64,
        owner_cut_u16: u16,
        tao_in: u64,
        alpha_in: u64,
        excess_tao: u64,
        alpha_out: u64,
        owner_cut: u64,
        server_alpha: u64,
        validator_alpha: u64,
        root_alpha: u64,
    }
}

line! {
    /// Pending alpha shared over hotkeys, U96F32 each.
    DividendDistribution {
        pending_validator_alpha: u64,
        pending_root_alpha: u64,
        tao_weight: u64,
        hotkeys: Vec<HotkeyLine>,
        alpha_dividend_bits: Vec<Bits<u128>>,
        root_alpha_dividend_bits: Vec<Bits<u128>>,
    }
}

/// A hotkey that dividends are owed to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HotkeyLine {
    pub(crate) alpha_stake: u64,
    pub(crate) root_stake: u64,
    pub(crate) dividend: u64,
}

line! {
    /// Weights as the chain stores them.
    WeightsMaxUpscale { weights: Vec<u16>, upscaled: Vec<u16> }
}

/// A field that may be `null` but must be there.
#[derive(Debug)]
pub(crate) struct Present<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PresentVisitor(PhantomData))
    }
}

/// Asks for any value where an option would be asked for: a field that is not there then is an
/// error instead of a `null`.
struct PresentVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PresentVisitor<T> {
    type Value = Present<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number that is not negative, or null")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(|value| Present(Some(value)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Present(None))
    }
}

/// Raw bits of a fixed-point number, written as a decimal string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits<T>(pub(crate) T);

impl<'de, T: FromStr> Deserialize<'de> for Bits<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(BitsVisitor(PhantomData))
    }
}

struct BitsVisitor<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for BitsVisitor<T> {
    type Value = Bits<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bits of a 128-bit number as a string of decimal digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let parsed = text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self));
        parsed.map(Bits)
    }
}
