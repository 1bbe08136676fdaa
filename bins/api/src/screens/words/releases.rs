//! The words of the screen of what was released where.

words! {
    title: "Versions en service", "Releases in service";
    none:
        "Aucune mise en service n’a été enregistrée. Pour en enregistrer une\u{a0}:",
        "No release was recorded. To record one:";
    all_verified:
        "Tout ce qui est en service a été vérifié",
        "Everything in service was verified";
    unverified:
        "{} version en service n’est pas vérifiée|{} versions en service ne sont pas vérifiées",
        "{} release in service is not verified|{} releases in service are not verified";
    refuted:
        "{} version en service est mise en cause|{} versions en service sont mises en cause",
        "{} release in service is refuted|{} releases in service are refuted";
    under_way:
        "{} mise en service est en cours|{} mises en service sont en cours",
        "{} deployment is under way|{} deployments are under way";
    nothing_live: "Rien n’est en service, d’après le registre", "Nothing is in service, as far as the ledger tells";
    oldest: "Vérification la plus ancienne", "Oldest verification";
    last_event: "Dernier événement", "Last event";
    places: "Où, et quoi", "What is where";
    more_places:
        "{} autre lieu n’est pas montré ici\u{a0}; pour tout voir\u{a0}:|\
         {} autres lieux ne sont pas montrés ici\u{a0}; pour tout voir\u{a0}:",
        "{} more place is not shown here; to see all:|{} more places are not shown here; to see all:";
    // how a release stands
    verified: "Vérifiée", "Verified";
    kept: "Vérifiée, et maintenue", "Verified, and it stays";
    deployed: "Non vérifiée\u{a0}: rien ne prouve qu’elle est servie", "Not verified: nothing proves that it is served";
    doubted:
        "Mise en cause\u{a0}: une vérification ou un retour en arrière a échoué",
        "Refuted: a verification or a rollback has failed";
    rolling_back: "Retour en arrière en cours", "A rollback is under way";
    nothing_here: "Rien en service, d’après le registre", "Nothing in service, as far as the ledger tells";
    since: "En service depuis", "In service since";
    last_verified: "Vérifiée pour la dernière fois", "Last verified";
    never_verified: "jamais depuis sa mise en service", "never since it is in service";
    earlier: "avant cette mise en service", "before it came into service again";
    returns_to: "Retour vers", "Returning to";
    opening: "Mise en service en cours", "Being deployed";
    schema: "Schémas de base acceptés", "Database schemas it runs on";
    provider: "Chez l’hébergeur", "At the provider";
    // rehearsals
    drill: "Dernier exercice de retour", "Last rollback drill";
    drill_never: "jamais fait avec succès", "none has ever passed";
    drill_failed: "Échec du dernier", "The last one failed";
    drill_next: "Prochain exercice", "Next drill";
    drill_overdue: "en retard", "overdue";
    drill_due: "à faire", "to be done";
    // the picture
    picture: "En service au fil du temps", "In service over time";
    picture_told:
        "{} événement depuis le {}|{} événements depuis le {}",
        "{} event since {}|{} events since {}";
    now: "maintenant", "now";
    bar_good: "vérifiée", "verified";
    bar_partial: "non vérifiée", "not verified";
    bar_bad: "mise en cause", "refuted";
    bar_none: "sans trait\u{a0}: on ne sait pas", "no bar: not known";
    // what happened
    history: "Ce qui s’est passé", "What happened";
    history_none: "Aucun événement plus ancien.", "No earlier event.";
    by_vigie: "constaté par Vigie", "found by Vigie";
    back_to: "retour vers", "back to";
    evidence: "Preuve\u{a0}:", "Evidence:";
    event_started: "Mise en service commencée", "Deployment begun";
    event_deployed: "En service, pas encore vérifiée", "In service, not verified yet";
    event_verify_passed: "Vérifiée\u{a0}: c’est elle qui est servie", "Verified: it is what is served";
    event_verify_failed: "Vérification\u{a0}: autre chose est servi", "Verification: something else is served";
    event_verify_inconclusive: "Vérification sans conclusion", "Verification without a conclusion";
    event_promoted: "Décidé\u{a0}: elle reste", "Decided: it stays";
    event_failed: "Échec de ce qui était en cours", "What was under way has failed";
    event_rollback_started: "Retour en arrière commencé", "Rollback begun";
    event_rolled_back: "Retirée par un retour en arrière", "Taken back by a rollback";
    event_rollback_verified: "Retour en arrière vérifié", "Rollback verified";
    event_drill_passed: "Exercice de retour réussi", "Rollback drill passed";
    event_drill_failed: "Exercice de retour manqué", "Rollback drill failed";
    event_note: "Remarque", "Note";
}
