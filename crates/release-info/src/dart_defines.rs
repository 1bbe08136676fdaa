use crate::{Problem, Rules, Variables, check, check::not_for_everybody};

/// What is always compiled in, where it is known.
const ALWAYS: [&str; 3] = ["APP_ENV", "APP_RELEASE", "APP_RELEASE_COMMIT"];

/// What is compiled into a Flutter application (`--dart-define-from-file`): where it runs, which release it is, and the
/// variables of these names.
///
/// # Errors
/// Everything that `check` refuses, and every value among them that is a secret: whoever has the application can read
/// it.
pub fn dart_defines(
    variables: &Variables,
    names: &[String],
    rules: &Rules,
) -> Result<Variables, Vec<Problem>> {
    let names = ALWAYS.into_iter().chain(names.iter().map(String::as_str));
    let defines: Variables = names
        .filter_map(|name| Some((name.to_owned(), variables.get(name)?.clone())))
        .collect();
    let mut problems = check(variables, rules).problems;
    for (name, value) in &defines {
        let secret = not_for_everybody(name, value);
        problems.extend(secret.filter(|secret| !problems.contains(secret)));
    }
    if problems.is_empty() {
        Ok(defines)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(of: &[(&str, &str)]) -> Variables {
        of.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn defined(of: &[(&str, &str)], names: &[&str]) -> Result<Variables, Vec<&'static str>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        dart_defines(&variables(of), &names, &Rules::default())
            .map_err(|problems| problems.iter().map(|problem| problem.code.as_str()).collect())
    }

    const RELEASE: &[(&str, &str)] = &[
        ("APP_ENV", "staging"),
        ("APP_RELEASE", "mlpp-web@0.1.0+4110b38a1b2c"),
        ("APP_RELEASE_COMMIT", "4110b38a1b2c99d1e2f3a4b5c6d7e8f901234567"),
    ];

    fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        RELEASE.iter().chain(more).copied().collect()
    }

    #[test]
    fn the_release_is_compiled_in_and_what_was_named() {
        let all = with(&[
            ("SUPABASE_URL", "https://a.example.org"),
            ("HOME", "/home/somebody"),
        ]);
        assert_eq!(defined(&all, &[]), Ok(variables(RELEASE)));
        let named = with(&[("SUPABASE_URL", "https://a.example.org")]);
        assert_eq!(defined(&all, &["SUPABASE_URL", "APP_ENV"]), Ok(variables(&named)));
    }

    #[test]
    fn what_is_refused_is_not_compiled_in() {
        assert_eq!(defined(&RELEASE[1..], &[]), Err(vec!["E501"]));
        assert_eq!(defined(&RELEASE[..1], &[]), Err(vec!["E511"]));
    }

    #[test]
    fn a_secret_is_never_compiled_in_whatever_it_is_called() {
        for (name, secret) in [
            ("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_0123456789"),
            ("SUPABASE_ANON_KEY", "sb_secret_0123456789"),
            ("DATABASE_URL", "postgres://app:hunter2@db.example.org/app"),
            ("SIGNING", "-----BEGIN RSA PRIVATE KEY-----"),
        ] {
            let all = with(&[(name, secret)]);
            assert_eq!(defined(&all, &[name]), Err(vec!["E519"]), "{name}");
        }
        let kept = with(&[("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_0123456789")]);
        assert_eq!(
            defined(&kept, &[]),
            Ok(variables(RELEASE)),
            "a service's own may have it"
        );
    }
}
