//! `vigie-sync`: the service that runs Vigie's checks on time. A thin door: configuration, wiring, transport.

mod board;
mod cli;
mod effective;
mod heartbeat;
mod life;
mod metrics;
mod ops;
mod schedule;
mod service;
mod signals;

use std::{process::ExitCode, sync::Arc};

use alerts_store::RunStatus;
use tokio::runtime::Builder;
use wiring::{
    chosen::Chosen,
    config::{Config, OpsConfig},
    flags::{self, Origins},
    log, program, result, source,
    stop::{Exit, Stop},
};

use crate::{
    board::Board, cli::Cli, effective::Effective, heartbeat::Heartbeat, life::Life, schedule::Schedule,
};

fn main() -> ExitCode {
    let (cli, origins) = flags::from_command_line::<Cli>();
    program::run(
        "vigie-sync",
        Builder::new_multi_thread().worker_threads(2),
        run(&cli, origins),
    )
}

async fn run(cli: &Cli, origins: Origins) -> Result<Exit, Stop> {
    let config = Config::read(cli.flags.config.as_deref())?;
    let target = source::target(&cli.flags, origins.database, &config);
    let evaluator = source::evaluator(&cli.flags, origins.evaluator, &config);
    let auditor = source::auditor(&config);
    let program = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    // First of all, so that nothing else that is wrong hides it.
    let standing = cli.told.judged(
        program,
        &config,
        &[
            ("VIGIE_DATABASE_URL", target.as_ref().ok()),
            ("VIGIE_EVAL_URL", evaluator.as_ref().ok().and_then(Option::as_ref)),
            ("audit.url_file", auditor.as_ref().ok().and_then(Option::as_ref)),
        ],
    )?;
    let chosen = Chosen::new(&config, &[], &[])?;
    let (target, evaluator, auditor) = (target?, evaluator?, auditor?);
    let url = config
        .sync
        .heartbeat_url_file
        .as_deref()
        .map(heartbeat::url)
        .transpose()?;
    if cli.check_config {
        return check(
            &Effective::new(
                &config,
                &standing,
                &chosen,
                &target,
                evaluator.as_ref(),
                auditor.as_ref(),
            ),
            &chosen,
        );
    }

    log::start(cli.log_format);
    // The first one stays; there is no other in this program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let schedule = Schedule::of(&chosen);
    let board = Arc::new(Board::new(&chosen, &schedule));
    let heartbeat = url
        .map(|url| Heartbeat::new(url, Arc::clone(&board)))
        .transpose()?;
    let ops = config.ops.listen_or(OpsConfig::SYNC_PORT);
    let life = Life {
        target,
        evaluator,
        auditor,
        chosen,
        schedule,
        board,
        heartbeat,
        config,
        ending: wiring::run::Ending::default(),
    };
    signals::listen(&life.ending, &life.board)?;
    if cli.once {
        return once(&life, cli.json).await;
    }
    let listener = ops::listen(ops).await?;
    let address = listener.local_addr().unwrap_or(ops);
    tracing::info!(release = %standing.release, environment = %standing.env, ops = %address, "vigie-sync begins");
    tokio::spawn(ops::serve(
        listener,
        Arc::clone(&life.board),
        life.chosen.database.clone(),
    ));
    tokio::select! {
        ended = life.lead() => ended?,
        () = signals::at_the_latest(&life.ending) => {
            tracing::warn!("something did not end in time; the lease ends by itself");
        }
    }
    tracing::info!("vigie-sync ends");
    Ok(Exit::Fine)
}

/// Prints the configuration; a check whose file is wrong is a mistake in it.
fn check(effective: &Effective, chosen: &Chosen) -> Result<Exit, Stop> {
    result::json(effective)?;
    let problems: Vec<String> = chosen
        .bad
        .iter()
        .flat_map(|bad| {
            bad.problems
                .iter()
                .map(|problem| format!("{}: {problem}", bad.code))
        })
        .collect();
    if problems.is_empty() {
        Ok(Exit::Fine)
    } else {
        Err(Stop::usage(problems.join("\n")))
    }
}

async fn once(life: &Life, as_json: bool) -> Result<Exit, Stop> {
    let report = tokio::select! {
        report = life.once() => report?,
        () = signals::at_the_latest(&life.ending) => return Ok(Exit::Incomplete),
    };
    service::tell(&report);
    if as_json {
        result::json(&report)?;
    }
    Ok(if report.status == RunStatus::Ok {
        Exit::Fine
    } else {
        Exit::Incomplete
    })
}
