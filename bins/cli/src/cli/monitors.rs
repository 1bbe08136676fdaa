use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum MonitorsCommand {
    /// Print the configuration of a monitor, from the list `[[monitor]]` of Vigie's own
    ///
    /// What was tried, and what was written after the documentation alone, stands in the first lines of each.
    #[command(after_help = "\
Examples:
  vigie monitors emit --format blackbox > blackbox.yml
  vigie monitors emit --format gatus > config.yaml
  vigie monitors emit --format uptimerobot          what to type into its forms")]
    Emit(EmitArgs),
    /// Evaluate the same expectations here, and make sure that they can fail
    ///
    /// Asks what each monitor would ask. Then asks a page of HTML with status 200 in its place, on this machine: a single-page
    /// app answers everything with its page, and a monitor that is green on that sees nothing.
    ///
    /// Exit codes: 0 everything is green, and red on the page; 1 something is red, or green on the page; 3 something cannot be
    /// told from here, such as a heartbeat without a url, or one that calls nobody.
    #[command(after_help = "\
Examples:
  vigie monitors test
  vigie monitors test --only api --json | jq .result")]
    Test(TrialArgs),
}

#[derive(Debug, Args)]
pub(crate) struct EmitArgs {
    /// Who watches
    #[arg(long, value_enum)]
    pub(crate) format: MonitorFormat,
}

#[derive(Debug, Args)]
pub(crate) struct TrialArgs {
    /// Only these monitors; may be repeated
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) only: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MonitorFormat {
    /// Gatus: endpoints
    Gatus,
    /// The blackbox exporter of Prometheus: modules
    Blackbox,
    /// Kubernetes: probes of the two services
    Kubernetes,
    /// `UptimeRobot`: what is typed into its forms
    Uptimerobot,
}
