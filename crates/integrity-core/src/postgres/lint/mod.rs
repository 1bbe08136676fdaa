//! What is wrong with checks that only shows beside the tables, views and functions they read.
//!
//! PostgreSQL judges the SQL and tells what it calls; the views it reads are taken apart by a parser, which finds the
//! columns that are clamped. What the parser cannot read is said, not passed over.

mod comparison;
mod range;
mod views;

use std::{collections::BTreeSet, time::Instant};

use chrono::DateTime;
use sqlx::{PgConnection, PgPool, postgres::PgDatabaseError, postgres::PgErrorPosition};

use self::views::{View, Views};
use super::{
    columns::Columns,
    compose, failure,
    installation::reads,
    look::Look,
    trouble::{Limit, Trouble},
};
use crate::{
    Check, Error, Failure, FailureKind, Problem,
    check::{Statement, Variant, calls},
};

/// What a database shows about checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lint {
    /// What keeps checks from running, or must not be.
    pub problems: Vec<Problem>,
    /// What is allowed and had better be otherwise.
    pub warnings: Vec<Problem>,
    /// What could not be looked at, and why.
    pub unseen: Vec<Problem>,
}

/// Judges checks beside a database that has the tables they read; nothing needs to stand in them. Everything happens
/// in a transaction that is rolled back.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer, or as [`failure`].
pub async fn lint(pool: &PgPool, checks: &[Check]) -> Result<Lint, Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    reads::begin(&mut transaction).await?;
    let views = sqlx::query_file_as!(View, "../../sql/integrity-core/lint_views.sql")
        .fetch_all(&mut *transaction)
        .await
        .map_err(failure)?;
    let mut judge = Judge {
        views: Views::new(views),
        lint: Lint::default(),
    };
    for check in checks {
        judge.check(&mut transaction, check).await?;
    }
    transaction.rollback().await.map_err(failure)?;
    Ok(judge.lint)
}

struct Judge {
    views: Views,
    lint: Lint,
}

impl Judge {
    async fn check(&mut self, connection: &mut PgConnection, check: &Check) -> Result<(), Error> {
        let variant = match active(connection, check).await? {
            Ok(variant) => variant,
            Err(failure) => {
                self.lint.problems.push(not_for_this_database(check, &failure));
                return Ok(());
            }
        };
        for other in check.variants().iter().filter(|other| other.file != variant.file) {
            self.lint.unseen.push(Problem {
                file: other.file.clone(),
                line: 1,
                what: "it is meant for databases with other columns, so only its text was looked at"
                    .to_owned(),
                remedy: "lint it with such a schema as well".to_owned(),
            });
        }
        if !self.prepared(connection, check, variant).await? {
            return Ok(());
        }
        self.functions(connection, check, variant).await?;
        for statement in statements(variant) {
            self.comparisons(check, variant, statement);
        }
        Ok(())
    }

    /// Lets PostgreSQL judge the SQL; whether it is what a check may be.
    async fn prepared(
        &mut self,
        connection: &mut PgConnection,
        check: &Check,
        variant: &Variant,
    ) -> Result<bool, Error> {
        let mut sound = true;
        for (n, statement) in statements(variant).enumerate() {
            let is_guard = n > 0;
            let mut look = look(connection, check);
            let prepared = look
                .behind_savepoint(async |look| {
                    look.arm().await?;
                    Ok(look.judge(statement).await)
                })
                .await;
            let prepared = match prepared {
                Ok(prepared) => prepared,
                Err(Trouble::Check(failure)) => {
                    self.unseen(variant, statement, &failure.message);
                    return Ok(false);
                }
                Err(Trouble::Lost(error)) => return Err(failure(error)),
            };
            match prepared {
                // What a guard returns is judged where it runs.
                Ok(_) if is_guard => {}
                Ok(statement_of_server) => {
                    if let Err(what) = Columns::of(&statement_of_server) {
                        sound = false;
                        let remedy = "return entity_id and, of the columns of a finding, what is known";
                        self.lint
                            .problems
                            .push(problem(variant, first_line(statement), what, remedy));
                    }
                }
                Err(error) => {
                    sound = false;
                    self.refused(variant, statement, error)?;
                }
            }
        }
        Ok(sound)
    }

    /// What PostgreSQL has against a statement.
    fn refused(&mut self, variant: &Variant, statement: &Statement, error: sqlx::Error) -> Result<(), Error> {
        let sqlx::Error::Database(database_error) = error else {
            return Err(failure(error));
        };
        let Some(said) = database_error.try_downcast_ref::<PgDatabaseError>() else {
            return Err(failure(sqlx::Error::Database(database_error)));
        };
        let code = said.code();
        if code == "42501" {
            self.unseen(variant, statement, said.message());
            return Ok(());
        }
        let line = match said.position() {
            Some(PgErrorPosition::Original(at)) => statement.line_of(at),
            _ => first_line(statement),
        };
        let remedy = match code {
            "42P01" | "3F000" => "correct the name; or is this the schema that the check is for?",
            "42703" => {
                "correct the name; where only some schemas have the column, say so in requires_columns"
            }
            "42883" => "correct the name and the types of the arguments, or cast them",
            "42601" => "correct the SQL; psql shows the place",
            _ => "correct the SQL; psql shows the same error",
        };
        let what = format!("PostgreSQL refuses it: {} (SQLSTATE {code})", said.message());
        self.lint.problems.push(problem(variant, line, what, remedy));
        Ok(())
    }

    /// Functions of user schemas that may do anything.
    async fn functions(
        &mut self,
        connection: &mut PgConnection,
        check: &Check,
        variant: &Variant,
    ) -> Result<(), Error> {
        let failure_to_ask = match reads::take_apart(connection, check).await? {
            Ok(apart) => {
                let mut called = apart.reads.functions.iter().filter(|f| f.direct);
                if called.any(|f| AGE_OF_TODAY.contains(&f.oid)) {
                    let line = line_of_call(variant, "age");
                    let what = "age() with one argument reads the clock";
                    let remedy = "write age(:as_of, …): every check of a run sees the same instant";
                    self.lint.problems.push(problem(variant, line, what, remedy));
                }
                let functions = apart.reads.functions.iter();
                for function in functions.filter(|f| f.volatile && !is_system(&f.schema)) {
                    let name = format!("{}.{}", function.schema, function.name);
                    self.volatile(variant, &name, function.direct);
                }
                return Ok(());
            }
            Err(failure) => failure.message,
        };
        // A login that may not create temporary objects, or a server that only reads: by their names then.
        let called: BTreeSet<String> = statements(variant)
            .flat_map(|statement| calls(&statement.text))
            .map(|call| call.full_name())
            .collect();
        let called: Vec<String> = called.into_iter().collect();
        let volatile = sqlx::query_file_scalar!("../../sql/integrity-core/lint_functions.sql", &called);
        for name in volatile.fetch_all(&mut *connection).await.map_err(failure)? {
            self.volatile(variant, &name, true);
        }
        let what =
            format!("PostgreSQL could not be asked what its views and operators call: {failure_to_ask}");
        self.unseen(variant, &variant.statement, &what);
        Ok(())
    }

    fn volatile(&mut self, variant: &Variant, name: &str, direct: bool) {
        let what = if direct {
            format!("{name}() is volatile: it may change something, or answer differently each time")
        } else {
            format!("a view that it reads calls {name}(), which is volatile: it may change something")
        };
        let line = line_of_call(variant, name.rsplit('.').next().unwrap_or_default());
        let remedy = "do without it, or declare it STABLE if all it does is read";
        self.lint.problems.push(problem(variant, line, what, remedy));
    }

    /// Comparisons that a clamp keeps from ever being true.
    fn comparisons(&mut self, check: &Check, variant: &Variant, statement: &Statement) {
        let query = match views::parse(&compose::inlined(check, statement)) {
            Ok(query) => query,
            Err(why) => {
                let what =
                    format!("lint cannot take it apart ({why}), so clamped columns were not looked for");
                self.unseen(variant, statement, &what);
                return;
            }
        };
        for never in comparison::never_true(&query, &self.views) {
            let clamp = &never.clamp;
            let column = clamp
                .column
                .as_ref()
                .map(|(view, column)| format!("{view}.{column} is "))
                .unwrap_or_default();
            let what = format!(
                "{} can never be true: {column}{}",
                shortened(&never.text),
                shortened(&clamp.text)
            );
            let line = statement.line + never.line - 1;
            self.lint.warnings.push(problem(
                variant,
                line,
                what,
                format!("compare {}", shortened(&clamp.instead)),
            ));
        }
        let unread = self.views.unread.take();
        for (view, why) in unread {
            let what = format!(
                "lint cannot take the view {view} apart ({why}), so its clamped columns are not known"
            );
            self.unseen(variant, statement, &what);
        }
    }

    fn unseen(&mut self, variant: &Variant, statement: &Statement, what: &str) {
        let remedy = "look yourself, or lint with --schema, where everything may be asked";
        self.lint
            .unseen
            .push(problem(variant, first_line(statement), what, remedy));
    }
}

/// `age(timestamptz)` and `age(timestamp)`, which no name tells from that of a transaction id. PostgreSQL never changes
/// these numbers.
const AGE_OF_TODAY: [i64; 2] = [1386, 2059];

fn look<'a>(connection: &'a mut PgConnection, check: &'a Check) -> Look<'a> {
    Look {
        connection,
        check,
        as_of: DateTime::UNIX_EPOCH,
        limit: Limit::Timeout(check.timeout()),
        started: Instant::now(),
    }
}

/// The file of a check that is meant for this database.
async fn active<'c>(
    connection: &mut PgConnection,
    check: &'c Check,
) -> Result<Result<&'c Variant, Failure>, Error> {
    let found = look(connection, check)
        .behind_savepoint(async |look| {
            look.arm().await?;
            Ok(look.active_variant().await?.file.clone())
        })
        .await;
    match found {
        Ok(file) => {
            let variant = check.variants().iter().find(|variant| variant.file == file);
            Ok(Ok(variant.unwrap_or(&check.variants()[0])))
        }
        Err(Trouble::Check(failure)) => Ok(Err(failure)),
        Err(Trouble::Lost(error)) => Err(failure(error)),
    }
}

fn not_for_this_database(check: &Check, failure: &Failure) -> Problem {
    let remedy = match failure.kind {
        FailureKind::MissingObject => "lint with the schema that it is for, or correct what it requires",
        _ => "lint again; another session held it up",
    };
    Problem {
        file: check.files().next().unwrap_or_default().to_owned(),
        line: 1,
        what: format!("it does not fit this schema: {}", failure.message),
        remedy: remedy.to_owned(),
    }
}

fn statements(variant: &Variant) -> impl Iterator<Item = &Statement> {
    std::iter::once(&variant.statement).chain(&variant.guard)
}

/// The line where the SQL begins, not the one where the front matter ends.
fn first_line(statement: &Statement) -> usize {
    let code = statement.text.trim_start();
    let blank = &statement.text[..statement.text.len() - code.len()];
    statement.line + blank.matches('\n').count()
}

fn line_of_call(variant: &Variant, name: &str) -> usize {
    let place = statements(variant).find_map(|statement| {
        let call = calls(&statement.text)
            .into_iter()
            .find(|call| call.name == name)?;
        Some(statement.line + statement.text[..call.at].matches('\n').count())
    });
    place.unwrap_or_else(|| first_line(&variant.statement))
}

fn is_system(schema: &str) -> bool {
    matches!(schema, "pg_catalog" | "information_schema")
}

fn problem(variant: &Variant, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
    Problem {
        file: variant.file.clone(),
        line,
        what: what.into(),
        remedy: remedy.into(),
    }
}

/// SQL on one line, no longer than a person reads.
fn shortened(sql: &str) -> String {
    const MOST: usize = 160;
    let words: Vec<&str> = sql.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
