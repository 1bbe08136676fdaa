//! `public.system_alerts`, as a screen made for the first version of this system uses it through PostgREST.

use alerts_store::{
    AlertStore as _, EventKind, Resolution, Status,
    postgres::{SYSTEM_ALERTS, sqlx},
};
use integrity_core::{Caller, Door};
use serde_json::{Value, json};

use crate::host::{AMINA, DIDIER, Host, PATRICIA, Postgrest, patch, run};

/// Takes the view away again, where it is Vigie's.
const DROP_SYSTEM_ALERTS: &str = include_str!("../../../../sql/alerts-store/compat/drop_system_alerts.sql");

fn by_id(id: impl std::fmt::Display) -> String {
    format!(r#""public"."system_alerts"."id" = '{id}'"#)
}

/// The columns of the first version, by name.
const COLUMNS: [&str; 16] = [
    "acknowledged_at",
    "acknowledged_by",
    "check_code",
    "created_at",
    "entity_id",
    "entity_type",
    "first_detected_at",
    "id",
    "last_detected_at",
    "message",
    "payload",
    "resolved_at",
    "resolved_by",
    "severity",
    "status",
    "updated_at",
];

const LIST: &str = r#"
    WITH pgrst_source AS (
        SELECT "public"."system_alerts".* FROM "public"."system_alerts"
        WHERE "public"."system_alerts"."status" = ANY ('{"OPEN","ACK"}')
        ORDER BY "public"."system_alerts"."severity" ASC, "public"."system_alerts"."first_detected_at" DESC
        LIMIT 2 OFFSET 0)
    SELECT null::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total,
           coalesce(json_agg(_postgrest_t), '[]') AS body,
           nullif(current_setting('response.headers', true), '') AS response_headers,
           nullif(current_setting('response.status', true), '') AS response_status
    FROM ( SELECT * FROM pgrst_source ) _postgrest_t"#;

async fn list(screen: &mut Postgrest, user: &str) -> Vec<Value> {
    let body = screen.request("authenticated", Some(user), LIST).await;
    serde_json::from_value(body.expect("a list")).expect("an array")
}

#[tokio::test]
async fn an_existing_screen_reads_and_updates() {
    let host = Host::with_vigie().await;
    host.finds(&["T1", "T2", "T3"]).await;
    let mut screen = host.postgrest().await;

    for user in [AMINA, PATRICIA] {
        assert_eq!(list(&mut screen, user).await.len(), 2, "ordered and limited");
    }
    let stranger = "3f0c6f6e-6a55-4c5e-8a61-2f0f4c1d9aff";
    assert_eq!(list(&mut screen, stranger).await, Vec::<Value>::new());
    let row = &list(&mut screen, AMINA).await[0];
    let mut columns: Vec<&String> = row.as_object().expect("a row").keys().collect();
    columns.sort_unstable();
    assert_eq!(columns, COLUMNS);

    let alert = host.alert("T1").await;
    let claimed = json!({
        "status": "ACK", "acknowledged_by": DIDIER, "acknowledged_at": "2001-01-01T00:00:00Z",
        "message": "tout va bien", "severity": "INFO",
    });
    let answer = screen
        .patch(AMINA, &by_id(alert.id), &claimed)
        .await
        .expect("taken up");
    assert_eq!(answer[0]["status"], "ACK", "the row as it is now: {answer}");
    assert_eq!(answer[0]["acknowledged_by"], AMINA, "not whom the client names");
    assert_ne!(answer[0]["acknowledged_at"], Value::Null);
    let after = host.alert("T1").await;
    assert_eq!(
        (after.status, after.message, after.severity),
        (Status::Ack, alert.message, alert.severity)
    );
    assert_eq!(after.acknowledged_by.as_deref(), Some(AMINA));

    let claimed =
        json!({ "status": "RESOLVED", "resolved_by": AMINA, "resolved_at": "2001-01-01T00:00:00Z" });
    let answer = screen
        .patch(DIDIER, &by_id(alert.id), &claimed)
        .await
        .expect("resolved");
    assert_eq!(
        (&answer[0]["status"], &answer[0]["resolved_by"]),
        (&json!("RESOLVED"), &json!(DIDIER))
    );
    let after = host.alert("T1").await;
    assert_eq!(after.resolution, Some(Resolution::Fixed));
    let events = host
        .store
        .events(&Caller::Service, alert.id)
        .await
        .expect("events");
    let told: Vec<_> = events[1..]
        .iter()
        .map(|event| {
            (
                event.kind,
                event.door,
                event.actor.as_deref(),
                event.comment(),
                event.login.as_str(),
            )
        })
        .collect();
    let door = Door::View;
    assert_eq!(
        told,
        [
            (EventKind::Acknowledged, door, Some(AMINA), None, "authenticator"),
            (
                EventKind::Resolved,
                door,
                Some(DIDIER),
                Some("via public.system_alerts"),
                "authenticator"
            ),
        ]
    );
    let verification = host.store.verify(&Caller::Service).await.expect("verified");
    assert_eq!(verification.broken, 0);
}

#[tokio::test]
async fn the_door_is_the_view_whatever_a_session_says() {
    let host = Host::with_vigie().await;
    host.finds(&["T2"]).await;
    let mut screen = host.postgrest().await;
    let t2 = host.alert("T2").await.id;
    screen
        .run(&format!(
            "begin; set local role authenticated; select set_config('vigie.door', 'api', true),
             set_config('request.jwt.claims', '{{\"sub\": \"{AMINA}\"}}', true);
             update public.system_alerts set status = 'ACK' where id = '{t2}';
             select vigie.act_on_alert('{t2}', 'comment', '{{\"comment\": \"x\"}}'); commit"
        ))
        .await
        .expect("taken up");
    let events = host.store.events(&Caller::Service, t2).await.expect("events");
    let doors: Vec<Door> = events.iter().map(|event| event.door).collect();
    assert_eq!(doors, [Door::Sync, Door::View, Door::Api]);
}

#[tokio::test]
async fn an_update_that_may_not_be_raises() {
    let host = Host::with_vigie().await;
    host.finds(&["T1", "T2"]).await;
    let mut screen = host.postgrest().await;
    let (t1, t2) = (host.alert("T1").await, host.alert("T2").await);
    let [ack, resolved, open] = ["ACK", "RESOLVED", "OPEN"].map(|status| json!({ "status": status }));
    let nobody = "00000000-0000-0000-0000-000000000000";
    let code = |answer: Result<Value, String>| answer.expect_err("refused");

    assert_eq!(
        code(screen.patch(PATRICIA, &by_id(t1.id), &ack).await),
        "PT403",
        "reads only"
    );
    assert_eq!(
        code(screen.patch(nobody, &by_id(t1.id), &ack).await),
        "PT404",
        "sees nothing"
    );
    assert_eq!(
        code(screen.patch(AMINA, &by_id(nobody), &ack).await),
        "PT404",
        "no such alert"
    );
    let none = r#""public"."system_alerts"."status" = 'RESOLVED'"#;
    assert_eq!(
        code(screen.patch(AMINA, none, &ack).await),
        "PT404",
        "an update of zero rows"
    );
    assert_eq!(code(screen.patch(AMINA, &by_id(t1.id), &open).await), "PT409");
    for wrong in [
        json!({ "status": "DONE" }),
        json!({ "status": null }),
        json!({ "status": "ack" }),
    ] {
        assert_eq!(
            code(screen.patch(AMINA, &by_id(t1.id), &wrong).await),
            "PT422",
            "{wrong}"
        );
    }
    assert_eq!(
        host.alert("T1").await.version,
        1,
        "something was done all the same"
    );

    screen.patch(AMINA, &by_id(t1.id), &ack).await.expect("taken up");
    assert_eq!(
        code(screen.patch(AMINA, &by_id(t1.id), &ack).await),
        "PT409",
        "done already"
    );
    assert_eq!(code(screen.patch(AMINA, &by_id(t1.id), &open).await), "PT409");
    let other = json!({ "message": "tout va bien" });
    assert_eq!(
        code(screen.patch(AMINA, &by_id(t1.id), &other).await),
        "PT409",
        "no change of status"
    );
    screen
        .patch(AMINA, &by_id(t1.id), &resolved)
        .await
        .expect("resolved");
    for again in [&ack, &resolved, &open] {
        assert_eq!(
            code(screen.patch(AMINA, &by_id(t1.id), again).await),
            "PT409",
            "{again}"
        );
    }
    // one of two may not be: neither is
    let both = r#""public"."system_alerts"."id" IS NOT NULL"#;
    assert_eq!(code(screen.patch(AMINA, both, &ack).await), "PT409");
    assert_eq!(host.alert("T2").await.status, Status::Open);

    for (statement, refused) in [
        (
            "insert into public.system_alerts (check_code) values ('X')".to_owned(),
            "55000",
        ),
        (
            format!("delete from public.system_alerts where id = '{}'", t2.id),
            "55000",
        ),
        ("truncate vigie.alerts".to_owned(), "42501"),
        ("update vigie.alerts set status = 'RESOLVED'".to_owned(), "42501"),
        ("select vigie.update_system_alert()".to_owned(), "42501"),
    ] {
        let answer = screen.request("authenticated", Some(AMINA), &statement).await;
        assert_eq!(code(answer), refused, "{statement}");
    }
}

/// Each statement counts for itself, whatever others of the transaction did.
#[tokio::test]
async fn an_update_of_nothing_raises_wherever_it_stands() {
    let host = Host::with_vigie().await;
    host.finds(&["T1", "T2", "T3", "T4"]).await;
    let mut screen = host.postgrest().await;
    let mut ids = Vec::new();
    for name in ["T1", "T2", "T3", "T4"] {
        ids.push(host.alert(name).await.id);
    }
    let set = |filter: &str| format!("update public.system_alerts set status = 'ACK' where {filter};");
    let (one, two, three) = (set(&by_id(ids[0])), set(&by_id(ids[1])), set(&by_id(ids[2])));
    let nothing = set("false");
    let begin = format!(
        "begin; set local role authenticated; select set_config('request.jwt.claims', '{{\"sub\": \"{AMINA}\"}}', true);"
    );
    for (statements, right) in [
        (format!("{one} {two} {nothing}"), false),
        (format!("{nothing} {one}"), false),
        (
            format!("{one} savepoint s; {two} rollback to s; {two} {three}"),
            true,
        ),
        (
            format!(
                "{one} do $do$ begin {nothing} exception when sqlstate 'PT404' then null; end $do$; {two}"
            ),
            true,
        ),
        // within another: what changes a row updates others itself
        (
            format!(
                "with one as (update public.system_alerts set status = 'ACK' where id = '{}' returning id) \
                  select pg_temp.acknowledge('{}') from one;",
                ids[0], ids[1]
            ),
            true,
        ),
        (
            format!(
                "with one as (update public.system_alerts set status = 'ACK' where id = '{}' returning id) \
                  select pg_temp.acknowledge('00000000-0000-0000-0000-000000000000') from one;",
                ids[0]
            ),
            false,
        ),
        // nothing itself, however much it has others do
        (
            format!(
                "update public.system_alerts set status = 'ACK' where id = '{}' \
                 and pg_temp.acknowledge('{}') is not null;",
                ids[0], ids[1]
            ),
            false,
        ),
        // of one statement PostgreSQL counts both updates as one
        (
            "with one as (update public.system_alerts set status = 'ACK' where false returning id), \
                  other as (update public.system_alerts set status = 'ACK' where false returning id) select 1;"
                .to_owned(),
            false,
        ),
    ] {
        let function = "create or replace function pg_temp.acknowledge(uuid) returns text language sql volatile as \
                        $$update public.system_alerts set status = 'ACK' where id = $1; select null::text$$;";
        let answer = screen.run(&format!("{begin} {function} {statements}")).await;
        let code = answer
            .err()
            .map(|error| integrity_core::postgres::error_code(&error).expect("a refusal"));
        screen.run("rollback").await.expect("rolled back");
        assert_eq!(code.as_deref(), (!right).then_some("PT404"), "{statements}");
    }
}

/// What a role may do to Vigie's: relations, columns, sequences, schema and functions, one by one.
const REACHABLE: &str = "
    with relation as (
        select c.oid, c.oid::regclass::text as name, c.relkind
        from pg_class c
        where c.relnamespace = 'vigie'::regnamespace or c.oid in (
            to_regclass('public.system_alerts'), to_regclass('public.v_integrity_checks'))
    )
    select format('%s on %s', privilege, name)
    from relation
    cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) privilege
    where relkind in ('r', 'v', 'm', 'p', 'f') and has_table_privilege($1, oid, privilege)
    union all
    select format('%s on %s.%s', privilege, name, attname)
    from relation
    join pg_attribute on attrelid = oid and attnum > 0 and not attisdropped
    cross join unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) privilege
    where relkind in ('r', 'v', 'm', 'p', 'f') and has_column_privilege($1, oid, attnum, privilege)
    union all
    select format('%s on %s', privilege, name)
    from relation
    cross join unnest('{USAGE,SELECT,UPDATE}'::text[]) privilege
    where relkind = 'S' and has_sequence_privilege($1, oid, privilege)
    union all
    select format('EXECUTE on %s', p.oid::regprocedure)
    from pg_proc p
    where p.pronamespace = 'vigie'::regnamespace and has_function_privilege($1, p.oid, 'EXECUTE')
    union all
    select 'schema vigie'
    where has_schema_privilege($1, 'vigie', 'USAGE') or has_schema_privilege($1, 'vigie', 'CREATE')
    order by 1";

#[tokio::test]
async fn defect_09_anonymous_callers_reach_nothing_of_vigie() {
    let host = Host::with_vigie().await;
    host.finds(&["T1"]).await;
    for role in ["anon", "service_role", "public"] {
        let reachable: Vec<String> = sqlx::query_scalar(REACHABLE)
            .bind(role)
            .fetch_all(&host.owner)
            .await
            .expect("the catalog");
        assert_eq!(reachable, Vec::<String>::new(), "{role}");
    }
    let members: Vec<String> = sqlx::query_scalar(
        "select privilege from unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) privilege
         where has_table_privilege('authenticated', 'public.system_alerts', privilege) order by 1",
    )
    .fetch_all(&host.owner)
    .await
    .expect("the catalog");
    assert_eq!(members, ["SELECT", "UPDATE"]);

    // and by trying, one by one
    let statements: Vec<String> = sqlx::query_scalar(
        "select format(form, c.oid::regclass)
         from pg_class c
         cross join unnest(array['select from %s', 'insert into %s default values', 'delete from %s', 'truncate %s',
                                 'lock %s in access exclusive mode']) form
         where (c.relnamespace = 'vigie'::regnamespace and c.relkind in ('r', 'v')) or c.oid = 'public.system_alerts'::regclass
         union all
         select format('update %s set %I = null', c.oid::regclass, a.attname)
         from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attnum = 1
         where (c.relnamespace = 'vigie'::regnamespace and c.relkind in ('r', 'v')) or c.oid = 'public.system_alerts'::regclass
         union all
         select format('select %s(%s)', p.oid::regproc, (
             select string_agg(format('null::%s', format_type(t, null)), ', ') from unnest(p.proargtypes) t))
         from pg_proc p
         where p.pronamespace = 'vigie'::regnamespace",
    )
    .fetch_all(&host.owner)
    .await
    .expect("the catalog");
    assert!(statements.len() > 80, "{statements:#?}");
    let mut screen = host.postgrest().await;
    for statement in statements {
        for role in ["anon", "service_role"] {
            let answer = screen.request(role, None, &statement).await;
            let code = answer.expect_err(&statement);
            // what no view can do is refused before it is asked who wants it
            let no_view_can = ["42809", "55000"].contains(&code.as_str()) && !statement.starts_with("select");
            assert!(code == "42501" || no_view_can, "{role}: {statement}: {code}");
        }
    }
    assert_eq!(
        screen
            .request("anon", None, &patch("true", &json!({ "status": "ACK" })))
            .await,
        Err("42501".to_owned())
    );
    assert_eq!(host.alert("T1").await.version, 1);
}

#[tokio::test]
async fn it_is_installed_twice_and_taken_away() {
    let host = Host::with_vigie().await;
    let state = async || -> String {
        sqlx::query_scalar(
            "select concat_ws(' ',
                (select string_agg(concat_ws(' ', relname, relacl::text), ',' order by relname) from pg_class
                 where relnamespace in ('public'::regnamespace, 'vigie'::regnamespace)),
                (select string_agg(concat_ws(' ', proname, proacl::text), ',' order by proname) from pg_proc
                 where pronamespace in ('public'::regnamespace, 'vigie'::regnamespace)),
                (select string_agg(tgname, ',' order by tgname) from pg_trigger where not tgisinternal))",
        )
        .fetch_one(&host.owner)
        .await
        .expect("the catalog")
    };
    let installed = state().await;
    run(&host.owner, SYSTEM_ALERTS).await;
    assert_eq!(state().await, installed, "installed twice");
    assert!(installed.contains("system_alerts_update"));

    run(&host.owner, DROP_SYSTEM_ALERTS).await;
    assert!(!state().await.contains("system_alert"));
    run(&host.owner, DROP_SYSTEM_ALERTS).await;

    for others in [
        "create table public.system_alerts (id uuid)",
        "create view public.system_alerts as select 1 as id",
    ] {
        run(&host.owner, others).await;
        let refused = sqlx::raw_sql(SYSTEM_ALERTS).execute(&host.owner).await;
        let error = refused.expect_err("somebody else's").to_string();
        assert!(error.contains("is not Vigie's"), "{error}");
        run(&host.owner, DROP_SYSTEM_ALERTS).await;
        assert!(
            state().await.contains("system_alerts"),
            "somebody else's is left alone"
        );
        let kind = if others.contains("table") { "table" } else { "view" };
        run(&host.owner, &format!("drop {kind} public.system_alerts")).await;
    }
}
