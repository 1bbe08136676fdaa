//! `vigie access ingest`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    sync::Arc,
};

use access_journal::{
    AccessEvent, Observed,
    ingest::{Failure, Reading, Stream, Terms, Text},
    journal::{AccessJournal, Error, Heartbeat, PgAccessJournal, Recorded},
    privacy::{KeyRing, Pseudonym},
};
use chrono::{DateTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use integrity_core::{Caller, Clock as _, Door, SystemClock};
use wiring::{
    access,
    session::{Session, refused},
    stop::{Exit, Stop},
};

use super::{super::Place, sensitive};
use crate::{
    cli::IngestArgs,
    output,
    show::{self, ingest::Ingested},
};

/// So many events go in one transaction.
const BATCH: usize = 500;
/// How much of the text is held.
const BUFFER: usize = 256 * 1024;
/// Within which the newest line has to lie for its source to be heard: whoever reads old logs has not heard it.
const RECENT: TimeDelta = TimeDelta::hours(1);

pub(super) async fn run(args: &IngestArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let (text, progress, from) = open(args)?;
    let secret = access::secret(place.config)?;
    let session = Session::open(place.target, Door::Cli).await?;
    let (sensitive, known) = sensitive::relations(&session, place.config).await;
    let config = &place.config.access;
    let now = SystemClock.now();
    let terms = Terms {
        sensitive,
        allow: config.allow.clone(),
        anonymous: config.anonymous_roles.clone(),
        proxies: config.trusted_proxies.clone().into(),
        now,
        kept_for: TimeDelta::from_std(config.retention).unwrap_or(TimeDelta::MAX),
    };
    let journal: Arc<dyn AccessJournal> = Arc::new(PgAccessJournal::new(session.pool, Door::Cli));
    let mut recording = Recording {
        ring: KeyRing::new(Arc::clone(&journal), secret),
        journal: Arc::clone(&journal),
        recorded: Recorded::default(),
        refused: 0,
    };
    let stream = args.stream.as_deref().map(Stream::named);
    let mut reading = Reading::new(args.source, text, from, stream, &terms);
    let done = all(&mut reading, &mut recording).await;
    progress.finish_and_clear();
    done?;

    let tally = reading.tally().clone();
    let is_heard = tally.newest.is_some_and(|newest| newest > now - RECENT);
    if is_heard {
        let heartbeat = Heartbeat {
            stream: recording.stream(reading.stream(), tally.first, now).await?,
            seen: tally.lines,
            bad: tally.bad,
            dropped: recording.refused,
            unjudged: tally.unjudged,
            blind: sensitive::blind(&known, args.source),
            ..Heartbeat::of(args.source)
        };
        let beaten = journal.beat(&Caller::Service, &heartbeat).await;
        beaten.map_err(refused(&Caller::Service))?;
    }
    let ingested = Ingested {
        source: args.source,
        tally,
        recorded: recording.recorded,
        refused: recording.refused,
        is_heard,
        known,
        at: now,
    };
    if place.json {
        output::json(&ingested.to_json())?;
    } else {
        output::print(&show::ingest::told(&ingested))?;
    }
    let is_whole = !ingested.tally.is_bad() && ingested.refused == 0;
    Ok(if is_whole { Exit::Fine } else { Exit::Incomplete })
}

/// A log, and the bar that moves while it is read.
type Opened = (Text, ProgressBar, BufReader<Box<dyn Read>>);

fn open(args: &IngestArgs) -> Result<Opened, Stop> {
    let held = |from: Box<dyn Read>| BufReader::with_capacity(BUFFER, from);
    let Some(path) = args.file() else {
        let progress = progress(None);
        let from = progress.wrap_read(io::stdin());
        return Ok((Text::Pipe, progress, held(Box::new(from))));
    };
    let cannot = |error: io::Error| Stop::usage(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    // What is no file has its end where it says so: a pipe that has a name.
    let text = if about.is_file() { Text::File } else { Text::Pipe };
    let progress = progress(about.is_file().then_some(about.len()));
    let from = progress.wrap_read(file);
    Ok((text, progress, held(Box::new(from))))
}

async fn all(reading: &mut Reading<'_, impl BufRead>, recording: &mut Recording) -> Result<(), Stop> {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let event = reading.next_event().map_err(stopped)?;
        let is_end = event.is_none();
        batch.extend(event.map(|event| *event));
        if batch.len() >= BATCH || (is_end && !batch.is_empty()) {
            let recorded = recording.record(std::mem::take(&mut batch)).await;
            recorded.map_err(|stop| interrupted(stop, reading.tally().bytes))?;
        }
        if is_end {
            return Ok(());
        }
    }
}

fn stopped(failure: Failure) -> Stop {
    match failure {
        Failure::Nameless(_) => Stop::usage(
            "the lines have no id: name the stream with --stream NAME, the same whenever it is read, so that reading it \
             again adds nothing",
        ),
        failure => Stop::usage(format!("the log cannot be read on: {failure}")),
    }
}

/// What was recorded stays; the same command goes on from there.
fn interrupted(stop: Stop, bytes: u64) -> Stop {
    if stop.exit() != Exit::Unreachable {
        return stop;
    }
    Stop::unreachable(format!(
        "{}; about {bytes} bytes were read, and what was recorded of them stays: give the command again, what is known adds \
         nothing",
        stop.message()
    ))
}

struct Recording {
    journal: Arc<dyn AccessJournal>,
    ring: KeyRing,
    recorded: Recorded,
    /// Events that the journal did not take.
    refused: u64,
}

impl Recording {
    /// By what the journal knows the text, so that reading it again counts what is new only. A text that has no name is
    /// another one each time.
    async fn stream(
        &self,
        stream: Option<&Stream>,
        began_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Option<Pseudonym>, Stop> {
        let Some(stream) = stream else {
            return Ok(None);
        };
        let name = async |at| {
            let name = self.ring.stream(&Caller::Service, stream, at).await;
            name.map_err(refused(&Caller::Service))
        };
        match name(began_at.unwrap_or(now)).await? {
            // Its first line is no longer kept.
            None => name(now).await,
            name => Ok(name),
        }
    }

    async fn record(&mut self, observed: Vec<Observed>) -> Result<(), Stop> {
        let mut events = Vec::with_capacity(observed.len());
        for observed in observed {
            match self.ring.conceal(&Caller::Service, observed).await {
                Ok(event) => events.push(event),
                Err(Error::Invalid { .. }) => self.refused += 1,
                Err(error) => return Err(refused(&Caller::Service)(error)),
            }
        }
        while !events.is_empty() {
            match self.journal.record(&Caller::Service, &events).await {
                Ok(recorded) => {
                    self.recorded.added += recorded.added;
                    self.recorded.known += recorded.known;
                    return Ok(());
                }
                // One that is not taken must not keep the others out.
                Err(Error::Invalid { field, reason }) => match named(&field, &events) {
                    Some(at) => {
                        events.remove(at);
                        self.refused += 1;
                    }
                    None => return Err(Stop::usage(format!("{field}: {reason}"))),
                },
                Err(error) => return Err(refused(&Caller::Service)(error)),
            }
        }
        Ok(())
    }
}

/// Which one `events[7].occurred_at` names.
fn named(field: &str, events: &[AccessEvent]) -> Option<usize> {
    let (at, _) = field.strip_prefix("events[")?.split_once(']')?;
    at.parse().ok().filter(|at| *at < events.len())
}

/// Shown on a terminal only.
fn progress(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (
            ProgressBar::new(length),
            "{spinner} reading {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        ),
        None => (
            ProgressBar::no_length(),
            "{spinner} reading {bytes}, {bytes_per_sec}",
        ),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style)
}
