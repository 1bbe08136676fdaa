//! `vigie install`.

use crate::{
    cli::InstallArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &InstallArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
