//! `public.system_alerts`, for screens that know the first version of this system. Installed on request only.

/// Creates `public.system_alerts` or brings it up to date, as one script for the simple protocol: run it as the owner of
/// the schema, after the migrations and the roles. Running it again changes nothing. Refused where somebody else's
/// relation has that name.
pub const SYSTEM_ALERTS: &str = include_str!("../../../../sql/alerts-store/compat/system_alerts.sql");
