//! What must not be said. Every program that a test runs here is given a password, and what it said is searched for it.

use crate::harness::World;

/// A password, where the test server asks for none.
const PASSWORD: &str = "planted-c2b1a7";

/// The secret part of every heartbeat URL in these tests.
pub(crate) const TOKEN: &str = "planted-9e04d3";

/// The URL of the world's database, with a password whatever the server wants.
pub(crate) fn url(world: &World) -> String {
    let url = world.url();
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (user, place) = rest.split_once('@').expect("a login");
    if user.contains(':') {
        url
    } else {
        format!("{scheme}://{user}:{PASSWORD}@{place}")
    }
}

/// Insists that none of them is in what a program said.
#[track_caller]
pub(crate) fn none_in(world: &World, said: &str) {
    let url = url(world);
    let password = url.split('@').next().and_then(|login| login.rsplit(':').next());
    for secret in [password.expect("a password"), TOKEN] {
        assert!(!said.contains(secret), "{secret:?} is in {said}");
    }
}
