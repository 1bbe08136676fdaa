//! `vigie access ingest`.

mod flow;
mod recording;

use std::{
    fs::File,
    io::{self, BufReader, Read},
    sync::Arc,
};

use access_journal::{
    ingest::{Reading, Stream, Terms, Text},
    journal::{AccessJournal, PgAccessJournal},
};
use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressStyle};
use integrity_core::{Clock as _, Door, SystemClock};
use wiring::{
    access,
    session::Session,
    stop::{Exit, Stop},
};

use self::recording::Recording;
use super::{super::Place, sensitive};
use crate::{
    cli::IngestArgs,
    output,
    show::{self, ingest::Ingested},
};

/// How much of the text is held.
const BUFFER: usize = 256 * 1024;

pub(super) async fn run(args: &IngestArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let (text, progress, from) = open(args)?;
    let secret = access::secret(place.config)?;
    let session = Session::open(place.target, Door::Cli).await?;
    let journal: Arc<dyn AccessJournal> = Arc::new(PgAccessJournal::new(session.pool, Door::Cli));
    let now = SystemClock.now();
    let (sensitive, known) = sensitive::relations(&*journal, place.config, now).await?;
    let config = &place.config.access;
    let terms = Terms {
        sensitive,
        allow: config.allow.clone(),
        anonymous: config.anonymous_roles.clone(),
        proxies: config.trusted_proxies.clone().into(),
        now,
        kept_for: TimeDelta::from_std(config.retention).unwrap_or(TimeDelta::MAX),
    };
    let blind = sensitive::blind(&known, args.source);
    let mut recording = Recording::new(journal, secret, args.source, blind);
    let stream = args.stream.as_deref().map(Stream::named);
    let reading = Reading::new(args.source, text, from, stream, terms);
    let done = flow::all(reading, text, &mut recording).await;
    progress.finish_and_clear();
    let tally = done?;

    recording.beat(&tally).await?;
    let ingested = Ingested {
        source: args.source,
        is_heard: recording.is_heard(),
        recorded: recording.recorded,
        refused: recording.refused,
        tally,
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
type Opened = (Text, ProgressBar, BufReader<Box<dyn Read + Send>>);

fn open(args: &IngestArgs) -> Result<Opened, Stop> {
    let held = |from: Box<dyn Read + Send>| BufReader::with_capacity(BUFFER, from);
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
