//! Real commands, each in a transaction that is rolled back. For a copy: whoever can write here writes.

mod changed;
mod compose;

use sqlx::{Executor as _, PgConnection, Row as _, SqlStr};

use crate::{
    Access, Candidates, Catalog, Cell, Command, Doubt, Error, Inspection, Name, Persona, Trial,
    catalog::Relation,
};

/// Tries every cell on a copy, as a superuser of it.
#[derive(Debug)]
pub struct PgShadow<'c> {
    connection: &'c mut PgConnection,
    with_triggers: bool,
    /// The relation that is tried.
    about: String,
    /// That, and what it reads if it is a view.
    below: Vec<Name>,
    /// Where callers look for names.
    path: Vec<String>,
}

/// What became of a command.
enum Came {
    /// It reached so many rows.
    To(u64),
    /// Its outcome would violate a policy.
    Violation,
    /// It failed otherwise, with this SQLSTATE.
    Failure(String),
}

impl<'c> PgShadow<'c> {
    /// Over this connection; with the triggers of its tables, or without.
    pub fn new(connection: &'c mut PgConnection, with_triggers: bool) -> Self {
        Self {
            connection,
            with_triggers,
            about: String::new(),
            below: Vec::new(),
            path: Vec::new(),
        }
    }

    /// What really comes of everything that was measured.
    ///
    /// # Errors
    /// `Unavailable` when the copy does not answer.
    pub async fn cells(mut self, inspection: &Inspection) -> Result<Vec<Cell>, Error> {
        let mut cells = Vec::new();
        self.path = inspection
            .catalog
            .callers_path()
            .into_iter()
            .map(str::to_owned)
            .collect();
        for persona in &inspection.matrix.personas {
            for relation in inspection.catalog.own_relations() {
                let trial = inspection
                    .trials
                    .iter()
                    .find(|trial| trial.persona == persona.name && trial.relation == relation.name);
                self.below = below(&inspection.catalog, relation);
                for command in Command::ALL {
                    cells.push(Cell {
                        persona: persona.name.clone(),
                        relation: relation.name.clone(),
                        command,
                        access: self.access(persona, relation, trial, command).await?,
                    });
                }
            }
        }
        Ok(cells)
    }

    async fn access(
        &mut self,
        persona: &Persona,
        relation: &Relation,
        trial: Option<&Trial>,
        command: Command,
    ) -> Result<Access, Error> {
        self.about.clone_from(&relation.name.name);
        match command {
            Command::Select | Command::Delete => self.reached(persona, relation, trial, command).await,
            Command::Insert => self.added(persona, relation, trial).await,
            Command::Update => self.changed(persona, relation, trial).await,
        }
    }

    /// How many of the rows there are it reaches.
    async fn reached(
        &mut self,
        persona: &Persona,
        relation: &Relation,
        trial: Option<&Trial>,
        command: Command,
    ) -> Result<Access, Error> {
        let Some(total) = self.begin(relation, trial).await? else {
            return Ok(Access::Unknown(Doubt::Empty));
        };
        let statement = compose::whole(relation, command);
        let came = self.came(persona, statement, command == Command::Select).await?;
        Ok(match came {
            Came::To(0) => Access::None,
            Came::To(rows) if rows == total => Access::All,
            Came::To(_) => Access::Some,
            Came::Violation => Access::Rls,
            Came::Failure(code) => refused(relation, code),
        })
    }

    /// How many of the changed rows can be added.
    async fn added(
        &mut self,
        persona: &Persona,
        relation: &Relation,
        trial: Option<&Trial>,
    ) -> Result<Access, Error> {
        let empty = vec![serde_json::json!({})];
        let patches = trial.map_or(&empty, |trial| &trial.added);
        let mut passing = 0;
        let columns = self.may(persona, relation, Command::Insert).await?;
        let rows = self.rows(relation, trial).await?;
        if rows.is_empty() {
            return Ok(Access::Unknown(Doubt::Empty));
        }
        for patch in patches {
            let mut passes = false;
            for row in &rows {
                self.begin(relation, None).await?;
                let statement = compose::add(relation, &columns, row, patch);
                match self.came(persona, statement, false).await? {
                    Came::To(_) => passes = true,
                    // Policies are asked before constraints are.
                    Came::Failure(code) if code.starts_with("23") => passes = true,
                    Came::Violation => {}
                    Came::Failure(code) => return Ok(refused(relation, code)),
                }
                if passes {
                    break;
                }
            }
            passing += u32::from(passes);
        }
        let tried = u32::try_from(patches.len()).unwrap_or(u32::MAX);
        Ok(counted(passing, tried, Access::All))
    }

    /// Begins anew, with a row in the relation at least; how many there are. `None`: there is none, and none can be made.
    async fn begin(&mut self, relation: &Relation, trial: Option<&Trial>) -> Result<Option<u64>, Error> {
        self.run("rollback; begin").await?;
        self.connection
            .execute(sqlx::raw_sql(compose::search(&self.path)))
            .await
            .map_err(unavailable)?;
        self.run("set local request.jwt.claims = '{}'; set local session_replication_role = replica")
            .await?;
        let count = compose::count(relation);
        let counted = sqlx::query_scalar(count).fetch_one(&mut *self.connection).await;
        let Some(mut total): Option<i64> = answered(counted)? else {
            // A view that nobody can read: what comes of commands is for them to say.
            self.run("rollback; begin").await?;
            return Ok(Some(1));
        };
        if total == 0
            && relation.view.is_none()
            && let Some(trial) = trial
        {
            for row in &trial.made_up {
                let put = compose::put(relation, &row.to_string());
                if self.connection.execute(sqlx::query(put)).await.is_err() {
                    return Ok(None);
                }
                total += 1;
            }
        }
        if self.with_triggers {
            self.run("set local session_replication_role = origin").await?;
        }
        Ok(u64::try_from(total).ok().filter(|total| *total > 0))
    }

    async fn rows(&mut self, relation: &Relation, trial: Option<&Trial>) -> Result<Vec<String>, Error> {
        self.run("rollback; begin").await?;
        self.connection
            .execute(sqlx::raw_sql(compose::search(&self.path)))
            .await
            .map_err(unavailable)?;
        self.run("set local request.jwt.claims = '{}'").await?;
        let found = sqlx::query_scalar(compose::rows(relation))
            .fetch_all(&mut *self.connection)
            .await;
        let rows: Vec<String> = answered(found)?.unwrap_or_default();
        if !rows.is_empty() {
            return Ok(rows);
        }
        let made_up = trial.into_iter().flat_map(|trial| &trial.made_up);
        Ok(made_up.map(ToString::to_string).collect())
    }

    /// The columns that this persona may give, or read; through a view that asks as whoever asks, those that they may below.
    async fn may(
        &mut self,
        persona: &Persona,
        relation: &Relation,
        command: Command,
    ) -> Result<Vec<String>, Error> {
        self.run("rollback; begin").await?;
        let query = compose::columns(&relation.name, &persona.database_role, command);
        let mut columns: Vec<String> = self.list(query).await?;
        if let Some(view) = relation.view.as_ref().filter(|view| view.security_invoker)
            && let [below] = view.reads.as_slice()
        {
            let query = compose::columns(&below.relation, &persona.database_role, command);
            let below: Vec<String> = self.list(query).await?;
            // Where nothing may be given below, that is for the command itself to say.
            if columns.iter().any(|column| below.contains(column)) {
                columns.retain(|column| below.contains(column));
            }
        }
        Ok(columns)
    }

    async fn list(&mut self, query: SqlStr) -> Result<Vec<String>, Error> {
        sqlx::query_scalar(query)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(unavailable)
    }

    /// Does it as this persona.
    async fn came(&mut self, persona: &Persona, statement: SqlStr, counts: bool) -> Result<Came, Error> {
        let act = "select set_config('request.jwt.claims', $2, true), set_config('role', $1, true)";
        let acting = sqlx::query(act)
            .bind(persona.database_role.clone())
            .bind(persona.claims_text());
        self.connection.execute(acting).await.map_err(unavailable)?;
        // Never prepared: a statement that was understood for somebody else would be let through for everybody.
        let script = sqlx::raw_sql(statement);
        let done = if counts {
            let row = script.fetch_one(&mut *self.connection).await;
            let count = row.and_then(|row| row.try_get::<i64, _>(0));
            count.map(|count| u64::try_from(count).unwrap_or_default())
        } else {
            let done = script.execute(&mut *self.connection).await;
            done.map(|done| done.rows_affected())
        };
        Ok(match done {
            Ok(rows) => Came::To(rows),
            Err(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default().into_owned();
                let is_elsewhere = code == "42501" && !error.message().ends_with(&format!(" {}", self.about));
                if code == "42501" && error.message().contains("violates row-level security policy") {
                    Came::Violation
                } else if is_elsewhere && !error.message().contains(" schema ") {
                    Came::Failure("42501 elsewhere".to_owned())
                } else if code.starts_with("23") && error.message().contains("domain") {
                    Came::Failure("domain".to_owned())
                } else {
                    Came::Failure(code)
                }
            }
            Err(error) => return Err(unavailable(error)),
        })
    }

    async fn run(&mut self, script: &'static str) -> Result<(), Error> {
        self.connection
            .execute(sqlx::raw_sql(script))
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

fn counted(passing: u32, tried: u32, all: Access) -> Access {
    if passing == 0 {
        Access::Rls
    } else if passing == tried {
        all
    } else {
        Access::Conditional(Candidates { passing, tried })
    }
}

/// A privilege that lacks is no failure of the command; nor is a view that nobody can write to.
fn refused(relation: &Relation, code: String) -> Access {
    let is_unwritable = relation.view.is_some() && ["55000", "42809", "0A000"].contains(&code.as_str());
    match code.as_str() {
        "42501 elsewhere" => Access::Error("42501".to_owned()),
        "domain" => Access::Unknown(Doubt::NoCandidate),
        "42501" => Access::Denied,
        _ if is_unwritable => Access::Denied,
        _ => Access::Error(code),
    }
}

/// What the server answers; nothing where it refuses.
fn answered<T>(found: Result<T, sqlx::Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(sqlx::Error::Database(_)) => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable(error: sqlx::Error) -> Error {
    Error::Unavailable(Box::new(error))
}

/// A relation, and whatever a view reads, however far below.
fn below(catalog: &Catalog, relation: &Relation) -> Vec<Name> {
    let reads = relation.view.iter().flat_map(|view| &view.reads);
    let inner = reads.filter_map(|reads| catalog.relation(&reads.relation));
    let inner = inner.flat_map(|relation| below(catalog, relation));
    std::iter::once(relation.name.clone()).chain(inner).collect()
}
