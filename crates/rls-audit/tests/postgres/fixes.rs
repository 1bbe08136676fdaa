//! Fixes, tried on a copy, and what the audit says once they are applied.

use std::collections::BTreeSet;

use rls_audit::{
    Audit, Command, Expectation, Inspection, Name, Persona,
    copy::{self, Rows},
    fix::{self, Outcome, Simulation},
    rules::Level,
};

use crate::corpus::{Case, Corpus, amina, inspected_at};

/// What is tried on the copy of a case, and where that copy is.
struct Rehearsed {
    url: String,
    personas: Vec<Persona>,
    before: Inspection,
    simulation: Simulation,
}

impl Rehearsed {
    async fn of(corpus: &Corpus, case: &Case, personas: Vec<Persona>) -> Self {
        let url = corpus.database(&format!("{} mended", case.name));
        let copied = copy::make(&corpus.url(case, "postgres"), &url, Rows::Sampled)
            .await
            .expect("copied");
        assert_eq!(copied.lost, [], "{}", case.name);
        let before = inspected_at(&corpus.url(case, "postgres"), &personas).await;
        let settings = case.expected().settings();
        let audit = Audit::new(&before, &settings);
        let simulation = fix::rehearse(&url, &audit, &personas, &settings)
            .await
            .expect("rehearsed");
        Self {
            url,
            personas,
            before,
            simulation,
        }
    }

    async fn now(&self) -> Inspection {
        inspected_at(&self.url, &self.personas).await
    }

    #[track_caller]
    fn outcome(&self, fingerprint: &str) -> &Outcome {
        let tried = self
            .simulation
            .tried
            .iter()
            .find(|own| own.fix.fingerprint == fingerprint);
        &tried
            .unwrap_or_else(|| panic!("nothing for {fingerprint}: {:#?}", self.simulation))
            .outcome
    }

    #[track_caller]
    fn refusal(&self, fingerprint: &str) -> String {
        match self.outcome(fingerprint) {
            Outcome::Refused(refused) => refused.why.join("\n"),
            other => panic!("{fingerprint} is not refused: {other:#?}"),
        }
    }
}

/// On a copy that is made for it; `mended` applies those of every schema.
#[tokio::test]
async fn what_is_proposed_mends_what_it_says_and_can_be_applied_twice() {
    let corpus = Corpus::load(Some("authority,names,partitions,writable_views"));
    for case in corpus.cases() {
        let name = &case.name;
        let rehearsed = Rehearsed::of(&corpus, case, case.personas()).await;
        let simulation = &rehearsed.simulation;
        let script = simulation.to_sql();
        println!("==== {name}\n{script}");
        assert_eq!(simulation.doubts, Vec::<String>::new(), "{name}");
        assert!(simulation.is_whole(), "{name}: {simulation:#?}");
        assert_eq!(
            rehearsed.now().await.matrix,
            rehearsed.before.matrix,
            "{name}: nothing stays on the copy"
        );

        let mended = format!("{name} mended");
        corpus.run_in(&mended, &script);
        let once = rehearsed.now().await;
        corpus.run_in(&mended, &script);
        let twice = rehearsed.now().await;
        assert_eq!(
            (&once.catalog, &once.matrix),
            (&twice.catalog, &twice.matrix),
            "{name}: a second time changes nothing"
        );

        let settings = case.expected().settings();
        let errors: BTreeSet<String> = Audit::new(&once, &settings)
            .findings
            .into_iter()
            .filter(|finding| finding.level == Level::Error)
            .map(|finding| finding.fingerprint)
            .collect();
        let left = simulation.left.iter().cloned().collect();
        assert_eq!(errors, left, "{name}");
        for tried in &simulation.tried {
            if let Outcome::Proposed { instead: None, .. } = tried.outcome {
                assert!(!errors.contains(&tried.fix.fingerprint), "{name}: {tried:#?}");
            }
        }
    }
}

/// A helper function of a policy reads a view: that is not written in any policy, and only trying shows it.
#[tokio::test]
async fn a_view_that_policies_read_stays_as_it_is() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(case, include_str!("fixes_view.sql"));
    let rehearsed = Rehearsed::of(&corpus, case, vec![amina()]).await;
    let why = rehearsed.refusal("RLS-301 public.\"who works\"");
    println!("{}", rehearsed.simulation.to_sql());
    assert!(
        why.contains("amina SELECT on public.depots: some -> none"),
        "{why}"
    );
}

#[tokio::test]
async fn what_somebody_is_expected_to_keep_is_not_taken() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(
        case,
        "create table public.\"price \"\"list\"\"\" (id int primary key);
         insert into public.\"price \"\"list\"\"\" values (1);
         grant select on public.\"price \"\"list\"\"\" to anon, authenticated",
    );
    let relation = Name::new("public", "price \"list\"").to_string();
    let mut visitor = Persona::new("visitor", "authenticated").with_claim("sub", "a");
    visitor.expect.push(Expectation {
        relation: relation.clone(),
        command: Command::Select,
        access: vec!["all".to_owned()],
    });
    let rehearsed = Rehearsed::of(&corpus, case, vec![visitor]).await;
    let fingerprint = format!("RLS-101 {relation}");
    let Outcome::Proposed {
        changes,
        instead: Some(refused),
        ..
    } = rehearsed.outcome(&fingerprint)
    else {
        panic!("{:#?}", rehearsed.simulation);
    };
    assert_eq!(
        refused.why[0],
        format!("visitor SELECT on {relation}: all -> none: their `expect` says otherwise")
    );
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, [format!("anon SELECT on {relation}: all -> denied")]);
    assert!(rehearsed.simulation.left.contains(&fingerprint));
}

/// Of two fixes of one policy the first cannot be done again once the second has dropped it.
#[tokio::test]
async fn what_cannot_be_done_twice_is_left_to_what_mends_the_same() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(
        case,
        "create table public.board (id int primary key);
         insert into public.board values (1);
         alter table public.board enable row level security;
         create policy anyone on public.board using (true);
         grant select, insert on public.board to anon, authenticated",
    );
    let rehearsed = Rehearsed::of(&corpus, case, Vec::new()).await;
    let policy = "policy anyone on public.board";
    assert_eq!(rehearsed.outcome(&format!("RLS-202 {policy}")), &Outcome::Settled);
    let dropping = rehearsed.outcome(&format!("RLS-204 {policy}"));
    let Outcome::Proposed { changes, .. } = dropping else {
        panic!("{dropping:#?}");
    };
    assert_eq!(changes.len(), 4, "{changes:#?}");
    let script = rehearsed.simulation.to_sql();
    assert!(
        !script.contains("\nalter policy anyone on public.board"),
        "{script}"
    );
}

#[tokio::test]
async fn a_copy_that_is_another_database_proves_nothing() {
    let corpus = Corpus::load(Some("own_rows,views"));
    let (audited, other) = (&corpus.cases()[0], &corpus.cases()[1]);
    let url = corpus.url(audited, "postgres");
    assert!(
        fix::is_same_database(&url, &corpus.url(audited, "auditor"))
            .await
            .expect("asked")
    );
    assert!(
        !fix::is_same_database(&url, &corpus.url(other, "postgres"))
            .await
            .expect("asked")
    );

    let settings = audited.expected().settings();
    let audit = Audit::new(&inspected_at(&url, &[amina()]).await, &settings);
    let simulation = fix::rehearse(&corpus.url(other, "postgres"), &audit, &[amina()], &settings)
        .await
        .expect("rehearsed");
    assert!(!simulation.is_whole());
    assert!(
        simulation.doubts[0].starts_with("the copy lacks: "),
        "{:?}",
        simulation.doubts
    );
}
