//! The program as a process, on a real PostgreSQL: what is typed, what is printed, how it ends.

mod bad_checks;
mod bad_database;
mod bad_words;
mod demo;
mod harness;
mod life;
mod redact;
mod reference;
mod screens;
mod side_by_side;
