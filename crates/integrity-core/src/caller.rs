use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// On whose behalf something is done. Every act and every read names it; there is no default.
#[derive(Clone, PartialEq, Eq)]
pub enum Caller {
    /// A person, known by the claims of a verified token. The database decides what they may do.
    Claims {
        /// The database role to take on, such as `authenticated`.
        database_role: String,
        /// The claims, as PostgREST would set them; `sub` is the person.
        claims: Map<String, Value>,
    },
    /// The program itself, under its own database login.
    Service,
}

impl Caller {
    /// The database role that signed-in people take on.
    pub const SIGNED_IN: &str = "authenticated";

    /// A signed-in person with no other claim than who they are.
    #[must_use]
    pub fn person(user_id: &str) -> Self {
        let claims = Map::from_iter([
            ("sub".to_owned(), Value::from(user_id)),
            ("role".to_owned(), Value::from(Self::SIGNED_IN)),
        ]);
        Self::Claims {
            database_role: Self::SIGNED_IN.to_owned(),
            claims,
        }
    }

    /// The person's identifier, where there is a person.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Claims { claims, .. } => claims.get("sub").and_then(Value::as_str),
            Self::Service => None,
        }
    }
}

/// Claims hold personal data, so they stay out of logs.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims { database_role, .. } => f
                .debug_struct("Claims")
                .field("database_role", database_role)
                .finish_non_exhaustive(),
            Self::Service => f.write_str("Service"),
        }
    }
}

/// What a person is allowed to do in Vigie. Someone without a role sees nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts on everything, and accepts CRITICAL findings.
    Admin,
    /// Acts on everything but the acceptance of CRITICAL findings.
    Directeur,
    /// Reads.
    Pca,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Directeur, Self::Pca];

    /// The word used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Directeur => "directeur",
            Self::Pca => "pca",
        }
    }
}

/// Through which program something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// `vigie-api`.
    Api,
    /// `vigie`.
    Cli,
    /// `public.system_alerts`, or any other statement sent straight to the database.
    View,
    /// `vigie-sync`, or `vigie sync`.
    Sync,
}

impl Door {
    /// The word used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Cli => "cli",
            Self::View => "view",
            Self::Sync => "sync",
        }
    }
}
