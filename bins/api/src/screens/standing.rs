//! How an alert stands, in words: its status, who made it so and since when; and what is due.

use alerts_store::{Alert, CHECK_FAILING, CHECK_SUSPECT, Condition, Resolution, Status};

use super::{
    number,
    time::{Now, span},
    words::{Words, fill, form},
};

/// The longest piece of a message in a list, in characters; the whole one is a click away.
const LONGEST_IN_LIST: usize = 85;

/// What people call the thing, else its identifier.
pub(crate) fn name(alert: &Alert) -> &str {
    let label = alert
        .entity_label
        .as_deref()
        .filter(|label| !label.trim().is_empty());
    label.unwrap_or(&alert.entity_id)
}

/// What an alert that Vigie itself raises says about a check; `None` of every other.
pub(crate) fn about_check(alert: &Alert, words: &Words) -> Option<&'static str> {
    match alert.check_code.as_str() {
        CHECK_FAILING => Some(words.about_failing),
        CHECK_SUSPECT => Some(words.about_suspect),
        _ => None,
    }
}

/// The message for a list: without the name that stands above it, nor the one word before it, such as `Camion`; and not
/// longer than a reader takes in at a glance.
pub(crate) fn brief(alert: &Alert) -> String {
    let named = alert.message.split_once(name(alert));
    let text = named
        .filter(|(kind, _)| !kind.trim().contains(char::is_whitespace))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .map_or(alert.message.as_str(), str::trim_start);
    if text.chars().count() <= LONGEST_IN_LIST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST_IN_LIST).collect();
    let whole_words = cut
        .rfind(' ')
        .filter(|at| *at > LONGEST_IN_LIST / 2)
        .unwrap_or(cut.len());
    let is_loose = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':');
    format!("{}…", cut[..whole_words].trim_end_matches(is_loose))
}

/// The word for a status alone.
pub(crate) fn status(status: Status, words: &Words) -> &'static str {
    match status {
        Status::Open => words.status_open,
        Status::Ack => words.status_ack,
        Status::Resolved => words.status_resolved,
    }
}

/// `Prise en charge · amina · il y a 5 min`.
pub(crate) fn standing(alert: &Alert, now: Now) -> String {
    let words = Words::of(now.language);
    let (what, by, since) = match (alert.status, alert.resolution) {
        (Status::Open, _) => (words.status_open, None, alert.opened_at),
        (Status::Ack, _) => (
            words.status_ack,
            alert.acknowledged_by.as_deref(),
            alert.acknowledged_at.unwrap_or(alert.updated_at),
        ),
        (Status::Resolved, resolution) => (
            resolved(alert, resolution, words),
            alert.resolved_by.as_deref(),
            alert.resolved_at.unwrap_or(alert.updated_at),
        ),
    };
    let age = now.age(since);
    let told = match by {
        Some(by) => format!("{what} · {by} · {age}"),
        None => format!("{what} · {age}"),
    };
    match alert.accepted_until.filter(|_| alert.status == Status::Resolved) {
        Some(until) => fill(words.standing_until, &[&told, &now.short(until)]),
        None => told,
    }
}

fn resolved(alert: &Alert, resolution: Option<Resolution>, words: &Words) -> &'static str {
    match resolution {
        Some(Resolution::Cleared) => words.resolved_cleared,
        Some(Resolution::Fixed) if alert.verified_at.is_some() => words.resolved_verified,
        Some(Resolution::Fixed) => words.resolved_fixed,
        Some(Resolution::Accepted) => words.resolved_accepted,
        Some(Resolution::FalsePositive) => words.resolved_false_positive,
        Some(Resolution::Retired) => words.resolved_retired,
        None => words.status_resolved,
    }
}

/// What the last evaluations say about it.
pub(crate) fn condition(alert: &Alert, now: Now) -> String {
    let words = Words::of(now.language);
    match alert.condition {
        Condition::Present => words.condition_present.to_owned(),
        Condition::Missing => {
            let times = number::count(alert.missing_count.into(), now.language);
            let said = form(words.condition_missing, alert.missing_count.into(), now.language);
            fill(said, &[&times])
        }
        Condition::Absent => words.condition_absent.to_owned(),
    }
}

/// By when somebody should have dealt with it.
#[derive(Debug)]
pub(crate) struct Due {
    /// Whether that has passed.
    pub(crate) late: bool,
    pub(crate) said: String,
}

/// `None` where nothing is due: nothing was, or the act that stops it is done.
pub(crate) fn due(alert: &Alert, now: Now) -> Option<Due> {
    let words = Words::of(now.language);
    let due = alert.due_at.filter(|_| alert.is_live())?;
    if alert.is_overdue(now.at) {
        let late = span(now.at - due, now.language);
        return Some(Due {
            late: true,
            said: fill(words.due_late, &[&late]),
        });
    }
    // Acknowledged in time: the date has passed and says nothing any more.
    (due > now.at).then(|| Due {
        late: false,
        said: fill(
            words.due_in,
            &[&span(due - now.at, now.language), &now.short(due)],
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_no_name_twice() {
        for (message, expected) in [
            ("KIN-T01\u{a0}: 3150 L de trop", "3150 L de trop"),
            ("Citerne KIN-T01 : 3150 L de trop", "3150 L de trop"),
            (
                "Débordement imminent de KIN-T01 : 3150 L",
                "Débordement imminent de KIN-T01 : 3150 L",
            ),
            ("KIN-T01 déborde", "KIN-T01 déborde"),
            ("3150 L de trop", "3150 L de trop"),
        ] {
            let alert = Alert {
                entity_label: Some("KIN-T01".to_owned()),
                message: message.to_owned(),
                ..Alert::sample()
            };
            assert_eq!(brief(&alert), expected);
        }
    }
}
