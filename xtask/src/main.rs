//! `cargo xtask`: every task that a developer or CI does in this workspace, under one name each.
//!
//! Refused: shell scripts and a Makefile beside it. A task here is Rust like the rest, checked like the rest,
//! and the same word runs the same commands on a laptop and in CI.

mod axe;
mod bench;
mod cli;
mod command;
mod demo;
mod failure;
mod lint;
mod npm;
mod openapi;
mod prove_bare;
mod scratch;
mod setup;
mod soak;
mod sqlx;
mod test;
mod tidy;
mod versions;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use cli::{SqlxTask, Task, Xtask};
use failure::Failure;
use setup::For;

fn main() -> ExitCode {
    let Xtask { task } = Xtask::parse();
    match run(task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Setup { yes } => setup::run(yes, For::Tests),
        Task::Demo { args } => demo::run(&args),
        Task::Test { args } => test::run(&args),
        Task::Lint => lint::run(),
        Task::Fmt { check } => lint::fmt(check),
        Task::Sqlx {
            task: SqlxTask::Prepare,
        } => sqlx::prepare(),
        Task::Sqlx {
            task: SqlxTask::Check,
        } => sqlx::check(),
        Task::Openapi => openapi::run(),
        Task::Tidy => tidy::run(),
        Task::Bench { task } => bench::run(&task),
        Task::Soak { task } => soak::run(&task),
        Task::ProveBare => prove_bare::run(),
        Task::Ci { full } => {
            lint::run()?;
            sqlx::check()?;
            test::run(&[])?;
            if full { versions::test() } else { Ok(()) }
        }
    }
}
