//! A web host on this machine that misbehaves on purpose: for tests, and to rehearse with.
//!
//! One thread takes connections, one more answers each of them; it ends when it is dropped. Every connection takes one
//! request.

mod answer;

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

/// Files by their paths, each with its Content-Type.
#[derive(Debug, Clone, Default)]
pub struct Site(BTreeMap<String, (String, Vec<u8>)>);

impl Site {
    /// One with this manifest at `/version.json`.
    #[must_use]
    pub fn of(manifest: &Value) -> Self {
        Self::default().with("/version.json", "application/json", manifest.to_string())
    }

    /// And one more file.
    #[must_use]
    pub fn with(mut self, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.0
            .insert(path.to_owned(), (content_type.to_owned(), body.into()));
        self
    }

    /// And one file fewer.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.0.remove(path);
        self
    }
}

/// What the host does with a request.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Gives what was deployed, and 404 for what was not.
    Right,
    /// Gives what was deployed and this by turns.
    Flapping(Site),
    /// Gives this to whoever asks without a query.
    Stale(Site),
    /// Answers everything with the page of a single-page app, and 200.
    Shell,
    /// Sends everybody to this URL.
    Redirect(String),
    /// Gives a body of so many bytes, and says before how many.
    Huge(usize),
    /// Gives a body of so many bytes that is small while it is packed, and says nothing of its size.
    HugeWithin(usize),
    /// Gives what was deployed, one byte after another, slowly.
    Drip,
    /// Ends the connection in the middle of the answer.
    Reset,
    /// Gives what was deployed, packed, whether anybody asked for that or not.
    Gzip,
    /// Gives what was deployed with this status.
    Status(u16),
    /// Gives what was deployed as of this type.
    Type(String),
}

#[derive(Debug)]
struct Scene {
    site: Site,
    behaviour: Behaviour,
    asked: u64,
}

/// The host.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    scheme: &'static str,
    scene: Arc<Mutex<Scene>>,
    closing: Arc<AtomicBool>,
    keeper: Option<JoinHandle<()>>,
}

impl Host {
    /// One that serves a site on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start(site: Site) -> io::Result<Self> {
        Self::on(site, None)
    }

    /// One that speaks TLS.
    ///
    /// # Errors
    /// When no port is free.
    pub fn start_tls(site: Site, config: ServerConfig) -> io::Result<Self> {
        Self::on(site, Some(Arc::new(config)))
    }

    fn on(site: Site, tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let scene = Arc::new(Mutex::new(Scene {
            site,
            behaviour: Behaviour::Right,
            asked: 0,
        }));
        let closing = Arc::new(AtomicBool::new(false));
        let (played, ends) = (Arc::clone(&scene), Arc::clone(&closing));
        let keeper = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (played, tls) = (Arc::clone(&played), tls.clone());
                // Who asked may have gone away meanwhile.
                thread::spawn(move || _ = serve(stream, tls, &played));
            }
        });
        Ok(Self {
            address,
            scheme,
            scene,
            closing,
            keeper: Some(keeper),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path, such as `/version.json`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Serves another site from now on.
    pub fn deploy(&self, site: Site) {
        lock(&self.scene).site = site;
    }

    /// Does otherwise from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        lock(&self.scene).behaviour = behaviour;
    }

    /// How many requests it has heard.
    #[must_use]
    pub fn asked(&self) -> u64 {
        lock(&self.scene).asked
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // It waits for the next connection, and this is it.
        let _ = TcpStream::connect(self.address);
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

fn lock(scene: &Mutex<Scene>) -> MutexGuard<'_, Scene> {
    scene.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, scene: &Mutex<Scene>) -> io::Result<()> {
    let raw = stream.try_clone()?;
    match tls {
        None => answer::give(stream, &raw, scene),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            answer::give(StreamOwned::new(connection, stream), &raw, scene)
        }
    }
}

/// The target of the request: path and query. What does not begin as a request is not listened to further.
fn target(stream: &mut impl Read) -> io::Result<String> {
    const MOST: usize = 16 * 1024;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < MOST {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
        if !head[0].is_ascii_uppercase() {
            break;
        }
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split(' ').nth(1).unwrap_or("/");
    Ok(target.to_owned())
}

/// Writes and sends.
fn send(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}
