//! Functions that a check must not call.

use super::{calls::calls, clock::AS_OF, code::Code};
use crate::check::{scan::Kind, statement::Flaw};

/// Functions that are refused for one reason.
struct Refusal {
    names: &'static [&'static str],
    prefixes: &'static [&'static str],
    /// Whether they come with an extension, which may live in any schema.
    of_extension: bool,
    why: &'static str,
    remedy: &'static str,
}

const READS: &str = "take it out: a check only reads tables and views";

const REFUSED: [Refusal; 11] = [
    Refusal {
        names: &[
            "now",
            "clock_timestamp",
            "statement_timestamp",
            "transaction_timestamp",
            "timeofday",
        ],
        prefixes: &[],
        of_extension: false,
        why: "reads the clock",
        remedy: AS_OF,
    },
    Refusal {
        names: &["random", "random_normal", "setseed", "uuidv4", "uuidv7"],
        prefixes: &["gen_random_", "uuid_generate_v1", "uuid_generate_v4", "gen_salt"],
        of_extension: true,
        why: "gives another value at every call",
        remedy: "take it out: a check must find the same rows again; identify them by their own key",
    },
    Refusal {
        names: &[
            "set_config",
            "txid_current",
            "pg_current_xact_id",
            "pg_export_snapshot",
        ],
        prefixes: &[],
        of_extension: false,
        why: "changes the session that runs the checks",
        remedy: READS,
    },
    Refusal {
        names: &[],
        prefixes: &["pg_advisory_", "pg_try_advisory_"],
        of_extension: false,
        why: "takes a lock that others wait for",
        remedy: READS,
    },
    Refusal {
        names: &[],
        prefixes: &["dblink"],
        of_extension: true,
        why: "reaches beyond this database",
        remedy: READS,
    },
    Refusal {
        names: &["loread", "lowrite"],
        prefixes: &["lo_"],
        of_extension: false,
        why: "works on large objects",
        remedy: READS,
    },
    Refusal {
        names: &[
            "pg_terminate_backend",
            "pg_cancel_backend",
            "pg_reload_conf",
            "pg_rotate_logfile",
            "pg_promote",
            "pg_switch_wal",
            "pg_drop_replication_slot",
            "pg_replication_slot_advance",
            "pg_log_standby_snapshot",
            "pg_log_backend_memory_contexts",
            "pg_import_system_collations",
            "pg_wal_replay_pause",
            "pg_wal_replay_resume",
        ],
        prefixes: &[
            "pg_create_",
            "pg_copy_",
            "pg_backup_",
            "pg_stat_reset",
            "pg_replication_origin_",
            "pg_logical_slot_get_",
        ],
        of_extension: false,
        why: "acts on the server or on other sessions",
        remedy: READS,
    },
    Refusal {
        names: &["pg_stat_file"],
        prefixes: &["pg_read_", "pg_ls_", "pg_file_"],
        of_extension: false,
        why: "reads the server's files",
        remedy: READS,
    },
    Refusal {
        names: &[
            "pg_notify",
            "pg_logical_emit_message",
            "nextval",
            "setval",
            "currval",
            "lastval",
        ],
        prefixes: &["pg_sleep"],
        of_extension: false,
        why: "does something besides reading",
        remedy: READS,
    },
    Refusal {
        names: &["ts_stat", "ts_rewrite"],
        prefixes: &[
            "query_to_xml",
            "cursor_to_xml",
            "table_to_xml",
            "schema_to_xml",
            "database_to_xml",
        ],
        of_extension: false,
        why: "runs SQL that stands in a text, which nobody can judge beforehand",
        remedy: "write that SQL into the check itself",
    },
    Refusal {
        names: &["connectby", "xpath_table"],
        prefixes: &["crosstab"],
        of_extension: true,
        why: "runs SQL that stands in a text, which nobody can judge beforehand",
        remedy: "write that SQL into the check itself",
    },
];

/// How many stand in the brackets.
fn arguments(code: &Code<'_>, open: usize) -> usize {
    let level = code.level_within(open);
    let commas = level.map(|level| {
        let pieces = code.in_level(level);
        pieces
            .filter(|n| code.get(*n).is_some_and(|piece| piece.text == ","))
            .count()
    });
    commas.map_or(0, |commas| commas + 1)
}

pub(super) fn judge(code: &Code<'_>, flaws: &mut Vec<Flaw>) {
    for call in calls(code) {
        let is_builtin = matches!(call.schema, None | Some("pg_catalog"));
        let refusal = REFUSED.iter().find(|refusal| {
            (is_builtin || refusal.of_extension)
                && (refusal.names.contains(&call.name)
                    || refusal
                        .prefixes
                        .iter()
                        .any(|prefix| call.name.starts_with(prefix)))
                // With three arguments it rewrites by what stands in them.
                && (call.name != "ts_rewrite" || arguments(code, call.open) == 2)
        });
        if let Some(refusal) = refusal {
            flaws.push(Flaw {
                at: call.at,
                what: format!("{}() {}", call.name, refusal.why),
                remedy: refusal.remedy,
            });
        }
    }
    // Names behind escapes could not be told.
    for n in (0..code.len()).filter(|n| code.word(*n) == "u") {
        let next = |ahead| code.get(n + ahead);
        let adjacent =
            next(1).is_some_and(|p| p.text == "&") && next(2).is_some_and(|p| p.kind == Kind::Name);
        if let Some(piece) = code.get(n).filter(|_| adjacent) {
            flaws.push(Flaw {
                at: piece.at,
                what: "a name written with Unicode escapes".to_owned(),
                remedy: "write the name itself, in plain double quotes",
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::rules::tests::{refused, silent};

    #[test]
    fn each_kind_of_function_says_why() {
        for (call, why) in [
            ("gen_random_uuid()", "gives another value"),
            ("extensions.uuid_generate_v4()", "gives another value"),
            ("set_config('role', 'none', true)", "changes the session"),
            ("pg_advisory_xact_lock(1)", "takes a lock"),
            ("pg_try_advisory_lock_shared(1)", "takes a lock"),
            ("public.dblink_exec('x')", "reaches beyond"),
            ("lo_export(1, 'x')", "works on large objects"),
            ("pg_terminate_backend(1)", "acts on the server"),
            ("pg_cancel_backend(1)", "acts on the server"),
            ("ts_rewrite(q, 'select ' || a)", "runs SQL that stands in a text"),
            ("ts_rewrite(f(a, b), c)", "runs SQL that stands in a text"),
            ("pg_read_file('x')", "reads the server's files"),
            ("pg_ls_dir('.')", "reads the server's files"),
            ("pg_sleep_for('1 s')", "does something besides reading"),
            ("nextval('s')", "does something besides reading"),
            ("pg_notify('a', 'b')", "does something besides reading"),
            (
                "query_to_xml('select 1', true, true, '')",
                "runs SQL that stands in a text",
            ),
            (
                "extensions.crosstab('select 1')",
                "runs SQL that stands in a text",
            ),
        ] {
            refused(&format!("select {call}"), why);
            refused(&format!("select 1 from t, lateral {call} as x"), why);
        }
        silent("select ts_rewrite(q, a, f(b, c)), ts_rewrite.a from t");
    }
}
