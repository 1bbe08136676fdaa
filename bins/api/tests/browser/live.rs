//! What others do appears by itself, and takes nothing away from who is writing.

use crate::stage::play;

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
