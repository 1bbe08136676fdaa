//! The corpus: small schemas, each with what has to be found, and the real commands beside the matrix.

use std::{fs, path::Path};

use pg_sandbox::{Options, Sandbox, Script};
use rls_audit::postgres::sqlx::{Connection as _, PgConnection, PgPool};
use rls_audit::{
    Cell, DatabaseInspector as _, Persona, PgDatabaseInspector,
    shadow::{PgShadow, disagreements},
};

/// Every schema of the corpus.
#[tokio::test]
async fn the_matrix_is_what_real_commands_come_to() {
    let server = Sandbox::start(&Options::from_env()).expect("a private server");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.sort();
    server
        .psql("postgres", Script::Text(include_str!("corpus/roles.sql")))
        .expect("roles");
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|path| path.is_dir()) {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        server.create_database(&name).expect("a database");
        let schema = fs::read_to_string(case.join("schema.sql")).expect("a schema");
        server
            .psql(&name, Script::Text(&schema))
            .expect("the schema loads");
        let url = server.url(&name);
        let pool = PgPool::connect(&url).await.expect("connected");
        let found = PgDatabaseInspector::new(pool)
            .inspect(&personas(case))
            .await
            .expect("inspected");
        let mut copy = PgConnection::connect(&url).await.expect("connected");
        let real = PgShadow::new(&mut copy, false)
            .cells(&found)
            .await
            .expect("tried");
        assert_eq!(found.matrix.cells.len(), real.len());
        for cell in &found.matrix.cells {
            println!("{name}: {}", told(cell));
        }
        for differs in disagreements(&found.matrix.cells, &real) {
            wrong.push(format!("{name}: {differs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn told(cell: &Cell) -> String {
    format!(
        "{} {} {} {}",
        cell.persona,
        cell.relation,
        cell.command.as_str(),
        cell.access
    )
}

fn personas(_case: &Path) -> Vec<Persona> {
    let amina = "11111111-1111-4111-8111-111111111111";
    vec![
        Persona::new("amina", "authenticated")
            .with_claim("sub", amina)
            .with_claim("role", "authenticated"),
    ]
}
