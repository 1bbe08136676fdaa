//! What another service writes to evaluate a pack of checks.
//!
//! `cargo run -p integrity-core --features postgres --example embed -- postgres://…/database depot`

use integrity_core::{CheckRunner, Pack, postgres::PgCheckRunner, postgres::sqlx::PgPool};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the URL of a database is missing")?;
    let pack = Pack::open(&arguments.next().unwrap_or_else(|| "depot".to_owned()))?;

    let runner = PgCheckRunner::new(PgPool::connect(&url).await?);
    let mut snapshot = runner.begin().await?;
    for bad in &pack.bad {
        println!(
            "{:<28} {}",
            bad.code,
            bad.evaluation("main", snapshot.taken_at()).outcome.reason()
        );
    }
    for check in &pack.checks {
        let evaluation = snapshot.evaluate(check).await?;
        println!(
            "{:<28} {} {}",
            evaluation.code,
            evaluation.outcome,
            evaluation.outcome.reason()
        );
        for finding in &evaluation.findings {
            println!("    {:<8} {}", finding.severity, finding.message);
        }
    }
    snapshot.end().await;
    Ok(())
}
