//! Takes away what sandboxes left behind whose owner *and* supervisor were killed.
//!
//! A directory is only touched when it belongs to the account that the server would run under and its lock is
//! free, which the kernel grants only when nobody who holds it lives. The sweep never fails a start: what it
//! cannot take away, the next one may.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::Path,
    time::Duration,
};

use crate::{
    account::Account,
    directory::{LOCK, PREFIX, UNFINISHED},
    postmaster,
};

/// A directory without a lock is one being made, or one being removed; after this long it is neither.
const UNLOCKED_FOR: Duration = Duration::from_mins(10);

/// Sweeps the left-overs in one temporary directory.
pub(crate) fn sweep(base: &Path, account: &Account) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(metadata) = fs::symlink_metadata(entry.path()) else {
            continue;
        };
        if name.starts_with(PREFIX) && metadata.is_dir() && metadata.uid() == account.uid().as_raw() {
            let age = metadata
                .modified()
                .ok()
                .and_then(|time| time.elapsed().ok())
                .unwrap_or_default();
            sweep_one(&entry.path(), name.ends_with(UNFINISHED), age);
        }
    }
}

fn sweep_one(path: &Path, unfinished: bool, age: Duration) {
    let lock = if unfinished {
        None
    } else {
        File::open(path.join(LOCK)).ok()
    };
    let abandoned = match &lock {
        Some(lock) => lock.try_lock().is_ok(),
        None => age > UNLOCKED_FOR,
    };
    if abandoned && postmaster::end_orphan(&path.join("data")) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_swept_when_its_lock_is_free() {
        let base = tempfile::tempdir().expect("a directory");
        let path = base.path().join("pg-sandbox-x");
        fs::create_dir(&path).expect("a directory");
        let lock = File::create(path.join(LOCK)).expect("a lock");

        lock.lock().expect("locked");
        sweep_one(&path, false, UNLOCKED_FOR * 2);
        assert!(path.exists(), "its owner lives");

        drop(lock);
        // Other tests start programs at the same time, and a program being started holds all our files, this
        // lock among them, for the moment before it is executed.
        for _ in 0..100 {
            sweep_one(&path, false, Duration::ZERO);
            if !path.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("nobody holds the lock, and yet it was not swept");
    }

    #[test]
    fn a_directory_without_a_lock_is_swept_only_when_old() {
        let base = tempfile::tempdir().expect("a directory");
        let path = base.path().join("pg-sandbox-x.new");
        fs::create_dir(&path).expect("a directory");
        File::create(path.join(LOCK)).expect("made, but not locked yet");

        sweep_one(&path, true, Duration::from_secs(1));
        assert!(path.exists(), "it is being made");
        sweep_one(&path, true, UNLOCKED_FOR * 2);
        assert!(!path.exists(), "its maker died");
    }
}
