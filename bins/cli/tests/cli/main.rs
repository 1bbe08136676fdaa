//! The program as a process, on a real PostgreSQL: what is typed, what is printed, how it ends.

mod access_attacks;
mod access_ingest;
mod access_planted;
mod access_verify;
mod adopt;
#[path = "../../../../crates/access-journal/tests/attacks/library.rs"]
mod attacks;
mod audit;
mod audit_fix;
mod bad_checks;
mod bad_database;
mod bad_words;
mod blackbox;
mod bouncer;
mod bulk;
mod checks_list;
mod checks_test;
mod checks_test_honest;
mod confirm;
mod demo;
mod doctor;
mod doctor_blind;
mod doctor_source;
mod environments;
mod explain;
mod export;
mod fuzz;
mod harness;
#[path = "../../../sync/tests/sync/http.rs"]
mod http;
mod install;
mod interrupted;
mod leaving;
mod life;
mod lint;
mod monitors;
mod neighbour;
mod own_audit;
mod plan;
mod pooler;
mod redact;
mod reference;
mod release;
mod release_script;
mod release_sources;
mod role_source;
mod rollback;
mod screens;
mod side_by_side;
mod spoil;
mod verify;
mod view;

use std::path::PathBuf;

/// The program under test.
fn tested() -> PathBuf {
    env!("CARGO_BIN_EXE_vigie").into()
}

/// The program that prepares databases, here the same.
fn vigie() -> PathBuf {
    tested()
}
