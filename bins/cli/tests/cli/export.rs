//! Alerts as they leave, whole.

use crate::harness::{World, check};

/// Whatever a cell may hold: what a spreadsheet calculates, separators, quotes, lines.
const SQL: &str = "select id as entity_id, label as entity_label, severity, jsonb_build_object('litres', litres) as payload, \
                   scope from public.bacs";

fn world() -> World {
    let world = World::migrated();
    world.sql(
        "create table public.bacs (id text, label text, litres numeric, severity text, scope text);
         insert into public.bacs values
             ('1', '=cmd|'' /C calc''!A0', -12.50, 'CRITICAL', '@north'),
             ('-2', E'Citerne « é », \"b\"\r\nligne', -3, 'WARN', null),
             ('3', null, -1, 'INFO', '+33')",
    );
    world.pack(&[("bac_negatif.sql", &check("BAC_NEGATIF", "WARN", "", SQL))]);
    world.vigie(&["sync", "--pack", "./checks"]).exits(0);
    world
}

/// The cells of a table as RFC 4180 has them, which no other part of Vigie reads.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut is_quoted, mut rest) = (false, text.chars().peekable());
    while let Some(c) = rest.next() {
        let row = rows.last_mut().expect("a row");
        let cell = row.last_mut().expect("a cell");
        match c {
            '"' if is_quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\r' if !is_quoted => {
                assert_eq!(rest.next(), Some('\n'), "a line ends with both");
                rows.push(vec![String::new()]);
            }
            c => cell.push(c),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line ends too");
    rows
}

#[test]
fn a_table_holds_every_alert_and_no_formula() {
    let world = world();
    let answer = world.vigie(&["alerts", "export"]).exits(0);
    let rows = cells(&answer.stdout);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:#?}");
    let column = |name: &str| {
        let place = rows[0].iter().position(|known| known == name).expect("a column");
        rows[1..]
            .iter()
            .map(|row| row[place].as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(column("severity"), ["CRITICAL", "WARN", "INFO"]);
    assert_eq!(column("entity_id"), ["1", "'-2", "3"]);
    assert_eq!(
        column("entity_label"),
        ["'=cmd|' /C calc'!A0", "Citerne « é », \"b\"\r\nligne", ""]
    );
    assert_eq!(column("scope"), ["'@north", "", "'+33"]);
    assert_eq!(column("payload")[0], "{\"litres\": -12.50}");
    assert_eq!(column("status"), ["OPEN"; 3]);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
    }
    let some = world
        .vigie(&[
            "alerts",
            "export",
            "--severity",
            "WARN",
            "--format",
            "csv",
            "--json",
        ])
        .exits(0);
    assert_eq!(cells(&some.stdout).len(), 2, "{some:#?}");
    let none = world
        .vigie(&["alerts", "export", "--status", "RESOLVED"])
        .exits(0);
    assert_eq!(cells(&none.stdout), rows[..1], "its columns all the same");
}

#[test]
fn json_holds_what_the_list_holds() {
    let world = world();
    let list = world.vigie(&["alerts", "list", "--json"]).exits(0).json();
    for args in [&["--format", "json"][..], &["--json"]] {
        let exported = world
            .vigie(&[&["alerts", "export"], args].concat())
            .exits(0)
            .json();
        assert_eq!(exported["alerts"], list["alerts"], "{args:?}");
        assert_eq!(exported["cut"], false);
    }
    let none = world
        .vigie(&["alerts", "export", "--json", "--text", "nowhere"])
        .exits(0)
        .json();
    assert_eq!(none["alerts"], serde_json::json!([]));
    let people = world.vigie(&["alerts", "export", "--as", "etranger"]).exits(1);
    assert_eq!(people.stdout, "", "a stranger is told so, before the first word");
}

/// More than one export gives: what is missing is said, in the table and by the exit code.
#[test]
fn what_is_cut_says_so() {
    let world = world();
    world.sql(
        "insert into vigie.alerts
         select copy.*
         from generate_series(1, 100000) n
         inner join vigie.alerts a on a.entity_id = '1'
         cross join lateral jsonb_populate_record(
             a, jsonb_build_object('id', gen_random_uuid(), 'entity_id', 'n' || n)) copy",
    );
    let answer = world
        .vigie(&["alerts", "export"])
        .exits(3)
        .says("narrow the filter");
    let rows = cells(&answer.stdout);
    assert_eq!(rows.len(), 100_002, "names, alerts, and the last line");
    assert!(rows[100_001][0].starts_with("cut here"), "{:?}", rows[100_001]);
    let ids: std::collections::HashSet<_> = rows[1..=100_000].iter().map(|row| &row[0]).collect();
    assert_eq!(ids.len(), 100_000, "each once");
}
