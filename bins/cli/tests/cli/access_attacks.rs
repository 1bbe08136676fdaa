//! From the logs of attacks to alerts: each is said once, nothing is said of honest people, and nothing of anybody is kept.

use std::{collections::HashSet, fmt::Write as _};

use access_journal::{Source, ingest::SOURCES};
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Clock as _, SystemClock};
use sha2::{Digest as _, Sha256};

use crate::{
    attacks::{SENSITIVE, attacks},
    harness::{Answer, World, check},
};

/// What all sources together came to is another matter.
const CODES: &str =
    "(check_code like 'ACCESS%' or check_code in ('ANON_DATA_EXPOSED', 'SERVICE_ROLE_FROM_BROWSER'))
                     and check_code <> 'ACCESS_SPIKE'";

/// About nothing.
const NOTHING: &str = "select 'x' as entity_id where false";

struct Scene {
    world: World,
    url: String,
    /// All that was ever printed.
    printed: String,
}

impl Scene {
    fn new() -> Self {
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

    fn ran(&mut self, url: &str, args: &[&str]) -> Answer {
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

    fn sync(&mut self) {
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
fn lately() -> DateTime<Utc> {
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

/// All text of all rows of the schema.
fn everything(world: &World) -> String {
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
