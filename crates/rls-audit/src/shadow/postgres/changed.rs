//! Changing rows for real: all at once, without looking at any, and one by one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Came, PgShadow, answered, compose, compose::Place, counted, refused, unavailable};
use crate::{Access, Command, Doubt, Error, Persona, Trial, catalog::Relation};

impl PgShadow<'_> {
    /// Which changes of which rows go through.
    pub(super) async fn changed(
        &mut self,
        persona: &Persona,
        relation: &Relation,
        trial: Option<&Trial>,
    ) -> Result<Access, Error> {
        let columns = self.may(persona, relation, Command::Update).await?;
        if columns.is_empty() {
            return Ok(Access::Denied);
        }
        let readable = self.may(persona, relation, Command::Select).await?;
        let mut patches: Vec<Value> = trial.map(|trial| trial.updated.clone()).unwrap_or_default();
        let free = free(relation, &columns, &patches);
        if patches.is_empty() && trial.is_none() {
            patches.push(serde_json::json!({}));
        }
        let Some(total) = self.begin(relation, trial).await? else {
            return Ok(Access::Unknown(Doubt::Empty));
        };
        let count = self.places(relation, &readable).await?.len();
        let row = self.rows(relation, trial).await?.into_iter().next();
        let row = row.unwrap_or_else(|| "{}".to_owned());
        let (mut working, mut reached, mut most) = (0, BTreeSet::new(), 0);
        let (mut anything, mut trouble) = (false, None);
        for patch in &patches {
            let mut works = false;
            let one = Change {
                relation,
                trial,
                patch,
                row: &row,
                readable: &readable,
            };
            match self.at_once(persona, &one, &free).await? {
                Came::To(0) => {}
                Came::To(rows) => {
                    works = true;
                    most = most.max(rows);
                }
                Came::Violation => anything = true,
                Came::Failure(code) => trouble = Some(code),
            }
            for row in 0..count {
                match self.one_row(persona, &one, free.first(), row).await? {
                    Came::To(0) | Came::Failure(_) => {}
                    Came::To(_) => {
                        works = true;
                        reached.insert(row);
                    }
                    Came::Violation => anything = true,
                }
            }
            anything |= works;
            working += u32::from(works);
        }
        if let Some(code) = trouble {
            return Ok(refused(relation, code));
        }
        if !anything {
            return Ok(Access::None);
        }
        // At once it reaches at least those that it reaches one by one.
        let is_whole = most == total || (count > 0 && reached.len() == count);
        let tried = u32::try_from(patches.len()).unwrap_or(u32::MAX);
        Ok(counted(
            working,
            tried,
            if is_whole { Access::All } else { Access::Some },
        ))
    }

    /// All rows, without looking at any.
    async fn at_once(&mut self, persona: &Persona, one: &Change<'_>, free: &[String]) -> Result<Came, Error> {
        let is_free = one.patch.as_object().is_none_or(serde_json::Map::is_empty);
        let column = free.first().filter(|_| is_free);
        if is_free && column.is_none() {
            return Ok(Came::Failure("42601".to_owned()));
        }
        self.begin(one.relation, one.trial).await?;
        let statement = || compose::change(one.relation, one.patch, (column, one.row), None);
        let came = self.came(persona, statement(), false).await?;
        if !is_bound(&came) {
            return Ok(came);
        }
        // A constraint of one row came before the policies of the next.
        self.begin(one.relation, one.trial).await?;
        self.unbind().await?;
        self.came(persona, statement(), false).await
    }

    /// The row of that number alone.
    async fn one_row(
        &mut self,
        persona: &Persona,
        one: &Change<'_>,
        free: Option<&String>,
        row: usize,
    ) -> Result<Came, Error> {
        let mut came = Came::To(0);
        for bound in [true, false] {
            self.begin(one.relation, one.trial).await?;
            let places = self.places(one.relation, one.readable).await?;
            if !bound {
                self.unbind().await?;
            }
            let statement = compose::change(one.relation, one.patch, (free, one.row), places.get(row));
            came = self.came(persona, statement, false).await?;
            if !is_bound(&came) {
                break;
            }
        }
        Ok(came)
    }

    /// Where the rows are. A place says something to whoever may read the whole table; to others, and through a view, what
    /// they may read of the row.
    async fn places(&mut self, relation: &Relation, readable: &[String]) -> Result<Vec<Place>, Error> {
        let given = relation
            .columns
            .iter()
            .filter(|column| column.generated.is_none());
        let is_whole = given.count() == readable.len() && relation.view.is_none();
        let query = if is_whole {
            compose::places(relation)
        } else if readable.is_empty() {
            return Ok(Vec::new());
        } else {
            compose::told_by(relation, readable)
        };
        let found = sqlx::query_scalar(query).fetch_all(&mut *self.connection).await;
        let places: Vec<String> = answered(found)?.unwrap_or_default();
        let place = |text: String| {
            if is_whole {
                Place::At(text)
            } else {
                Place::Same(readable.to_vec(), text)
            }
        };
        Ok(places.into_iter().map(place).collect())
    }

    /// No constraint holds any row of what is written to, until the next beginning.
    async fn unbind(&mut self) -> Result<(), Error> {
        for name in self.below.clone() {
            let script = sqlx::raw_sql(compose::unbind(&name));
            sqlx::Executor::execute(&mut *self.connection, script)
                .await
                .map_err(unavailable)?;
        }
        Ok(())
    }
}

/// A change that is tried.
struct Change<'a> {
    relation: &'a Relation,
    trial: Option<&'a Trial>,
    patch: &'a Value,
    /// A row that there is.
    row: &'a str,
    /// The columns that rows can be told apart by.
    readable: &'a [String],
}

/// Whether a constraint was in the way.
fn is_bound(came: &Came) -> bool {
    matches!(came, Came::Failure(code) if code.starts_with("23"))
}

/// The columns that may be given and that no change gives, those first that take NULL.
fn free(relation: &Relation, columns: &[String], patches: &[Value]) -> Vec<String> {
    let takes_null = |name: &String| {
        relation
            .columns
            .iter()
            .any(|column| column.name == *name && !column.not_null)
    };
    let unpatched = |name: &&String| patches.iter().all(|patch| patch.get(name.as_str()).is_none());
    let mut free: Vec<String> = columns.iter().filter(unpatched).cloned().collect();
    free.sort_by_key(|name| !takes_null(name));
    free
}
