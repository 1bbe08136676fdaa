//! What a test of the screens needs: a depot whose checks were run, the service in front of it, and browsers.

use std::{
    fs::File,
    process::{Child, Stdio},
};

use crate::{
    beside,
    driver::Driver,
    harness::World,
    running::{Api, Auth},
    window::Window,
};

/// Where the list is.
pub(crate) const LIST: &str = "/governance/integrity";

/// Everything that a test plays with.
pub(crate) struct Stage<'w> {
    pub(crate) api: Api<'w>,
    driver: Driver,
}

/// Plays a test on a stage of its own.
pub(crate) fn play(test: impl AsyncFnOnce(&Stage<'_>)) {
    let mut world = World::depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    world.audited();
    world.released();
    let url = world.people();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        test(&Stage::before(Api::start(&world, &url, Auth::Demo, "").await)).await;
    });
}

impl<'w> Stage<'w> {
    /// A stage in front of this service.
    pub(crate) fn before(api: Api<'w>) -> Self {
        Self {
            api,
            driver: Driver::start(),
        }
    }

    /// A window of somebody who reads this language and has not said who they are.
    pub(crate) async fn window(&self, language: &str) -> Window {
        Window::new(self.driver.browser(language, true).await, self.api.url("")).await
    }

    /// The same, where no script is run.
    pub(crate) async fn plain_window(&self) -> Window {
        Window::new(self.driver.browser("fr", false).await, self.api.url("")).await
    }

    /// A window of this person, who reads French, on the list.
    pub(crate) async fn window_of(&self, persona: &str) -> Window {
        let window = self.window("fr").await;
        window.enters(persona).await;
        window
    }

    /// Does something to the database from another one of the same server.
    pub(crate) fn beside(&self, statements: &str) {
        tokio::task::block_in_place(|| self.api.world.sql_beside(statements));
    }

    /// The first alerts of the list that are open: their identifiers.
    pub(crate) fn open_alerts(&self, count: usize) -> Vec<String> {
        let query =
            "select string_agg(id::text, ' ' order by severity, id) from vigie.alerts where status = 'OPEN'";
        let all = self.api.value(query);
        all.split(' ').take(count).map(str::to_owned).collect()
    }

    /// What the database says of an alert: its status, who acknowledged it, and how often it was touched.
    pub(crate) fn standing(&self, id: &str) -> String {
        let query = format!(
            "select concat_ws(' ', status, acknowledged_by, (select string_agg(actor || ':' || kind || ':' || (diff -> 'args' ->> 'comment'), ' ' \
             order by seq) from vigie.alert_events where alert_id = a.id)) from vigie.alerts a where id = '{id}'"
        );
        self.api.value(&query)
    }
}

impl Window {
    /// Says who they are, and comes to the list, or where they may not see it.
    pub(crate) async fn enters(&self, persona: &str) {
        self.open("/").await;
        self.click(&format!("button[value={persona}]")).await;
        self.find(".person").await;
    }
}

/// What it says, where the programs run.
pub(crate) const SAID: &str = "sync.log";

/// A `vigie-sync` beside the service; it is killed with the test, if not before.
pub(crate) struct Sync(Child);

impl Sync {
    pub(crate) fn start(world: &World) -> Self {
        Self::of(world, "packs = [\"depot\"]\n", &world.url())
    }

    /// One with this configuration, which connects with this URL.
    pub(crate) fn of(world: &World, configuration: &str, url: &str) -> Self {
        let configuration = format!("{configuration}[ops]\nlisten = \"127.0.0.1:0\"\n");
        world.file("sync.toml", configuration);
        let child = std::process::Command::new(beside("vigie-sync"))
            .args(["--config", "sync.toml"])
            .current_dir(world.directory.path())
            .env("APP_ENV", "test")
            .env("VIGIE_DATABASE_URL", url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(world.directory.path().join(SAID)).expect("a file"))
            .spawn();
        Self(child.expect("the program runs"))
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
