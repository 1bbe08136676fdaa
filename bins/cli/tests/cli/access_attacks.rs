//! From the logs of attacks to alerts: each is said once, nothing is said of honest people, and nothing of anybody is kept.

use std::{collections::HashSet, fmt::Write as _};

use access_journal::{Source, ingest::SOURCES, privacy::Month};
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Clock as _, SystemClock};
use sha2::{Digest as _, Sha256};

use crate::{
    attacks::{Attack, SENSITIVE, attacks},
    harness::{Answer, World, check},
};

/// What all sources together came to is another matter.
const CODES: &str =
    "(check_code like 'ACCESS%' or check_code in ('ANON_DATA_EXPOSED', 'SERVICE_ROLE_FROM_BROWSER'))
                     and check_code <> 'ACCESS_SPIKE'";

/// About nothing.
const NOTHING: &str = "select 'x' as entity_id where false";

pub(crate) struct Scene {
    pub(crate) world: World,
    /// The login that may record, and nothing else.
    pub(crate) url: String,
    /// All that was ever printed.
    pub(crate) printed: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let mut world = World::migrated();
        let url = world.login("in role vigie_ingest", "");
        world.file(
            "vigie.toml",
            format!("[access]\nsensitive = [\"public.{SENSITIVE}\"]\n"),
        );
        world.pack(&[("nothing.sql", &check("NOTHING", "WARN", "", NOTHING))]);
        Self {
            world,
            url,
            printed: String::new(),
        }
    }

    pub(crate) fn ran(&mut self, url: &str, args: &[&str]) -> Answer {
        let answer = Answer::of(&mut self.world.command(url, args));
        let _ = write!(self.printed, "{}{}", answer.stdout, answer.stderr);
        assert!(!answer.stderr.contains("panicked"), "{answer:#?}");
        answer
    }

    fn ingest(&mut self, source: Source, log: &str) {
        self.world.file("one.log", log);
        let word = source.as_str().replace('_', "-");
        let url = self.url.clone();
        self.ran(&url, &["access", "ingest", "--source", &word, "one.log"])
            .exits(0);
    }

    pub(crate) fn sync(&mut self) {
        let url = self.world.url();
        self.ran(&url, &["sync", "--pack", "./checks"]).exits(0);
    }

    fn alerts(&self) -> Vec<String> {
        let listed = self.world.value(&format!(
            "select string_agg(check_code, ' ' order by check_code) from vigie.alerts where {CODES}"
        ));
        listed
            .split(' ')
            .filter(|code| !code.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// Forty minutes ago.
pub(crate) fn lately() -> DateTime<Utc> {
    SystemClock.now() - TimeDelta::minutes(40)
}

#[test]
fn each_attack_is_said_once_and_nothing_of_honest_people() {
    for source in SOURCES.iter().copied() {
        let mut scene = Scene::new();
        let from = lately();
        let mut expected: Vec<String> = Vec::new();
        let mut log = String::new();
        for attack in attacks(from) {
            let Some(told) = attack.log(source) else { continue };
            log += &told;
            expected.extend(attack.alerts(source).into_iter().map(str::to_owned));
        }
        expected.sort();
        for time in ["once", "again"] {
            scene.ingest(source, &log);
            scene.sync();
            assert_eq!(scene.alerts(), expected, "{source} {time}: {}", scene.printed);
        }
    }
}

/// The story, moved so that a month begins in the middle of it.
fn over(mut attack: Attack, midnight: DateTime<Utc>) -> Attack {
    let (first, last) = (attack.acts[0].at, attack.acts[attack.acts.len() - 1].at);
    let by = midnight - (first + (last - first) / 2);
    for act in &mut attack.acts {
        act.at += by;
    }
    attack
}

/// Pseudonyms change at midnight, and nobody is two for that: neither is said twice what is enough on both sides of it, nor
/// is missed what is enough on neither.
#[test]
fn over_a_months_end_everybody_is_one() {
    let now = SystemClock.now();
    let midnight = Month::of(now).begins_at();
    for source in SOURCES.iter().copied() {
        let mut scene = Scene::new();
        let mut expected: Vec<String> = Vec::new();
        // What is read before midnight, and after it.
        let mut logs = [String::new(), String::new()];
        for attack in attacks(midnight) {
            let attack = over(attack, midnight);
            // In the first minutes of a month, what is still to come is left out.
            if attack.acts.iter().any(|act| act.at > now) {
                continue;
            }
            let (before, after): (Vec<_>, Vec<_>) =
                attack.acts.iter().cloned().partition(|act| act.at < midnight);
            for (log, acts) in logs.iter_mut().zip([before, after]) {
                let mut half = attack.clone();
                half.acts = acts;
                *log += &half.log(source).unwrap_or_default();
            }
            if attack.log(source).is_some() {
                expected.extend(attack.alerts(source).into_iter().map(str::to_owned));
            }
        }
        expected.sort();
        for log in &logs {
            scene.ingest(source, log);
            scene.sync();
        }
        for time in ["once", "again"] {
            assert_eq!(scene.alerts(), expected, "{source} {time}: {}", scene.printed);
            scene.sync();
        }
        let strangers = scene.world.value(&format!(
            "select string_agg(check_code, ' ') from vigie.alerts a
             where entity_type in ('ADDRESS', 'ACCOUNT') and not exists (
                 select from vigie.access_events e
                 where e.occurred_at < '{midnight}'
                   and encode(case a.entity_type when 'ADDRESS' then e.address_hash else e.account_hash end, 'hex')
                       = a.entity_id)"
        ));
        assert_eq!(
            strangers, "",
            "{source}: an alert keeps the pseudonym of its first event"
        );
        let changed = scene.world.value(&format!(
            "select (count(*) > 0 and bool_and(address_hash <> address_hash_before))::text from vigie.access_events
             where occurred_at >= '{midnight}'"
        ));
        assert!(
            changed == "true" || logs[1].is_empty(),
            "{source}: the key has changed, and the test is one"
        );
    }
}

/// All text of all rows of the schema.
pub(crate) fn everything(world: &World) -> String {
    let tables = world.value(
        "select string_agg(format('select string_agg(t::text, '' '') from vigie.%I t', relname), ' union all ')
         from pg_class where relnamespace = 'vigie'::regnamespace and relkind in ('r', 'p')",
    );
    world.value(&format!(
        "select string_agg(string_agg, ' ') from ({tables}) as of"
    ))
}

fn hex(bytes: &[u8]) -> String {
    let half = &bytes[..16];
    half.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn nothing_of_anybody_is_kept_or_printed() {
    let mut scene = Scene::new();
    let from = lately();
    let mut planted: Vec<String> = [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqZWFuIn0.c2ln",
        "sb_secret_q7Wx0aZ1hunter2",
    ]
    .map(str::to_owned)
    .to_vec();
    for attack in attacks(from) {
        for act in &attack.acts {
            planted.push(act.address.clone());
            planted.extend(act.account.clone());
        }
    }
    for source in SOURCES.iter().copied() {
        let logs = attacks(from).into_iter().filter_map(|attack| attack.log(source));
        scene.ingest(source, &logs.collect::<String>());
    }
    let mut scan = String::new();
    for (at, held) in planted.clone().into_iter().enumerate() {
        let held = held.replace('@', "%40");
        let time = (from + TimeDelta::seconds(i64::try_from(at).unwrap_or_default()))
            .format("%d/%b/%Y:%H:%M:%S +0000");
        let _ = writeln!(
            scan,
            "198.18.1.1 - {held} [{time}] \"GET /{held}?t={held} HTTP/1.1\" 404 2 \"{held}\" \"{held}\""
        );
        let _ = writeln!(scan, "{held} is no line");
    }
    scene.world.file("scan.log", &scan);
    let (url, owner) = (scene.url.clone(), scene.world.url());
    let args = ["access", "ingest", "--source", "postgrest", "scan.log"];
    scene.ran(&url, &args).exits(3);
    scene.sync();
    scene.ran(&owner, &["access", "report"]);
    scene.ran(&owner, &["access", "verify"]);

    let kept = everything(&scene.world) + &scene.printed;
    assert!(kept.contains("ACCESS_ENUMERATION"), "the tables were read");
    let kept = kept.to_lowercase();
    planted.sort();
    planted.dedup();
    for one in &planted {
        let percent = one.replace('@', "%40").replace('.', "%2e");
        let base64 = BASE64_STANDARD_NO_PAD.encode(one);
        for form in [one.clone(), one.replace('@', "%40"), percent, base64] {
            assert!(!kept.contains(&form.to_lowercase()), "{form}");
        }
    }
    // Without the key nobody who tries all addresses finds one; what a line is known by is tried where lines are read.
    let words = kept.split(|letter: char| !letter.is_ascii_hexdigit());
    let digests: HashSet<&str> = words.filter_map(|word| word.get(..32)).collect();
    for net in 0..=255 {
        for host in 0..=255 {
            let address = format!("198.18.{net}.{host}");
            let octets = [198, 18, net, host];
            for digest in [Sha256::digest(&address), Sha256::digest(octets)] {
                assert!(!digests.contains(&*hex(&digest)), "{address}");
            }
        }
    }
}
