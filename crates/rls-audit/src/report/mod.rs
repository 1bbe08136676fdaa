//! An audit as others read it: code scanning, test reports, a pull request, a page. Each begins with what ran, what was
//! skipped and what is not known; one that knows too little says so before anything else.

mod head;
mod html;
mod junit;
mod markdown;
mod sarif;
#[cfg(test)]
mod tests;

use crate::{Access, Audit, Command, audit::Reported, rules::Level};

pub use self::{
    head::{Line, Tone, head, superuser},
    html::html,
    junit::junit,
    markdown::markdown,
    sarif::sarif,
};

/// Findings of one level and rule, which have one cause; in the order of the audit.
#[must_use]
pub fn causes<'s, 'f>(findings: &'s [&'f Reported]) -> Vec<&'s [&'f Reported]> {
    findings
        .chunk_by(|a, b| (a.level, &a.rule) == (b.level, &b.rule))
        .collect()
}

/// A cell in one letter: upper case is everything, lower case is a part.
#[must_use]
pub fn letter(command: Command, access: Option<&Access>) -> String {
    let first = &command.as_str()[..1];
    match access {
        Some(Access::All) => first.to_owned(),
        Some(Access::Some | Access::Conditional(_)) => first.to_lowercase(),
        Some(Access::None | Access::Rls) => ".".to_owned(),
        Some(Access::Denied) => "-".to_owned(),
        Some(Access::Error(_)) => "!".to_owned(),
        Some(Access::Unknown(_)) | None => "?".to_owned(),
    }
}

/// How many are of this level.
#[must_use]
pub fn count(findings: &[&Reported], level: Level) -> usize {
    findings.iter().filter(|found| found.level == level).count()
}

/// The findings that somebody has to look at, and those that are settled.
#[must_use]
pub fn by_standing(audit: &Audit) -> (Vec<&Reported>, Vec<&Reported>) {
    audit.findings.iter().partition(|found| found.standing.is_new())
}
