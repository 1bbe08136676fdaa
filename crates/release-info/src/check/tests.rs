use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const RELEASE: &str = "mlpp-web@0.1.0+4110b38a1b2c";
const COMMIT: &str = "4110b38a1b2c99d1e2f3a4b5c6d7e8f901234567";
const DSN: &str = "https://0123456789abcdef@o1.ingest.example.org/42";

fn rules() -> Rules {
    let registered = |env, hosts: &[&str]| Registered {
        env,
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    };
    Rules {
        registered: vec![
            registered(AppEnv::Production, &["prod.example.org", "both.example.org"]),
            registered(AppEnv::Staging, &["Staging.example.org", "both.example.org"]),
        ],
        ..Rules::default()
    }
}

/// A set with which nothing is wrong.
fn production() -> Variables {
    with(
        &Variables::new(),
        &[
            ("APP_ENV", "production"),
            ("APP_RELEASE", RELEASE),
            ("APP_RELEASE_COMMIT", COMMIT),
            ("NODE_ENV", "production"),
            ("SENTRY_DSN", DSN),
            ("SENTRY_ENVIRONMENT", "production"),
            ("SENTRY_RELEASE", RELEASE),
            ("SUPABASE_URL", "https://prod.example.org"),
        ],
    )
}

fn with(variables: &Variables, more: &[(&str, &str)]) -> Variables {
    let mut all = variables.clone();
    all.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    all
}

fn without(variables: &Variables, names: &[&str]) -> Variables {
    let mut rest = variables.clone();
    rest.retain(|name, _| !names.contains(&name.as_str()));
    rest
}

fn codes(variables: &Variables) -> Vec<&'static str> {
    let checked = check(variables, &rules());
    checked
        .problems
        .iter()
        .map(|problem| problem.code.as_str())
        .collect()
}

fn token(role: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"supabase","role":"{role}"}}"#));
    format!("eyJhbGciOiJIUzI1NiJ9.{payload}.c2lnbmF0dXJl")
}

#[test]
fn nothing_is_wrong() {
    let checked = check(&production(), &rules());
    assert_eq!(checked.problems, []);
    assert_eq!(checked.environment, Some(AppEnv::Production));
    assert_eq!(
        checked.release.map(|release| release.to_string()),
        Some(RELEASE.to_owned())
    );
    let developing = with(&Variables::new(), &[("APP_ENV", "development")]);
    assert_eq!(
        codes(&developing),
        [""; 0],
        "nobody demands a release of a developer"
    );
}

#[test]
fn all_problems_at_once_by_code() {
    let wrong = [
        ("APP_ENV", "production "),
        ("APP_RELEASE", "mlpp web@1+4110b38"),
        ("APP_RELEASE_COMMIT", "main"),
        ("SENTRY_RELEASE", "1.0"),
        ("SUPABASE_ANON_KEY", "sb_secret_0123456789"),
    ];
    assert_eq!(
        codes(&with(&Variables::new(), &wrong)),
        ["E503", "E504", "E512", "E512", "E513", "E514", "E518", "E519"]
    );
    assert_eq!(codes(&Variables::new()), ["E501"]);
    let live = with(&production(), &[("APP_ENV", "live")]);
    assert_eq!(
        codes(&live),
        ["E502"],
        "what the environment decides is not guessed"
    );
}

#[test]
fn e503_white_space_around_what_is_read() {
    for name in [
        "APP_RELEASE_COMMIT",
        "NODE_ENV",
        "SENTRY_DSN",
        "SENTRY_RELEASE",
        "APP_RELEASE",
    ] {
        let value = format!("{}\r", production()[name]);
        assert_eq!(
            codes(&with(&production(), &[(name, &value)]))[0],
            "E503",
            "{name}"
        );
    }
    let other = with(&production(), &[("PS1", "$ ")]);
    assert_eq!(codes(&other), [""; 0], "what is not ours to read");
}

#[test]
fn e503_hides_none_of_the_others() {
    let wrong = [
        ("APP_ENV", "staging\n"),
        ("APP_RELEASE", "mlpp-web@0.1.0+4110b38a1b2c.dirty"),
        ("APP_FLAVOR", "prod"),
        ("SUPABASE_URL", "https://prod.example.org"),
    ];
    assert_eq!(
        codes(&with(&Variables::new(), &wrong)),
        ["E503", "E504", "E505", "E516"]
    );
    assert_eq!(
        codes(&with(&Variables::new(), &[("APP_ENV", "production\n")])),
        ["E503", "E511", "E518"]
    );
}

#[test]
fn e504_another_variable_names_the_environment() {
    for (name, word) in [
        ("SENTRY_ENVIRONMENT", "staging"),
        ("SENTRY_ENVIRONMENT", "prod"),
        ("NODE_ENV", "development"),
        ("APP_FLAVOR", "stg"),
        ("APP_FLAVOR", "hunter2"),
    ] {
        assert_eq!(
            codes(&with(&production(), &[(name, word)])),
            ["E504"],
            "{name} {word}"
        );
    }
    for (name, word) in [
        ("APP_FLAVOR", "prod"),
        ("APP_FLAVOR", ""),
        ("RAILS_ENV", "staging"),
    ] {
        assert_eq!(
            codes(&with(&production(), &[(name, word)])),
            [""; 0],
            "{name} {word}"
        );
    }
    let told = check(&with(&production(), &[("APP_FLAVOR", "stg")]), &rules()).problems;
    assert_eq!(
        told[0].to_string(),
        "E504: APP_ENV is production, and APP_FLAVOR is \"stg\"; set APP_FLAVOR to production or prod, or take it away"
    );
    let told = check(&with(&production(), &[("APP_FLAVOR", "hunter2")]), &rules()).problems;
    assert!(!told[0].to_string().contains("hunter2"), "{told:?}");
    let staging = [
        ("APP_ENV", "staging"),
        ("SUPABASE_URL", ""),
        ("SENTRY_ENVIRONMENT", "staging"),
    ];
    assert_eq!(
        codes(&with(&production(), &staging)),
        [""; 0],
        "NODE_ENV is production there too"
    );
}

#[test]
fn e504_words_are_configured() {
    let mut rules = rules();
    let live = Words::from([(AppEnv::Production, vec!["live".to_owned()])]);
    rules.words.insert("RAILS_ENV".to_owned(), live);
    let problems = |word| {
        check(&with(&production(), &[("RAILS_ENV", word)]), &rules)
            .problems
            .len()
    };
    assert_eq!(
        (problems("live"), problems("production"), problems("staging")),
        (0, 1, 1)
    );
}

#[test]
fn e504_errors_are_reported_under_the_same_release() {
    let other = "mlpp-web@0.1.0+4110b38a1b2d";
    assert_eq!(
        codes(&with(&production(), &[("SENTRY_RELEASE", other)])),
        ["E504"]
    );
    let alone = [("APP_ENV", "test"), ("SENTRY_RELEASE", other)];
    assert_eq!(codes(&with(&Variables::new(), &alone)), ["E504"]);
}

#[test]
fn e505_a_host_of_another_environment() {
    for (value, expected) in [
        ("https://staging.example.org/rest/v1", &["E505"][..]),
        ("postgres://u:p@STAGING.example.org.:5432/app", &["E505"]),
        ("https://both.example.org", &[]),
        ("https://nobody.example.org", &[]),
        ("https://staging.example.org.evil.org", &[]),
    ] {
        assert_eq!(
            codes(&with(&production(), &[("API_URL", value)])),
            expected,
            "{value}"
        );
    }
    let copy = with(
        &production(),
        &[("VIGIE_COPY_URL", "postgres://staging.example.org/app")],
    );
    assert_eq!(codes(&copy), [""; 0], "a copy is meant to be elsewhere");
    let told = check(
        &with(
            &production(),
            &[("API_URL", "https://u:hunter2@staging.example.org")],
        ),
        &rules(),
    );
    assert_eq!(
        told.problems[0].what,
        "APP_ENV is production, and API_URL names staging.example.org, which is registered for staging"
    );
}

#[test]
fn e505_says_what_it_did_not_compare() {
    let variables = with(
        &production(),
        &[("API_URL", "https://nobody.example.org"), ("WORD", "nobody")],
    );
    let judged = check(&variables, &rules());
    assert_eq!(
        (judged.registered_hosts, judged.unregistered),
        (4, vec!["API_URL".to_owned(), "SENTRY_DSN".to_owned()])
    );
    assert_eq!(check(&variables, &Rules::default()).registered_hosts, 0);
}

#[test]
fn e511_to_e516_the_release() {
    assert_eq!(
        codes(&without(&production(), &["APP_RELEASE", "SENTRY_RELEASE"])),
        ["E511"]
    );
    for (release, code) in [
        ("", "E511"),
        ("mlpp-web@0.1.0+000000000000.dirty", "E511"),
        ("mlpp-web@0.1.0", "E512"),
        ("mlpp-web@0.1.0+4110b38", "E513"),
        ("mlpp_web@0.1.0+4110b38a1b2c", "E514"),
        ("mlpp-web@0.1.0+4110b38a1b2c.dirty", "E516"),
    ] {
        let set = without(&production(), &["APP_RELEASE_COMMIT", "SENTRY_RELEASE"]);
        assert_eq!(
            codes(&with(&set, &[("APP_RELEASE", release)])),
            [code],
            "{release}"
        );
    }
    let long = format!("mlpp-web@0.1.0-{}+4110b38a1b2c", "a".repeat(200));
    let set = without(&production(), &["SENTRY_RELEASE"]);
    assert_eq!(codes(&with(&set, &[("APP_RELEASE", &long)])), ["E515"]);
}

#[test]
fn e517_the_release_is_of_the_commit_that_is_named() {
    for (commit, expected) in [
        (COMMIT, &[][..]),
        ("4110b38a1b2c", &[]),
        ("4110b38a1b2d99d1e2f3a4b5c6d7e8f901234567", &["E517"]),
        ("4110b38", &["E513"]),
        ("4110b38a1b2cXY", &["E512"]),
        ("main", &["E512"]),
    ] {
        let set = with(&production(), &[("APP_RELEASE_COMMIT", commit)]);
        assert_eq!(codes(&set), expected, "{commit}");
    }
}

#[test]
fn what_the_sources_say_is_added_and_what_was_told_stays() {
    let release: ReleaseId = RELEASE.parse().expect("a release");
    let mut variables = Variables::new();
    assert_eq!(add_release(&mut variables, &release, Some(COMMIT)), Ok(()));
    assert_eq!(variables["APP_RELEASE"], RELEASE);
    assert_eq!(variables["APP_RELEASE_COMMIT"], COMMIT);
    assert_eq!(
        add_release(&mut variables, &release, None),
        Ok(()),
        "and once more"
    );

    let other: ReleaseId = "mlpp-web@0.1.1+4110b38a1b2c".parse().expect("a release");
    let problem = add_release(&mut variables, &other, Some(COMMIT)).expect_err("a contradiction");
    assert_eq!(problem.code, Code::Contradiction);
    assert_eq!(variables["APP_RELEASE"], RELEASE);
}

#[test]
fn e518_errors_are_reported_in_production() {
    let silent = without(&production(), &["SENTRY_DSN"]);
    assert_eq!(codes(&silent), ["E518"]);
    for (name, value, expected) in [
        ("ERROR_REPORTING", "off", &[][..]),
        ("ERROR_REPORTING", "on", &["E518"]),
        ("SENTRY_DSN", "", &["E518"]),
        ("SENTRY_DSN", "none", &["E518"]),
        ("SENTRY_DSN", "https://o1.ingest.example.org/42", &["E518"]),
        ("SENTRY_DSN", "https://key@o1.ingest.example.org/", &["E518"]),
        ("SENTRY_DSN", DSN, &[]),
    ] {
        assert_eq!(
            codes(&with(&silent, &[(name, value)])),
            expected,
            "{name}={value}"
        );
    }
    let staging = [
        ("APP_ENV", "staging"),
        ("SENTRY_ENVIRONMENT", "staging"),
        ("SUPABASE_URL", ""),
    ];
    assert_eq!(codes(&with(&silent, &staging)), [""; 0]);
}

#[test]
fn e519_a_service_key_where_an_anonymous_one_belongs() {
    let (anon, service) = (token("anon"), token("service_role"));
    for (name, value, expected) in [
        ("SUPABASE_ANON_KEY", anon.as_str(), &[][..]),
        ("SUPABASE_ANON_KEY", "sb_publishable_0123456789", &[]),
        ("SUPABASE_ANON_KEY", service.as_str(), &["E519"]),
        ("SUPABASE_ANON_KEY", &token("authenticated"), &["E519"]),
        ("SUPABASE_ANON_KEY", &format!("Bearer {service}"), &["E519"]),
        ("SUPABASE_PUBLISHABLE_KEY", "sb_secret_0123456789", &["E519"]),
        ("SUPABASE_KEY", &service, &["E519"]),
        ("SUPABASE_KEY", "sb_secret_0123456789", &["E519"]),
        ("SUPABASE_SERVICE_ROLE_KEY", &service, &[]),
        ("SUPABASE_SECRET_KEY", "sb_secret_0123456789", &[]),
        ("NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY", &service, &["E519"]),
        (
            "VITE_DATABASE_URL",
            "postgres://u:p@nobody.example.org/app",
            &["E519"],
        ),
        ("CANONICAL_URL", "https://u:p@nobody.example.org", &[]),
        ("VITE_SENTRY_DSN", DSN, &[]),
        ("SESSION", &token("editor"), &[]),
    ] {
        assert_eq!(
            codes(&with(&production(), &[(name, value)])),
            expected,
            "{name}={value}"
        );
    }
}

proptest! {
    #[test]
    fn a_secret_is_not_repeated(secret in "[a-zA-Z0-9_-]{12,60}", role in "service_role|editor", at in 0..6_usize) {
        let names = ["APP_ENV", "NODE_ENV", "APP_RELEASE_COMMIT", "SENTRY_RELEASE", "SENTRY_DSN", "SUPABASE_ANON_KEY"];
        for value in [format!("{}{secret}", token(&role)), format!("sb_secret_{secret}"), format!("X{secret}")] {
            let checked = check(&with(&production(), &[(names[at], &value)]), &rules());
            for problem in &checked.problems {
                prop_assert!(!problem.to_string().contains(&secret), "{}", problem);
            }
        }
    }

    #[test]
    fn a_service_key_is_found_whatever_stands_around_it(
        claims in "[ -!#-\\[\\]-~]{0,40}",
        before in "|Bearer |https://a.example.org/\\?apikey=",
    ) {
        let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"a":"{claims}","role":"service_role"}}"#));
        let value = format!("{before}eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln");
        prop_assert_eq!(codes(&with(&production(), &[("SUPABASE_KEY", &value)])), ["E519"]);
    }
}
