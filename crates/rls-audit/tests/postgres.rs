//! The inspector on real servers, over a corpus of small schemas.

#[path = "postgres/copy.rs"]
mod copy;
#[path = "postgres/corpus.rs"]
mod corpus;
#[path = "postgres/doors.rs"]
mod doors;
#[path = "postgres/expected.rs"]
mod expected;
#[path = "postgres/fixes.rs"]
mod fixes;
#[path = "postgres/known_doors.rs"]
mod known_doors;
#[path = "postgres/matrix.rs"]
mod matrix;
#[path = "postgres/mended.rs"]
mod mended;
#[path = "postgres/outputs.rs"]
mod outputs;
#[path = "postgres/places.rs"]
mod places;
#[path = "postgres/random.rs"]
mod random;
#[path = "../src/report/tests/read.rs"]
mod read;
#[path = "postgres/rules.rs"]
mod rules;
#[path = "postgres/traces.rs"]
mod traces;
