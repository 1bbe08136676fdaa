//! What stands around every page: who looks, in which language, and which release answers.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{Language, Role};

use super::{time::Now, words::Words};

/// What every page is given besides its own content.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Who is signed in; `None` on the pages before and after.
    pub(crate) viewer: Option<Viewer>,
    /// What every form hands back, to show that it came from here.
    pub(crate) csrf: String,
    pub(crate) language: Language,
    /// Where times are read.
    pub(crate) zone: Tz,
    pub(crate) release: Release,
    /// Path and query of this page, as the person asked for it.
    pub(crate) here: String,
    /// The last news that this page knows of, by name: what is told afterwards it does not show.
    pub(crate) news: String,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// What people call them.
    pub(crate) name: String,
    /// `None` for a stranger, who sees nothing.
    pub(crate) role: Option<Role>,
}

/// Which release answers.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// Whole: `vigie-api@0.1.0+4110b38a1b2c`.
    pub(crate) id: String,
    pub(crate) version: String,
    /// Twelve hexadecimal digits, or what stands in their place.
    pub(crate) commit: String,
    /// The word of `APP_ENV`.
    pub(crate) environment: String,
}

/// The integrity screen.
pub(crate) const INTEGRITY: &str = "/governance/integrity";
/// The checks screen.
pub(crate) const CHECKS: &str = "/governance/checks";

impl Frame {
    pub(crate) fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// The store's instant, as this page's reader reads it.
    pub(crate) fn now(&self, at: DateTime<Utc>) -> Now {
        Now {
            at,
            zone: self.zone,
            language: self.language,
        }
    }

    pub(crate) fn role(&self) -> Option<Role> {
        self.viewer.as_ref()?.role
    }

    /// Whether this person may act at all; what exactly, the state of an alert says.
    pub(crate) fn may_act(&self) -> bool {
        matches!(self.role(), Some(Role::Admin | Role::Directeur))
    }

    pub(crate) fn in_checks(&self) -> bool {
        self.here.starts_with(CHECKS)
    }

    pub(crate) fn in_production(&self) -> bool {
        self.release.environment == "production"
    }

    /// This page in the other language.
    pub(crate) fn in_language(&self, language: &str) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={language}", self.here)
    }

    pub(crate) fn is_french(&self) -> bool {
        self.language == Language::Fr
    }
}
