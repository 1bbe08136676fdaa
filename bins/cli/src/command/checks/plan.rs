//! `vigie checks plan`.

use crate::{
    cli::PlanArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &PlanArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
