//! `vigie checks view`.

use integrity_core::{
    Door,
    postgres::{installation, view},
};
use serde_json::json;

use wiring::{
    chosen::Chosen,
    session::Session,
    stop::{Exit, Stop},
};

use crate::{
    cli::ViewArgs,
    command::{
        Place,
        install::{ending, refused, told},
    },
    output, show,
};

pub(crate) async fn run(args: &ViewArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let chosen = Chosen::new(place.config, &args.packs.pack, &[])?;
    // To be installed, it has to be remembered, in a schema that this program knows.
    let pool = if args.install {
        Session::open(place.target, Door::Cli).await?.pool
    } else {
        place.target.connect().await?
    };
    let view = view::generate(&pool, &chosen.checks).await?;
    if args.install {
        let installed = installation::install_object(&pool, &view.object())
            .await
            .map_err(refused)?;
        told(&installed, false, place.json)?;
    } else if place.json {
        let left_out = view
            .left_out
            .iter()
            .map(|(code, why)| json!({ "code": code, "reason": why }));
        output::json(&json!({
            "view": view::GeneratedView::NAME,
            "sql": view.sql,
            "undo": view::GeneratedView::UNDO,
            "checks": view.codes,
            "left_out": left_out.collect::<Vec<_>>(),
            "disabled": view.disabled,
        }))?;
    } else {
        output::print(&format!(
            "begin;\n{}\ncommit;\n-- to take it back: {};",
            show::install::sql(&view.sql),
            view::GeneratedView::UNDO
        ))?;
    }
    Ok(ending(&view, &chosen.bad))
}
