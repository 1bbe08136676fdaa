//! Places that lack something: the inspection does its job there, or says exactly what is not known.

use std::time::Duration;

use pg_sandbox::{Options, Sandbox, Script};
use rls_audit::{
    Access, Command, DatabaseInspector as _, Doubt, Inspection, Name, PgDatabaseInspector,
    postgres::sqlx::{Connection as _, Executor as _, PgConnection, PgPool},
    rules::{Facts, Settings},
};

use crate::corpus::{Corpus, EVERY_KIND, amina, inspected_at};

fn access(found: &Inspection, persona: &str, relation: &str, command: Command) -> Access {
    let access = found
        .matrix
        .access(persona, &Name::new("public", relation), command);
    access.expect("it was looked at").clone()
}

#[tokio::test]
async fn a_login_that_is_a_member_of_nobody_knows_nothing_and_says_so() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(case, "create role stranger login password 'stranger'");
    let found = corpus.inspected(case, "stranger").await;
    let roles = ["amina", "anon", "authenticated"];
    for role in roles {
        let cells = found.matrix.cells.iter().filter(|cell| cell.persona == role);
        let known: Vec<_> = cells
            .filter(|cell| cell.access != Access::Unknown(Doubt::NotAMember))
            .collect();
        assert!(known.is_empty(), "{known:?}");
    }
    assert_eq!(found.matrix.unknown().count(), found.matrix.cells.len());
    assert!(found.matrix.cells.len() >= roles.len() * Command::ALL.len());
}

#[tokio::test]
async fn a_login_that_is_let_in_once_sees_what_two_connections_see() {
    let corpus = Corpus::load(Some("views"));
    let case = &corpus.cases()[0];
    corpus.run(case, "alter role auditor connection limit 1");
    let once = corpus.inspected(case, "auditor").await;
    corpus.run(case, "alter role auditor connection limit -1");
    let twice = corpus.inspected(case, "auditor").await;
    assert_eq!(once.matrix, twice.matrix);
    assert_eq!(once.trials, twice.trials);
    assert!(once.matrix.cells.iter().any(|cell| cell.access.is_open()));
}

#[tokio::test]
async fn the_exposed_schemas_are_those_that_something_names() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    let url = corpus.url(case, "auditor");
    let settings = Settings::default();
    let found = inspected_at(&url, &[]).await;
    assert_eq!(found.catalog.server.exposed_schemas, None);
    let facts = Facts::new(&found.catalog, &found.matrix, &found.trials, &settings);
    assert_eq!(facts.exposed_schemas(), ["public"]);
    corpus.run(
        case,
        "create role authenticator login noinherit;
         alter role authenticator set pgrst.db_schemas = 'api, public';",
    );
    let of_role = inspected_at(&url, &[]).await.catalog.server.exposed_schemas;
    assert_eq!(of_role, Some(vec!["api".to_owned(), "public".to_owned()]));
    corpus.run(
        case,
        "alter role authenticator in database own_rows set pgrst.db_schemas = 'api'",
    );
    let of_both = inspected_at(&url, &[]).await.catalog.server.exposed_schemas;
    assert_eq!(of_both, Some(vec!["api".to_owned()]));
}

/// `PostgREST`'s own tutorial: no `anon`, no `authenticated`, no `auth`.
#[tokio::test]
async fn roles_with_other_names_are_found() {
    let server = Sandbox::start(&Options::from_env()).expect("a private server");
    let schema = "create role web_anon nologin; create role todo_user nologin;
        create role authenticator noinherit login password 'authenticator';
        grant web_anon, todo_user to authenticator;
        grant usage on schema public to web_anon, todo_user;
        create table public.todos (id int primary key, owner text, task text);
        insert into public.todos values (1, 'a', 't');
        grant select on public.todos to web_anon;
        create table public.notes (id int primary key, owner text);
        alter table public.notes enable row level security;
        create policy own on public.notes to todo_user
            using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
        grant all on public.notes to todo_user;";
    server.psql("postgres", Script::Text(schema)).expect("made");
    let url = format!(
        "postgres://authenticator:authenticator@127.0.0.1:{}/postgres",
        server.port()
    );
    let found = inspected_at(&url, &[]).await;
    let personas: Vec<(&str, bool)> = found
        .matrix
        .personas
        .iter()
        .map(|persona| (persona.name.as_str(), persona.is_anonymous()))
        .collect();
    assert_eq!(personas, [("todo_user", false), ("web_anon", true)]);
    assert_eq!(access(&found, "web_anon", "todos", Command::Select), Access::All);
    assert_eq!(
        access(&found, "web_anon", "todos", Command::Insert),
        Access::Denied
    );
    assert_eq!(
        access(&found, "web_anon", "notes", Command::Select),
        Access::Denied
    );
    assert!(access(&found, "todo_user", "notes", Command::Select).is_open());
    assert_eq!(found.matrix.unknown().count(), 0);
}

#[tokio::test]
async fn an_empty_database_is_seen_to_be_empty() {
    let corpus = Corpus::load(Some("own_rows"));
    let url = corpus.database("empty");
    let found = inspected_at(&url, &[amina()]).await;
    assert!(found.catalog.own_relations().next().is_none());
    assert!(found.matrix.cells.is_empty() && found.trials.is_empty());
    assert_eq!(found.matrix.personas.len(), 3, "{:?}", found.matrix.personas);
}

#[tokio::test]
async fn a_hot_standby_says_what_its_primary_says() {
    let corpus = Corpus::load(Some(EVERY_KIND));
    let standby = corpus.server.follower().expect("it follows");
    for case in corpus.cases() {
        let personas = case.personas();
        let primary = inspected_at(&corpus.url(case, "postgres"), &personas).await;
        let found = inspected_at(&standby.url(&case.name), &personas).await;
        assert!(found.catalog.server.is_standby && !primary.catalog.server.is_standby);
        assert_eq!(found.matrix, primary.matrix, "{}", case.name);
    }
}

#[tokio::test]
async fn what_takes_too_long_is_unknown_and_keeps_nothing_else_from_being_known() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(
        case,
        "create table public.slow (id int primary key);
         insert into public.slow values (1);
         alter table public.slow enable row level security;
         create policy slow on public.slow using (pg_sleep(30) is not null);
         grant all on public.slow to anon;",
    );
    let pool = PgPool::connect(&corpus.url(case, "auditor"))
        .await
        .expect("connected");
    let inspector = PgDatabaseInspector::new(pool).with_patience(Duration::from_millis(400));
    let found = inspector.inspect(&[]).await.expect("inspected");
    let late = Access::Unknown(Doubt::Timeout);
    for command in Command::ALL {
        assert_eq!(access(&found, "anon", "slow", command), late, "{command:?}");
    }
    assert_eq!(
        access(&found, "authenticated", "slow", Command::Select),
        Access::Denied
    );
    assert_eq!(access(&found, "anon", "open", Command::Select), Access::All);
    assert_eq!(found.matrix.unknown().count(), Command::ALL.len());
}

/// PostgreSQL itself takes a lock to print a policy.
#[tokio::test]
async fn a_table_that_somebody_holds_is_waited_for_a_moment_and_then_said_to_be_in_the_way() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    let mut holder = PgConnection::connect(&corpus.url(case, "postgres"))
        .await
        .expect("connected");
    holder
        .execute("begin; lock table public.readable in access exclusive mode")
        .await
        .expect("held");
    let pool = PgPool::connect(&corpus.url(case, "auditor"))
        .await
        .expect("connected");
    let inspected = PgDatabaseInspector::new(pool).inspect(&[]).await;
    let error = inspected.expect_err("it cannot be looked at");
    assert_eq!(error.code(), "unavailable");
}
