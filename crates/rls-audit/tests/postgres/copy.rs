//! A copy beside its original.

use pg_sandbox::{Options, Sandbox, Script};
use rls_audit::{
    Access, Command, Name,
    copy::{self, Loss, Rows, Servers},
};

use crate::corpus::{Corpus, EVERY_KIND, amina, inspected_at};

#[tokio::test]
async fn a_copy_with_its_rows_has_the_matrix_of_the_original() {
    let corpus = Corpus::load(Some(EVERY_KIND));
    for case in corpus.cases() {
        let target = corpus.database(&format!("{} copied", case.name));
        let copied = copy::make(&corpus.url(case, "postgres"), &target, Rows::Sampled)
            .await
            .expect("copied");
        assert_eq!(copied.lost, [], "{}", case.name);
        let personas = case.personas();
        let original = inspected_at(&corpus.url(case, "postgres"), &personas).await;
        let copy = inspected_at(&target, &personas).await;
        assert_eq!(copy.matrix, original.matrix, "{}", case.name);
    }
}

#[tokio::test]
async fn made_up_rows_are_nobodys_and_those_of_whoever_is_signed_in() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    let target = corpus.database("made up");
    let copied = copy::make(&corpus.url(case, "postgres"), &target, Rows::Synthetic)
        .await
        .expect("copied");
    assert_eq!(copied.lost, []);
    let found = inspected_at(&target, &[amina()]).await;
    let notes = Name::new("public", "notes");
    for (persona, access) in [
        ("anon", Access::None),
        ("authenticated", Access::Some),
        ("amina", Access::None),
    ] {
        assert_eq!(
            found.matrix.access(persona, &notes, Command::Select),
            Some(&access),
            "{persona}"
        );
    }
}

#[tokio::test]
async fn another_server_gets_the_roles_and_whatever_is_not_the_same_there_is_said() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    let source = corpus.url(case, "postgres");
    corpus.run(
        case,
        "create table public.divisors (id int); insert into public.divisors values (1);
         create materialized view public.quotients as select 1 / id as n from public.divisors;
         update public.divisors set id = 0",
    );
    let server = started();
    let there = "create role staff nologin bypassrls; create database copy";
    server
        .psql("postgres", Script::Text(&there.replace("; ", ";\n")))
        .expect("made");
    server
        .psql("copy", Script::Text("create schema auth"))
        .expect("made");
    let copied = copy::make(&source, &server.url("copy"), Rows::Sampled)
        .await
        .expect("copied");
    let lost: Vec<String> = copied.lost.iter().map(Loss::to_string).collect();
    assert_eq!(
        lost,
        [
            "SCHEMA auth: it is there already",
            "role staff: it is there already with other attributes",
            "public.quotients: SQLSTATE 22012",
        ]
    );
    let roles = "select string_agg(rolname || rolcanlogin::text, ' ' order by rolname) from pg_roles
        where rolname in ('anon', 'authenticated', 'auditor', 'service_role')";
    assert_eq!(
        server.psql("copy", Script::Text(roles)).expect("read").trim(),
        "anonfalse auditorfalse authenticatedfalse service_rolefalse"
    );
    let found = inspected_at(&server.url("copy"), &[amina()]).await;
    let notes = Name::new("public", "notes");
    assert_eq!(
        found.matrix.access("amina", &notes, Command::Select),
        Some(&Access::Some)
    );
}

#[tokio::test]
async fn a_database_that_holds_something_is_no_place_for_a_copy() {
    let corpus = Corpus::load(Some("own_rows"));
    let url = corpus.url(&corpus.cases()[0], "postgres");
    let refused = copy::make(&url, &url, Rows::Sampled).await.expect_err("refused");
    assert_eq!(refused.code(), "invalid");
    let by_auditor = corpus.url(&corpus.cases()[0], "auditor");
    let refused = copy::make(&by_auditor, &corpus.database("by auditor"), Rows::Sampled)
        .await
        .expect_err("refused");
    assert_eq!(refused.code(), "forbidden", "{refused}");
}

#[tokio::test]
async fn a_server_knows_itself_and_whom_it_follows() {
    let (here, elsewhere) = (started(), started());
    here.create_database("other").expect("a database");
    let (postgres, other) = (here.url("postgres"), here.url("other"));
    let stands = async |audited: &str, copy: &str| copy::servers(audited, copy).await.expect("seen");
    assert_eq!(stands(&postgres, &other).await, Servers::Together);
    assert_eq!(
        stands(&postgres, &elsewhere.url("postgres")).await,
        Servers::Apart
    );

    let shut =
        "create role stranger login password 'x'; revoke execute on function pg_control_system() from public";
    here.psql("postgres", Script::Text(&shut.replace("; ", ";\n")))
        .expect("made");
    let follower = here.follower().expect("a standby");
    let follows = follower.url("postgres");
    assert_eq!(stands(&postgres, &follows).await, Servers::Standby);
    assert_eq!(stands(&follows, &postgres).await, Servers::Together);
    let stranger = format!("postgres://stranger:x@127.0.0.1:{}/postgres", here.port());
    assert_eq!(stands(&follows, &stranger).await, Servers::PerhapsApart);
}

fn started() -> Sandbox {
    Sandbox::start(&Options::from_env()).expect("a private server")
}
