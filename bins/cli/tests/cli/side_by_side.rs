//! Checks that cannot be evaluated, beside healthy ones, in one run.

use serde_json::Value;

use crate::harness::{Answer, World, check, row};

/// What every check of the test finds as long as it works: the rows that are marked for it.
fn marked(code: &str, rest: &str) -> String {
    format!("select id as entity_id{rest} from public.bacs where wrong = '{code}'")
}

/// The broken ones, by code: severity, what the file becomes, and the kind of failure.
const BROKEN: [(&str, &str, &str); 5] = [
    ("BLINDED", "WARN", "Privilege"),
    ("NO_TABLE", "CRITICAL", "MissingObject"),
    ("SLOW", "WARN", "Timeout"),
    ("THROWS", "CRITICAL", "Sql"),
    ("WRONG_COLUMN", "WARN", "Contract"),
];

fn write(world: &World, broken: bool) {
    let file = |name: &str, severity: &str, more: &str, working: &str, breaking: &str| {
        let sql = if broken { breaking } else { working };
        world.file(
            &format!("checks/{}.sql", name.to_lowercase()),
            check(name, severity, more, sql),
        );
    };
    world.pack(&[]);
    let blinded = "select id as entity_id from public.secrets";
    file("BLINDED", "WARN", "", blinded, blinded);
    file(
        "NO_TABLE",
        "CRITICAL",
        "",
        &marked("NO_TABLE", ""),
        "select id as entity_id from public.gone",
    );
    world.sql(
        "create or replace function public.nap(double precision) returns void language sql as 'select pg_sleep($1)'",
    );
    let sleeping = "select id as entity_id, public.nap(10)::text as message from public.bacs";
    file(
        "SLOW",
        "WARN",
        "timeout = \"500ms\"",
        &marked("SLOW", ""),
        sleeping,
    );
    let throwing = marked("THROWS", ", (1 / (length(id) - length(id)))::text as message");
    file("THROWS", "CRITICAL", "", &marked("THROWS", ""), &throwing);
    file(
        "WRONG_COLUMN",
        "WARN",
        "",
        &marked("WRONG_COLUMN", ""),
        &marked("WRONG_COLUMN", ", 1 as colour"),
    );

    let healthy = marked("HEALTHY", "");
    file("HEALTHY", "WARN", "", &healthy, &healthy);
    let doubled = "select 'same' as entity_id, s as severity, jsonb_build_object('n', n) as payload \
                   from (values ('INFO', 1), ('CRITICAL', 3), ('CRITICAL', 2)) v (s, n)";
    file("DOUBLED", "WARN", "", doubled, doubled);
    let info = marked("HEALTHY", ", 'INFO' as severity");
    file("JUST_INFO", "INFO", "", &info, &info);
}

/// A world in which every check has found something, and then five of them break.
fn broken() -> (World, String) {
    let mut world = World::migrated();
    world.sql(
        "create table public.bacs (id text, wrong text);
         insert into public.bacs
             select 'b-' || lower(code), code from unnest('{NO_TABLE,SLOW,THROWS,WRONG_COLUMN,HEALTHY}'::text[]) code;
         create table public.secrets (id text);
         insert into public.secrets values ('s')",
    );
    let url = world.service();
    write(&world, false);
    sync(&world, &url).exits(0);
    write(&world, true);
    world.sql(
        "insert into public.bacs values ('late', 'HEALTHY');
         alter table public.secrets enable row level security",
    );
    (world, url)
}

fn sync(world: &World, url: &str) -> Answer {
    Answer::of(&mut world.command(url, &["sync", "--pack", "./checks", "--json"]))
}

fn alerts(world: &World, args: &[&str]) -> Vec<Value> {
    let list = world
        .vigie(&[&["alerts", "list", "--json"], args].concat())
        .exits(0)
        .json();
    list["alerts"].as_array().expect("alerts").clone()
}

/// The entities of the live alerts that say that a check fails.
fn failing(world: &World) -> Vec<String> {
    let alerts = alerts(world, &["--check", "CHECK_FAILING"]);
    let mut entities: Vec<_> = alerts
        .iter()
        .map(|alert| alert["entity_id"].as_str().expect("text").to_owned())
        .collect();
    entities.sort();
    entities
}

#[test]
fn one_bad_check_kills_no_other() {
    let (world, url) = broken();
    let before: Vec<_> = BROKEN
        .iter()
        .map(|(code, ..)| alerts(&world, &["--check", code]))
        .collect();

    let answer = sync(&world, &url).exits(3);
    let report = answer.json();
    assert_eq!(report["status"], "PARTIAL");
    for (code, _, kind) in BROKEN {
        assert_eq!(row(&report, code)["outcome"], "Failed", "{code}");
        assert_eq!(row(&report, code)["kind"], kind, "{code}");
        assert!(
            answer.stderr.contains(&format!("{code}: Failed({kind}): ")),
            "{answer:#?}"
        );
    }
    assert!(
        answer
            .stderr
            .contains("5 of 8 checks could not be looked at whole"),
        "{answer:#?}"
    );

    // the healthy ones are applied
    assert_eq!(row(&report, "HEALTHY")["opened"], 1);
    assert_eq!(row(&report, "JUST_INFO")["opened"], 1);
    assert_eq!(
        alerts(&world, &["--check", "JUST_INFO", "--severity", "INFO"]).len(),
        2
    );
    let doubled = alerts(&world, &["--check", "DOUBLED"]);
    assert_eq!(row(&report, "DOUBLED")["merged"], 2);
    assert_eq!(doubled.len(), 1);
    assert_eq!(
        (&doubled[0]["severity"], &doubled[0]["payload"]["n"]),
        (&"CRITICAL".into(), &2.into())
    );

    // the others' alerts stay as they are
    for ((code, ..), before) in BROKEN.iter().zip(before) {
        assert_eq!(before.len(), 1, "{code} had found something");
        assert_eq!(alerts(&world, &["--check", code]), before, "{code}");
    }
}

#[test]
fn a_failing_check_becomes_an_alert() {
    let (world, url) = broken();
    sync(&world, &url).exits(3);
    assert_eq!(
        failing(&world),
        ["NO_TABLE", "THROWS"],
        "the CRITICAL ones, at once"
    );
    sync(&world, &url).exits(3);
    assert_eq!(failing(&world), ["NO_TABLE", "THROWS"]);
    sync(&world, &url).exits(3);
    assert_eq!(
        failing(&world),
        ["BLINDED", "NO_TABLE", "SLOW", "THROWS", "WRONG_COLUMN"],
        "the third time, all"
    );

    let status = world.vigie(&["status"]).exits(3);
    for (code, _, kind) in BROKEN {
        assert!(
            status
                .stdout
                .contains(&format!("failing  {code} (3 in a row): {kind}: ")),
            "{status:#?}"
        );
    }

    write(&world, false);
    world.sql("alter table public.secrets disable row level security");
    sync(&world, &url).exits(0);
    assert_eq!(failing(&world), Vec::<String>::new(), "one look is enough");
    world.vigie(&["alerts", "verify"]).exits(0);
}

#[test]
fn what_proves_nothing_or_is_cut_off_is_incomplete() {
    let world = World::migrated();
    world.sql("create table public.bacs (id text); insert into public.bacs values ('1'), ('2'), ('3')");
    let sql = "select id as entity_id from public.bacs";
    let guard = "guard = \"select count(*) > 0 from public.bacs\"";
    world.pack(&[
        ("cut_off.sql", &check("CUT_OFF", "WARN", "max_rows = 2", sql)),
        ("guarded.sql", &check("GUARDED", "WARN", guard, sql)),
    ]);
    let answer = world
        .vigie(&["sync", "--pack", "./checks", "--json"])
        .exits(3)
        .says("CUT_OFF: Truncated: ");
    assert_eq!(row(&answer.json(), "CUT_OFF")["opened"], 2);
    world.sql("delete from public.bacs");
    let answer = world
        .vigie(&["sync", "--pack", "./checks", "--json"])
        .exits(3)
        .says("GUARDED: Suspect(Guard): ");
    assert_eq!(row(&answer.json(), "GUARDED")["kept"], 3);
    assert_eq!(alerts(&world, &["--check", "GUARDED"]).len(), 3);
    assert!(
        world
            .vigie(&["status"])
            .exits(3)
            .stdout
            .contains("suspect  GUARDED: ")
    );
}

#[test]
fn a_disabled_check_is_not_missed() {
    let world = World::migrated();
    let sql = "select 'x' as entity_id from public.gone";
    world.pack(&[
        ("no_table.sql", &check("NO_TABLE", "WARN", "", sql)),
        ("broken.sql", "nothing"),
    ]);
    world.file(
        "vigie.toml",
        "packs = [\"./checks\"]\nchecks.NO_TABLE.enabled = false\nchecks.BROKEN.enabled = false\n",
    );
    // Nobody misses the two; but where nothing else is left, nobody looks at anything.
    let answer = world
        .vigie(&["sync", "--json"])
        .exits(3)
        .says("no check is enabled");
    let report = answer.json();
    assert_eq!(row(&report, "NO_TABLE")["outcome"], "Skipped");
    assert_eq!(report["coverage"]["enabled"], 0);
}

/// A check that ends its own connection, or keeps a lock that applying needs, is one failed check and not a database
/// that cannot be reached.
#[test]
fn a_check_that_takes_its_connection_down_is_one_failed_check() {
    let world = World::migrated();
    world.pack(&[]);
    // The loader refuses such calls in a check itself; a function of the database can hide them.
    world.sql(
        "create function public.finish() returns boolean language sql as
            'select pg_terminate_backend(pg_backend_pid())';
         create function public.take_lock() returns void language sql as
            'select pg_advisory_lock(hashtextextended(''vigie.apply main C_AFTER'', 0))'",
    );
    let ending = "select 'x' as entity_id where public.finish()";
    let locking = "select 'x' as entity_id from (select public.take_lock()) taken offset 1";
    let files = [
        ("a_before", "select 'a' as entity_id"),
        ("b_ends", ending),
        ("b_locks", locking),
    ];
    for (name, sql) in files.into_iter().chain([("c_after", "select 'c' as entity_id")]) {
        let file = check(&name.to_uppercase(), "WARN", "", sql);
        world.file(&format!("checks/{name}.sql"), file);
    }
    let report = sync(&world, &world.url()).exits(3).json();
    let outcome = |code: &str| row(&report, code)["outcome"].clone();
    assert_eq!(outcome("B_ENDS"), "Failed");
    for healthy in ["A_BEFORE", "B_LOCKS", "C_AFTER"] {
        assert_eq!(outcome(healthy), "Complete", "{healthy}");
    }
    assert_eq!(row(&report, "C_AFTER")["opened"], 1);
}

/// A run of another pack leaves alerts behind that nobody evaluates any more.
#[test]
fn alerts_that_nobody_evaluates_are_not_health() {
    let world = World::migrated();
    world.pack(&[]);
    world.file(
        "checks/one.sql",
        check("ONE", "CRITICAL", "", "select 'x' as entity_id"),
    );
    sync(&world, &world.url()).exits(0);
    world.file("other/pack.toml", "name = \"other\"\nformat = 1\n");
    world.file(
        "other/two.sql",
        check("TWO", "WARN", "", "select 'x' as entity_id where false"),
    );
    Answer::of(&mut world.command(&world.url(), &["sync", "--pack", "./other"])).exits(0);
    let status = world.vigie(&["status"]).exits(3);
    assert!(status.stdout.contains("frozen"), "{}", status.stdout);
    assert!(status.stdout.contains("ONE"), "{}", status.stdout);
}
