//! `vigie install`.

use integrity_core::{
    Door,
    postgres::{
        installation::{self, Installed, Object, RoleSource, Wanted},
        view::{self, GeneratedView},
    },
};
use serde_json::{Value, json};

use crate::{
    chosen::Chosen,
    cli::InstallArgs,
    command::Place,
    exit::{Exit, Stop},
    output,
    session::Session,
    show,
};

/// What a login has to be to install.
const LOGIN: &str =
    "nothing was done; install with the login that owns the schema vigie and may create roles";

pub(crate) async fn run(args: &InstallArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let role_source = args.role_source.as_deref().map(source).transpose()?;
    let chosen = Chosen::new(place.config, &args.packs.pack, &[])?;
    let session = Session::over(place.target.connect_lasting().await?, Door::Cli).await?;
    let mut wanted = Wanted {
        role_source,
        objects: Vec::new(),
        checks: Vec::new(),
    };
    if args.compat {
        let view = view::generate(&session.pool, &chosen.checks).await?;
        say_left_out(&view);
        wanted.objects = vec![system_alerts(), view.object()];
    }
    for bad in &chosen.bad {
        output::say(&format!(
            "{}: its file is wrong, so nothing was granted for it; see `vigie checks lint`",
            bad.code
        ));
    }
    wanted.checks = chosen.checks;
    let installed = installation::install(&session.pool, &wanted, args.plan)
        .await
        .map_err(refused)?;
    told(&installed, args.plan, place.json)?;
    Ok(Exit::Fine)
}

/// Prints what was done, or would be, and says what follows from it.
pub(crate) fn told(installed: &Installed, plan: bool, json: bool) -> Result<(), Stop> {
    if json {
        output::json(&to_json(installed, plan))?;
    } else if plan {
        output::print(&show::install::plan(installed))?;
    } else {
        output::print(&show::install::done(installed))?;
    }
    for warning in &installed.warnings {
        output::say(&format!("warning: {warning}"));
    }
    for note in &installed.notes {
        output::note(note);
    }
    Ok(())
}

/// Nothing of a refused installation was done.
pub(crate) fn refused(error: integrity_core::Error) -> Stop {
    Stop::from(error).refused_login(LOGIN)
}

/// Names the checks that the generated view cannot hold: what is not in it must not look like nothing wrong.
pub(crate) fn say_left_out(view: &GeneratedView) {
    for (code, why) in &view.left_out {
        output::say(&format!("{code} is not in {}: {why}", GeneratedView::NAME));
    }
    for code in &view.disabled {
        output::note(&format!(
            "{code} is not in {}: it is disabled",
            GeneratedView::NAME
        ));
    }
}

fn system_alerts() -> Object {
    Object {
        name: "public.system_alerts",
        script: alerts_store::postgres::SYSTEM_ALERTS.into(),
        undo: "drop view public.system_alerts".into(),
    }
}

fn source(words: &str) -> Result<RoleSource, Stop> {
    words.parse().map_err(|error: integrity_core::Error| match error {
        integrity_core::Error::Invalid { reason, .. } => Stop::usage(format!("--role-source: {reason}")),
        other => other.into(),
    })
}

fn to_json(installed: &Installed, plan: bool) -> Value {
    let steps = installed.steps.iter().map(|step| {
        let mut entry = json!({ "did": step.did });
        if plan {
            entry["sql"] = json!(step.sql);
        }
        entry
    });
    json!({
        "changed": !plan && !installed.steps.is_empty(),
        "steps": steps.collect::<Vec<_>>(),
        "warnings": installed.warnings,
        "notes": installed.notes,
    })
}
