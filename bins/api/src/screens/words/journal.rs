//! The words of the screen of accesses.

words! {
    title: "Accès refusés, tentatives et fuites", "Refusals, probes and leaks";
    exposed:
        "{} accès a donné ce que personne ne devait voir|{} accès ont donné ce que personne ne devait voir",
        "{} access gave what nobody should see|{} accesses gave what nobody should see";
    tampered:
        "Le journal a été modifié\u{a0}: {} différence avec les scellés|\
         Le journal a été modifié\u{a0}: {} différences avec les scellés",
        "The journal was changed: {} disagreement with its seals|The journal was changed: {} disagreements with its seals";
    deaf:
        "Aucune source n’a jamais été entendue\u{a0}: rien ici ne prouve que tout va bien",
        "No source was ever heard: nothing here proves that all is well";
    silent:
        "{} source ne se fait plus entendre depuis une heure|{} sources ne se font plus entendre depuis une heure",
        "{} source was not heard for an hour|{} sources were not heard for an hour";
    lost:
        "{} événement a été perdu depuis 24\u{a0}h|{} événements ont été perdus depuis 24\u{a0}h",
        "{} event was lost in the last 24 hours|{} events were lost in the last 24 hours";
    unread:
        "{} ligne n’a pas pu être lue depuis 24\u{a0}h|{} lignes n’ont pas pu être lues depuis 24\u{a0}h",
        "{} line could not be read in the last 24 hours|{} lines could not be read in the last 24 hours";
    garbled:
        "Plus d’une ligne sur cent de {} source n’a pas pu être lue depuis 24\u{a0}h|\
         Plus d’une ligne sur cent de {} sources n’a pas pu être lue depuis 24\u{a0}h",
        "More than one line in a hundred of {} source could not be read in the last 24 hours|\
         More than one line in a hundred of {} sources could not be read in the last 24 hours";
    sightless:
        "Aucune relation n’est connue comme sensible pour {} source\u{a0}: les fuites n’y sont pas cherchées|\
         Aucune relation n’est connue comme sensible pour {} sources\u{a0}: les fuites n’y sont pas cherchées",
        "No relation is known to be sensitive for {} source: leaks are not looked for in it|\
         No relation is known to be sensitive for {} sources: leaks are not looked for in them";
    unaudited:
        "Ce que l’audit appelle sensible n’est pas connu pour {} source|\
         Ce que l’audit appelle sensible n’est pas connu pour {} sources",
        "What the audit calls sensitive is not known for {} source|\
         What the audit calls sensitive is not known for {} sources";
    unclear:
        "{} lecture de relations sensibles n’a pas pu être jugée depuis 24\u{a0}h|\
         {} lectures de relations sensibles n’ont pas pu être jugées depuis 24\u{a0}h",
        "{} read of sensitive relations could not be judged in the last 24 hours|\
         {} reads of sensitive relations could not be judged in the last 24 hours";
    unjudged:
        "Les règles n’ont pas regardé le journal depuis une heure",
        "The rules have not looked at the journal for an hour";
    unsealed: "Le journal n’est pas encore scellé", "The journal is not sealed yet";
    unverified:
        "Le journal n’a jamais été comparé à ses scellés",
        "The journal was never compared with its seals";
    old: "Le journal n’a pas été comparé à ses scellés depuis deux jours", "The journal was not compared with its seals for two days";
    well: "Le journal entend ses sources et correspond à ses scellés", "The journal hears its sources and agrees with its seals";
    recorded: "Dernier enregistrement", "Last recorded";
    never: "jamais", "never";
    sealed: "Dernier scellé", "Last seal";
    verified: "Comparé aux scellés", "Compared with its seals";
    day: "24 heures", "24 hours";
    fortnight: "14 jours", "14 days";
    range: "Période", "Period";
    trend: "Accès enregistrés au fil du temps", "Accesses recorded over time";
    trend_told:
        "{} accès enregistré, au plus {} en {}\u{a0}min|{} accès enregistrés, au plus {} en {}\u{a0}min",
        "{} access recorded, at most {} in {}\u{a0}min|{} accesses recorded, at most {} in {}\u{a0}min";
    shown_exposed: "fuite", "leak";
    shown_refused: "refus", "refusal";
    shown_other: "autre tentative", "other probe";
    now: "maintenant", "now";
    numbers: "Les mêmes chiffres en tableau", "The same numbers as a table";
    from: "À partir de", "From";
    total: "Total", "All";
    none: "Rien n’a été enregistré dans cette période.", "Nothing was recorded in this period.";
    addresses: "Adresses", "Addresses";
    addresses_hint:
        "Pseudonymes du mois\u{a0}: la même adresse garde le sien\u{a0}; sans la clé, personne n’y retrouve l’adresse.",
        "Pseudonyms of the month: one address keeps its own; without the key nobody finds the address in it.";
    accounts: "Comptes", "Accounts";
    routes: "Chemins", "Routes";
    kinds: "Ce qui s’est passé", "What happened";
    what: "Quoi", "What";
    who: "Qui", "Who";
    times: "Fois", "Times";
    last: "La dernière fois", "Last time";
    rules: "Alertes en cours", "Live alerts";
    judged: "Dernier regard des règles\u{a0}:", "The rules last looked:";
    more: "et {} autre|et {} autres", "and {} more|and {} more";
    rules_none: "Aucune règle n’a d’alerte en cours.", "No rule has a live alert.";
    sources: "Sources entendues", "Sources heard";
    source: "La source", "Source";
    heard: "Entendue", "Heard";
    seen: "Lues", "Read";
    bad: "Illisibles", "Unreadable";
    dropped: "Perdues", "Lost";
    unsure: "Non jugées", "Not judged";
    sources_hint: "Nombres des dernières 24\u{a0}heures.", "Numbers of the last 24 hours.";
    // what happens
    event_authn_login_fail: "Connexion refusée", "Failed login";
    event_authn_login_successafterfail: "Connexion réussie après des échecs", "Login after failures";
    event_authn_token_invalid: "Jeton invalide", "Invalid token";
    event_authz_fail: "Droit refusé", "Denied";
    event_excess_rate_limit_exceeded: "Trop de demandes", "Too many requests";
    event_input_validation_fail: "Demande malformée", "Malformed request";
    event_resource_enumeration: "Recherche de ce qui n’existe pas", "Looking for what is not there";
    event_empty_sensitive_read: "Lecture sensible, vide", "Empty sensitive read";
    event_anon_data_read: "Lecture anonyme de données sensibles", "Anonymous read of sensitive data";
    event_service_role_from_browser: "Clé de service dans un navigateur", "Service key in a browser";
}
