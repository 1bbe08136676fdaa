//! The matrix beside what real commands come to.

use rls_audit::{
    Access, Command,
    postgres::sqlx::Connection as _,
    shadow::{Effect, PgShadow, by_triggers, disagreements},
};

use crate::{
    corpus::{Case, Corpus},
    known_doors, mended, rules,
};

/// Every schema of the corpus: the matrix is what real commands come to, cell for cell; the doors are those that somebody
/// found by reading; the expected rules fire, and no other; once the proposed fixes are applied, what they mend is mended,
/// and nobody has lost what they were to keep. Two at a time: the server has more to do than the test.
#[tokio::test]
async fn every_schema_is_what_was_said_of_it() {
    let corpus = Corpus::load(option_env!("VIGIE_CORPUS"));
    let (even, odd) = (
        corpus.cases().iter().step_by(2),
        corpus.cases().iter().skip(1).step_by(2),
    );
    let (even, odd) = tokio::join!(differences(&corpus, even), differences(&corpus, odd));
    let wrong = [even, odd].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is otherwise than was said of these.
async fn differences(corpus: &Corpus, cases: impl Iterator<Item = &Case>) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let found = corpus.inspected(case, "postgres").await;
        let mut copy = corpus.connect(case).await;
        let real = PgShadow::new(&mut copy, false)
            .cells(&found)
            .await
            .expect("tried");
        assert_eq!(found.matrix.cells.len(), real.len(), "{}", case.name);
        let differ = disagreements(&found.matrix.cells, &real)
            .into_iter()
            .map(|differs| format!("{differs:?}"));
        // Its transaction still holds locks.
        copy.close().await.expect("closed");
        let all = differ
            .chain(known_doors::differences(case, &found))
            .chain(rules::differences(case, &found))
            .chain(mended::differences(corpus, case, &found).await);
        wrong.extend(all.map(|line| format!("{}: {line}", case.name)));
    }
    wrong
}

/// A login that is only a member of the roles sees no row of its own. Of every door that is open it says that it is, or that it
/// does not know; and of none that policies keep shut that it is open. Where no row is there to be reached, it says what
/// policies would let through if there were one.
#[tokio::test]
async fn a_login_without_privileges_misses_no_door() {
    let corpus = Corpus::load(option_env!("VIGIE_CORPUS"));
    let mut wrong = Vec::new();
    for case in corpus.cases() {
        let whole = corpus.inspected(case, "postgres").await;
        let found = corpus.inspected(case, "auditor").await;
        for cell in &found.matrix.cells {
            let known = whole.matrix.access(&cell.persona, &cell.relation, cell.command);
            let Some(known) = known.filter(|known| !matches!(known, Access::Unknown(_))) else {
                continue;
            };
            let is_missed = known.is_open() && !cell.access.is_open();
            let is_made_up = cell.access.is_open() && matches!(known, Access::Denied | Access::Rls);
            let is_known = !matches!(cell.access, Access::Unknown(_));
            if is_known && (is_missed || is_made_up) {
                wrong.push(format!("{}: {cell:?}, and it is {known}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The matrix speaks of policies; what triggers make of that is shown beside it, and is no disagreement.
#[tokio::test]
async fn what_triggers_do_is_told_apart_from_what_policies_do() {
    let corpus = Corpus::load(Some("own_rows"));
    let case = &corpus.cases()[0];
    corpus.run(
        case,
        "create function public.fire() returns trigger language plpgsql as $$ begin
             if tg_op = 'INSERT' then new.owner := auth.uid(); return new; end if;
             if tg_op = 'DELETE' then return null; end if;
             raise exception 'nobody changes notes';
         end $$;
         create trigger fire before insert or update or delete on public.notes for each row execute function public.fire();",
    );
    let found = corpus.inspected(case, "postgres").await;
    let mut copy = corpus.connect(case).await;
    let without = PgShadow::new(&mut copy, false)
        .cells(&found)
        .await
        .expect("tried");
    let with = PgShadow::new(&mut copy, true).cells(&found).await.expect("tried");
    assert_eq!(disagreements(&found.matrix.cells, &without), []);
    let told: Vec<(String, Command, Effect)> = by_triggers(&without, &with)
        .into_iter()
        .filter(|triggered| triggered.persona == "amina")
        .map(|triggered| (triggered.relation.name, triggered.command, triggered.effect))
        .collect();
    let of_notes = |command, effect| ("notes".to_owned(), command, effect);
    assert_eq!(
        told,
        [
            of_notes(Command::Insert, Effect::LetThrough),
            of_notes(Command::Update, Effect::Refuse),
            of_notes(Command::Delete, Effect::HoldBack),
        ]
    );
}
