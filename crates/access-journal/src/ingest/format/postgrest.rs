//! PostgREST: the combined log format, with the role where others have the user.

use crate::{
    Source,
    client::address,
    ingest::{BadLine, Line, Seen, Terms, fields::time, request::Request},
};

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let parts = Parts::of(line).ok_or(BadLine::NotCombined)?;
    let at = time(parts.time).ok_or(BadLine::NoTime)?;
    let (method, path) = parts.request.split_once(' ').ok_or(BadLine::NotCombined)?;
    let request = Request {
        method: Some(method),
        path: Some(path),
        status: parts.status.parse().ok(),
        role: Some(parts.role).filter(|role| *role != "-"),
        // Behind a proxy, its log has the proxy for everybody.
        address: terms.client(address(parts.address), None),
        agent: parts.agent,
        is_of_page: parts.referer.is_some_and(|referer| referer.starts_with("http")),
        bytes: parts.bytes.parse().ok(),
        ..Request::default()
    };
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
        let (time, rest) = rest.split_once("] \"")?;
        let mut who = who.split(' ').filter(|word| !word.is_empty());
        let (address, _, role) = (who.next()?, who.next()?, who.next()?);
        let (request, status, bytes, said) = answered(rest)?;
        let (referer, agent) = match said {
            // Its end is the server's: where it is not there, the line is not there whole.
            Some(said) => {
                let said = said.trim_end().strip_prefix('"')?.strip_suffix('"')?;
                said.split_once("\" \"").unzip()
            }
            None => (None, None),
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

/// What was asked, the status, the bytes, and what the client says of itself. Nothing is escaped: a quote is whoever's it is.
/// A path has no space in HTTP/1, so the first place that looks like an answer is the server's own; what looks like one behind
/// it stands in a header, and anybody may have written it.
fn answered(rest: &str) -> Option<(&str, &str, &str, Option<&str>)> {
    rest.match_indices(" HTTP/").find_map(|(at, version)| {
        let behind = &rest[at + version.len()..];
        let behind = behind.trim_start_matches(|part: char| part.is_ascii_digit() || part == '.');
        let mut numbers = behind.strip_prefix("\" ")?.splitn(3, ' ');
        let (status, bytes) = (numbers.next()?, numbers.next()?);
        let is_answer = status.len() == 3 && is_number(status) && (bytes == "-" || is_number(bytes));
        is_answer.then(|| (&rest[..at], status, bytes, numbers.next()))
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
