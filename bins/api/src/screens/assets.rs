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
    pub(crate) bytes: &'static [u8],
}

pub(crate) static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    asset("vigie", "css", "text/css; charset=utf-8", include_bytes!("../../assets/vigie.css"))
});
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset("vigie", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/vigie.js"))
});
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("favicon", "svg", "image/svg+xml", include_bytes!("../../assets/favicon.svg")));

/// Every asset.
pub(crate) fn assets() -> [&'static Asset; 3] {
    [&STYLESHEET, &SCRIPT, &ICON]
}

fn asset(name: &str, ending: &str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash: String = Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Asset {
        path: format!("/assets/{name}.{hash}.{ending}"),
        content_type,
        bytes,
    }
}
