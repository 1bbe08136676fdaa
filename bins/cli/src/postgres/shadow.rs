//! Real commands on a copy.

use rls_audit::{
    Inspection,
    postgres::sqlx::{Connection as _, PgConnection},
    shadow::{Disagreement, PgShadow, disagreements},
};
use wiring::{audit, config::Config, postgres::Target, stop::Stop};

/// What the matrix says of a copy, and where real commands come to something else.
pub(crate) struct Compared {
    pub(crate) inspection: Inspection,
    /// Without triggers: what policies and privileges let through.
    pub(crate) policies_alone: Vec<Disagreement>,
    /// With them: what a trigger holds back, or changes, too.
    pub(crate) with_triggers: Vec<Disagreement>,
}

/// Measures the copy, and tries every cell on it.
pub(crate) async fn compare(url: &str, config: &Config) -> Result<Compared, Stop> {
    let pool = Target::parse("the copy", url)?.connect().await?;
    let inspection = audit::inspection(pool, &config.audit).await?;
    let mut connection = PgConnection::connect(url)
        .await
        .map_err(|_| Stop::unreachable("the private PostgreSQL"))?;
    let mut of = Vec::new();
    for with_triggers in [false, true] {
        let real = PgShadow::new(&mut connection, with_triggers)
            .cells(&inspection)
            .await
            .map_err(audit::refused)?;
        of.push(disagreements(&inspection.matrix.cells, &real));
    }
    let with_triggers = of.pop().unwrap_or_default();
    let policies_alone = of.pop().unwrap_or_default();
    Ok(Compared {
        inspection,
        policies_alone,
        with_triggers,
    })
}
