//! What goes wrong, one thing in each round.

use std::{
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;
use nix::sys::signal::Signal;

use super::{
    business::{self, Source},
    catch::{self, Moment},
    psql::{Broken, Psql},
    stand::{Stand, until},
    watch::Blind,
};
use crate::failure::Failure;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    Kill,
    KillBoth,
    Restart,
    Crash,
    Full,
    ReadOnly,
    Terminated,
    Frozen,
    Two,
    Failing,
    Emptied,
    MassClear,
}

pub(super) const FAULTS: [Fault; 12] = [
    Fault::Kill,
    Fault::KillBoth,
    Fault::Restart,
    Fault::Crash,
    Fault::Full,
    Fault::ReadOnly,
    Fault::Terminated,
    Fault::Frozen,
    Fault::Two,
    Fault::Failing,
    Fault::Emptied,
    Fault::MassClear,
];

/// Why a round does not go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What was promised is not so.
    Violated(String),
    /// The fault could not be made.
    NotInjected(String),
    /// The soak itself cannot go on.
    Broken(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure)
    }
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken.into())
    }
}

/// What a fault is made with.
pub(super) struct Scene<'s> {
    pub(super) stand: &'s mut Stand,
    pub(super) rng: &'s mut Rng,
    /// Whose business the fault is.
    pub(super) source: Source,
    pub(super) round: u32,
    /// Whether an outage lasts long enough for everybody to have to say so.
    pub(super) long: bool,
}

impl Fault {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill9",
            Self::KillBoth => "kill9-both",
            Self::Restart => "restart",
            Self::Crash => "crash",
            Self::Full => "no-connections",
            Self::ReadOnly => "read-only",
            Self::Terminated => "terminated",
            Self::Frozen => "frozen",
            Self::Two => "two",
            Self::Failing => "failing-check",
            Self::Emptied => "emptied",
            Self::MassClear => "mass-clear",
        }
    }

    /// Whether it takes two services.
    pub(super) fn takes_two(self) -> bool {
        matches!(self, Self::KillBoth | Self::Frozen | Self::Two)
    }

    /// Whether the server is away for a while.
    pub(super) fn is_outage(self) -> bool {
        matches!(self, Self::Restart | Self::Crash | Self::Full | Self::ReadOnly)
    }

    /// Whether the source has to be left alone by everybody else.
    pub(super) fn wants_quiet(self) -> bool {
        matches!(self, Self::Failing | Self::Emptied | Self::MassClear)
    }

    /// Makes it, and mends it. Tells when the database was lost, if it was.
    pub(super) fn inject(self, scene: &mut Scene<'_>) -> Result<Option<Blind>, Trouble> {
        match self {
            Self::Kill => scene.kill(false).map(|()| None),
            Self::KillBoth => scene.kill(true).map(|()| None),
            Self::Restart => scene.outage(Stand::stop_server).map(Some),
            Self::Crash => {
                let signal = *scene
                    .rng
                    .choice(&[Signal::SIGKILL, Signal::SIGQUIT])
                    .unwrap_or(&Signal::SIGKILL);
                scene.outage(|stand| stand.crash_server(signal)).map(Some)
            }
            Self::Full => scene.full().map(Some),
            Self::ReadOnly => scene.read_only().map(Some),
            Self::Terminated => scene.terminated().map(|()| None),
            Self::Frozen => scene.frozen().map(|()| None),
            Self::Two => scene.go_on(3).map(|()| None),
            Self::Failing => scene.failing().map(|()| None),
            Self::Emptied => scene.emptied().map(|()| None),
            Self::MassClear => scene.mass_clear().map(|()| None),
        }
    }
}

impl Scene<'_> {
    pub(super) fn psql(&self) -> &Psql {
        &self.stand.psql
    }

    /// Lets time pass with changes in it.
    fn go_on(&mut self, changes: u8) -> Result<(), Trouble> {
        for _ in 0..changes {
            business::change(&self.stand.psql, self.rng, Some(self.source))?;
            thread::sleep(Duration::from_millis(self.rng.u64(100..500)));
        }
        Ok(())
    }

    fn kill(&mut self, both: bool) -> Result<(), Trouble> {
        let moment = *self.rng.choice(&Moment::ALL).unwrap_or(&Moment::Any);
        let (first, held) = catch::service(self.stand, self.rng, moment, self.source)?;
        self.stand.kill_service(first)?;
        if both {
            for other in self.stand.running() {
                self.stand.kill_service(other)?;
            }
        }
        drop(held);
        self.go_on(1)
    }

    fn terminated(&mut self) -> Result<(), Trouble> {
        let mut ended = 0;
        let begun = Instant::now();
        let wanted = self.rng.usize(1..=6);
        while ended < wanted && begun.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(self.rng.u64(20..300)));
            let printed = self
                .psql()
                .run(&format!("select pg_terminate_backend(pid) {SERVICES_OWN};"))?;
            ended += printed.lines().filter(|line| *line == "t").count();
        }
        if ended == 0 {
            return Err(Trouble::NotInjected(
                "no service was connected for 20 s".to_owned(),
            ));
        }
        Ok(())
    }

    /// A service is stopped for longer than its lease, and comes back when another has done its work.
    fn frozen(&mut self) -> Result<(), Trouble> {
        let moment = *self
            .rng
            .choice(&[Moment::Any, Moment::Evaluating, Moment::Evaluating])
            .unwrap_or(&Moment::Any);
        let (service, held) = catch::service(self.stand, self.rng, moment, self.source)?;
        self.stand.signal_service(service, Signal::SIGSTOP)?;
        drop(held);
        business::write(self.psql(), &business::turn_over(self.source))?;
        let now = self.psql().run("select clock_timestamp();")?;
        let behind = format!(
            "select count(*) from vigie.check_states \
             where complete_at < timestamptz '{now}' + interval '1 s';"
        );
        let taken_over = until("no other service has taken over", || {
            Ok(self.psql().run(&behind)? == "0")
        });
        self.stand.signal_service(service, Signal::SIGCONT)?;
        taken_over.map_err(|failure| Trouble::Violated(format!("lost: {failure}")))?;
        self.go_on(2)
    }

    fn failing(&mut self) -> Result<(), Trouble> {
        let Source { code, table } = self.source;
        let name = table.trim_start_matches("public.");
        self.psql()
            .run(&format!("alter table {table} rename to {name}_away;"))?;
        let began = self.psql().run("select clock_timestamp();")?;
        let failed = self.wait_for(code, "Failed", &began);
        let more = self.rng.u8(..2);
        self.go_on(more)?;
        let ended = self.psql().run("select clock_timestamp();")?;
        self.psql()
            .run(&format!("alter table {table}_away rename to {name};"))?;
        self.window("away", &began, Some(&ended))?;
        failed
    }

    fn emptied(&mut self) -> Result<(), Trouble> {
        let Source { code, table } = self.source;
        let round = self.round;
        let bad = format!("insert into {table} values ('E-{round}', 12), ('F-{round}', 22);");
        business::write(self.psql(), &bad)?;
        self.stand.settle()?;
        business::write(
            self.psql(),
            &format!("create table soak.kept as table {table};\ndelete from {table};"),
        )?;
        let began = self.psql().run("select clock_timestamp();")?;
        let suspect = self.wait_for(code, "Suspect", &began);
        self.go_on(1)?;
        let ended = self.psql().run("select clock_timestamp();")?;
        let back = format!("insert into {table} select * from soak.kept;\ndrop table soak.kept;");
        business::write(self.psql(), &back)?;
        self.window("empty", &began, Some(&ended))?;
        suspect
    }

    /// All is well at once, which is true, and must be shown twice.
    fn mass_clear(&mut self) -> Result<(), Trouble> {
        let Source { code, table } = self.source;
        let round = self.round;
        let bad = format!("insert into {table} select 'M-{round}-' || n, 11 from generate_series(1, 6) n;");
        business::write(self.psql(), &bad)?;
        // Twice: what was gone before is then known to be gone.
        self.stand.settle()?;
        self.stand.settle()?;
        let live = format!(
            "select count(*) >= 5 from vigie.alerts where check_code = '{code}' \
             and status <> 'RESOLVED' and condition = 'PRESENT';"
        );
        if self.psql().run(&live)? != "t" {
            return Err(Trouble::NotInjected("too few alerts are live".to_owned()));
        }
        let began = self.psql().run("select clock_timestamp();")?;
        let well = format!(
            "delete from {table} where name like 'M-%';\n\
             update {table} set level = 1 where level > 9;"
        );
        business::write(self.psql(), &well)?;
        self.window("mass", &began, None)
    }

    /// Waits until a check stands like this, by a snapshot of later than that.
    fn wait_for(&self, code: &str, outcome: &str, since: &str) -> Result<(), Trouble> {
        let stands = format!(
            "select count(*) from vigie.check_states where check_code = '{code}' \
             and outcome = '{outcome}' and seen_at > '{since}';"
        );
        until(&format!("{code} is not {outcome}"), || {
            Ok(self.psql().run(&stands)? == "1")
        })
        .map_err(|failure| Trouble::Violated(format!("unproved: {failure}")))
    }

    fn window(&self, kind: &str, began: &str, ended: Option<&str>) -> Result<(), Trouble> {
        let ended = ended.map_or("null".to_owned(), |ended| format!("'{ended}'"));
        let code = self.source.code;
        self.psql().run(&format!(
            "insert into soak.windows values ('{code}', '{kind}', '{began}', {ended});"
        ))?;
        Ok(())
    }
}

/// The services' own connections.
pub(super) const SERVICES_OWN: &str = "from pg_stat_activity where application_name like 'soak-%'";
