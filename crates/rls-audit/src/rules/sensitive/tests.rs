use super::*;
use crate::{
    Access,
    rules::sample::{Sample, granted, policy, table},
};

fn tokens() -> Relation {
    table("tokens")
        .column("apiKey", "text")
        .granting("anon", &["SELECT"])
        .policed(policy("all", "true"))
}

#[test]
fn a_sensitive_column_that_strangers_read_is_told_of() {
    let found = Sample::new()
        .with(tokens())
        .reading("tokens", Access::Some, Access::Denied)
        .one(&RLS_109);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!(found.object.to_string(), "public.tokens.\"apiKey\"");
    assert_eq!(
        found.evidence,
        [
            "its name says \"api_key\"",
            "SELECT on public.tokens as anon: some"
        ]
    );
}

#[test]
fn a_sensitive_column_that_nobody_else_reads_is_left_alone() {
    Sample::new()
        .with(tokens())
        .reading("tokens", Access::None, Access::Denied)
        .silent(&RLS_109);
    let plain = table("a").column("monkey", "text").granting("anon", &["SELECT"]);
    Sample::new()
        .with(plain)
        .reading("a", Access::All, Access::All)
        .silent(&RLS_109);
    // Somebody who has a rank, or a row, reads what is theirs.
    let mut sample = Sample::new()
        .with(tokens().granting("authenticated", &["SELECT"]))
        .reading("tokens", Access::None, Access::None);
    sample
        .matrix
        .personas
        .push(crate::Persona::new("amina", "authenticated").with_claim("sub", "amina"));
    sample
        .cell("amina", "tokens", Command::Select, Access::Some)
        .silent(&RLS_109);
    // The row can be read, and not that column of it.
    let mut others = tokens();
    others.grants.clear();
    others.columns[0].grants.push(granted("anon", "SELECT"));
    Sample::new()
        .with(others)
        .reading("tokens", Access::All, Access::All)
        .silent(&RLS_109);
}

#[test]
fn what_was_not_found_out_is_said_to_be_so() {
    assert_eq!(
        Sample::new().with(tokens()).one(&RLS_109).verdict,
        Verdict::Unproved
    );
    assert_eq!(
        Sample::new().with(tokens().without_rls()).one(&RLS_109).verdict,
        Verdict::Proved
    );
}

#[test]
fn words_stand_in_names_types_and_comments() {
    let column = |name: &str, type_name: &str, comment: &str| {
        let mut relation = table("a").column(name, type_name);
        relation.columns[1].comment = Some(comment.to_owned());
        relation.columns.remove(1)
    };
    assert!(says(&column("userPassword", "text", ""), "password").is_some());
    assert!(says(&column("PASSWORD_hash", "text", ""), "password").is_some());
    assert!(says(&column("a", "public.iban", ""), "iban").is_some());
    assert!(says(&column("a", "text", "The API key of the bank."), "api_key").is_some());
    assert!(says(&column("passwordless", "text", "none"), "password").is_none());
    let holds = |name: &str, type_name: &str| sensitive_word(&column(name, type_name, ""), &[]).is_some();
    assert!(holds("token", "uuid") && holds("salary", "numeric(10,2)") && holds("date_of_birth", "date"));
    for (name, type_name) in [
        ("password_changed_at", "timestamp with time zone"),
        ("has_secret", "boolean"),
        ("token_count", "integer"),
        ("secret_id", "uuid"),
        ("salary_reviewed", "date"),
    ] {
        assert!(!holds(name, type_name), "{name}");
    }
    let mut sample = Sample::new().with(
        table("a")
            .column("mood", "text")
            .without_rls()
            .granting("anon", &["SELECT"]),
    );
    sample.silent(&RLS_109);
    sample.settings.sensitive_words = vec!["mood".to_owned()];
    sample.one(&RLS_109);
}
