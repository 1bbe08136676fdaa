//! What each source writes.

pub(super) mod database;
pub(super) mod nginx;
pub(super) mod postgrest;
pub(super) mod supabase_auth;
pub(super) mod supabase_edge;
