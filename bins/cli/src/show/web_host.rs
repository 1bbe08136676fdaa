//! What came of looking at a web host.

use release_info::verification::{Report, Tally, Verdict};

use super::words::{DIM, GREEN, RED, YELLOW, count, styled};

/// The verdict, and what it rests on.
pub(crate) fn verified(report: &Report) -> String {
    let style = match report.verdict {
        Verdict::Passed => GREEN,
        Verdict::Failed(_) => RED,
        Verdict::Inconclusive(_) => YELLOW,
    };
    let verdict = styled(style, report.verdict.as_str());
    let mut lines = vec![format!("{verdict}: {}", report.told())];
    lines.extend(report.series.tallies().iter().map(tally));
    lines.join("\n")
}

fn tally(tally: &Tally) -> String {
    let way = if tally.past_caches {
        "past caches "
    } else {
        "as a browser"
    };
    let address = tally
        .address
        .map_or_else(|| "no address".to_owned(), |address| address.to_string());
    let often = count(tally.count, "time");
    format!(
        "  {}  {often}: {}",
        styled(DIM, &format!("{way}  {address}")),
        tally.seen
    )
}
