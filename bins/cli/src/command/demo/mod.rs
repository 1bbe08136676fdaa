//! `vigie demo`.

mod accesses;
mod service;

use std::{net::SocketAddr, time::Duration};

use indicatif::ProgressBar;
use integrity_core::{
    Door,
    postgres::installation::{self, Wanted},
};
use pg_sandbox::{Options, Sandbox, Script};
use uuid::Uuid;

use self::service::{Service, address};
use super::{round, sync};
use wiring::{
    chosen::Chosen,
    config::Config,
    postgres::Target,
    run::Report,
    session::{ROOMS, Session},
    stop::{Exit, Stop},
};

use crate::{
    cli::DemoArgs,
    output,
    postgres::demo,
    sandbox::{self, refusal},
    show,
};

const DATABASE: &str = "depot";

/// What the demo checks.
const PACKS: [&str; 2] = ["depot", "postgres"];

pub(crate) async fn run(args: &DemoArgs, json: bool) -> Result<Exit, Stop> {
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(Duration::from_millis(100));
    progress.set_message("starting a private PostgreSQL");
    let options = match &args.keep {
        Some(directory) => Options::from_env().keep(directory),
        None => Options::from_env(),
    };
    let sandbox = sandbox::start(options).await?;
    let played = play(&sandbox, args, json, &progress).await;
    progress.finish_and_clear();
    let stopped = sandbox::stop(sandbox).await;
    let exit = played?;
    stopped.map(|()| exit)
}

async fn play(sandbox: &Sandbox, args: &DemoArgs, json: bool, progress: &ProgressBar) -> Result<Exit, Stop> {
    create_database(sandbox)?;
    let owner = Target::parse("the demo's server", &sandbox.url(DATABASE))?;
    let pool = owner.connect().await?;
    progress.set_message("filling the depot: four months of movements");
    demo::load(&pool, args.seed).await?;
    for room in ROOMS {
        room.migrate(&pool).await?;
    }
    let chosen = Chosen::new(&Config::default(), &PACKS.map(str::to_owned), &[])?;
    let wanted = Wanted {
        checks: chosen.checks.clone(),
        ..Wanted::default()
    };
    installation::install(&pool, &wanted, false).await?;
    let password = Uuid::new_v4().simple().to_string();
    demo::open_doors(&pool, &password).await?;
    accesses::record(pool.clone()).await?;

    progress.set_message("running the checks");
    // The logins of the service, as in earnest: one reads the depot, the other writes alerts, none owns anything.
    let url = |login: &str| {
        format!(
            "postgres://{login}:{password}@127.0.0.1:{}/{DATABASE}",
            sandbox.port()
        )
    };
    let (database_url, eval_url) = (url("vigie_sync"), url("vigie_eval"));
    let screens = (!args.once).then(|| address(args.port)).transpose()?;
    let target = |url: &str| Target::parse("the demo's server", url);
    let service = Session::open(&target(&database_url)?, Door::Sync)
        .await?
        .evaluating_as(Some(&target(&eval_url)?))
        .await?;
    let ending = round::ending_on_signal()?;
    let accesses = service.access_rules(&Config::default());
    let report = round::make(&service, &chosen, (None, None, Some(&accesses)), &ending).await?;
    progress.finish_and_clear();

    summary(&report, sandbox, json)?;
    let exit = sync::told(&report.checks, &chosen);
    let Some(screens) = screens.filter(|_| !ending.is_asked()) else {
        return Ok(exit);
    };
    let (sync_ops, api_ops) = (address(0)?, address(0)?);
    let packs = format!("packs = {PACKS:?}\n");
    let mut sync = Service::start(
        "vigie-sync",
        sandbox.directory(),
        &format!("{packs}[ops]\nlisten = \"{sync_ops}\"\n"),
        &[
            ("VIGIE_DATABASE_URL", &database_url),
            ("VIGIE_EVAL_URL", &eval_url),
        ],
    )?;
    let mut api = Service::start(
        "vigie-api",
        sandbox.directory(),
        &format!(
            "{packs}[api]\nlisten = \"{screens}\"\nadministrator = \"Amina\"\n[auth]\nmode = \"demo\"\n\
             [ops]\nlisten = \"{api_ops}\"\n"
        ),
        &[("VIGIE_DATABASE_URL", &url("vigie_api"))],
    )?;
    api.answers(screens).await?;
    output::print(&ready(sandbox, screens, sync_ops, json))?;
    let ended = tokio::select! {
        () = ending.asked() => None,
        ended = sync.ended() => Some(ended),
        ended = api.ended() => Some(ended),
    };
    if ended.is_none() {
        output::note("stopping the demo");
    }
    tokio::join!(api.stop(), sync.stop());
    let Some((name, how)) = ended else {
        return Ok(Exit::Fine);
    };
    let how = how.map_or_else(|error| error.to_string(), |status| status.to_string());
    let what = if name == "vigie-sync" {
        "nothing runs the checks any more"
    } else {
        "there are no screens any more"
    };
    output::say(&format!("{name} has ended by itself ({how}): {what}"));
    Ok(Exit::Incomplete)
}

fn summary(report: &Report, sandbox: &Sandbox, json: bool) -> Result<(), Stop> {
    if json {
        return output::json(report);
    }
    let title = format!(
        "A depot in a private PostgreSQL {}, checked with the packs depot and postgres, and by who knocked at it:\n",
        sandbox.version()
    );
    output::print(&format!("{title}\n{}", show::sync::table(report)))
}

/// What to type in another terminal. A password in a flag would be refused, so it goes by the environment.
fn ready(sandbox: &Sandbox, screens: SocketAddr, ops: SocketAddr, json: bool) -> String {
    let url = sandbox.url(DATABASE);
    if json {
        return serde_json::json!({ "ready": true, "screens": format!("http://{screens}/"), "database_url": url, "ops": ops.to_string() }).to_string();
    }
    let program = std::env::args().next().unwrap_or_else(|| "vigie".to_owned());
    format!(
        "\nready; the screens: http://{screens}/\nIn another terminal:\n  export VIGIE_DATABASE_URL='{url}'\n  {program} status\n  \
         {program} alerts list --severity CRITICAL\n  {program} alerts ack ID --as amina\n  \
         curl -s http://{ops}/readyz\n\
         The service vigie-sync runs the checks from now on, each at its interval, and logs below.\n\
         Members: amina (admin), didier (directeur), patricia (pca, reads only). Ctrl-C ends the demo."
    )
}

fn create_database(sandbox: &Sandbox) -> Result<(), Stop> {
    let there = format!("select 1 from pg_database where datname = '{DATABASE}';");
    let is_there = sandbox.psql("postgres", Script::Text(&there)).map_err(refusal)?;
    if is_there.trim().is_empty() {
        sandbox.create_database(DATABASE).map_err(refusal)?;
    }
    Ok(())
}
