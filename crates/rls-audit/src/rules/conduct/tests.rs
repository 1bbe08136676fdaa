use super::*;
use crate::rules::sample::{Sample, definer, table};

/// What a function with this text does without asking, in words.
fn conduct(text: &str) -> (Vec<String>, Vec<String>, Option<MadeUp>) {
    let helpers = Sample::new()
        .with(table("notes"))
        .with(table("logs"))
        .calling(definer(
            "is_admin",
            "select exists (select 1 from public.notes where id = auth.uid())",
        ))
        .calling(definer(
            "require_admin",
            "begin if not public.is_admin() then raise exception 'no'; end if; end",
        ))
        .calling(definer("wipe", "begin delete from public.notes; end"))
        .calling(definer("run", "begin execute p_sql; end"));
    let sample = helpers.calling(definer("own", text));
    let own = sample.catalog.functions.last().expect("it");
    let conduct = Library::new(&sample.catalog).conduct(own).expect("understood");
    let writes = conduct
        .writes
        .iter()
        .map(|(command, name)| format!("{command} {}", name.name))
        .collect();
    (
        writes,
        conduct.reads.iter().map(|name| name.name.clone()).collect(),
        conduct.made_up,
    )
}

fn writes(text: &str, expected: &[&str]) {
    assert_eq!(conduct(text).0, expected, "{text}");
}

fn reads(text: &str, expected: &[&str]) {
    assert_eq!(conduct(text).1, expected, "{text}");
}

#[test]
fn what_is_written_without_asking() {
    writes(
        "begin insert into public.notes (id) values (p_id); end",
        &["INSERT notes"],
    );
    writes(
        "update notes set body = p_body where id = p_id",
        &["UPDATE notes"],
    );
    writes(
        "begin delete from only public.notes; truncate table public.logs; end",
        &["DELETE notes", "TRUNCATE logs"],
    );
    writes(
        "with gone as (delete from public.notes returning *) select * from gone",
        &["DELETE notes"],
    );
    writes("begin perform public.wipe(); end", &["DELETE notes"]);
    writes(
        "begin insert into public.notes values (1) on conflict (id) do update set body = 'a'; end",
        &["INSERT notes"],
    );
}

#[test]
fn the_caller_in_a_condition_is_asked_for() {
    writes("update public.notes set body = p where owner = auth.uid()", &[]);
    writes(
        "update public.notes set body = p where owner = (select auth.uid())",
        &[],
    );
    writes(
        "delete from public.notes where id in (select id from public.logs) and owner = auth.uid()",
        &[],
    );
    writes(
        "begin insert into public.notes (owner) values (auth.uid()); end",
        &[],
    );
    writes("begin delete from public.notes where public.is_admin(); end", &[]);
    writes(
        "begin delete from public.notes \
         where owner = (current_setting('request.jwt.claims')::json ->> 'sub')::uuid; end",
        &[],
    );
    writes(
        "declare me uuid := auth.uid(); begin delete from public.notes where owner = me; end",
        &[],
    );
    writes(
        "declare me text; begin select rank into me from public.logs where id = auth.uid(); \
         delete from public.notes where rank = me; end",
        &[],
    );
}

#[test]
fn the_caller_elsewhere_is_not() {
    writes(
        "update public.notes set editor = auth.uid() where id = p_id",
        &["UPDATE notes"],
    );
    writes(
        "update public.notes set editor = (select auth.uid()) where id = p_id",
        &["UPDATE notes"],
    );
    writes(
        "begin insert into public.logs (who) values (auth.uid()); delete from public.notes where id = p_id; end",
        &["DELETE notes"],
    );
    writes(
        "begin if current_user = 'anon' then raise exception 'no'; end if; delete from public.notes; end",
        &["DELETE notes"],
    );
    writes(
        "begin if current_setting('app.admin') = '1' then delete from public.notes; end if; end",
        &["DELETE notes"],
    );
}

#[test]
fn a_guard_holds_for_what_follows() {
    writes(
        "begin if auth.uid() is null then raise exception 'no'; end if; delete from public.notes; end",
        &[],
    );
    writes(
        "begin if not public.is_admin() then return; end if; delete from public.notes; end",
        &[],
    );
    writes(
        "begin perform public.require_admin(); delete from public.notes; end",
        &[],
    );
    writes(
        "begin if public.is_admin() then delete from public.notes; end if; end",
        &[],
    );
    writes(
        "begin perform 1 from public.notes where id = auth.uid(); \
         if not found then raise exception 'no'; end if; delete from public.notes; end",
        &[],
    );
}

#[test]
fn a_guard_that_lets_go_on_holds_for_nothing() {
    writes(
        "begin if auth.uid() is not null then insert into public.logs values (1); end if; \
         delete from public.notes; end",
        &["DELETE notes"],
    );
    writes(
        "begin if auth.uid() is null then raise notice 'who?'; end if; delete from public.notes; end",
        &["DELETE notes"],
    );
    writes(
        "begin delete from public.notes; if auth.uid() is null then return; end if; end",
        &["DELETE notes"],
    );
}

#[test]
fn what_is_read_without_asking() {
    reads("select body from public.notes where id = p_id", &["notes"]);
    reads(
        "select n.body from logs l join public.notes n on n.id = l.id",
        &["logs", "notes"],
    );
    reads(
        "begin return query select * from public.notes where owner = auth.uid(); end",
        &[],
    );
    reads("select * from public.notes where public.is_admin()", &[]);
    reads("select 1 + 1", &[]);
    reads("select a is distinct from b", &[]);
}

#[test]
fn made_up_sql_is_said_to_be_so() {
    let made_up = |text: &str, expected: Option<MadeUp>| assert_eq!(conduct(text).2, expected, "{text}");
    made_up(
        "begin execute 'delete from ' || p_table; end",
        Some(MadeUp::Writes),
    );
    made_up(
        "begin execute format('  UPDATE public.%I set a = 1', p_table); end",
        Some(MadeUp::Writes),
    );
    made_up(
        "begin execute format('drop table %I', p_table); end",
        Some(MadeUp::Writes),
    );
    made_up(
        "declare q text; begin q := 'insert into ' || p_table; execute q; end",
        Some(MadeUp::Writes),
    );
    made_up("begin execute p_sql; end", Some(MadeUp::Told));
    made_up("begin return query execute $1; end", Some(MadeUp::Told));
    made_up(
        "begin for r in execute p_sql loop return next r; end loop; end",
        Some(MadeUp::Told),
    );
    made_up(
        "begin execute format('select count(*) from %I', p_table) into n; end",
        Some(MadeUp::Unknown),
    );
    made_up(
        "begin execute format('delete from %I where owner = %L', p_table, auth.uid()); end",
        Some(MadeUp::Unknown),
    );
    made_up("begin execute build(p_table); end", Some(MadeUp::Unknown));
    // What is told to the helper, this one says itself.
    made_up("begin perform public.run('select 1'); end", Some(MadeUp::Unknown));
    made_up("begin grant execute on function f to public; end", None);
    made_up(
        "begin if not public.is_admin() then raise exception 'no'; end if; execute p_sql; end",
        None,
    );
}

#[test]
fn a_name_without_its_schema_is_told_from_others() {
    let sample = Sample::new().with(table("notes")).calling(definer("helper", "select 1")).calling(definer(
        "own",
        "select helper(), public.helper(), now() from notes join public.notes n on true join other on true",
    ));
    let names = Library::new(&sample.catalog).unqualified(&sample.catalog.functions[1]);
    assert_eq!(
        names.iter().map(|name| name.name.as_str()).collect::<Vec<_>>(),
        ["helper", "notes"]
    );
}
