//! `vigie`, the command line.

fn main() {}
