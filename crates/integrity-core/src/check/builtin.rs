//! The packs that are compiled into the program, so that a binary alone can watch a database.

include!(concat!(env!("OUT_DIR"), "/builtin_packs.rs"));

/// Their names, each once.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BUILTIN
        .iter()
        .filter(|(_, file, _)| *file == "pack.toml")
        .map(|(pack, _, _)| *pack)
}
