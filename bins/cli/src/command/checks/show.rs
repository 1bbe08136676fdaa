//! `vigie checks show`.

use crate::{
    cli::CodeArgs,
    config::Config,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &CodeArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let _ = (args, config, json);
    Err(Stop::usage("not built yet"))
}
