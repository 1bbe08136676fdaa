//! From a text into the journal: one thread reads, while what was read before is recorded.
//!
//! A pipe may stand still for hours, and whoever reads it is held by it so long. What came before shall be in the journal all the
//! same, and its source be heard.

use std::{
    io::BufRead,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use access_journal::{
    Observed,
    ingest::{Failure, Next, Reading, Tally, Text},
};
use integrity_core::{Clock as _, SystemClock};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use wiring::stop::{Exit, Stop};

use super::recording::Recording;

/// So many events go in one transaction.
const BATCH: usize = 500;
/// How long an event waits for others at most.
const WAITS: Duration = Duration::from_secs(1);
/// How often it is looked whether something was read of which nothing is of interest.
const LOOKS: Duration = Duration::from_secs(1);
/// So many lines of a file are read before it is told how far it has come.
const TOLD: u64 = 1024;

/// What was read so far, for whoever waits for more.
#[derive(Default)]
struct SoFar(Mutex<Tally>);

impl SoFar {
    fn held(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads and records until nothing comes any more; gives what was read.
pub(super) async fn all<R>(reading: Reading<R>, text: Text, recording: &mut Recording) -> Result<Tally, Stop>
where
    R: BufRead + Send + 'static,
{
    let so_far = Arc::new(SoFar::default());
    let (events, mut coming) = mpsc::channel(2 * BATCH);
    let reader = {
        let so_far = Arc::clone(&so_far);
        // Nobody waits for this one where the program ends early: what it reads may never come.
        thread::spawn(move || read(reading, text, &events, &so_far))
    };
    let interrupted = |stop: Stop| interrupted(stop, so_far.held().bytes);
    let mut batch = Vec::with_capacity(BATCH);
    let mut due = pin!(sleep_until(Instant::now()));
    let mut looks = interval(LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let (is_first, room) = (batch.is_empty(), BATCH - batch.len());
        tokio::select! {
            came = coming.recv_many(&mut batch, room) => {
                if came == 0 {
                    break;
                }
                if is_first {
                    due.as_mut().reset(Instant::now() + WAITS);
                }
                if batch.len() < BATCH {
                    continue;
                }
            }
            () = &mut due, if !is_first => {}
            _ = looks.tick(), if text == Text::Pipe => {
                let tally = so_far.held().clone();
                recording.beat_now_and_then(&tally).await.map_err(interrupted)?;
                continue;
            }
        }
        recording.record(&mut batch).await.map_err(interrupted)?;
    }
    recording.record(&mut batch).await.map_err(interrupted)?;
    match reader.join() {
        Ok(read) => read.map_err(stopped),
        Err(panicked) => std::panic::resume_unwind(panicked),
    }
}

/// Until nothing comes any more, or nobody takes it.
fn read<R: BufRead>(
    mut reading: Reading<R>,
    text: Text,
    events: &mpsc::Sender<Observed>,
    so_far: &SoFar,
) -> Result<Tally, Failure> {
    loop {
        reading.now(SystemClock.now());
        let next = reading.next_line()?;
        let tally = reading.tally();
        if text == Text::Pipe || tally.lines.is_multiple_of(TOLD) {
            so_far.held().clone_from(tally);
        }
        let is_over = match next {
            Next::Event(event) => events.blocking_send(*event).is_err(),
            Next::Nothing => false,
            Next::End => true,
        };
        if is_over {
            return Ok(reading.tally().clone());
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
