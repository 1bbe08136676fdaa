//! Without JavaScript.

use crate::stage::{LIST, play};

#[test]
fn the_whole_path_works_without_javascript() {
    play(async |stage| {
        let window = stage.plain_window().await;
        window.enters("admin").await;
        // Or this test proves nothing.
        assert_eq!(window.count("[data-copy]:not([hidden])").await, 0);
        window.click(".filters summary").await;
        window.click("[name=severity][value=WARN]").await;
        window.click(".filters button").await;
        window.find(".filters .pill").await;
        let address = window.path().await;
        assert!(address.contains("severity=WARN"), "{address}");

        let ack = window.find("#rows [formaction$=\"/ack\"]").await;
        let target = ack
            .attr("formaction")
            .await
            .expect("an element")
            .expect("a target");
        let id = target.split('/').nth(3).expect("an identifier");
        ack.click().await.expect("a button");
        assert_eq!(
            window.text("#rows > li .answer.good b").await,
            "Prise en charge : c’est à vous."
        );
        assert_eq!(stage.standing(id), "ACK amina");

        window
            .click(&format!("button[name=resolve][value=\"{id}\"]"))
            .await;
        window.write("#comment", "réparé à la main").await;
        window.click("form.act button:not([name])").await;
        let said = window.text(".answer.good").await;
        assert!(said.contains("Déclarée réparée"), "{said}");
        assert_eq!(
            stage.standing(id),
            "RESOLVED amina amina:RESOLVED:réparé à la main"
        );

        window.open(LIST).await;
        window.click("#rows > li .what a").await;
        assert!(window.path().await.starts_with("/governance/alerts/"));
        window.write("#comment-ack", "je regarde").await;
        window.click("#act-ack button").await;
        assert_eq!(
            window.text(".answer.good b").await,
            "Prise en charge : c’est à vous."
        );
        window.click(".themes a[href$=dark]").await;
        window.find("[data-theme=dark]").await;
        window.click(".who button").await;
        assert!(window.text("main").await.contains("Vous êtes déconnecté."));
        window.close().await;
    });
}
