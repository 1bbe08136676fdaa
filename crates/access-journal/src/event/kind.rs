use super::word::words;

words! {
    /// What happened: the words of the OWASP logging vocabulary, and ours for what it has no word for.
    pub enum EventKind {
        /// Somebody signed in. Kept because only later can it be told whether it came after failures.
        AuthnLoginSuccess = "authn_login_success",
        /// Somebody could not sign in.
        AuthnLoginFail = "authn_login_fail",
        /// Somebody signed in after failures, where the source itself says so. Reserved: no log that is read says so, only a
        /// service may.
        AuthnLoginSuccessAfterFail = "authn_login_successafterfail",
        /// A token that is not valid.
        AuthnTokenInvalid = "authn_token_invalid",
        /// Somebody may not do what they asked for.
        AuthzFail = "authz_fail",
        /// Somebody asks more often than they may.
        ExcessRateLimitExceeded = "excess_rate_limit_exceeded",
        /// What was asked is malformed in a way that programs of ours are not. Reserved: no log that is read says so, only a
        /// service may.
        InputValidationFail = "input_validation_fail",
        /// Something was asked for that is not there.
        ResourceEnumeration = "resource_enumeration",
        /// A sensitive relation was read, and Row Level Security left nothing of it.
        EmptySensitiveRead = "empty_sensitive_read",
        /// Rows of a sensitive relation were given to somebody anonymous.
        AnonDataRead = "anon_data_read",
        /// The key that passes by Row Level Security was used by a browser.
        ServiceRoleFromBrowser = "service_role_from_browser",
    }
}

words! {
    /// Whether it got what it wanted.
    pub enum Outcome {
        /// It did.
        Success = "success",
        /// It was refused.
        Refused = "refused",
        /// It was answered, with nothing.
        Empty = "empty",
        /// It may have: what was given holds it, and nobody tells whether anything of it was there.
        Possible = "possible",
    }
}
