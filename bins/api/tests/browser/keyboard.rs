//! With the keyboard alone.

use fantoccini::key::Key;

use crate::{
    stage::{LIST, play},
    window::Window,
};

/// Presses Tab until the focus is on what is wanted, and seen to be there.
async fn tabs_to(window: &Window, css: &str) {
    let there = format!("!!document.activeElement?.matches({css:?})");
    for _ in 0..200 {
        window.press(Key::Tab).await;
        if window.asks(&there).await == true {
            let outline = window
                .asks("getComputedStyle(document.activeElement).outlineStyle")
                .await;
            assert_ne!(outline, "none", "{css}: nobody sees where the focus is");
            return;
        }
    }
    panic!("{css}: not reached by Tab");
}

#[test]
fn the_keyboard_is_enough_to_sign_in_open_an_alert_and_acknowledge_it() {
    play(async |stage| {
        let window = stage.window("fr").await;
        window.open("/").await;
        tabs_to(&window, "button[value=directeur]").await;
        window.press(Key::Enter).await;
        window.find("#rows").await;
        assert_eq!(window.path().await, LIST);

        // The first thing on the page leads past what is on every page.
        tabs_to(&window, ".skip").await;
        window.press(Key::Enter).await;
        assert_eq!(window.asks("document.activeElement.id").await, "main");
        let id = &stage.open_alerts(1)[0];
        tabs_to(&window, &format!("a[href$=\"{id}\"]")).await;
        window.press(Key::Enter).await;
        window.find("#acts").await;
        tabs_to(&window, "#comment-ack").await;
        window.write("#comment-ack", "au clavier").await;
        tabs_to(&window, "#act-ack button").await;
        window.press(Key::Enter).await;
        window.until_says(".answer.good", "c’est à vous").await;
        // The answer has the focus, so that a screen reader says it.
        assert_eq!(
            window
                .asks("document.activeElement.hasAttribute('data-answer')")
                .await,
            true
        );
        assert_eq!(stage.standing(id), "ACK didier didier:ACKNOWLEDGED:au clavier");
        window.close().await;
    });
}
