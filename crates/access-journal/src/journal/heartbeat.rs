use crate::{Source, event::word::words, privacy::Pseudonym};

words! {
    /// Why what somebody anonymous was given of sensitive relations does not show.
    pub enum Blind {
        /// No relation is known to be sensitive: it is not looked for.
        NoRelation = "no_relation",
        /// What the audit calls sensitive is not known: only what is configured is looked for.
        NoAudit = "no_audit",
    }
}

/// That a source is heard, whether or not anything happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Which.
    pub source: Source,
    /// What is read, where it is read from its beginning each time: then the numbers are those of all of it, and only what they
    /// are more than before counts.
    pub stream: Option<Pseudonym>,
    /// So many lines or requests were looked at since the last one.
    pub seen: u64,
    /// So many of them could not be read.
    pub bad: u64,
    /// So many events were lost since the last one: there was no room for them, or no database.
    pub dropped: u64,
    /// So many reads of sensitive relations could not be judged.
    pub unjudged: u64,
    /// What does not show.
    pub blind: Option<Blind>,
}

impl Heartbeat {
    /// Of a source that has nothing to tell.
    #[must_use]
    pub fn of(source: Source) -> Self {
        Self {
            source,
            stream: None,
            seen: 0,
            bad: 0,
            dropped: 0,
            unjudged: 0,
            blind: None,
        }
    }
}
