//! Closed lists of words, as the database and JSON have them.

/// A word that the list does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is none of {known}")]
pub struct UnknownWord {
    /// What was given, cut where it is long.
    pub given: String,
    /// What there is, separated by commas.
    pub known: String,
}

impl UnknownWord {
    pub(crate) fn new(given: &str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            given: given.chars().take(40).collect(),
            known: known.into_iter().collect::<Vec<_>>().join(", "),
        }
    }
}

/// An enum of words: `ALL`, `as_str`, `Display`, `FromStr`, and serde by the same words.
macro_rules! words {
    ($(#[$of_all:meta])* pub enum $name:ident { $($(#[$of_one:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$of_all])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$of_one])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in the database and in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::event::UnknownWord;

            fn from_str(given: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|own| own.as_str() == given)
                    .ok_or_else(|| $crate::event::UnknownWord::new(given, Self::ALL.iter().map(|own| own.as_str())))
            }
        }
    };
}
pub(crate) use words;
