//! `vigie-api`: the service that shows Vigie's alerts to people and programs, and takes their acts. A thin door.

fn main() {}
