use serde::Serialize;
use serde_json::Value;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlanNode {
    /// What is done, such as `Seq Scan`.
    pub kind: String,
    /// What it is done to, `schema.relation`, as SQL writes it, with its alias where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The index that is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The condition that rows are thrown away by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The condition by which rows are found or joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The planner's estimate of the cost, with all steps below.
    pub cost: f64,
    /// How many rows the planner expected, of each time it is done.
    pub estimated_rows: f64,
    /// How many rows there were, of all times it was done.
    pub rows: f64,
    /// How many rows the filter threw away, of all times it was done.
    pub removed: f64,
    /// Until its last row, in milliseconds, of all times it was done, with all steps below.
    pub ms: f64,
    /// What it takes its rows from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Self>,
}

impl PlanNode {
    /// Reads a node of `EXPLAIN`'s JSON, and those below it.
    pub(super) fn read(json: &Value) -> Option<Self> {
        let text = |key| json.get(key).and_then(Value::as_str).map(str::to_owned);
        let number = |key| json.get(key).and_then(Value::as_f64).unwrap_or_default();
        let loops = number("Actual Loops");
        let relation = text("Relation Name").map(|name| match text("Schema") {
            Some(schema) => format!("{}.{}", identifier(&schema), identifier(&name)),
            None => identifier(&name),
        });
        let condition = [
            "Index Cond",
            "Hash Cond",
            "Merge Cond",
            "Recheck Cond",
            "Join Filter",
        ]
        .into_iter()
        .find_map(text);
        let inputs = match json.get("Plans").and_then(Value::as_array) {
            Some(plans) => plans.iter().map(Self::read).collect::<Option<_>>()?,
            None => Vec::new(),
        };
        Some(Self {
            kind: text("Node Type")?,
            relation: relation
                .or_else(|| text("CTE Name"))
                .or_else(|| text("Function Name")),
            index: text("Index Name"),
            filter: text("Filter"),
            condition,
            cost: number("Total Cost"),
            estimated_rows: number("Plan Rows"),
            rows: number("Actual Rows") * loops,
            removed: number("Rows Removed by Filter") * loops,
            ms: number("Actual Total Time") * loops,
            inputs,
        })
    }

    /// This step and all below it, the last one first done.
    pub(super) fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        for input in &self.inputs {
            input.walk(visit);
        }
    }
}

/// A name as SQL writes it.
fn identifier(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_') && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
