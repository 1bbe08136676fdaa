use serde::{Deserialize, Serialize};

/// A language that checks and screens speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    Fr,
    /// English.
    #[default]
    En,
}

/// The same words in one or both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// In French.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fr: Option<String>,
    /// In English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Text {
    /// The words in `language`, else in the other one.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::Fr => (&self.fr, &self.en),
            Language::En => (&self.en, &self.fr),
        };
        first.as_deref().or(second.as_deref()).unwrap_or_default()
    }
}
