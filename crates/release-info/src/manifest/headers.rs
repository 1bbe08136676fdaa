/// Who serves a web front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Firebase Hosting.
    Firebase,
    /// nginx.
    Nginx,
    /// Caddy 2.
    Caddy,
}

impl Host {
    /// A configuration with which nobody gets an old release from a cache.
    ///
    /// Everything is asked for again (`no-cache`), since Flutter puts no hash into names: `main.dart.js` is called so
    /// in every release. Names that do hold a hash of at least 16 digits may be kept, where the host says how it tells
    /// them apart; Firebase's documentation leaves open which of two rules for one header wins, so there it gets one.
    #[must_use]
    pub fn caching(self) -> &'static str {
        match self {
            Self::Firebase => include_str!("headers/firebase.json"),
            Self::Nginx => include_str!("headers/nginx.conf"),
            Self::Caddy => include_str!("headers/Caddyfile"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that say something.
    fn lines(host: Host) -> Vec<&'static str> {
        let lines = host.caching().lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect()
    }

    #[test]
    fn firebase_has_one_rule_for_everything() {
        let config: serde_json::Value = serde_json::from_str(Host::Firebase.caching()).expect("JSON");
        let rules = config["hosting"]["headers"].as_array().expect("rules");
        assert_eq!(rules.len(), 1);
        assert_eq!(rules[0]["source"], "**");
        let header = serde_json::json!([{ "key": "Cache-Control", "value": "no-cache" }]);
        assert_eq!(rules[0]["headers"], header);
    }

    #[test]
    fn what_is_not_hashed_is_asked_for_again() {
        let nginx = lines(Host::Nginx);
        assert!(nginx.contains(&"default no-cache;"), "{nginx:?}");
        assert!(
            nginx.contains(&"add_header Cache-Control $release_caching;"),
            "{nginx:?}"
        );
        let caddy = lines(Host::Caddy);
        assert!(caddy.contains(&"header Cache-Control no-cache"), "{caddy:?}");
        for host in [Host::Nginx, Host::Caddy] {
            let kept = lines(host);
            let kept: Vec<_> = kept.iter().filter(|line| line.contains("immutable")).collect();
            assert_eq!(kept.len(), 1, "{host:?}: {kept:?}");
        }
    }

    #[test]
    fn what_is_missing_is_not_the_applications_shell() {
        for (host, line) in [
            (Host::Nginx, "try_files $uri =404;"),
            (Host::Caddy, "@release path /version.json /release-files.json"),
            (Host::Nginx, r"location ~ /\.(?!well-known/) {"),
            (Host::Caddy, "path */.*"),
        ] {
            assert!(lines(host).contains(&line), "{host:?}");
        }
    }
}
