use std::time::Duration;

/// From where on the rules speak. The default is the design's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// Failed attempts to sign in, by address.
    pub brute_force_ip: Bucket,
    /// Failed attempts to sign in, by account.
    pub brute_force_account: Within,
    /// A success so soon after the last failure of a burst makes it CRITICAL.
    pub success_within: Duration,
    /// Different accounts, by address.
    pub password_spray: Within,
    /// Refusals, by address.
    pub denied_ip: Bucket,
    /// Refusals, by person.
    pub denied_user: Bucket,
    /// Different resources, by address.
    pub enumeration: Within,
    /// Refusals of everybody.
    pub spike: Spike,
    /// A source that should be heard is silent after this.
    pub silent_after: Duration,
}

/// A bucket that leaks: each event fills it by one, and it loses one each `leak`. A rule speaks where it runs over: where it
/// holds more than `capacity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// At least 1.
    pub capacity: u32,
    /// At least a microsecond.
    pub leak: Duration,
}

/// So many within a time, wherever it begins: the first and the last may be exactly that far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// At least 1.
    pub count: u32,
    /// The time.
    pub within: Duration,
}

/// More in five minutes than usual: at least `least`, and more than the median of the same hour of fourteen days by more
/// than `deviations` times the median of how far they are from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spike {
    /// At least 1.
    pub least: u32,
    /// How many times the median absolute deviation.
    pub deviations: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        let bucket = |capacity, seconds| Bucket {
            capacity,
            leak: Duration::from_secs(seconds),
        };
        let within = |count, minutes| Within {
            count,
            within: Duration::from_mins(minutes),
        };
        Self {
            brute_force_ip: bucket(5, 10),
            brute_force_account: within(5, 10),
            success_within: Duration::from_mins(10),
            password_spray: within(10, 10),
            denied_ip: bucket(10, 10),
            denied_user: bucket(10, 60),
            enumeration: within(8, 5),
            spike: Spike {
                least: 20,
                deviations: 6,
            },
            silent_after: Duration::from_hours(1),
        }
    }
}
