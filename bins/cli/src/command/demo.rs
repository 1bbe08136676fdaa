//! `vigie demo`.

use std::time::Duration;

use indicatif::ProgressBar;
use integrity_core::{
    Door,
    postgres::installation::{self, Wanted},
};
use pg_sandbox::{Options, Sandbox, Script};
use uuid::Uuid;

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

    progress.set_message("running the checks");
    // The logins of the service, as in earnest: one reads the depot, the other writes alerts, none owns anything.
    let service = Session::open(&owner.login("vigie_sync", &password), Door::Sync)
        .await?
        .evaluating_as(Some(&owner.login("vigie_eval", &password)))
        .await?;
    let ending = round::ending_on_signal()?;
    let report = round::make(&service, &chosen, &ending).await?;
    progress.finish_and_clear();

    summary(&report, sandbox, json)?;
    let exit = sync::told(&report.checks, &chosen);
    if args.once || ending.is_asked() {
        return Ok(exit);
    }
    output::print(&ready(sandbox, json))?;
    ending.asked().await;
    output::note("stopping the demo");
    Ok(Exit::Fine)
}

fn summary(report: &Report, sandbox: &Sandbox, json: bool) -> Result<(), Stop> {
    if json {
        return output::json(report);
    }
    let title = format!(
        "A depot in a private PostgreSQL {}, checked with the packs depot and postgres:\n",
        sandbox.version()
    );
    output::print(&format!("{title}\n{}", show::sync::table(report)))
}

/// What to type in another terminal. A password in a flag would be refused, so it goes by the environment.
fn ready(sandbox: &Sandbox, json: bool) -> String {
    let url = sandbox.url(DATABASE);
    if json {
        return serde_json::json!({ "ready": true, "database_url": url }).to_string();
    }
    let program = std::env::args().next().unwrap_or_else(|| "vigie".to_owned());
    format!(
        "\nready; in another terminal:\n  export VIGIE_DATABASE_URL='{url}'\n  {program} status\n  \
         {program} alerts list --severity CRITICAL\n  {program} alerts ack ID --as amina\n  \
         {program} sync --pack depot postgres\n\
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
