//! PostgREST: the combined log format, with the role where others have the user.

use crate::{
    Source,
    client::address,
    ingest::{BadLine, Line, Seen, Terms, fields::time, request::Request},
};

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let parts = Parts::of(line).ok_or(BadLine::NotCombined)?;
    let at = time(parts.time).ok_or(BadLine::NoTime)?;
    let mut asked = parts.request.splitn(3, ' ');
    let request = Request {
        method: asked.next(),
        path: asked.next(),
        status: parts.status.parse().ok(),
        role: Some(parts.role).filter(|role| *role != "-"),
        address: address(parts.address).map(|peer| terms.proxies.client(peer, None)),
        agent: parts.agent,
        is_of_page: parts.referer.is_some_and(|referer| referer.starts_with("http")),
        bytes: parts.bytes.parse().ok(),
        ..Request::default()
    };
    if request.status.is_none() {
        return Err(BadLine::NoStatus);
    }
    let seen = if terms.is_kept(at)? {
        request.judged(Source::Postgrest, at, terms)
    } else {
        Seen::Old
    };
    Ok(Line { id: None, at, seen })
}

/// `address - role [time] "request" status bytes "referer" "agent"`.
struct Parts<'l> {
    address: &'l str,
    role: &'l str,
    time: &'l str,
    request: &'l str,
    status: &'l str,
    bytes: &'l str,
    referer: Option<&'l str>,
    agent: Option<&'l str>,
}

impl<'l> Parts<'l> {
    fn of(line: &'l str) -> Option<Self> {
        let (who, rest) = line.split_once(" [")?;
        let (time, rest) = rest.split_once("] ")?;
        let mut who = who.split(' ').filter(|word| !word.is_empty());
        let (address, _, role) = (who.next()?, who.next()?, who.next()?);
        let (request, rest) = quoted(rest)?;
        let mut numbers = rest.trim_start().splitn(3, ' ');
        let (status, bytes) = (numbers.next()?, numbers.next()?);
        let rest = numbers.next();
        let (referer, rest) = match rest.map(quoted) {
            Some(Some((referer, rest))) => (Some(referer), Some(rest)),
            // It begins, and does not end.
            Some(None) => return None,
            None => (None, None),
        };
        let agent = match rest.map(str::trim_start).filter(|rest| !rest.is_empty()) {
            Some(rest) => Some(quoted(rest)?.0),
            None => None,
        };
        Some(Self {
            address,
            role,
            time,
            request,
            status,
            bytes,
            referer,
            agent,
        })
    }
}

/// What stands between quotes at the beginning, and what comes behind; `\"` does not end it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().strip_prefix('"')?;
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}
