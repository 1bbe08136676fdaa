//! The server that is stopped and killed, and the services that live with it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use cargo_metadata::Metadata;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pg_sandbox::{Installation, Options, Sandbox};

use super::{
    psql::Psql,
    service::{Recipe, Service, free_addresses},
    watch,
};
use crate::{failure::Failure, workspace};

/// The database that is watched.
const DATABASE: &str = "soak";

/// How long anything may take that has to come sooner or later.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

/// So many connections there are; few, as somebody will take them all.
const CONNECTIONS: &str = "30";

/// The services there may be.
pub(super) const SERVICES: usize = 2;

/// Server, services, and where everything is kept.
#[derive(Debug)]
pub(super) struct Stand {
    pub(super) directory: PathBuf,
    vigie: PathBuf,
    options: Options,
    server: Option<Sandbox>,
    /// As the owner of everything.
    pub(super) psql: Psql,
    recipes: Vec<Recipe>,
    services: Vec<Option<Service>>,
}

impl Stand {
    /// Starts the server, and installs Vigie there: programs that are built already.
    pub(super) fn start(metadata: &Metadata) -> Result<Self, Failure> {
        let programs = metadata.target_directory.join("debug").into_std_path_buf();
        // Where a server that is no longer root can reach it, whoever's home the sources are in.
        let directory = std::env::temp_dir().join(format!("vigie-soak-{}", std::process::id()));
        fs::create_dir_all(&directory)?;
        let mut addresses = free_addresses(1 + SERVICES)?;
        let port = addresses.pop().map(|address| address.port()).unwrap_or_default();
        let options = Options::from_env()
            .port(port)
            .keep(directory.join("server"))
            .setting("max_connections", CONNECTIONS)
            // The soak itself gets through, also while others knock.
            .setting("superuser_reserved_connections", "10")
            // Processes are killed here, never the machine: what the kernel has is not lost.
            .setting("fsync", "off");
        let server = Sandbox::start(&options)?;
        server.create_database(DATABASE)?;
        let password = fs::read_to_string(server.directory().join("password"))?;
        let psql = Psql {
            program: Installation::find(&options)?.psql()?,
            port: server.port(),
            user: "postgres",
            password: password.trim().to_owned(),
            database: DATABASE,
        };
        let mut stand = Self {
            vigie: programs.join("vigie"),
            options,
            server: Some(server),
            psql,
            recipes: Vec::new(),
            services: Vec::new(),
            directory,
        };
        stand.install(&programs.join("vigie-sync"), addresses)?;
        Ok(stand)
    }

    fn install(&mut self, program: &Path, addresses: Vec<SocketAddr>) -> Result<(), Failure> {
        let pack = workspace::root().join("xtask/src/soak/pack");
        self.psql.run(include_str!("setup.sql"))?;
        let login = |user: &str, name: &str| {
            let (password, port) = (&self.psql.password, self.psql.port);
            format!("postgres://{user}:{password}@127.0.0.1:{port}/{DATABASE}?application_name={name}")
        };
        for (n, address) in addresses.into_iter().enumerate() {
            let name = format!("soak-{}", n + 1);
            let configuration = self.directory.join(format!("{name}.toml"));
            let text = format!(
                "packs = [\"{}\"]\n[sync]\nlease = \"3s\"\n[ops]\nlisten = \"{address}\"\n",
                pack.display()
            );
            fs::write(&configuration, text)?;
            self.recipes.push(Recipe {
                address,
                program: program.to_owned(),
                configuration,
                log: self.directory.join(format!("{name}.log")),
                database_url: login("vigie_sync", &name),
                eval_url: login("vigie_eval", &name),
                name,
            });
            self.services.push(None);
        }
        self.vigie(&["migrate"])?;
        self.vigie(&["install"])?;
        let (password, people) = (&self.psql.password, include_str!("../../../sql/demo/access.sql"));
        self.psql.run(&format!(
            "begin;\nselect set_config('vigie.demo_password', '{password}', true);\n{people}\ncommit;"
        ))?;
        self.psql.run(include_str!("seen.sql"))?;
        Ok(())
    }

    /// Runs `vigie` as the owner, and gives what it printed.
    pub(super) fn vigie(&self, words: &[&str]) -> Result<String, Failure> {
        let server = self
            .server
            .as_ref()
            .ok_or_else(|| Failure::new("the server is down"))?;
        let recipe = self.recipe(0);
        let output = Command::new(&self.vigie)
            .arg("--config")
            .arg(&recipe.configuration)
            .args(words)
            .env("VIGIE_DATABASE_URL", server.url(DATABASE))
            .output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("vigie {}: {said}", words.join(" "))))
    }

    pub(super) fn recipe(&self, n: usize) -> &Recipe {
        &self.recipes[n]
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.recipes.iter().map(|recipe| recipe.address).collect()
    }

    /// The services that run.
    pub(super) fn running(&self) -> Vec<usize> {
        (0..SERVICES).filter(|n| self.services[*n].is_some()).collect()
    }

    /// Starts services until so many run, and asks the last ones to end where there are more.
    pub(super) fn run_services(&mut self, wanted: usize) -> Result<(), Failure> {
        for n in 0..SERVICES {
            if n < wanted && self.services[n].is_none() {
                self.services[n] = Some(self.recipes[n].start()?);
            } else if n >= wanted
                && let Some(mut service) = self.services[n].take()
            {
                service.signal(Signal::SIGTERM)?;
                let mut status = None;
                until("a service that was asked to end is there", || {
                    status = service.ended()?;
                    Ok(status.is_some())
                })?;
                if !status.is_some_and(|status| status.success()) {
                    return Err(Failure::new(format!(
                        "{} was asked to end: {status:?}",
                        self.recipes[n].name
                    )));
                }
            }
        }
        Ok(())
    }

    /// The services that have ended, though nobody asked them to.
    pub(super) fn deserters(&mut self) -> Result<Vec<String>, Failure> {
        let mut deserters = Vec::new();
        for (recipe, service) in self.recipes.iter().zip(&mut self.services) {
            if let Some(running) = service
                && let Some(status) = running.ended()?
            {
                *service = None;
                deserters.push(format!("deserted: {} ended by itself with {status}", recipe.name));
            }
        }
        Ok(deserters)
    }

    /// Ends a service in the middle of whatever it does.
    pub(super) fn kill_service(&mut self, n: usize) -> Result<(), Failure> {
        self.services[n].take().map_or(Ok(()), Service::kill)
    }

    pub(super) fn signal_service(&self, n: usize, signal: Signal) -> Result<(), Failure> {
        self.services[n]
            .as_ref()
            .map_or(Ok(()), |service| service.signal(signal))
    }

    /// Stops the server in order, and waits until it is gone.
    pub(super) fn stop_server(&mut self) -> Result<(), Failure> {
        self.server.take().map_or(Ok(()), |server| Ok(server.stop()?))
    }

    /// Ends the server as a crash would.
    pub(super) fn crash_server(&mut self, signal: Signal) -> Result<(), Failure> {
        if let Some(server) = self.server.take() {
            kill(Pid::from_raw(server.server_pid()), signal)?;
            server.stop()?;
        }
        Ok(())
    }

    /// Starts the server again where it was.
    pub(super) fn start_server(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            match Sandbox::start(&self.options) {
                Ok(server) => {
                    self.server = Some(server);
                    return Ok(());
                }
                // After a crash, the last of the old server's processes may not have noticed yet.
                Err(_) if begun.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(50)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits until every check was completely evaluated after now, and every service says it is ready.
    pub(super) fn settle(&self) -> Result<(), Failure> {
        let now = self.psql.run("select clock_timestamp();")?;
        let unsettled = format!(
            "select 3 - count(*) from vigie.check_states where outcome = 'Complete' and complete_at > '{now}';"
        );
        until(
            "a check has not been completely evaluated, though nothing is wrong any more",
            || Ok(self.psql.run(&unsettled)? == "0"),
        )?;
        until("a service is not ready, though nothing is wrong any more", || {
            Ok(self
                .running()
                .iter()
                .all(|n| watch::is_ready(self.recipes[*n].address)))
        })
    }

    /// Ends everything, and leaves nothing behind.
    pub(super) fn clear(mut self) -> Result<(), Failure> {
        self.services.clear();
        self.stop_server()?;
        Ok(fs::remove_dir_all(&self.directory)?)
    }
}

/// Waits until it is so; after [`PATIENCE`] that is a failure with these words.
pub(super) fn until(
    otherwise: &str,
    mut is_so: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let begun = Instant::now();
    while !is_so()? {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::new(format!(
                "after {} s {otherwise}",
                PATIENCE.as_secs()
            )));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
