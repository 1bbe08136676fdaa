//! Every dependency says what it is for.

use super::Finding;

/// Dependencies of the workspace without a comment above them. Our own share the comment of their group.
pub(crate) fn commented(manifest: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut inside, mut explained, mut depth) = (false, false, 0_i32);
    for (at, line) in manifest.lines().enumerate() {
        let text = line.trim();
        if depth == 0 && text.starts_with('[') {
            (inside, explained) = (text == "[workspace.dependencies]", false);
            continue;
        }
        if !inside {
            continue;
        }
        if text.starts_with('#') {
            explained = true;
            continue;
        }
        if depth == 0 && !text.is_empty() {
            let name = text.split([' ', '=', '.']).next().unwrap_or_default();
            if !explained {
                let right = "say in a comment above it what the dependency is for";
                findings.push(Finding::new(
                    "Cargo.toml",
                    at + 1,
                    format!("{name} without a reason"),
                    right,
                ));
            }
            explained = explained && text.contains("path =");
        } else if text.is_empty() {
            explained = false;
        }
        let count = |c| i32::try_from(text.matches(c).count()).unwrap_or(0);
        depth += count('[') + count('{') - count(']') - count('}');
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let manifest = "\
[workspace.dependencies]
# our own
a = { path = \"crates/a\" }
b = { path = \"crates/b\" }

# dates
chrono = \"0.4\"
uuid = \"1\"
# many lines
sqlx = { version = \"0.9\", features = [
    \"json\",
] }
serde.version = \"1\"

# alone

lonely = \"1\"

[workspace.lints.rust]
unsafe_code = \"forbid\"
";
        let found: Vec<_> = commented(manifest)
            .into_iter()
            .map(|finding| (finding.line, finding.wrong))
            .collect();
        let expected = [(8, "uuid"), (13, "serde"), (17, "lonely")];
        assert_eq!(
            found,
            expected.map(|(line, name)| (line, format!("{name} without a reason")))
        );
    }

    #[test]
    fn this_workspace_explains_its_dependencies() {
        assert_eq!(commented(include_str!("../../../Cargo.toml")), []);
    }
}
