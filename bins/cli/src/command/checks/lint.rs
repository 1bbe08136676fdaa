//! `vigie checks lint`.

use crate::{
    cli::LintArgs,
    config::Config,
    exit::{Exit, Stop},
    postgres::Target,
};

/// With `live` the database whose tables, views and functions are looked at too.
pub(crate) async fn run(args: &LintArgs, config: &Config, live: Option<&Target>, json: bool) -> Result<Exit, Stop> {
    let _ = (args, config, live, json);
    Err(Stop::usage("not built yet"))
}
