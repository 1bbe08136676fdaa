//! The least that a client of HTTP/1.1 can be: a connection that is kept, one question after the other, answers of a told
//! length.
//!
//! It shares the processors with what is measured. Refused: a client of a library, which does more for each answer than
//! is measured here, and would have everybody who builds this program build a runtime first.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::failure::Failure;

/// When to give up waiting.
const PATIENCE: Duration = Duration::from_secs(30);

pub(in crate::bench) struct Connection {
    stream: BufReader<TcpStream>,
    /// Lines of the head of each question: where to, and from whom.
    about: String,
    /// The last answer's head and body.
    pub(in crate::bench) head: String,
    pub(in crate::bench) body: Vec<u8>,
}

impl Connection {
    /// Connects; `who` is a whole line of the head that says who asks, or nothing.
    pub(in crate::bench) fn open(address: SocketAddr, who: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
            about: format!("host: {address}\r\n{who}"),
            head: String::new(),
            body: Vec::new(),
        })
    }

    /// Asks, and gives the status of the answer.
    pub(in crate::bench) fn get(&mut self, path: &str) -> Result<u16, Failure> {
        let question = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.about);
        self.ask(&question)
    }

    /// Sends a form.
    pub(in crate::bench) fn post(&mut self, path: &str, form: &str) -> Result<u16, Failure> {
        let question = format!(
            "POST {path} HTTP/1.1\r\n{}content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.about,
            form.len()
        );
        self.ask(&question)
    }

    fn ask(&mut self, question: &str) -> Result<u16, Failure> {
        self.stream.get_mut().write_all(question.as_bytes())?;
        self.head.clear();
        loop {
            let begin = self.head.len();
            if self.stream.read_line(&mut self.head)? == 0 {
                return Err(Failure::new("the service closed a connection"));
            }
            if self.head[begin..].trim_end().is_empty() {
                break;
            }
        }
        let status = self.head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let length = self.field("content-length").and_then(|word| word.parse().ok());
        let (Some(status), Some(length)) = (status, length) else {
            return Err(Failure::new(format!(
                "an answer of no told length: {}",
                self.head
            )));
        };
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        Ok(status)
    }

    /// A field of the last answer's head.
    pub(in crate::bench) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// Answers each question with the next of these, on one connection.
    fn server(answers: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a client");
            let mut stream = BufReader::new(stream);
            for answer in answers {
                let mut line = String::new();
                while line != "\r\n" {
                    line.clear();
                    stream.read_line(&mut line).expect("a line");
                }
                stream.get_mut().write_all(answer.as_bytes()).expect("written");
            }
        });
        address
    }

    #[test]
    fn one_answer_ends_where_the_next_begins() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\nfirst",
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        ]);
        let mut connection = Connection::open(address, "x: y\r\n").expect("connected");
        assert_eq!(connection.get("/").expect("answered"), 200);
        assert_eq!(
            (connection.body.as_slice(), connection.field("set-cookie")),
            (&b"first"[..], Some("a=b"))
        );
        assert_eq!(connection.get("/").expect("answered"), 503);
        assert!(connection.body.is_empty());
        connection.get("/").expect_err("no told length");
        connection.get("/").expect_err("closed");
    }
}
