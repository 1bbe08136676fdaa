//! Everybody can use every screen: axe-core finds nothing, and at 360 pixels nothing is cut off or too small to press.

use std::fs;

use serde_json::{Value, json};

use crate::{gallery::screens, in_target, stage::play, window::Window};

/// What axe-core is asked to judge: WCAG 2.2 AA, and what its makers know besides.
const JUDGE: &str = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
                     'best-practice'] }).then(({ violations, passes }) => ({ passes: passes.length, violations: \
                     violations.map((one) => ({ id: one.id, where: one.nodes.slice(0, 3).map((node) => node.html + ' — ' + \
                     node.failureSummary) })) }))";

/// What can be pressed and is less than 24 pixels wide or high. A box to tick is pressed by its label too.
const TOO_SMALL: &str = "[...document.querySelectorAll('a, button, summary, input, select, textarea')]
    .map((one) => one.type === 'checkbox' ? one.closest('label') : one)
    .map((one) => [one.outerHTML, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width + height > 0 && (width < 24 || height < 24))
    .map(([html, { width, height }]) => `${width} x ${height}: ${html}`)";

/// Everything that axe-core finds wrong with a page as it stands: at two widths, light and dark.
async fn judged(window: &Window) -> Vec<Value> {
    let axe = in_target("axe-core/axe.min.js");
    let axe = fs::read_to_string(&axe)
        .unwrap_or_else(|error| panic!("no {}; `cargo xtask setup` fetches it: {error}", axe.display()));
    window.runs(&axe).await;
    let mut found = Vec::new();
    for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light")] {
        window.wide(width).await;
        window.scheme(scheme).await;
        let judgement = window.awaits(JUDGE).await;
        let passes = judgement["passes"].as_u64();
        assert!(
            passes.is_some_and(|passes| passes > 10),
            "nothing judged: {judgement}"
        );
        for violation in judgement["violations"].as_array().expect("a list") {
            found.push(json!({ "at": format!("{width} {scheme}"), "violation": violation }));
        }
    }
    window.wide(1280).await;
    window.scheme("light").await;
    found
}

/// Insists that everybody can use a page as it stands, and keeps its picture.
pub(crate) async fn can_use(window: &Window, name: &str) {
    window.picture(name).await;
    let found = judged(window).await;
    assert!(found.is_empty(), "{name}: {found:#?}");
}

#[test]
fn axe_core_finds_no_violation_on_any_screen() {
    play(async |stage| {
        let window = stage.window("fr").await;
        let mut found = Vec::new();
        for screen in screens(stage) {
            screen.show(&window).await;
            let violations = judged(&window).await;
            found.extend(violations.into_iter().map(|violation| (screen.name, violation)));
        }
        window.close_refused().await;
        assert!(found.is_empty(), "{found:#?}");
    });
}

/// What is wider than the window, from the outside in.
const CUT_OFF: &str = "[...document.querySelectorAll('*')]
    .filter((one) => one.scrollWidth > innerWidth && getComputedStyle(one).overflowX === 'visible')
    .map((one) => `${one.tagName}.${one.className} ${one.scrollWidth}`)";

#[test]
fn nothing_is_cut_off_at_360_pixels() {
    play(async |stage| {
        for language in ["fr", "en"] {
            let window = stage.window(language).await;
            for screen in screens(stage) {
                screen.show(&window).await;
                window.wide(360).await;
                window.until("innerWidth === 360").await;
                // Everything unfolded, as it is when somebody reads it.
                window
                    .asks("document.querySelectorAll('details').forEach((one) => (one.open = true))")
                    .await;
                let wide = window
                    .asks("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
                    .await;
                let cut = window.asks(CUT_OFF).await;
                assert_eq!(wide, json!([360, 360]), "{} in {language}: {cut}", screen.name);
                let small = window.asks(TOO_SMALL).await;
                assert_eq!(small, json!([]), "{} in {language}", screen.name);
            }
            window.close_refused().await;
        }
    });
}
