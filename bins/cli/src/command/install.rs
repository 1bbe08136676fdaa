//! `vigie install`.

use integrity_core::{
    BadCheck, Door,
    postgres::{
        installation::{self, Installed, Object, RoleSource, Wanted},
        view::{self, GeneratedView},
    },
};
use serde_json::{Value, json};

use wiring::{
    chosen::Chosen,
    session::Session,
    stop::{Exit, Stop},
};

use crate::{cli::InstallArgs, command::Place, output, show};

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
        // Without a choice of packs, what others read is not known to be unneeded.
        all_checks: !args.packs.pack.is_empty() || !place.config.packs.is_empty(),
    };
    let view = if args.compat {
        Some(view::generate(&session.pool, &chosen.checks).await?)
    } else {
        None
    };
    if let Some(view) = &view {
        wanted.objects = vec![system_alerts(), view.object()];
    }
    wanted.checks = chosen.checks;
    let installed = installation::install(&session.pool, &wanted, args.plan)
        .await
        .map_err(refused)?;
    told(&installed, args.plan, place.json)?;
    for (code, why) in &installed.left_out {
        output::say(&format!("{code}: nothing is granted for it: {why}"));
    }
    for bad in &chosen.bad {
        output::say(&format!(
            "{}: nothing is granted for it: its file is wrong; see `vigie checks lint`",
            bad.code
        ));
    }
    let exit = view.map_or(Exit::Fine, |view| ending(&view, &chosen.bad));
    Ok(if installed.left_out.is_empty() && chosen.bad.is_empty() {
        exit
    } else {
        Exit::Incomplete
    })
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

/// Names the checks that the generated view does not hold: what is not in it must not look like nothing wrong.
pub(crate) fn ending(view: &GeneratedView, bad: &[BadCheck]) -> Exit {
    for (code, why) in &view.left_out {
        output::say(&format!("{code} is not in {}: {why}", GeneratedView::NAME));
    }
    for code in &view.disabled {
        output::note(&format!(
            "{code} is not in {}: it is disabled",
            GeneratedView::NAME
        ));
    }
    for bad in bad {
        output::say(&format!(
            "{} is not in {}: its file is wrong; see `vigie checks lint`",
            bad.code,
            GeneratedView::NAME
        ));
    }
    if view.left_out.is_empty() && bad.is_empty() {
        Exit::Fine
    } else {
        Exit::Incomplete
    }
}

/// The view for screens that know the first version.
pub(crate) fn system_alerts() -> Object {
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
    let left_out = installed
        .left_out
        .iter()
        .map(|(code, why)| json!({ "code": code, "reason": why }));
    json!({
        "left_out": left_out.collect::<Vec<_>>(),
        "changed": !plan && !installed.steps.is_empty(),
        "steps": steps.collect::<Vec<_>>(),
        "warnings": installed.warnings,
        "notes": installed.notes,
    })
}
