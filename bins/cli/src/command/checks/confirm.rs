//! `vigie checks confirm`.

use crate::{
    cli::PersonArgs,
    command::Place,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &PersonArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let _ = (args, place.config);
    Err(Stop::usage("not built yet"))
}
