//! `vigie uninstall`.

use crate::{
    cli::UninstallArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &UninstallArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
