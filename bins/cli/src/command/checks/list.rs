//! `vigie checks list`.

use crate::{
    cli::PackArgs,
    config::Config,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &PackArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let _ = (args, config, json);
    Err(Stop::usage("not built yet"))
}
