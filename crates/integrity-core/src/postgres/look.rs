//! One look at the database through one check.

use std::{collections::BTreeSet, time::Instant};

use chrono::{DateTime, Utc};
use sqlx::{
    Arguments as _, Executor as _, PgConnection, Row as _,
    postgres::{PgArguments, PgRow, PgStatement, PgTypeInfo},
};

use super::{
    columns::Columns,
    compose,
    trouble::{Limit, Running, Trouble, failed},
};
use crate::{
    Check, Explanation, FailureKind, Finding, Outcome, Payload, Suspicion,
    check::{MIN_TIMEOUT, Statement, Variant},
};

/// What a check has found.
pub(super) struct Found {
    pub(super) outcome: Outcome,
    pub(super) findings: Vec<Finding>,
    pub(super) merged: usize,
    /// The file whose SQL ran, where one did.
    pub(super) file: Option<String>,
}

impl Found {
    pub(super) fn nothing(outcome: Outcome) -> Self {
        Self {
            outcome,
            findings: Vec::new(),
            merged: 0,
            file: None,
        }
    }
}

pub(super) struct Look<'a> {
    pub(super) connection: &'a mut PgConnection,
    pub(super) check: &'a Check,
    /// The instant of the snapshot, to the microsecond.
    pub(super) as_of: DateTime<Utc>,
    pub(super) limit: Limit,
    pub(super) started: Instant,
}

impl<'a> Look<'a> {
    /// Does the work, and takes back everything that the check may have set.
    pub(super) async fn behind_savepoint<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let enter = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/enter_check.sql"));
        self.connection.execute(enter).await.map_err(Trouble::Lost)?;
        let result = work(self).await;
        if !matches!(result, Err(Trouble::Lost(_))) {
            let leave = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/leave_check.sql"));
            self.connection.execute(leave).await.map_err(Trouble::Lost)?;
        }
        result
    }

    /// Finds what the check finds.
    pub(super) async fn find(&mut self) -> Result<Found, Trouble> {
        self.arm().await?;
        let check = self.check;
        let variant = self.active_variant().await?;
        let holds = match &variant.guard {
            Some(guard) => {
                let holds = self.guard(variant, guard).await?;
                self.arm().await?;
                holds
            }
            None => true,
        };
        let mut findings = Vec::new();
        let mut merged = 0;
        for row in self.rows(variant).await? {
            let (finding, more) = self.finding(&row, variant)?;
            findings.push(finding);
            merged += more;
        }
        let truncated = findings.len() > check.max_rows();
        findings.truncate(check.max_rows());
        let outcome = match (holds, truncated) {
            (false, _) => Outcome::Suspect(Suspicion::Guard),
            (true, true) => Outcome::Truncated,
            (true, false) => Outcome::Complete,
        };
        Ok(Found {
            outcome,
            findings,
            merged,
            file: Some(variant.file.clone()),
        })
    }

    /// Runs the check's SQL and tells how PostgreSQL did it.
    pub(super) async fn explain(&mut self) -> Result<Explanation, Trouble> {
        self.arm().await?;
        let variant = self.active_variant().await?;
        let statement = &variant.statement;
        // By itself first: what would only make sense behind another word is refused here.
        self.prepare(variant, statement).await?;
        let query = sqlx::query_scalar_with(compose::explained(statement), self.values(statement)?);
        let told: Result<serde_json::Value, _> = query.fetch_one(&mut *self.connection).await;
        let told = told.map_err(|error| self.trouble(error, &variant.file, None))?;
        Explanation::from_json(&variant.file, &told)
            .map_err(|error| failed(FailureKind::Contract, error.to_string()))
    }

    /// Sets what must hold while the check's own SQL runs, and gives it the time that is left.
    pub(super) async fn arm(&mut self) -> Result<(), Trouble> {
        let left = self.limit.duration().saturating_sub(self.started.elapsed());
        let milliseconds = left.max(MIN_TIMEOUT).as_millis().to_string();
        let arm = sqlx::query_file_scalar!("../../sql/integrity-core/arm_check.sql", milliseconds);
        let armed = arm.fetch_one(&mut *self.connection).await;
        armed
            .map(drop)
            .map_err(|error| self.trouble(error, self.check.code().as_str(), None))
    }

    /// The file of the check that is meant for a database such as this one, with everything it requires.
    pub(super) async fn active_variant(&mut self) -> Result<&'a Variant, Trouble> {
        let variants = self.check.variants();
        let present = self.present_columns().await?;
        let is_active = |variant: &&'a Variant| {
            variant
                .requires_columns
                .iter()
                .all(|column| present.contains(column))
                && !variant
                    .without_columns
                    .iter()
                    .any(|column| present.contains(column))
        };
        // At most one can be active: the loader sees to it.
        let Some(variant) = variants.iter().find(is_active) else {
            let whys: Vec<String> = variants.iter().map(|v| inactive_because(v, &present)).collect();
            return Err(failed(FailureKind::MissingObject, whys.join("; ")));
        };
        let missing = self.missing_relations(variant).await?;
        if missing.is_empty() {
            return Ok(variant);
        }
        let message = format!("{}: {} is not there", variant.file, missing.join(", "));
        Err(failed(FailureKind::MissingObject, message))
    }

    /// Which of the columns that decide between the check's files the database has.
    async fn present_columns(&mut self) -> Result<BTreeSet<String>, Trouble> {
        let conditions = |v: &'a Variant| v.requires_columns.iter().chain(&v.without_columns).cloned();
        let wanted: Vec<String> = self.check.variants().iter().flat_map(conditions).collect();
        if wanted.is_empty() {
            return Ok(BTreeSet::new());
        }
        let query = sqlx::query_file_scalar!("../../sql/integrity-core/present_columns.sql", &wanted);
        let present = query.fetch_all(&mut *self.connection).await;
        let present = present.map_err(|error| self.trouble(error, self.check.code().as_str(), None))?;
        Ok(present.into_iter().collect())
    }

    async fn missing_relations(&mut self, variant: &Variant) -> Result<Vec<String>, Trouble> {
        if variant.requires.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query_file_scalar!(
            "../../sql/integrity-core/missing_relations.sql",
            &variant.requires
        );
        let missing = query.fetch_all(&mut *self.connection).await;
        missing.map_err(|error| self.trouble(error, &variant.file, None))
    }

    /// Whether the check's source looks as if it could be trusted.
    async fn guard(&mut self, variant: &Variant, guard: &Statement) -> Result<bool, Trouble> {
        let within = |trouble| match trouble {
            Trouble::Check(failure) => failed(failure.kind, format!("guard: {}", failure.message)),
            lost @ Trouble::Lost(_) => lost,
        };
        // By itself first: `select false) or (select true` is sound only within brackets.
        self.prepare(variant, guard).await.map_err(within)?;
        let query = sqlx::query_with(compose::guard(guard), self.values(guard)?);
        let row = query.fetch_one(&mut *self.connection).await;
        let holds = row.and_then(|row| row.try_get::<Option<bool>, _>(0));
        match holds {
            Ok(holds) => Ok(holds.unwrap_or(false)),
            Err(sqlx::Error::ColumnDecode { .. }) => Err(failed(
                FailureKind::Contract,
                format!("{}: the guard returns no boolean", variant.file),
            )),
            Err(error) => Err(within(self.trouble(error, &variant.file, None))),
        }
    }

    /// Lets PostgreSQL judge a statement's own text, which also tells its columns.
    pub(super) async fn prepare(
        &mut self,
        variant: &Variant,
        statement: &Statement,
    ) -> Result<PgStatement, Trouble> {
        let prepared = self.judge(statement).await;
        prepared.map_err(|error| self.trouble(error, &variant.file, Some(statement)))
    }

    /// Lets PostgreSQL judge a statement's own text, and gives its own words.
    pub(super) async fn judge(&mut self, statement: &Statement) -> Result<PgStatement, sqlx::Error> {
        let types: Vec<_> = statement
            .names
            .iter()
            .map(|name| match self.check.value(name) {
                Some(_) => PgTypeInfo::with_name("text"),
                None => PgTypeInfo::with_name("timestamptz"),
            })
            .collect();
        self.connection
            .prepare_with(compose::own_text(statement), &types)
            .await
    }

    /// The values of a statement. The instant is bound as one: PostgreSQL would read a text again for every row.
    fn values(&self, statement: &Statement) -> Result<PgArguments, Trouble> {
        let mut values = PgArguments::default();
        for name in &statement.names {
            match self.check.value(name) {
                Some(value) => values.add(value),
                None => values.add(self.as_of),
            }
            .map_err(|error| Trouble::Lost(sqlx::Error::Encode(error)))?;
        }
        Ok(values)
    }

    /// The findings' rows, those that break the contract first, at most one more than the check may keep.
    async fn rows(&mut self, variant: &Variant) -> Result<Vec<PgRow>, Trouble> {
        let statement = &variant.statement;
        let prepared = self.prepare(variant, statement).await?;
        let columns = Columns::of(&prepared)
            .map_err(|what| failed(FailureKind::Contract, format!("{}: {what}", variant.file)))?;
        sqlx::query_with(compose::findings(statement, &columns), self.values(statement)?)
            .bind(self.check.entity())
            .bind(self.check.severity().as_str())
            .bind((self.check.max_rows() + 1).to_string())
            .fetch_all(&mut *self.connection)
            .await
            .map_err(|error| self.trouble(error, &variant.file, None))
    }

    /// A finding, and how many others were merged into it.
    fn finding(&self, row: &PgRow, variant: &Variant) -> Result<(Finding, usize), Trouble> {
        let broken = |what: &str| {
            failed(
                FailureKind::Contract,
                format!("{}: it returns {what}", variant.file),
            )
        };
        let cell = |error| self.trouble(error, &variant.file, None);
        if let Some(what) = row.try_get("broken").map_err(cell)? {
            return Err(broken(what));
        }
        let entity_id: String = row.try_get("entity_id").map_err(cell)?;
        let entity_label: Option<String> = row.try_get("entity_label").map_err(cell)?;
        let payload: &str = row.try_get("payload").map_err(cell)?;
        let payload = Payload::from_json(payload).map_err(|error| broken(&error.to_string()))?;
        let severity: &str = row.try_get("severity").map_err(cell)?;
        let message: Option<String> = row.try_get("message").map_err(cell)?;
        let message = message.unwrap_or_else(|| {
            self.check.render_message(
                self.check.language(),
                entity_label.as_deref(),
                &entity_id,
                &payload,
            )
        });
        let alike: i64 = row.try_get("alike").map_err(cell)?;
        let finding = Finding {
            entity_type: row.try_get("entity_type").map_err(cell)?,
            entity_id,
            entity_label,
            severity: severity.parse().map_err(|_| broken("an unknown severity"))?,
            message,
            payload,
            occurred_at: row.try_get("occurred_at").map_err(cell)?,
            scope: row.try_get("scope").map_err(cell)?,
        };
        Ok((finding, usize::try_from(alike - 1).unwrap_or_default()))
    }

    pub(super) fn trouble(&self, error: sqlx::Error, file: &str, statement: Option<&Statement>) -> Trouble {
        let spent = self.started.elapsed();
        Trouble::new(
            error,
            &Running {
                file,
                statement,
                limit: self.limit,
                spent,
            },
        )
    }
}

fn inactive_because(variant: &Variant, present: &BTreeSet<String>) -> String {
    let missing = variant
        .requires_columns
        .iter()
        .filter(|column| !present.contains(*column));
    let unwanted = variant
        .without_columns
        .iter()
        .filter(|column| present.contains(*column));
    let whys: Vec<String> = missing
        .map(|column| format!("the column {column} is not there"))
        .chain(unwanted.map(|column| format!("the column {column} is there")))
        .collect();
    format!("{}: {}", variant.file, whys.join(", "))
}
