//! Results go to standard output, everything else to standard error; colour only to a terminal.

use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use wiring::{
    plain,
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
    written(write(&mut anstream::stdout(), text))
}

/// Prints a result for programs.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value).map_err(|error| {
        Stop::new(
            Exit::Usage,
            "corrupt",
            format!("cannot be written as JSON: {error}"),
        )
    })?;
    written(write(&mut io::stdout(), &text))
}

/// Tells a person something that is no result.
pub(crate) fn say(message: &str) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    // Where standard error is gone, nobody is left to be told.
    let _ = write(
        &mut anstream::stderr(),
        &format!("{style}vigie:{style:#} {}", plain::lines(message)),
    );
}

/// Tells a person what goes on.
pub(crate) fn note(message: &str) {
    let _ = write(&mut anstream::stderr(), &plain::lines(message));
}

fn write(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(stream, "{text}").and_then(|()| stream.flush())
}

/// What it means that a result was written, or not.
pub(crate) fn written(outcome: io::Result<()>) -> Result<(), Stop> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::usage(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}
