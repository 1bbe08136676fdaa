//! The words themselves.

words! {
    // the frame
    lang: "fr", "en";
    skip: "Aller au contenu", "Skip to content";
    nav: "Navigation principale", "Main navigation";
    integrity: "Intégrité", "Integrity";
    checks: "Contrôles", "Checks";
    access: "Accès", "Access";
    journal: "Tentatives", "Attempts";
    releases: "Versions", "Releases";
    theme: "Apparence", "Appearance";
    theme_auto: "Automatique", "Automatic";
    theme_light: "Claire", "Light";
    theme_dark: "Sombre", "Dark";
    sign_out: "Se déconnecter", "Sign out";
    not_production: "ce n’est pas la production", "this is not production";
    times_are: "Heures données à", "Times are given in";
    copy: "Copier", "Copy";
    copy_release: "Copier la version complète", "Copy the full release";
    copied: "Copié", "Copied";
    offline:
        "Serveur injoignable\u{a0}: ce qui est affiché n’est plus à jour. Dernière réponse à",
        "The server cannot be reached: what is shown is out of date. Last answer at";
    lost: "Serveur injoignable", "Server out of reach";
    kept: "Ce que vous avez écrit reste ici.", "What you have written stays here.";
    newer: "Une nouvelle version de cette page est en service.", "A newer release of this page is in service.";
    reload: "Recharger", "Reload";
    unanswered:
        "Pas de réponse du serveur. On ne sait pas si c’est fait\u{a0}: recommencez, ce ne sera pas fait deux fois.",
        "No answer from the server. Nobody knows whether it was done: try again, it will not be done twice.";
    cancel: "Annuler", "Cancel";
    system: "le système", "the system";
    unknown: "inconnu", "unknown";
    never: "jamais", "never";
    today: "aujourd’hui", "today";
    // time
    time_ago: "il y a {}", "{} ago";
    time_in: "dans {}", "in {}";
    time_now: "à l’instant", "just now";
    time_days: "j", "d";
    // the banner of truth
    truth_whole:
        "Tout a été évalué\u{a0}: {} contrôle, {}|Tout a été évalué\u{a0}: {} contrôles, le plus ancien {}",
        "Everything was evaluated: {} check, {}|Everything was evaluated: {} checks, the oldest {}";
    truth_partial:
        "Preuve incomplète\u{a0}: {} contrôle sur {} peut être cru|Preuve incomplète\u{a0}: {} contrôles sur {} peuvent être crus",
        "Proof is incomplete: {} of {} checks can be believed";
    truth_stale:
        "Non évalué\u{a0}: {} contrôle sur {}, depuis {}|Non évalués\u{a0}: {} contrôles sur {}, le plus ancien depuis {}",
        "Not evaluated: {} of {} checks, for {}|Not evaluated: {} of {} checks, the oldest for {}";
    truth_silent:
        "Non évalué depuis {}\u{a0}: l’intervalle prévu est de {}",
        "Not evaluated for {}: a run is due every {}";
    truth_never:
        "Jamais évalué complètement\u{a0}: le silence ne prouve rien",
        "Never completely evaluated: silence proves nothing";
    truth_nobody: "Aucun contrôle actif\u{a0}: personne ne regarde", "No check is enabled: nobody looks";
    last_complete: "Dernière évaluation complète", "Last complete evaluation";
    last_run: "Dernière exécution", "Last run";
    coverage: "Couverture", "Coverage";
    coverage_of: "{} sur {}", "{} of {}";
    coverage_detail: "{} à jour, {} avec preuve", "{} fresh, {} proved";
    as_of: "État au", "As of";
    doubt_failing: "En échec", "Failing";
    doubt_suspect: "Suspects", "Suspect";
    doubt_truncated: "Tronqués", "Cut off";
    doubt_frozen: "Gelés", "Frozen";
    doubt_unproved: "Non prouvés", "Unproved";
    // the numbers
    overview: "Vue d’ensemble", "Overview";
    count_live: "en cours", "live";
    count_ack: "prise en charge|prises en charge", "acknowledged";
    count_late: "en retard", "overdue";
    trend: "Alertes en cours, jour par jour", "Live alerts, day by day";
    trend_unknown: "pas connu pour l’instant", "not known just now";
    trend_told: "De {} le {} à {} aujourd’hui\u{a0}; au plus {}.", "From {} on {} to {} today; at most {}.";
    // the filter and the list
    filter: "Filtrer", "Filter";
    filter_on: "actif", "on";
    filter_do: "Appliquer", "Apply";
    filter_off: "Tout afficher", "Show all";
    search: "Texte, nom ou identifiant", "Text, name or identifier";
    severity: "Gravité", "Severity";
    status: "État", "Status";
    due: "Échéance", "Due";
    overdue_only: "En retard seulement", "Overdue only";
    check: "Contrôle", "Check";
    any: "Tous", "Any";
    entity_type: "Type d’objet", "Kind of thing";
    scope: "Périmètre", "Scope";
    alerts: "Alertes", "Alerts";
    none: "0 alerte", "0 alerts";
    none_since: "Tout a été évalué complètement jusqu’au {}.", "Everything was completely evaluated up to {}.";
    none_unproved:
        "Mais rien n’a encore été évalué complètement\u{a0}: cela ne prouve rien.",
        "But nothing was completely evaluated yet: this proves nothing.";
    none_matching: "Aucune alerte ne correspond au filtre.", "No alert matches the filter.";
    none_further: "Plus rien après cette page.", "Nothing after this page any more.";
    first_page: "Première page", "First page";
    next_page: "Page suivante", "Next page";
    // how an alert stands
    status_open: "Ouverte", "Open";
    status_ack: "Prise en charge", "Acknowledged";
    status_resolved: "Résolue", "Resolved";
    resolved_cleared: "Disparue", "Cleared";
    resolved_fixed: "Déclarée réparée, à vérifier", "Called fixed, to be verified";
    resolved_verified: "Réparée, vérifiée", "Fixed and verified";
    resolved_accepted: "Acceptée", "Accepted";
    resolved_false_positive: "Fausse alerte", "False positive";
    resolved_retired: "Contrôle retiré", "Check retired";
    standing_until: "{}, jusqu’au {}", "{}, until {}";
    condition_present: "Toujours présente", "Still there";
    condition_missing:
        "Absente de {} évaluation|Absente de {} évaluations",
        "Absent from {} evaluation|Absent from {} evaluations";
    condition_absent: "N’est plus là", "Gone";
    due_late: "en retard de {}", "overdue by {}";
    due_in: "à traiter dans {} ({})", "due in {} ({})";
    // alerts about checks
    about_failing: "Contrôle en échec", "Check failing";
    about_suspect: "Contrôle suspect", "Check suspect";
    // acts
    act_ack: "Prendre en charge", "Acknowledge";
    act_unack: "Rendre", "Give back";
    act_resolve: "Résoudre", "Resolve";
    act_accept: "Accepter jusqu’à une date", "Accept until a date";
    act_false_positive: "Fausse alerte", "False positive";
    act_comment: "Commenter", "Comment";
    act_retire: "Retirer", "Retire";
    hint_ack: "Les autres voient que vous vous en occupez.", "Others see that you take care of it.";
    hint_unack: "Quelqu’un d’autre s’en occupera.", "Somebody else will take care of it.";
    hint_resolve:
        "La prochaine évaluation vérifie\u{a0}: si l’anomalie est encore là, l’alerte se rouvre.",
        "The next evaluation verifies it: if the anomaly is still there, the alert opens again.";
    hint_accept:
        "L’anomalie est vraie et connue. L’alerte revient à cette date, ou dès que cela s’aggrave.",
        "The anomaly is real and known. The alert comes back on that day, or as soon as it gets worse.";
    hint_false_positive:
        "Le contrôle se trompe. L’alerte revient à cette date\u{a0}; prévenez qui maintient le contrôle.",
        "The check is wrong. The alert comes back on that day; tell whoever maintains the check.";
    hint_comment: "Pour ceux qui liront l’historique.", "For those who will read the history.";
    hint_retire: "Le contrôle est retiré.", "The check is withdrawn.";
    resolve_how: "Comment est-ce réparé\u{a0}? (obligatoire)", "How was it fixed? (required)";
    comment: "Commentaire (facultatif)", "Comment (optional)";
    comment_required: "Commentaire (obligatoire)", "Comment (required)";
    until: "Jusqu’à la fin du", "Until the end of";
    what_to_do: "Que faire", "What to do";
    // answers
    done_ack: "Prise en charge\u{a0}: c’est à vous.", "Acknowledged: it is yours.";
    done_unack: "Rendue\u{a0}: elle est de nouveau ouverte.", "Given back: it is open again.";
    done_resolved:
        "Déclarée réparée\u{a0}: la prochaine évaluation vérifie.",
        "Called fixed: the next evaluation verifies it.";
    done_resolved_gone: "Réparée\u{a0}: l’anomalie avait déjà disparu.", "Fixed: the anomaly was already gone.";
    done_accepted: "Acceptée.", "Accepted.";
    done_false_positive: "Notée comme fausse alerte.", "Noted as a false positive.";
    done_comment: "Commentaire enregistré.", "Comment recorded.";
    done_retired: "Contrôle retiré.", "Check retired.";
    answer_replayed:
        "C’était déjà fait par cette même demande\u{a0}: rien de plus n’a été fait.",
        "This very request had been done before: nothing more was done.";
    answer_conflict:
        "Rien n’a été fait\u{a0}: l’alerte a changé entre-temps.",
        "Nothing was done: the alert has changed meanwhile.";
    answer_now: "Maintenant\u{a0}: {}", "Now: {}";
    answer_forbidden:
        "Rien n’a été fait\u{a0}: votre rôle ne le permet pas.",
        "Nothing was done: your role does not allow it.";
    answer_forbidden_why:
        "Les rôles admin et directeur agissent\u{a0}; accepter une alerte CRITICAL revient à l’admin.",
        "The roles admin and directeur act; to accept a CRITICAL alert is for the admin.";
    answer_invalid: "Rien n’a été fait\u{a0}: à corriger.", "Nothing was done: please correct.";
    answer_missing:
        "Rien n’a été fait\u{a0}: cette alerte n’existe pas, ou vous ne pouvez pas la voir.",
        "Nothing was done: there is no such alert, or you may not see it.";
    answer_unknown:
        "On ne sait pas si c’est fait\u{a0}: la base n’a pas répondu.",
        "Nobody knows whether it was done: the database did not answer.";
    answer_unknown_why: "Recommencez\u{a0}: ce ne sera pas fait deux fois.", "Try again: it will not be done twice.";
    invalid_comment: "Le commentaire manque ou n’est pas lisible.", "The comment is missing or cannot be read.";
    invalid_until:
        "La date manque, est passée, ou dépasse 180 jours.",
        "The date is missing, has passed, or is more than 180 days away.";
    // one alert
    facts: "Ce que l’on sait", "What is known";
    fact_entity: "Objet", "About";
    fact_scope: "Périmètre", "Scope";
    fact_occurred: "Survenue", "Happened";
    fact_first: "Vue la première fois", "First seen";
    fact_opened: "Rouverte", "Opened again";
    fact_last: "Vue la dernière fois", "Last seen";
    fact_due: "À traiter avant", "Due";
    fact_breached: "Échéance dépassée", "Became overdue";
    fact_until: "Suspendue jusqu’au", "Suppressed until";
    fact_verified: "Vérifiée", "Verified";
    fact_came_back: "Retours", "Times it came back";
    fact_database: "Base", "Database";
    figures: "Chiffres", "Figures";
    no_figures: "Aucun chiffre.", "No figures.";
    last_change: "Dernier changement", "Last change";
    message_before: "Message précédent\u{a0}:", "Message before:";
    field: "Champ", "Field";
    before: "Avant", "Before";
    after: "Après", "After";
    history: "Historique", "History";
    through: "via", "through";
    the_check: "Le contrôle", "The check";
    live_alerts: "Alertes en cours", "Live alerts";
    runbook_open: "Conduite à tenir", "Open the runbook";
    parameters: "Paramètres en vigueur", "Parameters in force";
    default: "au lieu de", "instead of";
    guard: "Garde\u{a0}:", "Guard:";
    no_definition:
        "Aucun fichier d’un pack choisi ne définit ce contrôle.",
        "No file of a chosen pack defines this check.";
    times_acknowledge: "Délai de prise en charge (MTTA)", "Time to acknowledge (MTTA)";
    times_resolve: "Délai de résolution (MTTR)", "Time to resolve (MTTR)";
    times_told: "médiane {}, p90 {} (n = {})", "median {}, p90 {} (n = {})";
    times_none: "aucune mesure", "not measured yet";
    // events
    event_opened: "Ouverte\u{a0}: vue pour la première fois.", "Opened: seen for the first time.";
    event_reopened: "Rouverte\u{a0}: elle est revenue.", "Opened again: it came back.";
    event_due: "À traiter avant {}.", "Due {}.";
    event_refuted:
        "Rouverte\u{a0}: déclarée réparée, elle est encore là.",
        "Opened again: called fixed, it is still there.";
    event_verified: "Vérifiée\u{a0}: elle a bien disparu.", "Verified: it is gone indeed.";
    event_cleared: "Résolue\u{a0}: elle a disparu.", "Resolved: it is gone.";
    event_missing:
        "Absente d’une évaluation, pas encore assez souvent.",
        "Absent from an evaluation, not yet often enough.";
    event_returned: "De nouveau là.", "There again.";
    event_absent:
        "Disparue\u{a0}; attend une personne ou la fin de sa suspension.",
        "Gone; waits for a person, or for the end of its suppression.";
    event_changed: "D’autres chiffres.", "Other figures.";
    event_changed_message: "Nouveau message\u{a0}: {}", "New message: {}";
    event_raised: "Aggravée\u{a0}: {}.", "Worse: {}.";
    event_raised_unacked:
        "Aggravée\u{a0}: {}\u{a0}; la prise en charge ne vaut plus.",
        "Worse: {}; the acknowledgement no longer holds.";
    event_lowered: "Moins grave\u{a0}: {}.", "Less bad: {}.";
    event_expired:
        "Rouverte\u{a0}: la suspension est finie, et elle est là.",
        "Opened again: the suppression has ended, and it is there.";
    event_voided: "Rouverte\u{a0}: pire que ce qui avait été accepté.", "Opened again: worse than what was accepted.";
    event_breached: "Échéance dépassée.", "Overdue.";
    event_acknowledged: "Prise en charge.", "Acknowledged.";
    event_unacknowledged: "Rendue.", "Given back.";
    event_resolved: "Déclarée réparée, à vérifier.", "Called fixed, to be verified.";
    event_resolved_gone: "Réparée\u{a0}: déjà disparue.", "Fixed: already gone.";
    event_accepted: "Acceptée jusqu’au {}.", "Accepted until {}.";
    event_false_positive: "Fausse alerte jusqu’au {}.", "False positive until {}.";
    event_retired: "Résolue\u{a0}: son contrôle est retiré.", "Resolved: its check was retired.";
    event_commented: "Commentaire.", "Comment.";
    event_confirmed:
        "Confirmé\u{a0}: la prochaine évaluation sera crue.",
        "Confirmed: the next evaluation is believed.";
    events_older: "{} événement plus ancien|{} événements plus anciens", "{} older event|{} older events";
    events_last: "Les plus récents", "The latest";
    // checks
    checks_told:
        "{} contrôle sur {} est à jour.|{} contrôles sur {} sont à jour.",
        "{} of {} checks is fresh.|{} of {} checks are fresh.";
    checks_none:
        "Aucun contrôle n’est connu\u{a0}: vigie-sync n’a encore rien évalué.",
        "No check is known: vigie-sync has not evaluated anything yet.";
    check_every: "intervalle de {}", "every {}";
    watch_fresh: "À jour", "Fresh";
    watch_stale: "Non évalué à temps", "Not evaluated in time";
    watch_disabled: "Désactivé", "Disabled";
    watch_withdrawn: "Hors des packs choisis", "Of no chosen pack";
    proved: "Prouvé", "Proved";
    unproved: "Non prouvé", "Unproved";
    outcome: "Résultat", "Outcome";
    outcome_complete: "Complète", "Complete";
    outcome_truncated: "Tronquée", "Truncated";
    outcome_suspect: "Suspecte", "Suspect";
    outcome_failed: "Échec", "Failed";
    outcome_skipped: "Non due", "Skipped";
    outcome_never: "Jamais évalué", "Never evaluated";
    outcomes: "Dernières évaluations", "Last evaluations";
    outcomes_none: "Aucune évaluation enregistrée.", "No evaluation on record.";
    strip_last: "La dernière évaluation|Les {} dernières évaluations", "The last evaluation|The last {} evaluations";
    strip_told: "{}\u{a0}: {}, {}, {}", "{}: {}, {}, {}";
    strip_whole: "{} complète|{} complètes", "{} complete";
    strip_partial: "{} partielle|{} partielles", "{} partial";
    strip_failed: "{} en échec", "{} failed";
    findings: "Trouvées", "Found";
    when: "Quand", "When";
    no_live: "aucune alerte", "no alerts";
    definition: "Définition", "Definition";
    runbook: "Conduite à tenir", "Runbook";
    runbook_none: "Aucune conduite à tenir n’est écrite pour ce contrôle.", "No runbook is written for this check.";
    confirm:
        "Ce contrôle ne prouve rien\u{a0}: confirmer ce qu’il montre\u{a0}?",
        "This check proves nothing: confirm what it shows?";
    confirm_hint:
        "Sa source paraît vide, ou presque toutes ses alertes disparaîtraient d’un coup. Si c’est vrai, dites \
         pourquoi\u{a0}: la prochaine évaluation sera crue, une fois.",
        "Its source looks empty, or nearly all its alerts would vanish at once. If that is true, say why: the \
         next evaluation will be believed, once.";
    confirm_do: "Confirmer", "Confirm";
    confirm_done:
        "Confirmé\u{a0}: la prochaine évaluation sera crue, une fois.",
        "Confirmed: the next evaluation will be believed, once.";
    confirm_nothing:
        "Rien à confirmer\u{a0}: le contrôle n’est plus suspect, ou c’est déjà fait.",
        "Nothing to confirm: the check is not suspect any more, or it was done already.";
    // before and after
    sign_in: "Se connecter", "Sign in";
    claim: "Vigie ne dit jamais que tout va bien sans preuve.", "Vigie never says that all is well without proof.";
    email: "Adresse e-mail", "E-mail address";
    password: "Mot de passe", "Password";
    sign_in_wrong: "Adresse ou mot de passe inconnus.", "Unknown address or password.";
    sign_in_unavailable:
        "Le service de connexion ne répond pas. Réessayez dans un instant.",
        "The sign-in service does not answer. Try again in a moment.";
    sign_in_expired:
        "Votre session est finie. Reconnectez-vous pour continuer.",
        "Your session has ended. Sign in again to go on.";
    sign_in_elsewhere: "Se connecter dans un autre onglet", "Sign in in another tab";
    sign_in_left: "Vous êtes déconnecté.", "You are signed out.";
    demo: "Démonstration\u{a0}: choisissez une personne.", "Demonstration: choose a person.";
    persona_admin: "Administrateur", "Administrator";
    persona_admin_may: "Voit tout, agit sur tout.", "Sees everything, acts on everything.";
    persona_directeur: "Directeur", "Director";
    persona_directeur_may:
        "Voit tout, agit\u{a0}; n’accepte pas une alerte CRITICAL.",
        "Sees everything, acts; does not accept a CRITICAL alert.";
    persona_pca: "PCA", "Chair of the board";
    persona_pca_may: "Voit tout, n’agit pas.", "Sees everything, does not act.";
    persona_stranger: "Inconnu", "Stranger";
    persona_stranger_may: "Sans rôle\u{a0}: ne voit rien.", "Without a role: sees nothing.";
    stranger: "Vous n’avez pas de rôle", "You have no role";
    stranger_who:
        "Connecté\u{a0}: {}. Sans rôle, Vigie ne montre rien.",
        "Signed in: {}. Without a role, Vigie shows nothing.";
    stranger_ask: "Demandez un rôle à un administrateur", "Ask an administrator for a role";
    stranger_then: "Une fois le rôle donné, rechargez cette page.", "Once the role is given, reload this page.";
    // trouble
    request: "Demande", "Request";
    try_again: "Réessayer", "Try again";
    tries_again: "Cette page réessaie d’elle-même.", "This page tries again by itself.";
    trouble_malformed: "Demande illisible", "The request cannot be read";
    trouble_malformed_do:
        "L’adresse ou le formulaire est incomplet. Revenez en arrière et recommencez.",
        "The address or the form is incomplete. Go back and start again.";
    trouble_forbidden: "Refusé", "Refused";
    trouble_forbidden_do:
        "Votre rôle ne le permet pas, ou la page était trop ancienne\u{a0}: rechargez-la.",
        "Your role does not allow it, or the page was too old: reload it.";
    trouble_missing: "Introuvable", "Not found";
    trouble_missing_do:
        "Cette page n’existe pas, ou vous ne pouvez pas la voir.",
        "There is no such page, or you may not see it.";
    trouble_conflict: "Changé entre-temps", "Changed meanwhile";
    trouble_conflict_do:
        "Rien n’a été fait. Regardez l’état actuel et décidez de nouveau.",
        "Nothing was done. Look at how it stands now and decide again.";
    trouble_too_large: "Trop long", "Too long";
    trouble_too_large_do:
        "Rien n’a été fait. Raccourcissez le texte et recommencez.",
        "Nothing was done. Shorten the text and try again.";
    trouble_too_many: "Trop de tentatives", "Too many attempts";
    trouble_too_many_do: "Attendez une minute avant de réessayer.", "Wait a minute before you try again.";
    trouble_broken: "Erreur de notre côté", "An error on our side";
    trouble_broken_do:
        "Rien n’est affiché, car rien n’est sûr. Signalez la demande ci-dessous à votre administrateur.",
        "Nothing is shown, since nothing is certain. Tell your administrator the request named below.";
    trouble_unavailable: "La base de données ne répond pas", "The database does not answer";
    trouble_unavailable_do:
        "Aucun chiffre n’est affiché, car aucun n’est connu. Les alertes sont conservées\u{a0}; prévenez \
         l’exploitation si cela dure.",
        "No figure is shown, since none is known. The alerts are kept; tell operations if it lasts.";
    trouble_busy: "Vigie n’a pas pu répondre à temps", "Vigie could not answer in time";
    trouble_busy_do:
        "Trop de demandes arrivent à la fois. Aucun chiffre n’est affiché, car aucun n’a été lu. Réessayez dans un instant.",
        "Too many ask at once. No figure is shown, since none was read. Try again in a moment.";
    trouble_unverified: "Impossible de vérifier qui vous êtes", "Who you are cannot be verified";
    trouble_unverified_do:
        "Le service de connexion ne répond pas. Votre session est conservée\u{a0}; prévenez l’exploitation si cela dure.",
        "The sign-in service does not answer. Your session is kept; tell operations if it lasts.";
    trouble_unanswered_do:
        "Revenez en arrière\u{a0}: ce que vous avez écrit y est encore. Recommencez dans un instant\u{a0}; ce ne sera \
         pas fait deux fois.",
        "Go back: what you have written is still there. Try again in a moment; it will not be done twice.";
}
