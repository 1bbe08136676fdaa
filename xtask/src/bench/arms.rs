//! The arms: what is run, and what is measured of it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    checks,
    measure::Measure,
    measured, naive, script,
    stand::Stand,
    steady::{self, Steady},
};
use crate::failure::Failure;

/// What is compared with what. The whole processes of psql and of Vigie are those of the second and third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arm {
    Count,
    Payload,
    Steady,
    Naive,
}

impl Arm {
    const ALL: [Self; 4] = [Self::Count, Self::Payload, Self::Steady, Self::Naive];

    /// The order of a round: each arm is first, second, third and last as often as the others.
    pub(super) fn rotated(round: usize) -> impl Iterator<Item = Self> {
        (0..Self::ALL.len()).map(move |place| Self::ALL[(round + place) % Self::ALL.len()])
    }
}

/// The database with the depot in it, and what is run on it.
pub(super) struct Field<'s> {
    stand: &'s Stand,
    database: &'s str,
    configuration: &'s Path,
    counting: PathBuf,
    fetching: PathBuf,
    /// How many rows each check has.
    pub(super) rows: BTreeMap<String, u64>,
}

impl<'s> Field<'s> {
    /// Prepares all arms, and counts what there is to be found.
    pub(super) fn prepare(
        stand: &'s Stand,
        database: &'s str,
        configuration: &'s Path,
    ) -> Result<Self, Failure> {
        let checks = naive::install(stand, database, configuration)?;
        let mut field = Self {
            stand,
            database,
            configuration,
            counting: stand.write("counting.sql", &script::counting(&checks))?,
            fetching: stand.write("fetching.sql", &script::fetching(&checks))?,
            rows: BTreeMap::new(),
        };
        let counted = measured::run(&field.client(&field.counting), &[0])?;
        field.rows = checks::counts(&counted.stdout);
        Ok(field)
    }

    /// How many findings there are in all.
    pub(super) fn findings(&self) -> u64 {
        self.rows.values().sum()
    }

    /// One run of Vigie that may change what it likes; gives what it could not do, and how long it took.
    pub(super) fn settle(&self) -> Result<Vec<String>, Failure> {
        let run = measured::run(&self.vigie(), &[0, 3])?;
        let mut told = steady::errors(&run.stdout);
        told.push(format!(
            "a run that is not measured took {:.0} ms",
            run.milliseconds
        ));
        Ok(told)
    }

    /// One run of an arm.
    pub(super) fn run(&self, arm: Arm) -> Result<Vec<(Measure, f64)>, Failure> {
        match arm {
            Arm::Count => {
                let run = measured::run(&self.client(&self.counting), &[0])?;
                Ok(vec![(Measure::Count, timed(&run.stdout)?)])
            }
            Arm::Payload => {
                let run = measured::run(&self.client(&self.fetching), &[0])?;
                Ok(vec![
                    (Measure::Payload, timed(&run.stdout)?),
                    (Measure::PsqlProcess, run.milliseconds),
                    (Measure::PsqlMemory, run.peak_kib),
                ])
            }
            Arm::Steady => self.steady(),
            Arm::Naive => self.naive(),
        }
    }

    fn steady(&self) -> Result<Vec<(Measure, f64)>, Failure> {
        let before = self.written("vigie", "alerts")?;
        let run = measured::run(&self.vigie(), &[0, 3])?;
        let after = self.written("vigie", "alerts")?;
        let Steady {
            milliseconds,
            evaluating,
        } = steady::read(&run.stdout, &self.rows).map_err(Failure::new)?;
        Ok(vec![
            (Measure::VigieRun, milliseconds),
            (Measure::VigieEvaluating, evaluating),
            (Measure::VigieProcess, run.milliseconds),
            (Measure::VigieMemory, run.peak_kib),
            (Measure::VigieWal, after.wal - before.wal),
            (Measure::VigieAlertRows, after.alert_rows - before.alert_rows),
            (Measure::VigieDeadRows, after.dead_rows - before.dead_rows),
        ])
    }

    fn naive(&self) -> Result<Vec<(Measure, f64)>, Failure> {
        let before = self.written("naive", "system_alerts")?;
        let printed = self.stand.sql(self.database, &naive::run()?)?;
        let after = self.written("naive", "system_alerts")?;
        // What autovacuum would have done between two runs: each finds the table as the first one did.
        self.stand
            .sql(self.database, "vacuum (analyze) naive.system_alerts;")?;
        Ok(vec![
            (Measure::Naive, timed(&printed)?),
            (Measure::NaiveWal, after.wal - before.wal),
            (Measure::NaiveAlertRows, after.alert_rows - before.alert_rows),
            (Measure::NaiveDeadRows, after.dead_rows - before.dead_rows),
        ])
    }

    /// How much has been written until now.
    fn written(&self, schema: &str, alerts: &str) -> Result<Written, Failure> {
        self.stand.wait_until_alone(self.database)?;
        let printed = self.stand.sql(
            self.database,
            &format!(
                "select pg_current_wal_insert_lsn() - '0/0',
                     coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del) filter (where relname = '{alerts}'), 0),
                     coalesce(sum(n_tup_upd + n_tup_del), 0)
                 from pg_stat_user_tables where schemaname = '{schema}';"
            ),
        )?;
        let mut numbers = printed.trim().split('|').map(str::parse);
        let mut next = || match numbers.next() {
            Some(Ok(number)) => Ok(number),
            _ => Err(Failure::new(format!("what was written: {printed:?}"))),
        };
        Ok(Written {
            wal: next()?,
            alert_rows: next()?,
            dead_rows: next()?,
        })
    }

    fn vigie(&self) -> Command {
        self.stand.run(self.database, self.configuration)
    }

    fn client(&self, script: &Path) -> Command {
        self.stand.client(self.database, script)
    }
}

/// Since the server began: bytes of WAL, rows of alerts inserted, updated and deleted, rows of all tables replaced and
/// deleted.
struct Written {
    wal: f64,
    alert_rows: f64,
    dead_rows: f64,
}

fn timed(printed: &str) -> Result<f64, Failure> {
    script::milliseconds(printed).ok_or_else(|| Failure::new(format!("psql told no time: {printed}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_takes_every_place() {
        for place in 0..Arm::ALL.len() {
            let mut here: Vec<_> = (0..Arm::ALL.len())
                .filter_map(|round| Arm::rotated(round).nth(place))
                .collect();
            here.sort_by_key(|arm| Arm::ALL.iter().position(|one| one == arm));
            assert_eq!(here, Arm::ALL);
        }
    }
}
