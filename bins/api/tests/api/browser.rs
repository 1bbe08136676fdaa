//! Somebody with a browser: a cookie, and the secret that stands in its forms.

use reqwest::{RequestBuilder, Response};

use crate::running::Api;

/// What a form is sent as.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    /// As it is sent.
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Browser {
    /// Signs in; `fields` are those of the form.
    pub(crate) async fn enter(api: &Api<'_>, fields: &[(&str, &str)]) -> Self {
        let answer = post(api, "/sign-in", fields).send().await.expect("an answer");
        assert_eq!(answer.status(), 303, "{answer:?}");
        let mut browser = Self {
            cookie: cookie(&answer).expect("a session"),
            csrf: String::new(),
        };
        let page = browser.page(api, "/governance/integrity").await;
        let (_, csrf) = page.split_once("name=\"csrf\" value=\"").expect("a form");
        csrf.split('"')
            .next()
            .expect("a value")
            .clone_into(&mut browser.csrf);
        browser
    }

    /// As a persona of the demo.
    pub(crate) async fn persona(api: &Api<'_>, persona: &str) -> Self {
        Self::enter(api, &[("persona", persona)]).await
    }

    pub(crate) fn get(&self, api: &Api<'_>, path: &str) -> RequestBuilder {
        api.get(path).header("cookie", &self.cookie)
    }

    /// A page that has to be there.
    pub(crate) async fn page(&self, api: &Api<'_>, path: &str) -> String {
        let answer = self.get(api, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("a page")
    }

    /// A form with these fields, and with the session's secret.
    pub(crate) fn post(&self, api: &Api<'_>, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        post(api, path, &fields).header("cookie", &self.cookie)
    }
}

/// A form, of nobody.
pub(crate) fn post(api: &Api<'_>, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = serde_html_form::to_string(fields).expect("a form");
    api.client
        .post(api.url(path))
        .header("content-type", FORM)
        .body(body)
}

/// The cookie that an answer sets, as it is sent back.
pub(crate) fn cookie(answer: &Response) -> Option<String> {
    let set = answer.headers().get("set-cookie")?.to_str().expect("text");
    let pair = set.split(';').next()?;
    (!pair.ends_with('=')).then(|| pair.to_owned())
}
