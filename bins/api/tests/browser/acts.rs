//! What people do to alerts, what the screen answers, and what the database says of it.

use crate::{
    everybody::can_use,
    stage::{LIST, play},
};

#[test]
fn who_acknowledges_sees_the_answer_in_the_row() {
    play(async |stage| {
        let window = stage.window_of("directeur").await;
        let href = window
            .asks("document.querySelector('#rows [formaction$=\"/ack\"]').closest('li').querySelector('a').getAttribute('href')")
            .await;
        let href = href.as_str().expect("an address");
        let id = href.rsplit('/').next().expect("an identifier");
        window.click(&format!("[formaction=\"{href}/ack\"]")).await;
        window
            .until_says("#rows > li .answer.good", "Prise en charge : c’est à vous.")
            .await;
        let row = format!("#rows > li:has(a[href=\"{href}\"])");
        window.until_says(&row, "c’est à vous").await;
        window
            .until_says(&format!("{row} .when"), "Prise en charge · didier")
            .await;
        assert_eq!(stage.standing(id), "ACK didier");
        assert_eq!(window.count(&format!("[formaction=\"{href}/ack\"]")).await, 0);
        assert_eq!(window.path().await, LIST);
        can_use(&window, "state-acknowledged").await;
        window.close().await;
    });
}

#[test]
fn who_resolves_says_how_and_sees_the_answer() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let window = stage.window_of("admin").await;
        window
            .click(&format!("button[name=resolve][value=\"{id}\"]"))
            .await;
        window.find("#comment").await;
        // Without words the browser itself refuses.
        window.click("form.act button").await;
        assert_eq!(window.count("#comment:invalid").await, 1);
        assert_eq!(stage.standing(id), "OPEN");
        window.write("#comment", "le compteur est remplacé").await;
        window.click("form.act button").await;
        window
            .until_says(
                ".answer.good",
                "Déclarée réparée : la prochaine évaluation vérifie.",
            )
            .await;
        assert_eq!(
            stage.standing(id),
            "RESOLVED amina:RESOLVED:le compteur est remplacé"
        );
        window.close().await;
    });
}

#[test]
fn in_a_conflict_the_second_learns_who_did_what() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let alert = format!("/governance/alerts/{id}");
        let (first, second) = (stage.window_of("admin").await, stage.window_of("directeur").await);
        second.open(&alert).await;
        // What is being written keeps the form as it was when it was begun.
        second.write("#comment-ack", "je m’en charge").await;
        first.open(&alert).await;
        first.write("#comment-ack", "déjà en route").await;
        first.click("#act-ack button").await;
        first.until_says(".answer.good", "c’est à vous").await;

        second.click("#act-ack button").await;
        second
            .until_says(".answer", "l’alerte a changé entre-temps")
            .await;
        can_use(&second, "state-conflict").await;
        let said = second.text(".answer").await;
        for words in ["Amina", "Prise en charge", "déjà en route"] {
            assert!(
                said.to_lowercase().contains(&words.to_lowercase()),
                "{words} in {said}"
            );
        }
        assert_eq!(stage.standing(id), "ACK amina amina:ACKNOWLEDGED:déjà en route");
        first.close().await;
        second.close_refused().await;
    });
}
