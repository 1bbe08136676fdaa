//! Tokens as a sign-in service would make them, and as somebody would who wants to be taken for one.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// What the services' tokens are signed with, in the tests.
pub(crate) const SECRET: &str = "a secret of the tests, 32 bytes long at least";

/// 2100-01-01.
pub(crate) const LATER: u64 = 4_102_444_800;

/// The claims of a signed-in person, as Supabase makes them.
pub(crate) fn claims(user: &str) -> Value {
    json!({ "sub": user, "role": "authenticated", "aud": "authenticated", "exp": LATER })
}

/// A token with these claims.
pub(crate) fn signed(claims: &Value, secret: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key).expect("a token")
}

/// The token of a signed-in person.
pub(crate) fn token(user: &str) -> String {
    signed(&claims(user), SECRET)
}
