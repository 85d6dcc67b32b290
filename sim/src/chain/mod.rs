//! The chain: ledger, pools, stake, registration, weights and emission, block by block.
//!
//! A deterministic state machine without randomness, clock or input and output. [`State`] is
//! everything between two blocks; a block begins with its own step (emission, epochs, moving
//! prices), then calls change the state or are refused. What every storage item is called on the
//! chain stands beside the field. Books beside the state say where every rao came from and went.

mod account;
mod audit;
mod balances;
mod block;
mod books;
mod calls;
mod children;
mod coinbase;
mod commits;
mod conviction;
mod dispatch;
mod distribution;
mod epoch_run;
mod error;
mod flows;
mod genesis;
mod hyperparameters;
pub mod import;
mod journal;
mod locks;
mod memo;
mod moving;
mod network;
mod neurons;
mod owner;
mod purse;
mod registration;
mod root_claim;
mod schedule;
mod settings;
mod setup;
mod shares;
mod snapshot;
mod stake;
mod state;
mod storage_order;
mod subnet;
mod succession;
mod takes;
mod trading;
mod weights;

pub use account::{Account, AccountId, RootClaimType};
pub use audit::{AuditError, OutstandingAlpha};
pub use block::{BlockWorkspace, EpochOutcome, begin_block};
pub use books::{Asset, Flow, PendingFor, Place, SubnetBooks, TaoBooks};
pub use calls::{Call, Origin};
pub use commits::{Preimage, TimelockedCommit, commit_hash};
pub use conviction::LockState;
pub use dispatch::FAUCET_RAO;
pub use error::CallError;
pub use flows::{FlowError, begin_block_with_flows, check_flows};
pub use hyperparameters::{GlobalParameters, Hyperparameters, RecycleOrBurn};
pub use locks::Locks;
pub use neurons::{Commit, Mechanism, Neurons, Row};
pub use owner::OwnerParameter;
pub use schedule::MAX_TEMPO_BLOCKS;
pub use settings::Setting;
pub use setup::{SetupError, SubnetSeed};
pub use shares::{Share, StakePool};
pub use snapshot::SnapshotError;
pub(crate) use snapshot::{Encode, Reader};
pub use state::{ROOT, State};
pub use storage_order::ShareKey;
pub use subnet::{
    BlockFlow, FlowAverage, Pending, Pool, Registration, Relations, Schedule, Subnet,
};
pub use takes::TransactionKind;
pub use weights::WeightVector;

/// Number of a subnet (`NetUid`).
pub type NetUid = u16;
