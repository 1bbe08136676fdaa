//! What to do about an alert: the runbooks of the compiled-in packs, one section for each check.

use integrity_core::Language;

/// Name of the pack, and its runbook in French and in English.
const BOOKS: &[(&str, [&str; 2])] = &[
    (
        "depot",
        [
            include_str!("../../../../docs/runbooks/depot.fr.md"),
            include_str!("../../../../docs/runbooks/depot.en.md"),
        ],
    ),
    (
        "postgres",
        [
            include_str!("../../../../docs/runbooks/postgres.fr.md"),
            include_str!("../../../../docs/runbooks/postgres.en.md"),
        ],
    ),
];

/// The section that a check refers to, such as `depot#stock_negatif`; none where the runbook is not ours.
pub(super) fn section(reference: &str, language: Language) -> Option<String> {
    let (pack, name) = reference.split_once('#')?;
    let (_, [french, english]) = BOOKS.iter().find(|(known, _)| *known == pack)?;
    let book = match language {
        Language::Fr => french,
        Language::En => english,
    };
    let sections = book.split("\n## ").skip(1);
    let mut bodies = sections.filter_map(|section| section.split_once('\n'));
    let (_, body) = bodies.find(|(heading, _)| heading.trim().eq_ignore_ascii_case(name))?;
    Some(body.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use integrity_core::Pack;

    use super::*;

    #[test]
    fn every_check_that_is_compiled_in_has_its_section_in_both_languages() {
        for pack in Pack::builtin_names().filter_map(|name| Pack::builtin(name).ok()) {
            for check in &pack.checks {
                let reference = check.runbook().expect("a runbook");
                for language in [Language::Fr, Language::En] {
                    let section = section(reference, language);
                    assert!(
                        section.is_some_and(|text| text.len() > 100),
                        "{reference} {language:?}"
                    );
                }
            }
        }
        assert_eq!(section("depot#nothing", Language::Fr), None);
        assert_eq!(section("https://example.org/#stock_negatif", Language::Fr), None);
    }
}
