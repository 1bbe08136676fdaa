//! The program as a process, on a real PostgreSQL: what is typed, what is printed, how it ends.

mod adopt;
mod audit;
mod audit_fix;
mod bad_checks;
mod bad_database;
mod bad_words;
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
mod explain;
mod export;
mod harness;
mod install;
mod interrupted;
mod leaving;
mod life;
mod lint;
mod neighbour;
mod own_audit;
mod plan;
mod pooler;
mod redact;
mod reference;
mod role_source;
mod screens;
mod side_by_side;
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
