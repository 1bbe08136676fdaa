//! `vigie access report`.

use access_journal::journal::{AccessJournal as _, SummaryRange};
use wiring::{
    postgres::Target,
    session::{reader, refused},
    stop::{Exit, Stop},
};

use crate::{cli::AccessReportArgs, output, show};

pub(super) async fn run(args: &AccessReportArgs, target: &Target, as_json: bool) -> Result<Exit, Stop> {
    let range = SummaryRange::last(args.since.as_secs())?;
    let caller = reader(args.user.as_deref());
    let journal = super::journal(target).await?;
    let summary = journal.summary(&caller, range).await.map_err(refused(&caller))?;
    if as_json {
        output::json(&summary)?;
    } else {
        output::print(&show::access::report(&summary))?;
    }
    Ok(Exit::Fine)
}
