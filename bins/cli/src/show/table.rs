//! Tables without lines.

use comfy_table::{Attribute, Cell, CellAlignment, Column, ContentArrangement, Table, presets};

/// A table with these headings, fitted to the terminal where there is one.
pub(super) fn with_headings(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        // Always styled here: what is no terminal gets it stripped where it is printed.
        .enforce_styling();
    if !headings.is_empty() {
        table.set_header(
            headings
                .iter()
                .map(|heading| Cell::new(heading).add_attribute(Attribute::Dim)),
        );
    }
    table
}

/// Sets the columns from `first` on to the right, as numbers stand.
pub(super) fn right_from(table: &mut Table, first: usize) {
    table
        .column_iter_mut()
        .skip(first)
        .for_each(|column: &mut Column| column.set_cell_alignment(CellAlignment::Right));
}

/// The lines, without blanks around them.
pub(super) fn lines(table: &mut Table) -> String {
    let last = table.column_count().saturating_sub(1);
    for (n, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(n > 0), u16::from(n < last)));
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// A number, or a mark that is easily passed over where there is nothing.
pub(super) fn number(n: u64) -> Cell {
    match n {
        0 => Cell::new("·").add_attribute(Attribute::Dim),
        n => Cell::new(n),
    }
}
