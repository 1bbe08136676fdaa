//! From the list to one alert: filter, open, read, copy.

use serde_json::json;

use crate::stage::play;

#[test]
fn a_filter_is_kept_in_the_address() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        let all = window.count("#rows > li").await;
        window.click(".filters summary").await;
        window.click("[name=severity][value=WARN]").await;
        window.click(".filters button").await;
        window.until("location.search.includes('severity=WARN')").await;
        window.find("#rows").await;
        let rows = window.count("#rows > li").await;
        assert!(0 < rows && rows < all, "{rows} of {all}");
        assert_eq!(window.count("#rows > li.warn").await, rows);

        // The address says everything: somebody else sees the same.
        let address = window.path().await;
        let other = stage.window_of("directeur").await;
        other.open(&address).await;
        assert_eq!(other.count("#rows > li.warn").await, rows);
        assert_eq!(other.count("#rows > li").await, rows);
        assert_eq!(other.count("[name=severity][value=WARN]:checked").await, 1);
        other.close().await;

        window
            .open("/governance/integrity?q=there+is+no+such+thing")
            .await;
        window.until_says("#rows", "Aucune alerte").await;
        assert_eq!(window.count("#rows > li").await, 0);
        window.click("#rows a").await;
        window
            .until("!location.search && document.querySelectorAll('#rows > li').length > 10")
            .await;
        window.close().await;
    });
}

#[test]
fn an_alert_is_opened_read_and_copied() {
    play(async |stage| {
        let window = stage.window_of("pca").await;
        let name = window.text("#rows > li .what a").await;
        window.click("#rows > li .what a").await;
        window
            .until("location.pathname.startsWith('/governance/alerts/')")
            .await;
        assert_eq!(window.text("h1").await, name);
        for part in [
            "#head .message",
            "#history .timeline li",
            "#facts dd",
            "#payload dd",
        ] {
            assert!(!window.text(part).await.is_empty(), "{part}");
        }
        window.click("#as-json summary").await;
        window.click("[data-copy-from=json]").await;
        window.until_says("[data-copy-from=json]", "Copié").await;
        // Pressed again meanwhile, it is called in the end what it was called before.
        window.click("[data-copy-from=json]").await;
        let afterwards = "new Promise((done) => setTimeout(done, 2_500)).then(() => document.querySelector('[data-copy-from=json]').textContent)";
        assert_eq!(window.awaits(afterwards).await, "Copier");
        let permissions = json!({ "permissions": ["clipboardReadWrite"] });
        window.cdp("Browser.grantPermissions", permissions).await;
        let copied = window.awaits("navigator.clipboard.readText()").await;
        let shown = window.asks("document.getElementById('json').textContent").await;
        assert!(shown.as_str().is_some_and(|json| json.contains('{')), "{shown}");
        assert_eq!(copied, shown);
        window.close().await;
    });
}

#[test]
fn a_long_history_is_read_page_by_page() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        stage.api.sql(&format!(
            "insert into vigie.alert_events
             select '{id}', 1 + n, now(), 'COMMENTED', 'amina', 'vigie', 'api', null,
                    jsonb_build_object('args', jsonb_build_object('comment', 'no. ' || n)), ''
             from generate_series(1, 150) n"
        ));
        let window = stage.window_of("pca").await;
        window.open(&format!("/governance/alerts/{id}")).await;
        assert_eq!(window.count(".timeline li").await, 100);
        assert_eq!(
            window.text(".timeline li:first-child blockquote").await,
            "no. 150"
        );
        assert_eq!(window.text("#history .pages").await, "51 événements plus anciens");
        window.click("#history .pages a").await;
        window.until_says("#history .pages", "Les plus récents").await;
        assert_eq!(window.count(".timeline li").await, 51);
        assert!(window.text(".timeline li:last-child").await.contains("Ouverte"));
        assert_eq!(
            window.count("#change").await,
            0,
            "the last change is on the first page"
        );
        window.close().await;
    });
}

#[test]
fn no_two_buttons_of_a_list_are_called_the_same() {
    play(async |stage| {
        let id = &stage.open_alerts(1)[0];
        let window = stage.window_of("admin").await;
        let ack = window
            .asks(&format!(
                "document.querySelector('[formaction$=\"/{id}/ack\"]').ariaLabel"
            ))
            .await;
        let name = stage.api.value(&format!(
            "select coalesce(nullif(entity_label, ''), entity_id) from vigie.alerts where id = '{id}'"
        ));
        assert_eq!(ack, format!("ACK {name}"));
        // Whoever speaks to the browser says what stands on the button.
        let other = "[...document.querySelectorAll('#rows .do button')]
            .filter((one) => !one.ariaLabel?.startsWith(one.textContent + ' ')).length";
        assert_eq!(window.asks(other).await, 0);
        window.close().await;
    });
}
