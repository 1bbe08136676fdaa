//! `vigie doctor`.

use crate::{
    cli::DoctorArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &DoctorArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
