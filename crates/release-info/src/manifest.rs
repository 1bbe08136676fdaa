use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{AppEnv, ReleaseId, Standing};

/// The version of the manifest's own form.
const SCHEMA: u32 = 1;

/// What a release says of itself to whoever asks. No author, host or path stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The version of this form.
    pub schema: u32,
    /// What was released.
    pub package: String,
    /// Its full name.
    pub release: ReleaseId,
    /// The first twelve digits of its commit, or `unknown`.
    pub commit: String,
    /// Where it runs.
    pub environment: AppEnv,
    /// When it was built, by its sources' clock: RFC 3339, or null when nobody knows.
    pub built_at: Option<DateTime<Utc>>,
    /// The oldest version of the database's schema that it can run on.
    pub min_schema: i64,
    /// The newest.
    pub max_schema: i64,
}

impl Manifest {
    pub(crate) fn new(standing: &Standing, schemas: &RangeInclusive<i64>) -> Self {
        Self {
            schema: SCHEMA,
            package: standing.release.package().to_owned(),
            release: standing.release.clone(),
            commit: standing.build.commit_or_unknown().to_owned(),
            environment: standing.env,
            built_at: standing.build.built_at,
            min_schema: *schemas.start(),
            max_schema: *schemas.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::BuildInfo;

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

        (build.commit, build.built_at) = (None, None);
        let unknown = of("development", &build);
        assert_eq!(unknown["commit"], "unknown");
        assert_eq!(unknown["built_at"], json!(null));
        assert_eq!(unknown["release"], "vigie-api@0.1.0+000000000000.dirty");
    }
}
