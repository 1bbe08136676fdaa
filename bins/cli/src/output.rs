//! Results go to standard output, everything else to standard error; colour only to a terminal.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

pub(crate) use wiring::result::json;
use wiring::{
    plain, result,
    stop::{Exit, Stop},
};

/// Says why, if anything went wrong, and gives the exit code.
pub(crate) fn end(as_json: bool, outcome: Result<Exit, Stop>) -> ExitCode {
    match outcome {
        Ok(exit) => exit.into(),
        Err(stop) => {
            say(stop.message());
            if as_json {
                // What went wrong has been said already; that it cannot be printed either changes nothing.
                let _ = json(&stop.to_json());
            }
            stop.exit().into()
        }
    }
}

/// Prints a result; what others wrote in it has been made plain by `show`. Nobody reading on is no error:
/// `vigie alerts list | head` is everyday use.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    result::written(result::write(&mut anstream::stdout(), &format!("{text}\n")))
}

/// Tells a person something that is no result.
pub(crate) fn say(message: &str) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    // Where standard error is gone, nobody is left to be told.
    let _ = result::write(
        &mut anstream::stderr(),
        &format!("{style}vigie:{style:#} {}\n", plain::lines(message)),
    );
}

/// Tells a person what goes on.
pub(crate) fn note(message: &str) {
    let _ = result::write(&mut anstream::stderr(), &format!("{}\n", plain::lines(message)));
}
