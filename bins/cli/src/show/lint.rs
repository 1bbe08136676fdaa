//! What is wrong with check files, for people: a line for each thing, as compilers write them.

use std::path::Path;

use anstyle::{AnsiColor, Style};
use integrity_core::Problem;

use wiring::plain::plain;

use super::words::{DIM, RED, count, styled};
use crate::command::checks::lint::{PackReport, Report};

const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Everything, file by file, and how much it is.
pub(crate) fn told(report: &Report) -> String {
    let elsewhere = report
        .elsewhere
        .iter()
        .map(|problem| line("", problem, &styled(RED, "error")));
    let mut blocks: Vec<String> = elsewhere.chain(report.packs.iter().flat_map(pack)).collect();
    blocks.push(summary(report));
    blocks.join("\n\n")
}

/// One block per file.
fn pack(pack: &PackReport) -> Vec<String> {
    let kinds = [
        ("error", RED, &pack.problems),
        ("warning", YELLOW, &pack.warnings),
        ("not looked at", DIM, &pack.unseen),
    ];
    let mut all: Vec<(&Problem, &str, Style)> = kinds
        .into_iter()
        .flat_map(|(word, style, problems)| problems.iter().map(move |problem| (problem, word, style)))
        .collect();
    all.sort_by(|(a, ..), (b, ..)| (&a.file, a.line).cmp(&(&b.file, b.line)));
    all.chunk_by(|(a, ..), (b, ..)| a.file == b.file)
        .map(|of_file| {
            let lines: Vec<String> = of_file
                .iter()
                .map(|(problem, word, style)| line(&pack.pack, problem, &styled(*style, word)))
                .collect();
            lines.join("\n")
        })
        .collect()
}

/// `./checks/bad.sql:3: error: what is wrong; what would be right`.
fn line(pack: &str, problem: &Problem, word: &str) -> String {
    let file = Path::new(pack).join(&problem.file).display().to_string();
    format!(
        "{}:{}: {word}: {}; {}",
        plain(&file),
        problem.line,
        plain(&problem.what),
        plain(&problem.remedy)
    )
}

fn summary(report: &Report) -> String {
    let checks: usize = report.packs.iter().map(|pack| pack.checks).sum();
    let unseen: usize = report.packs.iter().map(|pack| pack.unseen.len()).sum();
    let problems = match report.problems {
        0 => "no problem".to_owned(),
        n => count(n as u64, "problem"),
    };
    let mut text = format!(
        "{problems}, {} in {} of {}",
        count(report.warnings as u64, "warning"),
        count(checks as u64, "check"),
        count(report.packs.len() as u64, "pack")
    );
    if unseen > 0 {
        text = format!(
            "{text}; {} not be looked at",
            match unseen {
                1 => "1 thing could".to_owned(),
                n => format!("{n} things could"),
            }
        );
    }
    text
}
