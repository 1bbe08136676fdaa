//! Looks at the services from outside all the time, as Prometheus and a load balancer do, and remembers what they said.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long after the database was lost a service may still believe in the last run: three intervals of a second, and
/// what a busy machine takes.
pub(super) const BELIEF: Duration = Duration::from_secs(4);

const PAUSE: Duration = Duration::from_millis(150);

/// A time in which the database gave no service what it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blind {
    pub(super) from: Instant,
    pub(super) to: Instant,
    /// Whether it did not even answer.
    pub(super) down: bool,
}

/// What one service said at one time.
#[derive(Debug, Clone)]
struct Answer {
    asked: Instant,
    answered: Instant,
    service: SocketAddr,
    ready: bool,
    metrics: String,
}

/// The one who looks.
#[derive(Debug)]
pub(super) struct Watch {
    answers: Arc<Mutex<Vec<Answer>>>,
    ended: Arc<AtomicBool>,
    looker: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn begin(services: Vec<SocketAddr>) -> Self {
        let answers = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (all, end) = (Arc::clone(&answers), Arc::clone(&ended));
        let looker = thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                for service in &services {
                    // One that is dead or stopped says nothing, and nothing false.
                    if let Ok(answer) = look(*service) {
                        all.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
                    }
                }
                thread::sleep(PAUSE);
            }
        });
        Self {
            answers,
            ended,
            looker: Some(looker),
        }
    }

    /// Forgets what was said until now, judges what was said while blind, and tells how many answers that were.
    pub(super) fn judge(&self, blind: Option<Blind>) -> (usize, Vec<String>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = std::mem::take(&mut *answers);
        let Some(blind) = blind else {
            return (0, Vec::new());
        };
        let within = |answer: &&Answer| answer.asked > blind.from + BELIEF && answer.answered < blind.to;
        let told: Vec<&Answer> = answers.iter().filter(within).collect();
        let lies = told
            .iter()
            .filter_map(|answer| Some((answer, lie(answer, blind.down)?)));
        let lies = lies.map(|(answer, lie)| {
            let after = (answer.asked - blind.from).as_secs_f64();
            format!(
                "blind: {after:.1} s after the database was lost, {} {lie}",
                answer.service
            )
        });
        (told.len(), lies.collect())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(looker) = self.looker.take() {
            let _ = looker.join();
        }
    }
}

/// What a service that sees nothing must not say.
fn lie(answer: &Answer, down: bool) -> Option<&'static str> {
    let says = |line: &str| answer.metrics.lines().any(|own| own.starts_with(line));
    if answer.ready {
        return Some("says at /readyz that it is ready");
    }
    if !down {
        return None;
    }
    if !says("vigie_sync_database_up{")
        || !answer
            .metrics
            .contains("vigie_sync_database_up{database=\"main\"} 0")
    {
        return Some("does not say at /metrics that the database is down");
    }
    ["vigie_alerts_live{", "vigie_checks{", "vigie_check_fresh{"]
        .iter()
        .any(|line| says(line))
        .then_some("still tells numbers of checks and alerts")
}

fn look(service: SocketAddr) -> io::Result<Answer> {
    let asked = Instant::now();
    let (status, _) = get(service, "/readyz")?;
    let (_, metrics) = get(service, "/metrics")?;
    Ok(Answer {
        asked,
        answered: Instant::now(),
        service,
        ready: status == 200,
        metrics,
    })
}

/// Whether a service says that it is ready.
pub(super) fn is_ready(service: SocketAddr) -> bool {
    get(service, "/readyz").is_ok_and(|(status, _)| status == 200)
}

/// Asks with HTTP/1.0, whose answers end with the connection.
fn get(server: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let patience = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&server, patience)?;
    stream.set_read_timeout(Some(patience))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {server}\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "no answer of HTTP");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Ok((status.ok_or_else(broken)?, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ready: bool, metrics: &str) -> Answer {
        Answer {
            asked: Instant::now(),
            answered: Instant::now(),
            service: SocketAddr::from(([127, 0, 0, 1], 1)),
            ready,
            metrics: metrics.to_owned(),
        }
    }

    #[test]
    fn whoever_is_blind_says_so_and_tells_no_old_number() {
        let down = "vigie_sync_database_up{database=\"main\"} 0\n";
        let up = "vigie_sync_database_up{database=\"main\"} 1\n";
        let old = format!("{down}vigie_alerts_live{{database=\"main\",severity=\"WARN\"}} 0\n");
        assert_eq!(lie(&answer(false, down), true), None);
        assert!(lie(&answer(true, down), true).is_some());
        assert!(lie(&answer(false, up), true).is_some());
        assert!(lie(&answer(false, ""), true).is_some());
        assert!(lie(&answer(false, &old), true).is_some());
        assert_eq!(lie(&answer(false, up), false), None, "it may still be read");
        assert!(lie(&answer(true, up), false).is_some());
    }
}
