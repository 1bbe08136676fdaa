//! Names that mean another column than their author thought: RLS-214.

use super::{
    open::capital,
    shown::{Own, policies},
};
use crate::{
    Command,
    rules::{Comparison, Expression, Facts, Finding, Level, Rule, Side, Verdict},
};

pub(super) const RLS_214: Rule = Rule {
    id: "RLS-214",
    title: "captured name",
    why: "In a subquery a bare name is the inner table's where that has such a column. The condition then \
          compares the inner row with itself, and says nothing about the row that is asked for.",
    look,
};

fn look(facts: &Facts<'_>) -> Vec<Finding> {
    policies(facts).filter_map(|own| finding(&own)).collect()
}

fn finding(own: &Own<'_>) -> Option<Finding> {
    let expressions = own.expressions();
    let captured = expressions.iter().flat_map(|expression| {
        expression
            .comparisons
            .iter()
            .filter(|comparison| is_captured(own, expression, comparison))
    });
    let captured: Vec<&Comparison> = captured.collect();
    let first = captured.first()?;
    let cells = own.low_trust_cells(&Command::ALL);
    let verdict = cells.verdict_by_row();
    // That a row is compared with itself is a fact; where nobody may ask, it can wait.
    let level = if verdict == Verdict::Refuted {
        Level::Warn
    } else {
        Level::Error
    };
    let texts = captured
        .iter()
        .map(|comparison| format!("compared with itself: {}", comparison.text));
    Some(Finding {
        rule: RLS_214.id,
        level,
        object: own.object(),
        message: format!(
            "{} compares two columns of the same inner row ({}), where one of {} was meant.",
            capital(&own.called()),
            first.text,
            own.relation.name
        ),
        evidence: own
            .evidence()
            .into_iter()
            .chain(texts)
            .chain(cells.open_lines())
            .collect(),
        verdict,
        fix: None,
    })
}

/// Two columns of the same inner table, in a query that nothing ties to the policy's own row, although one of them is
/// called as a column of its table is; or one column twice, which nobody means.
fn is_captured(own: &Own<'_>, expression: &Expression, comparison: &Comparison) -> bool {
    let (Side::Column(left), Side::Column(right)) = (&comparison.left, &comparison.right) else {
        return false;
    };
    let Some((query, _)) = left
        .of
        .as_ref()
        .filter(|_| left.of == right.of && comparison.is_equal)
    else {
        return false;
    };
    let is_known = |name: &str| own.column(name).is_some();
    left == right
        || (!expression.queries[*query].names_row && (is_known(&left.name) || is_known(&right.name)))
}
