//! The files that pages need besides themselves, compiled in. Their names hold a hash of their content, so that they
//! may be kept for ever and a new release is never shown with an old script.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// A file served under `/assets/`.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Its path, such as `/assets/vigie.0123456789abcdef.css`.
    pub(crate) path: String,
    pub(crate) content_type: &'static str,
    pub(crate) text: String,
}

pub(crate) static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "vigie",
        "css",
        "text/css; charset=utf-8",
        tight(
            &without_margins(include_str!("../../assets/vigie.css")),
            STYLESHEET_GAPS,
        ),
    )
});
/// What the screen of the audit needs besides, and no other.
pub(crate) static ACCESS: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "access",
        "css",
        "text/css; charset=utf-8",
        tight(
            &without_margins(include_str!("../../assets/access.css")),
            STYLESHEET_GAPS,
        ),
    )
});
/// What the screen of accesses needs besides, and no other.
pub(crate) static JOURNAL: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "journal",
        "css",
        "text/css; charset=utf-8",
        tight(
            &without_margins(include_str!("../../assets/journal.css")),
            STYLESHEET_GAPS,
        ),
    )
});
/// What the screen of the releases needs besides, and no other.
pub(crate) static RELEASES: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "releases",
        "css",
        "text/css; charset=utf-8",
        tight(
            &without_margins(include_str!("../../assets/releases.css")),
            STYLESHEET_GAPS,
        ),
    )
});
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "vigie",
        "js",
        "text/javascript; charset=utf-8",
        tight(
            &without_margins(include_str!("../../assets/vigie.js")),
            SCRIPT_GAPS,
        ),
    )
});
pub(crate) static ICON: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "favicon",
        "svg",
        "image/svg+xml",
        without_margins(include_str!("../../assets/favicon.svg")),
    )
});

/// Every asset.
pub(crate) fn assets() -> [&'static Asset; 6] {
    [&STYLESHEET, &ACCESS, &JOURNAL, &RELEASES, &SCRIPT, &ICON]
}

fn asset(name: &str, ending: &str, content_type: &'static str, text: String) -> Asset {
    let digest = Sha256::digest(&text);
    let hash = u64::from_be_bytes(std::array::from_fn(|at| digest[at]));
    Asset {
        path: format!("/assets/{name}.{hash:016x}.{ending}"),
        content_type,
        text,
    }
}

/// Without indentation and without comments, which our files keep on lines of their own: both are for authors.
fn without_margins(source: &str) -> String {
    let is_comment = |line: &&str| line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/");
    let lines = source
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !is_comment(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// White space around what separates, and what stays of it. None of our selectors has one after a colon, and none of our
/// texts either.
const STYLESHEET_GAPS: &[(&str, &str)] = &[
    ("\n", " "),
    (" { ", "{"),
    (" {", "{"),
    ("; }", "}"),
    ("} ", "}"),
    (" > ", ">"),
    (": ", ":"),
    ("; ", ";"),
    (", ", ","),
];
/// The same for the script, whose lines stay; none of its texts has these either, but for lists of selectors.
const SCRIPT_GAPS: &[(&str, &str)] = &[
    (" => ", "=>"),
    (" === ", "==="),
    (" !== ", "!=="),
    (" = ", "="),
    (" && ", "&&"),
    (" || ", "||"),
    (", ", ","),
    (") {", "){"),
    ("if (", "if("),
];

/// Without the white space around what separates.
fn tight(text: &str, gaps: &[(&str, &str)]) -> String {
    gaps.iter()
        .fold(text.to_owned(), |text, (loose, tight)| text.replace(loose, tight))
}
