//! A window of somebody's browser: what a person does there and sees, and what they must never see.

use std::{
    fs,
    panic::Location,
    time::{Duration, Instant},
};

use axum::http::Method;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use fantoccini::{
    Client, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    key::Key,
    wd::WebDriverCompatibleCommand,
};
use reqwest::Url;
use serde_json::{Value, json};

use crate::{in_target, running::PATIENCE};

/// Somebody's window.
pub(crate) struct Window {
    client: Client,
    origin: String,
}

impl Window {
    pub(crate) async fn new(client: Client, origin: String) -> Self {
        let window = Self { client, origin };
        window.wide(1280).await;
        window
    }

    /// A true width, also below what a window of the desktop may have.
    pub(crate) async fn wide(&self, width: u32) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Light or dark, as the person's system asks for it.
    pub(crate) async fn scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Forgets who somebody is.
    pub(crate) async fn forget(&self) {
        self.client.delete_all_cookies().await.expect("no cookies");
    }

    pub(crate) async fn open(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.origin))
            .await
            .expect("a page");
    }

    /// Another tab of the same browser, in front of the others: this one from now on.
    pub(crate) async fn another_tab(&self) {
        let tab = self.client.new_window(true).await.expect("a tab");
        self.client
            .switch_to_window(tab.handle)
            .await
            .expect("the same tab");
        self.cdp("Page.bringToFront", json!({})).await;
    }

    /// In every page that is opened from now on, what comes again and again comes a hundred times as often.
    pub(crate) async fn hurries(&self) {
        let source =
            "{ const every = setInterval; window.setInterval = (what, wait) => every(what, wait / 100); }";
        self.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
    }

    /// The address without the origin.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.as_str()
            .strip_prefix(&self.origin)
            .expect("a page of ours")
            .to_owned()
    }

    /// What a script in the page gives.
    pub(crate) async fn asks(&self, script: &str) -> Value {
        let value = self.client.execute(&format!("return {script}"), Vec::new()).await;
        value.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a promise of a script comes to.
    pub(crate) async fn awaits(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; ({script}).then(done, (error) => done('' + error))");
        self.client
            .execute_async(&script, Vec::new())
            .await
            .expect("an answer")
    }

    /// Runs a library in the page.
    pub(crate) async fn runs(&self, library: &str) {
        self.client.execute(library, Vec::new()).await.expect("a library");
    }

    /// Waits until a script in the page says `true`.
    #[track_caller]
    pub(crate) fn until(&self, script: &str) -> impl Future<Output = ()> {
        self.until_at(script.to_owned(), Location::caller())
    }

    /// Waits until something on the page says this.
    #[track_caller]
    pub(crate) fn until_says(&self, css: &str, words: &str) -> impl Future<Output = ()> {
        let script = format!(
            "[...document.querySelectorAll({css:?})]
                .some((one) => one.innerText.replace(/\\u00a0/g, ' ').includes({words:?}))"
        );
        self.until_at(script, Location::caller())
    }

    async fn until_at(&self, script: String, caller: &'static Location<'static>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // While a page is going and the next is coming, there is nothing to ask.
            let said = self.client.execute(&format!("return {script}"), Vec::new()).await;
            if said.is_ok_and(|said| said == json!(true)) {
                return;
            }
            if Instant::now() > deadline {
                let (path, page) = (self.path().await, self.text("body").await);
                panic!("{caller}: in vain: {script}\n{path}\n{page}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE);
        wait.for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client
            .find_all(Locator::Css(css))
            .await
            .expect("elements")
            .len()
    }

    /// Does this with an element; with the one in its place, where the page was renewed between finding and doing.
    async fn with<T>(&self, css: &str, act: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match act(self.find(css).await).await {
                Ok(done) => return done,
                Err(error) => {
                    let is_gone = error.is_stale_element_reference();
                    assert!(is_gone && Instant::now() < deadline, "{css}: {error}");
                }
            }
        }
    }

    /// What a person reads there, with plain spaces.
    pub(crate) async fn text(&self, css: &str) -> String {
        let text = self.with(css, async |element| element.text().await).await;
        text.replace('\u{a0}', " ")
    }

    pub(crate) async fn click(&self, css: &str) {
        self.with(css, async |element| element.click().await).await;
    }

    pub(crate) async fn write(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.expect("a field");
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let value = key.into();
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.expect("a keyboard");
    }

    /// Keeps a picture of the whole page, for people to look at.
    pub(crate) async fn picture(&self, name: &str) {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.cdp("Page.captureScreenshot", whole).await;
        let picture = BASE64_STANDARD
            .decode(shot["data"].as_str().expect("a picture"))
            .expect("base64");
        let directory = in_target("screens");
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join(format!("{name}.png")), picture).expect("a file");
    }

    /// Goes, and insists that no script complained and that nothing was asked of anybody else.
    pub(crate) async fn close(self) {
        let said = self.complaints().await;
        assert!(said.is_empty(), "{said:#?}");
        self.leave().await;
    }

    /// The same, where the server has refused something, which the browser notes by itself.
    pub(crate) async fn close_refused(self) {
        let mut said = self.complaints().await;
        said.retain(|line| !line.contains("Failed to load resource"));
        assert!(said.is_empty(), "{said:#?}");
        self.leave().await;
    }

    async fn leave(self) {
        let requests = self.log("performance").await;
        let mut asked = 0;
        for entry in &requests {
            let event: Value =
                serde_json::from_str(entry["message"].as_str().expect("a message")).expect("JSON");
            let event = &event["message"];
            if event["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = event["params"]["request"]["url"].as_str().expect("a URL");
            // Chromium's own first page.
            if url.starts_with("chrome://") || url.starts_with("data:") {
                continue;
            }
            assert!(url.starts_with(&self.origin), "{url}");
            asked += 1;
        }
        assert!(asked > 0, "the log of requests is empty, so it proves nothing");
        self.client.close().await.expect("closed");
    }

    async fn complaints(&self) -> Vec<String> {
        let said = self.log("browser").await;
        let errors = said.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].to_string()).collect()
    }

    async fn log(&self, kind: &'static str) -> Vec<Value> {
        let log = self
            .client
            .issue_cmd(Command("se/log", json!({ "type": kind })))
            .await;
        log.expect("a log").as_array().expect("entries").clone()
    }

    pub(crate) async fn cdp(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let answer = self.client.issue_cmd(Command("goog/cdp/execute", body)).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }
}

/// What Chromium's driver takes besides the standard: the end of the path, and the body.
#[derive(Debug)]
struct Command(&'static str, Value);

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base_url: &Url,
        session_id: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base_url.join(&format!("session/{}/{}", session_id.expect("a session"), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}
