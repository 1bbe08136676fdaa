//! `vigie audit matrix --shadow`: real commands on a copy beside what the matrix says of it.

use rls_audit::{Audit, copy::Rows};
use wiring::stop::{Exit, Stop};

use super::{super::Place, copy::Copy, looking};
use crate::{output, postgres::shadow, show};

pub(super) async fn run(place: &Place<'_>) -> Result<Exit, Stop> {
    let copy = Copy::make(place, Rows::Sampled).await?;
    let compared = shadow::compare(&copy.url(), place.config).await;
    let lost = copy.lost.clone();
    copy.gone().await?;
    let compared = compared?;
    let audit: Audit = looking::judged(&compared.inspection, place);
    if place.json {
        output::json(&show::shadow::json(&audit, &lost, &compared))?;
    } else {
        output::print(&show::shadow::text(&audit, &lost, &compared))?;
    }
    Ok(if !lost.is_empty() || !audit.is_complete() {
        Exit::Incomplete
    } else if !compared.policies_alone.is_empty() {
        Exit::Negative
    } else {
        Exit::Fine
    })
}
