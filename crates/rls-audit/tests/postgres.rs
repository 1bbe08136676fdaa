//! The inspector on real servers, over a corpus of small schemas.

#[path = "postgres/copy.rs"]
mod copy;
#[path = "postgres/corpus.rs"]
mod corpus;
#[path = "postgres/expected.rs"]
mod expected;
#[path = "postgres/fixes.rs"]
mod fixes;
#[path = "postgres/matrix.rs"]
mod matrix;
#[path = "postgres/random.rs"]
mod random;
#[path = "postgres/rules.rs"]
mod rules;
#[path = "postgres/traces.rs"]
mod traces;
