//! What things are called survives every output.

use std::collections::BTreeSet;

use integrity_core::{
    Language,
    plain::{plain, xml},
};

use super::{read, world};
use crate::{
    Audit,
    report::{html, junit, markdown, sarif},
    rules::Level,
};

const NAMES: &[&str] = &[
    "tanks",
    "Tanks & Pumps",
    "a \"quoted\" one",
    "it's",
    "dots.in.it",
    " spaces  around ",
    "été ⛽ station 👩\u{200d}🔧",
    "<script>alert(1)</script>",
    "<!-- no",
    "--> yes",
    "]]>",
    "&amp;",
    "a`b``c",
    "`",
    "pipes | and \\| more |",
    "line\nbreak",
    "\r\n",
    "tab\there",
    "\u{1b}[31mred\u{7}",
    "\u{202e}desrever",
    "صهريج ١٢",
    "{0} {{1}} {",
    "[a link](https://example.org)",
    "![x](y)",
    "*bold* _em_ ~~gone~~ #12 @somebody !3",
    "- # 1. > ---",
    "\\",
    "\u{fffe}\u{ffff}",
    "--; drop table x",
    "onclick=alert(1)",
    "' onmouseover='alert(1)",
];

fn each(look: impl Fn(&str, &Audit)) {
    for name in NAMES {
        let audit = world(name).audit();
        let rules: BTreeSet<&str> = audit.findings.iter().map(|found| found.rule.as_str()).collect();
        assert!(rules.len() > 2, "{rules:?} of {name:?}");
        look(name, &audit);
    }
}

/// What the findings are about.
fn objects(audit: &Audit) -> Vec<String> {
    audit
        .findings
        .iter()
        .map(|found| found.object.to_string())
        .collect()
}

#[test]
fn in_json() {
    each(|_, audit| {
        let text = serde_json::to_string(audit).expect("JSON");
        let back: Audit = serde_json::from_str(&text).expect("the same");
        assert_eq!(&back, audit);
    });
}

#[test]
fn in_sarif() {
    each(|_, audit| {
        let document = read::sarif(&sarif(audit));
        let results = read::results(&document).iter();
        let told: Vec<_> = results
            .map(|own| {
                let place = &own["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
                let place = place.as_str().expect("a name").to_owned();
                (place, read::message(own))
            })
            .collect();
        let messages = audit.findings.iter().map(|found| found.message.clone());
        assert_eq!(told, objects(audit).into_iter().zip(messages).collect::<Vec<_>>());
    });
}

#[test]
fn in_junit() {
    each(|_, audit| {
        let report = read::junit(&junit(audit, Level::Info));
        let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        let told: BTreeSet<String> = cases.map(|case| case.name.as_str().to_owned()).collect();
        for object in objects(audit) {
            assert!(told.contains(xml(&object).as_ref()), "{object:?} in {told:?}");
        }
    });
}

#[test]
fn in_markdown() {
    each(|name, audit| {
        let comment = read::markdown(&markdown(audit));
        let objects = objects(audit);
        let relation = audit.access[0].relation.to_string();
        for own in objects.iter().chain([&relation]) {
            assert!(
                comment.code.contains(&plain(own).into_owned()),
                "{own:?} in {:?}",
                comment.code
            );
        }
        assert_eq!(comment.code[0], plain(name), "the database");
        for found in &audit.findings {
            assert!(
                comment.text.contains(plain(&found.message).as_ref()),
                "{:?} in {}",
                found.message,
                comment.text
            );
        }
        assert_eq!(
            comment.cells,
            [4, 4],
            "a heading and a relation, of three personas"
        );
    });
}

#[test]
fn in_html() {
    for language in [Language::En, Language::Fr] {
        each(|name, audit| {
            let page = read::html(&html(audit, language));
            let relation = audit.access[0].relation.to_string();
            assert_eq!(read::texts(&page, "tbody th bdi"), [plain(&relation)]);
            assert_eq!(read::texts(&page, "h1 bdi"), [plain(name)]);
            let who = read::texts(&page, "thead th bdi");
            assert_eq!(who, ["anon".into(), "authenticated".into(), plain(name)]);
            let objects: BTreeSet<String> =
                objects(audit).iter().map(|own| plain(own).into_owned()).collect();
            let told: BTreeSet<String> = read::texts(&page, "article code bdi").into_iter().collect();
            assert_eq!(told, objects);
        });
    }
}
