//! What every output begins with.

use integrity_core::{Language, plain::plain};

use crate::{
    Audit,
    audit::{ExposedBy, Skipped},
};

/// A sentence on what was looked at. What others wrote in it is plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// How much it takes away.
    pub tone: Tone,
}

/// How much a sentence takes away from what can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    Said,
    /// Nothing, and yet whoever looks should look otherwise.
    Warned,
    /// Something is not known.
    Doubt,
    /// What should have been looked at was not.
    Gap,
}

impl Tone {
    /// Whether less can be said for it.
    pub(super) fn takes_away(self) -> bool {
        matches!(self, Self::Doubt | Self::Gap)
    }
}

impl Line {
    fn new(tone: Tone, text: String) -> Self {
        Self { text, tone }
    }
}

/// What was looked at, what was not, and what is not known: never a finding without it.
#[must_use]
pub fn head(audit: &Audit, language: Language) -> Vec<Line> {
    let mut lines = vec![
        Line::new(Tone::Said, looked(audit, language)),
        tried(audit, language),
        Line::new(Tone::Said, exposed(audit, language)),
    ];
    lines.extend(superuser(audit, language).map(|text| Line::new(Tone::Warned, text)));
    lines.extend(audit.skipped.iter().map(|own| skipped(own, language)));
    lines.push(known(audit, language));
    if !audit.is_complete() {
        let text = match language {
            Language::En => "That is too little to say that anything is well.",
            Language::Fr => "C’est trop peu pour dire que tout va bien.",
        };
        lines.push(Line::new(Tone::Gap, text.to_owned()));
    }
    lines
}

fn looked(audit: &Audit, language: Language) -> String {
    let looked = &audit.looked;
    let (relations, functions) = (looked.relations, looked.functions);
    let (database, login) = (plain(&looked.database), plain(&looked.login));
    let version = looked.server_version / 10_000;
    match language {
        Language::En => {
            let standby = if looked.is_standby { ", a standby" } else { "" };
            format!(
                "Looked at {relations} relations and {functions} functions of {database} (PostgreSQL {version}{standby}), \
                 read-only, as {login}."
            )
        }
        Language::Fr => {
            let standby = if looked.is_standby { ", un secondaire" } else { "" };
            format!(
                "Examiné : {relations} relations et {functions} fonctions de {database} (PostgreSQL {version}{standby}), en \
                 lecture seule, comme {login}."
            )
        }
    }
}

/// What a superuser risks by looking; `None` where nobody of that kind has looked.
#[must_use]
pub fn superuser(audit: &Audit, language: Language) -> Option<String> {
    let login = plain(&audit.looked.login);
    audit.looked.is_superuser.then(|| match language {
        Language::En => format!(
            "{login} is a superuser: what was measured holds, but functions of the audited schema may run as it; a login \
             that is only a member of the roles it tries is enough."
        ),
        Language::Fr => format!(
            "{login} est superutilisateur : les mesures sont justes, mais des fonctions du schéma audité peuvent \
             s’exécuter en son nom ; un identifiant seulement membre des rôles essayés suffit."
        ),
    })
}

fn tried(audit: &Audit, language: Language) -> Line {
    let names: Vec<_> = audit
        .looked
        .personas
        .iter()
        .map(|persona| plain(&persona.name))
        .collect();
    let (count, names) = (names.len(), names.join(", "));
    match (count, language) {
        (0, Language::En) => Line::new(
            Tone::Gap,
            "Nobody was tried: there is no role `anon` or `authenticated`, nothing is granted to anybody, and \
             [[audit.personas]] names nobody."
                .to_owned(),
        ),
        (0, Language::Fr) => Line::new(
            Tone::Gap,
            "Personne n’a été essayé : il n’y a pas de rôle `anon` ni `authenticated`, rien n’est accordé à personne, et \
             [[audit.personas]] ne nomme personne."
                .to_owned(),
        ),
        (_, Language::En) => Line::new(Tone::Said, format!("Tried {count} personas: {names}.")),
        (_, Language::Fr) => Line::new(Tone::Said, format!("{count} personnes essayées : {names}.")),
    }
}

fn exposed(audit: &Audit, language: Language) -> String {
    let schemas: Vec<_> = audit
        .looked
        .exposed_schemas
        .iter()
        .map(|schema| plain(schema))
        .collect();
    let schemas = schemas.join(", ");
    let by = match audit.looked.exposed_by {
        ExposedBy::Settings => "audit.exposed_schemas",
        ExposedBy::Database => "pgrst.db_schemas",
        ExposedBy::Nobody => {
            return match language {
                Language::En => format!(
                    "Nothing says which schemas callers reach (pgrst.db_schemas, audit.exposed_schemas): taken is {schemas}."
                ),
                Language::Fr => format!(
                    "Rien ne dit quels schémas les appelants atteignent (pgrst.db_schemas, audit.exposed_schemas) : \
                     {schemas} est supposé."
                ),
            };
        }
    };
    match language {
        Language::En => format!("Callers reach the schemas {schemas} ({by})."),
        Language::Fr => format!("Les appelants atteignent les schémas {schemas} ({by})."),
    }
}

fn skipped(skipped: &Skipped, language: Language) -> Line {
    let (what, why) = (plain(&skipped.what), plain(&skipped.why));
    let tone = if skipped.expected { Tone::Said } else { Tone::Gap };
    let text = match language {
        Language::En => format!("Skipped: {what}: {why}."),
        Language::Fr => format!("Laissé de côté : {what} : {why}."),
    };
    Line::new(tone, text)
}

fn known(audit: &Audit, language: Language) -> Line {
    let cells = audit.looked.cells;
    let unknown: usize = audit.looked.unknown.values().sum();
    if unknown == 0 {
        let text = match language {
            Language::En => format!("All of {cells} cells are known."),
            Language::Fr => format!("Les {cells} cases sont toutes connues."),
        };
        return Line::new(Tone::Said, text);
    }
    let why = audit.looked.unknown.iter();
    let why: Vec<String> = why.map(|(why, count)| format!("{why} {count}")).collect();
    let why = why.join(", ");
    let text = match language {
        Language::En => format!("{unknown} of {cells} cells are not known: {why}."),
        Language::Fr => format!("{unknown} cases sur {cells} ne sont pas connues : {why}."),
    };
    Line::new(Tone::Doubt, text)
}
