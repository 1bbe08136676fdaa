use integrity_core::Language;

use crate::{Access, baseline::Direction, rules::Level};

/// The words of the page that are not the audit's own.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) incomplete: &'static str,
    pub(super) widened: &'static str,
    pub(super) nothing_new: &'static str,
    pub(super) looked: &'static str,
    pub(super) framed: &'static str,
    pub(super) relation: &'static str,
    pub(super) findings: &'static str,
    pub(super) none: &'static str,
    pub(super) settled: &'static str,
    pub(super) evidence: &'static str,
    pub(super) fix: &'static str,
    pub(super) drift: &'static str,
    pub(super) no_drift: &'static str,
    pub(super) reopened: &'static str,
    /// One and several, from the worst level on.
    counts: [(&'static str, &'static str); 3],
    /// As [`CLASSES`].
    classes: [&'static str; 6],
    /// From the worst on.
    directions: [&'static str; 4],
}

/// The colours of the matrix, and the letters that say the same.
const CLASSES: [(&str, &str); 6] = [
    ("all", "S I U D"),
    ("some", "s i u d"),
    ("none", "."),
    ("denied", "-"),
    ("error", "!"),
    ("unknown", "?"),
];

const EN: Words = Words {
    language: "en",
    title: "Who can do what",
    incomplete: "Incomplete: too little is known to say that anything is well.",
    widened: "Somebody can do more than the baseline says.",
    nothing_new: "Nothing new.",
    looked: "What was looked at",
    framed: "there is an error about it",
    relation: "relation",
    findings: "Findings",
    none: "No finding.",
    settled: "Known or let be",
    evidence: "what decides it",
    fix: "what would mend it",
    drift: "Since the baseline",
    no_drift: "Nothing has changed.",
    reopened: "open again",
    counts: [("error", "errors"), ("warning", "warnings"), ("note", "notes")],
    classes: ["all rows", "some rows", "none", "denied", "fails", "not known"],
    directions: ["WIDENED", "NARROWED", "CHANGED", "EQUIVALENT"],
};

const FR: Words = Words {
    language: "fr",
    title: "Qui peut faire quoi",
    incomplete: "Incomplet : c’est trop peu pour dire que tout va bien.",
    widened: "Quelqu’un peut faire plus que ne le dit la référence.",
    nothing_new: "Rien de nouveau.",
    looked: "Ce qui a été examiné",
    framed: "une erreur en parle",
    relation: "relation",
    findings: "Constats",
    none: "Aucun constat.",
    settled: "Connus ou acceptés",
    evidence: "ce qui en décide",
    fix: "ce qui y remédierait",
    drift: "Depuis la référence",
    no_drift: "Rien n’a changé.",
    reopened: "rouvert",
    counts: [
        ("erreur", "erreurs"),
        ("avertissement", "avertissements"),
        ("remarque", "remarques"),
    ],
    classes: [
        "toutes les lignes",
        "certaines lignes",
        "aucune",
        "refusé",
        "échoue",
        "inconnu",
    ],
    directions: ["ÉLARGI", "RESTREINT", "CHANGÉ", "ÉQUIVALENT"],
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Fr => &FR,
        }
    }

    /// Colour, letters, words.
    pub(super) fn legend(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let words = CLASSES.into_iter().zip(self.classes);
        words.map(|((class, letters), told)| (class, letters, told))
    }

    /// The colour of what was measured, and its words.
    pub(super) fn class(&self, access: Option<&Access>) -> (&'static str, &'static str) {
        let place = match access {
            Some(Access::All) => 0,
            Some(Access::Some | Access::Conditional(_)) => 1,
            Some(Access::None | Access::Rls) => 2,
            Some(Access::Denied) => 3,
            Some(Access::Error(_)) => 4,
            Some(Access::Unknown(_)) | None => 5,
        };
        (CLASSES[place].0, self.classes[place])
    }

    pub(super) fn level(&self, level: Level) -> &'static str {
        self.counts[of_level(level)].0
    }

    /// `2 errors`.
    pub(super) fn counted(&self, count: usize, level: Level) -> String {
        let (one, several) = self.counts[of_level(level)];
        let is_one = count == 1 || count == 0 && self.language == "fr";
        format!("{count} {}", if is_one { one } else { several })
    }

    pub(super) fn direction(&self, direction: Direction) -> &'static str {
        self.directions[match direction {
            Direction::Widened => 0,
            Direction::Narrowed => 1,
            Direction::Changed => 2,
            Direction::Equivalent => 3,
        }]
    }
}

fn of_level(level: Level) -> usize {
    match level {
        Level::Error => 0,
        Level::Warn => 1,
        Level::Info => 2,
    }
}
