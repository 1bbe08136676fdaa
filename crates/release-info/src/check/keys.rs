//! E519: a service's key does not stand where an anonymous one belongs, nor any secret where everybody reads.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::Variables;
use crate::{Code, Problem};

/// How a secret key of Supabase's newer form begins.
const SECRET_KEY: &str = "sb_secret_";
/// Roles before which Row Level Security does not stand.
const SERVICE_ROLES: &[&str] = &["service_role", "supabase_admin"];
/// Beginnings of names by which tools know what they compile into a client.
const PUBLIC_PREFIXES: &[&str] = &[
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NEXT_PUBLIC_",
    "NUXT_PUBLIC_",
    "PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "VUE_APP_",
];

const REMEDY: &str =
    "put the anonymous or publishable key there, and renew the other one if anybody could read it";

pub(super) fn are_where_they_belong(variables: &Variables, problems: &mut Vec<Problem>) {
    for (name, value) in variables {
        if is_public(name) {
            problems.extend(not_for_everybody(name, value));
        } else if holds_service_key(value) && !says_so(name) {
            problems.push(Problem::new(
                Code::SecretKey,
                format!("{name} holds a service's key, and its name does not say so"),
                format!("{REMEDY}; a service's key stands in a variable whose name says SERVICE or SECRET"),
            ));
        }
    }
}

/// What keeps a value out of a place where everybody can read it. The value is never part of it.
pub(crate) fn not_for_everybody(name: &str, value: &str) -> Option<Problem> {
    let role = tokens(value).find_map(role_of);
    let held = if holds_service_key(value) {
        "a service's key"
    } else if role.is_some_and(|role| role != "anon") {
        "a key of another role than anon"
    } else if value.contains("PRIVATE KEY-----") {
        "a private key"
    } else if holds_password(value) {
        "a URL with a password"
    } else {
        return None;
    };
    let what = format!("everybody can read {name}, and it holds {held}");
    Some(Problem::new(Code::SecretKey, what, REMEDY))
}

/// Whether a name says that everybody may read the value.
fn is_public(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let says = |word: &str| word.starts_with("ANON") || word.starts_with("PUBLISHABLE");
    name.split('_').any(says) || PUBLIC_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a name says that the value is a service's.
fn says_so(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.contains("SERVICE") || name.contains("SECRET")
}

fn holds_service_key(value: &str) -> bool {
    value.contains(SECRET_KEY)
        || tokens(value)
            .filter_map(role_of)
            .any(|role| SERVICE_ROLES.contains(&role.as_str()))
}

/// Whether a URL in it has a password.
fn holds_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let before = authority.rsplit_once('@').map(|(before, _)| before);
        before.is_some_and(|before| before.contains(':'))
    })
}

/// What may be tokens in it, whatever stands around them: a header, a URL.
fn tokens(value: &str) -> impl Iterator<Item = &str> {
    value.split(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c))
}

/// The claim `role` of a signed token; nobody asks here whether the signature is right.
fn role_of(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        role: String,
    }
    let [_, payload, _] = token.split('.').collect::<Vec<_>>()[..] else {
        return None;
    };
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(claims.role)
}
