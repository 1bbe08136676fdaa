//! What a function does before, or without, asking who calls it. Read from the words of its text: whether a
//! condition that names the caller is the right one, it does not know.

use std::collections::{BTreeMap, BTreeSet};

use super::body::{Named, Statement, statements};
use crate::{
    Catalog, Name,
    catalog::{Function, Relation},
};

mod dynamic;
#[cfg(test)]
mod tests;

pub(super) use self::dynamic::MadeUp;

/// What it does without asking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Conduct {
    /// Writes: the command, and to what.
    pub(super) writes: BTreeSet<(&'static str, Name)>,
    pub(super) reads: BTreeSet<Name>,
    /// Runs SQL that it makes up; the worst of it.
    pub(super) made_up: Option<MadeUp>,
    /// Asks who calls, somewhere.
    pub(super) asks: bool,
}

/// A function and its text, where that is known and understood.
type Read<'a> = (&'a Function, Option<Vec<Statement>>);

/// Everything that functions may name, by its last name.
pub(super) struct Library<'a> {
    relations: BTreeMap<&'a str, Vec<&'a Relation>>,
    functions: BTreeMap<&'a str, Vec<Read<'a>>>,
    /// Functions that ask who calls, themselves or through others.
    asking: BTreeSet<&'a Name>,
}

/// A condition that the statements after it depend on.
struct Branch {
    asks: bool,
    /// Whether what it holds ends the call.
    ends: bool,
    was_asked: bool,
}

impl<'a> Library<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let mut library = Self {
            relations: BTreeMap::new(),
            functions: BTreeMap::new(),
            asking: BTreeSet::new(),
        };
        for relation in &catalog.relations {
            library
                .relations
                .entry(&relation.name.name)
                .or_default()
                .push(relation);
        }
        for function in &catalog.functions {
            let read = function.body.as_deref().and_then(statements);
            library
                .functions
                .entry(&function.name.name)
                .or_default()
                .push((function, read));
        }
        loop {
            let asks = |read: &Option<Vec<Statement>>| {
                read.iter()
                    .flatten()
                    .any(|statement| !library.asked_at(statement, &BTreeSet::new()).is_empty())
            };
            let all = library.functions.values().flatten();
            let more: Vec<&Name> = all
                .filter(|(function, read)| !library.asking.contains(&function.name) && asks(read))
                .map(|(function, _)| &function.name)
                .collect();
            if more.is_empty() {
                return library;
            }
            library.asking.extend(more);
        }
    }

    /// What this function does without asking; `None` where its text is not known, or not understood.
    pub(super) fn conduct(&self, function: &Function) -> Option<Conduct> {
        self.at_depth(function, 0)
    }

    /// Whether this text asks who calls, itself or through a function.
    pub(super) fn asks(&self, text: &str) -> bool {
        let statements = statements(text).unwrap_or_default();
        statements
            .iter()
            .any(|statement| !self.asked_at(statement, &BTreeSet::new()).is_empty())
    }

    /// Whether this function may call that one, and asks nobody who calls.
    pub(super) fn passes_on(&self, function: &Function, to: &Function) -> bool {
        let statements = self.text(function).unwrap_or_default();
        let mut names = statements.iter().flat_map(Statement::names);
        !self.asking.contains(&function.name) && names.any(|named| named.is_call && named.may_be(&to.name))
    }

    /// Relations and functions that it names without their schema.
    pub(super) fn unqualified(&self, function: &Function) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        for statement in self.text(function).unwrap_or_default() {
            for (_, named) in touched(statement)
                .into_iter()
                .filter(|(_, named)| named.parts.len() == 1)
            {
                found.extend(self.relation(&named).map(|relation| relation.name.clone()));
            }
            let calls = statement
                .names()
                .into_iter()
                .filter(|named| named.is_call && named.parts.len() == 1);
            found.extend(calls.filter_map(|named| Some(self.called(&named)?.name.clone())));
        }
        found
    }

    fn text(&self, function: &Function) -> Option<&[Statement]> {
        let of_name = self.functions.get(function.name.name.as_str())?;
        of_name.iter().find(|(own, _)| *own == function)?.1.as_deref()
    }

    fn relation(&self, named: &Named<'_>) -> Option<&'a Relation> {
        let of_name = self.relations.get(named.last())?;
        of_name
            .iter()
            .copied()
            .find(|relation| named.may_be(&relation.name))
    }

    fn called(&self, named: &Named<'_>) -> Option<&'a Function> {
        let of_name = self.functions.get(named.last())?;
        of_name
            .iter()
            .map(|(function, _)| *function)
            .find(|function| named.may_be(&function.name))
    }

    fn at_depth(&self, function: &Function, depth: u8) -> Option<Conduct> {
        let mut conduct = Conduct::default();
        let mut known = BTreeSet::new();
        let mut branches: Vec<Branch> = Vec::new();
        let mut is_asked = false;
        for statement in self.text(function)? {
            let asked_at = self.asked_at(statement, &known);
            let asks = !asked_at.is_empty();
            conduct.asks |= asks;
            match statement.first() {
                "if" => {
                    branches.push(Branch {
                        asks,
                        ends: false,
                        was_asked: is_asked,
                    });
                    is_asked |= asks;
                }
                "elsif" | "elseif" => is_asked |= asks,
                "end" if statement.word(1) == "if" => {
                    if let Some(branch) = branches.pop() {
                        is_asked = branch.was_asked || (branch.asks && branch.ends);
                    }
                }
                _ => {}
            }
            if let Some(branch) = branches.last_mut().filter(|_| ends_the_call(statement)) {
                branch.ends = true;
            }
            if asks {
                known.extend(given(statement).into_iter().map(str::to_owned));
            }
            if !is_asked {
                self.judge(function, statement, &asked_at, &mut conduct, depth);
            }
            // A helper that refuses whoever may not, on a line of its own.
            let is_alone =
                touched(statement).is_empty() && ["perform", "select", "call"].contains(&statement.first());
            is_asked |= asks && is_alone;
        }
        Some(conduct)
    }

    /// What one statement adds that nothing before it has asked for.
    fn judge(
        &self,
        function: &Function,
        statement: &Statement,
        asked_at: &[usize],
        conduct: &mut Conduct,
        depth: u8,
    ) {
        let in_condition = asked_at.iter().any(|at| is_condition(statement, *at));
        let is_boolean = function.returns.as_deref() == Some("boolean");
        for (command, named) in touched(statement) {
            let Some(relation) = self.relation(&named) else {
                continue;
            };
            let is_held = in_condition || (!asked_at.is_empty() && (command == "INSERT" || is_boolean));
            match command {
                _ if is_held => {}
                "SELECT" => {
                    conduct.reads.insert(relation.name.clone());
                }
                command => {
                    conduct.writes.insert((command, relation.name.clone()));
                }
            }
        }
        if !in_condition {
            let all = self.text(function).unwrap_or_default();
            let made_up = dynamic::made_up(statement, all);
            // Who calls may be put into what it makes up; whether as a condition is not known.
            conduct.made_up = conduct.made_up.max(if asked_at.is_empty() {
                made_up
            } else {
                made_up.map(|_| MadeUp::Unknown)
            });
        }
        if depth < 3 && asked_at.is_empty() {
            let calls = statement.names().into_iter().filter(|named| named.is_call);
            for called in calls
                .filter_map(|named| self.called(&named))
                .filter(|called| *called != function)
            {
                let inner = self.at_depth(called, depth + 1).unwrap_or_default();
                conduct.writes.extend(inner.writes);
                conduct.reads.extend(inner.reads);
                // What it is told, this one tells it.
                let told_here = inner
                    .made_up
                    .map(|own| if own == MadeUp::Told { MadeUp::Unknown } else { own });
                conduct.made_up = conduct.made_up.max(told_here);
            }
        }
    }

    /// Where a statement asks who calls: itself, through a function, or by what it was told before.
    fn asked_at(&self, statement: &Statement, known: &BTreeSet<String>) -> Vec<usize> {
        let of_names = statement
            .names()
            .into_iter()
            .filter(|named| match named.parts.as_slice() {
                ["auth", "uid" | "jwt" | "role" | "email"] if named.is_call => true,
                ["session_user"] => true,
                [first, ..] if !named.is_call && known.contains(*first) => true,
                _ => {
                    named.is_call
                        && self
                            .called(named)
                            .is_some_and(|called| self.asking.contains(&called.name))
                }
            });
        let is_of_caller = |name: &str| name.starts_with("request.jwt") || name == "role";
        let of_settings = statement
            .settings()
            .into_iter()
            .filter(|(_, name)| is_of_caller(name));
        of_names
            .map(|named| named.at)
            .chain(of_settings.map(|(at, _)| at))
            .collect()
    }
}

/// What a statement reads and writes, by name.
fn touched(statement: &Statement) -> Vec<(&'static str, Named<'_>)> {
    let mut found = Vec::new();
    for at in 0..statement.len() {
        let before = if at == 0 { "" } else { statement.word(at - 1) };
        let (command, mut next) = match (before, statement.word(at)) {
            ("insert", "into") => ("INSERT", at + 1),
            ("merge", "into") | ("", "update") => ("UPDATE", at + 1),
            // `for update`, `on conflict … do update` and `for no key update` name nothing.
            (before, "update") if !["for", "do", "key", "on", "or", "before", "after"].contains(&before) => {
                ("UPDATE", at + 1)
            }
            ("delete", "from") => ("DELETE", at + 1),
            (_, "truncate") => ("TRUNCATE", at + 1),
            (before, "from" | "join") if before != "distinct" => ("SELECT", at + 1),
            _ => continue,
        };
        while ["only", "lateral", "table"].contains(&statement.word(next)) {
            next += 1;
        }
        // A call in FROM is a function; after INSERT INTO the bracket holds columns.
        let named = statement.named(next).map(|(named, _)| named);
        found.extend(
            named
                .filter(|named| command != "SELECT" || !named.is_call)
                .map(|named| (command, named)),
        );
    }
    found
}

/// Whether what stands there decides which rows are meant, or whether. A query in brackets is a value where it stands.
fn is_condition(statement: &Statement, at: usize) -> bool {
    let conditions = ["where", "on", "having", "when", "if"];
    let others = ["set", "values", "select", "returning", "from", "join", "using"];
    let mut closed = 0_u32;
    for before in (0..=at).rev() {
        let word = statement.word(before);
        if statement.is_mark(before, ")") {
            closed += 1;
        } else if statement.is_mark(before, "(") {
            closed = closed.saturating_sub(1);
        } else if closed == 0 && conditions.contains(&word) {
            return true;
        } else if closed == 0 && others.contains(&word) {
            let is_value = word == "select" && before > 0 && statement.is_mark(before - 1, "(");
            if !is_value {
                return false;
            }
        }
    }
    false
}

/// The variables that a statement gives a value to.
fn given(statement: &Statement) -> Vec<&str> {
    let is_given = (0..statement.len())
        .any(|at| statement.is_mark(at, ":=") || statement.word(at) == "default")
        || statement.is_mark(1, "=");
    let mut found = vec!["found"];
    if is_given {
        found.push(statement.first());
    }
    if let Some(into) = (0..statement.len()).find(|at| statement.word(*at) == "into") {
        let mut at = into + 1 + usize::from(statement.word(into + 1) == "strict");
        while let Some((named, next)) = statement.named(at).filter(|_| statement.first() != "insert") {
            found.extend(named.parts.first());
            if !statement.is_mark(next, ",") {
                break;
            }
            at = next + 1;
        }
    }
    found
}

fn ends_the_call(statement: &Statement) -> bool {
    let mild = ["notice", "warning", "info", "log", "debug"];
    match statement.first() {
        "return" => true,
        "raise" => !mild.contains(&statement.word(1)),
        _ => false,
    }
}
