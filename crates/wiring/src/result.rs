//! Results on standard output. Nobody reading on is no error: `vigie alerts list | head` is everyday use.

use std::io::{self, BufWriter, ErrorKind, Write};

use serde::Serialize;

use crate::stop::{Exit, Stop};

/// Prints a text that is complete, line breaks and all.
///
/// # Errors
/// When it cannot be written.
pub fn text(text: &str) -> Result<(), Stop> {
    written(write(&mut io::stdout(), text))
}

/// Prints a value for programs.
///
/// # Errors
/// When it cannot be written.
pub fn json<T: Serialize>(value: &T) -> Result<(), Stop> {
    // Piece by piece: an audit of thousands of tables comes to tens of megabytes.
    let mut stream = BufWriter::new(io::stdout().lock());
    match serde_json::to_writer_pretty(&mut stream, value) {
        Err(error) if !error.is_io() => Err(Stop::new(
            Exit::Usage,
            "corrupt",
            format!("cannot be written as JSON: {error}"),
        )),
        outcome => written(
            outcome
                .map_err(io::Error::from)
                .and_then(|()| write(&mut stream, "\n")),
        ),
    }
}

/// Writes all of it now.
///
/// # Errors
/// As the stream.
pub fn write(stream: &mut dyn Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

/// What it means that a result was written, or not.
///
/// # Errors
/// When it was not, though somebody reads.
pub fn written(outcome: io::Result<()>) -> Result<(), Stop> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::usage(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}
