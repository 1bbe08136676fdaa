//! The connections: so many at once, none that keeps silent or takes nothing, and an orderly end.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
    serve::Listener as _,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt as _;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// So many at once; more wait at the door until one ends.
    pub(crate) connections: usize,
    /// How long a client may take to say what it wants, the next time too, or to take some of what is sent. Longer than the minute for which proxies keep an
    /// unused connection: so it is theirs to close, and they never send a request into one that is just closed here.
    pub(crate) silence: Duration,
}

/// Those of the service.
pub(crate) const LIMITS: Limits = Limits {
    connections: 2_048,
    silence: Duration::from_secs(65),
};

/// Serves until `ending`; then takes no more connections, and waits for what was asked.
pub(crate) async fn serve(
    mut listener: TcpListener,
    router: Router,
    limits: Limits,
    ending: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.silence);
    let mut ending = pin!(ending);
    loop {
        let (stream, peer, permit) = tokio::select! {
            biased;
            () = &mut ending => break,
            next = next(&mut listener, &room, limits.silence) => next,
        };
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), peer, request));
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that goes away is no news.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    open.shutdown().await;
}

async fn next(
    listener: &mut TcpListener,
    room: &Arc<Semaphore>,
    silence: Duration,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // It is never closed.
    let permit = Arc::clone(room).acquire_owned().await.ok();
    let (stream, peer) = listener.accept().await;
    // Answers are small and whole: nothing is won by waiting for more of them.
    let _ = stream.set_nodelay(true);
    // One that stops reading would keep its place for ever; where the system knows no such thing, it does.
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(silence));
    (stream, peer, permit)
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request.map(Body::new)).await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// All that comes until the other side closes.
    async fn said(mut stream: TcpStream) -> String {
        let mut said = String::new();
        stream.read_to_string(&mut said).await.expect("an end");
        said
    }

    #[tokio::test]
    async fn who_keeps_silent_leaves_the_room_to_others() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let limits = Limits {
            connections: 2,
            silence: Duration::from_millis(200),
        };
        let peer = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
        let router = Router::new().route("/", get(peer));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router, limits, async {
            let _ = ended.await;
        }));
        let connect = async || TcpStream::connect(address).await.expect("it listens");
        let silent = connect().await;
        let mut slow = connect().await;
        slow.write_all(b"GET / HTTP/1.1\r\nHost: a").await.expect("sent");
        let mut third = connect().await;
        third
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .expect("sent");
        // It is answered, which takes that there is room; and then, silent in its turn, it goes as well.
        assert!(said(third).await.ends_with("127.0.0.1"));
        assert_eq!(
            (said(silent).await, said(slow).await),
            (String::new(), String::new())
        );
        end.send(()).expect("it serves");
        serving.await.expect("an orderly end");
    }

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn who_takes_nothing_of_the_answer_leaves_the_room_to_others() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let limits = Limits {
            connections: 1,
            silence: Duration::from_millis(200),
        };
        // More than fits anywhere on the way.
        let large = async || vec![b'a'; 64 << 20];
        let router = Router::new()
            .route("/large", get(large))
            .route("/", get(async || "there is room"));
        tokio::spawn(serve(listener, router, limits, std::future::pending()));
        let asks = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.expect("it listens");
            let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("sent");
            stream
        };
        let takes_nothing = asks("/large").await;
        takes_nothing.readable().await.expect("an answer");
        let next = tokio::time::timeout(Duration::from_mins(1), said(asks("/").await));
        assert!(next.await.expect("room").ends_with("there is room"));
    }
}
