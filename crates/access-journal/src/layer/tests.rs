//! The layer around a service, with a journal that does what a test wants.

use std::{
    convert::Infallible,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use http::{Request, Response, StatusCode, request::Parts};
use integrity_core::{Clock as _, SystemClock};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::{recorder::Desk, *};
use crate::{
    AccessEvent, EventKind, Observed, Outcome, Source,
    client::Proxies,
    journal::{Error, Heartbeat},
    privacy::{Keys, MonthKey, Pseudonym, Salt},
};

/// Keeps what it is given, unless it is away, or never answers.
#[derive(Default)]
struct Journal {
    rows: Mutex<Vec<AccessEvent>>,
    batches: Mutex<Vec<usize>>,
    beats: Mutex<Vec<Heartbeat>>,
    is_away: AtomicBool,
    is_mute: AtomicBool,
    tries: AtomicUsize,
}

impl Journal {
    fn rows(&self) -> Vec<AccessEvent> {
        self.rows.lock().expect("rows").clone()
    }

    /// Events and how often each.
    fn told(&self) -> Vec<(EventKind, u32)> {
        self.rows().iter().map(|row| (row.event, row.count)).collect()
    }

    fn requests(&self) -> u64 {
        self.rows().iter().map(|row| u64::from(row.count)).sum()
    }
}

fn key() -> MonthKey {
    MonthKey::new(None, &Salt::from_bytes([7; 32]))
}

#[async_trait]
impl Desk for Arc<Journal> {
    async fn record(&self, rows: &[Observed]) -> Result<(), Error> {
        self.tries.fetch_add(1, Ordering::SeqCst);
        if self.is_mute.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("away".into()));
        }
        if let Some(wrong) = rows.iter().find(|row| row.status == Some(410)) {
            return Err(Error::invalid("status", format!("{:?}", wrong.status)));
        }
        self.batches.lock().expect("batches").push(rows.len());
        let keys = Keys {
            own: key(),
            before: None,
        };
        let events = rows.iter().map(|row| row.clone().under(&keys));
        self.rows.lock().expect("rows").extend(events);
        Ok(())
    }

    async fn beat(&self, heartbeat: &Heartbeat) -> Result<(), Error> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("away".into()));
        }
        self.beats.lock().expect("beats").push(heartbeat.clone());
        Ok(())
    }
}

fn settings() -> Settings {
    let route = |parts: &Parts| match parts.uri.path() {
        path if path.starts_with("/things/") => Some("/things/{id}".to_owned()),
        path if path.starts_with("/nowhere") => None,
        path => Some(path.to_owned()),
    };
    Settings::new(Source::App, route, |parts| {
        parts.extensions.get::<IpAddr>().copied()
    })
    .behind(Proxies::new(&["10.0.0.0/8".to_owned()]).expect("a network"))
    .allow(["192.0.2.9/32".parse().expect("a network")])
    .exempt("/health")
}

struct Stand {
    journal: Arc<Journal>,
    layer: AccessJournalLayer,
    worker: Worker,
}

impl Stand {
    fn new() -> Self {
        let journal = Arc::new(Journal::default());
        let (layer, worker) = AccessJournalLayer::over(Box::new(Arc::clone(&journal)), settings());
        Self {
            journal,
            layer,
            worker,
        }
    }

    async fn finished(self) -> (Arc<Journal>, Counters) {
        let counters = self.worker.finish(Duration::from_mins(1)).await;
        (self.journal, counters)
    }

    async fn ask(&self, request: Request<()>, answer: impl Fn(&Request<()>) -> Response<()>) {
        let inner = service_fn(async |request: Request<()>| Ok::<_, Infallible>(answer(&request)));
        let Ok(answer) = self.layer.layer(inner).oneshot(request).await;
        assert!(
            answer.extensions().get::<Noted>().is_none(),
            "it is not passed on"
        );
    }

    /// Asks for a path from an address, and is answered with a status.
    async fn refused(&self, status: u16, path: &str, from: &str) {
        self.ask(request(path, from), |_| answer(status)).await;
    }
}

fn answer(status: u16) -> Response<()> {
    let mut answer = Response::new(());
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    answer
}

fn request(path: &str, from: &str) -> Request<()> {
    let address: IpAddr = from.parse().expect("an address");
    let request = Request::builder().uri(path).extension(address);
    request.body(()).expect("a request")
}

fn pseudonym(address: &str) -> Pseudonym {
    key().address(address.parse().expect("an address"))
}

#[tokio::test(start_paused = true)]
async fn a_status_says_what_happened_and_health_and_preflights_say_nothing() {
    let stand = Stand::new();
    for (status, path) in [
        (200, "/a"),
        (401, "/a"),
        (403, "/a"),
        (404, "/a"),
        (404, "/nowhere"),
        (422, "/a"),
        (429, "/a"),
        (500, "/a"),
        (401, "/health"),
        (403, "/health/details"),
        (401, "/healthy"),
    ] {
        stand.refused(status, path, "192.0.2.1").await;
    }
    let mut preflight = request("/a", "192.0.2.1");
    *preflight.method_mut() = http::Method::OPTIONS;
    stand.ask(preflight, |_| answer(403)).await;
    let (journal, counters) = stand.finished().await;
    let told: Vec<_> = journal
        .rows()
        .iter()
        .map(|row| (row.status, row.event, row.route.clone()))
        .collect();
    let scanned = journal.rows().into_iter().find(|row| row.route.is_none());
    assert!(
        scanned.is_some_and(|row| row.resource.is_some_and(|what| what.starts_with('#'))),
        "what is asked for at random is told apart"
    );
    let of = |status, event, route: &str| (Some(status), event, Some(route.to_owned()));
    assert_eq!(
        told,
        [
            of(401, EventKind::AuthnTokenInvalid, "/a"),
            of(403, EventKind::AuthzFail, "/a"),
            of(404, EventKind::ResourceEnumeration, "/a"),
            (Some(404), EventKind::ResourceEnumeration, None),
            of(429, EventKind::ExcessRateLimitExceeded, "/a"),
            of(401, EventKind::AuthnTokenInvalid, "/healthy"),
        ]
    );
    assert_eq!(
        (counters.seen, counters.recorded, counters.dropped),
        (9, 6, 0),
        "health and preflights are not looked at"
    );
}

#[tokio::test(start_paused = true)]
async fn repeats_share_a_row_and_what_differs_does_not() {
    let stand = Stand::new();
    for _ in 0..50 {
        stand.refused(401, "/a", "192.0.2.1").await;
    }
    stand.refused(403, "/a", "192.0.2.1").await;
    stand.refused(401, "/b", "192.0.2.1").await;
    stand.refused(401, "/a", "192.0.2.2").await;
    // One client has all of a network.
    stand.refused(401, "/a", "2001:db8::1").await;
    stand.refused(401, "/a", "2001:db8::2").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let told = stand.journal.told();
    assert_eq!(told.len(), 5, "the first of each at once: {told:?}");
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(
        stand.journal.told().len(),
        7,
        "and its repeats when they are over"
    );
    assert_eq!(stand.journal.requests(), 55);
    // Long after that it is something new.
    tokio::time::sleep(Duration::from_secs(20)).await;
    stand.refused(401, "/a", "192.0.2.1").await;
    let (journal, counters) = stand.finished().await;
    assert_eq!(journal.told().len(), 8);
    assert_eq!(
        (counters.recorded, counters.merged, counters.waiting),
        (56, 48, 0)
    );
    let mut names: Vec<_> = journal.rows().into_iter().map(|row| row.dedup_key).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 8, "each row has a name of its own");
}

#[tokio::test(start_paused = true)]
async fn rows_go_in_batches_of_two_hundred_or_after_a_second() {
    let stand = Stand::new();
    for n in 0..450 {
        stand.refused(404, &format!("/things/{n}"), "192.0.2.1").await;
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let (journal, _) = stand.finished().await;
    assert_eq!(*journal.batches.lock().expect("batches"), [200, 200, 50]);
    let resources: std::collections::HashSet<_> =
        journal.rows().into_iter().map(|row| row.resource).collect();
    assert_eq!(resources.len(), 450, "told apart");
    let shown = format!("{resources:?}");
    assert!(!shown.contains("things"), "and not told: {shown}");
}

#[tokio::test(start_paused = true)]
async fn routes_that_leave_nothing_open_are_told_apart_too() {
    let stand = Stand::new();
    for n in 0..15 {
        stand.refused(403, &format!("/admin/{n}"), "192.0.2.1").await;
    }
    stand.refused(404, "/things//caf%C3%A9/", "192.0.2.1").await;
    stand.refused(401, "/admin/1", "192.0.2.1").await;
    let (journal, _) = stand.finished().await;
    let resources: std::collections::HashSet<_> =
        journal.rows().into_iter().map(|row| row.resource).collect();
    let of = |path| Some(format!("#{}", key().open(path)));
    assert_eq!(
        resources.len(),
        17,
        "one for each, and none where it is about a token"
    );
    assert!(resources.contains(&None) && resources.contains(&of("admin/14")));
    assert!(resources.contains(&of("things/café")), "as logs tell it");
}

#[tokio::test(start_paused = true)]
async fn repeats_are_no_later_than_what_came_between_them() {
    let stand = Stand::new();
    let mut success = None;
    for n in 0..9 {
        if n == 7 {
            success = Some(SystemClock.now());
            stand.refused(200, "/sign-in", "192.0.2.1").await;
        }
        stand.refused(401, "/sign-in", "192.0.2.1").await;
    }
    let (journal, _) = stand.finished().await;
    let rows = journal.rows();
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [1, 8]);
    assert!(
        Some(rows[1].occurred_at) <= success,
        "a success that came after failures stays after them"
    );
}

#[tokio::test(start_paused = true)]
async fn at_the_end_everything_is_recorded_at_once() {
    let stand = Stand::new();
    for _ in 0..3 {
        stand.refused(401, "/a", "192.0.2.1").await;
    }
    let began = tokio::time::Instant::now();
    let layer = stand.layer.clone();
    let (journal, counters) = stand.finished().await;
    assert!(began.elapsed().is_zero(), "nobody waits for a window or a second");
    assert_eq!(journal.requests(), 3);
    assert_eq!((counters.recorded, counters.waiting), (3, 0));
    let inner = service_fn(async |_: Request<()>| Ok::<_, Infallible>(answer(401)));
    let Ok(_) = layer.layer(inner).oneshot(request("/a", "192.0.2.1")).await;
    assert_eq!(layer.counters().dropped, 1, "what comes after the end is counted");
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_never_answers_holds_nobody_and_what_it_loses_is_counted() {
    let stand = Stand::new();
    stand.journal.is_mute.store(true, Ordering::SeqCst);
    let began = tokio::time::Instant::now();
    for n in 0..20_000 {
        stand.refused(404, &format!("/things/{n}"), "192.0.2.1").await;
    }
    assert!(began.elapsed().is_zero(), "no request waits");
    tokio::time::sleep(Duration::from_secs(5)).await;
    let counters = stand.layer.counters();
    assert_eq!(counters.dropped + counters.waiting, 20_000);
    assert!(
        counters.waiting <= 4096 + 2000 + 10 * 200,
        "bounded: {counters:?}"
    );
    assert!(counters.lag >= Duration::from_secs(3), "{counters:?}");
    let counters = stand.worker.finish(Duration::from_secs(3)).await;
    assert_eq!(
        (counters.recorded, counters.dropped, counters.waiting),
        (0, 20_000, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_database_that_comes_back_in_time_has_lost_nothing() {
    let stand = Stand::new();
    stand.journal.is_away.store(true, Ordering::SeqCst);
    stand.refused(401, "/a", "192.0.2.1").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(stand.journal.tries.load(Ordering::SeqCst) > 1, "it tries again");
    stand.journal.is_away.store(false, Ordering::SeqCst);
    let (journal, counters) = stand.finished().await;
    assert_eq!((journal.requests(), counters.dropped), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_database_that_stays_away_costs_what_came_then_and_no_more() {
    let stand = Stand::new();
    stand.journal.is_away.store(true, Ordering::SeqCst);
    stand.refused(401, "/a", "192.0.2.1").await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(stand.layer.counters().dropped, 1);
    stand.journal.is_away.store(false, Ordering::SeqCst);
    stand.refused(403, "/a", "192.0.2.1").await;
    let (journal, counters) = stand.finished().await;
    assert_eq!(journal.told(), [(EventKind::AuthzFail, 1)]);
    assert_eq!((counters.recorded, counters.dropped), (1, 1));
    let beats = journal.beats.lock().expect("beats").clone();
    let heard = beats.iter().map(|beat| (beat.seen, beat.dropped));
    let heard = heard.fold((0, 0), |sum, beat| (sum.0 + beat.0, sum.1 + beat.1));
    assert_eq!(heard, (2, 1), "the journal hears what was lost, once");
}

#[tokio::test(start_paused = true)]
async fn one_row_that_the_journal_refuses_does_not_take_the_others_with_it() {
    let stand = Stand::new();
    stand.refused(401, "/a", "192.0.2.1").await;
    let strange = |_: &Request<()>| {
        let mut answer = answer(410);
        answer
            .extensions_mut()
            .insert(Noted::event(EventKind::InputValidationFail));
        answer
    };
    stand.ask(request("/a", "192.0.2.1"), strange).await;
    stand.refused(403, "/a", "192.0.2.1").await;
    let (journal, counters) = stand.finished().await;
    assert_eq!(journal.requests(), 2);
    assert_eq!((counters.recorded, counters.dropped), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn the_journal_hears_of_a_service_to_which_nothing_happens() {
    let stand = Stand::new();
    for _ in 0..5 {
        stand.refused(200, "/a", "192.0.2.1").await;
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let beats = stand.journal.beats.lock().expect("beats").clone();
    assert!(beats.len() >= 5, "{beats:?}");
    assert_eq!(beats.iter().map(|beat| beat.seen).sum::<u64>(), 5);
    assert_eq!(stand.journal.tries.load(Ordering::SeqCst), 0, "nothing to record");
}

#[tokio::test(start_paused = true)]
async fn only_proxies_of_ours_say_who_asks() {
    let stand = Stand::new();
    for (path, from, said) in [
        ("/a", "192.0.2.1", "198.51.100.7"),
        ("/b", "10.1.1.1", "203.0.113.66, 198.51.100.7"),
        ("/c", "10.1.1.1", "198.51.100.7, made up"),
        ("/l", "127.0.0.1", "198.51.100.7"),
        ("/d", "192.0.2.9", "198.51.100.7"),
    ] {
        let mut request = request(path, from);
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", said.parse().expect("a value"));
        stand.ask(request, |_| answer(401)).await;
    }
    let (journal, _) = stand.finished().await;
    let rows = journal.rows();
    let from: Vec<_> = rows.iter().map(|row| row.address_hash).collect();
    assert_eq!(
        from,
        [
            Some("192.0.2.1"),
            Some("198.51.100.7"),
            None,
            None,
            Some("192.0.2.9")
        ]
        .map(|address| address.map(pseudonym)),
        "a proxy of ours is nobody, nor is this machine"
    );
    let allowed: Vec<_> = rows.iter().map(|row| row.is_allowed).collect();
    assert_eq!(allowed, [false, false, false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_service_says_more_than_its_status() {
    let stand = Stand::new();
    let actor = uuid::Uuid::from_u128(7);
    stand
        .ask(request("/sign-in", "192.0.2.1"), |request| {
            let note = request.extensions().get::<Note>().expect("a note");
            note.add(|noted| noted.actor_id = Some(actor));
            note.add(|noted| noted.event = Some(EventKind::AuthzFail));
            let mut answer = answer(303);
            let noted = Noted::event(EventKind::AuthnLoginSuccess).account("Amina@Exemple.cd");
            answer.extensions_mut().insert(noted);
            answer
        })
        .await;
    let (journal, _) = stand.finished().await;
    let [row] = journal.rows().try_into().expect("one row");
    assert_eq!(
        (row.event, row.outcome),
        (EventKind::AuthnLoginSuccess, Outcome::Success)
    );
    assert_eq!((row.actor_id, row.status), (Some(actor), Some(303)));
    assert_eq!(row.account_hash, Some(key().account("amina@exemple.cd")));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_sends_is_kept_only_where_it_is_what_it_should_be() {
    let stand = Stand::new();
    let mut hostile = request("/things/amina@exemple.cd?token=eyJhbGciOi", "192.0.2.1");
    *hostile.method_mut() = http::Method::from_bytes(b"AMINA").expect("a method");
    let headers = hostile.headers_mut();
    headers.insert("x-request-id", "eyJhbGciOi".parse().expect("a value"));
    headers.insert("user-agent", "amina@exemple.cd".parse().expect("a value"));
    stand
        .ask(hostile, |request| {
            let note = request.extensions().get::<Note>().expect("a note");
            note.add(|noted| {
                noted.resource = Some("a\u{1b}[31m".to_owned());
                noted.error_code = Some("amina@exemple.cd".to_owned());
                noted.actor_role = Some("x".repeat(64));
                noted.account = Some("é".repeat(100_000));
            });
            answer(404)
        })
        .await;
    let (journal, _) = stand.finished().await;
    let [row] = journal.rows().try_into().expect("one row");
    let shown = serde_json::to_string(&row).expect("JSON");
    assert!(!shown.contains("amina") && !shown.contains("eyJ"), "{shown}");
    let nothing = (None, None, None, None);
    assert_eq!(
        (row.method, row.error_code, row.actor_role, row.request_id),
        nothing
    );
    assert_eq!(row.route.as_deref(), Some("/things/{id}"));
    let resource = row.resource.expect("a pseudonym");
    assert!(
        resource
            .strip_prefix('#')
            .is_some_and(|hash| hash.parse::<Pseudonym>().is_ok()),
        "{resource}"
    );
}
