//! What readers of the outputs understand.

use std::{collections::BTreeSet, sync::LazyLock};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use quick_junit::Report;
use scraper::{Html, Selector};
use serde_json::Value;

static SARIF: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../../../tests/schemas/sarif-2.1.0.json");
    // One pattern has a bracket that regular expressions of today want escaped.
    let schema = schema.replace("{2}]?$", r"{2}\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
});

/// As code scanning understands it; it has to be what the standard says.
pub(super) fn sarif(text: &str) -> Value {
    let document = serde_json::from_str(text).expect("JSON");
    let wrong: Vec<String> = SARIF
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    document
}

/// The results of the only run.
pub(super) fn results(document: &Value) -> &Vec<Value> {
    document["runs"][0]["results"].as_array().expect("results")
}

/// A text of SARIF, with what stands for braces and brackets taken back.
pub(super) fn message(value: &Value) -> String {
    let text = value["message"]["text"].as_str().expect("a text");
    text.replace("\\](", "](").replace("{{", "{").replace("}}", "}")
}

/// As a CI server understands it.
pub(super) fn junit(text: &str) -> Report {
    Report::deserialize_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A comment, as its readers see it.
#[derive(Default)]
pub(super) struct Comment {
    /// What stands in `<code>`.
    pub(super) code: Vec<String>,
    /// What stands outside of the table.
    pub(super) text: String,
    /// How many cells each line of the table has.
    pub(super) cells: Vec<usize>,
}

pub(super) fn markdown(text: &str) -> Comment {
    let mut comment = Comment::default();
    let (mut in_code, mut in_table) = (false, false);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::InlineHtml(tag) | Event::Html(tag) => match tag.trim() {
                "<code>" => {
                    in_code = true;
                    comment.code.push(String::new());
                }
                "</code>" => in_code = false,
                "<!-- -->" | "</details>" | "" => {}
                tag => assert!(tag.starts_with("<details><summary>"), "{tag} in {text}"),
            },
            Event::Text(own) => {
                if in_code {
                    comment.code.last_mut().expect("it has begun").push_str(&own);
                }
                if !in_table {
                    comment.text.push_str(&own);
                }
            }
            Event::Start(Tag::Table(_)) => in_table = true,
            Event::End(TagEnd::Table) => in_table = false,
            Event::Start(Tag::TableRow | Tag::TableHead) => comment.cells.push(0),
            Event::Start(Tag::TableCell) => *comment.cells.last_mut().expect("a line") += 1,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => {
                panic!("{event:?} in {text}")
            }
            Event::End(TagEnd::Item | TagEnd::Paragraph | TagEnd::Heading(_)) | Event::SoftBreak => {
                comment.text.push('\n');
            }
            _ => {}
        }
    }
    comment
}

/// A page, as a browser understands it: it needs nothing but itself, and runs nothing.
pub(super) fn html(text: &str) -> Html {
    let page = Html::parse_document(text);
    assert!(page.errors.is_empty(), "{:?} in {text}", page.errors);
    let mut ids = BTreeSet::new();
    for element in page.select(&every("*")) {
        let name = element.value().name();
        assert!(
            !["script", "link", "img", "iframe", "object", "base", "form"].contains(&name),
            "{name} in {text}"
        );
        for (attribute, value) in element.value().attrs() {
            assert!(!attribute.starts_with("on") && attribute != "src", "{attribute}");
            if attribute == "id" {
                assert!(ids.insert(value.to_owned()), "{value} twice in {text}");
            }
        }
    }
    for link in page.select(&every("a")) {
        let place = link.attr("href").and_then(|href| href.strip_prefix('#'));
        assert!(
            place.is_some_and(|place| ids.contains(place)),
            "{link:?} in {text}"
        );
    }
    let style: String = page
        .select(&every("style"))
        .flat_map(|style| style.text())
        .collect();
    assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
    page
}

pub(super) fn every(selector: &str) -> Selector {
    Selector::parse(selector).expect("a selector")
}

/// The texts of what this selects.
pub(super) fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = every(selector);
    page.select(&selector).map(|own| own.text().collect()).collect()
}
