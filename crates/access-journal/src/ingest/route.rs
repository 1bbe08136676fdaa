//! Which route a path takes. A route is made of words of ours and of braces; what stands in the path is nobody's business.

use std::borrow::Cow;

use super::{
    clean,
    query::decoded,
    words::{ASSETS, AUTH, HEALTH, WORDS},
};
use crate::Source;

/// Where a path leads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// The template.
    pub(super) template: String,
    /// The relation, as it is asked for: not to be kept.
    pub(super) relation: Option<String>,
    /// What it is about, where its name is nobody's.
    pub(super) resource: Option<String>,
    /// What the template leaves open, and is not kept as it is.
    pub(super) open: Option<String>,
    /// The whole path, decoded: not to be kept.
    pub(super) path: String,
    /// Whether people sign in there.
    pub(super) is_sign_in: bool,
    /// Whether it is there for whoever watches.
    pub(super) is_health: bool,
    /// Whether it is a part of a page, which browsers ask for by themselves.
    pub(super) is_asset: bool,
}

/// How many parts of a path a template tells apart.
const DEEPEST: usize = 8;

/// What stands between the slashes of a path; a query behind it is left out.
fn parts(path: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(|part| !part.is_empty()).map(decoded)
}

/// All of a path in the form in which it is told apart from others, whoever heard of it: what a gateway and the service behind
/// it tell of is one thing.
#[cfg(feature = "tower")]
pub(crate) fn whole(path: &str) -> String {
    parts(path).collect::<Vec<_>>().join("/")
}

/// Of a path as a source logs it; a query behind it is left out.
pub(super) fn route(source: Source, path: &str) -> Route {
    let parts: Vec<Cow<'_, str>> = parts(path).collect();
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let is_health = source != Source::Postgrest && HEALTH.contains(&parts.join("/").as_str());
    let route = match (source, parts.as_slice()) {
        (Source::SupabaseAuth, parts) => auth("", parts),
        (Source::Postgrest, ["rpc", function, ..]) => named("/rpc/{function}", function),
        (Source::Postgrest, [relation, ..]) => related("/{relation}", relation),
        (_, ["rest", "v1", "rpc", function, ..]) => named("/rest/v1/rpc/{function}", function),
        (_, ["rest", "v1", relation, ..]) => related("/rest/v1/{relation}", relation),
        (_, ["rest", "v1"]) => fixed("/rest/v1/"),
        (_, ["graphql", "v1", ..]) => fixed("/graphql/v1"),
        (_, ["auth", "v1", parts @ ..]) => auth("/auth/v1", parts),
        (_, ["storage", "v1", "object", parts @ ..]) => stored(parts),
        (_, ["storage", "v1", parts @ ..]) => below("/storage/v1", parts),
        (_, ["functions", "v1", function, ..]) => named("/functions/v1/{function}", function),
        (_, ["realtime", "v1", parts @ ..]) => below("/realtime/v1", parts),
        (_, parts) => any(parts),
    };
    let is_sign_in = match source {
        Source::SupabaseAuth => parts == ["token"],
        Source::Postgrest => false,
        _ => parts == ["auth", "v1", "token"],
    };
    Route {
        path: parts.join("/"),
        is_sign_in,
        is_health,
        ..route
    }
}

fn fixed(template: &str) -> Route {
    Route {
        template: template.to_owned(),
        ..Route::default()
    }
}

fn named(template: &str, name: &str) -> Route {
    let resource = clean::name(name).map(str::to_owned);
    Route {
        open: resource.is_none().then(|| name.to_owned()),
        resource,
        ..fixed(template)
    }
}

fn related(template: &str, relation: &str) -> Route {
    Route {
        relation: Some(relation.to_owned()),
        ..named(template, relation)
    }
}

fn below(prefix: &str, parts: &[&str]) -> Route {
    Route {
        open: (!parts.is_empty()).then(|| parts.join("/")),
        ..fixed(&format!("{prefix}/{{path}}"))
    }
}

fn auth(prefix: &str, parts: &[&str]) -> Route {
    let Some((word, rest)) = parts.split_first().filter(|(word, _)| AUTH.contains(word)) else {
        return below(prefix, parts);
    };
    if rest.is_empty() {
        fixed(&format!("{prefix}/{word}"))
    } else {
        below(&format!("{prefix}/{word}"), rest)
    }
}

/// `/storage/v1/object/public/{bucket}/{object}` is about the same as without the word for how it is read.
fn stored(parts: &[&str]) -> Route {
    let ways = [
        "authenticated",
        "copy",
        "info",
        "list",
        "move",
        "public",
        "sign",
        "upload",
    ];
    let parts = match parts {
        [way, rest @ ..] if ways.contains(way) => rest,
        parts => parts,
    };
    let [bucket, object @ ..] = parts else {
        return fixed("/storage/v1/object");
    };
    let bucket_name = clean::name(bucket).map(str::to_owned);
    let open = if bucket_name.is_some() {
        object.join("/")
    } else {
        parts.join("/")
    };
    Route {
        resource: bucket_name,
        open: (!open.is_empty()).then_some(open),
        ..fixed("/storage/v1/object/{bucket}/{object}")
    }
}

/// Words of the list stay; whatever else is a brace.
fn any(parts: &[&str]) -> Route {
    let Some(last) = parts.last() else {
        return fixed("/");
    };
    let is_asset = last
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ASSETS.contains(&ending));
    let mut template = String::new();
    for part in parts.iter().take(DEEPEST) {
        template.extend(["/", if is_word(part) { part } else { "{id}" }]);
    }
    if parts.len() > DEEPEST {
        template.push_str("/{path}");
    }
    Route {
        // The whole of it: what was asked for is told apart by its words too.
        open: Some(parts.join("/")),
        is_asset,
        ..fixed(&template)
    }
}

/// A word of the list, or a version such as `v1`.
fn is_word(part: &str) -> bool {
    let number = part.strip_prefix('v').unwrap_or_default();
    let is_version = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_version || WORDS.contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(source: Source, path: &str, template: &str, resource: Option<&str>, open: Option<&str>) {
        let route = route(source, path);
        assert_eq!(route.template, template, "{path}");
        assert_eq!(route.resource.as_deref(), resource, "{path}");
        assert_eq!(route.open.as_deref(), open, "{path}");
    }

    #[test]
    fn the_gateways_routes_have_templates() {
        let edge = Source::SupabaseEdge;
        is(
            edge,
            "/rest/v1/contracts?select=*",
            "/rest/v1/{relation}",
            Some("contracts"),
            None,
        );
        is(
            edge,
            "/rest/v1//contr%61cts",
            "/rest/v1/{relation}",
            Some("contracts"),
            None,
        );
        is(
            edge,
            "/rest/v1/rpc/pay",
            "/rest/v1/rpc/{function}",
            Some("pay"),
            None,
        );
        is(
            edge,
            "/rest/v1/a@b.org",
            "/rest/v1/{relation}",
            None,
            Some("a@b.org"),
        );
        is(edge, "/auth/v1/token", "/auth/v1/token", None, None);
        is(
            edge,
            "/auth/v1/admin/users/7",
            "/auth/v1/admin/{path}",
            None,
            Some("users/7"),
        );
        is(edge, "/auth/v1/../x", "/auth/v1/{path}", None, Some("../x"));
        let object = "/storage/v1/object/{bucket}/{object}";
        is(
            edge,
            "/storage/v1/object/public/papers/a/b.pdf",
            object,
            Some("papers"),
            Some("a/b.pdf"),
        );
        is(
            edge,
            "/storage/v1/object/list/papers",
            object,
            Some("papers"),
            None,
        );
    }

    #[test]
    fn elsewhere_known_words_stay_and_the_rest_is_open() {
        let nginx = Source::Nginx;
        is(nginx, "/", "/", None, None);
        for (path, template) in [
            ("/api/v1/users/42", "/api/v1/users/{id}"),
            ("/users/amina-mbuyi/orders", "/users/{id}/orders"),
            ("/reset/kqwmzvtrlpxbnhdyscjf", "/reset/{id}"),
            ("/d/7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11", "/{id}/{id}"),
            ("/.env", "/{id}"),
            (
                "/api/api/api/api/api/api/api/api/b/c",
                "/api/api/api/api/api/api/api/api/{path}",
            ),
        ] {
            is(nginx, path, template, None, Some(&path[1..]));
        }
        is(
            nginx,
            "/users/a%40b.org/x",
            "/users/{id}/{id}",
            None,
            Some("users/a@b.org/x"),
        );
        is(Source::Postgrest, "/status", "/{relation}", Some("status"), None);
        assert!(
            !route(Source::Postgrest, "/status").is_health,
            "a relation may be called so"
        );
        assert!(route(nginx, "/healthz").is_health);
        assert!(!route(nginx, "/api/health/../users").is_health);
    }
}
