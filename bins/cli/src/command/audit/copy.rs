//! A copy of the audited database on a private PostgreSQL.

use pg_sandbox::{Options, Sandbox};
use rls_audit::copy::{self, Loss, Rows};
use wiring::{audit, stop::Stop};

use super::super::Place;
use crate::sandbox::{self, refusal};

/// What the copy is called there.
const DATABASE: &str = "copy";

/// A copy, gone when its server is stopped.
pub(super) struct Copy {
    server: Sandbox,
    /// What it lacks.
    pub(super) lost: Vec<Loss>,
}

impl Copy {
    /// Makes one, with its server.
    pub(super) async fn make(place: &Place<'_>, rows: Rows) -> Result<Self, Stop> {
        let server = sandbox::start(Options::from_env()).await?;
        let made = match server.create_database(DATABASE).map_err(refusal) {
            Ok(()) => copy::make(&place.target.url(), &server.url(DATABASE), rows)
                .await
                .map_err(audit::refused),
            Err(stop) => Err(stop),
        };
        match made {
            Ok(copied) => Ok(Self {
                server,
                lost: copied.lost,
            }),
            Err(stop) => {
                sandbox::stop(server).await?;
                Err(stop)
            }
        }
    }

    /// Where it is, for a login that may do everything there.
    pub(super) fn url(&self) -> String {
        self.server.url(DATABASE)
    }

    /// Takes it away, with its server.
    pub(super) async fn gone(self) -> Result<(), Stop> {
        sandbox::stop(self.server).await
    }
}
