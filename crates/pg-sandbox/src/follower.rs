//! A hot standby of a sandbox, as PostgreSQL makes one: a base backup, a signal file, a replication slot.

use crate::{
    Error, Options, Sandbox, account::Account, cluster, directory::Directory, sandbox::Parts, server::Server,
};

/// The slot that keeps what the standby has yet to read.
const SLOT: &str = "pg_sandbox_follower";

impl Sandbox {
    /// Starts another server that follows this one and answers questions only. It ends as every sandbox ends; let it end
    /// before the one that it follows. One at a time.
    ///
    /// # Errors
    /// [`Error::Start`], [`Error::Directory`], [`Error::System`].
    pub fn follower(&self) -> Result<Self, Error> {
        let account = Account::for_server()?;
        let directory = Directory::throw_away(&account)?;
        let followed = self.backed_up(&account, &directory).and_then(|()| {
            let port = cluster::free_port()?;
            cluster::configure(&directory, &account, &Options::new(), port)?;
            let server = Server::start(&directory, &account, &self.bin_dir().join("postgres"), port)?;
            Ok((server, port))
        });
        match followed {
            Ok((server, port)) => Ok(self.beside(Parts {
                directory,
                server,
                port,
            })),
            Err(error) => {
                // Already gone when it was the server that failed.
                let _ = std::fs::remove_dir_all(directory.path());
                Err(error)
            }
        }
    }

    fn backed_up(&self, account: &Account, directory: &Directory) -> Result<(), Error> {
        account.write(&directory.password_file(), self.password())?;
        let output = account
            .command(self.bin_dir().join("pg_basebackup"))
            .args(["--host=127.0.0.1", "--username=postgres", "--no-password"])
            .arg(format!("--port={}", self.port()))
            .args(["--write-recovery-conf", "--create-slot", "--slot", SLOT])
            .args(["--checkpoint=fast", "--no-sync", "--pgdata"])
            .arg(directory.data())
            .env("PGPASSWORD", self.password())
            .output()
            .map_err(Error::system("run pg_basebackup"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Start {
            reason: format!("pg_basebackup failed ({})", output.status),
            log: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}
