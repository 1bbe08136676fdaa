//! How PostgreSQL runs a check.

use integrity_core::{Check, Explanation, PlanNode};

use wiring::plain::plain;

use super::words::{BOLD, DIM, styled};

/// The plan as a tree, what it cost, and indexes that may help.
pub(crate) fn told(check: &Check, explanation: &Explanation) -> String {
    let mut lines = vec![
        styled(
            BOLD,
            &format!(
                "{} ({}): {:.1} ms, planned in {:.1} ms, estimated cost {:.0}",
                check.code(),
                plain(&explanation.file),
                explanation.execution_ms,
                explanation.planning_ms,
                explanation.cost
            ),
        ),
        String::new(),
    ];
    tree(&explanation.plan, 0, &mut lines);
    lines.push(String::new());
    if explanation.advice.is_empty() {
        lines.push("No scan threw away so much that an index would pay.".to_owned());
        return lines.join("\n");
    }
    lines.push("May help; Vigie creates none. Try it on a copy, and explain again:".to_owned());
    for advice in &explanation.advice {
        lines.push(format!(
            "  {}  {}",
            plain(&advice.statement),
            styled(
                DIM,
                &format!(
                    "-- {:.0} rows instead of {:.0}",
                    advice.found_rows,
                    advice.found_rows + advice.spared_rows
                )
            )
        ));
    }
    lines.join("\n")
}

fn tree(node: &PlanNode, depth: usize, lines: &mut Vec<String>) {
    let on = |word: &str, name: &Option<String>| {
        name.as_deref()
            .map(|name| format!(" {word} {}", plain(name)))
            .unwrap_or_default()
    };
    let removed = if node.removed > 0.0 {
        format!(", {:.0} thrown away", node.removed)
    } else {
        String::new()
    };
    lines.push(format!(
        "{}{}{}{}  {:.1} ms, {:.0} rows{removed} (expected {:.0})",
        "  ".repeat(depth),
        plain(&node.kind),
        on("on", &node.relation),
        on("by", &node.index),
        node.ms,
        node.rows,
        node.estimated_rows
    ));
    for (what, condition) in [("where", &node.filter), ("by", &node.condition)] {
        if let Some(condition) = condition {
            let text = format!("{}    {what} {}", "  ".repeat(depth), plain(condition));
            lines.push(styled(DIM, &text));
        }
    }
    for input in &node.inputs {
        tree(input, depth + 1, lines);
    }
}
