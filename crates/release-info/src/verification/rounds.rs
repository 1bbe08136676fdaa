//! Looks at a host again and again, and says what it came to.

use std::{net::SocketAddr, time::Duration};

use reqwest::Url;
use serde_json::{Value, json};

use super::{Depth, Expected, Look, Seen, Series, Verdict, deep};
use crate::fetch::{Client, Trouble, Way, addresses, printable};

/// The largest manifest, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;

/// What is looked at, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the manifest is; `fetch::url` has read it.
    pub url: Url,
    /// What should be there.
    pub expected: Expected,
    /// How many rounds in a row must agree.
    pub times: u32,
    /// How much time lies at least between the first and the last of them.
    pub over: Duration,
    /// How long an answer may take, as a whole.
    pub patience: Duration,
    /// Whether each address of the host is looked at by itself.
    pub every_address: bool,
    /// Whether every file is compared as well, once the manifest is the right one.
    pub deep: bool,
}

impl Plan {
    /// What lies between two rounds.
    fn pause(&self) -> Duration {
        self.over / self.times.saturating_sub(1).max(1)
    }

    /// What is looked at by itself: the host, or each of its addresses.
    pub(super) fn doors<'a>(&self, found: &'a [SocketAddr]) -> Vec<&'a [SocketAddr]> {
        if self.every_address {
            found.chunks(1).collect()
        } else {
            vec![found]
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// Everything that was seen.
    pub series: Series,
    /// What came of comparing every file, where that was done.
    pub depth: Option<Depth>,
    /// What follows from it.
    pub verdict: Verdict,
    /// Where was looked.
    pub url: Url,
    /// What should be there.
    pub expected: Expected,
}

impl Report {
    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let reason = match self.verdict {
            Verdict::Passed => Value::Null,
            Verdict::Failed(fault) => json!(fault),
            Verdict::Inconclusive(doubt) => json!(doubt),
        };
        json!({
            "result": self.verdict.as_str(),
            "reason": reason,
            "message": self.told(),
            "url": printable(&self.url),
            "expected": { "release": self.expected.release, "environment": self.expected.environment },
            "rounds": self.series.rounds(),
            "rounds_in_a_row": self.series.streak(),
            "rounds_needed": self.series.times(),
            "seen": self.series.tallies(),
            "content": self.depth,
        })
    }

    /// The verdict in words, with what it rests on and what to do about it.
    #[must_use]
    pub fn told(&self) -> String {
        let series = self.series.told();
        match (&self.depth, self.verdict) {
            (None, _) => series,
            (Some(depth), Verdict::Failed(fault)) => format!("{fault}: {depth}; {}", fault.remedy()),
            (Some(depth), Verdict::Inconclusive(doubt)) => format!("{doubt}: {depth}"),
            (Some(depth), Verdict::Passed) => format!("{series}, and {depth}"),
        }
    }
}

/// Looks until enough rounds in a row agree, or too many did not; tells after each round.
pub async fn verify(plan: &Plan, mut told: impl FnMut(&Series)) -> Report {
    let mut series = Series::new(plan.expected.clone(), plan.times);
    while !series.is_over() {
        if series.rounds() > 0 {
            tokio::time::sleep(plan.pause()).await;
        }
        let looks = round(plan, series.rounds()).await;
        series.push(looks);
        told(&series);
    }
    let mut verdict = series.verdict();
    let mut depth = None;
    if plan.deep && verdict == Verdict::Passed {
        let found = deep::compare(plan).await;
        verdict = found.verdict();
        depth = Some(found);
    }
    Report {
        verdict,
        depth,
        series,
        url: plan.url.clone(),
        expected: plan.expected.clone(),
    }
}

/// Two looks at each address, over new connections.
async fn round(plan: &Plan, number: u32) -> Vec<Look> {
    let nothing = |trouble| Look {
        past_caches: false,
        address: None,
        seen: Seen::Nothing(trouble),
    };
    let found = match addresses(&plan.url, plan.patience).await {
        Ok(found) => found,
        Err(trouble) => return vec![nothing(trouble)],
    };
    looks(plan, &found, number).await
}

async fn looks(plan: &Plan, found: &[SocketAddr], number: u32) -> Vec<Look> {
    // A host that gives two answers by turns must not seem to give one of them to each way.
    let mut ways = [Way::AsIs, Way::PastCaches];
    if number % 2 == 1 {
        ways.reverse();
    }
    let mut looks = Vec::new();
    for door in plan.doors(found) {
        let client = Client::new(&plan.url, door, plan.patience);
        for way in ways {
            looks.push(look(plan, door, &client, way).await);
        }
    }
    looks
}

async fn look(plan: &Plan, door: &[SocketAddr], client: &Result<Client, Trouble>, way: Way) -> Look {
    let answer = match client {
        Ok(client) => client.get(&plan.url, way, LARGEST).await,
        Err(trouble) => Err(trouble.clone()),
    };
    let only = (door.len() == 1).then(|| door[0].ip());
    Look {
        past_caches: way == Way::PastCaches,
        address: answer.as_ref().map_or(only, |answer| answer.address.or(only)),
        seen: match answer {
            Ok(answer) => Seen::of(&answer),
            Err(trouble) => Seen::Nothing(trouble),
        },
    }
}

#[cfg(all(test, feature = "host"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        fetch,
        host::{Host, Site},
    };

    const RELEASE: &str = "mlpp-web@0.2.0+4110b38a1b2c";

    #[tokio::test]
    async fn an_address_that_does_not_answer_is_seen_where_each_is_asked() {
        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let site = Site::of(&json!({
            "schema": 1, "package": "mlpp-web", "release": RELEASE, "commit": "4110b38a1b2c", "environment": "test",
            "built_at": null, "min_schema": 1, "max_schema": 1,
        }));
        let host = Host::start(site).expect("a port");
        let port = host.address().port();
        let mut plan = Plan {
            url: fetch::url(&format!("http://depot.invalid:{port}/version.json")).expect("a URL"),
            expected: Expected {
                release: RELEASE.parse().expect("a release"),
                environment: None,
            },
            times: 1,
            over: Duration::ZERO,
            patience: Duration::from_secs(30),
            every_address: true,
            deep: false,
        };
        // The host listens at the first of them only.
        let found = [[127, 0, 0, 1], [127, 0, 0, 2]].map(|ip| SocketAddr::from((ip, port)));
        let seen = |looks: Vec<Look>| -> Vec<_> {
            let seen = looks.into_iter().map(|look| {
                let address = look.address.expect("an address").to_string();
                (address, look.past_caches, look.seen.served().is_some())
            });
            seen.collect()
        };
        let [first, second] = found.map(|address| address.ip().to_string());
        assert_eq!(
            seen(looks(&plan, &found, 0).await),
            [
                (first.clone(), false, true),
                (first.clone(), true, true),
                (second.clone(), false, false),
                (second, true, false)
            ]
        );
        assert_eq!(plan.pause(), Duration::ZERO);
        plan.over = Duration::from_secs(10);
        for (times, seconds) in [(1, 10), (2, 10), (3, 5), (11, 1)] {
            plan.times = times;
            assert_eq!(plan.pause().as_secs(), seconds, "between {times} rounds");
        }
        plan.every_address = false;
        assert_eq!(
            seen(looks(&plan, &found, 1).await),
            [(first.clone(), true, true), (first, false, true)]
        );
    }
}
