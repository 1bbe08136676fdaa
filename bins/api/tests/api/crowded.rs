//! Many at once, and some of them in no hurry.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::{
    browser::Browser,
    harness::raw,
    running::{Api, Auth, PATIENCE},
    serves::serving,
    tokens::token,
};

/// More than can be worked on at once.
const MANY: usize = 200;

/// A request of which a part is missing.
async fn half_sent(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"comment\":",
        token("didier")
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    stream
}

/// What comes first on this connection.
async fn first_words(stream: &mut TcpStream) -> String {
    let mut said = [0; 64];
    let read = timeout(PATIENCE, stream.read(&mut said))
        .await
        .expect("an answer");
    String::from_utf8_lossy(&said[..read.expect("read")]).into_owned()
}

#[test]
fn who_sends_slowly_holds_nothing_that_others_need() {
    serving(Auth::Tokens, "", async |api| {
        let paths = [
            "/sign-in",
            "/api/v1/checks/STOCK_NEGATIF/confirm",
            "/governance/checks/STOCK_NEGATIF/confirm",
        ];
        let slow = (0..MANY).map(|n| half_sent(api.address, paths[n % paths.len()]));
        let slow = join_all(slow).await;
        let list = api.of(Method::GET, "patricia", "/api/v1/alerts");
        assert_eq!(list.send().await.expect("an answer").status(), StatusCode::OK);
        for mut stream in slow {
            let said = first_words(&mut stream).await;
            assert!(said.starts_with("HTTP/1.1 408 "), "{said:?}");
        }
    });
}

/// Something holds what everybody's reads want, as a migration of the host would.
#[test]
fn a_database_that_keeps_everybody_waiting_is_told_and_left_in_time() {
    serving(Auth::Tokens, "", async |api| {
        let mut migration = PgConnection::connect(&api.world.url())
            .await
            .expect("a connection");
        let lock = "begin; lock table vigie.alerts in access exclusive mode";
        migration.execute(raw(lock)).await.expect("a lock");
        let asked = (0..40).map(|_| api.of(Method::GET, "amina", "/api/v1/alerts").send());
        for answer in join_all(asked).await {
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(answer.headers().contains_key("retry-after"));
        }
        assert_eq!(
            api.get("/livez").send().await.expect("an answer").status(),
            StatusCode::OK
        );
        migration.close().await.expect("closed");
        recovers(api).await;
        api.says_no_secret(&[]);
    });
}

/// What only the picture of the last days is made of cannot be read: all else is shown, and that it is missing.
#[test]
fn a_page_does_not_wait_for_its_picture() {
    serving(Auth::Demo, "", async |api| {
        let mut migration = PgConnection::connect(&api.world.url())
            .await
            .expect("a connection");
        let lock = "begin; lock table vigie.alert_events in access exclusive mode";
        migration.execute(raw(lock)).await.expect("a lock");
        let browser = Browser::persona(api, "pca").await;
        let page = browser.page(api, "/governance/integrity").await;
        assert!(page.contains("class=\"counters\"") && page.contains("STOCK_NEGATIF"));
        assert!(
            !page.contains("class=\"trend\"") && page.contains("pas connu pour l’instant"),
            "{page}"
        );
        migration.close().await.expect("closed");
        let end = tokio::time::Instant::now() + PATIENCE;
        while !browser
            .page(api, "/governance/integrity")
            .await
            .contains("class=\"trend\"")
        {
            assert!(tokio::time::Instant::now() < end, "it does not come back");
        }
    });
}

async fn recovers(api: &Api<'_>) {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let list = api.of(Method::GET, "amina", "/api/v1/alerts").send().await;
        if list.expect("an answer").status() == StatusCode::OK {
            return;
        }
        assert!(tokio::time::Instant::now() < end, "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
