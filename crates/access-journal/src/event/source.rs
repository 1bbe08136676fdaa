use super::word::words;

words! {
    /// Who saw it.
    pub enum Source {
        /// `vigie-api`.
        Api = "api",
        /// The gateway of Supabase.
        SupabaseEdge = "supabase_edge",
        /// Supabase Auth.
        SupabaseAuth = "supabase_auth",
        /// PostgREST.
        Postgrest = "postgrest",
        /// nginx.
        Nginx = "nginx",
        /// The database's own log.
        Postgres = "postgres",
        /// Another service, by the layer of this crate.
        App = "app",
    }
}
