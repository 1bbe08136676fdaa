use super::{of, reading};
use crate::{
    Access, Command, Name,
    catalog::{Column, Constraint, ConstraintKind, Enum, Function, Policy, Relation, Trigger},
    rules::{
        Level, Verdict,
        policies::{
            capture::RLS_214,
            domain::RLS_213,
            recursion::{RLS_218, RLS_220},
            trust::{RLS_215, RLS_216, RLS_217},
        },
        sample::{Sample, definer, policy, table, view},
    },
};

fn projects(using: &str) -> Sample {
    let projects = table("projects")
        .column("org_id", "uuid")
        .column("status", "text")
        .policed(reading("authenticated", using));
    let members = table("members")
        .column("project_id", "uuid")
        .column("user_id", "uuid")
        .column("role", "public.rank");
    let mut world = Sample::new()
        .with(projects)
        .with(members)
        .with(table("switches").column("on", "boolean"));
    world.catalog.enums.push(Enum {
        name: Name::new("public", "rank"),
        labels: vec!["admin".to_owned(), "member".to_owned()],
    });
    world.nth(0).constraints.push(Constraint {
        name: "status".to_owned(),
        kind: ConstraintKind::Check,
        definition: "CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))".to_owned(),
        columns: vec!["status".to_owned()],
        references: None,
    });
    world
}

#[test]
fn literals_that_a_column_never_is() {
    let found = projects("(status = 'Open'::text)").one(&RLS_213);
    assert!(
        found
            .message
            .ends_with("compares public.projects.status with 'Open', which it never is."),
        "{}",
        found.message
    );
    projects("(status = ANY (ARRAY['open'::text, 'done'::text]))").one(&RLS_213);
    projects("(status = 'open'::text)").silent(&RLS_213);
    projects("(status ~~ 'o%'::text)").silent(&RLS_213);
    let in_query = |rank: &str| {
        projects(&format!(
            "(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.role)::text = '{rank}'::text)))"
        ))
    };
    in_query("Admin").one(&RLS_213);
    in_query("admin").silent(&RLS_213);
    let answered = |rank: &str| {
        projects(&format!(
            "((( SELECT members.role FROM public.members WHERE (members.user_id = auth.uid())))::text = '{rank}'::text)"
        ))
    };
    answered("Admin").one(&RLS_213);
    answered("admin").silent(&RLS_213);
}

#[test]
fn a_check_that_says_more_than_a_list_lists_nothing() {
    let mut world = projects("(status = 'anything'::text)");
    world.nth(0).constraints[0].definition =
        "CHECK (((status = 'open'::text) OR (length(status) > 3)))".to_owned();
    world.silent(&RLS_213);
    world.nth(0).constraints[0].definition =
        "CHECK (((status IS NULL) OR (status = 'open'::text) OR (status = 'closed'::text)))".to_owned();
    world.one(&RLS_213);
}

#[test]
fn a_name_that_the_inner_table_takes() {
    let inner = |condition: &str| {
        let text = format!(
            "(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.user_id = auth.uid()) AND ({condition}))))"
        );
        projects(&text)
    };
    let found = inner("m.project_id = m.id")
        .reading("projects", Access::None, Access::All)
        .one(&RLS_214);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert!(found.message.contains("m.project_id = m.id"), "{}", found.message);
    inner("m.id = m.id").one(&RLS_214);
    inner("m.role = m.role").one(&RLS_214);
    inner("m.project_id = projects.id").silent(&RLS_214);
    inner("m.project_id = m.user_id").silent(&RLS_214);
    inner("(m.project_id = m.id) AND (m.user_id <> projects.org_id)").silent(&RLS_214);
    inner("(m.project_id = m.project_id) AND (m.user_id <> projects.org_id)").one(&RLS_214);
}

#[test]
fn what_is_looked_for_ties_a_query_to_the_row() {
    let among = |sought: &str| {
        let text = format!("({sought} IN ( SELECT m.id FROM public.members m WHERE (m.id = m.project_id)))");
        projects(&text)
    };
    among("org_id").silent(&RLS_214);
    among("auth.uid()").one(&RLS_214);
}

#[test]
fn a_switch_opens_for_everybody() {
    let gate = || projects("(EXISTS ( SELECT 1 FROM public.switches s WHERE s.\"on\"))");
    let found = gate()
        .reading("projects", Access::None, Access::All)
        .one(&RLS_215);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    gate()
        .reading("projects", Access::Denied, Access::Denied)
        .silent(&RLS_215);
    projects("(EXISTS ( SELECT 1 FROM public.members m WHERE (m.user_id = auth.uid())))").silent(&RLS_215);
    projects("(EXISTS ( SELECT 1 FROM public.members m WHERE (m.project_id = projects.id)))")
        .silent(&RLS_215);
    projects("true").silent(&RLS_215);
    let helper = |body: &str| projects("public.is_open()").calling(definer("is_open", body));
    helper("select true from public.switches").one(&RLS_215);
    helper("select auth.uid() is not null").silent(&RLS_215);
    projects("public.is_open()").silent(&RLS_215);
    let mut own_rows = projects("(EXISTS ( SELECT 1 FROM public.members m))");
    own_rows
        .nth(1)
        .policies
        .push(policy("own", "(user_id = auth.uid())"));
    own_rows.silent(&RLS_215);
}

#[test]
fn what_users_say_of_themselves() {
    let trusting = || projects("(((auth.jwt() -> 'user_metadata'::text) ->> 'role'::text) = 'admin'::text)");
    let metadata = trusting().one(&RLS_216);
    // A fact that needs no proof.
    assert_eq!(
        (metadata.level, metadata.verdict),
        (Level::Error, Verdict::Unproved)
    );
    let open = trusting().reading("projects", Access::None, Access::All);
    assert_eq!(open.one(&RLS_216).level, Level::Error);
    assert!(
        metadata.message.contains("trusts user_metadata"),
        "{}",
        metadata.message
    );
    let address = projects("((auth.jwt() ->> 'email'::text) ~~ '%@example.org'::text)").one(&RLS_216);
    assert_eq!(address.level, Level::Warn);
    projects("((auth.email())::text = 'a@example.org'::text)").one(&RLS_216);
    projects("(((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'::text)").silent(&RLS_216);
    projects("((contact ->> 'email'::text) = 'a'::text)").silent(&RLS_216);
    let helper = "select (auth.jwt() -> 'user_metadata' ->> 'role') = 'admin'";
    projects("public.is_admin()")
        .calling(definer("is_admin", helper))
        .one(&RLS_216);
    projects("public.is_boss()")
        .calling(definer("is_boss", "select public.is_admin()"))
        .calling(definer("is_admin", helper))
        .one(&RLS_216);
    let denied =
        projects("((auth.email())::text = 'a'::text)").reading("projects", Access::Denied, Access::Denied);
    denied.silent(&RLS_216);
}

#[test]
fn settings_of_old() {
    projects("(org_id = (current_setting('request.jwt.claim.sub'::text, true))::uuid)").one(&RLS_217);
    projects("((current_setting('request.jwt.claims'::text, true))::json ->> 'sub'::text) = 'a'::text")
        .silent(&RLS_217);
}

#[test]
fn policies_that_ask_each_other_without_end() {
    let recursion = || Access::Error("42P17".to_owned());
    let found = projects("true")
        .reading("projects", Access::Denied, recursion())
        .one(&RLS_218);
    assert_eq!(
        (found.level, found.object.to_string().as_str()),
        (Level::Error, "public.projects")
    );
    projects("true")
        .reading("projects", Access::Denied, Access::Error("22012".to_owned()))
        .silent(&RLS_218);
}

#[test]
fn what_only_leads_to_such_policies_is_not_wrong_itself() {
    let itself = "(EXISTS ( SELECT 1 FROM public.members m WHERE (m.id = auth.uid())))";
    let failing = || Access::Error("42P17".to_owned());
    let mut world = projects(itself).reading("projects", Access::Denied, failing());
    world.one(&RLS_218);
    world.nth(1).policies.push(policy("own", itself));
    world.silent(&RLS_218);
    let found = world.reading("members", Access::Denied, failing()).one(&RLS_218);
    assert_eq!(found.object.to_string(), "public.members");
}

#[test]
fn a_function_that_asks_the_policy_that_calls_it_goes_too_deep() {
    let through = |security_definer: bool| {
        let helper = Function {
            security_definer,
            ..definer(
                "is_in",
                "select exists (select 1 from public.projects p where p.id = auth.uid())",
            )
        };
        projects("public.is_in()").calling(helper).reading(
            "projects",
            Access::Denied,
            Access::Error("54001".to_owned()),
        )
    };
    through(false).one(&RLS_218);
    through(true).silent(&RLS_218);
}

#[test]
fn a_view_that_reads_as_whoever_asks_leads_back() {
    let through = |security_invoker: bool| {
        let mut world = projects("(EXISTS ( SELECT 1 FROM public.mine m WHERE (m.id = projects.id)))");
        let projects = world.nth(0).name.clone();
        let mut mine = view("mine", "SELECT id FROM public.projects", &[(&projects, &["id"])]);
        mine.view.as_mut().expect("a view").security_invoker = security_invoker;
        world
            .with(mine)
            .reading("projects", Access::Denied, Access::Error("54001".to_owned()))
    };
    through(true).one(&RLS_218);
    through(false).silent(&RLS_218);
}

#[test]
fn what_a_trigger_always_refuses() {
    let world = |body: &str, definition: &str| {
        let refuses = Function {
            returns: Some("trigger".to_owned()),
            ..definer("refuse", body)
        };
        let trigger = Trigger {
            name: "refuse".to_owned(),
            function: Name::new("public", "refuse"),
            commands: vec![Command::Update, Command::Delete],
            truncate: false,
            before: true,
            instead_of: false,
            for_each_row: true,
            enabled: true,
            definition: definition.to_owned(),
        };
        let log = Relation {
            triggers: vec![trigger],
            ..table("log").policed(of(Command::Delete, "authenticated", Some("true"), None))
        };
        Sample::new().with(log).calling(refuses)
    };
    let always = "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON public.log \
                  FOR EACH ROW EXECUTE FUNCTION public.refuse()";
    let found = world(
        "\nBEGIN -- never\n  RAISE EXCEPTION 'the log is kept';\nEND",
        always,
    )
    .one(&RLS_220);
    assert_eq!(found.level, Level::Info);
    world("begin raise notice 'x'; return old; end", always).silent(&RLS_220);
    world(
        "begin if true then raise exception 'x'; end if; return old; end",
        always,
    )
    .silent(&RLS_220);
    world(
        "begin raise exception 'x'; end",
        &always.replace("EXECUTE", "WHEN (old.id = 1) EXECUTE"),
    )
    .silent(&RLS_220);
    let mut reads = world("begin raise exception 'x'; end", always);
    reads.nth(0).policies[0] = Policy {
        command: None,
        ..reading("authenticated", "true")
    };
    reads.silent(&RLS_220);
}

#[test]
fn a_column_without_a_list_may_be_anything() {
    let mut world = projects("(status = 'Open'::text)");
    world.nth(0).constraints.clear();
    world.silent(&RLS_213);
    let of_type = |column: &Column| column.name == "status" && column.type_name == "text";
    assert!(world.nth(0).columns.iter().any(of_type));
}
