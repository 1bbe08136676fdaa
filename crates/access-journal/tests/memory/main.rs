//! Memory keeps every promise of `AccessJournal`.

#[macro_use]
#[path = "../contract/mod.rs"]
mod contract;
#[path = "../memory_harness/mod.rs"]
mod memory_harness;

use memory_harness::Memory;

macro_rules! in_memory {
    ($($promise:ident)*) => {
        $(#[tokio::test]
        async fn $promise() {
            contract::$promise(&Memory::new()).await;
        })*
    };
}
promises!(in_memory);
