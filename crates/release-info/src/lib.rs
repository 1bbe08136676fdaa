//! Which release this is, and where it runs.
