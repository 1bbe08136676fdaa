//! Secrets and names planted in every field of every format: in no table, and in nothing that is printed, in any form.

use std::fmt::Write as _;

use access_journal::{Source, ingest::SOURCES};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::{
    access_attacks::{Scene, everything, lately},
    attacks::attacks,
};

/// What is planted; none of it stands in anything honest.
const PLANTED: [&str; 6] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJKZWFuIn0.UGxhbnRlZFNpZw",
    "sb_secret_Q7Wx0aZ1PlantedTail",
    "Jean.Planted@Example.org",
    "203.0.113.77",
    "2001:db8:beef::77",
    "+243812345678",
];

/// A word that is looked for by itself: what is left of something longer is found too.
const PARTS: [&str; 6] = [
    "plantedtail",
    "jean.planted",
    "jean%2eplanted",
    "203.0.113",
    "db8:beef",
    "812345678",
];

/// The forms in which something could be kept or printed, in small letters.
fn forms(planted: &str) -> Vec<String> {
    let percent = |all: bool| {
        planted.bytes().fold(String::new(), |mut text, byte| {
            let is_plain = byte.is_ascii_alphanumeric() || !all && b"-._~".contains(&byte);
            if is_plain {
                text.push(char::from(byte));
            } else {
                let _ = write!(text, "%{byte:02x}");
            }
            text
        })
    };
    let hex = planted.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let mut forms = vec![planted.to_owned(), percent(true), percent(false), hex];
    for text in [planted.to_owned(), planted.to_lowercase()] {
        forms.push(BASE64_STANDARD_NO_PAD.encode(&text));
        forms.push(BASE64_URL_SAFE_NO_PAD.encode(&text));
    }
    forms.iter().map(|form| form.to_lowercase()).collect()
}

/// Where a line of JSON holds anything.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                places(value, &format!("{at}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), all);
            }
        }
        _ => all.push(at.to_owned()),
    }
}

/// What gateways and servers add, and what nobody knows: beside every other field.
fn add_extras(value: &mut Value, held: &str) {
    match value {
        Value::Object(fields) => {
            for value in fields.values_mut() {
                add_extras(value, held);
            }
            for name in [
                "referer",
                "cookie",
                "authorization",
                "apikey",
                "x_forwarded_for",
                "user",
                "query",
                "body",
                "statement",
                "detail",
                "hint",
                "message",
                "auth_user",
                held,
            ] {
                if !fields.contains_key(name) {
                    fields.insert(name.to_owned(), held.into());
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_extras(item, held)),
        _ => {}
    }
}

/// What makes each line one of its own, where it is not what is planted.
fn number(line: &mut Value, number: usize, but: &str) {
    for (place, value) in [
        ("/id", json!(format!("00000000-0000-4000-9000-{number:012x}"))),
        ("/line_num", json!(number)),
    ] {
        if let Some(field) = line.pointer_mut(place).filter(|_| place != but) {
            *field = value;
        }
    }
}

/// Each line of a log, with something planted in each of its places.
fn planted_log(source: Source, log: &str) -> String {
    let mut out = String::new();
    let mut count = 0;
    for line in log.lines() {
        for planted in PLANTED {
            let percent = planted.replace('@', "%40").replace(':', "%3A");
            let base64 = BASE64_URL_SAFE_NO_PAD.encode(planted);
            for held in [
                planted.to_owned(),
                format!("/rest/v1/{percent}/x?token={percent}&e={base64}"),
                format!("/auth/v1/{base64}"),
            ] {
                let Ok(sample) = serde_json::from_str::<Value>(line) else {
                    for line in combined(line, &held.replace(['"', ' '], "")) {
                        let _ = writeln!(out, "{line}");
                    }
                    continue;
                };
                let mut all = Vec::new();
                places(&sample, "", &mut all);
                for place in &all {
                    let mut line = sample.clone();
                    *line.pointer_mut(place).expect("a place") = held.as_str().into();
                    count += 1;
                    number(&mut line, count, place);
                    let _ = writeln!(out, "{line}");
                }
                let mut line = sample.clone();
                add_extras(&mut line, &held);
                count += 1;
                number(&mut line, count, "");
                let _ = writeln!(out, "{line}");
            }
        }
    }
    assert!(!out.is_empty(), "{source}");
    out
}

/// A line of the combined format, with something planted in each of its fields.
fn combined(line: &str, held: &str) -> Vec<String> {
    let (client, rest) = line.split_once(' ').expect("an address");
    let quoted: Vec<&str> = rest.split('"').collect();
    let [before, request, answer, _, _, _, _] = quoted[..] else {
        panic!("{line}")
    };
    let (who, time) = before.split_once('[').expect("a time");
    let method = request.split(' ').next().expect("a method");
    vec![
        format!("{held} {who}[{time}\"{request}\"{answer}\"\" \"\""),
        format!("{client} {held} {held} [{time}\"{request}\"{answer}\"\" \"\""),
        format!("{client} {who}[{held}] \"{request}\"{answer}\"\" \"\""),
        format!("{client} {who}[{time}\"{method} {held} HTTP/1.1\"{answer}\"\" \"\""),
        format!("{client} {who}[{time}\"{held} /{held} {held}\"{answer}\"\" \"\""),
        format!("{client} {who}[{time}\"{request}\" {held} {held} \"\" \"\""),
        format!("{client} {who}[{time}\"{request}\"{answer}\"{held}\" \"{held}\""),
        format!("{held} is no line"),
    ]
}

#[test]
fn nothing_planted_in_any_field_of_any_format_is_kept_or_printed() {
    let mut scene = Scene::new();
    let (url, owner) = (scene.url.clone(), scene.world.url());
    for source in SOURCES.iter().copied() {
        // Of each story the first line, so that every kind of event is among them.
        let firsts: String = attacks(lately())
            .into_iter()
            .filter_map(|attack| Some(format!("{}\n", attack.log(source)?.lines().next()?)))
            .collect();
        let log = planted_log(source, &firsts);
        scene.world.file("planted.log", &log);
        let word = source.as_str().replace('_', "-");
        for json in [&[][..], &["--json"]] {
            let args = ["access", "ingest", "--source", &word, "planted.log"];
            let answer = scene.ran(&url, &[&args, json].concat());
            assert!(matches!(answer.code, Some(0 | 3)), "{source}: {answer:#?}");
        }
        let rows = scene.world.value(&format!(
            "select count(*)::text from vigie.access_events where source = '{source}'"
        ));
        let rows: usize = rows.parse().expect("a number");
        assert!(
            rows > 20,
            "{source}: {rows} of {} lines were kept",
            log.lines().count()
        );
    }
    scene.sync();
    for args in [
        &["access", "report"][..],
        &["access", "report", "--json"],
        &["access", "verify", "--json"],
        &["alerts", "list"],
        &["alerts", "list", "--json"],
        &["doctor"],
    ] {
        scene.ran(&owner, args);
    }
    let id = scene
        .world
        .value("select id::text from vigie.alerts where check_code = 'ACCESS_ENUMERATION' limit 1");
    scene.ran(&owner, &["alerts", "show", &id]).exits(0);
    scene.ran(&owner, &["alerts", "history", &id]).exits(0);

    let kept = everything(&scene.world).to_lowercase();
    assert!(kept.contains("access_enumeration"), "the tables were read");
    for (place, text) in [
        ("a table", &kept),
        ("what is printed", &scene.printed.to_lowercase()),
    ] {
        let looked_for = PLANTED.iter().flat_map(|planted| forms(planted));
        for form in looked_for.chain(PARTS.map(str::to_owned)) {
            if let Some(at) = text.find(&form) {
                let from = text.floor_char_boundary(at.saturating_sub(200));
                let to = text.floor_char_boundary(at + form.len() + 100);
                panic!("{form} is in {place}: {}", &text[from..to]);
            }
        }
    }
}
