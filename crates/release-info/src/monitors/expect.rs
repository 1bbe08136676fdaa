use serde_json::Value;

use super::Watch;
use crate::{
    AppEnv,
    fetch::{Answer, tame},
    verification::{Seen, is_json},
};

/// What `/health` has in it while it works.
pub const KEYWORDS: [&str; 2] = ["VIGIE_HEALTH_PASS", "VIGIE_HEALTH_WARN"];

/// Whether an answer is what is expected: what was seen, or else why not.
///
/// # Errors
/// Why a monitor goes red.
pub fn judge(watch: &Watch, answer: &Answer) -> Result<String, String> {
    match watch {
        Watch::Web { package, environment } => web(answer, package.as_deref(), *environment),
        Watch::Health { environment } => health(answer, *environment),
        Watch::Heartbeat { .. } => ready(answer),
    }
}

fn web(answer: &Answer, package: Option<&str>, environment: Option<AppEnv>) -> Result<String, String> {
    let seen = Seen::of(answer);
    let served = seen.served().ok_or_else(|| seen.to_string())?;
    let is_right = package.is_none_or(|package| package == served.release.package())
        && environment.is_none_or(|environment| environment == served.environment);
    if is_right {
        Ok(seen.to_string())
    } else {
        Err(format!("another one is served: {seen}"))
    }
}

fn health(answer: &Answer, environment: Option<AppEnv>) -> Result<String, String> {
    let body = json(answer)?;
    let keyword = text(&body, "keyword")?;
    let here = text(&body, "environment")?;
    if answer.status != 200 || !KEYWORDS.contains(&keyword.as_str()) {
        return Err(format!("status {}, {keyword}", answer.status));
    }
    match environment {
        Some(environment) if environment.as_str() != here => {
            Err(format!("another environment answers: {here}"))
        }
        _ => Ok(format!("{keyword} ({here})")),
    }
}

/// Whether a service says at `/readyz` that it is ready: what it says, or else why not.
///
/// # Errors
/// Why it is not.
pub fn ready(answer: &Answer) -> Result<String, String> {
    let body = json(answer)?;
    let status = text(&body, "status")?;
    if answer.status == 200 && status == "ready" {
        Ok(status)
    } else {
        Err(format!("status {}, {status}", answer.status))
    }
}

fn json(answer: &Answer) -> Result<Value, String> {
    let says_so = is_json(answer.content_type.as_deref());
    let body = says_so
        .then(|| serde_json::from_slice(&answer.body).ok())
        .flatten();
    body.filter(Value::is_object)
        // What it is, in the words for a manifest.
        .ok_or_else(|| Seen::of(answer).to_string())
}

fn text(body: &Value, name: &str) -> Result<String, String> {
    let text = body[name].as_str().map(tame);
    text.ok_or_else(|| format!("JSON, but it has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><script src=\"main.dart.js\"></script>";

    fn answer(status: u16, content_type: &str, body: &str) -> Answer {
        Answer {
            status,
            content_type: Some(content_type.to_owned()),
            body: body.as_bytes().to_vec(),
            address: None,
        }
    }

    fn of_health(status: u16, keyword: &str) -> Answer {
        let body = format!("{{\"keyword\":\"{keyword}\",\"environment\":\"production\"}}");
        answer(status, "application/health+json", &body)
    }

    fn all() -> [Watch; 3] {
        [
            Watch::Web {
                package: None,
                environment: None,
            },
            Watch::Health { environment: None },
            Watch::Heartbeat {
                silent_after: std::time::Duration::from_mins(15),
                is_heard: true,
            },
        ]
    }

    #[test]
    fn a_page_of_html_is_red_for_everything_whatever_it_claims_to_be() {
        for watch in all() {
            for kind in ["text/html", "application/json"] {
                let why = judge(&watch, &answer(200, kind, PAGE)).expect_err("red");
                assert!(why.contains("main.dart.js"), "{watch:?}: {why}");
            }
        }
    }

    #[test]
    fn a_page_that_has_every_word_in_it_is_red_too() {
        let page = format!("<html>{} \"release\" ready</html>", KEYWORDS[0]);
        for watch in all() {
            judge(&watch, &answer(200, "text/html", &page)).expect_err("red");
        }
    }

    #[test]
    fn json_must_say_that_it_is() {
        let body = format!(
            "{{\"keyword\":\"{}\",\"environment\":\"test\",\"status\":\"ready\"}}",
            KEYWORDS[0]
        );
        for watch in &all()[1..] {
            judge(watch, &answer(200, "application/json", &body)).expect("green");
            let why = judge(watch, &answer(200, "text/plain", &body)).expect_err("red");
            assert_eq!(why, "no JSON: its Content-Type is text/plain");
        }
    }

    #[test]
    fn health_is_green_on_pass_and_warn_and_red_on_fail() {
        let watch = Watch::Health {
            environment: Some(AppEnv::Production),
        };
        for keyword in KEYWORDS {
            assert_eq!(
                judge(&watch, &of_health(200, keyword)),
                Ok(format!("{keyword} (production)"))
            );
            judge(&watch, &of_health(503, keyword)).expect_err("red");
        }
        for status in [200, 503] {
            let why = judge(&watch, &of_health(status, "VIGIE_HEALTH_FAIL")).expect_err("red");
            assert_eq!(why, format!("status {status}, VIGIE_HEALTH_FAIL"));
        }
        let elsewhere = Watch::Health {
            environment: Some(AppEnv::Staging),
        };
        let why = judge(&elsewhere, &of_health(200, KEYWORDS[0])).expect_err("red");
        assert_eq!(why, "another environment answers: production");
        judge(&watch, &answer(200, "application/json", "{}")).expect_err("red");
    }

    #[test]
    fn the_front_is_green_with_its_own_manifest() {
        let release = "mlpp-web@0.2.0+4110b38a1b2c";
        let body = format!(
            r#"{{"schema":1,"package":"mlpp-web","release":"{release}","commit":"4110b38a1b2c",
                "environment":"production","built_at":null,"min_schema":1,"max_schema":1}}"#
        );
        let answer = answer(200, "application/json", &body);
        let judged = |package: Option<&str>, environment| {
            let package = package.map(str::to_owned);
            let watch = Watch::Web { package, environment };
            judge(&watch, &answer)
        };
        assert_eq!(judged(None, None), Ok(format!("{release} (production)")));
        judged(Some("mlpp-web"), Some(AppEnv::Production)).expect("green");
        judged(Some("mlpp"), None).expect_err("red");
        judged(None, Some(AppEnv::Staging)).expect_err("red");
    }

    #[test]
    fn a_service_that_is_ready_makes_its_runs() {
        let judged = |status, word: &str| {
            let body = format!("{{\"status\":\"{word}\"}}");
            judge(&all()[2], &answer(status, "application/json", &body))
        };
        judged(200, "ready").expect("green");
        assert_eq!(judged(503, "not ready"), Err("status 503, not ready".to_owned()));
        judged(200, "alive").expect_err("red");
    }
}
