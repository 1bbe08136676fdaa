//! `vigie monitors`.

mod trial;

use release_info::{
    AppEnv, ReleaseId, fetch,
    monitors::{self, Format, Monitor, Ports, Watch},
};
use serde_json::json;
use wiring::{
    config::{Config, MonitorConfig, MonitorKind, OpsConfig},
    result,
    stop::{Exit, Stop},
};

use crate::{
    cli::{MonitorFormat, MonitorsCommand},
    output,
};

pub(crate) async fn run(command: MonitorsCommand, config: &Config, as_json: bool) -> Result<Exit, Stop> {
    let monitors = listed(config)?;
    match command {
        MonitorsCommand::Emit(args) => emit(args.format, &monitors, config, as_json),
        MonitorsCommand::Test(args) => trial::run(&args, monitors, as_json).await,
    }
}

fn emit(format: MonitorFormat, monitors: &[Monitor], config: &Config, as_json: bool) -> Result<Exit, Stop> {
    let ports = Ports {
        api: config.api.listen.port(),
        sync: config.ops.listen_or(OpsConfig::SYNC_PORT).port(),
    };
    let (format, file) = match format {
        MonitorFormat::Gatus => (Format::Gatus, "config.yaml"),
        MonitorFormat::Blackbox => (Format::Blackbox, "blackbox.yml"),
        MonitorFormat::Kubernetes => (Format::Kubernetes, "probes.yaml"),
        MonitorFormat::Uptimerobot => (Format::UptimeRobot, "uptimerobot.txt"),
    };
    let text = monitors::emit(format, monitors, ports);
    if as_json {
        output::json(&json!({ "file": file, "text": text }))?;
    } else {
        result::text(&text)?;
    }
    Ok(Exit::Fine)
}

/// The list of the configuration, judged.
fn listed(config: &Config) -> Result<Vec<Monitor>, Stop> {
    if config.monitor.is_empty() {
        let why = "nothing is watched: no [[monitor]] stands in it";
        return Err(Stop::usage(format!("{}: {why}", config.name())));
    }
    let mut monitors: Vec<Monitor> = Vec::new();
    for given in &config.monitor {
        let wrong = |why: &str| Stop::usage(format!("{}: monitor {:?}: {why}", config.name(), given.name));
        let monitor = monitor(given, config).map_err(|why| wrong(&why))?;
        if monitors.iter().any(|other| other.name == monitor.name) {
            return Err(wrong("two have this name"));
        }
        monitors.push(monitor);
    }
    Ok(monitors)
}

fn monitor(given: &MonitorConfig, config: &Config) -> Result<Monitor, String> {
    if !is_name(&given.name) {
        return Err("name: a to z, 0 to 9 and -, a letter first, at most 40 of them".to_owned());
    }
    if given.timeout > given.every {
        return Err("timeout: an answer may not take longer than until the next question".to_owned());
    }
    let environment = given
        .environment
        .as_deref()
        .map(str::parse::<AppEnv>)
        .transpose()
        .map_err(|problems| format!("environment: {}", problems[0]))?;
    let package = given.package.clone();
    let foreign = match given.kind {
        MonitorKind::Web => None,
        MonitorKind::Health => package.as_ref().map(|_| "package"),
        MonitorKind::Heartbeat if package.is_some() => Some("package"),
        MonitorKind::Heartbeat => environment.map(|_| "environment"),
    };
    if let Some(key) = foreign {
        return Err(format!("{key}: this kind of monitor does not see it"));
    }
    if package
        .as_deref()
        .is_some_and(|package| !ReleaseId::is_package(package))
    {
        return Err("package: a name such as mlpp-web".to_owned());
    }
    let (url, watch) = match given.kind {
        MonitorKind::Web => (
            given.url.clone().or_else(|| config.web.version_url.clone()),
            Watch::Web { package, environment },
        ),
        MonitorKind::Health => (given.url.clone(), Watch::Health { environment }),
        MonitorKind::Heartbeat => (
            given.url.clone(),
            Watch::Heartbeat {
                silent_after: given.silent_after,
                is_heard: config.sync.heartbeat_url_file.is_some(),
            },
        ),
    };
    match &url {
        Some(url) => _ = fetch::url(url).map_err(|why| format!("url: {why}"))?,
        None if given.kind == MonitorKind::Heartbeat => {}
        None => return Err("url: what is asked?".to_owned()),
    }
    Ok(Monitor {
        name: given.name.clone(),
        watch,
        url,
        every: given.every,
        timeout: given.timeout,
    })
}

/// A monitor's own name, which may be shorter than a package's.
fn is_name(name: &str) -> bool {
    let is_inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    name.len() <= 40 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(is_inner)
}
