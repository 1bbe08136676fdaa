//! What somebody may do, as the server says it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::{
    failure,
    look::{Look, read},
};
use crate::{Command, Error, Name};

/// What somebody may do with a relation.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "privileges, as PostgreSQL has them")]
pub(super) struct Privileges {
    pub(super) relation: Name,
    pub(super) is_open: bool,
    pub(super) select: bool,
    pub(super) insert: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
    pub(super) insert_columns: Option<Vec<String>>,
    pub(super) update_columns: Option<Vec<String>>,
    pub(super) policies_apply: bool,
}

impl Privileges {
    pub(super) fn has(&self, command: Command) -> bool {
        self.is_open
            && match command {
                Command::Select => self.select,
                Command::Insert => self.insert,
                Command::Update => self.update,
                Command::Delete => self.delete,
            }
    }
}

/// What a role may do, and as which roles policies know it.
#[derive(Debug)]
pub(in crate::postgres) struct Rights {
    pub(super) privileges: BTreeMap<Name, Privileges>,
    pub(super) roles: BTreeSet<String>,
}

/// Those of whoever asks.
pub(in crate::postgres) async fn rights(look: &mut Look) -> Result<Rights, Error> {
    Ok(Rights {
        privileges: privileges(look).await?,
        roles: roles(look).await?,
    })
}

pub(super) async fn privileges(look: &mut Look) -> Result<BTreeMap<Name, Privileges>, Error> {
    let text = sqlx::query_file_scalar!("../../sql/rls-audit/privileges.sql")
        .fetch_one(look.connection())
        .await
        .map_err(failure)?;
    let list: Vec<Privileges> = read(&text)?;
    Ok(list.into_iter().map(|own| (own.relation.clone(), own)).collect())
}

async fn roles(look: &mut Look) -> Result<BTreeSet<String>, Error> {
    let roles = sqlx::query_file_scalar!("../../sql/rls-audit/roles.sql")
        .fetch_one(look.connection())
        .await
        .map_err(failure)?;
    Ok(roles.into_iter().collect())
}
