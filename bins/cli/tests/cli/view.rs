//! `vigie checks view`.

use crate::neighbour::{CHECKS, Neighbour, SUPABASE};

#[test]
fn the_view_is_printed_to_be_run_and_read_with_the_readers_own_rights() {
    let host = Neighbour::new(SUPABASE);
    let gone = ("GONE", "select id as entity_id from public.gone");
    host.write_checks(&[CHECKS, &[gone]].concat());
    let printed = host
        .vigie(&["checks", "view", "--pack", "./checks"])
        .exits(3)
        .says("GONE is not in public.v_integrity_checks: relation \"public.gone\" does not exist");
    host.sql(&printed.stdout);
    let columns = "select string_agg(a.attname || ' ' || format_type(a.atttypid, null), ', ' order by a.attnum)
                   from pg_attribute a where a.attrelid = 'public.v_integrity_checks'::regclass and a.attnum > 0";
    assert_eq!(
        host.sql(columns),
        "check_code text, severity text, entity_type text, entity_id text, message text, payload jsonb, detected_at timestamp with time zone\n"
    );
    let rows =
        "select check_code, entity_type, entity_id, message from public.v_integrity_checks order by 1, 3";
    assert_eq!(
        host.sql(rows),
        "CA_VA|BAC|1|1 is wrong\nPAR_VUE|BAC|2|2 is wrong\n"
    );
    let who = "select rolname from pg_roles r where rolname in ('anon', 'authenticated', 'service_role', 'vigie_eval')
               and has_table_privilege(r.oid, 'public.v_integrity_checks', 'SELECT')";
    assert_eq!(host.sql(who), "authenticated\n");
    let comment = host.sql("select obj_description('public.v_integrity_checks'::regclass)");
    assert!(
        comment.starts_with("Vigie: the checks of checks, sha256 "),
        "{comment}"
    );

    // Row Level Security of the reader decides: nobody gave this one a policy on the table itself.
    host.sql(
        "grant usage on schema \"fermé\" to authenticated; grant select on \"fermé\".secret to authenticated;
              grant execute on function \"fermé\".cle(integer) to authenticated",
    );
    let as_reader = host.as_person("authenticated", "{}", rows);
    let hidden = |code| {
        format!(
            "{code}|CHECK|{code}|Row Level Security may hide rows that {code} reads from this reader: its silence proves nothing\n"
        )
    };
    let told = [
        &hidden("CA_VA"),
        "PAR_VUE|BAC|2|2 is wrong\n",
        &hidden("VUE_DIRECTE"),
    ]
    .concat();
    assert_eq!(as_reader, told);
    let refused = host.refusal("set role anon; select * from public.v_integrity_checks");
    assert!(
        refused.contains("permission denied for view v_integrity_checks"),
        "{refused}"
    );

    let undo = printed.stdout.lines().last().expect("a last line");
    assert_eq!(undo, "-- to take it back: drop view public.v_integrity_checks;");
    host.sql(undo.trim_start_matches("-- to take it back: "));
}

#[test]
fn the_view_is_installed_replaced_and_remembered() {
    let host = Neighbour::new(SUPABASE);
    host.write_checks(CHECKS);
    let args = ["checks", "view", "--pack", "./checks", "--install"];
    host.vigie(&args).exits(2).says("run `vigie migrate`");
    host.vigie(&["migrate"]).exits(0);
    let made = host.vigie(&args).exits(0);
    assert!(
        made.stdout.contains("view public.v_integrity_checks made"),
        "{made:#?}"
    );
    assert!(host.vigie(&args).exits(0).stdout.starts_with("nothing to do"));

    host.write_checks(&[("CA_VA", "select id as entity_id from public.\"Ça va?\"")]);
    let replaced = host.vigie(&args).exits(0);
    assert!(replaced.stdout.contains("brought up to date"), "{replaced:#?}");
    assert_eq!(
        host.sql("select count(*) from public.v_integrity_checks where check_code = 'CA_VA'"),
        "2\n"
    );

    // One of other columns, as an older program may have left it, is made anew.
    host.sql("drop view public.v_integrity_checks; create view public.v_integrity_checks as select 1 as check_code;
              comment on view public.v_integrity_checks is 'Vigie: of old'");
    host.vigie(&args).exits(0);
    assert_eq!(
        host.sql("select count(*) from public.v_integrity_checks where check_code = 'CA_VA'"),
        "2\n"
    );
    let plan = host.vigie(&["uninstall", "--plan"]).exits(0).stdout;
    assert!(plan.starts_with("drop view public.v_integrity_checks;"), "{plan}");
    host.sql(&format!("begin; {plan} commit;"));
    let json = host
        .vigie(&["checks", "view", "--pack", "./checks", "--json"])
        .exits(0)
        .json();
    assert_eq!(json["checks"][0], "CA_VA");
}
