//! The words of the screen of who can really do what.

words! {
    title: "Accès réels", "Real access";
    none:
        "Aucun audit n’a encore été fait\u{a0}: vigie-sync en fait un quand sa configuration dit audit.every.",
        "No audit was made yet: vigie-sync makes one where its configuration says audit.every.";
    complete: "L’audit est complet\u{a0}: aucune erreur", "The audit is complete: no error";
    errors:
        "L’audit est complet\u{a0}: {} erreur|L’audit est complet\u{a0}: {} erreurs",
        "The audit is complete: {} error|The audit is complete: {} errors";
    wider:
        "L’audit est complet\u{a0}: quelqu’un peut plus qu’avant",
        "The audit is complete: somebody can do more than before";
    incomplete:
        "L’audit est incomplet\u{a0}: ce qu’il ne trouve pas peut exister",
        "The audit is incomplete: what it does not find may be there";
    old:
        "L’audit date de {}\u{a0}: ce qui suit a pu changer depuis.",
        "The audit is {} old: what follows may have changed since.";
    made: "Fait", "Made";
    login: "Avec le compte", "With the login";
    looked: "Examiné", "Looked at";
    looked_told:
        "{} tables et vues, {} fonctions, {} cellules",
        "{} tables and views, {} functions, {} cells";
    exposed: "Schémas exposés", "Exposed schemas";
    assumed: "supposé, rien ne le dit", "assumed, nothing says so";
    superuser: "superutilisateur\u{a0}: des fonctions du schéma audité peuvent s’exécuter en son nom",
        "a superuser: functions of the audited schema may run as it";
    standby: "réplique en lecture seule", "a read-only standby";
    unknown_cells: "Cellules inconnues", "Cells not known";
    no_cell: "aucune", "none";
    skipped: "Non examiné", "Not looked at";
    should: "aurait dû l’être", "should have been";
    matrix: "Qui peut vraiment faire quoi", "Who can really do what";
    no_matrix: "Aucune table ni vue.", "No table and no view.";
    relation: "Table ou vue", "Table or view";
    commands: "S lire, I ajouter, U modifier, D supprimer", "S read, I add, U change, D delete";
    all: "toutes les lignes", "every row";
    some: "certaines lignes", "some rows";
    nothing: "permis, aucune ligne", "allowed, no row";
    denied: "aucun droit", "no privilege";
    unknown: "inconnu", "not known";
    fails: "erreur", "fails";
    anonymous: "anonyme", "anonymous";
    page_told: "{} à {} sur {}, les plus ouvertes d’abord", "{} to {} of {}, the most open first";
    findings: "Constats", "Findings";
    findings_none: "Aucun constat.", "No finding.";
    findings_no_new: "Aucun constat nouveau.", "No new finding.";
    left_out:
        "{} constat n’est pas montré ici, dont {} connu ou toléré\u{a0}; pour tout voir\u{a0}:|\
         {} constats ne sont pas montrés ici, dont {} connus ou tolérés\u{a0}; pour tout voir\u{a0}:",
        "{} not shown here, {} of which are known or let be; to see all:";
    more: "et {} autre|et {} autres", "and {} more";
    error: "Erreur", "Error";
    warn: "Avertissement", "Warning";
    info: "Pour information", "Information";
    proved: "Prouvé par la mesure", "Proved by measurement";
    refuted: "Réfuté par la mesure", "Refuted by measurement";
    unproved: "Non prouvé", "Unproved";
    reopened: "Rouvert", "Reopened";
    fix: "Correctif proposé, à relire", "Proposed fix, to be read first";
    drift: "Ce qui a changé", "What has changed";
    drift_unknown:
        "Aucune comparaison\u{a0}: il n’y a ni référence ni audit précédent.",
        "No comparison: there is neither a baseline nor an earlier audit.";
    drift_none: "Rien n’a changé.", "Nothing has changed.";
    widened: "Élargi", "Widened";
    changed: "Modifié", "Changed";
    narrowed: "Restreint", "Narrowed";
    equivalent: "Équivalent", "Equivalent";
    was: "avant\u{a0}: {}", "before: {}";
}
