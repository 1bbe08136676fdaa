//! The configurations that monitors read. They are written by hand, so that they hold comments; the tests read them back.

mod blackbox;
mod gatus;
mod kubernetes;
#[cfg(test)]
mod tests;
mod uptimerobot;

use super::Monitor;

/// Who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Gatus: `config.yaml`.
    Gatus,
    /// The blackbox exporter of Prometheus: `blackbox.yml`.
    Blackbox,
    /// Kubernetes: the probes of the two services.
    Kubernetes,
    /// `UptimeRobot`: what is typed into its forms.
    UptimeRobot,
}

/// Where the services listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// `vigie-api`.
    pub api: u16,
    /// `/livez` and `/readyz` of `vigie-sync`.
    pub sync: u16,
}

/// The whole configuration.
#[must_use]
pub fn emit(format: Format, monitors: &[Monitor], ports: Ports) -> String {
    match format {
        Format::Gatus => gatus::emit(monitors),
        Format::Blackbox => blackbox::emit(monitors),
        Format::Kubernetes => kubernetes::emit(monitors, ports),
        Format::UptimeRobot => uptimerobot::emit(monitors),
    }
}

/// A text as YAML reads it back: what JSON writes is YAML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
