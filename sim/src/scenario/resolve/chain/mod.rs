//! Checks the tables of a block scenario against each other and turns them into a
//! [`ChainScenario`].
//!
//! First everything gets its name (subnets, groups, people), then all that refers to names is
//! resolved. As at resolution "epoch", all rules are tried, and a rule stays silent about parts that
//! were set aside because their own fault is reported already.

mod arguments;
mod calls;
mod events;
mod expect;
mod forms;
mod globals;
mod groups;
mod imports;
mod length;
mod members;
mod money;
mod people;
mod places;
mod scene;
mod settings;
mod subnets;
mod uids;
mod warnings;

use std::path::Path;

use self::people::People;
use self::places::SubnetNames;
use self::scene::Scene;
use self::uids::Seats;
use super::super::chain_file::{ChainFile, to_rao};
use super::super::chain_types::{ChainScenario, Joins};
use super::super::diagnostic::Diagnostics;
use super::super::file::MechanismTable;
use super::super::read::ReadFile;
use super::super::sink::Sink;
use super::super::types::{Mechanism, WeightRule};
use super::super::values::{Positive, Rate};
use super::groups::Groups;
use super::place::Place;

pub(in super::super) use calls::CALL_NAMES;

/// Resolves what was read. The result is a scenario only if the sink holds no error afterwards.
pub(in super::super) fn resolve_chain(
    read: ReadFile<ChainFile>,
    name: String,
    folder: &Path,
    sink: &mut Sink,
) -> ChainScenario {
    let ReadFile { root, mut file } = read;
    let root = Place::root(&root);
    let chain = file.chain.take().unwrap_or_default();
    let globals = globals::globals(&root.key("chain"), &chain, sink);
    let subnets = SubnetNames::new(&root, &file, sink);
    let simulation = file.simulation.take().unwrap_or_default();
    let simulation = length::simulation(&root, &simulation, subnets.all().len(), sink);
    let mut scene = Scene {
        folder,
        blocks: simulation.blocks,
        import: imports::import(&root, &chain, &subnets, folder, sink),
        subnets,
        groups: Groups::new(folder, 0),
        people: People::default(),
        seats: Seats::default(),
    };
    let everybody = members::enter(&root, &file, &mut scene, sink);
    let tables = file.subnets.as_deref().unwrap_or_default();
    let setups = subnets::subnets(&root, tables, &mut scene, sink);
    let accounts = file.accounts.unwrap_or_default();
    let accounts = groups::accounts(&root, accounts, everybody.accounts, &scene, sink);
    let miners = file.miners.unwrap_or_default();
    let miners = groups::miners(&root, miners, everybody.miners, &scene, sink);
    let validators = file.validators.unwrap_or_default();
    let take = globals.max_delegate_take;
    let validators =
        groups::validators(&root, validators, everybody.validators, &scene, take, sink);
    let calls = calls::calls(&root, file.calls.unwrap_or_default(), &mut scene, sink);
    let events = events::events(&root, file.events.unwrap_or_default(), &scene, sink);
    subnets::check_states(&root, &setups, &events, sink);
    let expect = expect::expect(&root, file.expect.unwrap_or_default(), &validators, &scene, sink);
    let neurons = scene.import.neurons.filter(|_| scene.import.is_import);
    let scenario = ChainScenario {
        name,
        title: file.title,
        question: file.question,
        simulation,
        start: scene.import.start,
        globals,
        tao_issued_rao: chain.tao_issued.map(|tao| to_rao(tao.get())),
        roster: scene.people.into_roster(),
        subnets: setups,
        miners,
        validators,
        accounts,
        mechanism: mechanism(&file.mechanism.unwrap_or_default()),
        calls,
        events: events::in_order(events),
        expect,
        warnings: Diagnostics::default(),
    };
    check_room(&root, &scenario, neurons, sink);
    money::check(&root, &scenario, sink);
    warnings::warn(&root, &scenario, sink);
    scenario
}

fn mechanism(table: &MechanismTable) -> Mechanism {
    Mechanism {
        weights: table.weights.unwrap_or(WeightRule::Linear),
        moving_average_alpha: table.moving_average_alpha.map_or(1.0, Rate::get),
        quality_power: table.quality_power.map_or(1.0, Positive::get),
    }
}

/// Neurons that are there at the start must fit their subnet. A file brings its own, however many
/// there are.
fn check_room(root: &Place<'_>, scenario: &ChainScenario, of_file: Option<usize>, sink: &mut Sink) {
    for (index, setup) in scenario.subnets.iter().enumerate() {
        let validators = scenario.validators.iter().filter(|group| group.subnet == index);
        let miners = scenario.miners.iter().filter(|group| group.subnet == index);
        let miners = miners.filter(|group| group.joins == Joins::AtStart);
        let new: usize = validators
            .filter(|group| group.imported_uids.is_none())
            .map(|group| group.count)
            .chain(miners.filter(|group| group.imported_uids.is_none()).map(|group| group.count))
            .sum();
        let total = usize::from(setup.owner_is_neuron) + new + of_file.unwrap_or(0);
        let room = usize::from(setup.rules.max_uids);
        if total > room && (new > 0 || of_file.is_none()) {
            let place = root.key("subnets").index(index);
            sink.error(&place.span(), format!("{total} neurons do not fit `{}`", setup.name))
                .label(format!("there is room for max_uids = {room}"))
                .help("neurons of groups that join at the start count, and that of the owner");
        }
    }
}
