//! The screens: plain data in, HTML out. Nothing here asks a database, reads a clock or knows a request.
//!
//! A page is a function of a [`Frame`], what stands around every page, and of what the page is made of. What is said stands
//! in [`words`], how it looks in `templates/` and `assets/`.

mod access;
mod acts;
mod alert;
mod answer;
mod assets;
mod banner;
mod check;
mod checks;
mod entrance;
mod filter;
mod frame;
mod integrity;
mod journal;
mod number;
mod payload;
mod releases;
mod runbook;
mod severity;
mod standing;
mod strip;
#[cfg(test)]
mod tests;
mod time;
mod timeline;
mod trend;
mod trouble;
mod words;

pub(crate) use access::{AccessPage, access};
pub(crate) use alert::{AlertPage, alert};
pub(crate) use answer::{Answer, Said, Typed};
pub(crate) use assets::assets;
pub(crate) use check::{CheckPage, Confirmed, check};
pub(crate) use checks::{ChecksPage, checks};
pub(crate) use entrance::{Notice, SignInPage, Way, sign_in, stranger};
pub(crate) use filter::encoded;
pub(crate) use frame::{ACCESS, Frame, INTEGRITY, JOURNAL, RELEASES, Release, Theme, Viewer};
pub(crate) use integrity::{IntegrityPage, integrity};
pub(crate) use journal::{JournalPage, journal};
pub(crate) use releases::{PlaceSeen, ReleasesPage, by_place, releases};

pub(crate) use trouble::{Trouble, trouble};
