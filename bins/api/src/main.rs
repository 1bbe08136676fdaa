//! `vigie-api`: the service that shows Vigie's alerts to people and programs, and takes their acts. A thin door.

#[expect(dead_code, unused_imports, reason = "until the endpoints hand them over")]
mod screens;

fn main() {}
