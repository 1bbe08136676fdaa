use super::*;

fn firsts(text: &str) -> Vec<String> {
    let all = statements(text).expect("understood");
    all.iter().map(|statement| statement.first().to_owned()).collect()
}

#[test]
fn statements_stand_one_after_another() {
    let text = "declare v uuid := auth.uid(); begin if v is null then raise exception 'no'; else update t set a = 1; \
                end if; for r in select 1 loop delete from t; end loop; end";
    let expected = ["v", "if", "raise", "update", "end", "for", "delete", "end", "end"];
    assert_eq!(firsts(text), expected);
    assert_eq!(firsts("BEGIN ATOMIC\n SELECT 1;\nEND"), ["select", "end"]);
}

#[test]
fn a_case_and_a_bracket_keep_a_statement_whole() {
    assert_eq!(
        firsts("update t set a = case when b then 1 else 2 end where c"),
        ["update"]
    );
    assert_eq!(
        firsts("select (case when b then 1 end) from t; delete from t"),
        ["select", "delete"]
    );
}

#[test]
fn comments_and_texts_are_no_words() {
    let all = statements("select 'delete from t' /* update t */ -- insert\n from \"My Table\"")
        .expect("understood");
    let names: Vec<_> = all[0].names().iter().map(|named| named.parts.join(".")).collect();
    assert_eq!(names, ["select", "from", "My Table"]);
}

#[test]
fn settings_are_those_asked_for_by_name() {
    let text = "select current_setting('App.Tenant'::text, true), current_setting(name)";
    assert_eq!(settings(text), BTreeSet::from(["app.tenant".to_owned()]));
}
