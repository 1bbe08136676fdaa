use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Code, Problem, problem};

/// How alike a word must be to one of ours before it is taken for it, from 0 to 1.
const ALIKE: f64 = 0.75;

/// Where a program runs, as `APP_ENV` says it: these four words, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename_all = "lowercase"))]
pub enum AppEnv {
    /// People rely on it.
    Production,
    /// The rehearsal: as production in everything but its data.
    Staging,
    /// Tests run it.
    Test,
    /// A developer runs it, or a demonstration.
    Development,
}

impl AppEnv {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Production, Self::Staging, Self::Test, Self::Development];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Test => "test",
            Self::Development => "development",
        }
    }

    /// Whether only a release of a known commit, without other changes, may run here.
    #[must_use]
    pub fn demands_a_clean_release(self) -> bool {
        matches!(self, Self::Production | Self::Staging)
    }

    /// What the variable `APP_ENV` says; `None` when it is not set.
    pub(crate) fn told(app_env: Option<&str>) -> Result<Self, Vec<Problem>> {
        match app_env {
            Some(word) => word.parse(),
            None => Err(vec![missing("is not set")]),
        }
    }

    /// The one that a word may have meant.
    fn nearest(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let likeness = |env: Self| strsim::jaro_winkler(&word, env.as_str());
        let alike = Self::ALL.into_iter().filter(|env| likeness(*env) > ALIKE);
        alike.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))
    }

    fn unknown(word: &str) -> Problem {
        let all = Self::ALL.map(Self::as_str).join(", ");
        let exactly = format!("set it to exactly one of {all}");
        let nearest = Self::nearest(word);
        // A word that is like one of ours is not somebody's password.
        let is_harmless = word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let what = match nearest {
            Some(_) if is_harmless => format!("APP_ENV is {word:?}, which is no environment"),
            _ => "APP_ENV is no environment".to_owned(),
        };
        let remedy = match nearest {
            Some(env) => format!("did you mean {:?}? {exactly}", env.as_str()),
            None => exactly,
        };
        Problem::new(Code::EnvironmentUnknown, what, remedy)
    }
}

impl FromStr for AppEnv {
    type Err = Vec<Problem>;

    fn from_str(text: &str) -> Result<Self, Vec<Problem>> {
        let word = text.trim();
        if word.is_empty() {
            return Err(vec![missing("is empty")]);
        }
        let known = Self::ALL.into_iter().find(|env| env.as_str() == word);
        let mut problems = Vec::new();
        if word != text {
            let remedy = "take it away; an editor or `echo` may have put it there";
            problems.push(Problem::new(
                Code::WhiteSpace,
                "white space stands around APP_ENV",
                remedy,
            ));
        }
        match known {
            Some(env) if problems.is_empty() => return Ok(env),
            Some(_) => {}
            None => problems.push(Self::unknown(word)),
        }
        Err(problems)
    }
}

/// `APP_ENV` says nothing, in the way named.
fn missing(how: &str) -> Problem {
    let remedy = format!("set it to one of {}", AppEnv::ALL.map(AppEnv::as_str).join(", "));
    Problem::new(Code::EnvironmentMissing, format!("APP_ENV {how}"), remedy)
}

impl fmt::Display for AppEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for AppEnv {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AppEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse()
            .map_err(|problems: Vec<Problem>| D::Error::custom(problem::in_one_line(&problems)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problems(text: &str) -> Vec<Problem> {
        text.parse::<AppEnv>().expect_err(text)
    }

    fn codes(text: &str) -> Vec<&'static str> {
        problems(text)
            .iter()
            .map(|problem| problem.code.as_str())
            .collect()
    }

    #[test]
    fn the_four_words_are_read_and_written() {
        for env in AppEnv::ALL {
            assert_eq!(env.to_string().parse(), Ok(env));
            let json = serde_json::to_value(env).expect("JSON");
            assert_eq!(json, env.as_str());
            assert_eq!(serde_json::from_value::<AppEnv>(json).expect("read"), env);
        }
    }

    #[test]
    fn a_clean_release_is_demanded_where_people_rely_on_it() {
        let demanding = AppEnv::ALL
            .into_iter()
            .filter(|env| env.demands_a_clean_release());
        assert_eq!(
            demanding.collect::<Vec<_>>(),
            [AppEnv::Production, AppEnv::Staging]
        );
    }

    #[test]
    fn an_empty_value_is_none() {
        for empty in ["", " ", "\n"] {
            assert_eq!(codes(empty), ["E501"], "{empty:?}");
        }
    }

    #[test]
    fn what_was_meant_is_named() {
        for (word, meant) in [
            ("prod", "production"),
            ("PRODUCTION", "production"),
            ("Staging", "staging"),
            ("stage", "staging"),
            ("testing", "test"),
            ("dev", "development"),
        ] {
            let problems = problems(word);
            assert_eq!(codes(word), ["E502"], "{word}");
            assert_eq!(
                problems[0].what,
                format!("APP_ENV is {word:?}, which is no environment")
            );
            let begin = format!("did you mean {meant:?}?");
            assert!(problems[0].remedy.starts_with(&begin), "{problems:?}");
        }
        let problems = problems("live");
        assert_eq!(
            problems[0].to_string(),
            "E502: APP_ENV is no environment; \
             set it to exactly one of production, staging, test, development"
        );
    }

    #[test]
    fn white_space_is_not_taken_away_silently() {
        assert_eq!(codes("production\n"), ["E503"]);
        assert_eq!(codes(" production"), ["E503"]);
        assert_eq!(codes("prod\r\n"), ["E503", "E502"]);
    }

    proptest! {
        #[test]
        fn nothing_else_is_an_environment(text in "\\PC*|[pP]?roduction ?|(test|staging|development)[a-z ]?") {
            let is_one = AppEnv::ALL.iter().any(|env| env.as_str() == text);
            prop_assert_eq!(text.parse::<AppEnv>().is_ok(), is_one);
        }

        #[test]
        fn a_secret_is_not_repeated(secret in "(prod|test|eyJ)?[a-zA-Z0-9_+/=.:-]{4,80}[0-9_]") {
            for problem in problems(&secret) {
                prop_assert!(!problem.to_string().contains(&secret), "{}", problem);
            }
        }
    }
}
