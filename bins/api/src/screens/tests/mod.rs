//! What holds for every page, whatever it shows.

mod audits;
mod gallery;
mod hostile;
mod journal;
mod releases;
mod samples;
mod tags;

use std::{collections::BTreeSet, fs, path::Path};

use alerts_store::{CHECK_FAILING, Summary};
use chrono::TimeDelta;
use integrity_core::{Language, Role};

use super::{Frame, Trouble, access, alert, assets, check, checks, integrity, trouble};
use gallery::every_screen;
use tags::tags;

fn in_both_languages() -> impl Iterator<Item = (&'static str, String)> {
    [Language::Fr, Language::En].into_iter().flat_map(every_screen)
}

/// Leaves the pages in `target/screens/`, with what they need beside them, for whoever wants to look.
#[test]
fn every_screen_can_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screens");
    fs::create_dir_all(folder.join("assets")).expect("a folder");
    for asset in assets() {
        fs::write(folder.join(&asset.path[1..]), &asset.text).expect("an asset");
    }
    for (language, ending) in [(Language::Fr, "fr"), (Language::En, "en")] {
        for (name, html) in every_screen(language) {
            let beside = html.replace("=\"/assets/", "=\"assets/");
            fs::write(folder.join(format!("{name}.{ending}.html")), beside).expect("a page");
        }
    }
}

#[test]
fn nothing_needs_an_unsafe_policy_or_another_host() {
    for (name, html) in in_both_languages() {
        for tag in tags(&html) {
            for (attribute, value) in &tag.attributes {
                let inline = attribute == "style" || attribute.starts_with("on");
                assert!(!inline, "{name}: {tag:?}");
                let leaves = matches!(attribute.as_str(), "src" | "href" | "action" | "formaction")
                    && !(value.starts_with('/') && !value.starts_with("//") || value.starts_with('#'));
                assert!(!leaves, "{name}: {tag:?}");
            }
            let inline = tag.name == "style" || tag.name == "script" && tag.get("src").is_none();
            assert!(!inline, "{name}: {tag:?}");
        }
    }
    for asset in assets() {
        let foreign = asset.text.replace("http://www.w3.org/2000/svg", "");
        assert!(
            !foreign.contains("://") && !foreign.contains("@import"),
            "{}",
            asset.path
        );
    }
}

#[test]
fn every_form_that_changes_something_shows_where_it_comes_from() {
    for (name, html) in in_both_languages() {
        let tags = tags(&html);
        for (at, form) in tags.iter().enumerate().filter(|(_, tag)| tag.name == "form") {
            let inside = tags[at..].iter().take_while(|tag| tag.name != "/form");
            let fields: BTreeSet<_> = inside.filter_map(|tag| tag.get("name")).collect();
            let changes = form.get("method") == Some("post");
            assert_eq!(fields.contains("csrf"), changes, "{name}: {form:?}");
            let acts = changes
                && form
                    .get("action")
                    .is_some_and(|path| path.starts_with("/governance/") && !path.ends_with("/confirm"));
            if acts {
                assert!(
                    fields.is_superset(&["request_id", "return"].into()),
                    "{name}: {form:?} {fields:?}"
                );
            }
        }
    }
}

#[test]
fn ids_are_unique_and_what_refers_to_one_finds_it() {
    for (name, html) in in_both_languages() {
        let tags = tags(&html);
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{name}: {id} twice");
        }
        for tag in &tags {
            for attribute in ["for", "form", "aria-labelledby", "data-copy-from"] {
                let target = tag.get(attribute);
                assert!(target.is_none_or(|id| ids.contains(id)), "{name}: {tag:?}");
            }
            let own = tag.get("href").and_then(|href| href.strip_prefix('#'));
            assert!(own.is_none_or(|id| ids.contains(id)), "{name}: {tag:?}");
        }
    }
}

#[test]
fn every_field_has_a_label_and_every_page_one_title() {
    for (name, html) in in_both_languages() {
        let tags = tags(&html);
        let labelled: BTreeSet<_> = tags
            .iter()
            .filter(|tag| tag.name == "label")
            .filter_map(|tag| tag.get("for"))
            .collect();
        let field = |tag: &&tags::Tag| matches!(tag.name.as_str(), "input" | "textarea" | "select");
        for tag in tags.iter().filter(field) {
            let alone = !matches!(tag.get("type"), Some("hidden" | "checkbox"));
            assert!(
                !alone || tag.get("id").is_some_and(|id| labelled.contains(id)),
                "{name}: {tag:?}"
            );
        }
        assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1, "{name}");
        assert_eq!(tags.iter().filter(|tag| tag.name == "main").count(), 1, "{name}");
    }
}

#[test]
fn fifty_alerts_weigh_less_than_sixty_kilobytes() {
    for role in [Role::Admin, Role::Pca] {
        let html = integrity(&samples::frame(Some(role), Language::Fr), &samples::list(50)).expect("a page");
        weighs_little(&html);
    }
}

/// With what it needs besides itself.
fn weighs_little(html: &str) {
    let needed = assets().into_iter().filter(|asset| html.contains(&asset.path));
    let weights: Vec<_> = needed.map(|asset| asset.text.len()).chain([html.len()]).collect();
    let sum: usize = weights.iter().sum();
    assert!(
        sum < 60_000,
        "{sum} bytes: stylesheets, script, icon, page are {weights:?}"
    );
}

#[test]
fn the_audit_of_a_hundred_tables_weighs_less_than_sixty_kilobytes() {
    for personas in [1, 6, 40] {
        let frame = samples::frame(Some(Role::Pca), Language::Fr);
        weighs_little(&access(&frame, &audits::audited(personas, 100)).expect("a page"));
    }
}

#[test]
fn a_full_page_of_releases_weighs_less_than_sixty_kilobytes() {
    let frame = samples::frame(Some(Role::Pca), Language::Fr);
    weighs_little(&super::releases(&frame, &releases::full()).expect("a page"));
}

#[test]
fn a_day_of_accesses_weighs_less_than_sixty_kilobytes() {
    let frame = samples::frame(Some(Role::Pca), Language::Fr);
    weighs_little(&super::journal(&frame, &journal::troubled()).expect("a page"));
}

#[test]
fn an_error_never_looks_like_zero() {
    let mut frame = samples::frame(Some(Role::Admin), Language::Fr);
    frame.request = String::new();
    for what in [
        Trouble::Unavailable,
        Trouble::Busy,
        Trouble::Unverified,
        Trouble::Unanswered,
        Trouble::Broken,
    ] {
        let html = trouble(&frame, what).expect("a page");
        let (_, main) = html.split_once("<main").expect("a main part");
        let (main, _) = main.split_once("</main>").expect("its end");
        let shown = main
            .replace(&what.status().to_string(), "")
            .replace("content=\"15\"", "");
        assert!(
            !shown.contains(|c: char| c.is_ascii_digit() && c != '1'),
            "{shown}"
        );
        assert!(!html.contains("counters"));
    }
}

#[test]
fn only_what_was_asked_for_is_asked_for_again() {
    let mut frame = samples::frame(Some(Role::Admin), Language::Fr);
    let again = |frame: &Frame, what| {
        let html = trouble(frame, what).expect("a page");
        (
            html.contains("http-equiv=\"refresh\""),
            html.contains("data-retry"),
        )
    };
    for passing in [Trouble::Unavailable, Trouble::Busy, Trouble::Unverified] {
        assert_eq!(again(&frame, passing), (true, true), "{passing:?}");
    }
    assert_eq!(again(&frame, Trouble::Unanswered), (false, false));
    frame.renews = false;
    assert_eq!(
        again(&frame, Trouble::Unavailable),
        (false, false),
        "the answer to a form"
    );
}

#[test]
fn no_number_stands_in_a_title_without_proof() {
    let frame = samples::frame(Some(Role::Pca), Language::Fr);
    let title = |change: fn(&mut Summary)| {
        let mut page = samples::list(0);
        page.summary.live.clear();
        change(&mut page.summary);
        let html = integrity(&frame, &page).expect("a page");
        let (_, title) = html.split_once("<title>").expect("a title");
        title.split("</title>").next().expect("its end").to_owned()
    };
    assert_eq!(title(|_| ()), "0 · Intégrité · Vigie");
    assert_eq!(
        title(|summary| summary.complete_at = None),
        "Jamais évalué complètement\u{a0}: le silence ne prouve rien · Vigie"
    );
    for title in [
        title(|summary| summary.heartbeat.silent = true),
        title(|summary| summary.coverage.fresh = 0),
        title(|summary| summary.failing.push("A".to_owned())),
    ] {
        assert!(!title.starts_with(|c: char| c.is_ascii_digit()), "{title}");
    }
}

#[test]
fn what_came_before_the_events_of_a_page_is_a_link_away() {
    let frame = samples::frame(Some(Role::Pca), Language::Fr);
    let mut page = samples::detail(0);
    let html = alert(&frame, &page).expect("a page");
    assert!(!html.contains("?before="), "the first event is there");
    page.events.truncate(2);
    let html = alert(&frame, &page).expect("a page");
    assert!(html.contains("?before=3#history\">2 événements plus anciens</a>"));
    page.before = Some(4);
    page.events = page.events.split_off(1);
    let html = alert(&frame, &page).expect("a page");
    assert!(html.contains("Les plus récents") && !html.contains("id=\"change\""));
}

#[test]
fn forms_of_a_word_are_chosen_before_it_is_shown() {
    for (name, html) in in_both_languages() {
        for forms in super::words::forms() {
            assert!(!html.contains(forms), "{name}: {forms}");
        }
    }
}

#[test]
fn an_empty_list_says_on_what_proof_it_stands() {
    let frame = samples::frame(Some(Role::Pca), Language::Fr);
    let mut page = samples::list(0);
    let html = integrity(&frame, &page).expect("a page");
    assert!(
        html.contains(
            "Tout a été évalué complètement jusqu’au 22\u{a0}nov. 2026, 03:01:04 (Africa/Kinshasa)."
        )
    );
    page.summary = Summary {
        complete_at: None,
        ..samples::summary()
    };
    let html = integrity(&frame, &page).expect("a page");
    assert!(html.contains("cela ne prouve rien") && !html.contains("Tout a été évalué"));
}

#[test]
fn only_who_may_act_is_offered_to() {
    for (role, acts) in [(Role::Admin, true), (Role::Directeur, true), (Role::Pca, false)] {
        let frame = samples::frame(Some(role), Language::En);
        let list = integrity(&frame, &samples::list(5)).expect("a page");
        let detail = alert(&frame, &samples::detail(0)).expect("a page");
        for html in [list, detail] {
            assert_eq!(html.contains("name=\"expected_version\""), acts, "{role:?}");
        }
    }
}

#[test]
fn a_confirmation_is_asked_for_again_once_it_is_no_longer_good() {
    let frame = samples::frame(Some(Role::Admin), Language::Fr);
    let is_asked = |hours_ago: Option<i64>| {
        let mut page = samples::check_page();
        let state = page.check.state.as_mut().expect("a state");
        state.confirmed_at = hours_ago.map(|hours| page.at - TimeDelta::hours(hours));
        let html = check(&frame, &page).expect("a page");
        html.contains("/confirm\"")
    };
    assert_eq!(
        [None, Some(23), Some(24), Some(25)].map(is_asked),
        [true, false, false, true]
    );
}

#[test]
fn the_check_that_proves_least_stands_first() {
    let html = checks(
        &samples::frame(Some(Role::Pca), Language::Fr),
        &samples::checks_page(),
    )
    .expect("a page");
    let at = |code: &str| html.find(&format!("/governance/checks/{code}\"")).expect(code);
    let order = [
        "RECEPTION_ECART_15C",
        "CITERNE_INACTIVE_USED",
        "STOCK_OVER_CAPACITY",
        "STOCK_LEDGER_MISMATCH",
        "CDR_ARRIVE_STALE",
        "SORTIE_V15_MISSING",
    ];
    assert!(order.is_sorted_by_key(|code| at(code)), "{html}");
}

#[test]
fn an_alert_about_a_check_leads_to_that_check() {
    let mut page = samples::detail(0);
    page.alert.check_code = CHECK_FAILING.to_owned();
    page.alert.entity_id = "STOCK_NEGATIF".to_owned();
    let frame = samples::frame(Some(Role::Pca), Language::En);
    let html = alert(&frame, &page).expect("a page");
    assert!(html.contains("Check failing · <a href=\"/governance/checks/STOCK_NEGATIF\">"));
    assert!(!html.contains("/governance/checks/CHECK_FAILING"));
    let mut list = samples::list(0);
    list.alerts = vec![page.alert];
    assert!(
        integrity(&frame, &list)
            .expect("a page")
            .contains("<i>Check failing</i>")
    );
}

#[test]
fn an_asset_is_called_by_its_content() {
    for asset in assets() {
        let (folder, name) = asset.path.rsplit_once('/').expect("a folder");
        assert_eq!(folder, "/assets");
        let parts: Vec<_> = name.split('.').collect();
        assert!(parts.len() == 3 && parts[1].len() == 16, "{name}");
        assert!(!asset.text.is_empty());
    }
}
