//! SQL files and `sqlx.toml` are read while compiling; cargo has to be told.
fn main() {
    println!("cargo:rerun-if-changed=../../sql/access-journal");
    println!("cargo:rerun-if-changed=sqlx.toml");
}
