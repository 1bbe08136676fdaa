use integrity_core::Severity;

use crate::event::word::words;

words! {
    /// What is looked for, by the code of its check.
    pub enum Rule {
        /// One address fails to sign in faster than people do.
        BruteForceIp = "ACCESS_BRUTE_FORCE_IP",
        /// Somebody tries to sign in to one account again and again; CRITICAL where that came to succeed.
        BruteForceAccount = "ACCESS_BRUTE_FORCE_ACCOUNT",
        /// One address tries many accounts.
        PasswordSpray = "ACCESS_PASSWORD_SPRAY",
        /// One address is refused again and again.
        DeniedIp = "ACCESS_DENIED_IP",
        /// One person is refused again and again.
        DeniedUser = "ACCESS_DENIED_USER",
        /// One address asks for many things that it does not get.
        Enumeration = "ACCESS_ENUMERATION",
        /// Far more is refused than usual.
        Spike = "ACCESS_SPIKE",
        /// Rows of a sensitive relation were given to somebody anonymous.
        AnonDataExposed = "ANON_DATA_EXPOSED",
        /// The key that passes by Row Level Security was used by a browser.
        ServiceRoleFromBrowser = "SERVICE_ROLE_FROM_BROWSER",
        /// Nothing is heard of a source that should be heard.
        JournalSilent = "ACCESS_JOURNAL_SILENT",
        /// What was sealed has changed.
        JournalTampered = "ACCESS_JOURNAL_TAMPERED",
    }
}

impl Rule {
    /// How bad a finding is, unless it says otherwise.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::PasswordSpray
            | Self::AnonDataExposed
            | Self::ServiceRoleFromBrowser
            | Self::JournalTampered => Severity::Critical,
            _ => Severity::Warn,
        }
    }

    /// What kind of thing it is about: the type of its findings' entities.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::BruteForceIp
            | Self::PasswordSpray
            | Self::DeniedIp
            | Self::Enumeration
            | Self::ServiceRoleFromBrowser => "ADDRESS",
            Self::BruteForceAccount => "ACCOUNT",
            Self::DeniedUser => "USER",
            Self::Spike => "JOURNAL",
            Self::AnonDataExposed => "RESOURCE",
            Self::JournalSilent => "SOURCE",
            Self::JournalTampered => "SEAL",
        }
    }

    /// Whether it is about events, which a person can say to be dealt with; the others are about how the journal is.
    #[must_use]
    pub fn is_about_events(self) -> bool {
        !matches!(self, Self::JournalSilent | Self::JournalTampered)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_code_has_a_page_that_says_all_there_is_to_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
        for code in Rule::ALL.iter().map(|rule| rule.as_str()) {
            let page = fs::read_to_string(folder.join(format!("{code}.md"))).expect(code);
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            for part in [
                "What it fires on",
                "Why it matters",
                "What decides it",
                "How to mend it",
                "What it does not see",
            ] {
                assert!(page.contains(&format!("\n## {part}\n")), "{code}: {part}");
            }
        }
    }
}
