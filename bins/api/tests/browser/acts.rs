//! What people do to alerts, what the screen answers, and what the database says of it.

use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{
    everybody::can_use,
    harness::raw,
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

#[test]
fn who_confirms_sees_the_answer_and_stays_on_the_page_of_the_check() {
    play(async |stage| {
        stage.api.sql("truncate public.citernes cascade");
        tokio::task::block_in_place(|| stage.api.world.vigie(&["sync", "--pack", "depot"]).exits(3));
        let page = "/governance/checks/CITERNE_CAPACITE_INVALIDE";
        let window = stage.window_of("admin").await;
        window.open(page).await;
        window.write("#comment", "le dépôt est vidé").await;
        window.click("form.act button").await;
        window
            .until_says(".answer.good", "la prochaine évaluation sera crue, une fois")
            .await;
        assert_eq!(window.path().await, page);
        assert_eq!(window.count("form.act").await, 0);
        // The page goes on as it was.
        window.asks("(window.sameAsBefore = true)").await;
        tokio::task::block_in_place(|| stage.api.world.vigie(&["sync", "--pack", "depot"]));
        window.until_says("#head .states", "Complète").await;
        assert_eq!(window.asks("window.sameAsBefore").await, true);
        window.close().await;
    });
}

/// An act is done, and then nobody can read the page that would say so.
#[test]
fn an_act_whose_page_cannot_be_read_is_not_called_undone() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let window = stage.plain_window().await;
        window.enters("admin").await;
        let mut migration = PgConnection::connect(&stage.api.world.url())
            .await
            .expect("a connection");
        let lock = "begin; lock table vigie.checks in access exclusive mode";
        migration.execute(raw(lock)).await.expect("a lock");
        window.click(&format!("[formaction$=\"/{id}/ack\"]")).await;
        assert_eq!(
            window.text("h1").await,
            "On ne sait pas si c’est fait : la base n’a pas répondu."
        );
        migration.close().await.expect("closed");
        assert_eq!(stage.standing(id), "ACK amina");
        window.close_refused().await;
    });
}

/// The second of two acts that were not answered is sent again: it is that act still.
#[test]
fn what_was_not_answered_is_sent_again_as_the_same_request() {
    play(async |stage| {
        let ids = stage.open_alerts(2);
        let window = stage.window_of("admin").await;
        // The first two are lost on the way.
        window
            .asks(
                "void (window.sent = [], window.fetch = ((ask) => async (url, options) => {
                    if (options.method === 'POST' && window.sent.push(options.body.get('request_id')) < 3)
                        throw new Error('lost');
                    return ask(url, options);
                })(fetch))",
            )
            .await;
        for (n, id) in [&ids[0], &ids[1], &ids[1]].into_iter().enumerate() {
            let row = format!("#rows > li:has(a[href$=\"{id}\"])");
            window.click(&format!("{row} [formaction$=\"/ack\"]")).await;
            window.until(&format!("window.sent.length === {}", n + 1)).await;
            if n < 2 {
                window
                    .until_says(&format!("{row} .answer.bad"), "Pas de réponse")
                    .await;
            }
        }
        window.until_says("#rows .answer.good", "c’est à vous").await;
        let sent = window
            .asks("[window.sent[0] === window.sent[1], window.sent[1] === window.sent[2]]")
            .await;
        assert_eq!(sent, json!([false, true]));
        assert_eq!(
            [&ids[0], &ids[1]].map(|id| stage.standing(id)),
            ["OPEN", "ACK amina"]
        );
        window.close().await;
    });
}
