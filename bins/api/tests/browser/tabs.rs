//! Many tabs, some of which nobody looks at.

use crate::{
    running::PATIENCE,
    stage::{LIST, play},
    truth::{LOOKS_AGAIN, SILENT_FOR_DAYS},
    window::Window,
};

/// A browser has six connections to a host.
const MANY: usize = 8;

/// Opens the list in another tab, which comes in front.
async fn opens_another(window: &Window) {
    window.another_tab().await;
    tokio::time::timeout(PATIENCE, window.open(LIST))
        .await
        .expect("a page, whatever the other tabs hold");
    window.find("#rows").await;
}

#[test]
fn a_browser_may_have_more_tabs_than_connections() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        for _ in 1..MANY {
            opens_another(&window).await;
        }
        window.open("/governance/checks").await;
        assert_eq!(window.text("h1").await, "Contrôles");
        window.close().await;
    });
}

/// As the browser does when another tab comes in front, or goes.
async fn hides(window: &Window, hidden: bool) {
    window
        .asks(&format!(
            "!!Object.defineProperty(document, 'hidden', {{ configurable: true, value: {hidden} }})"
        ))
        .await;
    window.asks(LOOKS_AGAIN).await;
}

#[test]
fn a_tab_hears_nothing_while_nobody_looks_and_everything_afterwards() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let row = format!("#rows > li:has(a[href$=\"{id}\"])");
        let (hidden, open) = (stage.window_of("pca").await, stage.window_of("directeur").await);
        let acting = stage.window_of("admin").await;
        hides(&hidden, true).await;
        // It would ask at once, and the other one last.
        hidden
            .asks(
                "void (Math.random = () => 0, window.asked = 0,
                    window.fetch = ((ask) => (...what) => (window.asked++, ask(...what)))(fetch))",
            )
            .await;
        open.asks("void (Math.random = () => 1)").await;
        acting.click(&format!("[formaction$=\"/{id}/ack\"]")).await;
        open.until_says(&row, "amina").await;
        assert_eq!(hidden.asks("window.asked").await, 0);

        hides(&hidden, false).await;
        hidden.until_says(&row, "amina").await;
        acting
            .click(&format!("button[name=resolve][value=\"{id}\"]"))
            .await;
        acting.write("#comment", "réparé").await;
        acting.click("form.act button:not([name])").await;
        hidden
            .until(&format!("document.querySelector({row:?}) === null"))
            .await;
        for window in [hidden, open, acting] {
            window.close().await;
        }
    });
}

#[test]
fn a_page_renews_itself_also_when_nobody_tells_it_anything() {
    play(async |stage| {
        let window = stage.window("fr").await;
        window.hurries().await;
        window.enters("pca").await;
        assert_eq!(
            window
                .asks("document.title.startsWith('Non évalué depuis')")
                .await,
            false
        );
        stage.api.sql(SILENT_FOR_DAYS);
        window
            .until("document.title.startsWith('Non évalué depuis')")
            .await;
        window.close().await;
    });
}
