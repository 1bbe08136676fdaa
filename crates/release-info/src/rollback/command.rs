//! What a shell executes: templates of commands, and values in them that stay one word.

use std::{borrow::Cow, fmt};

/// A value as one word of a POSIX shell.
#[must_use]
pub fn quoted(value: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("'{}'", value.replace('\'', r"'\''")))
}

/// A command with places for values: `{version}`, `{release}`, `{from}`, `{environment}`, `{target}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(String),
}

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It has a place for something that nobody knows.
    #[error("{{{0}}} is not known; {known} are", known = Template::KNOWN.map(|name| format!("{{{name}}}")).join(", "))]
    Unknown(String),
    /// It has a place within quotes, where the quotes of the value would end them.
    #[error("{{{0}}} stands within quotes; leave them out: every value is quoted when it is put in")]
    Quoted(String),
    /// The shell would take it for a variable of its own.
    #[error("${{{0}}} is a variable of the shell, and none that it knows; write {{{0}}}")]
    Variable(String),
    /// It does not say to what the host goes back.
    #[error("it has neither {{version}} nor {{release}}: it does not say what is to be served")]
    Unsaid,
    /// A `{` is never closed.
    #[error("a {{ is never closed")]
    Open,
    /// It is empty, or more than a line.
    #[error("a command is one line, and not an empty one")]
    NotALine,
}

impl Template {
    /// What there is a value for.
    pub const KNOWN: [&'static str; 5] = ["version", "release", "from", "environment", "target"];

    /// Reads one. Braces of the shell's own, as in `${HOME}`, are no places for values; `${version}` is refused.
    ///
    /// # Errors
    /// When it could not be filled in safely.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.trim().is_empty() || text.contains(['\n', '\r', '\0']) {
            return Err(TemplateError::NotALine);
        }
        let (mut parts, mut plain) = (Vec::new(), String::new());
        let mut quote = None;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '{' if plain.ends_with('$') => {
                    let name = chars.as_str().split_once('}').map(|(name, _)| name);
                    if let Some(name) = name.filter(|name| Self::KNOWN.contains(name)) {
                        return Err(TemplateError::Variable(name.to_owned()));
                    }
                }
                '{' => {
                    let rest = chars.as_str();
                    let (name, after) = rest.split_once('}').ok_or(TemplateError::Open)?;
                    if !Self::KNOWN.contains(&name) {
                        return Err(TemplateError::Unknown(name.to_owned()));
                    }
                    if quote.is_some() {
                        return Err(TemplateError::Quoted(name.to_owned()));
                    }
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Value(name.to_owned()));
                    chars = after.chars();
                    continue;
                }
                '\\' if quote != Some('\'') => {
                    plain.push(c);
                    plain.extend(chars.next());
                    continue;
                }
                '\'' | '"' if quote.is_none() => quote = Some(c),
                _ if quote == Some(c) => quote = None,
                _ => {}
            }
            plain.push(c);
        }
        parts.push(Part::Text(plain));
        let template = Self(parts);
        if !template.needs("version") && !template.needs("release") {
            return Err(TemplateError::Unsaid);
        }
        Ok(template)
    }

    /// Whether it has a place for this.
    #[must_use]
    pub fn needs(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|part| matches!(part, Part::Value(value) if value == name))
    }

    /// Puts the values in, each as one word.
    #[must_use]
    pub fn filled(&self, value: impl Fn(&str) -> String) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Value(name) => quoted(&value(name)).into_owned(),
        });
        parts.collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Value(name) => write!(f, "{{{name}}}"),
        })
    }
}
