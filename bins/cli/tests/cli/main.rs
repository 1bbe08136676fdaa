//! The program as a process, on a real PostgreSQL: what is typed, what is printed, how it ends.

mod adopt;
mod bad_checks;
mod bad_database;
mod bad_words;
mod bouncer;
mod bulk;
mod checks_list;
mod checks_test;
mod confirm;
mod demo;
mod doctor;
mod explain;
mod harness;
mod install;
mod life;
mod lint;
mod neighbour;
mod plan;
mod pooler;
mod redact;
mod reference;
mod role_source;
mod screens;
mod side_by_side;
mod view;
