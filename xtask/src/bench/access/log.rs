//! Logs as servers write them: mostly what is no matter to anybody, and among it what is.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use fastrand::Rng;

use crate::failure::Failure;

/// Who writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON, each line with an id.
    Nginx,
    /// Combined, without ids: lines are known by where they stand.
    Postgrest,
    /// JSON in JSON, and long.
    SupabaseEdge,
}

pub(super) const FORMATS: [Format; 3] = [Format::Nginx, Format::Postgrest, Format::SupabaseEdge];

impl Format {
    /// As `--source` names it.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Postgrest => "postgrest",
            Self::SupabaseEdge => "supabase-edge",
        }
    }
}

/// A minute of the time that logs are of: its beginning in seconds of the Unix epoch, and in the words of the combined format,
/// without the seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) epoch: u64,
    pub(super) words: String,
}

/// A request, as every format tells it.
struct Request {
    method: &'static str,
    path: String,
    query: &'static str,
    status: u16,
    role: &'static str,
    range: &'static str,
    bytes: u32,
    address: String,
}

const RELATIONS: [&str; 6] = [
    "projects", "tasks", "comments", "profiles", "invoices", "messages",
];

/// Of a thousand requests, 957 are what everybody does; of the others each kind that the journal keeps has some.
fn request(random: &mut Rng) -> Request {
    let relation = RELATIONS[random.usize(..RELATIONS.len())];
    let visitor = |random: &mut Rng| format!("198.51.{}.{}", random.u8(100..110), random.u8(1..));
    let usual = Request {
        method: "GET",
        path: format!("/rest/v1/{relation}"),
        query: "?select=*&order=id.desc&limit=25",
        status: 200,
        role: "authenticated",
        range: "0-24/*",
        bytes: random.u32(300..20_000),
        address: visitor(random),
    };
    match random.u32(..1000) {
        0..15 => Request {
            status: 401,
            role: "anon",
            range: "",
            bytes: 93,
            ..usual
        },
        15..25 => Request {
            status: 404,
            path: format!("/rest/v1/{relation}_{}", random.u8(..)),
            role: "anon",
            range: "",
            bytes: 120,
            ..usual
        },
        25..33 => Request {
            status: 403,
            range: "",
            bytes: 117,
            ..usual
        },
        33..39 => Request {
            method: "POST",
            path: "/auth/v1/token".to_owned(),
            query: "?grant_type=password",
            status: 400,
            role: "anon",
            range: "",
            bytes: 60,
            ..usual
        },
        39..41 => Request {
            path: "/rest/v1/contracts".to_owned(),
            role: "anon",
            range: "*/*",
            bytes: 2,
            ..usual
        },
        41..43 => Request {
            path: "/rest/v1/contracts".to_owned(),
            role: "anon",
            ..usual
        },
        _ => usual,
    }
}

const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";

/// Writes a log of at least so many bytes, its lines in order over these minutes; gives how many lines it has.
pub(super) fn write(format: Format, path: &Path, size: u64, minutes: &[Minute]) -> Result<u64, Failure> {
    let mut random = Rng::with_seed(42);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let (mut written, mut lines) = (0, 0);
    let mut line = String::new();
    while written < size {
        let at = usize::try_from(written * minutes.len() as u64 / size).unwrap_or_default();
        let Some(minute) = minutes.get(at) else { break };
        line.clear();
        one(format, &mut line, minute, &mut random);
        file.write_all(line.as_bytes())?;
        written += line.len() as u64;
        lines += 1;
    }
    file.flush()?;
    Ok(lines)
}

fn one(format: Format, line: &mut String, minute: &Minute, random: &mut Rng) {
    use std::fmt::Write as _;

    let Request {
        method,
        path,
        query,
        status,
        role,
        range,
        bytes,
        address,
    } = request(random);
    let (second, id) = (random.u8(..60), random.u128(..));
    let epoch = minute.epoch + u64::from(second);
    let written = match format {
        Format::Nginx => writeln!(
            line,
            "{{\"time\":\"{epoch}.{:03}\",\"id\":\"{id:032x}\",\"address\":\"{address}\",\"forwarded\":\"\",\
             \"method\":\"{method}\",\"path\":\"{path}\",\"grant_type\":\"{}\",\"status\":\"{status}\",\
             \"bytes\":\"{bytes}\",\"encoding\":\"\",\"role\":\"{role}\",\"agent\":\"{AGENT}\",\
             \"origin\":\"https://app.example.org\",\"fetch_site\":\"same-site\",\"content_range\":\"{range}\",\
             \"error\":\"\",\"release\":\"\"}}",
            random.u16(..1000),
            query.strip_prefix("?grant_type=").unwrap_or_default(),
        ),
        Format::Postgrest => writeln!(
            line,
            "{address} - {role} [{}:{second:02} +0000] \"{method} {}{query} HTTP/1.1\" {status} {bytes} \"\" \"{AGENT}\"",
            minute.words,
            path.trim_start_matches("/rest/v1"),
        ),
        Format::SupabaseEdge => writeln!(
            line,
            "{{\"event_message\":\"{method} | {status} | {address} | https://abcdefghijklmnopqrst.supabase.co{path}{query} \
             | {AGENT}\",\"id\":\"{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}\",\"timestamp\":{epoch}000000,\
             \"metadata\":[{{\"load_balancer_redirect_identifier\":null,\"logflare_worker\":[{{\"worker_id\":\"KJVG57\"}}],\
             \"request\":[{{\"cf\":[{{\"asn\":37020,\"city\":\"Kinshasa\",\"continent\":\"AF\",\"country\":\"CD\",\
             \"httpProtocol\":\"HTTP/2\",\"tlsVersion\":\"TLSv1.3\",\"timezone\":\"Africa/Kinshasa\"}}],\
             \"headers\":[{{\"accept\":\"*/*\",\"cf_connecting_ip\":\"{address}\",\"cf_ipcountry\":\"CD\",\
             \"cf_ray\":\"98e87fae3bb3907b\",\"content_type\":\"application/json\",\"host\":\
             \"abcdefghijklmnopqrst.supabase.co\",\"referer\":\"https://app.example.org/\",\"user_agent\":\"{AGENT}\",\
             \"x_client_info\":\"supabase-js-web/2.45.4\",\"x_forwarded_proto\":\"https\"}}],\"host\":\
             \"abcdefghijklmnopqrst.supabase.co\",\"method\":\"{method}\",\"path\":\"{path}\",\"port\":null,\
             \"protocol\":\"https:\",\"sb\":[{{\"apikey\":[],\"auth_user\":null,\"jwt\":[{{\"apikey\":[{{\"invalid\":null,\
             \"payload\":[{{\"algorithm\":\"HS256\",\"issuer\":\"supabase\",\"role\":\"anon\"}}]}}],\"authorization\":\
             [{{\"invalid\":null,\"payload\":[{{\"algorithm\":\"HS256\",\"role\":\"{role}\",\"session_id\":null}}]}}]}}]}}],\
             \"search\":\"{query}\",\"url\":\"https://abcdefghijklmnopqrst.supabase.co{path}{query}\"}}],\
             \"response\":[{{\"headers\":[{{\"cf_cache_status\":\"DYNAMIC\",\"cf_ray\":\"98e87fae3bb3907b-CDG\",\
             \"content_length\":\"{bytes}\",\"content_range\":\"{range}\",\"content_type\":\
             \"application/json; charset=utf-8\",\"date\":null}}],\"origin_time\":{},\"status_code\":{status}}}]}}]}}",
            id >> 96,
            (id >> 80) & 0xffff,
            (id >> 68) & 0xfff,
            (id >> 56) & 0xfff,
            id & 0xffff_ffff_ffff,
            random.u8(10..),
        ),
    };
    debug_assert!(written.is_ok(), "text takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_what_they_say_they_are() {
        let minute = Minute {
            epoch: 1_795_464_000,
            words: "23/Nov/2026:20:00".to_owned(),
        };
        let mut random = Rng::with_seed(1);
        for format in FORMATS {
            for _ in 0..200 {
                let mut line = String::new();
                one(format, &mut line, &minute, &mut random);
                assert_eq!(line.matches('\n').count(), 1, "{line}");
                if format != Format::Postgrest {
                    let told: Result<serde_json::Value, _> = serde_json::from_str(&line);
                    assert!(told.is_ok(), "{line}");
                }
            }
        }
    }
}
