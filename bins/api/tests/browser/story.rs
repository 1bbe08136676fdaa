//! One story, from the first sign of a bad release to the proof that it is over: the real programs, a real server, a real
//! browser. Every step is asked of the database and seen on the screen.

use std::{
    fs,
    time::{Duration, Instant},
};

use access_journal::Source;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{
    attacks::attacks,
    cast::Cast,
    everybody::can_use,
    running::{Api, Auth},
    stage::{LIST, SAID, Stage, Sync},
    window::Window,
};

const A: &str = "depot-web@1.3.2+0c5a77d91e42";
const B: &str = "depot-web@1.4.0+4110b38a1b2c";

/// How long anything may take that has to come; the audit's turn is once in a minute.
const PATIENCE: Duration = Duration::from_secs(150);

#[test]
fn a_bad_release_from_the_first_sign_to_the_proof_that_it_is_over() {
    let cast = Cast::new();
    let _sync = Sync::of(
        &cast.world,
        &cast.configuration(),
        &cast.world.url_of("vigie_sync"),
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let url = cast.world.url_of("vigie_api");
        let api = Api::start(
            &cast.world,
            &url,
            Auth::Demo,
            "access.key_file = \"access-key\"\n",
        )
        .await;
        let tale = Tale {
            cast: &cast,
            stage: Stage::before(api),
        };
        let amina = tale.stage.window("fr").await;
        tale.all_is_well(&amina).await;
        tale.a_bad_release_goes_live(&amina).await;
        tale.somebody_probes(&amina).await;
        tale.the_audit_shows_the_door(&amina).await;
        tale.the_team_goes_back(&amina).await;
        tale.it_is_over_and_proved(&amina).await;
        amina.close_refused().await;
    });
}

struct Tale<'c> {
    cast: &'c Cast,
    stage: Stage<'c>,
}

impl Tale<'_> {
    async fn all_is_well(&self, amina: &Window) {
        self.cast.deploys("a", A);
        amina.enters("admin").await;
        self.until("an audit", "select (count(*) > 0)::text from vigie.audits")
            .await;
        amina.until_says("#banner.whole", "Tout a été évalué").await;
        assert_eq!(self.live("STOCK_OVER_CAPACITY"), "");
        assert_eq!(self.live("ANON_DATA_EXPOSED"), "");
        can_use(amina, "story-1-well").await;
    }

    /// Its migration opens a door, and its code counts a delivery ten times.
    async fn a_bad_release_goes_live(&self, amina: &Window) {
        self.cast.deploys("b", B);
        self.stage.api.sql(
            "create policy everybody on public.contracts for select using (true);
             update public.stocks_snapshot set stock_ambiant = stock_ambiant + 1000000
             where citerne_id = (select id from public.citernes where nom = 'KIN-T01')",
        );
        // Nobody touches the page.
        amina.until_says("#rows", "KIN-T01").await;
        let id = self.live("STOCK_OVER_CAPACITY");
        let ack = format!("[formaction=\"/governance/alerts/{id}/ack\"]");
        amina.click(&ack).await;
        amina.until_says("#rows > li .answer.good", "c’est à vous").await;
        assert_eq!(self.stage.standing(&id), "ACK amina");
        can_use(amina, "story-2-acknowledged").await;
    }

    async fn somebody_probes(&self, amina: &Window) {
        for number in 0..12 {
            let path = format!("/api/v1/backup-{number}");
            let answer = self
                .stage
                .api
                .get(&path)
                .bearer_auth("forged")
                .send()
                .await
                .expect("an answer");
            assert!(answer.status().is_client_error(), "{answer:?}");
        }
        self.until(
            "what the service refused",
            "select (coalesce(sum(count), 0) >= 12)::text from vigie.access_events where source = 'api'",
        )
        .await;
        // The gateway before the database tells from where somebody probes, and that they have found the door.
        let now = self
            .stage
            .api
            .value("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        let now: DateTime<Utc> = now.parse().expect("a time");
        let all = attacks(now - TimeDelta::minutes(5));
        let told = all
            .into_iter()
            .filter(|attack| ["anonymous-read", "enumeration"].contains(&attack.name));
        let log: String = told
            .filter_map(|attack| attack.log(Source::SupabaseEdge))
            .collect();
        self.cast.ingests(&log);
        for code in ["ACCESS_ENUMERATION", "ANON_DATA_EXPOSED"] {
            self.until_live(code).await;
        }
        amina.open("/governance/access").await;
        let said = amina.text("main").await;
        assert!(said.contains("contracts"), "{said}");
        can_use(amina, "story-3-probed").await;
        amina.open(LIST).await;
        amina.until_says("#rows", "Données lues sans connexion").await;
    }

    async fn the_audit_shows_the_door(&self, amina: &Window) {
        self.until(
            "the audit's finding",
            &format!("select (count(*) > 0)::text from vigie.alerts where {DOOR} and status = 'OPEN'"),
        )
        .await;
        amina.open("/governance/rls").await;
        let said = amina.text("main").await;
        assert!(said.contains("public.contracts"), "{said}");
        can_use(amina, "story-4-door").await;
    }

    async fn the_team_goes_back(&self, amina: &Window) {
        let decision = self.cast.decision();
        assert_eq!(decision["decision"], "ROLLBACK", "{decision:#}");
        let evidence = rule(&decision, "critical_alerts")["evidence"].to_string();
        assert!(evidence.contains("STOCK_OVER_CAPACITY"), "{evidence}");
        self.cast.goes_back();
        let told = "select string_agg(kind, ' ' order by id) from vigie.release_events where release = ";
        assert_eq!(
            self.stage.api.value(&format!("{told}'{B}'")),
            "started deployed verify_passed rollback_started rolled_back rollback_verified"
        );
        amina.open("/governance/releases").await;
        let said = amina.text("main").await;
        assert!(said.contains("1.3.2"), "{said}");
        can_use(amina, "story-5-back").await;
    }

    async fn it_is_over_and_proved(&self, amina: &Window) {
        let id = self.live("STOCK_OVER_CAPACITY");
        amina.open(&format!("/governance/alerts/{id}")).await;
        self.stage.api.sql(
            "drop policy everybody on public.contracts;
             update public.stocks_snapshot set stock_ambiant = stock_ambiant - 1000000
             where citerne_id = (select id from public.citernes where nom = 'KIN-T01')",
        );
        self.until("the alert to clear", &format!("select (status = 'RESOLVED' and condition = 'ABSENT')::text from vigie.alerts where id = '{id}'")).await;
        self.until(
            "the door to be seen shut",
            &format!("select (count(*) = 0)::text from vigie.alerts where {DOOR} and condition = 'PRESENT'"),
        )
        .await;
        for proof in ["alerts", "access"] {
            self.cast.world.vigie(&[proof, "verify"]).exits(0);
        }
        amina.open(LIST).await;
        amina.until_says("#banner.whole", "Tout a été évalué").await;
        can_use(amina, "story-6-over").await;
    }

    /// The identifiers of the live alerts of a code.
    fn live(&self, code: &str) -> String {
        self.stage.api.value(&format!(
            "select coalesce(string_agg(id::text, ' '), '') from vigie.alerts where check_code = '{code}' and status <> 'RESOLVED'"
        ))
    }

    async fn until_live(&self, code: &str) {
        let query = format!(
            "select (count(*) > 0)::text from vigie.alerts where check_code = '{code}' and status = 'OPEN'"
        );
        self.until(code, &query).await;
    }

    fn said(&self) -> String {
        let file = self.cast.world.directory.path().join(SAID);
        fs::read_to_string(file).unwrap_or_default()
    }

    /// Waits until a query says `true`.
    async fn until(&self, what: &str, query: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.stage.api.value(query) != "true" {
            assert!(
                Instant::now() < deadline,
                "in vain: {what}; {}
vigie-sync said {}",
                self.stage.api.value(STANDING),
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// All alerts.
const STANDING: &str = "select coalesce(string_agg(concat_ws(' ', check_code, status, condition, severity, entity_id, message), chr(10)), '')
    from vigie.alerts";

/// The alerts of the audit about the table that was opened.
const DOOR: &str = "check_code like 'RLS%' and entity_id like '%public.contracts%' and severity <> 'INFO'";

fn rule<'a>(told: &'a Value, name: &str) -> &'a Value {
    let rules = told["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["rule"] == name).expect("the rule")
}
