//! The server is gone for a while, or lets nobody in, or takes no changes.

use std::{
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use super::{
    business,
    fault::{SERVICES_OWN, Scene, Trouble},
    psql::{Held, Psql},
    stand::{Stand, until},
    watch::Blind,
};
use crate::failure::Failure;

/// How long the server is away when nobody has to believe that it is, and when everybody has to say so.
const SHORT: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_secs(5);

/// How often somebody tries to take the last connection.
const MOST_TAKERS: usize = 60;

impl Scene<'_> {
    pub(super) fn outage(
        &mut self,
        end: impl FnOnce(&mut Stand) -> Result<(), Failure>,
    ) -> Result<Blind, Trouble> {
        thread::sleep(Duration::from_millis(self.rng.u64(..600)));
        end(self.stand)?;
        let from = Instant::now();
        thread::sleep(if self.long { LONG } else { SHORT });
        let blind = Blind {
            from,
            to: Instant::now(),
            down: true,
        };
        self.stand.start_server()?;
        Ok(blind)
    }

    /// Somebody takes every connection.
    pub(super) fn full(&mut self) -> Result<Blind, Trouble> {
        let mut taken = Vec::new();
        // A service that was just logging in has its place, and loses it the next time.
        for _ in 0..20 {
            self.take_all(&mut taken)?;
            let from = Instant::now();
            self.keep_taking(&mut taken, Duration::from_millis(300))?;
            if self.connected()? {
                continue;
            }
            self.keep_taking(&mut taken, if self.long { LONG } else { SHORT })?;
            if self.connected()? {
                break;
            }
            return Ok(Blind {
                from,
                to: Instant::now(),
                down: true,
            });
        }
        Err(Trouble::NotInjected(
            "a service got a connection, though all were taken".to_owned(),
        ))
    }

    fn connected(&self) -> Result<bool, Trouble> {
        Ok(self.psql().run(&format!("select count(*) {SERVICES_OWN};"))? != "0")
    }

    /// Takes every connection while the services look away.
    fn take_all(&self, taken: &mut Vec<Held>) -> Result<(), Trouble> {
        let services = self.stand.running();
        for n in &services {
            self.stand.signal_service(*n, Signal::SIGSTOP)?;
        }
        let outcome = self.take_free(taken);
        for n in &services {
            self.stand.signal_service(*n, Signal::SIGCONT)?;
        }
        outcome
    }

    /// Takes at once what somebody gives back, for so long.
    fn keep_taking(&self, taken: &mut Vec<Held>, lasting: Duration) -> Result<(), Trouble> {
        let login = self.service_login();
        let until = Instant::now() + lasting;
        while Instant::now() < until {
            match login.hold("") {
                Ok(_) if taken.len() == MOST_TAKERS => return Err(too_many()),
                Ok(held) => taken.push(held),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
        Ok(())
    }

    fn service_login(&self) -> Psql {
        Psql {
            user: "vigie_sync",
            ..self.psql().clone()
        }
    }

    fn take_free(&self, taken: &mut Vec<Held>) -> Result<(), Trouble> {
        let login = self.service_login();
        self.psql()
            .run(&format!("select pg_terminate_backend(pid, 5000) {SERVICES_OWN};"))?;
        let mut refusals = 0;
        // People come and go: what one of them leaves is taken too.
        while refusals < 10 {
            match login.hold("") {
                Ok(_) if taken.len() == MOST_TAKERS => return Err(too_many()),
                Ok(held) => taken.push(held),
                Err(_) => match login.run("select 1;") {
                    Err(broken) if broken.is_full() => {
                        refusals += 1;
                        thread::sleep(Duration::from_millis(40));
                    }
                    Err(broken) => return Err(Trouble::NotInjected(broken.to_string())),
                    Ok(_) => {}
                },
            }
        }
        Ok(())
    }

    pub(super) fn read_only(&mut self) -> Result<Blind, Trouble> {
        let service = self.service_login();
        let (on, off) = if self.rng.bool() {
            (
                "alter system set default_transaction_read_only = on;\nselect pg_reload_conf();".to_owned(),
                "alter system reset default_transaction_read_only;\nselect pg_reload_conf();".to_owned(),
            )
        } else {
            // Whoever is connected does not hear of it.
            let again = format!("select pg_terminate_backend(pid) {SERVICES_OWN};");
            let database = "set default_transaction_read_only = off;\nalter database soak";
            (
                format!("{database} set default_transaction_read_only = on;\n{again}"),
                format!("{database} reset default_transaction_read_only;\n{again}"),
            )
        };
        self.psql().run(&on)?;
        let is = |wanted: &str| Ok(service.run("show default_transaction_read_only;")? == wanted);
        until("the server is not read-only", || is("on"))?;
        let from = Instant::now();
        business::change(&self.stand.psql, self.rng, None)?;
        thread::sleep(if self.long { LONG } else { SHORT });
        let to = Instant::now();
        self.psql().run(&off)?;
        until("the server is still read-only", || is("off"))?;
        Ok(Blind {
            from,
            to,
            down: false,
        })
    }
}

fn too_many() -> Trouble {
    Trouble::NotInjected(format!("{MOST_TAKERS} connections are not all there are"))
}
