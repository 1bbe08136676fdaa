//! `vigie-api` as a process, on a real PostgreSQL.

mod aborted;
mod accesses;
mod audit;
mod authorisation;
mod browser;
mod config;
mod crowded;
mod ends;
mod flood;
#[path = "../../../cli/tests/cli/harness.rs"]
#[expect(dead_code, reason = "the tests of `vigie` need more of it")]
mod harness;
mod hostile_pages;
mod hostile_requests;
mod outage;
mod programs;
mod releases;
mod running;
mod serves;
mod sign_in;
mod stream;
mod tokens;

use programs::{tested, vigie};
