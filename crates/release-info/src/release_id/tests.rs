use proptest::prelude::*;

use super::*;

fn codes(text: &str) -> Vec<&'static str> {
    let problems = text.parse::<ReleaseId>().expect_err(text);
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

fn id(text: &str) -> ReleaseId {
    text.parse().expect(text)
}

#[test]
fn its_parts() {
    let clean = id("mlpp-web@0.1.0-rc.1+4110b38a1b2c");
    assert_eq!(clean.package(), "mlpp-web");
    assert_eq!(clean.version(), "0.1.0-rc.1");
    assert_eq!((clean.commit(), clean.is_dirty()), (Some("4110b38a1b2c"), false));
    assert!(id("mlpp-web@0.1.0+4110b38a1b2c.dirty").is_dirty());
    assert_eq!(
        serde_json::to_value(&clean).expect("JSON"),
        "mlpp-web@0.1.0-rc.1+4110b38a1b2c"
    );
}

#[test]
fn an_unknown_commit_is_in_the_grammar_and_never_clean() {
    for dirty in [false, true] {
        let unknown = ReleaseId::new("vigie-api", "0.1.0", None, dirty).expect("a release");
        assert_eq!(unknown.to_string(), "vigie-api@0.1.0+000000000000.dirty");
        assert_eq!((unknown.commit(), unknown.is_dirty()), (None, true));
        assert_eq!(id(&unknown.to_string()), unknown);
    }
    assert_eq!(codes("vigie-api@0.1.0+000000000000"), ["E512"]);
}

#[test]
fn nothing_is_missing() {
    assert_eq!(codes(""), ["E511"]);
    assert_eq!(codes("\n"), ["E511"]);
}

#[test]
fn what_is_malformed() {
    for text in [
        "vigie-api",
        "vigie-api@0.1.0",
        "vigie-api+4110b38a1b2c",
        "0.1.0+4110b38a1b2c",
        "@0.1.0+4110b38a1b2c",
        "vi@0.1.0+4110b38a1b2c",
        "Vigie-api@0.1.0+4110b38a1b2c",
        "1vigie@0.1.0+4110b38a1b2c",
        "vigie-@0.1.0+4110b38a1b2c",
        "vigie-api@0.1+4110b38a1b2c",
        "vigie-api@v0.1.0+4110b38a1b2c",
        "vigie-api@00.1.0+4110b38a1b2c",
        "vigie-api@0.1.0-+4110b38a1b2c",
        "vigie-api@0.1.0-01+4110b38a1b2c",
        "vigie-api@@0.1.0+4110b38a1b2c",
        "vigie-api@0.1.0+4110b38a1b2c+1",
        "vigie-api@0.1.0+4110B38A1B2C",
        "vigie-api@0.1.0+4110b38a1b2cd",
        "vigie-api@0.1.0+4110b38a1b2g",
        "vigie-api@0.1.0+4110b38a1b2c.clean",
        "vigie-api@0.1.0+4110b38a1b2c.dirty.dirty",
        "vigie-api@0.1.0+4110b38a1b2c.DIRTY",
    ] {
        assert_eq!(codes(text), ["E512"], "{text}");
    }
    let longest = format!("{}@0.1.0+4110b38a1b2c", "v".repeat(40));
    assert_eq!(id(&longest).package().len(), 40);
    assert_eq!(codes(&format!("v{longest}")), ["E512"]);
}

#[test]
fn a_commit_that_is_too_short() {
    assert_eq!(codes("vigie-api@0.1.0+4110b38"), ["E513"]);
    assert_eq!(codes("vigie-api@0.1.0+4110b38.dirty"), ["E513"]);
    assert_eq!(codes("vigie-api@0.1.0+"), ["E513"]);
}

#[test]
fn forbidden_characters() {
    assert_eq!(codes("vigie/api@0.1.0+4110b38a1b2c"), ["E514"]);
    assert_eq!(codes("vigie-api@0.1.0+4110b38a1b2ç"), ["E514"]);
    let problems = "vigie-api@0.1\t.0+4110b38a1b2c"
        .parse::<ReleaseId>()
        .expect_err("a tab");
    assert_eq!(problems[0].what, "character 14 of the release is '\\t'");
}

#[test]
fn at_most_200_bytes() {
    let of = |bytes: usize| {
        let rest = "vigie-api@0.1.0-+4110b38a1b2c".len();
        format!("vigie-api@0.1.0-{}+4110b38a1b2c", "a".repeat(bytes - rest))
    };
    assert_eq!(id(&of(200)).to_string().len(), 200);
    assert_eq!(codes(&of(201)), ["E515"]);
}

#[test]
fn all_problems_at_once() {
    assert_eq!(codes(" vigie-api@0.1.0+4110b38a1b2c"), ["E503"]);
    assert_eq!(codes("vigie api@1+4110b38\n"), ["E503", "E514", "E512", "E513"]);
}

#[test]
fn a_release_of_another_commit() {
    let release = id("vigie-api@0.1.0+4110b38a1b2c");
    assert_eq!(
        release.must_be_of("4110b38a1b2c99d1e2f3a4b5c6d7e8f901234567"),
        Ok(())
    );
    assert_eq!(release.must_be_of("4110b38a1b2c"), Ok(()));
    for other in ["4110b38a1b2d99d1e2f3a4b5c6d7e8f901234567", "4110b38", ""] {
        let problem = release.must_be_of(other).expect_err(other);
        assert_eq!(problem.code.as_str(), "E517");
    }
}

#[test]
fn services_that_collect_errors_take_our_environments() {
    for env in crate::AppEnv::ALL {
        assert_eq!(sentry_release_parser::validate_environment(env.as_str()), Ok(()));
    }
}

/// Releases, and the parts that they were made of.
fn releases() -> impl Strategy<Value = (String, String, Option<String>, bool)> {
    let version = concat!(
        "(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})",
        "(-(0|[1-9][0-9]{0,4}|[0-9]{0,3}[a-zA-Z-][a-zA-Z0-9-]{0,5})(\\.[a-zA-Z][a-zA-Z0-9-]{0,5}){0,3})?",
    );
    let commit = proptest::option::of("[0-9a-f]{11}[1-9a-f]");
    ("[a-z][a-z0-9-]{1,38}[a-z0-9]", version, commit, any::<bool>())
}

/// The grammar once more, from the end and byte by byte.
fn is_release(text: &str) -> bool {
    let (bytes, dirty) = match text.strip_suffix(".dirty") {
        Some(clean) => (clean.as_bytes(), true),
        None => (text.as_bytes(), false),
    };
    let Some((rest, commit)) = bytes.split_last_chunk::<12>() else {
        return false;
    };
    let [rest @ .., b'+'] = rest else { return false };
    let Some(at) = rest.iter().position(|byte| *byte == b'@') else {
        return false;
    };
    let (package, version) = (&rest[..at], &rest[at + 1..]);
    let (release, before) = match version.iter().position(|byte| *byte == b'-') {
        Some(at) => (&version[..at], Some(&version[at + 1..])),
        None => (version, None),
    };
    let number = |part: &[u8]| {
        part.iter().all(u8::is_ascii_digit) && !part.is_empty() && (part == b"0" || part[0] != b'0')
    };
    let identifier = |part: &[u8]| {
        let is_word = part.iter().any(|byte| !byte.is_ascii_digit());
        let known = part
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        known && (is_word || number(part))
    };
    let numbers: Vec<&[u8]> = release.split(|byte| *byte == b'.').collect();
    text.len() <= 200
        && commit.iter().all(|byte| b"0123456789abcdef".contains(byte))
        && (commit != b"000000000000" || dirty)
        && package
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
        && (3..=40).contains(&package.len())
        && package[0].is_ascii_lowercase()
        && package.last() != Some(&b'-')
        && numbers.len() == 3
        && numbers.iter().all(|part| number(part))
        && before.is_none_or(|before| before.split(|byte| *byte == b'.').all(identifier))
}

proptest! {
    #[test]
    fn round_trip((package, version, commit, dirty) in releases()) {
        let release = ReleaseId::new(&package, &version, commit.as_deref(), dirty).expect("a release");
        prop_assert_eq!(release.package(), package);
        prop_assert_eq!(release.version(), version);
        prop_assert_eq!(release.commit(), commit.as_deref());
        prop_assert_eq!(release.is_dirty(), dirty || commit.is_none());
        prop_assert_eq!(id(&release.to_string()), release);
    }

    #[test]
    fn a_release_with_one_slip_is_judged_as_the_grammar_does(
        (package, version, commit, dirty) in releases(),
        at in any::<prop::sample::Index>(),
        slip in "[ -~é]?",
        replaces in any::<bool>(),
    ) {
        let mut text = ReleaseId::new(&package, &version, commit.as_deref(), dirty).expect("a release").to_string();
        let at = at.index(text.len());
        text.replace_range(at..at + usize::from(replaces), &slip);
        prop_assert_eq!(text.parse::<ReleaseId>().is_ok(), is_release(&text), "{}", text);
    }

    #[test]
    fn services_that_collect_errors_read_the_same_parts(
        (package, version, commit, dirty) in releases(),
        at in any::<prop::sample::Index>(),
        slip in "[ -~é]?",
    ) {
        let whole = ReleaseId::new(&package, &version, commit.as_deref(), dirty).expect("a release").to_string();
        let at = at.index(whole.len());
        let slipped = format!("{}{slip}{}", &whole[..at], &whole[at..]);
        for text in [whole, slipped] {
            let Ok(ours) = text.parse::<ReleaseId>() else { continue };
            let theirs = sentry_release_parser::Release::parse(&text).expect("a release of theirs");
            prop_assert_eq!(theirs.package(), Some(ours.package()));
            let version = theirs.version().expect("a version of theirs");
            let semver = Version::parse(ours.version()).expect("ours");
            prop_assert_eq!(version.triple(), (semver.major, semver.minor, semver.patch));
            prop_assert_eq!(version.pre().unwrap_or_default(), semver.pre.as_str());
            // What is dirty is no build of a commit, to them as to us.
            let (commit, dirty) = (&ours.commit, ours.is_dirty());
            prop_assert_eq!(theirs.build_hash(), (!dirty).then_some(commit.as_str()));
            let code = if dirty { format!("{commit}.dirty") } else { commit.clone() };
            prop_assert_eq!(version.build_code(), Some(code.as_str()));
        }
    }

    #[test]
    fn nothing_else_is_a_release(text in "\\PC{0,60}|[a-z@0-9.+-]{0,40}") {
        prop_assert_eq!(text.parse::<ReleaseId>().is_ok(), is_release(&text));
    }

    #[test]
    fn a_secret_is_not_repeated(secret in "[A-Z][a-zA-Z0-9.-]{8,80}[A-Z][/=_]?") {
        for text in [
            secret.clone(),
            format!("{secret}@0.1.0+4110b38a1b2c"),
            format!("vigie-api@{secret}+4110b38a1b2c"),
            format!("vigie-api@0.1.0+{secret}"),
        ] {
            for problem in text.parse::<ReleaseId>().expect_err(&text) {
                prop_assert!(!problem.to_string().contains(&secret), "{}", problem);
            }
        }
    }
}
