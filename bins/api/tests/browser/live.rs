//! What others do appears by itself, and takes nothing away from who is writing.

use crate::{everybody::can_use, stage::play, truth::LOOKS_AGAIN};

#[test]
fn an_act_of_another_person_appears_and_nothing_half_written_is_lost() {
    play(async |stage| {
        let ids = stage.open_alerts(2);
        let (acked, resolving) = (&ids[0], &ids[1]);
        let writer = stage.window_of("directeur").await;
        writer
            .click(&format!("button[name=resolve][value=\"{resolving}\"]"))
            .await;
        writer.write("#comment", "à moitié éc").await;
        // A page that is loaded again would forget it.
        writer.asks("(window.sameAsBefore = true)").await;

        let other = stage.window_of("admin").await;
        other.click(&format!("[formaction$=\"/{acked}/ack\"]")).await;
        other.until_says(".answer.good", "c’est à vous").await;

        let row = format!("#rows > li:has(a[href$=\"{acked}\"])");
        writer.until_says(&row, "amina").await;
        writer.write("#comment", "rit").await;
        let kept = writer
            .asks("[window.sameAsBefore, document.activeElement.id, document.activeElement.value]")
            .await;
        assert_eq!(kept, serde_json::json!([true, "comment", "à moitié écrit"]));
        writer.click("form.act button:not([name])").await;
        writer.until_says(".answer.good", "Déclarée réparée").await;
        assert_eq!(
            stage.standing(resolving),
            "RESOLVED didier:RESOLVED:à moitié écrit"
        );
        writer.close().await;
        other.close().await;
    });
}

#[test]
fn an_answer_that_was_read_gives_way_to_news() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let row = format!("#rows > li:has(a[href$=\"{id}\"])");
        let (first, second) = (stage.window_of("directeur").await, stage.window_of("admin").await);
        first.click(&format!("[formaction$=\"/{id}/ack\"]")).await;
        first
            .until_says(&format!("{row} .answer.good"), "c’est à vous")
            .await;
        // Nobody touches this window any more: the answer has the focus.
        second.open(&format!("/governance/alerts/{id}")).await;
        second.click("#act-unack summary").await;
        second.click("#act-unack button").await;
        second.until_says(".answer.good", "de nouveau ouverte").await;
        first.until_says(&format!("{row} .when"), "Ouverte").await;
        assert_eq!(first.count(&format!("{row} .answer")).await, 0);
        first.close().await;
        second.close().await;
    });
}

#[test]
fn where_the_session_has_ended_what_was_written_stays_and_can_be_sent_after_all() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let writer = stage.window_of("directeur").await;
        writer
            .click(&format!("button[name=resolve][value=\"{id}\"]"))
            .await;
        writer.write("#comment", "à moitié écrit").await;
        writer.forget().await;
        writer.asks(LOOKS_AGAIN).await;
        writer
            .until_says("#ended", "Ce que vous avez écrit reste ici.")
            .await;
        writer
            .until("document.title.startsWith('Votre session est finie')")
            .await;
        assert_eq!(writer.text("#ended a").await, "Se connecter dans un autre onglet");
        can_use(&writer, "state-session-ended").await;
        assert_eq!(
            writer.asks("document.getElementById('comment').value").await,
            "à moitié écrit"
        );

        // As another tab of the same browser does it.
        let entered =
            "fetch('/sign-in', { method: 'POST', body: new URLSearchParams({ persona: 'directeur' }) })
            .then((answer) => answer.status)";
        assert_eq!(writer.awaits(entered).await, 200);
        writer.asks(LOOKS_AGAIN).await;
        writer.until("document.getElementById('ended').hidden").await;
        writer.click("form.act button:not([name])").await;
        writer.until_says(".answer.good", "Déclarée réparée").await;
        assert_eq!(stage.standing(id), "RESOLVED didier:RESOLVED:à moitié écrit");
        writer.close().await;
    });
}

/// Whoever is only looking keeps nothing back: the focus is given back to where it was.
#[test]
fn what_has_the_focus_is_renewed_and_keeps_it() {
    play(async |stage| {
        let ids = stage.open_alerts(2);
        let window = stage.window_of("directeur").await;
        let other = stage.window_of("admin").await;
        let ack = format!("[formaction$=\"/{}/ack\"]", ids[0]);
        let resolve = format!("[name=resolve][value=\"{}\"]", ids[1]);
        let row = |id: &str| format!("#rows > li:has(a[href$=\"{id}\"])");
        let has_focus = |css: &str| format!("document.activeElement.matches({css:?})");

        // What it was on stays: it has it still.
        window
            .asks(&format!("document.querySelector({resolve:?}).focus()"))
            .await;
        other.click(&format!("[formaction$=\"/{}/ack\"]", ids[1])).await;
        window.until_says(&row(&ids[1]), "amina").await;
        window.until(&has_focus(&resolve)).await;

        // What it was on is gone: the link of the same row has it.
        window
            .asks(&format!("document.querySelector({ack:?}).focus()"))
            .await;
        other.open("/governance/integrity").await;
        other.click(&ack).await;
        window.until_says(&row(&ids[0]), "amina").await;
        window
            .until(&has_focus(&format!("a[href$=\"{}\"]", ids[0])))
            .await;

        // A counter, and what is folded.
        window
            .asks("document.querySelector('.counters .ack').focus()")
            .await;
        other.open(&format!("/governance/alerts/{}", ids[0])).await;
        other.click("#act-unack summary").await;
        let acknowledged = window.text(".counters .ack b").await;
        other.click("#act-unack button").await;
        window
            .until(&format!(
                "document.querySelector('.counters .ack b').textContent !== {acknowledged:?}"
            ))
            .await;
        window.until(&has_focus(".counters .ack")).await;
        window.close().await;
        other.close().await;
    });
}

#[test]
fn a_list_that_grows_past_its_page_says_so() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        assert_eq!(window.count("#pages a").await, 0);
        stage.api.sql(
            "insert into vigie.alerts
             select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'entity_id', 'one of many ' || n))).*
             from vigie.alerts a, generate_series(1, 60) n
             where a.id = (select id from vigie.alerts where status = 'OPEN' limit 1)",
        );
        window.asks(LOOKS_AGAIN).await;
        window.until_says("#pages", "Page suivante").await;
        window.close().await;
    });
}
