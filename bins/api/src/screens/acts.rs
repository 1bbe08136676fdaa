//! What a person may do to an alert as it stands, as forms.

use alerts_store::{
    Alert, Verb,
    lifecycle::{Transition, Until, transitions},
};
use chrono::{Days, NaiveDate};
use integrity_core::Role;

use super::{answer::Typed, time::Now, words::Words};

/// The longest suppression, in days.
const LONGEST: u64 = 180;
/// The usual end of a false positive, in days.
const USUAL: u64 = 30;

/// Whether the person may do this to the alert as it stands.
pub(crate) fn may(role: Option<Role>, verb: Verb, alert: &Alert) -> bool {
    step(role, verb, alert).is_some()
}

/// The form of one act.
#[derive(Debug)]
pub(crate) struct Act {
    /// The last part of the path.
    pub(crate) path: &'static str,
    /// On the button.
    pub(crate) label: &'static str,
    /// What it leads to.
    pub(crate) hint: &'static str,
    /// Whether words are asked for, and whether they must be given.
    pub(crate) comment: Asked,
    pub(crate) until: Option<EndDates>,
    /// Whether the form stands open: the one that was not taken, else the first.
    pub(crate) open: bool,
    /// Words that were typed before and not taken.
    pub(crate) typed: Option<Typed>,
}

/// Whether something has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    May,
    Must,
}

impl Asked {
    pub(crate) fn is_must(self) -> bool {
        self == Self::Must
    }
}

/// Between which local days a suppression may end.
#[derive(Debug)]
pub(crate) struct EndDates {
    pub(crate) first: NaiveDate,
    pub(crate) last: NaiveDate,
    /// What the field shows at first.
    pub(crate) given: String,
    pub(crate) required: bool,
}

/// Every act that this person may do to this alert, in the order in which people reach for them.
pub(crate) fn allowed(
    role: Option<Role>,
    alert: &Alert,
    typed: Option<(Verb, &Typed)>,
    now: Now,
) -> Vec<Act> {
    let words = Words::of(now.language);
    let verbs = [
        Verb::Ack,
        Verb::Resolve,
        Verb::Comment,
        Verb::Accept,
        Verb::FalsePositive,
        Verb::Unack,
    ];
    let steps = verbs.into_iter().filter_map(|verb| step(role, verb, alert));
    let acts = steps.enumerate().map(|(at, step)| {
        let (label, hint) = said(step.verb, words);
        let own = typed
            .filter(|(tried, _)| *tried == step.verb)
            .map(|(_, typed)| typed.clone());
        Act {
            path: path(step.verb),
            label,
            hint,
            comment: if step.comment_required {
                Asked::Must
            } else {
                Asked::May
            },
            until: end_dates(step.until, own.as_ref(), now),
            open: own.is_some() || typed.is_none() && at == 0,
            typed: own,
        }
    });
    acts.collect()
}

/// What becomes of the alert if the person does this to it; `None` where it is not allowed.
fn step(role: Option<Role>, verb: Verb, alert: &Alert) -> Option<Transition> {
    transitions().find(|step| {
        Some(step.role) == role
            && step.verb == verb
            && step.severity == alert.severity
            && step.from == alert.status
    })
}

/// The last part of the path that takes an act.
pub(crate) fn path(verb: Verb) -> &'static str {
    match verb {
        Verb::FalsePositive => "false-positive",
        other => other.as_str(),
    }
}

fn said(verb: Verb, words: &Words) -> (&'static str, &'static str) {
    match verb {
        Verb::Ack => (words.act_ack, words.hint_ack),
        Verb::Unack => (words.act_unack, words.hint_unack),
        Verb::Resolve => (words.act_resolve, words.hint_resolve),
        Verb::Accept => (words.act_accept, words.hint_accept),
        Verb::FalsePositive => (words.act_false_positive, words.hint_false_positive),
        Verb::Comment => (words.act_comment, words.hint_comment),
        Verb::Retire => (words.act_retire, words.hint_retire),
    }
}

fn end_dates(until: Until, typed: Option<&Typed>, now: Now) -> Option<EndDates> {
    let today = now.at.with_timezone(&now.zone).date_naive();
    let usual = match until {
        Until::None => return None,
        Until::Required => String::new(),
        Until::Default => (today + Days::new(USUAL)).to_string(),
    };
    Some(EndDates {
        first: today,
        // The end of the last day would lie beyond the longest suppression.
        last: today + Days::new(LONGEST - 1),
        given: typed
            .map(|typed| typed.until.clone())
            .filter(|until| !until.is_empty())
            .unwrap_or(usual),
        required: until == Until::Required,
    })
}

#[cfg(test)]
mod tests {
    use alerts_store::Status;
    use chrono_tz::Tz;
    use integrity_core::{Language, Severity};

    use super::*;

    fn verbs(role: Role, severity: Severity, status: Status) -> Vec<&'static str> {
        let alert = Alert {
            severity,
            status,
            ..Alert::sample()
        };
        let now = Now {
            at: alert.opened_at,
            zone: Tz::UTC,
            language: Language::Fr,
        };
        allowed(Some(role), &alert, None, now)
            .iter()
            .map(|act| act.path)
            .collect()
    }

    #[test]
    fn only_what_the_lifecycle_allows_is_offered() {
        use Severity::{Critical, Warn};
        assert_eq!(
            verbs(Role::Admin, Critical, Status::Open),
            ["ack", "resolve", "comment", "accept", "false-positive"]
        );
        assert_eq!(
            verbs(Role::Directeur, Critical, Status::Ack),
            ["resolve", "comment", "false-positive", "unack"],
            "only an admin lives with a CRITICAL"
        );
        assert_eq!(
            verbs(Role::Directeur, Warn, Status::Ack),
            ["resolve", "comment", "accept", "false-positive", "unack"]
        );
        assert_eq!(verbs(Role::Admin, Warn, Status::Resolved), ["comment"]);
        assert_eq!(verbs(Role::Pca, Warn, Status::Open), [""; 0]);
    }
}
