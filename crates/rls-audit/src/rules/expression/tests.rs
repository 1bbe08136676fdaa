use super::*;
use crate::rules::sample::{Sample, definer};

fn understood(text: &str) -> Expression {
    let helper = definer(
        "tenant",
        "select current_setting('request.jwt.claims', true)::jsonb ->> 'tenant'",
    );
    let world = Sample::new().calling(helper);
    Expression::of(text, &world.catalog).unwrap_or_else(|| panic!("not understood: {text}"))
}

/// For whoever, for strangers, for whoever is signed in; `id` is never NULL.
fn truths(text: &str) -> [Truth; 3] {
    let expression = understood(text);
    [Caller::Anybody, Caller::Anonymous, Caller::SignedIn]
        .map(|who| expression.truth(who, &|name| name == "id"))
}

#[test]
fn what_is_the_same_for_every_row() {
    use Truth::{Depends, False, True};
    for (text, expected) in [
        ("true", [True; 3]),
        ("(1 = 1)", [True; 3]),
        ("(id = id)", [True; 3]),
        ("(id IS NOT NULL)", [True; 3]),
        ("(owner IS NOT NULL)", [Depends; 3]),
        ("COALESCE(true, (owner = auth.uid()))", [True; 3]),
        ("COALESCE((owner = auth.uid()), true)", [Depends, True, Depends]),
        ("(auth.uid() IS NOT NULL)", [Depends, False, True]),
        (
            "(( SELECT auth.uid() AS uid) IS NOT NULL)",
            [Depends, False, True],
        ),
        (
            "((auth.uid() IS NULL) OR (owner = auth.uid()))",
            [Depends, True, Depends],
        ),
        ("(auth.role() = 'authenticated'::text)", [Depends, False, True]),
        (
            "(auth.role() = ANY (ARRAY['anon'::text, 'authenticated'::text]))",
            [Depends, True, True],
        ),
        (
            "((auth.jwt() ->> 'role'::text) = 'authenticated'::text)",
            [Depends, False, True],
        ),
        ("(owner = auth.uid())", [Depends, False, Depends]),
        ("false", [False; 3]),
        ("(NOT false)", [True; 3]),
        ("(public = true)", [Depends; 3]),
        (
            "((owner = auth.uid()) AND (state = 'a'::text))",
            [Depends, False, Depends],
        ),
        (
            "(NOT ((owner = auth.uid()) AND (state = 'a'::text)))",
            [Depends; 3],
        ),
        (
            "(owner = COALESCE(( SELECT auth.uid() AS uid), owner))",
            [Depends, True, Depends],
        ),
        (
            "(owner = COALESCE(( SELECT auth.uid() AS uid), id))",
            [Depends; 3],
        ),
        ("(NOT (owner IS DISTINCT FROM owner))", [True; 3]),
        ("(NOT (owner IS DISTINCT FROM auth.uid()))", [Depends; 3]),
        ("(( SELECT auth.jwt() AS jwt) IS NOT NULL)", [Depends, True, True]),
        ("(auth.uid() = auth.uid())", [Depends, False, True]),
        ("(random() = random())", [Depends; 3]),
        ("(CURRENT_USER = CURRENT_USER)", [True; 3]),
        ("(length((auth.uid())::text) > 0)", [Depends, False, True]),
        ("(length(title) > 0)", [Depends; 3]),
        ("((auth.uid())::text <> ''::text)", [Depends, False, True]),
        ("(title ~~ '%'::text)", [True; 3]),
        ("(title ~~ 'a%'::text)", [Depends; 3]),
        ("(EXISTS ( SELECT 1))", [True; 3]),
        (
            "CASE WHEN (auth.uid() IS NULL) THEN true ELSE (owner = auth.uid()) END",
            [Depends, True, Depends],
        ),
        (
            "CASE auth.role() WHEN 'authenticated'::text THEN true ELSE false END",
            [Depends, False, True],
        ),
        ("CASE WHEN (state = 'a'::text) THEN true END", [Depends; 3]),
        ("((owner = auth.uid()) IS NOT FALSE)", [Depends, True, Depends]),
        ("COALESCE(is_open, true)", [Depends; 3]),
        (
            "(((auth.jwt() ->> 'is_anonymous'::text))::boolean IS FALSE)",
            [Depends, False, True],
        ),
        ("(EXISTS ( SELECT 1 FROM public.a a WHERE true))", [Depends; 3]),
    ] {
        assert_eq!(truths(text), expected, "{text}");
    }
    assert!(understood("(true)").is_plainly_true() && !understood("(1 = 1)").is_plainly_true());
}

#[test]
fn a_function_that_only_answers_is_looked_through() {
    let sql = |name: &str, body: &str| Function {
        language: "sql".to_owned(),
        ..definer(name, body)
    };
    let world = Sample::new()
        .calling(sql("signed_in", " select auth.uid() is not null; "))
        .calling(definer("inner_one", "BEGIN RETURN public.signed_in(); END;"))
        .calling(sql("outer_one", "select public.inner_one()"))
        .calling(sql("itself", "select public.itself()"))
        .calling(sql("asking", "select exists (select 1 from public.t)"))
        .calling(definer("longer", "begin perform 1; return true; end"));
    let truth = |text: &str| {
        let expression = Expression::of(text, &world.catalog).expect("understood");
        expression.truth(Caller::SignedIn, &|_| false)
    };
    assert_eq!(truth("public.signed_in()"), Truth::True);
    assert_eq!(truth("( SELECT public.outer_one() AS outer_one)"), Truth::True);
    for text in [
        "public.itself()",
        "public.asking()",
        "public.longer()",
        "public.unknown()",
    ] {
        assert_eq!(truth(text), Truth::Depends, "{text}");
    }
}

#[test]
fn what_follows_from_what() {
    let own = "(owner = auth.uid())";
    for (narrow, wide, expected) in [
        (own, own, true),
        (own, "(( SELECT auth.uid() AS uid) = owner)", true),
        (own, "(shared OR (owner = auth.uid()))", true),
        ("(shared OR (owner = auth.uid()))", own, false),
        (
            "((owner = auth.uid()) AND (NOT shared))",
            "((owner = auth.uid()) OR shared)",
            true,
        ),
        (
            "(state = 'a'::text)",
            "(state = ANY (ARRAY['a'::text, 'b'::text]))",
            true,
        ),
        (
            "(state = ANY (ARRAY['a'::text, 'b'::text]))",
            "(state = 'a'::text)",
            false,
        ),
        ("(NOT (owner = auth.uid()))", "(owner <> auth.uid())", true),
        // Where it is NULL, neither holds.
        ("true", "(shared OR (NOT shared))", false),
        (own, "((owner)::text = (auth.uid())::text)", false),
    ] {
        assert_eq!(
            understood(narrow).implies(&understood(wide)),
            expected,
            "{narrow}; {wide}"
        );
    }
}

#[test]
fn what_can_hold_without_the_caller() {
    let catalog = Sample::new().catalog;
    let is_tie = |part: &Expression| !part.compared_with_caller().is_empty();
    for (text, expected) in [
        ("(owner = auth.uid())", false),
        ("((owner = auth.uid()) AND (state = 'a'::text))", false),
        ("((owner = auth.uid()) OR (state = 'a'::text))", true),
        ("((owner = auth.uid()) OR (editor = auth.uid()))", false),
        ("(NOT (owner <> auth.uid()))", false),
        ("(NOT (owner = auth.uid()))", true),
        ("(owner = ANY (ARRAY[auth.uid()]))", false),
        ("true", true),
    ] {
        assert_eq!(
            understood(text).holds_without(&catalog, is_tie),
            expected,
            "{text}"
        );
    }
}

#[test]
fn whose_a_column_is() {
    let text = "((org_id = 1) AND (EXISTS ( SELECT 1
   FROM public.members m
  WHERE ((m.org_id = projects.org_id) AND (m.user_id = ( SELECT auth.uid() AS uid))
    AND (m.role = 'admin'::public.rank)))))";
    let expression = understood(text);
    assert_eq!(expression.own_columns(), BTreeSet::from(["org_id"]));
    let inner = expression
        .columns
        .iter()
        .find(|column| column.name == "user_id")
        .unwrap();
    assert_eq!(
        expression.relation_of(inner),
        Some(&Name::new("public", "members"))
    );
    assert!(expression.queries[0].names_row && !expression.queries[1].is_correlated);
    let ranks = expression
        .comparisons
        .iter()
        .find(|own| matches!(&own.left, Side::Column(own) if own.name == "role"));
    assert_eq!(
        ranks.map(|own| &own.right),
        Some(&Side::Literals(vec!["admin".to_owned()]))
    );
}

#[test]
fn what_is_compared_with_the_caller() {
    for text in [
        "(owner = auth.uid())",
        "(( SELECT auth.uid() AS uid) = owner)",
        "((owner)::text = (current_setting('request.jwt.claims'::text, true)::json ->> 'sub'::text))",
        "((owner)::text = public.tenant())",
        "(owner = ANY (ARRAY[auth.uid()]))",
    ] {
        assert_eq!(
            understood(text).compared_with_caller(),
            BTreeSet::from(["owner"]),
            "{text}"
        );
    }
    assert!(understood("(owner = other)").compared_with_caller().is_empty());
    assert!(understood("(owner = public.tenant())").names_caller(&{
        let helper = definer("tenant", "select auth.uid()");
        Sample::new().calling(helper).catalog
    }));
}

#[test]
fn a_call_in_a_query_that_is_asked_once_is_not_made_for_each_row() {
    for (text, expected) in [
        ("(owner = auth.uid())", true),
        ("(owner = ( SELECT auth.uid() AS uid))", false),
        (
            "(org IN ( SELECT m.org FROM public.m m WHERE (m.who = auth.uid())))",
            false,
        ),
        (
            "(EXISTS ( SELECT 1 FROM public.m m WHERE ((m.org = t.org) AND (m.who = auth.uid()))))",
            true,
        ),
        (
            "(EXISTS ( SELECT 1 FROM public.m m WHERE ((m.org = t.org) AND (m.who = ( SELECT auth.uid() AS uid)))))",
            false,
        ),
    ] {
        let expression = understood(text);
        assert!(
            expression
                .calls
                .iter()
                .all(|call| expression.is_per_row(call) == expected),
            "{text}"
        );
    }
}

#[test]
fn what_does_not_parse_is_not_understood() {
    let catalog = Sample::new().catalog;
    assert!(Expression::of("(a = ", &catalog).is_none());
    assert!(Expression::of("true) or (true", &catalog).is_none());
}

#[test]
fn what_postgresql_prints_is_understood() {
    let listed = understood(
        "(((role)::text = ANY ((ARRAY['A'::character varying, 'b'::character varying])::text[])) OR (status = 'x'::text))",
    );
    assert_eq!(
        listed.comparisons[0].right,
        Side::Literals(vec!["A".to_owned(), "b".to_owned()])
    );
    understood(
        "((EXISTS ( SELECT 1
   FROM ( SELECT members.id,
            members.project_id
           FROM public.members) s
  WHERE (s.project_id = projects.id))) AND ((auth.jwt() #>> '{app_metadata,role}'::text[]) = 'admin'::text)
  AND (status ~~* 'o%'::text) AND ((now() AT TIME ZONE 'utc'::text) >= '2020-01-01 00:00:00'::timestamp without time zone)
  AND (EXTRACT(hour FROM now()) > (3)::numeric))",
    );
    understood(
        "(COALESCE(true, (org_id = auth.uid())) AND
CASE
    WHEN (status = 'open'::text) THEN true
    ELSE false
END AND (id = ANY (ARRAY[auth.uid()])) AND (NOT (status IS DISTINCT FROM 'open'::text)) AND (CURRENT_USER = 'x'::name)
AND (now() > '2020-01-01 00:00:00+00'::timestamp with time zone))",
    );
    let joined = understood(
        "(EXISTS ( SELECT 1
   FROM (public.profiles p
     JOIN public.members m ON ((m.user_id = p.id)))
  WHERE ((p.id = auth.uid()) AND ((p.role)::text = 'Admin'::text) AND (m.project_id = projects.id))))",
    );
    assert_eq!(joined.sources().len(), 2);
    understood(
        "((user_id = auth.uid()) AND (tags @> ARRAY['a'::text]) AND (name ~ '^x'::text) AND ((data)::jsonb ? 'k'::text))",
    );
}
