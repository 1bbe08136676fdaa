/// Relations that nobody anonymous should read, by patterns.
#[derive(Debug, Clone, Default)]
pub struct Sensitive(Vec<String>);

impl Sensitive {
    /// By names such as `public.contracts`, or with `*` for any part of one. A request does not say in which schema it
    /// looks, so the schema of a pattern is left out: what might be sensitive is.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        let name = |pattern: String| {
            let pattern = pattern
                .rsplit_once('.')
                .map_or(pattern.as_str(), |(_, name)| name);
            pattern.trim_matches('"').to_lowercase()
        };
        Self(patterns.into_iter().map(name).collect())
    }

    /// Whether this relation is.
    #[must_use]
    pub fn has(&self, relation: &str) -> bool {
        let relation = relation.to_lowercase();
        self.0
            .iter()
            .any(|pattern| matches(pattern.as_bytes(), relation.as_bytes()))
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether `*` can stand for what makes the pattern the text. Going back to the last star only is enough, and never takes
/// longer than the product of both lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_pattern, mut star) = (0, 0, None);
    while at < text.len() {
        if pattern.get(in_pattern) == Some(&b'*') {
            star = Some((in_pattern, at));
            in_pattern += 1;
        } else if pattern.get(in_pattern) == Some(&text[at]) {
            at += 1;
            in_pattern += 1;
        } else if let Some((back, from)) = star {
            star = Some((back, from + 1));
            at = from + 1;
            in_pattern = back + 1;
        } else {
            return false;
        }
    }
    pattern[in_pattern..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        let sensitive =
            Sensitive::new(["public.contracts", "hr.pay_*", "*_secret", "Clients"].map(str::to_owned));
        for has in [
            "contracts",
            "CONTRACTS",
            "pay_",
            "pay_slips",
            "the_secret",
            "clients",
        ] {
            assert!(sensitive.has(has), "{has}");
        }
        for not in ["contract", "contracts2", "payslips", "secret", "the_secrets", ""] {
            assert!(!sensitive.has(not), "{not}");
        }
        assert!(Sensitive::new(["public.*".to_owned()]).has("anything"));
        assert!(!Sensitive::default().has("anything"));
    }
}
