//! Loading, from good files and from bad ones.

mod configured;
mod files;
mod fixtures;
mod packs;

use super::*;

const MANIFEST: &str = "name = \"test\"\nformat = 1\nlanguage = \"fr\"\ntime_zone = \"Africa/Kinshasa\"\n";

const GOOD: &str = r#"/*+++
code     = "STOCK_NEGATIF"
format   = 1
severity = "CRITICAL"
entity   = "CITERNE"
title    = { fr = "Stock négatif", en = "Negative stock" }
message  = { fr = "{{ entity_label }} : {{ payload.stock }} L" }
runbook  = "test#stock_negatif"
every    = "15m"
timeout  = "250ms"
max_rows = 10
resolve_after = 3
clearing = "manual_when_critical"
guard    = "select count(*) > 0 from public.citernes where created_at < :as_of"
requires = ["public.citernes"]
volatile = ["age_h"]
[accept]
key = "stock"
worse = "down"
tolerance = "2.5%"
[params.tolerance_l]
type = "numeric"
default = 0.10
min = 0
[params.window]
type = "interval"
default = "90 days"
max = "1 year"
+++*/
select c.id as entity_id
from public.citernes as c
where c.stock < -:tolerance_l and c.at > :as_of - :window;
"#;

fn pack(files: &[(&str, &str)]) -> Pack {
    let files = files.iter().map(|(name, text)| (*name, text.as_bytes()));
    Pack::from_files(files.chain([("pack.toml", MANIFEST.as_bytes())])).unwrap()
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    pack(files)
        .bad
        .iter()
        .flat_map(|bad| &bad.problems)
        .map(ToString::to_string)
        .collect()
}

/// A good check without conditions, with this in its front matter and this SQL.
fn check_file(front: &str, sql: &str) -> String {
    format!(
        "/*+++\ncode = \"ABC\"\nformat = 1\nseverity = \"WARN\"\nentity = \"E\"\ntitle = {{ fr = \"t\" }}\n\
         message = {{ fr = \"m\" }}\n{front}\n+++*/\n{sql}"
    )
}
