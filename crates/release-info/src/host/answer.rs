use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Mutex,
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use socket2::SockRef;

use super::{Behaviour, Scene, Site, lock, send, target};

/// The page with which a single-page app answers everything.
const SHELL: &str = "<!DOCTYPE html>\n<html><head><title>depot</title></head>\n\
                     <body><script src=\"flutter_bootstrap.js\" async></script></body></html>\n";

/// What lies between two bytes that drip.
const DRIP: Duration = Duration::from_millis(200);

/// Hears one request and answers it.
pub(super) fn give(mut stream: impl Read + Write, raw: &TcpStream, scene: &Mutex<Scene>) -> io::Result<()> {
    let target = target(&mut stream)?;
    let (site, behaviour, asked) = {
        let mut scene = lock(scene);
        scene.asked += 1;
        (scene.site.clone(), scene.behaviour.clone(), scene.asked)
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let whole = Reply::of(&site, path);
    match behaviour {
        Behaviour::Flapping(other) if asked.is_multiple_of(2) => Reply::of(&other, path).send(&mut stream),
        Behaviour::Stale(old) if query.is_empty() => Reply::of(&old, path).send(&mut stream),
        Behaviour::Right | Behaviour::Flapping(_) | Behaviour::Stale(_) => whole.send(&mut stream),
        Behaviour::Shell => Reply::page().send(&mut stream),
        Behaviour::Redirect(to) => {
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            send(&mut stream, head.as_bytes())
        }
        Behaviour::Huge(bytes) => whole.with_body(vec![b' '; bytes]).send(&mut stream),
        Behaviour::HugeWithin(bytes) => whole.with_body(vec![b' '; bytes]).packed()?.send(&mut stream),
        Behaviour::Drip => {
            send(&mut stream, whole.head().as_bytes())?;
            for byte in &whole.body {
                send(&mut stream, &[*byte])?;
                thread::sleep(DRIP);
            }
            Ok(())
        }
        Behaviour::Reset => {
            send(&mut stream, whole.head().as_bytes())?;
            // What was not sent is forgotten, and the other side is told so at once.
            SockRef::from(raw).set_linger(Some(Duration::ZERO))?;
            return Ok(());
        }
        Behaviour::Gzip => whole.packed()?.send(&mut stream),
        Behaviour::Status(status) => Reply { status, ..whole }.send(&mut stream),
        Behaviour::Type(content_type) => Reply {
            content_type,
            ..whole
        }
        .send(&mut stream),
    }?;
    raw.shutdown(Shutdown::Write)
}

struct Reply {
    status: u16,
    content_type: String,
    packed: bool,
    body: Vec<u8>,
}

impl Reply {
    fn of(site: &Site, path: &str) -> Self {
        let found = site.0.get(path).cloned();
        let (status, (content_type, body)) = match found {
            Some(file) => (200, file),
            None => (404, ("text/plain".to_owned(), b"not found\n".to_vec())),
        };
        Self {
            status,
            content_type,
            packed: false,
            body,
        }
    }

    fn page() -> Self {
        Self {
            status: 200,
            content_type: "text/html; charset=utf-8".to_owned(),
            packed: false,
            body: SHELL.as_bytes().to_vec(),
        }
    }

    fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    fn packed(self) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&self.body)?;
        let body = encoder.finish()?;
        Ok(Self {
            packed: true,
            body,
            ..self
        })
    }

    fn head(&self) -> String {
        let packed = if self.packed {
            "Content-Encoding: gzip\r\n"
        } else {
            ""
        };
        format!(
            "HTTP/1.1 {} Answer\r\nContent-Type: {}\r\n{packed}Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.status,
            self.content_type,
            self.body.len()
        )
    }

    fn send(&self, stream: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut whole = self.head().into_bytes();
        whole.extend_from_slice(&self.body);
        stream.write_all(&whole)?;
        stream.flush()
    }
}
