//! `cargo xtask soak`: the service and its database suffer, people act meanwhile, and after each round everything that
//! Vigie promises has to be true.
//!
//! Refused: a simulation of time and of faults. What is killed here is the program that is shipped, and what is stopped
//! is PostgreSQL. So a seed decides what is tried, and not to the microsecond when.

mod business;
mod catch;
mod fault;
mod judge;
mod outage;
mod people;
mod psql;
mod service;
mod stand;
mod tally;
mod watch;

use std::time::Instant;

use fastrand::Rng;

use self::{
    business::SOURCES,
    fault::{FAULTS, Fault, Scene, Trouble},
    people::{Answer, Desk, People},
    stand::{SERVICES, Stand},
    tally::Tally,
    watch::Watch,
};
use crate::{
    cli::{SoakTask, SyncSoak},
    failure::Failure,
    setup::{self, For},
    test, workspace,
};

/// Before anything happened.
const EVER: &str = "-infinity";

/// After so many rounds it is told how far it is.
const TELL: u32 = 10;

/// After so many rounds the chains are walked.
const VERIFY: u32 = 25;

pub(crate) fn run(task: &SoakTask) -> Result<(), Failure> {
    match task {
        SoakTask::Sync(wanted) => {
            setup::run(false, For::Server)?;
            test::build()?;
            check(wanted)
        }
    }
}

/// The same with programs that are built already.
pub(crate) fn check(wanted: &SyncSoak) -> Result<(), Failure> {
    let stand = Stand::start(&workspace::metadata()?)?;
    let mut soak = Soak::begin(stand, wanted)?;
    let outcome = soak.rounds(wanted);
    let Soak { stand, mut tally, .. } = soak;
    let outcome = outcome.and_then(|()| tally.counted(&stand.psql));
    if outcome.is_err() || tally.is_bad() {
        eprintln!(
            "soak: the server and the services' logs are kept in {}",
            stand.directory.display()
        );
        drop(stand);
    } else {
        stand.clear()?;
    }
    println!("{tally}");
    outcome?;
    tally.verdict()
}

/// Everything while it goes on.
struct Soak {
    stand: Stand,
    watch: Watch,
    tally: Tally,
    /// The faults that have their turn before any comes again.
    deck: Vec<Fault>,
    /// By the database's clock: what happened before was judged.
    judged: String,
    outages: u32,
}

impl Soak {
    fn begin(mut stand: Stand, wanted: &SyncSoak) -> Result<Self, Failure> {
        let mut rng = Rng::with_seed(wanted.seed);
        business::begin(&stand.psql, &mut rng)?;
        stand.run_services(SERVICES)?;
        stand.settle()?;
        Ok(Self {
            watch: Watch::begin(stand.addresses()),
            stand,
            tally: Tally::new(wanted.seed),
            deck: Vec::new(),
            judged: EVER.to_owned(),
            outages: 0,
        })
    }

    fn rounds(&mut self, wanted: &SyncSoak) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut deck = Rng::with_seed(wanted.seed);
        for round in 1..=wanted.times {
            // Of its own: however long a round takes, the next one does the same.
            let mut rng = Rng::with_seed(deck.u64(..));
            if self.deck.is_empty() {
                self.deck = FAULTS.to_vec();
                deck.shuffle(&mut self.deck);
            }
            let Some(fault) = self.deck.pop() else { break };
            let outcome = self.round(round, fault, &mut rng);
            let violations = match outcome {
                Ok(violations) => violations,
                Err(Trouble::Violated(what)) => vec![what],
                Err(Trouble::NotInjected(why)) => {
                    eprintln!(
                        "soak: seed {}, round {round}: {} could not be made: {why}",
                        wanted.seed,
                        fault.name()
                    );
                    self.tally.not_injected(fault);
                    continue;
                }
                Err(Trouble::Broken(failure)) => {
                    let what = format!("seed {}, round {round}, {}: {failure}", wanted.seed, fault.name());
                    return Err(Failure::with_code(what, 3));
                }
            };
            for what in &violations {
                eprintln!(
                    "soak: VIOLATED: seed {}, round {round}, {}: {what}",
                    wanted.seed,
                    fault.name()
                );
            }
            self.tally.round(fault, violations.len());
            if !violations.is_empty() && !wanted.keep_going {
                return Ok(());
            }
            if round.is_multiple_of(TELL) {
                eprintln!(
                    "soak: {round} of {} rounds, {} s",
                    wanted.times,
                    begun.elapsed().as_secs()
                );
            }
        }
        let mut whole = judge::violations(&self.stand.psql, EVER)?;
        whole.extend(judge::verify(&self.stand)?);
        for what in &whole {
            eprintln!("soak: VIOLATED: seed {}, all rounds: {what}", wanted.seed);
        }
        self.tally.afterwards(whole.len());
        Ok(())
    }

    /// One round. Gives what is not as it must be.
    fn round(&mut self, round: u32, fault: Fault, rng: &mut Rng) -> Result<Vec<String>, Trouble> {
        let stand = &mut self.stand;
        let services = if fault.takes_two() || rng.u8(..4) > 0 {
            SERVICES
        } else {
            1
        };
        stand.run_services(services)?;
        let source = *rng.choice(&SOURCES).unwrap_or(&SOURCES[0]);
        let quiet = Some(source).filter(|_| fault.wants_quiet());
        let desk = Desk::read(&stand.psql, quiet.map(|source| source.code))?;
        let people = People::begin(stand.psql.clone(), desk, rng.fork());
        business::change(&stand.psql, rng, quiet)?;
        let long = fault.is_outage() && {
            self.outages += 1;
            self.outages == 1 || rng.u8(..6) == 0
        };
        let injected = fault.inject(&mut Scene {
            stand,
            rng,
            source,
            round,
            long,
        });
        let mut acts = people.end()?;
        // Also where the fault could not be made, people have acted, and data have changed.
        let mut violations = stand.deserters()?;
        let (blind, missed) = match injected {
            Ok(blind) => (blind, None),
            Err(Trouble::NotInjected(why)) => (None, Some(why)),
            Err(Trouble::Violated(what)) => {
                violations.push(what);
                (None, None)
            }
            Err(broken) => return Err(broken),
        };
        stand.run_services(services)?;
        business::change(&stand.psql, rng, quiet)?;
        let lost = acts.iter().filter(|act| act.answer == Answer::Unknown).count();
        self.tally.acts(acts.len(), lost);
        people::ask_again(&stand.psql, &mut acts);
        judge::remember(&stand.psql, &acts)?;
        business::settle(&stand.psql)?;
        let now = stand.psql.run("select clock_timestamp();")?;
        stand
            .settle()
            .map_err(|failure| Trouble::Violated(format!("lost: {failure}")))?;
        let (looks, lies) = self.watch.judge(blind);
        self.tally.looks(looks);
        violations.extend(lies);
        violations.extend(stand.deserters()?);
        violations.extend(judge::violations(&stand.psql, &self.judged)?);
        if round.is_multiple_of(VERIFY) {
            violations.extend(judge::verify(stand)?);
        }
        self.judged = now;
        match missed {
            Some(why) if violations.is_empty() => Err(Trouble::NotInjected(why)),
            _ => Ok(violations),
        }
    }
}
