//! Lines as the sources write them, and what they come to.

mod batches;
mod guide;
mod hostile;
mod lines;
mod narrow;
mod nothing_personal;
mod sources;
mod streams;
mod unreadable;
