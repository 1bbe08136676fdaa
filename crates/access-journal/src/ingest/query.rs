//! What a query says, looked at and not kept.

use std::borrow::Cow;

/// The grants of Supabase Auth that are no password.
const OTHER_GRANTS: [&str; 6] = [
    "authorization_code",
    "id_token",
    "implicit",
    "pkce",
    "refresh_token",
    "web3",
];

/// Whether somebody signs in by password, as far as is said: what is no other grant that there is may be one.
pub(super) fn is_by_password<'g>(mut grants: impl Iterator<Item = Cow<'g, str>>) -> bool {
    let Some(first) = grants.next() else {
        return true;
    };
    let is_other = |grant: &str| OTHER_GRANTS.contains(&grant);
    !is_other(&first) || grants.any(|grant| !is_other(&grant))
}

/// The values of a name.
pub(super) fn values<'q>(query: &'q str, name: &'q str) -> impl Iterator<Item = Cow<'q, str>> {
    let pairs = query.trim_start_matches('?').split('&');
    pairs.filter_map(move |pair| {
        let (said, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(said) == name).then(|| decoded(value))
    })
}

/// The relations that a `select` embeds, as `contracts` in `id,c:contracts!inner(*)`, also by its other names there.
pub(super) fn embedded(select: &str) -> impl Iterator<Item = &str> {
    let is_end = |letter: char| matches!(letter, ',' | '(' | ')' | ':') || letter.is_whitespace();
    let opened = select.match_indices('(').filter_map(move |(at, _)| {
        // `count()` is a number.
        let is_function = select[at + 1..].trim_start().starts_with(')');
        let name = select[..at].trim_end().rsplit(is_end).next()?;
        (!is_function).then_some(name)
    });
    opened
        .flat_map(|name| name.trim_start_matches('.').split('!'))
        .map(|name| name.trim_matches('"'))
        .filter(|name| !name.is_empty())
}

/// What `%61` stands for, which is `a`: else a relation would go by under another spelling.
pub(super) fn decoded(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return Cow::Borrowed(part);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_no_password_only_where_it_is_another_that_there_is() {
        for (query, is) in [
            ("", true),
            ("?grant_type=password", true),
            ("?grant_type=p%61ssword", true),
            ("?gr%61nt_type=password&grant_type=refresh_token", true),
            ("?grant_type=refresh_token", false),
            ("?x=1&grant%5Ftype=refresh%5Ftoken", false),
            ("?grant_type=made_up", true),
            ("?grant_type", true),
        ] {
            assert_eq!(is_by_password(values(query, "grant_type")), is, "{query}");
        }
    }

    #[test]
    fn what_a_select_embeds_is_named() {
        for (select, names) in [
            ("*", &[][..]),
            ("id,contracts(*)", &["contracts"]),
            (
                "id,c:contracts!inner(id, pay_slips(*))",
                &["contracts", "inner", "pay_slips"],
            ),
            ("...\"contracts\" (*),total:sum()", &["contracts"]),
            ("((", &[]),
        ] {
            assert_eq!(embedded(select).collect::<Vec<_>>(), names, "{select}");
        }
    }
}
