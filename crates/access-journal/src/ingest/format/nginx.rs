//! nginx, by the `log_format` that `docs/guides/access-journal.md` gives.

use crate::{
    Source,
    client::address,
    ingest::{BadLine, Line, Seen, Terms, fields::Fields, request::Request},
};

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let fields = Fields::read(line)?;
    let at = fields.time(&["time"])?;
    let peer = fields.text(&["address"]).and_then(address);
    let request = Request {
        method: fields.text(&["method"]),
        path: fields.text(&["path"]),
        grant_type: fields.text(&["grant_type"]),
        status: fields
            .number(&["status"])
            .and_then(|status| u16::try_from(status).ok()),
        error_code: fields
            .text(&["error"])
            .and_then(|status| status.split("error=").last()),
        role: fields.text(&["role"]),
        address: terms.client(peer, fields.text(&["forwarded"])),
        agent: fields.text(&["agent"]),
        is_of_page: fields.has("origin") || fields.has("fetch_site"),
        content_range: fields.text(&["content_range"]),
        // How long a packed list is says nothing about its rows.
        bytes: fields.number(&["bytes"]).filter(|_| fields.is_empty("encoding")),
        release: fields.text(&["release"]),
        known_as: fields.text(&["id"]),
        ..Request::default()
    };
    if request.status.is_none() {
        return Err(BadLine::NoStatus);
    }
    let id = fields.text(&["id"]).map(str::to_owned);
    let seen = if terms.is_kept(at)? {
        request.judged(Source::Nginx, at, terms)
    } else {
        Seen::Old
    };
    Ok(Line { id, at, seen })
}
