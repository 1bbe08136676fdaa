//! The flags of every program: which configuration, and which database.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Parser, parser::ValueSource};

/// Which configuration, and which database.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Flags {
    /// The configuration; vigie.toml unless given, where there is one
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The database, without password: that would stand in the process list
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "VIGIE_DATABASE_URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// A file that holds the URL of the database
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// The same database with a login of its own for the checks' SQL, without password
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "VIGIE_EVAL_URL",
        hide_env_values = true
    )]
    pub eval_url: Option<String>,
    /// A file that holds the URL with the login for the checks' SQL
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_EVAL_URL_FILE")]
    pub eval_url_file: Option<PathBuf>,
}

/// Whether a URL, and the file that holds it, were typed, or come from the environment.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The URL was typed.
    pub url_is_flag: bool,
    /// The file was typed.
    pub file_is_flag: bool,
}

/// The origins of both URLs.
#[derive(Debug, Clone, Copy)]
pub struct Origins {
    /// Of the database.
    pub database: Origin,
    /// Of the login that evaluates.
    pub evaluator: Origin,
}

impl Origins {
    fn of(matches: &ArgMatches) -> Self {
        let is_flag = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
        let origin = |url, file| Origin {
            url_is_flag: is_flag(url),
            file_is_flag: is_flag(file),
        };
        Self {
            database: origin("database_url", "database_url_file"),
            evaluator: origin("eval_url", "eval_url_file"),
        }
    }
}

/// Reads the command line; ends the program where it asks for help or is wrong.
#[must_use]
pub fn from_command_line<Cli: Parser>() -> (Cli, Origins) {
    let matches = Cli::command().get_matches();
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => (cli, Origins::of(&matches)),
        Err(error) => error.exit(),
    }
}
