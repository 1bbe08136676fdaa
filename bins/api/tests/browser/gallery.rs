//! Every screen, and a picture of each for people to look at.

use crate::{
    stage::{LIST, Stage, play},
    window::Window,
};

/// A screen, as somebody comes to it.
pub(crate) struct Screen {
    pub(crate) name: &'static str,
    /// Who sees it; nobody where it is the entrance.
    persona: Option<&'static str>,
    path: String,
}

impl Screen {
    /// Shows it, to whom it is for.
    pub(crate) async fn show(&self, window: &Window) {
        window.wide(1280).await;
        window.forget().await;
        if let Some(persona) = self.persona {
            window.enters(persona).await;
        }
        window.open(&self.path).await;
        window.find("main h1").await;
        let in_vain = window.count(".status").await > 0;
        assert_eq!(in_vain, self.name == "missing", "{}", self.path);
    }
}

/// All of them.
pub(crate) fn screens(stage: &Stage<'_>) -> Vec<Screen> {
    let id = &stage.open_alerts(1)[0];
    let screen = |name, persona, path: &str| Screen {
        name,
        persona,
        path: path.to_owned(),
    };
    vec![
        screen("sign-in", None, "/sign-in"),
        screen("stranger", Some("stranger"), LIST),
        screen("list", Some("admin"), LIST),
        screen("list-read-only", Some("pca"), LIST),
        screen("list-resolving", Some("admin"), &format!("{LIST}?resolve={id}")),
        screen(
            "list-filtered",
            Some("directeur"),
            &format!("{LIST}?severity=WARN"),
        ),
        screen("list-empty", Some("pca"), &format!("{LIST}?q=nothing")),
        screen("alert", Some("admin"), &format!("/governance/alerts/{id}")),
        screen(
            "alert-read-only",
            Some("pca"),
            &format!("/governance/alerts/{id}"),
        ),
        screen("checks", Some("pca"), "/governance/checks"),
        screen("check", Some("admin"), "/governance/checks/STOCK_NEGATIF"),
        screen("access", Some("pca"), "/governance/rls"),
        screen("journal", Some("pca"), "/governance/access"),
        screen(
            "journal-long",
            Some("admin"),
            "/governance/access?range=fortnight",
        ),
        screen("releases", Some("pca"), "/governance/releases"),
        screen("missing", Some("pca"), "/governance/nowhere"),
    ]
}

#[test]
fn every_screen_has_its_picture() {
    play(async |stage| {
        for language in ["fr", "en"] {
            let window = stage.window(language).await;
            for screen in screens(stage) {
                screen.show(&window).await;
                for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")] {
                    window.wide(width).await;
                    window.scheme(scheme).await;
                    let name = format!("{}-{width}-{language}-{scheme}", screen.name);
                    window.picture(&name).await;
                }
            }
            window.close_refused().await;
        }
    });
}
