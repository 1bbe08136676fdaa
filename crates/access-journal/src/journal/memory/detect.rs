//! What the rules say, by the simulator.

use chrono::{DateTime, Utc};

use super::state::State;
use crate::rules::{Detection, Scene, Watch, findings, silent};

impl State {
    pub(super) fn is_in_use(&self) -> bool {
        !self.events.is_empty() || !self.sources.is_empty()
    }

    pub(super) fn detect(&self, watch: &Watch, at: DateTime<Utc>) -> Detection {
        let scene = Scene {
            events: &self.events,
            first_heard_at: self.sources.values().map(|heard| heard.first_at).min(),
            watch,
            at,
        };
        let heard = self
            .sources
            .iter()
            .map(|(source, heard)| (*source, heard.last_at));
        let mut fired = scene.fired();
        fired.extend(silent(watch, &heard.collect(), at));
        Detection {
            at,
            is_in_use: self.is_in_use(),
            found: findings(fired, &watch.thresholds),
        }
    }
}
