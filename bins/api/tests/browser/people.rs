//! Each person sees what they may, in their language, and nothing else.

use crate::stage::{LIST, play};

#[test]
fn each_person_sees_what_they_may() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        for (persona, name, acts) in [
            ("admin", "Amina admin", true),
            ("directeur", "Didier directeur", true),
            ("pca", "Patricia pca", false),
        ] {
            let window = stage.window_of(persona).await;
            assert_eq!(window.path().await, LIST);
            assert_eq!(window.text(".person").await, name);
            assert!(window.count("#rows > li").await > 10, "{persona}");
            assert_eq!(window.count("#rows button").await > 0, acts, "{persona}");
            window.open(&format!("/governance/alerts/{id}")).await;
            window.find("#facts").await;
            assert_eq!(window.count("main form").await > 0, acts, "{persona}");
            window.close().await;
        }
    });
}

#[test]
fn a_stranger_is_told_whom_to_ask_and_nothing_else() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let window = stage.window_of("stranger").await;
        for path in [LIST, "/governance/checks", &format!("/governance/alerts/{id}")] {
            window.open(path).await;
            assert_eq!(window.text("h1").await, "Vous n’avez pas de rôle");
            let said = window.text("main").await;
            assert!(said.contains("Demandez un rôle à un administrateur."), "{said}");
            assert_eq!(
                window
                    .count("main .banner, main .counters, main ol, main form")
                    .await,
                0
            );
        }
        window.close_refused().await;
    });
}

#[test]
fn who_has_not_signed_in_comes_to_the_entrance_and_then_where_they_wanted() {
    play(async |stage| {
        let window = stage.window("fr").await;
        let wanted = "/governance/integrity?severity=WARN";
        window.open(wanted).await;
        assert_eq!(window.text("h1").await, "Se connecter");
        window.click("button[value=pca]").await;
        window.find("#banner").await;
        assert_eq!(window.path().await, wanted);
        window.click(".who button").await;
        window.until_says("main", "Vous êtes déconnecté.").await;
        window.open(LIST).await;
        assert_eq!(window.text("h1").await, "Se connecter");
        window.close().await;
    });
}

#[test]
fn the_screens_speak_french_and_english() {
    play(async |stage| {
        for (language, entrance, nav, other) in [
            ("fr", "Se connecter", "Intégrité", "EN"),
            ("en-GB,en,fr", "Sign in", "Integrity", "FR"),
        ] {
            let window = stage.window(language).await;
            window.open("/").await;
            assert_eq!(window.text("h1").await, entrance);
            window.enters("pca").await;
            assert_eq!(window.text("nav [aria-current]").await, nav);
            window
                .click(&format!("[hreflang={}]", other.to_lowercase()))
                .await;
            let said = if other == "EN" { "Integrity" } else { "Intégrité" };
            window.until_says("nav [aria-current]", said).await;
            assert_eq!(window.path().await, LIST);
            window.click("nav a[href*=checks]").await;
            let title = if other == "EN" { "Checks" } else { "Contrôles" };
            window.until_says("h1", title).await;
            window.close().await;
        }
    });
}

#[test]
fn who_prefers_light_or_dark_has_it_so_whatever_the_system_says() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        let page = async || {
            window
                .asks("getComputedStyle(document.body).backgroundColor")
                .await
        };
        window.scheme("light").await;
        let light = page().await;
        window.click(".themes a[href$=dark]").await;
        window.find("[data-theme=dark]").await;
        let dark = page().await;
        assert_ne!(dark, light);
        assert_eq!(window.path().await, LIST);
        window.scheme("dark").await;
        window.click(".themes a[href$=light]").await;
        window.find("[data-theme=light]").await;
        assert_eq!(page().await, light);
        window.click(".themes a[href$=auto]").await;
        window.find("[data-theme=auto]").await;
        assert_eq!(page().await, dark);
        window.close().await;
    });
}
