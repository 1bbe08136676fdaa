//! What can be typed about alerts.

use alerts_store::{AlertFilter, AlertId, Status};
use clap::{Args, Subcommand, ValueEnum};
use integrity_core::Severity;
use uuid::Uuid;

use crate::command::until::Until;

#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    List(ListArgs),
    Export(ExportArgs),
    /// Everything about one alert
    #[command(after_help = "\
Examples:
  vigie alerts show 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11
  vigie alerts show 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --json | jq .payload")]
    Show(One),
    /// Take an alert up
    #[command(after_help = "\
Examples:
  vigie alerts ack 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina
  vigie alerts ack 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina --reason 'on my way' --expect 1")]
    Ack(Act),
    /// Give an alert back
    #[command(after_help = "\
Examples:
  vigie alerts unack 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina")]
    Unack(Act),
    /// Say that it is fixed; the next evaluation verifies it, or opens it again
    #[command(after_help = "\
Examples:
  vigie alerts resolve 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina --reason 'gauged again, entry corrected'")]
    Resolve(Act),
    /// Live with it until a date, at most 180 days (CRITICAL: admin only)
    #[command(after_help = "\
Examples:
  vigie alerts accept 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina --until 30d --reason 'tank under repair'
  vigie alerts accept --code RECEPTION_V15_MISSING --all --as amina --until 90d --reason 'from the old system'

With --code and --all every live alert of a check is accepted, all or none: the way to take over a database full of \
old anomalies, of which `vigie checks plan` tells the number.")]
    Accept(AcceptArgs),
    /// Say that it is none, until a date; 30 days unless given
    #[command(after_help = "\
Examples:
  vigie alerts false-positive 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina --reason 'a test truck'")]
    FalsePositive(UntilAct),
    /// Say something about it
    #[command(after_help = "\
Examples:
  vigie alerts comment 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11 --as amina --reason 'called the depot, waiting'")]
    Comment(Act),
    /// The life of an alert, event by event
    #[command(after_help = "\
Examples:
  vigie alerts history 7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11")]
    History(One),
    /// Walk every chain of events and rebuild every alert; exit code 1 when anything does not agree
    #[command(after_help = "\
Examples:
  vigie alerts verify && echo 'nobody touched the history'")]
    Verify,
}

/// List alerts: the live ones unless told otherwise, the most severe first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie alerts list
  vigie alerts list --severity CRITICAL --overdue
  vigie alerts list --status RESOLVED --check STOCK_NEGATIF
  vigie alerts list --all --text T04 --limit 20")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// As this person sees them
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// Write alerts out, as a table or as JSON: the live ones unless told otherwise, at most 100,000
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie alerts export > alerts.csv
  vigie alerts export --all --check STOCK_NEGATIF --format json | jq '.alerts | length'

The names of the columns stay. Where there are more than 100,000 alerts, the last line says that the rest is missing \
(in JSON: \"cut\": true), and the exit code is 3. In the table, a text that a spreadsheet would take for a formula \
has an apostrophe before it.")]
pub(crate) struct ExportArgs {
    /// csv or json; csv unless told otherwise, json with --json
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) filter: FilterArgs,
    /// As this person sees them
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// How alerts are written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for spreadsheets.
    Csv,
    /// One object, one alert a line.
    Json,
}

/// Which alerts.
#[derive(Debug, Args)]
pub(crate) struct FilterArgs {
    /// OPEN, ACK or RESOLVED; may be repeated
    #[arg(long, value_name = "STATUS", value_parser = status)]
    pub(crate) status: Vec<Status>,
    /// CRITICAL, WARN or INFO; may be repeated
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Vec<Severity>,
    /// Of this check
    #[arg(long, value_name = "CODE")]
    pub(crate) check: Option<String>,
    /// About this kind of thing
    #[arg(long, value_name = "TYPE")]
    pub(crate) entity_type: Option<String>,
    /// Of this part of the business
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// Past due only
    #[arg(long)]
    pub(crate) overdue: bool,
    /// Containing this text in message, label or entity, whatever the case; at most 200 characters
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// Also the resolved ones
    #[arg(long, conflicts_with = "status")]
    pub(crate) all: bool,
}

impl FilterArgs {
    /// What is asked of the store.
    pub(crate) fn filter(&self) -> AlertFilter {
        let statuses = match (self.all, self.status.is_empty()) {
            (true, _) => Vec::new(),
            (false, true) => AlertFilter::default().statuses,
            (false, false) => self.status.clone(),
        };
        AlertFilter {
            statuses,
            severities: self.severity.clone(),
            check_code: self.check.clone(),
            entity_type: self.entity_type.clone(),
            scope: self.scope.clone(),
            overdue: self.overdue,
            text: self.text.clone(),
            ..AlertFilter::default()
        }
    }
}

/// One alert to look at.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// The alert's identifier, as `list` shows it
    #[arg(value_name = "ID", value_parser = id)]
    pub(crate) id: AlertId,
    /// As this person sees it
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
}

/// An act on one alert.
#[derive(Debug, Args)]
pub(crate) struct Act {
    /// The alert's identifier, as `list` shows it
    #[arg(value_name = "ID", value_parser = id)]
    pub(crate) id: AlertId,
    #[command(flatten)]
    pub(crate) words: Words,
}

/// Who does it, and what goes with it.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// Who you are; the act is recorded under this name
    #[arg(long = "as", value_name = "USER_ID")]
    pub(crate) user: Option<String>,
    /// What you say with it
    #[arg(long, value_name = "TEXT", alias = "comment")]
    pub(crate) reason: Option<String>,
    /// The version you saw; refused when the alert has changed since
    #[arg(long, value_name = "VERSION")]
    pub(crate) expect: Option<u32>,
    /// A number of your own for this act (a UUID); sent again, it is answered and not done again
    #[arg(long, value_name = "UUID")]
    pub(crate) request_id: Option<Uuid>,
}

/// An act with an end.
#[derive(Debug, Args)]
pub(crate) struct UntilAct {
    #[command(flatten)]
    pub(crate) act: Act,
    /// A day (2026-12-31, to its end), an instant (2026-12-31T18:00:00Z), or from now on (12h, 30d, 2w)
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<Until>,
}

/// An acceptance of one alert, or of all of a check.
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// The alert's identifier, as `list` shows it
    #[arg(value_name = "ID", value_parser = id, required_unless_present = "code")]
    pub(crate) id: Option<AlertId>,
    /// Instead of one alert: those of this check
    #[arg(long, value_name = "CODE", requires = "all", conflicts_with_all = ["id", "expect", "request_id"])]
    pub(crate) code: Option<String>,
    /// With --code: every live one
    #[arg(long, requires = "code")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) words: Words,
    /// A day (2026-12-31, to its end), an instant (2026-12-31T18:00:00Z), or from now on (12h, 30d, 2w)
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<Until>,
}

fn id(text: &str) -> Result<AlertId, String> {
    text.parse()
        .map_err(|_| "not the identifier of an alert: a UUID, as `vigie alerts list` shows it".to_owned())
}

fn status(text: &str) -> Result<Status, String> {
    let wanted = text.to_ascii_uppercase();
    let found = Status::ALL.into_iter().find(|status| status.as_str() == wanted);
    found.ok_or_else(|| "not OPEN, ACK or RESOLVED".to_owned())
}

fn severity(text: &str) -> Result<Severity, String> {
    text.to_ascii_uppercase()
        .parse()
        .map_err(|_| "not CRITICAL, WARN or INFO".to_owned())
}
