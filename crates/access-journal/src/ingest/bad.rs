/// Why a line could not be read. It never says what stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum BadLine {
    /// It is longer than any line of a log should be.
    #[error("it is longer than 64 KiB")]
    TooLong,
    /// It is not what this source writes.
    #[error("it is no JSON object")]
    NotJson,
    /// It is not what this source writes.
    #[error("it is no line of the combined log format")]
    NotCombined,
    /// Nobody knows when it happened.
    #[error("it has no time, or one that cannot be read")]
    NoTime,
    /// It has not happened yet.
    #[error("its time is in the future, or before the year 2000")]
    ImpossibleTime,
    /// It is of this source, and says nothing of what happened.
    #[error("it has neither a status nor a code nor an action")]
    NoStatus,
    /// It ends in the middle, and nothing follows.
    #[error("it is cut off")]
    CutOff,
}
