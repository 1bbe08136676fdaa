//! `vigie access ingest`: logs of other programs, by the login that may record and nothing else.

use std::{fs, io::Write as _, process::Stdio, thread, time::Duration};

use access_journal::{Source, ingest::SOURCES};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::{
    attacks::{SENSITIVE, attacks},
    harness::{Answer, World, check},
};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/access-journal.md");

struct Scene {
    world: World,
    url: String,
    from: DateTime<Utc>,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::migrated();
        let url = world.login("in role vigie_ingest", "");
        world.file(
            "vigie.toml",
            format!("[access]\nsensitive = [\"public.{SENSITIVE}\"]\n"),
        );
        let now = SystemClock.now();
        Self {
            world,
            url,
            from: now - TimeDelta::minutes(40),
        }
    }

    fn ingest(&self, source: Source, args: &[&str]) -> Answer {
        let source = source.as_str().replace('_', "-");
        let args = [&["access", "ingest", "--source", &source, "--json"], args].concat();
        Answer::of(&mut self.world.command(&self.url, &args))
    }

    fn all_attacks(&self, source: Source) -> String {
        let logs = attacks(self.from)
            .into_iter()
            .filter_map(|attack| attack.log(source));
        logs.collect()
    }

    fn rows(&self) -> String {
        self.world.value("select count(*)::text from vigie.access_events")
    }
}

#[track_caller]
fn number(answer: &Value, name: &str) -> u64 {
    answer[name]
        .as_u64()
        .unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[test]
fn each_source_is_taken_in_once_and_nothing_of_anybody_with_it() {
    let scene = Scene::new();
    let mut whole = 0;
    for source in SOURCES.iter().copied() {
        let log = scene.all_attacks(source);
        scene.world.file("one.log", &log);
        let once = scene.ingest(source, &["one.log"]).exits(0).json();
        assert!(number(&once, "added") > 10, "{source}: {once}");
        assert_eq!(
            (
                number(&once, "bad"),
                number(&once, "known"),
                number(&once, "refused")
            ),
            (0, 0, 0),
            "{once}"
        );
        assert_eq!(once["heard"], true, "{once}");
        whole += number(&once, "added");

        let again = scene.ingest(source, &["one.log"]).exits(0).json();
        assert_eq!(number(&again, "added"), 0, "{again}");
        assert_eq!(number(&again, "known"), number(&once, "added"), "{again}");
    }
    assert_eq!(scene.rows(), whole.to_string());
    let heard = scene
        .world
        .value("select string_agg(source, ' ' order by source) from vigie.access_sources");
    assert_eq!(heard, "nginx postgres postgrest supabase_auth supabase_edge");
    for attack in attacks(scene.from) {
        for source in SOURCES
            .iter()
            .filter(|source| attack.alerts(**source).contains(&"ANON_DATA_EXPOSED"))
        {
            let events = "select string_agg(rows_returned::text, ' ' order by seq) from vigie.access_events";
            let rows = scene.world.value(&format!(
                "{events} where source = '{source}' and event = 'anon_data_read' and resource = '{SENSITIVE}'"
            ));
            let expected = match source {
                Source::SupabaseEdge | Source::Nginx => "25 3",
                // PostgREST does not tell how many; the others do not tell of it.
                _ => "",
            };
            assert_eq!(rows, expected, "{} by {source}", attack.name);
        }
    }
    let everything = scene
        .world
        .value("select string_agg(e::text, '') from vigie.access_events e")
        .to_lowercase();
    for personal in [
        "198.18.",
        "example.org",
        "person1",
        "mozilla",
        "grant_type",
        "%40",
    ] {
        assert!(!everything.contains(personal), "{personal}");
    }
}

#[test]
fn cut_in_the_middle_of_a_line_and_read_on_nothing_is_lost() {
    let scene = Scene::new();
    let log = scene.all_attacks(Source::Postgrest);
    scene.world.file("whole.log", &log);
    let mut added = 0;
    for cut in [log.len() / 3 + 7, log.len() - 20, log.len()] {
        scene.world.file("growing.log", &log[..cut]);
        let answer = scene.ingest(Source::Postgrest, &["growing.log"]).exits(0).json();
        assert_eq!(number(&answer, "bad"), 0, "{answer}");
        assert_eq!(
            number(&answer, "bytes") + number(&answer, "left_bytes"),
            cut as u64,
            "{answer}"
        );
        added += number(&answer, "added");
    }
    fs::rename(
        scene.world.directory.path().join("growing.log"),
        scene.world.directory.path().join("growing.log.1"),
    )
    .expect("rotated");
    let rotated = scene
        .ingest(Source::Postgrest, &["growing.log.1"])
        .exits(0)
        .json();
    assert_eq!((number(&rotated, "added"), number(&rotated, "known")), (0, added));
    let whole = scene.ingest(Source::Postgrest, &["whole.log"]).exits(0).json();
    assert_eq!((number(&whole, "added"), number(&whole, "known")), (0, added));
}

#[test]
fn what_cannot_be_read_is_counted_and_told_without_its_words() {
    let scene = Scene::new();
    let mut log = scene.all_attacks(Source::Nginx).into_bytes();
    log.extend(vec![b'x'; 70 * 1024]);
    log.extend(b"\n\xff\xfe\n\x1b[31mjean@example.org\n{\"time\":\"2999-01-01T00:00:00Z\",\"status\":401}\n");
    scene.world.file("bad.log", &log);
    let answer = scene.ingest(Source::Nginx, &["bad.log"]);
    let told = format!("{answer:?}");
    assert!(!told.contains("jean") && !told.contains('\u{1b}'), "{told}");
    let json = answer.json();
    assert_eq!(number(&json, "bad"), 4, "{json}");
    let lines = number(&json, "lines");
    let is_many = 4 > lines / 100;
    answer.exits(if is_many { 3 } else { 0 });
    assert_eq!(json["first_bad"][0]["line"], lines - 3, "{json}");

    scene.world.file("other.log", "no\nlog\n");
    scene.ingest(Source::Nginx, &["other.log"]).exits(3);
    scene
        .ingest(Source::Nginx, &["none.log"])
        .exits(2)
        .says("none.log cannot be read");
}

#[test]
fn standard_input_without_ids_has_a_name() {
    let scene = Scene::new();
    scene
        .world
        .file("piped.log", scene.all_attacks(Source::Postgrest));
    let piped = |more: &[&str]| {
        let args = [&["access", "ingest", "--source", "postgrest", "--json"], more].concat();
        let file = fs::File::open(scene.world.directory.path().join("piped.log")).expect("a log");
        Answer::of(scene.world.command(&scene.url, &args).stdin(Stdio::from(file)))
    };
    piped(&["-"]).exits(2).says("--stream NAME");
    let once = piped(&["--stream", "a"]).exits(0).json();
    let again = piped(&["-", "--stream", "a"]).exits(0).json();
    assert!(number(&once, "added") > 10);
    assert_eq!(
        (number(&again, "added"), number(&again, "known")),
        (0, number(&once, "added"))
    );
}

/// A relation that nobody has configured: the audit of the service names it, and who reads the log may not read audits.
#[test]
fn what_only_the_audit_names_is_looked_for() {
    let scene = Scene::new();
    scene.world.pack(&[(
        "nothing.sql",
        &check("NOTHING", "WARN", "", "select 'x' as entity_id where false"),
    )]);
    scene.world.file("vigie.toml", "[audit]\nevery = \"1d\"\n");
    scene.world.sql(&format!(
        "do $$ begin create role anon nologin; exception when duplicate_object or unique_violation then null; end $$;
         create table public.{SENSITIVE} (id int primary key, iban text);
         insert into public.{SENSITIVE} values (1, 'CD00'), (2, 'CD01');
         grant usage on schema public to anon, authenticated; grant select on public.{SENSITIVE} to anon, authenticated"
    ));
    let reads = || {
        scene.world.value(
            "select coalesce(string_agg(distinct event || ' ' || resource, ', '), '') from vigie.access_events
             where event = 'anon_data_read'",
        )
    };
    scene.world.file("one.log", scene.all_attacks(Source::Nginx));
    let before = scene.ingest(Source::Nginx, &["one.log"]).exits(0).json();
    assert!(
        before["sensitive"]["of_audit"].is_null() && before["sensitive"]["of_audit_unknown"].is_string(),
        "{before}"
    );
    assert_eq!(reads(), "");

    scene.world.vigie(&["sync", "--pack", "./checks"]);
    let after = scene.ingest(Source::Nginx, &["one.log"]).exits(0).json();
    assert!(number(&after["sensitive"], "of_audit") >= 1, "{after}");
    assert!(after["sensitive"]["audited_at"].is_string(), "{after}");
    assert_eq!(after["sensitive"]["of_audit_is_old"], false, "{after}");
    assert_eq!(reads(), format!("anon_data_read {SENSITIVE}"));

    // Nobody has audited for long: that is said.
    scene
        .world
        .sql("update vigie.access_sensitive set audited_at = audited_at - interval '49 hours'");
    let late = scene.ingest(Source::Nginx, &["one.log"]).exits(0).json();
    assert_eq!(late["sensitive"]["of_audit_is_old"], true, "{late}");
}

#[test]
fn what_is_not_known_is_said() {
    let scene = Scene::new();
    scene.world.file("vigie.toml", "");
    scene.world.file(
        "old.log",
        "203.0.113.7 - anon [01/Jan/2001:00:00:00 +0000] \"GET /x HTTP/1.1\" 404 2\n",
    );
    let told = Answer::of(&mut scene.world.command(
        &scene.url,
        &["access", "ingest", "--source", "postgrest", "old.log"],
    ))
    .exits(0);
    for said in [
        "No relation is known to be sensitive",
        "(RLS-109) is not known",
        "1 line older than what is kept",
        "postgrest does not count as heard",
    ] {
        assert!(told.stdout.contains(said), "nothing of {said:?} in {told:?}");
    }
    assert_eq!(scene.rows(), "0");
}

/// Each command of the guide, on logs with the names that it gives them.
#[test]
fn the_guides_commands_do_what_it_says() {
    let scene = Scene::new();
    let guide = fs::read_to_string(GUIDE).expect("the guide");
    for (name, source) in [
        ("edge.ndjson", Source::SupabaseEdge),
        ("auth.ndjson", Source::SupabaseAuth),
        ("postgres.ndjson", Source::Postgres),
        ("access.log", Source::Nginx),
        ("access.log.1", Source::Nginx),
        ("postgrest.log", Source::Postgrest),
    ] {
        scene.world.file(name, scene.all_attacks(source));
    }
    let mut commands = 0;
    for line in guide
        .lines()
        .filter(|line| line.starts_with("vigie access ingest"))
    {
        let (line, input) = line
            .split_once(" < ")
            .map_or((line, None), |(line, file)| (line, Some(file)));
        let args: Vec<&str> = line.split(' ').skip(1).collect();
        let mut command = scene.world.command(&scene.url, &args);
        if let Some(file) = input {
            let file = fs::File::open(scene.world.directory.path().join(file)).expect("a log");
            command.stdin(Stdio::from(file));
        }
        Answer::of(&mut command).exits(0);
        commands += 1;
    }
    assert_eq!(commands, 8);
    let configured = guide
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    scene
        .world
        .file("vigie.toml", configured.expect("a configuration"));
    scene.ingest(Source::Nginx, &["access.log"]).exits(0);
}

/// What comes through a pipe that stays open is there at once, and its source is heard, though nothing is of interest.
#[test]
fn an_open_pipe_keeps_nothing_waiting() {
    let scene = Scene::new();
    let args = ["access", "ingest", "--source", "nginx", "--json"];
    let mut reader = scene
        .world
        .command(&scene.url, &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut pipe = reader.stdin.take().expect("a pipe");
    let mut say = |id: &str, status: u16| {
        let at = SystemClock.now().to_rfc3339();
        let line = json!({ "time": at, "id": id, "address": "203.0.113.7", "method": "GET", "path": "/x", "status": status });
        writeln!(pipe, "{line}").expect("taken");
    };
    let until = |query: &str, wanted: &str| {
        let mut is = String::new();
        for _ in 0..600 {
            is = scene.world.value(query);
            if is == wanted {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{query}: {is}, not {wanted}");
    };
    let seen = "select coalesce(max(seen), 0)::text from vigie.access_sources where source = 'nginx'";
    say("0123456789abcdef0123456789abcde0", 200);
    until(seen, "1");
    assert_eq!(scene.rows(), "0");
    say("0123456789abcdef0123456789abcde1", 401);
    until("select count(*)::text from vigie.access_events", "1");
    until(seen, "2");
    assert_eq!(
        scene
            .world
            .value("select (heard_at <= clock_timestamp())::text from vigie.access_sources"),
        "true"
    );
    assert_eq!(
        reader.try_wait().expect("a process"),
        None,
        "it still waits for more"
    );
    say("0123456789abcdef0123456789abcde2", 401);
    drop(pipe);
    let ended = reader.wait_with_output().expect("an end");
    assert!(ended.status.success());
    let told: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!((number(&told, "lines"), number(&told, "added")), (3, 2));
    assert_eq!(told["heard"], true);
    assert_eq!(scene.world.value(seen), "3");
}

/// A drain sends a list of all services on one line.
#[test]
fn a_batch_is_taken_apart_and_each_service_heard() {
    let scene = Scene::new();
    let entries = [Source::SupabaseEdge, Source::SupabaseAuth, Source::Postgres].map(|source| {
        let log = scene.all_attacks(source);
        log.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let all = entries.concat();
    let batches: Vec<String> = all
        .chunks(250)
        .map(|batch| format!("[{}]\n", batch.join(",")))
        .collect();
    scene.world.file("drain.ndjson", batches.concat());
    let told = scene
        .ingest(Source::SupabaseEdge, &["drain.ndjson"])
        .exits(0)
        .json();
    assert_eq!(number(&told, "lines"), all.len() as u64, "{told}");
    assert_eq!(
        (number(&told, "bad"), number(&told, "elsewhere")),
        (0, 0),
        "{told}"
    );
    let heard = scene
        .world
        .value("select string_agg(source, ' ' order by source) from vigie.access_sources");
    assert_eq!(heard, "postgres supabase_auth supabase_edge");
    let added = scene.rows();
    assert_eq!(number(&told, "added").to_string(), added);
    // An entry is the same whether it comes in a batch or alone.
    scene.world.file("edge.ndjson", entries[0].join("\n") + "\n");
    let alone = scene
        .ingest(Source::SupabaseEdge, &["edge.ndjson"])
        .exits(0)
        .json();
    assert_eq!(number(&alone, "added"), 0, "{alone}");
    assert_eq!(scene.rows(), added);
}

/// A timer whose unit lacks the secret must not record beside a service that has it.
#[test]
fn who_lacks_the_secret_of_the_month_is_refused() {
    let scene = Scene::new();
    scene.world.file("some.log", scene.all_attacks(Source::Postgrest));
    let with = |secret: Option<&str>| {
        let args = ["access", "ingest", "--source", "postgrest", "some.log"];
        let mut command = scene.world.command(&scene.url, &args);
        if let Some(secret) = secret {
            command.env("VIGIE_ACCESS_KEY", secret.repeat(32));
        }
        Answer::of(&mut command)
    };
    with(Some("ab")).exits(0);
    let rows = scene.rows();
    for (secret, says) in [(None, "this program has none"), (Some("cd"), "another secret")] {
        let refused = with(secret).exits(2);
        for said in [says, "VIGIE_ACCESS_KEY"] {
            assert!(
                refused.stderr.contains(said),
                "nothing of {said:?} in {refused:?}"
            );
        }
    }
    assert_eq!(scene.rows(), rows);
}
