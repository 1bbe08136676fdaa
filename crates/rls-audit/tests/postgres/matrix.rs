//! The matrix beside what real commands come to.

use rls_audit::{
    Access, Command,
    shadow::{Effect, PgShadow, by_triggers, disagreements},
};

use crate::corpus::Corpus;

#[tokio::test]
async fn the_matrix_is_what_real_commands_come_to() {
    let corpus = Corpus::load(option_env!("VIGIE_CORPUS"));
    let (mut wrong, mut cells, mut unknown) = (Vec::new(), 0, Vec::new());
    for case in corpus.cases() {
        let found = corpus.inspected(case, "postgres").await;
        let mut copy = corpus.connect(case).await;
        let real = PgShadow::new(&mut copy, false)
            .cells(&found)
            .await
            .expect("tried");
        assert_eq!(found.matrix.cells.len(), real.len(), "{}", case.name);
        cells += real.len();
        for cell in found
            .matrix
            .cells
            .iter()
            .filter(|cell| matches!(cell.access, Access::Unknown(_)))
        {
            unknown.push(format!("{}: {} of {}", case.name, cell.access, cell.relation));
        }
        wrong.extend(
            disagreements(&found.matrix.cells, &real)
                .into_iter()
                .map(|differs| format!("{}: {differs:?}", case.name)),
        );
    }
    unknown.sort();
    unknown.dedup();
    println!(
        "{cells} cells of {} schemas; not known: {unknown:#?}",
        corpus.cases().len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A login that is only a member of the roles sees no row of its own. It says of every door that is open that it is; and of
/// whoever owns no row, that policies would let them at rows of their own.
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
            let may_own = cell.persona != "anon" && cell.access.is_open() && *known == Access::None;
            let is_known = !matches!(cell.access, Access::Unknown(_));
            if is_known && !may_own && cell.access.is_open() != known.is_open() {
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
