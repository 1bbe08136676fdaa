//! What goes over the wire between a program and the server: a relay that counts.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::failure::Failure;

/// What has gone over it.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Messages that the program waited for the answer of.
    turns: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Counted {
    /// Turns, bytes sent, bytes received.
    pub(super) fn numbers(&self) -> [u64; 3] {
        [&self.turns, &self.sent, &self.received].map(|number| number.load(Ordering::Relaxed))
    }
}

/// A relay to the server on that port of this machine, for as long as this program runs; its own port, and what it counts.
pub(super) fn relay(server: u16) -> Result<(u16, Arc<Counted>), Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    let counted = Arc::new(Counted::default());
    let shared = Arc::clone(&counted);
    thread::spawn(move || {
        for program in listener.incoming().flatten() {
            // Where that fails, the program is told by the end of its connection.
            let _ = connect(program, server, &shared);
        }
    });
    Ok((port, counted))
}

fn connect(program: TcpStream, server: u16, counted: &Arc<Counted>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", server))?;
    for stream in [&program, &server] {
        stream.set_nodelay(true)?;
    }
    let (from, to) = (program.try_clone()?, server.try_clone()?);
    let (out, back) = (Arc::clone(counted), Arc::clone(counted));
    thread::spawn(move || {
        let mut messages = Messages::default();
        pass(from, to, |bytes| {
            out.turns.fetch_add(messages.turns(bytes), Ordering::Relaxed);
            out.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        })
    });
    thread::spawn(move || {
        pass(server, program, |bytes| {
            back.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        })
    });
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        see(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}

/// The messages of a program (PostgreSQL, "Message Formats"), wherever the network cuts them.
#[derive(Debug, Default)]
struct Messages {
    /// The first ones have no type: they ask for TLS, or say who connects.
    is_known: bool,
    head: Vec<u8>,
    /// How many bytes of the message are still to come.
    left: usize,
}

/// The code of the question for TLS.
const TLS: u32 = 80_877_103;

impl Messages {
    /// How many of them that are waited for begin in these bytes.
    fn turns(&mut self, bytes: &[u8]) -> u64 {
        let mut turns = 0;
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            if self.left > 0 {
                let skipped = self.left.min(rest.len());
                self.left -= skipped;
                rest = &rest[skipped..];
                continue;
            }
            self.head.push(*byte);
            rest = after;
            if self.is_known && self.head.len() == 5 {
                // A query, or the end of what is sent together.
                turns += u64::from(matches!(self.head[0], b'Q' | b'S'));
                self.left = number(&self.head[1..]) as usize - 4;
                self.head.clear();
            } else if !self.is_known && self.head.len() == 8 {
                self.is_known = number(&self.head[4..]) != TLS;
                self.left = number(&self.head[..4]) as usize - 8;
                self.head.clear();
            }
        }
        turns
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted_wherever_messages_are_cut() {
        let mut sent = [8_u32.to_be_bytes(), TLS.to_be_bytes()].concat();
        sent.extend([13_u32.to_be_bytes(), 196_608_u32.to_be_bytes()].concat());
        sent.extend(b"SQSQ\0");
        for (kind, body) in [
            (b'p', "QS"),
            (b'P', "SSS"),
            (b'S', ""),
            (b'Q', "select 1"),
            (b'X', ""),
        ] {
            sent.push(kind);
            sent.extend(u32::try_from(body.len() + 4).expect("short").to_be_bytes());
            sent.extend(body.as_bytes());
        }
        for size in [1, 3, 7, sent.len()] {
            let mut messages = Messages::default();
            let turns: u64 = sent.chunks(size).map(|bytes| messages.turns(bytes)).sum();
            assert_eq!(turns, 2, "cut every {size} bytes");
        }
    }
}
