//! `vigie alerts export`.

use std::io::{self, Write};

use alerts_store::{Alert, Error};
use integrity_core::Caller;
use wiring::{
    export::{self, Walk},
    session::{Session, reader, refused},
    stop::{Exit, Stop},
};

use crate::{
    cli::{ExportArgs, Format},
    output,
};

/// Writes alerts as they are read: nobody has to hold all of them.
pub(crate) async fn run(session: &Session, args: &ExportArgs, json: bool) -> Result<Exit, Stop> {
    let format = args
        .format
        .unwrap_or(if json { Format::Json } else { Format::Csv });
    let caller = reader(args.user.as_deref());
    let mut walk = Walk::new(args.filter.filter());
    let mut out = io::stdout().lock();
    // Whoever may not read is told so before the first word.
    let mut next = read(&mut walk, session, &caller)
        .await
        .map_err(refused(&caller))?;
    let mut written = format.begin(&mut out);
    let mut is_first = true;
    while let (Ok(()), Some(alerts)) = (&written, &next) {
        written = format.write(&mut out, alerts, is_first);
        is_first &= alerts.is_empty();
        next = read(&mut walk, session, &caller)
            .await
            .map_err(refused(&caller))?;
    }
    wiring::result::written(written.and_then(|()| format.end(&mut out, walk.is_cut())))?;
    if !walk.is_cut() {
        return Ok(Exit::Fine);
    }
    output::note(export::CUT);
    Ok(Exit::Incomplete)
}

async fn read(walk: &mut Walk, session: &Session, caller: &Caller) -> Result<Option<Vec<Alert>>, Error> {
    walk.next(&session.store, caller).await
}

impl Format {
    fn begin(self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Csv => export::csv_header(out),
            Self::Json => out.write_all(b"{\"alerts\":["),
        }
    }

    fn write(self, out: &mut impl Write, alerts: &[Alert], is_first: bool) -> io::Result<()> {
        if self == Self::Csv {
            return export::csv_rows(out, alerts);
        }
        for (n, alert) in alerts.iter().enumerate() {
            out.write_all(if is_first && n == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, alert)?;
        }
        Ok(())
    }

    fn end(self, out: &mut impl Write, is_cut: bool) -> io::Result<()> {
        match self {
            Self::Csv if is_cut => export::csv_cut(&mut *out)?,
            Self::Csv => {}
            Self::Json => writeln!(out, "\n],\"cut\":{is_cut}}}")?,
        }
        out.flush()
    }
}
