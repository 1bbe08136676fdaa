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
    pub(crate) theme: Theme,
    /// Where times are read.
    pub(crate) zone: Tz,
    pub(crate) release: Release,
    /// Path and query of this page, as the person asked for it; where a form was sent, of the page that it belongs to.
    pub(crate) here: String,
    /// The last news that this page knows of, by name: what is told afterwards it does not show.
    pub(crate) news: String,
    /// Whether the page may be asked for again by itself: not where it answers a form.
    pub(crate) renews: bool,
    /// What the log calls this request.
    pub(crate) request: String,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the person's system has it.
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Auto => words.theme_auto,
            Self::Light => words.theme_light,
            Self::Dark => words.theme_dark,
        }
    }
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
/// The screen of who can really do what.
pub(crate) const ACCESS: &str = "/governance/rls";
/// The screen of what was refused, what probes and what leaks.
pub(crate) const JOURNAL: &str = "/governance/access";
/// The screen of what was released where.
pub(crate) const RELEASES: &str = "/governance/releases";

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

    pub(crate) fn in_access(&self) -> bool {
        self.here.starts_with(ACCESS)
    }

    pub(crate) fn in_journal(&self) -> bool {
        self.here.starts_with(JOURNAL)
    }

    pub(crate) fn in_releases(&self) -> bool {
        self.here.starts_with(RELEASES)
    }

    pub(crate) fn in_production(&self) -> bool {
        self.release.environment == "production"
    }

    /// This page in another language, or light or dark.
    pub(crate) fn with(&self, key: &str, value: &str) -> String {
        let joint = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{joint}{key}={value}", self.here)
    }

    /// Word and name of each theme, and whether it is the chosen one.
    pub(crate) fn themes(&self) -> [(&'static str, &'static str, bool); 3] {
        Theme::ALL.map(|theme| (theme.as_str(), theme.name(self.words()), theme == self.theme))
    }

    pub(crate) fn is_french(&self) -> bool {
        self.language == Language::Fr
    }
}
