//! What somebody else's crate sees: outside the workspace, without its settings, without a network.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const WITH_POSTGRES: &str = include_str!("with_postgres.rs");
const WITHOUT_A_SERVER: &str = include_str!("without_a_server.rs");

/// A crate of somebody else's that depends on this one by path.
struct Embedder {
    folder: TempDir,
    target: PathBuf,
}

impl Embedder {
    fn new(name: &str, features: &str, main: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let room = env!("CARGO_MANIFEST_DIR");
        let workspace = Path::new(room).ancestors().nth(2).expect("the workspace");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nalerts-store = {{ path = \"{room}\", features = {features} }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
        );
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest");
        // The versions that were tested here, so that nothing has to be asked of a registry.
        fs::copy(workspace.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
        fs::create_dir(folder.path().join("src")).expect("a folder");
        fs::write(folder.path().join("src/main.rs"), main).expect("a program");
        #[expect(
            clippy::disallowed_methods,
            reason = "one target directory, wherever cargo has been told to keep it"
        )]
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        Self { folder, target }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", &self.target)
            // A database that answers nobody, and none of the workspace's own settings.
            .env("DATABASE_URL", "postgres://hostile:hostile@127.0.0.1:1/hostile")
            .env_remove("VIGIE_DATABASE_URL")
            .env_remove("SQLX_OFFLINE")
            .env_remove("SQLX_OFFLINE_DIR")
            .output()
            .expect("cargo runs")
    }

    fn build(&self) {
        let output = self.cargo(&["build"]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The packages that are compiled for it.
    fn packages(&self) -> String {
        let output = self.cargo(&["tree", "--edges", "normal,build", "--prefix", "none"]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    fn run(&self, name: &str, argument: &str) -> String {
        let program = self.target.join("debug").join(name);
        let output = Command::new(program).arg(argument).output().expect("it runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }
}

#[test]
fn with_postgres_only_it_builds_offline_and_runs() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server that `cargo xtask test` started"
    )]
    let server =
        env::var("DATABASE_URL").expect("DATABASE_URL names a PostgreSQL server: run `cargo xtask test`");
    let embedder = Embedder::new("embeds-postgres", "[\"postgres\"]", WITH_POSTGRES);
    embedder.build();
    let packages = embedder.packages();
    assert!(packages.contains("sqlx v"), "{packages}");
    assert!(!packages.contains("mockall"), "{packages}");
    let told = embedder.run("embeds-postgres", &server);
    assert_eq!(told, "opened 1, then Ack by Some(\"amina\")\n");
}

#[test]
fn with_memory_and_mock_only_no_sqlx_is_compiled() {
    let embedder = Embedder::new("embeds-memory", "[\"memory\", \"mock\"]", WITHOUT_A_SERVER);
    let packages = embedder.packages();
    assert!(packages.contains("alerts-store v"), "{packages}");
    assert!(!packages.contains("sqlx"), "{packages}");
    embedder.build();
    assert_eq!(
        embedder.run("embeds-memory", ""),
        "opened 1, mock says 1 enabled\n"
    );
}
