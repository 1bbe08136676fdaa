//! `vigie audit` on a server of its own: roles belong to a whole server.

use std::{fs, process::Command};

use pg_sandbox::{Options, Sandbox};

use crate::harness::{Answer, World, vigie};

const SCHEMA: &str = "
    create role anon; create role authenticated;
    grant usage on schema public to anon, authenticated;
    create table public.notes (id int primary key, owner text);
    insert into public.notes values (1, 'amina'), (2, 'didier');
    alter table public.notes enable row level security;
    create policy mine on public.notes to authenticated
        using (owner = (select current_setting('request.jwt.claims', true)::jsonb ->> 'sub'));
    grant select on public.notes to authenticated;";

fn stage() -> (Sandbox, World) {
    let server = Sandbox::start(&Options::from_env()).expect("a private server");
    let world = World::empty_on(server.url("postgres"));
    world.sql(SCHEMA);
    (server, world)
}

#[test]
fn drift_is_told_from_the_baseline_on() {
    let (_server, world) = stage();
    let said = world.vigie(&["audit", "diff"]).exits(2);
    said.says("`vigie audit baseline` writes one");
    world.vigie(&["audit", "baseline"]).exits(0);
    let nothing = world.vigie(&["audit", "diff"]).exits(0).stdout;
    assert!(
        nothing.contains("Nothing has changed since the baseline."),
        "{nothing}"
    );
    world.vigie(&["audit", "rls", "--fail-on", "info"]).exits(0);

    world.sql(
        "grant select on public.notes to anon; create policy all_of_it on public.notes to anon using (true)",
    );
    let told = world.vigie(&["audit", "diff"]).exits(4).stdout;
    assert!(
        told.contains("WIDENED  SELECT on public.notes as anon: denied → all"),
        "{told}"
    );
    let json = world.vigie(&["audit", "diff", "--json"]).exits(4).json();
    assert_eq!(json["direction"], "WIDENED");

    world.vigie(&["audit", "baseline"]).exits(0);
    world.sql("revoke select on public.notes from anon");
    let told = world.vigie(&["audit", "diff"]).exits(0).stdout;
    assert!(told.contains("NARROWED"), "{told}");
}

#[test]
fn the_worst_that_holds_is_the_exit_code() {
    let (_server, mut world) = stage();
    world.vigie(&["audit", "baseline"]).exits(0);
    // A warning, and more than was agreed to.
    world.sql("grant truncate on public.notes to authenticated");
    world.vigie(&["audit", "rls"]).exits(4);
    world.vigie(&["audit", "rls", "--fail-on", "warn"]).exits(1);
    let stranger = world.stranger();
    let run = |url: &str, args: &[&str]| Answer::of(&mut world.command(url, args));
    let agreed = fs::read_to_string(world.directory.path().join("vigie-audit.json")).expect("a baseline");
    for args in [
        &["audit", "rls", "--fail-on", "info"][..],
        &["audit", "diff"],
        &["audit", "baseline"],
    ] {
        let answer = run(&stranger, args).exits(3);
        assert!(
            answer.stdout.contains("too little to say that anything is well"),
            "{answer:?}"
        );
    }
    let kept = fs::read_to_string(world.directory.path().join("vigie-audit.json")).expect("a baseline");
    assert_eq!(kept, agreed, "nobody agrees to what is not known");
    run("postgres://nobody@127.0.0.1:1/nowhere", &["audit", "rls"]).exits(5);
}

#[test]
fn the_commands_of_the_guide_run() {
    let (_server, world) = stage();
    world.sql("grant truncate on public.notes to authenticated");
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/audit-in-ci.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let lines = guide.split("```").skip(1).step_by(2).flat_map(str::lines);
    let commands: Vec<&str> = lines
        .map(|line| line.trim().trim_start_matches("- ").trim_start_matches("run: "))
        .filter(|line| line.starts_with("vigie "))
        .collect();
    assert!(commands.len() > 12, "{commands:?}");
    for command in commands {
        let program = crate::vigie();
        let place = program.parent().expect("a directory").display();
        let answer = Answer::of(
            Command::new("sh")
                .current_dir(world.directory.path())
                .args(["-c", &format!("PATH=\"{place}:$PATH\"; {command}")])
                .env("VIGIE_DATABASE_URL", world.url())
                .env_remove("GITHUB_STEP_SUMMARY"),
        );
        assert!(matches!(answer.code, Some(0 | 1)), "{command}: {answer:#?}");
    }
    let written = |name: &str| fs::read_to_string(world.directory.path().join(name)).expect(name);
    let sarif: serde_json::Value = serde_json::from_str(&written("audit.sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(written("audit.xml").contains("<testsuites name=\"vigie audit rls\""));
    assert!(written("audit.html").contains("<html lang=\"en\">"));
    assert!(written("audit.md").starts_with("## Who can do what in <code>"));
    assert!(written("vigie-audit.json").contains("\"author\":\"A. Mbuyi\""));
    // What was suppressed is let be, and the rest is known.
    world.vigie(&["audit", "rls", "--fail-on", "info"]).exits(0);
}

#[test]
fn the_published_schema_is_the_programs_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let printed = Answer::of(vigie(directory.path()).args(["audit", "schema"]))
        .exits(0)
        .stdout;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/audit.schema.json");
    let published = fs::read_to_string(file).expect("docs/audit.schema.json");
    assert_eq!(
        published, printed,
        "run: cargo run -p vigie -- audit schema > docs/audit.schema.json"
    );
}
