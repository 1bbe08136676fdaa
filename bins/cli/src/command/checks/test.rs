//! `vigie checks test`.

use crate::{
    cli::TestArgs,
    config::Config,
    exit::{Exit, Stop},
};

pub(crate) async fn run(args: &TestArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let _ = (args, config, json);
    Err(Stop::usage("not built yet"))
}
