//! One page that needs nothing but itself: no script, no request. What it shows in colour it also says in letters.

mod page;
mod words;

use askama::Template as _;
use integrity_core::Language;

use self::page::Page;
use crate::Audit;

/// The whole page. Findings are told in English, as the rules tell them, whatever the language of the rest.
///
/// # Panics
/// Never: a `String` takes everything.
#[must_use]
pub fn html(audit: &Audit, language: Language) -> String {
    Page::of(audit, language)
        .render()
        .expect("a String takes everything")
}
