//! `vigie checks view`.

use crate::{
    cli::ViewArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &ViewArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
