//! What may stand in a column: less than the table's checks allow, since who asks chooses what most fields say.

use uuid::Uuid;

/// Codes of Supabase Auth that are worth keeping; a code is one of these or none.
const AUTH_CODES: [&str; 14] = [
    "bad_jwt",
    "email_not_confirmed",
    "invalid_credentials",
    "mfa_verification_failed",
    "mfa_verification_rejected",
    "no_authorization",
    "not_admin",
    "otp_expired",
    "over_email_send_rate_limit",
    "over_request_rate_limit",
    "phone_not_confirmed",
    "session_not_found",
    "user_banned",
    "user_not_found",
];

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// An SQLSTATE, a code of PostgREST, or a known one of Supabase Auth.
pub(super) fn error_code(code: &str) -> Option<&str> {
    let is_sqlstate = code.len() == 5
        && code.starts_with(|first: char| first.is_ascii_digit() || matches!(first, 'F' | 'H' | 'P' | 'X'))
        && code
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let number = code.strip_prefix("PGRST");
    let is_postgrest = number
        .is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    (is_sqlstate || is_postgrest || AUTH_CODES.contains(&code)).then_some(code)
}

/// A method of HTTP; whatever else was sent is `OTHER`.
pub(super) fn method(method: &str) -> &'static str {
    let known = METHODS.iter().find(|known| known.eq_ignore_ascii_case(method));
    known.map_or("OTHER", |known| known)
}

/// Roles that everybody has; those of people may be called after them.
const ROLES: [&str; 17] = [
    "anon",
    "anonymous",
    "authenticated",
    "authenticator",
    "dashboard_user",
    "pgbouncer",
    "postgres",
    "service_role",
    "supabase_admin",
    "supabase_auth_admin",
    "supabase_etl_admin",
    "supabase_functions_admin",
    "supabase_read_only_user",
    "supabase_realtime_admin",
    "supabase_replication_admin",
    "supabase_storage_admin",
    "web_anon",
];

/// A role of the database; whichever is not known is `other`.
pub(super) fn role(role: &str) -> &'static str {
    ROLES
        .iter()
        .find(|known| **known == role)
        .map_or("other", |known| known)
}

/// The name of a relation, a function, a bucket, that is nobody's: no e-mail, no number of a telephone, no token.
pub(super) fn name(name: &str) -> Option<&str> {
    let is_name = (1..=63).contains(&name.len())
        && !name.starts_with("sb_")
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
        && name.bytes().filter(u8::is_ascii_digit).count() <= 6
        && name.split(['_', '-']).all(|word| word.len() <= 24);
    let is_hex = name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_name && !is_hex).then_some(name)
}

/// The number of a request as gateways make them: a UUID, or 16 hexadecimal digits with the airport behind, where it cannot be
/// the number of a card or of a telephone.
pub(super) fn request_id(id: &str) -> Option<&str> {
    let is_uuid = matches!(id.len(), 32 | 36) && Uuid::try_parse(id).is_ok();
    let (digits, place) = id.rsplit_once('-').unwrap_or((id, "CDG"));
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_ray = digits.len() == 16
        && digits.bytes().all(is_hex)
        && digits.bytes().any(|byte| byte.is_ascii_alphabetic())
        && place.len() == 3
        && place.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_uuid || is_ray).then_some(id)
}

/// A release as `vigie release id` names them, or its version alone: `mlpp-web@0.1.0+4110b38a1b2c`.
pub(super) fn release(release: &str) -> Option<&str> {
    let (name, version) = release.split_once('@').unwrap_or(("", release));
    let (version, build) = version.split_once('+').unwrap_or((version, ""));
    let (version, before) = version.split_once('-').unwrap_or((version, ""));
    let mut numbers = version.split('.');
    let is_number =
        |number: &str| (1..=5).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str, longest| {
        let is_part =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
        word.len() <= longest && word.bytes().all(is_part)
    };
    let is_commit = |word: &str| word.len() <= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_release = is_word(name, 40)
        && !name.contains('.')
        && is_word(before, 20)
        && is_commit(build.trim_end_matches(".dirty"))
        && numbers
            .by_ref()
            .take(3)
            .filter(|number| is_number(number))
            .count()
            == 3
        && numbers.next().is_none();
    is_release.then_some(release)
}

/// Two letters, as countries are written; the gateway's words for nobody and for Tor are none.
pub(super) fn country(country: &str) -> Option<&str> {
    let is_country =
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && country != "XX";
    is_country.then_some(country)
}

/// A person, as the application numbers people.
pub(super) fn actor(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id).ok().filter(|id| !id.is_nil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_somebodys_is_none_of_them() {
        for personal in [
            "jean.dupont@example.org",
            "jean@1.2.example.org",
            "203.0.113.7",
            "2001:db8::1",
            "+33612345678",
            "33612345678",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "eyJhbGciOiJIUzI1NiJ9",
            "sb_secret_abcdefgh",
            "sbp_0123456789abcdef0123456789abcdef01234567",
            "amVhbi5kdXBvbnRAZXhhbXBsZS5vcmc=",
            "jean.dupont%40example.org",
            "\u{1b}[31m",
            "a\nb",
            "4111-1111-1111-1111",
            "4111111111111111",
            "",
        ] {
            assert_eq!(error_code(personal), None, "{personal}");
            assert_eq!(method(personal), "OTHER", "{personal}");
            assert_eq!(role(personal), "other", "{personal}");
            assert_eq!(name(personal), None, "{personal}");
            assert_eq!(request_id(personal), None, "{personal}");
            assert_eq!(release(personal), None, "{personal}");
            assert_eq!(country(personal), None, "{personal}");
            assert_eq!(actor(personal), None, "{personal}");
        }
    }

    #[test]
    fn what_is_meant_gets_through() {
        for code in [
            "42501",
            "28P01",
            "P0001",
            "PGRST301",
            "PGRSTX00",
            "invalid_credentials",
        ] {
            assert_eq!(error_code(code), Some(code));
        }
        for release_id in [
            "mlpp-web@0.1.0+4110b38a1b2c",
            "1.2.3",
            "0.2.0-rc.1",
            "web@1.0.0+4110b38a1b2c.dirty",
        ] {
            assert_eq!(release(release_id), Some(release_id));
        }
        for id in [
            "98e87fae3bb3907b-CDG",
            "7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11",
            "98e87fae3bb3907b",
        ] {
            assert_eq!(request_id(id), Some(id));
        }
        for relation in ["contracts", "contrats_2026", "pay-slips", "_private"] {
            assert_eq!(name(relation), Some(relation));
        }
        assert_eq!(method("get"), "GET");
        assert_eq!(role("service_role"), "service_role");
        assert_eq!(role("jean_dupont"), "other", "somebody's own");
    }
}
