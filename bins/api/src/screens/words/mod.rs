//! Everything that the screens say, French first. Nobody else on these pages writes a word.
//!
//! `{}` stands for what is filled in, in the same order in both languages; `|` between what is said of one and of more.

use integrity_core::Language;

macro_rules! words {
    ($($name:ident: $french:literal, $english:literal;)*) => {
        /// Every word, in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            $(pub(crate) $name: &'static str,)*
        }

        pub(super) static FRENCH: Words = Words { $($name: $french,)* };
        pub(super) static ENGLISH: Words = Words { $($name: $english,)* };

        /// Name, French, English.
        #[cfg(test)]
        pub(super) const TABLE: &[(&str, &str, &str)] = &[$((stringify!($name), $french, $english),)*];
    };
}

// After the macro that they are written with.
mod access;
mod journal;
mod releases;
mod table;

pub(crate) use access::Words as AccessWords;
pub(crate) use journal::Words as JournalWords;
pub(crate) use releases::Words as ReleaseWords;
pub(crate) use table::Words;
use table::{ENGLISH, FRENCH};

impl Words {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &FRENCH,
            Language::En => &ENGLISH,
        }
    }
}

impl AccessWords {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &access::FRENCH,
            Language::En => &access::ENGLISH,
        }
    }
}

impl JournalWords {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &journal::FRENCH,
            Language::En => &journal::ENGLISH,
        }
    }
}

impl ReleaseWords {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &releases::FRENCH,
            Language::En => &releases::ENGLISH,
        }
    }
}

/// Name, French, English, of every page.
#[cfg(test)]
fn every_word() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    table::TABLE
        .iter()
        .chain(access::TABLE)
        .chain(journal::TABLE)
        .chain(releases::TABLE)
}

/// What is said of one and of more.
#[cfg(test)]
pub(super) fn forms() -> impl Iterator<Item = &'static str> {
    let both = every_word().flat_map(|(_, french, english)| [*french, *english]);
    both.filter(|words| words.contains('|'))
}

/// A sentence with its gaps filled, each `{}` by the next of `pieces`. What is filled in is not looked at again.
pub(crate) fn fill(sentence: &str, pieces: &[&str]) -> String {
    let mut parts = sentence.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, piece) in parts.zip(pieces) {
        filled.push_str(piece);
        filled.push_str(part);
    }
    filled
}

/// The form of a word or a sentence for so many: before `|` stands the one for 1, in French also for none.
pub(crate) fn form(forms: &'static str, n: u64, language: Language) -> &'static str {
    let (one, more) = forms.split_once('|').unwrap_or((forms, forms));
    match (n, language) {
        (1, _) | (0, Language::Fr) => one,
        _ => more,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_in_both_languages() {
        for (name, french, english) in every_word() {
            assert!(
                !french.trim().is_empty() && !english.trim().is_empty(),
                "{name} is missing"
            );
            assert_ne!(french, english, "{name}: one word for both languages?");
            let gaps = |forms: &str| forms.rsplit('|').next().map(|more| more.matches("{}").count());
            assert_eq!(
                gaps(french),
                gaps(english),
                "{name} has other gaps in the other language"
            );
        }
    }

    #[test]
    fn french_marks_keep_to_their_words() {
        for (name, french, _) in every_word() {
            let lonely = [" :", " ;", " ?", " !", "« ", " »", "'"];
            assert!(
                !lonely.iter().any(|mark| french.contains(mark)),
                "{name}: {french}"
            );
        }
    }

    #[test]
    fn none_one_and_more_have_their_form() {
        let forms = |language| [0, 1, 2].map(|n| form("one|more", n, language));
        assert_eq!(forms(Language::Fr), ["one", "one", "more"]);
        assert_eq!(forms(Language::En), ["more", "one", "more"]);
        assert_eq!(form("en retard", 2, Language::Fr), "en retard");
    }

    #[test]
    fn gaps_are_filled_once() {
        assert_eq!(fill("{} of {}", &["{}", "b"]), "{} of b");
        assert_eq!(fill("none", &["a"]), "none");
    }
}
