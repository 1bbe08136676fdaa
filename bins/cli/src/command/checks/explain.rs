//! `vigie checks explain`.

use crate::{
    cli::CodeArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &CodeArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
