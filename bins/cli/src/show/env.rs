//! Where programs run, and as which release, for people.

use release_info::Checked;
use wiring::plain::plain;

use super::words::{RED, count, styled};

/// A line for each problem, which hosts were not compared, and what it comes to.
pub(crate) fn checked(checked: &Checked) -> String {
    let mut lines: Vec<String> = checked
        .problems
        .iter()
        .map(|problem| {
            let code = styled(RED, problem.code.as_str());
            format!("{code}: {}; {}", plain(&problem.what), plain(&problem.remedy))
        })
        .collect();
    if checked.registered_hosts == 0 {
        lines.push(
            "No host was compared, since [[environment]] in the configuration registers none.".to_owned(),
        );
    } else if !checked.unregistered.is_empty() {
        let names = plain(&checked.unregistered.join(", ")).to_string();
        lines.push(format!(
            "Not compared, since their hosts are not registered: {names}."
        ));
    }
    lines.push(match checked.problems.len() {
        0 => "Nothing is wrong.".to_owned(),
        problems => format!("{}.", count(problems as u64, "problem")),
    });
    if let Some(environment) = checked.environment {
        let release = checked.release.as_ref().map(ToString::to_string);
        let release = release.unwrap_or_else(|| "no release".to_owned());
        lines.insert(0, format!("{environment}, {release}"));
    }
    lines.join("\n")
}
