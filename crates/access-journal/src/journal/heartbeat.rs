use crate::Source;

/// That a source is heard, whether or not anything happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Which.
    pub source: Source,
    /// So many lines or requests were looked at since the last one.
    pub seen: u64,
    /// So many of them could not be read.
    pub bad: u64,
    /// So many events were lost since the last one: there was no room for them, or no database.
    pub dropped: u64,
}
