use super::*;
use crate::rules::sample::{Sample, policy, table};

fn part(name: &str, of: &str) -> Relation {
    Relation {
        is_partition: true,
        parents: vec![Name::new("public", of)],
        ..table(name)
    }
}

#[test]
fn a_part_without_policies_is_a_door_past_those_of_the_whole() {
    let whole = table("whole").policed(policy("own", "(owner = auth.uid())"));
    let sample = || {
        Sample::new()
            .with(whole.clone())
            .with(part("part", "whole").without_rls().granting("anon", &["SELECT"]))
    };
    let found = sample().one(&RLS_106);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.message,
        "public.part is part of public.whole and can be reached past its policies."
    );
    assert_eq!(
        found.fix.as_deref(),
        Some("alter table public.part enable row level security;")
    );
    let measured =
        sample()
            .reading("part", Access::All, Access::Denied)
            .reading("whole", Access::None, Access::None);
    let told = "SELECT as anon reaches more through public.part than through public.whole";
    assert!(measured.one(&RLS_106).evidence.contains(&told.to_owned()));
    // The policies of the whole let everything through as well.
    sample()
        .reading("part", Access::All, Access::Denied)
        .reading("whole", Access::All, Access::All)
        .silent(&RLS_106);
    // They would, and only the privilege is missing there.
    let open = |role: &str| {
        let mut all = policy("all", "true");
        all.roles.push(role.to_owned());
        let sample = Sample::new().with(table("whole").policed(all));
        let part = part("part", "whole").without_rls().granting("anon", &["SELECT"]);
        sample
            .with(part)
            .reading("part", Access::All, Access::Denied)
            .reading("whole", Access::Denied, Access::Denied)
    };
    open("anon").silent(&RLS_106);
    open("authenticated").one(&RLS_106);
}

#[test]
fn a_part_that_nobody_reaches_is_no_door() {
    let whole = table("whole")
        .granting("anon", &["SELECT"])
        .policed(policy("own", "(owner = auth.uid())"));
    Sample::new()
        .with(whole.clone())
        .with(part("part", "whole").without_rls())
        .silent(&RLS_106);
    // Closed on purpose, without a policy, and read through the whole.
    let closed = part("part", "whole").granting("anon", &["SELECT"]);
    let sample = Sample::new().with(whole).with(closed);
    sample
        .reading("part", Access::None, Access::None)
        .reading("whole", Access::Some, Access::Some)
        .silent(&RLS_106);
}

#[test]
fn policies_of_a_part_may_be_wider() {
    let whole = table("whole")
        .granting("anon", &["SELECT"])
        .policed(policy("own", "(owner = auth.uid())"));
    let wide = part("part", "whole")
        .granting("anon", &["SELECT"])
        .policed(policy("all", "true"));
    let sample = Sample::new().with(whole.clone()).with(wide);
    let measured =
        sample
            .reading("part", Access::All, Access::All)
            .reading("whole", Access::None, Access::None);
    assert_eq!(
        measured.one(&RLS_106).fix.as_deref(),
        Some("revoke select on public.part from anon;")
    );
    let same = part("part", "whole")
        .granting("anon", &["SELECT"])
        .policed(policy("theirs", "(owner = auth.uid())"));
    let sample = Sample::new().with(whole).with(same);
    sample
        .reading("part", Access::All, Access::All)
        .reading("whole", Access::None, Access::None)
        .silent(&RLS_106);
}

#[test]
fn the_whole_is_a_door_past_the_policies_of_a_part() {
    let narrow = || part("part", "whole").policed(policy("own", "(owner = auth.uid())"));
    let whole = table("whole").granting("anon", &["SELECT"]);
    let sample = || Sample::new().with(whole.clone().without_rls()).with(narrow());
    let found = sample()
        .reading("whole", Access::All, Access::All)
        .reading("part", Access::None, Access::None)
        .one(&RLS_106);
    assert_eq!(
        found.message,
        "Rows of public.part can be reached through public.whole, past its own policies."
    );
    assert_eq!(
        found.fix.as_deref(),
        Some("alter table public.whole enable row level security;")
    );
    sample().one(&RLS_106);
    let held = whole.clone().policed(policy("few", "(owner = auth.email())"));
    let sample = Sample::new().with(held).with(narrow());
    sample
        .reading("whole", Access::Some, Access::Some)
        .reading("part", Access::None, Access::None)
        .silent(&RLS_106);
    let wide = whole.policed(policy("all", "true"));
    let sample = Sample::new().with(wide).with(narrow());
    sample
        .reading("whole", Access::All, Access::All)
        .reading("part", Access::None, Access::None)
        .one(&RLS_106);
}

#[test]
fn a_part_of_a_part_belongs_to_the_whole() {
    let whole = table("whole").policed(policy("own", "(owner = auth.uid())"));
    let middle = part("middle", "whole").without_rls();
    let leaf = part("leaf", "middle").without_rls().granting("anon", &["SELECT"]);
    let found = Sample::new().with(whole).with(middle).with(leaf).one(&RLS_106);
    assert_eq!(
        found.message,
        "public.leaf is part of public.whole and can be reached past its policies."
    );
}

#[test]
fn what_is_unknown_proves_nothing() {
    let whole = table("whole").policed(policy("own", "(owner = auth.uid())"));
    let open = part("part", "whole").without_rls().granting("anon", &["SELECT"]);
    let unknown = || Access::Unknown(crate::Doubt::Empty);
    let sample = Sample::new().with(whole).with(open);
    sample
        .reading("part", Access::All, Access::Denied)
        .reading("whole", unknown(), unknown())
        .silent(&RLS_106);
}
