//! A section of a runbook, from the Markdown that our runbooks are written in.
//!
//! Refused: a Markdown library. Paragraphs, lists, tables and code are told apart by their first line; what is inside is
//! shown as it is written, and can hold no markup.

/// A piece of text of one kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Words, a piece at a time: those between `**` are strong.
    Paragraph(Vec<(bool, String)>),
    /// Code, and whatever else stands in columns.
    Code(String),
}

/// The pieces of a section. Headings are left to the page, which has its own.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let code: Vec<_> = lines
                .by_ref()
                .take_while(|line| !line.starts_with("```"))
                .collect();
            blocks.push(Block::Code(code.join("\n")));
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(row);
            }
            blocks.push(Block::Code(rows.join("\n")));
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            let mut words = line.to_owned();
            while let Some(next) = lines.next_if(|line| continues(line)) {
                // Where a line of prose ends says nothing; an item of a list stands on a line of its own.
                words.push(if is_item(next) { '\n' } else { ' ' });
                words.push_str(next.trim_start());
            }
            blocks.push(Block::Paragraph(strong(&words)));
        }
    }
    blocks
}

fn continues(line: &str) -> bool {
    !(line.trim().is_empty() || ["#", "|", "```"].iter().any(|mark| line.starts_with(mark)))
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let after_number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || after_number.len() < line.len() && after_number.starts_with(". ")
}

fn strong(text: &str) -> Vec<(bool, String)> {
    let pieces = text.split("**").enumerate();
    pieces
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(at, piece)| (at % 2 == 1, piece.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        let text = "## STOCK\n\n**Voir :** ici\net là.\n\n```sql\nselect 1;\n\n-- **non**\n```\n| a | b |\n|---|---|\nfin :\n- un\n  deux\n1. trois";
        let paragraph = |pieces: &[(bool, &str)]| {
            Block::Paragraph(
                pieces
                    .iter()
                    .map(|(strong, text)| (*strong, (*text).to_owned()))
                    .collect(),
            )
        };
        assert_eq!(
            blocks(text),
            [
                paragraph(&[(true, "Voir :"), (false, " ici et là.")]),
                Block::Code("select 1;\n\n-- **non**".to_owned()),
                Block::Code("| a | b |\n|---|---|".to_owned()),
                paragraph(&[(false, "fin :\n- un deux\n1. trois")]),
            ]
        );
    }
}
