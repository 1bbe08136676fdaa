//! Start tags of a page, read as a browser reads them: enough to judge attributes, ids and forms.

/// A start tag, or an end tag, whose name then begins with `/`.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            continue;
        }
        let name = take(&mut rest, |c| c.is_whitespace() || c == '>');
        tags.push(Tag {
            name: name.to_lowercase(),
            attributes: attributes(&mut rest),
        });
    }
    tags
}

fn attributes(rest: &mut &str) -> Vec<(String, String)> {
    let mut attributes = Vec::new();
    loop {
        *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return attributes;
        }
        let name = take(rest, |c| c.is_whitespace() || c == '=' || c == '>').to_lowercase();
        let value = match rest.strip_prefix('=') {
            None => String::new(),
            Some(after) => {
                *rest = after;
                match after.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                    Some(quote) => {
                        *rest = &after[1..];
                        let value = take(rest, |c| c == quote);
                        *rest = rest.get(1..).unwrap_or_default();
                        value
                    }
                    None => take(rest, |c| c.is_whitespace() || c == '>'),
                }
            }
        };
        attributes.push((name, value));
    }
}

/// What stands before the first character that ends it.
fn take(rest: &mut &str, ends: impl Fn(char) -> bool) -> String {
    let (taken, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
    *rest = after;
    taken.to_owned()
}
