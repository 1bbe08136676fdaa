//! RLS-301: what comes out of views that read as their owner, beside what their readers read from the tables.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    RLS_301,
    condition::{is_of_policies, is_one_answer},
    of_owners, showing_users,
};
use crate::{
    Access, Catalog, Cell, Command, Doubt, Name,
    catalog::{Function, Relation, RelationKind, ViewOptions},
    quoted,
    rules::{
        Facts, Finding, Level, Object, Verdict,
        conduct::Library,
        expression::asks_caller,
        lineage::{Lineage, Source},
        reach::{Reach, verdict},
    },
};

/// A view that reads as its owner, and what it reads.
struct Door<'a> {
    relation: &'a Relation,
    cells: Vec<&'a Cell>,
    /// What has rows itself, with whoever reads it.
    tables: BTreeMap<&'a Name, &'a str>,
    /// The columns that come out; `None` where its text is not understood.
    columns: Option<BTreeSet<Source>>,
    /// Nothing in it names the caller, and no policy holds whoever reads: it is the same for everybody.
    is_same_for_all: bool,
}

pub(super) fn look(facts: &Facts<'_>) -> Vec<Finding> {
    let (reach, library) = (Reach::new(facts), Library::new(facts.catalog));
    let mut lineage = Lineage::new(facts.catalog);
    let told = showing_users(facts);
    let mut found = Vec::new();
    for (relation, view) in of_owners(facts) {
        let gifts = reach.on(relation, &["SELECT"]);
        let columns = lineage.comes_out(relation);
        let tables = ground(facts.catalog, relation, view);
        let passes = |(name, reader): (&&Name, &&str)| {
            let base = facts.catalog.relation(name);
            base.is_some_and(|base| facts.passes(reader, base))
        };
        let texts = texts(facts.catalog, view);
        let door = Door {
            relation,
            cells: reach.cells(&relation.name, &[Command::Select]),
            is_same_for_all: tables.iter().all(passes)
                && !texts.iter().any(|text| names_caller(facts.catalog, text)),
            tables,
            columns: columns.map(|own| own.into_iter().flatten().collect()),
        };
        // Of a view that shows auth.users RLS-303 speaks, and is the worse.
        let is_told = |own: &Finding| own.verdict == Verdict::Proved && own.object == Object::of(relation);
        if gifts.is_empty() || door.tables.is_empty() || told.iter().any(is_told) {
            continue;
        }
        let names = texts.iter().any(|text| library.asks(text));
        // A number of what is the caller's own is one row for everybody, and proves nothing.
        let is_own_number = names && is_one_answer(relation);
        let proofs = if is_own_number {
            Vec::new()
        } else {
            door.proofs(&reach)
        };
        let asks = names && (is_own_number || door.is_shut(&reach));
        let (verdict, message) = if !proofs.is_empty() {
            (
                Verdict::Proved,
                "returns what its readers cannot read from the tables",
            )
        } else if door.is_open_question(&reach) {
            (
                Verdict::Unproved,
                "may return what its readers cannot read from the tables",
            )
        } else {
            (
                Verdict::Refuted,
                "returned nothing that its readers cannot read from the tables",
            )
        };
        let level = match verdict {
            _ if asks => Level::Info,
            Verdict::Proved => Level::Error,
            Verdict::Unproved => Level::Warn,
            Verdict::Refuted => Level::Info,
        };
        let asked = asks.then(|| "it asks who reads, and strangers read nothing through it".to_owned());
        found.push(Finding {
            rule: RLS_301.id,
            level,
            object: Object::of(relation),
            message: format!("The view {} reads as its owner, and {message}.", relation.name),
            evidence: std::iter::once(format!("owner {}", quoted(&relation.owner)))
                .chain(gifts.told())
                .chain(asked)
                .chain(proofs)
                .collect(),
            verdict,
            fix: read_as_caller(facts.catalog, relation),
        });
    }
    found
}

/// What has rows itself and is read by this view as its owner, directly or through others as theirs. What a view within
/// reads that asks as whoever reads, it reads as them here too.
fn ground<'a>(catalog: &'a Catalog, own: &'a Relation, view: &'a ViewOptions) -> BTreeMap<&'a Name, &'a str> {
    let mut tables = BTreeMap::new();
    for reads in &view.reads {
        match catalog.relation(&reads.relation) {
            Some(Relation {
                kind: RelationKind::View,
                view: Some(inner),
                ..
            }) if inner.security_invoker => {}
            Some(
                within @ Relation {
                    kind: RelationKind::View,
                    view: Some(inner),
                    ..
                },
            ) => tables.extend(ground(catalog, within, inner)),
            Some(table) => {
                tables.insert(&table.name, own.owner.as_str());
            }
            None => {}
        }
    }
    tables
}

/// The text of this view, and of those that it reads.
fn texts<'a>(catalog: &'a Catalog, view: &'a ViewOptions) -> Vec<&'a str> {
    let inner = view
        .reads
        .iter()
        .filter_map(|reads| catalog.relation(&reads.relation)?.view.as_ref());
    let mut found = vec![view.definition.as_str()];
    found.extend(inner.flat_map(|inner| texts(catalog, inner)));
    found
}

/// Whether the text asks for anything that depends on the session, itself or through a function of the database.
fn names_caller(catalog: &Catalog, text: &str) -> bool {
    let signs = [
        "auth.",
        "current_setting(",
        "current_user",
        "session_user",
        "current_role",
    ];
    let calls = |own: &Function| text.contains(&format!("{}(", quoted(&own.name.name)));
    signs.iter().any(|sign| text.to_lowercase().contains(sign))
        || catalog
            .functions
            .iter()
            .any(|own| calls(own) && asks_caller(catalog, own, 0))
}

impl Door<'_> {
    /// The tables that matter: those of which a column comes out. Of what is only counted, all.
    fn shown(&self) -> Vec<&Name> {
        let comes_out = |table: &&Name| {
            let mut columns = self.columns.iter().flatten();
            columns.any(|source| source.relation == **table)
        };
        let shown: Vec<&Name> = self.tables.keys().copied().filter(comes_out).collect();
        if shown.is_empty() {
            self.tables.keys().copied().collect()
        } else {
            shown
        }
    }

    /// Where somebody reads through the view what they do not read from the tables, one a line.
    fn proofs(&self, reach: &Reach<'_>) -> Vec<String> {
        let mut found = Vec::new();
        let shown = self.shown();
        for cell in self.cells.iter().filter(|cell| self.gives(&cell.access)) {
            let more: Vec<Vec<String>> = shown.iter().map(|table| self.more(reach, cell, table)).collect();
            // Which of them the rows come from is not known where the text is not understood.
            if self.columns.is_some() || more.iter().all(|lines| !lines.is_empty()) {
                found.extend(more.into_iter().flatten());
            }
        }
        found
    }

    /// Whether rows come through: now, or as soon as there are any, since the view asks nobody who they are.
    fn gives(&self, access: &Access) -> bool {
        let is_empty = matches!(access, Access::None | Access::Unknown(Doubt::Empty));
        access.is_open() || (self.is_same_for_all && is_empty)
    }

    /// What one of them reads of this table through the view only.
    fn more(&self, reach: &Reach<'_>, cell: &Cell, table: &Name) -> Vec<String> {
        let (persona, class) = (&cell.persona, cell.access.class());
        let Some(own) = reach.access(persona, table, Command::Select) else {
            return Vec::new();
        };
        let is_less = match own {
            Access::Denied | Access::None | Access::Rls | Access::Error(_) => true,
            Access::Some => self.is_whole() && cell.access == Access::All,
            _ => false,
        };
        if is_less {
            let class = if cell.access.is_open() {
                class
            } else {
                "whatever there will be"
            };
            let own = own.class();
            return vec![format!(
                "{persona} reads through the view: {class}; from {table}: {own}"
            )];
        }
        let Some(base) = reach.relation(table).filter(|_| own.is_open()) else {
            return Vec::new();
        };
        let columns = self.columns.iter().flatten();
        let of_base = columns.filter(|source| source.relation == *table && source.column != "*");
        let hidden = of_base.filter(|source| !reach.may_read(reach.role(persona), base, &source.column));
        hidden
            .map(|source| {
                let column = quoted(&source.column);
                format!("{persona} reads {column} of {table} through the view only")
            })
            .collect()
    }

    /// Whether the view gives every row of what it reads, or what is made of every row.
    fn is_whole(&self) -> bool {
        let view = self.relation.view.as_ref();
        let text = view
            .map(|view| view.definition.to_lowercase())
            .unwrap_or_default();
        let mut words = text.split(|char: char| !char.is_alphanumeric() && char != '_');
        self.tables.len() == 1
            && words
                .all(|word| !["where", "join", "having", "limit", "offset", "fetch", "with"].contains(&word))
    }

    /// Whether somebody reads through the view, where they read only some of a table and not by the same condition;
    /// or it was not found out.
    fn is_open_question(&self, reach: &Reach<'_>) -> bool {
        let reads_less = |cell: &&Cell| {
            self.shown().iter().any(|table| {
                reach.access(&cell.persona, table, Command::Select) != Some(&Access::All)
                    && !self.is_by_policy(reach, &cell.persona, table)
            })
        };
        let mut open = self.cells.iter().filter(|cell| cell.access.is_open());
        verdict(&self.cells) == Verdict::Unproved || open.any(reads_less)
    }

    fn is_by_policy(&self, reach: &Reach<'_>, persona: &str, table: &Name) -> bool {
        let Some(base) = reach.relation(table) else {
            return false;
        };
        let policies = base
            .policies
            .iter()
            .filter(|policy| reach.is_for(policy, persona));
        is_of_policies(self.relation, base, policies)
    }

    /// Whether nobody reads anything through it of whom nothing is known.
    fn is_shut(&self, reach: &Reach<'_>) -> bool {
        let of_nobody = self.cells.iter().filter(|cell| reach.is_nobody(&cell.persona));
        let of_nobody: Vec<&Cell> = of_nobody.copied().collect();
        verdict(&of_nobody) == Verdict::Refuted
    }
}

/// SQL that has it read as whoever asks. Not where policies read it, which would then ask themselves.
fn read_as_caller(catalog: &Catalog, relation: &Relation) -> Option<String> {
    let mut policies = catalog.relations.iter().flat_map(|relation| &relation.policies);
    let is_asked = policies.any(|policy| policy.reads.iter().any(|reads| reads.relation == relation.name));
    (catalog.server.version >= 150_000 && !is_asked)
        .then(|| format!("alter view {} set (security_invoker = true);", relation.name))
}
