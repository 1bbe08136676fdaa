//! The memory store keeps every promise of `AlertStore`, and what holds of every life of an alert.

#[macro_use]
#[path = "../contract/mod.rs"]
mod contract;
#[path = "../memory_harness/mod.rs"]
mod memory_harness;
#[path = "../play/mod.rs"]
mod play;
mod properties;

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
