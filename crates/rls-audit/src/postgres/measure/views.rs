//! Views: they read and write as their owner, unless they are told to do so as whoever asks.

use super::super::{compose, look::Look};
use super::{Me, answers::refused, privileges::Privileges};
use crate::{
    Access, Catalog, Command, Doubt, Error,
    catalog::{Relation, RelationKind},
    matrix::written_to,
};

impl Me<'_> {
    /// A view reads and writes as its owner, unless it is told to do so as whoever asks.
    pub(super) async fn through_view(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        mine: &Privileges,
    ) -> Result<[Access; 4], Error> {
        let mut accesses = [Access::Denied, Access::Denied, Access::Denied, Access::Denied];
        // Its caller may read it, and what it reads.
        let mut may_read = false;
        for (access, command) in accesses.iter_mut().zip(Command::ALL) {
            if !mine.has(command) || (command != Command::Select && !relation.writable.contains(&command)) {
                continue;
            }
            *access = if command == Command::Select {
                let read = self.read_view(look, relation).await?;
                may_read = !matches!(read, Access::Error(_));
                read
            } else if instead_of(relation, command) {
                Access::Unknown(Doubt::InsteadOf)
            } else {
                self.written_through(look, relation, (command, may_read)).await?
            };
        }
        Ok(accesses)
    }

    async fn read_view(&self, look: &mut Look, relation: &Relation) -> Result<Access, Error> {
        let seen: u32 = match look.tried(compose::seen(&relation.name)).await? {
            Ok(seen) => seen,
            Err(code) => return Ok(refused(code)),
        };
        let total = self.samples.get(&relation.name).map(|sample| sample.total);
        Ok(match (seen, total) {
            (0, None | Some(0)) if !self.has_rows_below(relation) => {
                if self.reads_whole(relation) && !has_conditions(relation) {
                    Access::All
                } else {
                    self.shown_of_made_up(look, relation).await?
                }
            }
            (0, _) => Access::None,
            (seen, Some(total)) if seen >= total && total <= compose::COUNTED => Access::All,
            (_, None) if self.reads_whole(relation) => Access::All,
            _ => Access::Some,
        })
    }

    /// Whether everything that the view reads is known to have rows.
    fn has_rows_below(&self, relation: &Relation) -> bool {
        let reads = relation.view.iter().flat_map(|view| &view.reads);
        reads
            .map(|reads| self.samples.get(&reads.relation))
            .all(|sample| sample.is_some_and(|sample| sample.total > 0))
    }

    /// Whether no policy stands between whoever asks and what the view reads.
    pub(super) fn reads_whole(&self, relation: &Relation) -> bool {
        let Some(view) = &relation.view else {
            return self
                .rights
                .privileges
                .get(&relation.name)
                .is_some_and(|mine| !mine.policies_apply);
        };
        view.reads.iter().all(|reads| {
            let Some(base) = self.catalog.relation(&reads.relation) else {
                return false;
            };
            if base.view.is_some() {
                return self.reads_whole(base);
            }
            if view.security_invoker && relation.kind == RelationKind::View {
                self.reads_whole(base)
            } else {
                passes_freely(self.catalog, base, &relation.owner)
            }
        })
    }

    /// Writes through a view, as the owner of the one above the table or as whoever asks.
    async fn written_through(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        (command, may_read): (Command, bool),
    ) -> Result<Access, Error> {
        let catalog = self.catalog;
        let Some((above, base)) = written(catalog, relation, command) else {
            return Ok(Access::Denied);
        };
        let as_caller = above.view.as_ref().is_some_and(|view| view.security_invoker);
        if !as_caller && passes_freely(catalog, base, &above.owner) {
            if !catalog.may(&above.owner, base, command) {
                // The view is open, and its owner may not write what it shows.
                return Ok(Access::Error("42501".to_owned()));
            }
            return self.shown(look, relation, (command, may_read)).await;
        }
        let below = if as_caller {
            Some(self.below(look, relation, base, (command, may_read)).await?)
        } else {
            let mut owner = self.persona.clone();
            owner.database_role.clone_from(&above.owner);
            match look.rights(&owner.database_role).await? {
                Some(rights) => {
                    let mut me = Me {
                        rights,
                        persona: &owner,
                        ties: self.ties.clone(),
                        trials: Vec::new(),
                        ..*self
                    };
                    let below = look
                        .acting(&owner, async |look| {
                            me.below(look, relation, base, (command, may_read)).await
                        })
                        .await?;
                    self.trials.extend(me.trials);
                    Some(below)
                }
                None => None,
            }
        };
        Ok(below.unwrap_or(Access::Unknown(Doubt::NotAMember)))
    }

    /// Where no policy holds back what is written, it is the rows that the view shows.
    async fn shown(
        &self,
        look: &mut Look,
        relation: &Relation,
        (command, may_read): (Command, bool),
    ) -> Result<Access, Error> {
        if command == Command::Insert || !has_conditions(relation) {
            Ok(Access::All)
        } else if may_read {
            self.read_view(look, relation).await
        } else {
            Ok(Access::Unknown(Doubt::Empty))
        }
    }

    /// What the relation below a view lets through of what the view shows; where the view may be read, of single rows.
    async fn below(
        &mut self,
        look: &mut Look,
        relation: &Relation,
        base: &Relation,
        (command, may_read): (Command, bool),
    ) -> Result<Access, Error> {
        let Some(mine) = self
            .rights
            .privileges
            .get(&base.name)
            .filter(|mine| mine.has(command))
        else {
            // The view is open, and what it writes to is not.
            return Ok(Access::Error("42501".to_owned()));
        };
        if !mine.policies_apply {
            return Ok(Access::All);
        }
        let shown: Vec<String> = relation
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let only_shown = |listed: &Option<Vec<String>>| {
            let listed = listed.as_ref().unwrap_or(&shown);
            Some(
                listed
                    .iter()
                    .filter(|name| shown.contains(name))
                    .cloned()
                    .collect(),
            )
        };
        let mine = Privileges {
            insert_columns: only_shown(&mine.insert_columns),
            update_columns: only_shown(&mine.update_columns),
            ..mine.clone()
        };
        let whole = base.columns.iter().all(|column| shown.contains(&column.name));
        let of = match (whole, has_conditions(relation)) {
            (true, _) => &relation.name,
            // It shows every row, if not all of it.
            (false, false) => &base.name,
            // Which rows the view shows cannot be told from those below.
            (false, true) => return Ok(Access::Unknown(Doubt::NoCandidate)),
        };
        let shown_rows = self.samples.get(of).filter(|sample| sample.total > 0).cloned();
        let answers = self.asked(look, base, &mine, shown_rows.as_ref()).await?;
        if let Some(trial) = self.trials.last_mut() {
            trial.relation = relation.name.clone();
        }
        Ok(answers.access(command, may_read && mine.select))
    }
}

/// Whether the view may hold back rows of what it reads.
pub(super) fn has_conditions(relation: &Relation) -> bool {
    let text = relation.view.as_ref().map(|view| view.definition.to_uppercase());
    text.is_none_or(|text| {
        ["WHERE", "HAVING", "LIMIT", "JOIN", "INTERSECT", "EXCEPT"]
            .iter()
            .any(|word| text.contains(word))
    })
}

fn instead_of(relation: &Relation, command: Command) -> bool {
    relation
        .triggers
        .iter()
        .any(|own| own.instead_of && own.enabled && own.commands.contains(&command))
}

/// Whether no policy of the relation holds this role back.
pub(super) fn passes_freely(catalog: &Catalog, relation: &Relation, role: &str) -> bool {
    let Some(role) = catalog.role(role) else {
        return false;
    };
    !relation.rls
        || role.is_superuser
        || role.bypasses_rls
        || (relation.owner == role.name && !relation.force_rls)
}

/// The table that writes through this view come to, through the views between, and the view right above it: that one says
/// as whom. Writes go to the one relation of FROM; that a view may read others in its WHERE makes it no less the first.
fn written<'c>(
    catalog: &'c Catalog,
    relation: &'c Relation,
    command: Command,
) -> Option<(&'c Relation, &'c Relation)> {
    let base = catalog.relation(&written_to(&relation.view.as_ref()?.definition)?)?;
    if !base.writable.contains(&command) {
        return None;
    }
    if base.view.is_some() {
        written(catalog, base, command)
    } else {
        Some((relation, base))
    }
}
