//! The gateway of Supabase, as its API logs tell.

use crate::{
    Source,
    client::address,
    ingest::{BadLine, Line, Seen, Terms, fields::Fields, request::Request},
};

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let fields = Fields::read(line)?;
    let at = fields.time(&["timestamp", "time"])?;
    let query = fields.text(&["request.search", "search"]).or_else(|| {
        let of = |name| fields.text(&[name])?.split_once('?').map(|(_, query)| query);
        ["request.path", "path", "request.url", "url"]
            .into_iter()
            .find_map(of)
    });
    let peer = fields.text(&[
        "request.headers.cf_connecting_ip",
        "cf_connecting_ip",
        "request.headers.x_real_ip",
        "ip",
    ]);
    let request = Request {
        method: fields.text(&["request.method", "method"]),
        path: fields
            .text(&["request.path", "path"])
            .or_else(|| fields.text(&["request.url", "url"]).map(path_of)),
        query,
        status: fields
            .number(&["response.status_code", "status_code", "status"])
            .and_then(|status| u16::try_from(status).ok()),
        error_code: fields
            .text(&[
                "response.headers.x_sb_error_code",
                "response.headers.sb_error_code",
                "error_code",
            ])
            .or_else(|| proxy_status(fields.text(&["response.headers.proxy_status"])?)),
        role: role(&fields),
        is_secret_key: fields
            .text(&[
                "request.sb.apikey.apikey.prefix",
                "sb.apikey.apikey.prefix",
                "apikey_prefix",
            ])
            .or_else(|| fields.text(&["request.sb.apikey.authorization.prefix"]))
            .is_some_and(|prefix| prefix.starts_with("sb_secret"))
            && !is_key_wrong(&fields),
        actor: fields.text(&["request.sb.auth_user", "sb.auth_user", "auth_user"]),
        address: terms.client(peer.and_then(address), None),
        country: fields.text(&["request.cf.country", "request.headers.cf_ipcountry", "country"]),
        as_number: fields.number(&["request.cf.asn", "asn"]),
        agent: fields.text(&["request.headers.user_agent", "user_agent"]),
        is_of_page: [
            "request.headers.origin",
            "request.headers.referer",
            "request.headers.sec_fetch_mode",
        ]
        .iter()
        .any(|header| fields.has(header)),
        content_range: fields.text(&["response.headers.content_range", "content_range"]),
        release: fields.text(&["request.headers.x_client_release"]),
        known_as: fields.text(&[
            "response.headers.sb_request_id",
            "response.headers.cf_ray",
            "request.headers.cf_ray",
            "cf_ray",
        ]),
        ..Request::default()
    };
    // What only the other logs of a drain say.
    let is_of_another = fields.has("msg") || fields.has("error_severity") || fields.has("auth_event");
    if request.status.is_none() || is_of_another {
        return Err(BadLine::NoStatus);
    }
    let id = fields.text(&["id"]).map(str::to_owned);
    let seen = if terms.is_kept(at)? {
        request.judged(Source::SupabaseEdge, at, terms)
    } else {
        Seen::Old
    };
    Ok(Line { id, at, seen })
}

/// The role of the token, else of the key, where the gateway could make sure of it.
fn role(fields: &Fields) -> Option<&str> {
    let of = |part: &str| {
        let is_wrong = fields.has(&format!("request.sb.jwt.{part}.invalid"))
            || fields.has(&format!("sb.jwt.{part}.invalid"));
        let role = fields.text(&[
            &format!("request.sb.jwt.{part}.payload.role"),
            &format!("sb.jwt.{part}.payload.role"),
        ]);
        role.filter(|_| !is_wrong)
    };
    let published = || {
        fields
            .text(&[
                "request.sb.apikey.apikey.prefix",
                "sb.apikey.apikey.prefix",
                "apikey_prefix",
            ])
            .filter(|prefix| prefix.starts_with("sb_publishable"))
            .map(|_| "anon")
    };
    of("authorization")
        .or_else(|| of("apikey"))
        .or_else(published)
        .or_else(|| fields.text(&["role"]))
}

/// Whether the gateway says that it does not know the key.
fn is_key_wrong(fields: &Fields) -> bool {
    [
        "request.sb.apikey.apikey.error",
        "request.sb.apikey.authorization.error",
        "sb.apikey.apikey.error",
    ]
    .iter()
    .any(|path| fields.has(path))
}

/// The path within a whole address.
fn path_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.find('/').map_or("/", |at| &behind[at..])
}

/// The code in what PostgREST answers: `PostgREST; error=42501`.
fn proxy_status(header: &str) -> Option<&str> {
    header
        .split(';')
        .find_map(|part| part.trim().strip_prefix("error="))
}
