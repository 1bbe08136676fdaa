//! On what was measured.

use std::{fs, thread};

use serde_json::{Value, json};

/// The machine, as its kernel describes it.
#[derive(Debug)]
pub(super) struct Machine {
    processor: String,
    processors: usize,
    memory_gib: f64,
}

impl Machine {
    pub(super) fn here() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib: f64 = field(&memory, "MemTotal")
            .and_then(|value| value.split(' ').next()?.parse().ok())
            .unwrap_or_default();
        Self {
            processor: field(&processors, "model name").unwrap_or("unknown").to_owned(),
            processors: thread::available_parallelism().map_or(0, usize::from),
            memory_gib: kib / 1024.0 / 1024.0,
        }
    }

    pub(super) fn line(&self) -> String {
        format!(
            "{} × {}, {:.0} GiB of memory",
            self.processors, self.processor, self.memory_gib
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({ "processor": self.processor, "processors": self.processors, "memory_gib": self.memory_gib })
    }
}

/// The kernel's load average of the last minute, five and fifteen: who else was at work.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<&str> = text.split(' ').take(3).collect();
    words.join(" ")
}

/// The value of the first line `name : value`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 79\nmodel name\t: A Processor\nMemTotal:       1024 kB\n";
        assert_eq!(field(text, "model name"), Some("A Processor"));
        assert_eq!(field(text, "MemTotal"), Some("1024 kB"));
        assert_eq!(field(text, "Mem"), None);
    }
}
