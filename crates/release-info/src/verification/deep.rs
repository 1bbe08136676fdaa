//! Compares every file that is served with what its release consists of.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use futures_util::{StreamExt as _, stream};
use reqwest::Url;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Doubt, Fault, Plan, Seen, Verdict, rounds::LARGEST};
use crate::{
    Manifest,
    fetch::{Answer, Client, Trouble, Way, addresses},
    manifest::{CONTENTS_FILE, Contents, Difference, MANIFEST_FILE, contents::hex},
};

/// The largest list of files, in bytes.
const LARGEST_LIST: usize = 4 * 1024 * 1024;
/// The largest file, in bytes.
const LARGEST_FILE: usize = 32 * 1024 * 1024;
/// How many files are fetched at once.
const AT_ONCE: usize = 4;
/// How many differences are told in words.
const TOLD: usize = 5;

/// What came of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Every file is the release's.
    Same {
        /// How many there are.
        files: usize,
    },
    /// Some are not.
    Differs {
        /// Who serves them, where each address was looked at.
        address: Option<IpAddr>,
        /// Which ones, by path.
        files: Vec<Difference>,
    },
    /// It is not known.
    Unknown(String),
}

impl Depth {
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Same { .. } => Verdict::Passed,
            Self::Differs { .. } => Verdict::Failed(Fault::OtherContent),
            Self::Unknown(_) => Verdict::Inconclusive(Doubt::ContentUnknown),
        }
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same { files } => write!(f, "all of its files ({files}) are as they should be"),
            Self::Differs { address, files } => {
                let first: Vec<_> = files.iter().take(TOLD).map(told).collect();
                write!(f, "{}{}", at(*address), first.join(", "))?;
                match files.len().saturating_sub(TOLD) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

/// `at 192.0.2.1: `, where it matters.
fn at(address: Option<IpAddr>) -> String {
    address
        .map(|address| format!("at {address}: "))
        .unwrap_or_default()
}

fn told(difference: &Difference) -> String {
    match difference {
        Difference::Changed(path) => format!("{path} is another one"),
        Difference::Missing(path) => format!("{path} is missing"),
        Difference::Unknown(path) => format!("{path} belongs to another release"),
    }
}

/// Fetches the list of files and every file on it, as a browser would: from each address, where each is looked at.
pub(super) async fn compare(plan: &Plan) -> Depth {
    match addresses(&plan.url, plan.patience).await {
        Ok(found) => at_each_door(plan, &found).await,
        Err(trouble) => Depth::Unknown(trouble.to_string()),
    }
}

async fn at_each_door(plan: &Plan, found: &[SocketAddr]) -> Depth {
    let mut depths = Vec::new();
    for door in plan.doors(found) {
        let address = plan.every_address.then(|| door[0].ip());
        depths.push(match compared(plan, door).await {
            Ok((files, differences)) if differences.is_empty() => Depth::Same { files },
            Ok((_, files)) => Depth::Differs { address, files },
            Err(why) => Depth::Unknown(at(address) + &why),
        });
    }
    // What differs is known, whatever else is not.
    let worst = depths.into_iter().max_by_key(|depth| match depth {
        Depth::Same { .. } => 0,
        Depth::Unknown(_) => 1,
        Depth::Differs { .. } => 2,
    });
    worst.unwrap_or_else(|| Depth::Unknown(Trouble::Dns.to_string()))
}

/// How many files there are, and those that differ.
async fn compared(plan: &Plan, door: &[SocketAddr]) -> Result<(usize, Vec<Difference>), String> {
    let client = Client::new(&plan.url, door, plan.patience).map_err(|trouble| trouble.to_string())?;
    let other = |file: &str| Ok((0, vec![Difference::Changed(file.to_owned())]));
    let Some(manifest) = manifest(&client, plan).await? else {
        return other(MANIFEST_FILE);
    };
    let listed = listed(&client, &plan.url).await?;
    if !listed.are_of(&manifest) {
        // The list is a file of the release like any other, and it is another one's.
        return other(CONTENTS_FILE);
    }
    let files = listed.files().len();
    if files == 0 {
        return Err(format!("{CONTENTS_FILE} lists no file"));
    }
    let fetched: Vec<_> = stream::iter(listed.files())
        .map(|(path, _)| served(&client, &plan.url, path))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut served = Contents::default();
    for file in fetched {
        if let Some((path, hash)) = file? {
            served.insert(&path, &hash)?;
        }
    }
    Ok((files, listed.differences(&served)))
}

/// The manifest, which was the right one a moment ago; `None` where it is another one.
async fn manifest(client: &Client, plan: &Plan) -> Result<Option<Manifest>, String> {
    let answer = client.get(&plan.url, Way::PastCaches, LARGEST).await;
    let answer = answer.map_err(|trouble| trouble.to_string())?;
    let seen = Seen::of(&answer);
    match seen.served() {
        None => return Err(seen.to_string()),
        Some(served) if !plan.expected.is(served) => return Ok(None),
        Some(_) => {}
    }
    let manifest: Manifest = serde_json::from_slice(&answer.body).map_err(|_| seen.to_string())?;
    if manifest.content_sha256.is_none() {
        let why = "the manifest has no content_sha256; was it written by `vigie release manifest`?";
        return Err(why.to_owned());
    }
    Ok(Some(manifest))
}

async fn listed(client: &Client, url: &Url) -> Result<Contents, String> {
    let place = beside(url, CONTENTS_FILE);
    let answer = client.get(&place, Way::PastCaches, LARGEST_LIST).await;
    let answer: Answer = answer.map_err(|trouble| format!("{CONTENTS_FILE}: {trouble}"))?;
    if answer.status != 200 {
        return Err(format!("{CONTENTS_FILE}: status {}", answer.status));
    }
    Contents::parse(&String::from_utf8_lossy(&answer.body))
        .map_err(|_| format!("{CONTENTS_FILE} is no list of files; was it deployed?"))
}

/// One file and its hash; `None` where the host has none.
async fn served(client: &Client, url: &Url, path: &str) -> Result<Option<(String, String)>, String> {
    let answer = client.get(&beside(url, path), Way::AsIs, LARGEST_FILE).await;
    let answer = answer.map_err(|trouble| format!("{path}: {trouble}"))?;
    match answer.status {
        200 => Ok(Some((path.to_owned(), hex(&Sha256::digest(&answer.body))))),
        404 | 410 => Ok(None),
        status => Err(format!("{path}: status {status}")),
    }
}

/// A file in the manifest's folder.
fn beside(manifest: &Url, path: &str) -> Url {
    let mut url = manifest.clone();
    url.set_query(None);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop().extend(path.split('/'));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_looked_for_beside_the_manifest() {
        let manifest = "https://depot.example.org/app/version.json?x=1";
        let url = crate::fetch::url(manifest).expect("a URL");
        for (path, expected) in [
            ("index.html", "https://depot.example.org/app/index.html"),
            (
                "assets/a b%#?.png",
                "https://depot.example.org/app/assets/a%20b%25%23%3F.png",
            ),
        ] {
            assert_eq!(beside(&url, path).as_str(), expected);
        }
    }

    #[cfg(feature = "host")]
    #[tokio::test]
    async fn every_address_that_is_looked_at_is_compared() {
        use std::time::Duration;

        use crate::{
            host::{Host, Site},
            verification::Expected,
        };

        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut listed = Contents::default();
        listed.insert("a.js", &hex(&Sha256::digest("a"))).expect("a file");
        let site = |listed: &Contents| {
            let manifest = serde_json::json!({
                "schema": 1, "package": "mlpp-web", "release": "mlpp-web@0.2.0+4110b38a1b2c",
                "commit": "4110b38a1b2c", "environment": "test", "built_at": null, "min_schema": 1, "max_schema": 1,
                "content_sha256": listed.sha256(),
            });
            Site::of(&manifest)
                .with("/release-files.json", "application/json", listed.to_json())
                .with("/a.js", "text/javascript", "a")
        };
        let host = Host::start(site(&listed)).expect("a port");
        let plan = Plan {
            url: crate::fetch::url(&host.url("/version.json").replace("127.0.0.1", "depot.invalid"))
                .expect("a URL"),
            expected: Expected {
                release: "mlpp-web@0.2.0+4110b38a1b2c".parse().expect("a release"),
                environment: Some(crate::AppEnv::Test),
            },
            times: 1,
            over: Duration::ZERO,
            patience: Duration::from_secs(30),
            every_address: true,
            deep: true,
        };
        // The host listens at the first of them only.
        let found = [[127, 0, 0, 1], [127, 0, 0, 2]].map(|ip| SocketAddr::from((ip, 0)));
        assert_eq!(at_each_door(&plan, &found[..1]).await, Depth::Same { files: 1 });
        assert_eq!(
            at_each_door(&plan, &found).await,
            Depth::Unknown("at 127.0.0.2: no connection".to_owned())
        );

        host.deploy(site(&listed).with("/a.js", "text/javascript", "b"));
        let differs = at_each_door(&plan, &found).await;
        assert_eq!(differs.to_string(), "at 127.0.0.1: a.js is another one");

        host.deploy(site(&Contents::default()));
        let nothing = Depth::Unknown("at 127.0.0.1: release-files.json lists no file".to_owned());
        assert_eq!(
            at_each_door(&plan, &found[..1]).await,
            nothing,
            "nothing is not all"
        );

        let elsewhere = Plan {
            expected: Expected {
                environment: Some(crate::AppEnv::Production),
                ..plan.expected.clone()
            },
            ..plan
        };
        let differs = at_each_door(&elsewhere, &found[..1]).await;
        assert_eq!(differs.to_string(), "at 127.0.0.1: version.json is another one");
    }
}
