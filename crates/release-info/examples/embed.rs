//! What another program writes to know which release it is and where it runs, and to refuse to start otherwise.
//!
//! `cargo run -p release-info --example embed -- development`

use std::process::ExitCode;

use release_info::{BuildInfo, Standing};

fn main() -> ExitCode {
    // A service takes these from its configuration: APP_ENV and APP_RELEASE.
    let mut told = std::env::args().skip(1);
    let (app_env, app_release) = (told.next(), told.next());

    let build = BuildInfo::of("depot-screen", env!("CARGO_PKG_VERSION"));
    match Standing::of(app_env.as_deref(), app_release.as_deref(), &build) {
        Ok(standing) => {
            println!(
                "{} in {}, commit {}",
                standing.release,
                standing.env,
                build.commit_or_unknown()
            );
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            ExitCode::from(2)
        }
    }
}
