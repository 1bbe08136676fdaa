//! What the rules say, by the simulator.

use chrono::{DateTime, Utc};

use super::state::State;
use crate::{
    AccessEvent,
    rules::{Detection, Scene, Watch, findings, silent},
};

impl State {
    pub(super) fn is_in_use(&self) -> bool {
        !self.events.is_empty() || !self.sources.is_empty()
    }

    pub(super) fn detect(&self, watch: &Watch, at: DateTime<Utc>) -> Detection {
        let recorded_at = |event: &AccessEvent| {
            let key = (event.source, event.dedup_key.clone(), event.occurred_at);
            self.known[&key]
        };
        let first_heard = self
            .sources
            .iter()
            .map(|(source, heard)| (*source, heard.first_at));
        let scene = Scene {
            events: &self.events,
            recorded_at: &recorded_at,
            first_heard: first_heard.collect(),
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
            failed: Vec::new(),
        }
    }
}
