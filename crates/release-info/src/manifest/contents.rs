use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Manifest, SCHEMA};

/// What a release consists of: every file that is served, and the SHA-256 of its bytes.
///
/// A path is relative, with `/` between its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    files: BTreeMap<String, String>,
}

/// One file by which two contents differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "difference", content = "path", rename_all = "snake_case")]
pub enum Difference {
    /// It has other bytes.
    Changed(String),
    /// It is not there.
    Missing(String),
    /// It belongs to no such release.
    Unknown(String),
}

/// The list as it is served.
#[derive(Serialize, Deserialize)]
struct Listed {
    schema: u32,
    files: BTreeMap<String, String>,
}

impl Contents {
    /// Adds a file: its path, and the hexadecimal SHA-256 of its bytes.
    ///
    /// # Errors
    /// In words, when that is no relative path of plain names, or no such hash.
    pub fn insert(&mut self, path: &str, sha256: &str) -> Result<(), &'static str> {
        let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\\');
        if path.chars().any(char::is_control) || !path.split('/').all(is_plain) {
            return Err("no relative path of plain names");
        }
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if sha256.len() != 64 || !sha256.bytes().all(is_hex) {
            return Err("no SHA-256 in 64 lower-case digits");
        }
        self.files.insert(path.to_owned(), sha256.to_owned());
        Ok(())
    }

    /// Every file: path and hash, by path.
    #[must_use]
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, hash)| (path.as_str(), hash.as_str()))
    }

    /// The one hash of all files: the SHA-256 of, for each file in the order of its path's bytes, the path, a zero
    /// byte, the hexadecimal hash and a line feed.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for (path, hash) in &self.files {
            hasher.update(path);
            hasher.update([0]);
            hasher.update(hash);
            hasher.update("\n");
        }
        hex(&hasher.finalize())
    }

    /// Whether a manifest speaks of these very files.
    #[must_use]
    pub fn are_of(&self, manifest: &Manifest) -> bool {
        manifest.content_sha256.as_deref() == Some(self.sha256().as_str())
    }

    /// What differs in what is served, by path.
    #[must_use]
    pub fn differences(&self, served: &Self) -> Vec<Difference> {
        let of_ours = self.files.iter().filter_map(|(path, hash)| {
            let path = path.clone();
            match served.files.get(&path) {
                None => Some((path.clone(), Difference::Missing(path))),
                Some(other) if other != hash => Some((path.clone(), Difference::Changed(path))),
                Some(_) => None,
            }
        });
        let unknown = served.files.keys().filter(|path| !self.files.contains_key(*path));
        let unknown = unknown.map(|path| (path.clone(), Difference::Unknown(path.clone())));
        let by_path: BTreeMap<String, Difference> = of_ours.chain(unknown).collect();
        by_path.into_values().collect()
    }

    /// The list of files as it is served beside the manifest.
    ///
    /// # Panics
    /// Never: names and hashes are JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let listed = Listed {
            schema: SCHEMA,
            files: self.files.clone(),
        };
        serde_json::to_string_pretty(&listed).expect("plain data is JSON") + "\n"
    }

    /// Reads such a list, which anybody may have written: no path leads out of the place where it is served.
    ///
    /// # Errors
    /// In words, when it is none.
    pub fn parse(json: &str) -> Result<Self, String> {
        let listed: Listed = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if listed.schema != SCHEMA {
            return Err(format!("schema {} is not known; {SCHEMA} is", listed.schema));
        }
        let mut contents = Self::default();
        for (path, hash) in &listed.files {
            contents
                .insert(path, hash)
                .map_err(|wrong| format!("{path:?}: {wrong}"))?;
        }
        Ok(contents)
    }
}

/// Bytes in lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const A: &str = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

    fn contents(files: &[(&str, &str)]) -> Contents {
        let mut contents = Contents::default();
        for (path, hash) in files {
            contents.insert(path, hash).expect(path);
        }
        contents
    }

    #[test]
    fn the_hash_is_what_anybody_can_compute() {
        // printf 'a/b\0%s\nindex.html\0%s\n' $EMPTY $A | sha256sum
        let both = contents(&[("index.html", A), ("a/b", EMPTY)]);
        let expected = "edefbee928d4de445e7e75e26fdbfe35833d6129429379e66ef7c18adb384258";
        assert_eq!(both.sha256(), expected);
        assert_eq!(Contents::default().sha256(), EMPTY);
    }

    #[test]
    fn no_path_leads_out() {
        for path in [
            "", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "a\0b", "a\nb",
        ] {
            assert!(Contents::default().insert(path, A).is_err(), "{path:?}");
            let listed = serde_json::json!({ "schema": 1, "files": { path: A } });
            assert!(Contents::parse(&listed.to_string()).is_err(), "{path:?}");
        }
        for hash in ["", "ca97", &A.to_uppercase(), &format!("{A}0")] {
            assert!(Contents::default().insert("a", hash).is_err(), "{hash:?}");
        }
    }

    #[test]
    fn a_list_of_another_form_is_refused() {
        for json in [
            "",
            "[]",
            "<!DOCTYPE html>",
            r#"{"files":{}}"#,
            r#"{"schema":2,"files":{}}"#,
        ] {
            assert!(Contents::parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn what_differs_is_named() {
        let ours = contents(&[("a", A), ("b", A), ("c", A)]);
        let served = contents(&[("b", EMPTY), ("c", A), ("d", A)]);
        let expected = [
            Difference::Missing("a".to_owned()),
            Difference::Changed("b".to_owned()),
            Difference::Unknown("d".to_owned()),
        ];
        assert_eq!(ours.differences(&served), expected);
        assert_eq!(ours.differences(&ours), []);
        assert_eq!(
            serde_json::to_value(&expected[0]).expect("JSON"),
            serde_json::json!({ "difference": "missing", "path": "a" })
        );
    }

    fn some() -> impl Strategy<Value = Contents> {
        prop::collection::btree_map("[a-z]{1,3}(/[ -.0-\\[\\]-~é]{1,4}x){0,2}", "[0-9a-f]{64}", 0..6)
            .prop_map(|files| Contents { files })
    }

    proptest! {
        #[test]
        fn the_list_is_read_as_it_was_written(contents in some()) {
            prop_assert_eq!(Contents::parse(&contents.to_json()), Ok(contents));
        }

        #[test]
        fn one_hash_means_no_difference(a in some(), b in some()) {
            prop_assert_eq!(a.sha256() == b.sha256(), a.differences(&b).is_empty());
            prop_assert_eq!(a.differences(&b).len(), b.differences(&a).len());
        }
    }
}
