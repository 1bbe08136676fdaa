//! Lines as the sources write them, and what they come to.

mod lines;
mod nothing_personal;
mod sources;
mod streams;
