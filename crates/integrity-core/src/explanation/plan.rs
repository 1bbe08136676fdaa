use serde::Serialize;
use serde_json::Value;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlanNode {
    /// What is done, such as `Seq Scan`.
    pub kind: String,
    /// What it is done to: `schema.relation`, or the name of a CTE or of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The relation as SQL writes it, whatever its name.
    #[serde(skip)]
    pub(super) in_sql: Option<String>,
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
        let parts: Vec<String> = text("Schema").into_iter().chain(text("Relation Name")).collect();
        let is_relation = json.get("Relation Name").is_some();
        let relation = is_relation.then(|| parts.join("."));
        let quoted: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
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
            in_sql: is_relation.then(|| quoted.join(".")),
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

    /// Visits this step, then all below it.
    pub(super) fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        for input in &self.inputs {
            input.walk(visit);
        }
    }
}

/// A name as SQL writes it, be it a keyword.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
