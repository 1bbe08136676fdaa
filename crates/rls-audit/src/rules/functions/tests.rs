use super::*;
use crate::{
    catalog::{Call, Grant},
    rules::sample::{Sample, definer, granted, policy, table},
};

fn judged(function: Function) -> Finding {
    Sample::new().with(table("notes")).calling(function).one(&RLS_304)
}

const WRITES: &str = "begin delete from public.notes; end";
const READS: &str = "begin return query select * from public.notes; end";

#[test]
fn a_definer_that_writes_for_anybody_is_an_error() {
    let found = judged(definer("wipe", WRITES));
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.message,
        "public.wipe() runs as its owner postgres and writes without asking who calls; it can be called by PUBLIC."
    );
    assert_eq!(
        found.evidence,
        [
            "EXECUTE is granted to PUBLIC",
            "DELETE on public.notes without asking"
        ]
    );
    assert_eq!(
        found.fix.as_deref(),
        Some("revoke execute on routine public.wipe() from PUBLIC;")
    );
}

#[test]
fn one_that_reads_for_anybody_is_a_warning() {
    let found = judged(definer("list", READS));
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    let stable = Function {
        volatility: Volatility::Stable,
        ..definer("wipe", WRITES)
    };
    assert_eq!(
        judged(stable).level,
        Level::Info,
        "PostgreSQL refuses it to write"
    );
    let open = Sample::new().with(table("notes")).calling(definer("list", READS));
    let refuted = open.reading("notes", Access::All, Access::All).one(&RLS_304);
    assert_eq!(
        (refuted.level, refuted.verdict, refuted.fix),
        (Level::Info, Verdict::Refuted, None)
    );
}

#[test]
fn one_that_asks_is_good_to_know() {
    let found = judged(definer(
        "wipe",
        "begin delete from public.notes where owner = auth.uid(); end",
    ));
    assert_eq!(
        (found.level, found.evidence[1].as_str()),
        (Level::Info, "it asks who calls")
    );
}

#[test]
fn one_whose_text_is_not_known_is_not_judged() {
    let unknown = Function {
        body: None,
        ..definer("compiled", "")
    };
    let made_up = definer("any", "begin execute format('select * from %I', p_table); end");
    for function in [unknown, made_up] {
        let found = judged(function);
        assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Unproved));
    }
}

#[test]
fn one_that_runs_what_it_is_told_is_the_worst() {
    let told = definer("run", "begin execute p_sql; end");
    let writes = definer("wipe", "begin execute format('delete from %I', p_table); end");
    for function in [&told, &writes] {
        let found = judged(function.clone());
        assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    }
    let stable = |function| Function {
        volatility: Volatility::Stable,
        ..function
    };
    let (told, writes) = (judged(stable(told)), judged(stable(writes)));
    assert_eq!((told.level, told.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!((writes.level, writes.verdict), (Level::Warn, Verdict::Unproved));
}

#[test]
fn what_callers_cannot_call_is_left_alone() {
    let silent = |function: Function| {
        Sample::new()
            .with(table("notes"))
            .calling(function)
            .silent(&RLS_304);
    };
    let of = |grants: Vec<Grant>| Function {
        grants,
        ..definer("wipe", WRITES)
    };
    silent(of(vec![
        granted("postgres", "EXECUTE"),
        granted("service_role", "EXECUTE"),
    ]));
    silent(Function {
        returns: Some("trigger".to_owned()),
        ..definer("wipe", WRITES)
    });
    silent(Function {
        extension: Some("pg_cron".to_owned()),
        ..definer("wipe", WRITES)
    });
    silent(Function {
        security_definer: false,
        ..definer("wipe", WRITES)
    });
    silent(Function {
        name: Name::new("private", "wipe"),
        ..definer("wipe", WRITES)
    });
}

#[test]
fn what_policies_call_stays_callable() {
    let mut asking = policy("own", "public.list()");
    asking.calls.push(Call {
        name: Name::new("public", "list"),
        arguments: String::new(),
    });
    let sample = Sample::new()
        .with(table("notes").policed(asking))
        .calling(definer("list", READS));
    assert_eq!(sample.one(&RLS_304).fix, None);
}

fn unpinned(body: &str) -> Function {
    Function {
        settings: Vec::new(),
        ..definer("list", body)
    }
}

#[test]
fn a_definer_that_takes_names_from_its_caller_may_be_misled() {
    let sample = |function| Sample::new().with(table("notes")).calling(function);
    let error = sample(unpinned("select * from notes")).one(&RLS_305);
    assert_eq!((error.level, error.verdict), (Level::Error, Verdict::Proved));
    let fix = "alter routine public.list() set search_path = pg_catalog, public, pg_temp;";
    assert_eq!(error.fix.as_deref(), Some(fix));
    let qualified = sample(unpinned("select * from public.notes")).one(&RLS_305);
    assert_eq!(
        (qualified.level, qualified.verdict),
        (Level::Warn, Verdict::Unproved)
    );
    let unreached = Function {
        grants: Vec::new(),
        ..unpinned("select * from notes")
    };
    let unreached = sample(unreached).one(&RLS_305);
    assert_eq!(
        (unreached.level, unreached.verdict),
        (Level::Warn, Verdict::Refuted)
    );
}

#[test]
fn a_definer_whose_names_are_pinned_is_left_alone() {
    Sample::new()
        .with(table("notes"))
        .calling(definer("list", "select * from notes"))
        .silent(&RLS_305);
    let invoker = Function {
        security_definer: false,
        ..unpinned("select * from notes")
    };
    Sample::new()
        .with(table("notes"))
        .calling(invoker)
        .silent(&RLS_305);
}

#[test]
fn a_guard_must_not_trust_what_sessions_say() {
    let of_tenant = "(tenant = (current_setting('app.tenant'::text, true))::uuid)";
    let found = Sample::new()
        .with(table("a").policed(policy("own", of_tenant)))
        .one(&RLS_308);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Unproved));
    assert_eq!(
        found.message,
        "The policy own on public.a trusts app.tenant, which any session can set."
    );
    let helper = definer("may", "begin return current_setting('app.rank') = 'admin'; end");
    assert_eq!(
        Sample::new()
            .calling(helper.clone())
            .one(&RLS_308)
            .object
            .to_string(),
        "public.may()"
    );
    let plain = Function {
        security_definer: false,
        ..helper
    };
    Sample::new().calling(plain).silent(&RLS_308);
    for trusted in [
        "current_setting('request.jwt.claims'::text, true) <> ''",
        "current_setting('role') = 'a'",
    ] {
        Sample::new()
            .with(table("a").policed(policy("own", trusted)))
            .silent(&RLS_308);
    }
}

#[test]
fn names_that_were_looked_up_when_it_was_made_cannot_mislead() {
    let bound = |body: &str| Function {
        language: "sql".to_owned(),
        ..unpinned(body)
    };
    let sample = |function| Sample::new().with(table("notes")).calling(function);
    sample(bound("BEGIN ATOMIC\n SELECT id FROM public.notes;\nEND")).silent(&RLS_305);
    sample(bound("RETURN 1")).silent(&RLS_305);
    sample(bound("select id from notes")).one(&RLS_305);
}

#[test]
fn one_that_asks_for_some_of_what_it_does_is_a_warning() {
    let partly = definer(
        "accept",
        "begin insert into public.notes (id) values (auth.uid()); delete from public.notes where id = p_token; end",
    );
    let found = judged(partly);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Unproved));
    assert!(
        found
            .evidence
            .contains(&"DELETE on public.notes without asking".to_owned())
    );
    let reading = definer(
        "peek",
        "begin perform auth.uid() from public.notes where owner = auth.uid(); return query select * from public.logs; end",
    );
    let found = Sample::new()
        .with(table("notes"))
        .with(table("logs"))
        .calling(reading)
        .one(&RLS_304);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Unproved));
}

#[test]
fn one_that_is_not_served_may_be_called_through_another() {
    let inner = Function {
        name: Name::new("private", "wipe"),
        ..definer("wipe", WRITES)
    };
    let outer = |body: &str| Function {
        security_definer: false,
        ..definer("clean", body)
    };
    let sample = |body: &str| {
        let mut sample = Sample::new()
            .with(table("notes"))
            .calling(inner.clone())
            .calling(outer(body));
        sample
            .catalog
            .schemas
            .push(crate::rules::sample::schema("private"));
        sample
    };
    let found = sample("begin perform private.wipe(); end").one(&RLS_304);
    assert_eq!(
        (found.level, found.object.to_string().as_str()),
        (Level::Error, "private.wipe()")
    );
    assert!(
        found
            .evidence
            .contains(&"public.clean() calls it as whoever calls".to_owned())
    );
    sample("begin perform 1; end").silent(&RLS_304);
    sample("begin if auth.uid() is null then raise exception 'no'; end if; perform private.wipe(); end")
        .silent(&RLS_304);
    let mut shut = sample("begin perform private.wipe(); end");
    shut.catalog.schemas[1].grants.clear();
    shut.silent(&RLS_304);
}
