//! What a release says of itself, and what it consists of.

pub(crate) mod contents;
mod folder;
mod headers;

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

pub use self::{
    contents::{Contents, Difference},
    folder::{CONTENTS_FILE, FolderError, MANIFEST_FILE, contents, is_kept_by_service_worker, publish},
    headers::Host,
};
use crate::{AppEnv, ReleaseId};

/// The version of the manifest's own form.
const SCHEMA: u32 = 1;

/// What a release says of itself to whoever asks. No author, host or path stands in it. A web front's has the keys of
/// Flutter's `version.json` besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Manifest {
    /// The version of this form.
    #[serde(deserialize_with = "known")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = SCHEMA)))]
    pub schema: u32,
    /// What was released.
    pub package: String,
    /// Its full name.
    pub release: ReleaseId,
    /// The first twelve digits of its commit, or `unknown`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^([0-9a-f]{12}|unknown)$")))]
    pub commit: String,
    /// Where it runs.
    pub environment: AppEnv,
    /// When it was built, by its sources' clock: RFC 3339, or null when nobody knows.
    pub built_at: Option<DateTime<Utc>>,
    /// The oldest version of the database's schema that it can run on.
    pub min_schema: i64,
    /// The newest.
    pub max_schema: i64,
    /// The one SHA-256 of all files, in a web front's; `release-files.json` lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))
    )]
    pub content_sha256: Option<String>,
}

impl Manifest {
    /// What a release says of itself, with the versions of the database's schema that it can run on.
    #[must_use]
    pub fn new(
        env: AppEnv,
        release: &ReleaseId,
        built_at: Option<DateTime<Utc>>,
        schemas: &RangeInclusive<i64>,
    ) -> Self {
        Self {
            schema: SCHEMA,
            package: release.package().to_owned(),
            commit: release.commit().unwrap_or("unknown").to_owned(),
            release: release.clone(),
            environment: env,
            built_at,
            min_schema: *schemas.start(),
            max_schema: *schemas.end(),
            content_sha256: None,
        }
    }
}

/// A form that we know: another one may mean another thing by the same keys.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let schema = u32::deserialize(deserializer)?;
    if schema == SCHEMA {
        return Ok(schema);
    }
    Err(D::Error::custom(format!(
        "schema {schema} is not known; {SCHEMA} is"
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{BuildInfo, Standing};

    #[test]
    fn its_form() {
        let mut build = BuildInfo {
            package: "vigie-api".to_owned(),
            version: "0.1.0".to_owned(),
            commit: Some("4110b38a1b2c".to_owned()),
            dirty: false,
            built_at: DateTime::from_timestamp(1_795_400_000, 0),
        };
        let of = |env, build: &BuildInfo| {
            let standing = Standing::of(Some(env), None, build).expect("standing");
            serde_json::to_value(standing.manifest(&(20_261_122_000_101..=20_261_122_000_203))).expect("JSON")
        };
        let whole = json!({
            "schema": 1,
            "package": "vigie-api",
            "release": "vigie-api@0.1.0+4110b38a1b2c",
            "commit": "4110b38a1b2c",
            "environment": "production",
            "built_at": "2026-11-23T02:13:20Z",
            "min_schema": 20_261_122_000_101_i64,
            "max_schema": 20_261_122_000_203_i64,
        });
        assert_eq!(of("production", &build), whole);
        let read: Manifest = serde_json::from_value(whole.clone()).expect("a manifest");
        assert_eq!(serde_json::to_value(&read).expect("JSON"), whole);
        let mut with_flutters = whole;
        with_flutters["app_name"] = json!("mlpp_web");
        assert_eq!(
            serde_json::from_value::<Manifest>(with_flutters).expect("a manifest"),
            read
        );

        (build.commit, build.built_at) = (None, None);
        let unknown = of("development", &build);
        assert_eq!(unknown["commit"], "unknown");
        assert_eq!(unknown["built_at"], json!(null));
        assert_eq!(unknown["release"], "vigie-api@0.1.0+000000000000.dirty");
    }

    fn web() -> serde_json::Value {
        json!({
            "app_name": "mlpp_web", "version": "0.1.0",
            "schema": 1, "package": "mlpp-web", "release": "mlpp-web@0.1.0-rc.1+4110b38a1b2c.dirty",
            "commit": "4110b38a1b2c", "environment": "staging", "built_at": null, "min_schema": 3, "max_schema": 5,
            "content_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        })
    }

    #[test]
    fn the_published_schema_describes_it() {
        let schema =
            serde_json::from_str(include_str!("../../../../docs/manifest.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        assert!(schema.is_valid(&web()));
        let read: Manifest = serde_json::from_value(web()).expect("a manifest");
        assert!(schema.is_valid(&serde_json::to_value(read).expect("JSON")));
        for (key, wrong) in [
            ("schema", json!(2)),
            ("release", json!("mlpp_web@0.1.0+4110b38a1b2c")),
            ("release", json!("mlpp-web@0.1+4110b38a1b2c")),
            ("environment", json!("prod")),
            ("min_schema", json!("3")),
        ] {
            let mut other = web();
            other[key] = wrong.clone();
            assert!(!schema.is_valid(&other), "{key} {wrong}");
            assert!(
                serde_json::from_value::<Manifest>(other).is_err(),
                "{key} {wrong}"
            );
        }
    }
}
