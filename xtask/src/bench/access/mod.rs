//! `bench access`: what it takes to read logs into the journal, to seal it, to compare it with its seals, and to look at it by
//! the rules.
//!
//! Each log is read by the program itself, with the login that may record and nothing else, out of the kernel's memory: it was
//! just written, and `wc -l` has read it before. That is the floor, in the same round.

mod log;
mod report;
mod rules;

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::Command,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use self::{
    log::{FORMATS, Format, Minute},
    report::{Afterwards, Of, Report},
};
use super::{
    circumstances::Circumstances,
    machine, measured, progress,
    stand::{Programs, Stand},
};
use crate::{
    cli::AccessBench,
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// Where the logs are read once, and again.
const WHOLE: &str = "access_whole";
/// Where they are read while they grow.
const CUT: &str = "access_cut";
/// The login that may record.
const LOGIN: &str = "vigie_ingest";
/// So much of a log is there at first, where it grows.
const PART: u64 = 16;
/// So long are the logs, in minutes: the rules look at the last day.
const MINUTES: u64 = 20 * 60;
const MIB: u64 = 1 << 20;

pub(super) fn run(wanted: &AccessBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let programs = Programs::build(&metadata, !wanted.debug, &["vigie"], "vigie access ingest")?;
    let stand = Stand::start(programs, workspace::target(&metadata, "xtask/bench")?)?;
    let logs = stand.empty_directory("access-logs")?;
    let report = on(&stand, wanted, &logs);
    fs::remove_dir_all(&logs)?;
    let report = report?;
    stand.stop()?;
    if wanted.json {
        println!("{:#}", report.json());
    } else {
        println!("{}", report.text());
    }
    report.insist()
}

fn on(stand: &Stand, wanted: &AccessBench, logs: &Path) -> Result<Report, Failure> {
    let configuration = stand.write("access.toml", "[access]\nsensitive = [\"public.contracts\"]\n")?;
    for database in [WHOLE, CUT] {
        stand.create(database)?;
        stand.install(database, &configuration)?;
    }
    stand.let_in(LOGIN)?;
    let field = Field {
        stand,
        configuration,
        minutes: minutes(stand)?,
    };
    let before = machine::load();
    let mut read = Vec::new();
    for format in FORMATS {
        let size = wanted.size * MIB / FORMATS.len() as u64;
        read.push(field.of(format, size, logs)?);
    }
    let same = field.rows(WHOLE)? == field.rows(CUT)?;
    let afterwards = field.afterwards(same)?;
    let data = format!(
        "{} MiB in {} logs of {} h, made for this",
        wanted.size,
        FORMATS.len(),
        MINUTES / 60
    );
    Ok(Report {
        circumstances: Circumstances::of(stand, data, [before, machine::load()])?,
        read,
        afterwards,
    })
}

/// What everything is measured on.
struct Field<'s> {
    stand: &'s Stand,
    configuration: PathBuf,
    minutes: Vec<Minute>,
}

impl Field<'_> {
    /// Reads one log: while it grows, whole, and again.
    fn of(&self, format: Format, size: u64, logs: &Path) -> Result<Of, Failure> {
        let source = format.source();
        progress(&format!("writing {} MiB of {source}", size / MIB));
        let whole = logs.join(format!("{source}.log"));
        let lines = log::write(format, &whole, size, &self.minutes)?;
        let bytes = fs::metadata(&whole)?.len();
        let growing = logs.join(format!("{source}-growing.log"));
        let cut = cut(&whole, bytes / PART)?;
        append(&whole, &growing, 0, cut)?;

        progress(&format!("wc -l, and reading {source}"));
        let floor = floor(&whole)?;
        let first = self.ingest(CUT, format, &growing)?;
        let once = self.ingest(WHOLE, format, &whole)?;
        let rows = self.rows(WHOLE)?;
        let again = self.ingest(WHOLE, format, &whole)?;
        let stays = rows == self.rows(WHOLE)?;
        append(&whole, &growing, cut, bytes - cut)?;
        let resumed = self.ingest(CUT, format, &growing)?;
        fs::remove_file(&whole)?;
        fs::remove_file(&growing)?;
        Ok(Of {
            source,
            bytes,
            lines,
            floor,
            first,
            once,
            again,
            resumed,
            stays,
        })
    }

    fn ingest(&self, database: &str, format: Format, path: &Path) -> Result<report::Ingested, Failure> {
        let mut ingest = self
            .stand
            .vigie_as(LOGIN, database, &self.configuration, &["access", "ingest"]);
        ingest.args(["--source", format.source(), "--json"]).arg(path);
        let run = measured::run(&ingest, &[0])?;
        let told: Value = serde_json::from_str(&run.stdout)?;
        let number = |name: &str| {
            told[name]
                .as_u64()
                .ok_or_else(|| Failure::new(format!("no {name} in {told}")))
        };
        Ok(report::Ingested {
            milliseconds: run.milliseconds,
            peak_kib: run.peak_kib,
            lines: number("lines")?,
            events: number("events")?,
            added: number("added")?,
            bad: number("bad")?,
            left: number("left_bytes")?,
        })
    }

    /// How many rows there are, and a digest of all that does not depend on the database's own keys.
    fn rows(&self, database: &str) -> Result<String, Failure> {
        self.stand.sql(
            database,
            "select count(*), sum(hashtextextended(concat_ws(' ', occurred_at, source, event, outcome, status, method,
                 resource, actor_role, user_agent_family, rows_returned, count), 0)::numeric)
             from vigie.access_events;",
        )
    }

    /// Seals, compares, looks.
    fn afterwards(&self, same: bool) -> Result<Afterwards, Failure> {
        progress("seals");
        let sql = |text: &str| self.stand.sql(WHOLE, text);
        // What autovacuum would do after so many new rows.
        sql("vacuum (analyze);")?;
        sql("select vigie.open_access_generation();")?;
        let begun = Instant::now();
        let sealed = sql("select vigie.seal_access() ->> 'rows';")?;
        let seal = begun.elapsed().as_secs_f64() * 1e3;
        let rows = sealed
            .trim()
            .parse()
            .map_err(|_| Failure::new(format!("sealed: {sealed}")))?;
        let verify = self
            .stand
            .vigie_as("vigie_sync", WHOLE, &self.configuration, &["access", "verify"]);
        let verify = measured::run(&verify, &[0])?;
        progress("the rules");
        Ok(Afterwards {
            same,
            rows,
            seal,
            verify: verify.milliseconds,
            verify_peak_kib: verify.peak_kib,
            rules: rules::times(self.stand, WHOLE)?,
        })
    }
}

/// How long the file's lines take to be counted: the shorter of two, of which the first may have to wait for the disk.
fn floor(path: &Path) -> Result<f64, Failure> {
    let mut wc = Command::new("wc");
    wc.arg("-l").arg(path);
    let [first, second] = [measured::run(&wc, &[0])?, measured::run(&wc, &[0])?];
    Ok(first.milliseconds.min(second.milliseconds))
}

/// The minutes that the logs are of; the last one is over.
fn minutes(stand: &Stand) -> Result<Vec<Minute>, Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Failure::new("what time is it?"))?;
    let first = now.as_secs() / 60 - MINUTES - 1;
    let told = stand.sql(
        "postgres",
        &format!(
            "select to_char(to_timestamp(m * 60) at time zone 'UTC', 'DD/Mon/YYYY:HH24:MI')
             from generate_series({first}, {first} + {MINUTES}) as m;"
        ),
    )?;
    let minutes = (first..).zip(told.lines()).map(|(minute, words)| Minute {
        epoch: minute * 60,
        words: words.trim().to_owned(),
    });
    Ok(minutes.collect())
}

/// A place near this one that is in the middle of a line.
fn cut(path: &Path, near: u64) -> Result<u64, Failure> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(near))?;
    let mut held = vec![0; 64 * 1024];
    let length = file.read(&mut held)?;
    let end = held[..length].iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| Failure::new("no line ends there"))?;
    // Lines are longer than this.
    Ok(near + end as u64 + 40)
}

/// Appends so many bytes from there on.
fn append(from: &Path, to: &Path, at: u64, bytes: u64) -> Result<(), Failure> {
    let mut from = File::open(from)?;
    from.seek(SeekFrom::Start(at))?;
    let mut to = OpenOptions::new().create(true).append(true).open(to)?;
    std::io::copy(&mut from.take(bytes), &mut to)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_cut_within_a_line_and_whole_again_when_the_rest_is_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let (whole, part) = (directory.path().join("whole"), directory.path().join("part"));
        let line = format!("{}\n", "x".repeat(99));
        fs::write(&whole, line.repeat(10)).expect("written");
        let at = cut(&whole, 250).expect("a place");
        assert_eq!(at, 339, "behind the end at 299");
        append(&whole, &part, 0, at).expect("the head");
        append(&whole, &part, at, 1000 - at).expect("the rest");
        assert_eq!(
            fs::read(&whole).expect("a file"),
            fs::read(&part).expect("a file")
        );
    }
}
