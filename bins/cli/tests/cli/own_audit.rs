//! Vigie audited by itself, installed beside Supabase's default grants, where everything new is given to everybody.

use serde_json::{Value, json};

use crate::neighbour::{DEFAULTS, Neighbour};

/// An application without a door of its own: whatever is open afterwards is Vigie's.
fn closed_host() -> String {
    let depot = concat!(
        include_str!("../../../../sql/packs/depot/schema.sql"),
        include_str!("../../../../sql/demo/data.sql"),
        include_str!("../../../../sql/demo/anomalies.sql"),
    );
    let close = "do $$ declare own regclass; begin
        for own in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
            execute format('alter table %s enable row level security', own);
        end loop;
        for own in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' loop
            execute format('alter view %s set (security_invoker = true)', own);
        end loop; end $$;";
    format!("{DEFAULTS}{depot}{close}")
}

#[test]
fn vigie_passes_its_own_audit() {
    let host = Neighbour::new(&closed_host());
    host.vigie(&["migrate"]).exits(0);
    host.vigie(&[
        "install",
        "--role-source",
        "members",
        "--compat",
        "--pack",
        "depot",
    ])
    .exits(0);
    host.sql(
        "insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca')",
    );
    host.vigie(&["sync", "--pack", "depot"]).exits(0);
    // Also where somebody has PostgREST serve Vigie's own schema.
    let config = "[audit]\nexposed_schemas = [\"public\", \"vigie\"]\napplication_logins = [\"vigie_sync\", \"vigie_api\"]\n";
    std::fs::write(host.directory.path().join("vigie.toml"), config).expect("a configuration");

    let answer = host.vigie(&["audit", "rls", "--json"]);
    let audit = answer.json();
    let worse: Vec<String> = audit["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["level"] != "info")
        .map(|finding| finding["fingerprint"].as_str().expect("a text").to_owned())
        .filter(|finding| !is_of_host(finding))
        .collect();
    // A note that a statement leaves for its own end, in a setting of the transaction: it decides no right.
    assert_eq!(
        worse,
        [
            "RLS-308 vigie.begin_system_alerts_update()",
            "RLS-308 vigie.end_system_alerts_update()",
            "RLS-308 vigie.update_system_alert()",
        ]
    );
    let rows = audit["access"].as_array().expect("a list").iter();
    let open: Vec<String> = rows
        .filter(|row| row["persona"] == "anon")
        .filter(|row| {
            row["access"]
                .as_object()
                .expect("commands")
                .values()
                .any(is_open_or_unknown)
        })
        .map(ToString::to_string)
        .collect();
    assert!(open.is_empty(), "{}", open.join("\n"));
    // What the trigger of that view does, only its own tests say (`screens.rs`).
    assert_eq!(audit["looked"]["unknown"], json!({ "instead of trigger": 4 }));
    let tried = audit["looked"]["personas"].to_string();
    for persona in ["anon", "authenticated", "role=admin", "role=pca"] {
        assert!(tried.contains(persona), "{persona} was not tried: {tried}");
    }
    answer.exits(0);
}

fn is_open_or_unknown(access: &Value) -> bool {
    !["denied", "none", "rls"].iter().any(|closed| access == closed)
}

/// What Supabase's default grants come to for whatever the application makes.
fn is_of_host(finding: &str) -> bool {
    finding.starts_with("RLS-107 public.")
        || finding == "RLS-108 schema public"
        || finding == "RLS-108 role postgres"
}

/// The same look finds what is opened: its silence proves something.
#[test]
fn a_door_opened_in_vigie_is_found() {
    let host = Neighbour::new(&closed_host());
    host.vigie(&["migrate"]).exits(0);
    host.sql(
        "grant usage on schema vigie to anon; grant select on vigie.alerts to anon;
         create policy everybody on vigie.alerts to anon using (true)",
    );
    let answer = host.vigie(&["audit", "rls", "--json"]).exits(1);
    let found = answer.json()["findings"].to_string();
    assert!(
        found.contains("RLS-202") && found.contains("everybody"),
        "{found}"
    );
}
