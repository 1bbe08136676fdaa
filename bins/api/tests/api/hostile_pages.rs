//! Screens for somebody who means harm: scripts in what is shown, forms of other sites, ways out of here.

use reqwest::Response;

use crate::{
    browser::{Browser, FORM, cookie, post},
    running::Auth,
    serves::serving,
};

/// What breaks out of text, of attributes in either quotes, and of a template.
const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}<!--";

/// A field that reaches a page, and how it gets there; `$` is a mark of its own and the evil text.
const FIELDS: &[(&str, &str)] = &[
    ("label", "update vigie.alerts set entity_label = '$'"),
    ("message", "update vigie.alerts set message = '$'"),
    ("scope", "update vigie.alerts set scope = '$'"),
    ("entity", "update vigie.alerts set entity_type = '$'"),
    (
        "key",
        "update vigie.alerts set payload = jsonb_build_object('$', 1) || payload",
    ),
    (
        "value",
        "update vigie.alerts set payload = payload || jsonb_build_object('volume', '$')",
    ),
    (
        "nested",
        "update vigie.alerts set payload = payload || jsonb_build_object('more', jsonb_build_array('$'))",
    ),
    (
        "person",
        "update vigie.alerts set acknowledged_by = '$' where status = 'ACK'",
    ),
    (
        "title",
        "update vigie.checks set title = jsonb_build_object('fr', '$', 'en', '$')",
    ),
    (
        "reason",
        "update vigie.check_states set reason = '$', outcome = 'Failed'",
    ),
];

#[test]
fn no_text_of_others_becomes_a_script() {
    serving(Auth::Demo, "", async |api| {
        let browser = Browser::persona(api, "directeur").await;
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        let act = |word: &str| format!("/governance/alerts/{id}/{word}");
        let said = marked("comment");
        let comments = [("comment", said.as_str())];
        let acted = browser
            .post(api, &act("ack"), &comments)
            .send()
            .await
            .expect("an answer");
        assert_eq!(acted.status(), 200);
        for (name, statement) in FIELDS {
            api.sql(&statement.replace('$', &marked(name).replace('\'', "''")));
        }
        let asked = serde_html_form::to_string([("q", marked("asked"))]).expect("a query");
        let mut pages = String::new();
        for path in [
            "/governance/integrity?status=all&limit=200".to_owned(),
            format!("/governance/integrity?{asked}"),
            format!("/governance/alerts/{id}"),
            "/governance/checks".to_owned(),
            "/governance/checks/STOCK_NEGATIF".to_owned(),
        ] {
            pages.push_str(&harmless(browser.get(api, &path).send().await.expect("an answer")).await);
        }
        // What somebody typed and gets back.
        let typed = [
            ("comment", marked("typed")),
            ("until", marked("until")),
            ("return", marked("return")),
        ];
        let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
        for path in [
            act("accept"),
            act("resolve"),
            "/governance/checks/STOCK_NEGATIF/confirm".to_owned(),
        ] {
            let answer = browser.post(api, &path, &typed).send().await.expect("an answer");
            pages.push_str(&harmless(answer).await);
        }
        let next = serde_html_form::to_string([("next", marked("next"))]).expect("a query");
        for path in [
            format!("/sign-in?{next}"),
            format!("/{}", asked.replace('+', "%20")),
        ] {
            harmless(api.get(&path).send().await.expect("an answer")).await;
        }
        // Each of them was there to be seen.
        for name in FIELDS
            .iter()
            .map(|(name, _)| *name)
            .chain(["comment", "asked", "typed"])
        {
            assert!(pages.contains(&mark(name)), "{name} is on no page");
        }
    });
}

#[test]
fn every_page_of_trouble_names_its_request_as_the_log_does() {
    serving(Auth::Demo, "", async |api| {
        let browser = Browser::persona(api, "directeur").await;
        let own = "00000000-0000-0000-0000-00000000e711";
        for path in [
            "/governance/alerts/none",
            "/governance/alerts/00000000-0000-0000-0000-000000000000",
            "/governance/integrity?limit=0",
            "/governance/checks/NONE",
            "/nowhere",
        ] {
            let asked = browser.get(api, path).header("x-request-id", own);
            let answer = asked.send().await.expect("an answer");
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
            let name = answer.headers()["x-request-id"]
                .to_str()
                .expect("text")
                .to_owned();
            let page = answer.text().await.expect("a page");
            assert!(page.contains(&name) && !page.contains(own), "{path}: {page}");
        }
        // Who sends a form without its secret is led back to the page that it stands on.
        let act = "/governance/alerts/00000000-0000-0000-0000-000000000000/ack";
        let sent = post(api, act, &[]).header("cookie", &browser.cookie);
        let page = sent
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a page");
        assert!(!page.contains(&format!("href=\"{act}")), "{page}");
    });
}

fn mark(name: &str) -> String {
    format!("mark-{name}-")
}

fn marked(name: &str) -> String {
    format!("{}{EVIL}", mark(name))
}

/// Insists that nothing of the evil text stands on a page as it was given, and that no script would run if it did.
async fn harmless(answer: Response) -> String {
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let path = answer.url().path().to_owned();
    assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
    let page = answer.text().await.expect("a page");
    for raw in [
        "<script>alert",
        "<img src=x",
        "{{7*7}}<",
        "49&lt;",
        "-\"'",
        "-\"&",
        "-&#34;'",
    ] {
        assert!(!page.contains(raw), "{path}: {raw}\n{page}");
    }
    page
}

/// Another site's form, in every way that it could be sent.
#[test]
fn no_other_site_can_make_somebody_act() {
    serving(Auth::Demo, "", async |api| {
        let browser = Browser::persona(api, "admin").await;
        let other = Browser::persona(api, "directeur").await;
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        let before = tokio::task::block_in_place(|| api.world.traces());
        let acts = [
            format!("/governance/alerts/{id}/comment"),
            "/governance/checks/STOCK_NEGATIF/confirm".to_owned(),
            "/sign-out".to_owned(),
        ];
        for path in &acts {
            for (what, csrf, headers) in foreign(&browser.csrf, &other.csrf) {
                let fields = [("csrf", csrf.as_str()), ("comment", "oui")];
                let mut request = post(api, path, &fields).header("cookie", &browser.cookie);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), 403, "{path}: {what}");
            }
        }
        let path = format!("/api/v1/alerts/{id}/comment");
        for (what, csrf, headers) in foreign(&browser.csrf, &other.csrf) {
            let mut request = api.client.post(api.url(&path)).header("cookie", &browser.cookie);
            request = request
                .header("x-csrf-token", csrf)
                .header("content-type", "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request
                .body(r#"{"comment": "oui"}"#)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), 403, "{path}: {what}");
        }
        assert_eq!(before, tokio::task::block_in_place(|| api.world.traces()));
        browser.page(api, "/governance/integrity").await;

        // Nor to be signed in as somebody of theirs.
        for (_, _, headers) in foreign("", "")
            .into_iter()
            .filter(|(.., headers)| !headers.is_empty())
        {
            let mut request = post(api, "/sign-in", &[("persona", "admin")]);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(
                (answer.status().as_u16(), cookie(&answer)),
                (403, None),
                "{headers:?}"
            );
        }
        // The same from here is done: it was refused for what it was.
        let answer = browser
            .post(api, &acts[0], &[("comment", "oui")])
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
    });
}

type Headers = &'static [(&'static str, &'static str)];

fn foreign(own: &str, others: &str) -> Vec<(&'static str, String, Headers)> {
    vec![
        ("no token", String::new(), &[]),
        ("another session's token", others.to_owned(), &[]),
        ("cut", own.chars().skip(1).collect(), &[]),
        (
            "from elsewhere",
            own.to_owned(),
            &[("origin", "https://evil.example")],
        ),
        (
            "from a frame without origin",
            own.to_owned(),
            &[("origin", "null")],
        ),
        ("cross-site", own.to_owned(), &[("sec-fetch-site", "cross-site")]),
        ("a neighbour", own.to_owned(), &[("sec-fetch-site", "same-site")]),
    ]
}

/// Where somebody could be sent, or what could be written into the head of an answer.
const ELSEWHERE: &[&str] = &[
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "@evil.example",
    "/a\r\nX-Injected: yes",
    "/a\r\n\r\n<script>",
    "/a\u{1}",
    "/a\u{7f}",
    "/a\u{0}",
    "/é",
];

#[test]
fn nobody_is_led_elsewhere_and_nothing_is_written_into_a_head() {
    serving(Auth::Demo, "", async |api| {
        let browser = Browser::persona(api, "directeur").await;
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        for evil in ELSEWHERE {
            let query = |name: &str| serde_html_form::to_string([(name, evil)]).expect("a query");
            let (next, q) = (query("next"), query("q"));
            let entering = post(api, "/sign-in", &[("persona", "admin"), ("next", evil)]);
            let lang = format!("{q}&lang=en");
            let all = [
                ("entering", entering, true),
                (
                    "there already",
                    browser.get(api, &format!("/sign-in?{next}")),
                    true,
                ),
                ("first", api.get(&format!("/governance/integrity?{q}")), true),
                (
                    "language",
                    browser.get(api, &format!("/governance/integrity?{lang}")),
                    true,
                ),
                (
                    "which language",
                    browser.get(api, &format!("/sign-in?{}", query("lang"))),
                    true,
                ),
                (
                    "list",
                    browser.get(api, &format!("/governance/integrity?{q}")),
                    false,
                ),
                (
                    "return",
                    browser.post(
                        api,
                        &format!("/governance/alerts/{id}/comment"),
                        &[("comment", evil), ("return", evil)],
                    ),
                    false,
                ),
            ];
            for (what, request, leads) in all {
                let answer = request.send().await.expect("an answer");
                let about = format!("{what}, {evil:?}: {answer:?}");
                assert!(!answer.headers().contains_key("x-injected"), "{about}");
                assert!(!answer.status().is_server_error(), "{about}");
                let to = answer
                    .headers()
                    .get("location")
                    .map(|to| to.to_str().expect("text"));
                assert!(to.is_some() || !leads, "{about}");
                if let Some(to) = to {
                    assert!(
                        to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'),
                        "{about}"
                    );
                }
            }
        }
    });
}

/// The path itself leads nowhere either.
#[test]
fn a_path_of_two_slashes_is_no_way_out() {
    serving(Auth::Demo, "", async |api| {
        for path in [
            "//evil.example/?lang=en",
            "//evil.example/governance/integrity?lang=en",
            "/%2fevil.example?lang=en",
        ] {
            let answer = api.get(path).send().await.expect("an answer");
            assert_eq!(answer.status(), 404, "{path}: {answer:?}");
        }
        let wrong = api
            .client
            .post(api.url("/sign-in"))
            .header("content-type", "text/plain")
            .body("persona=admin");
        assert_eq!(wrong.send().await.expect("an answer").status(), 415);
        let large = format!("comment={}", "x".repeat(70_000));
        let large = api
            .client
            .post(api.url("/sign-in"))
            .header("content-type", FORM)
            .body(large);
        assert_eq!(large.send().await.expect("an answer").status(), 413);
    });
}
