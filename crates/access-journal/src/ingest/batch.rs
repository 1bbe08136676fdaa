//! Batches: several entries on one line, as a list, of all services mixed, as a drain of Supabase sends them.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{BadLine, LONGEST_LINE, Line, Terms, fields::Fields, read as read_line};
use crate::Source;

/// More entries than a batch has: what would be held of a list of nothing but commas has a limit.
const MOST: usize = 10_000;

/// Whether a line of that source may hold a batch.
pub(super) fn may_hold(source: Source) -> bool {
    matches!(
        source,
        Source::SupabaseEdge | Source::SupabaseAuth | Source::Postgres
    )
}

/// What stands in a batch, each entry as it is written.
///
/// # Errors
/// Where it is none, or one of more entries than anybody sends.
pub(super) fn entries(line: &str) -> Result<Vec<&str>, BadLine> {
    let Entries { held, are_too_many } = serde_json::from_str(line).map_err(|_| BadLine::NotJson)?;
    if are_too_many {
        return Err(BadLine::TooLong);
    }
    Ok(held)
}

#[derive(Default)]
struct Entries<'l> {
    held: Vec<&'l str>,
    are_too_many: bool,
}

impl<'l> Deserialize<'l> for Entries<'l> {
    fn deserialize<D: Deserializer<'l>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Collecting)
    }
}

struct Collecting;

impl<'l> Visitor<'l> for Collecting {
    type Value = Entries<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'l>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Entries::default();
        while let Some(entry) = list.next_element::<&RawValue>()? {
            entries.are_too_many |= entries.held.len() == MOST;
            if !entries.are_too_many {
                entries.held.push(entry.get());
            }
        }
        Ok(entries)
    }
}

/// What an entry says, and of which source it is: one that nobody can tell is of the source that is read, so that what makes
/// it bad is told. `None` for one of a service that no source stands for.
pub(super) fn read(source: Source, entry: &str, terms: &Terms) -> Option<(Source, Result<Line, BadLine>)> {
    if entry.len() > LONGEST_LINE {
        return Some((source, Err(BadLine::TooLong)));
    }
    let of = match Fields::read(entry) {
        Ok(fields) => of(fields)?,
        Err(why) => return Some((source, Err(why))),
    };
    let line = read_line(of, entry.as_bytes(), terms);
    Some((if line.is_ok() { of } else { source }, line))
}

/// By what only this service says.
fn of(fields: Fields) -> Option<Source> {
    if fields.has("error_severity") {
        return Some(Source::Postgres);
    }
    if fields.has("response.status_code") || fields.has("request.method") {
        return Some(Source::SupabaseEdge);
    }
    let fields = fields.with_inner("event_message");
    let is_auth = fields.has("auth_event") || fields.has("msg") && fields.has("component");
    is_auth.then_some(Source::SupabaseAuth)
}
