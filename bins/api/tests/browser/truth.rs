//! When the proof grows old, or nobody answers, the screens say so, and say so no longer when it is over.

use crate::{
    everybody::can_use,
    stage::{LIST, Sync, play},
};

/// A person comes back to the window: the page looks again.
pub(crate) const LOOKS_AGAIN: &str = "document.dispatchEvent(new Event('visibilitychange'))";

/// As if nothing had been evaluated for days: nobody waits that long here.
pub(crate) const SILENT_FOR_DAYS: &str =
    "update vigie.runs set started_at = started_at - interval '3 days', finished_at = finished_at - interval '3 days';
     update vigie.check_states
     set complete_at = complete_at - interval '3 days', seen_at = seen_at - interval '3 days'";

#[test]
fn a_service_that_has_stopped_is_seen_in_the_banner_until_it_works_again() {
    play(async |stage| {
        let sync = Sync::start(stage.api.world);
        let window = stage.window_of("pca").await;
        window.until_says("#banner.whole", "Tout a été évalué").await;
        drop(sync);
        stage.api.sql(SILENT_FOR_DAYS);
        window.asks(LOOKS_AGAIN).await;
        window
            .until_says("#banner.blind h2", "Non évalué depuis 3 j")
            .await;
        window
            .until("document.title.startsWith('Non évalué depuis')")
            .await;
        can_use(&window, "state-stale").await;

        let _sync = Sync::start(stage.api.world);
        // Without a word from anybody.
        window.until_says("#banner.whole", "Tout a été évalué").await;
        window.close().await;
    });
}

#[test]
fn without_the_database_no_screen_shows_a_number_and_all_recover_by_themselves() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let (open, fresh) = (stage.window_of("pca").await, stage.window_of("admin").await);
        let database = stage.api.value("select current_database()::text");
        stage.beside(&format!("alter database {database} allow_connections false"));
        stage.beside(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'"
        ));
        // What is shown already is called old,
        open.asks(LOOKS_AGAIN).await;
        open.until("!document.getElementById('offline').hidden").await;
        assert!(open.asks("document.documentElement.className").await == "stale");
        assert_eq!(open.asks("document.title").await, "Serveur injoignable · Vigie");
        can_use(&open, "state-offline").await;
        // and what is asked for now is not answered by a number.
        for path in [LIST, "/governance/checks", &format!("/governance/alerts/{id}")] {
            fresh.open(path).await;
            fresh.until_says("h1", "La base de données ne répond pas").await;
            assert_eq!(fresh.count(".counters, #rows, #facts").await, 0, "{path}");
        }
        // Nor is a role that nobody could look up called none.
        assert_eq!(fresh.text(".person").await, "Amina");
        can_use(&fresh, "state-unavailable").await;
        stage.beside(&format!("alter database {database} allow_connections true"));
        fresh.find("#facts").await;
        open.until("document.getElementById('offline').hidden").await;
        assert!(open.asks("document.documentElement.className").await == "");
        open.close_refused().await;
        fresh.close_refused().await;
    });
}

#[test]
fn a_page_of_another_release_says_so_to_who_comes_back_to_it() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        let of = |release: &str| format!("(document.documentElement.dataset.release = {release})");
        let own = window.asks("document.documentElement.dataset.release").await;
        window.asks(&of("'vigie-api@0.0.0+older'")).await;
        window.asks("dispatchEvent(new Event('focus'))").await;
        window.until("!document.getElementById('newer').hidden").await;
        can_use(&window, "state-newer").await;
        window.asks(&of(&own.to_string())).await;
        window.asks("dispatchEvent(new Event('focus'))").await;
        window.until("document.getElementById('newer').hidden").await;
        window.close().await;
    });
}
