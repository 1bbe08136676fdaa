use sqlx::PgConnection;

use super::{
    failure,
    look::{Look, read},
};
use crate::{Catalog, Error};

/// Everything that decides who may do what.
pub(super) async fn load(look: &mut Look) -> Result<Catalog, Error> {
    let connection: &mut PgConnection = look.connection();
    macro_rules! list {
        ($file:literal) => {
            read(
                &sqlx::query_file_scalar!($file)
                    .fetch_one(&mut *connection)
                    .await
                    .map_err(failure)?,
            )?
        };
    }
    Ok(Catalog {
        server: list!("../../sql/rls-audit/catalog_server.sql"),
        schemas: list!("../../sql/rls-audit/catalog_schemas.sql"),
        roles: list!("../../sql/rls-audit/catalog_roles.sql"),
        memberships: list!("../../sql/rls-audit/catalog_memberships.sql"),
        relations: list!("../../sql/rls-audit/catalog_relations.sql"),
        functions: list!("../../sql/rls-audit/catalog_functions.sql"),
        default_privileges: list!("../../sql/rls-audit/catalog_default_privileges.sql"),
        domains: list!("../../sql/rls-audit/catalog_domains.sql"),
        enums: list!("../../sql/rls-audit/catalog_enums.sql"),
        publications: list!("../../sql/rls-audit/catalog_publications.sql"),
    })
}
