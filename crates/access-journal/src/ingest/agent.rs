//! What kind of program asked. Never more than a word of these lists: a user agent may say anything.

/// Browsers, by what they alone write; those that others pretend to be come last.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Programs, by the beginning of what they write.
const PROGRAMS: [(&str, &str); 28] = [
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python-requests/", "python-requests"),
    ("python-httpx/", "httpx"),
    ("python-urllib/", "Python-urllib"),
    ("python/", "Python"),
    ("go-http-client/", "Go-http-client"),
    ("okhttp/", "okhttp"),
    ("dart/", "Dart"),
    ("node", "Node"),
    ("undici", "Node"),
    ("axios/", "axios"),
    ("deno/", "Deno"),
    ("supabase", "supabase"),
    ("postgrest", "PostgREST"),
    ("postmanruntime/", "Postman"),
    ("insomnia/", "Insomnia"),
    ("java/", "Java"),
    ("apache-httpclient/", "Apache-HttpClient"),
    ("libwww-perl/", "libwww-perl"),
    ("ruby", "Ruby"),
    ("sqlmap/", "sqlmap"),
    ("mozilla/5.00 (nikto", "Nikto"),
    ("blackbox-exporter", "Blackbox Exporter"),
    ("blackbox exporter", "Blackbox Exporter"),
    ("prometheus/", "Prometheus"),
    ("kube-probe/", "kube-probe"),
    ("vigie", "Vigie"),
];

/// Which kind, `other` where it is none that is known.
pub(crate) fn family(agent: &str) -> &'static str {
    if let Some(browser) = browser(agent) {
        return browser;
    }
    let begins = |word: &str| {
        agent
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let program = PROGRAMS.iter().find(|(word, _)| begins(word));
    program.map_or("other", |(_, family)| family)
}

/// Which browser, if it is one.
pub(super) fn browser(agent: &str) -> Option<&'static str> {
    let is_like_one = agent.starts_with("Mozilla/5.0 (");
    let browser = BROWSERS.iter().find(|(word, _)| agent.contains(word));
    browser.filter(|_| is_like_one).map(|(_, family)| *family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_word_of_the_list() {
        for (agent, is) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                "Firefox",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
                "Edge",
            ),
            (
                "Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/17.0 Mobile/15E148 Safari/604.1",
                "Safari",
            ),
            ("curl/8.5.0", "curl"),
            ("Dart/3.5 (dart:io)", "Dart"),
            ("jean@example.org", "other"),
            ("Chrome/1", "other"),
            ("é", "other"),
            ("", "other"),
        ] {
            assert_eq!(family(agent), is, "{agent}");
        }
    }
}
