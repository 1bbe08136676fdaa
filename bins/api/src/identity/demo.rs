//! The personas of the demo, who are the members that `vigie demo` makes, and one whom nobody made a member.

/// Name and identifier.
pub(crate) const PERSONAS: [(&str, &str); 4] = [
    ("Amina", "amina"),
    ("Didier", "didier"),
    ("Patricia", "patricia"),
    ("Inconnu", "inconnu"),
];
