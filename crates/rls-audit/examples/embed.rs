//! Another program that looks who can do what: `cargo run -p rls-audit --example embed --features postgres -- URL`.

use rls_audit::{
    DatabaseInspector, Persona, PgDatabaseInspector,
    postgres::sqlx::PgPool,
    rules::{self, Facts, Settings},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("the URL of a database")?;
    let inspector = PgDatabaseInspector::new(PgPool::connect(&url).await?);
    let found = look(&inspector).await?;
    for line in found {
        println!("{line}");
    }
    Ok(())
}

/// Over the trait, so that a test gives another one.
async fn look(inspector: &dyn DatabaseInspector) -> Result<Vec<String>, rls_audit::Error> {
    let amina =
        Persona::new("amina", "authenticated").with_claim("sub", "11111111-1111-4111-8111-111111111111");
    let seen = inspector.inspect(&[amina]).await?;
    let settings = Settings::default();
    let facts = Facts::new(&seen.catalog, &seen.matrix, &seen.trials, &settings);
    let findings = rules::findings(&facts);
    Ok(findings
        .into_iter()
        .map(|finding| format!("{} {}", finding.rule, finding.message))
        .collect())
}
