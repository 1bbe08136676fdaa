//! The filter of the list: how it stands in a URL, and as a form.

use alerts_store::{AlertFilter, Status};
use integrity_core::Severity;

use super::{frame::INTEGRITY, standing, words::Words};

/// The list under this filter, with `more` behind it.
pub(crate) fn link(filter: &AlertFilter, more: &[(&str, &str)]) -> String {
    let pairs = pairs(filter);
    let own = pairs.iter().map(|(key, value)| (*key, value.as_str()));
    let query: Vec<_> = own
        .chain(more.iter().copied())
        .map(|(key, value)| format!("{key}={}", encoded(value)))
        .collect();
    if query.is_empty() {
        INTEGRITY.to_owned()
    } else {
        format!("{INTEGRITY}?{}", query.join("&"))
    }
}

/// The keys of the URL that say this filter; live alerts, the default, are said by silence.
pub(crate) fn pairs(filter: &AlertFilter) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    if filter.statuses != AlertFilter::default().statuses {
        let all = if filter.statuses.is_empty() {
            &Status::ALL[..]
        } else {
            &filter.statuses
        };
        pairs.extend(all.iter().map(|status| ("status", status.as_str().to_owned())));
    }
    pairs.extend(
        filter
            .severities
            .iter()
            .map(|severity| ("severity", severity.as_str().to_owned())),
    );
    let texts = [
        ("check_code", &filter.check_code),
        ("entity_type", &filter.entity_type),
        ("scope", &filter.scope),
        ("q", &filter.text),
    ];
    pairs.extend(
        texts
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.clone()?))),
    );
    if filter.overdue {
        pairs.push(("overdue", "true".to_owned()));
    }
    pairs
}

/// A value as it may stand in a URL.
pub(crate) fn encoded(value: &str) -> String {
    let Ok(encoded) = askama::filters::urlencode_strict(value);
    encoded.to_string()
}

/// A box of the form.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) class: &'static str,
    pub(crate) chosen: bool,
}

pub(crate) fn statuses(filter: &AlertFilter, words: &Words) -> Vec<Choice> {
    let all = Status::ALL.into_iter();
    all.map(|status| Choice {
        value: status.as_str().to_owned(),
        label: standing::status(status, words).to_owned(),
        class: "",
        chosen: filter.statuses.is_empty() || filter.statuses.contains(&status),
    })
    .collect()
}

pub(crate) fn severities(filter: &AlertFilter) -> Vec<Choice> {
    let worst_first = Severity::ALL.into_iter().rev();
    worst_first
        .map(|severity| Choice {
            value: severity.as_str().to_owned(),
            label: severity.as_str().to_owned(),
            class: super::severity::class(severity),
            chosen: filter.severities.contains(&severity),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_silence_and_everything_is_said() {
        assert_eq!(link(&AlertFilter::default(), &[]), INTEGRITY);
        assert_eq!(
            link(&AlertFilter::all(), &[]),
            "/governance/integrity?status=OPEN&status=ACK&status=RESOLVED"
        );
    }

    #[test]
    fn values_cannot_leave_their_place() {
        let filter = AlertFilter {
            check_code: Some("A&B=C#D".to_owned()),
            text: Some("citerne d’été/..\r\n<x>".to_owned()),
            overdue: true,
            ..AlertFilter::default()
        };
        assert_eq!(
            link(&filter, &[("cursor", "a+/=")]),
            "/governance/integrity?check_code=A%26B%3DC%23D&q=citerne%20d%E2%80%99%C3%A9t%C3%A9%2F..%0D%0A%3Cx%3E\
             &overdue=true&cursor=a%2B%2F%3D"
        );
    }
}
