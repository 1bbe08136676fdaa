//! What a build says of itself: the build script, run by cargo in workspaces made for the purpose.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use release_info::{BuildInfo, Standing};
use tempfile::TempDir;

/// When every commit of these tests was made.
const COMMITTED: &str = "1700000000";

/// A workspace with a package that has our build script, and prints what it was told.
struct Workspace {
    root: PathBuf,
    /// What whoever builds sets.
    variables: Vec<(String, String)>,
    release: bool,
    _directory: TempDir,
}

/// One build, and what the program that came out of it prints.
#[derive(Debug, PartialEq, Eq)]
struct Built {
    commit: String,
    dirty: String,
    time: String,
}

impl Built {
    /// What the program does that was built so, where people rely on it: its release, or why it does not start.
    fn in_production(&self) -> Result<String, String> {
        let build = BuildInfo {
            package: "vigie-api".to_owned(),
            version: "0.1.0".to_owned(),
            commit: (!self.commit.is_empty()).then(|| self.commit.clone()),
            dirty: self.dirty != "false",
            built_at: None,
        };
        let standing = Standing::of(Some("production"), None, &build);
        standing
            .map(|standing| standing.release.to_string())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }
}

impl Workspace {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("workspace");
        let package = root.join("crates/release-info");
        fs::create_dir_all(package.join("src")).expect("directories");
        let write = |path: &str, text: &str| fs::write(root.join(path), text).expect(path);
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        );
        write(".gitignore", "/target\n/Cargo.lock\n");
        write(
            "crates/release-info/Cargo.toml",
            "[package]\nname = \"release-info\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        write("crates/release-info/build.rs", include_str!("../build.rs"));
        write(
            "crates/release-info/src/main.rs",
            "fn main() {\n    println!(\"{},{},{}\", env!(\"RELEASE_INFO_COMMIT\"), \
             env!(\"RELEASE_INFO_DIRTY\"), env!(\"RELEASE_INFO_TIME\"));\n}\n",
        );
        Self {
            root,
            variables: Vec::new(),
            release: false,
            _directory: directory,
        }
    }

    /// With a repository, and everything committed.
    fn committed() -> Self {
        let workspace = Self::new();
        workspace.git(&["init", "--quiet", "--initial-branch=main"]);
        workspace.commit();
        workspace
    }

    fn set(&mut self, variables: &[(&str, &str)]) {
        let owned = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.variables = owned.collect();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, arguments)
    }

    /// Commits what there is, and gives the first twelve digits.
    fn commit(&self) -> String {
        commit(&self.root)
    }

    /// What cargo says that it does, and what the program then prints.
    fn build(&self) -> (String, Built) {
        self.build_in(&self.root)
    }

    fn build_in(&self, root: &Path) -> (String, Built) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--offline", "--verbose"]).current_dir(root);
        if self.release {
            cargo.arg("--release");
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["CARGO", "APP_", "SOURCE_DATE_", "RUSTFLAGS", "RELEASE_INFO_"]
                .iter()
                .any(|of| text.starts_with(of))
            {
                cargo.env_remove(name);
            }
        }
        // Where cargo keeps its configuration is not ours to change.
        if let Some((name, home)) = std::env::vars_os().find(|(name, _)| name == "CARGO_HOME") {
            cargo.env(name, home);
        }
        cargo.env("CARGO_TARGET_DIR", root.join("target"));
        cargo.envs(self.variables.iter().cloned());
        let output = cargo.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let [commit, dirty, time] = printed.split(',').collect::<Vec<_>>()[..] else {
            panic!("three values: {printed}")
        };
        let (commit, dirty, time) = (commit.to_owned(), dirty.to_owned(), time.to_owned());
        (said, Built { commit, dirty, time })
    }

    /// Builds, and makes sure that the same build once more does nothing.
    fn built(&self) -> Built {
        let (_, built) = self.build();
        let (said, again) = self.build();
        assert!(
            said.contains("Fresh release-info"),
            "built again, and nothing had changed:\n{said}"
        );
        assert_eq!(built, again);
        built
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
        fs::write(path, text).expect("written");
    }
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=Somebody",
        "-c",
        "user.email=somebody@example.org",
        "-c",
        "commit.gpgsign=false",
    ]);
    git.args(arguments).current_dir(root);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    let time = format!("{COMMITTED} +0000");
    git.env("GIT_COMMITTER_DATE", &time).env("GIT_AUTHOR_DATE", &time);
    let output = git
        .output()
        .expect("these tests need git; install your system's package git");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

fn commit(root: &Path) -> String {
    git(root, &["add", "--all"]);
    git(
        root,
        &["commit", "--quiet", "--allow-empty", "--message", "what there is"],
    );
    git(root, &["rev-parse", "HEAD"])[..12].to_owned()
}

fn said(commit: &str, dirty: &str, time: &str) -> Built {
    Built {
        commit: commit.to_owned(),
        dirty: dirty.to_owned(),
        time: time.to_owned(),
    }
}

#[test]
fn a_rebuild_follows_head_wherever_git_keeps_it() {
    let workspace = Workspace::committed();
    let first = workspace.git(&["rev-parse", "HEAD"])[..12].to_owned();
    assert_eq!(workspace.built(), said(&first, "true", COMMITTED));

    let second = workspace.commit();
    assert_eq!(workspace.built().commit, second, "a branch's file");

    workspace.git(&["pack-refs", "--all"]);
    assert_eq!(workspace.built().commit, second, "a branch that is packed");
    let third = workspace.commit();
    assert_eq!(workspace.built().commit, third, "a branch that was packed");

    workspace.git(&["switch", "--quiet", "--create", "topic/of/mine", &first]);
    assert_eq!(workspace.built().commit, first, "another branch");
    workspace.git(&["checkout", "--quiet", "--detach", &second]);
    assert_eq!(workspace.built().commit, second, "no branch");

    workspace.git(&["worktree", "add", "--quiet", "../beside", "main"]);
    let beside = workspace.root.with_file_name("beside");
    let (_, built) = workspace.build_in(&beside);
    assert_eq!(built.commit, third, "a second working tree");
    let fourth = commit(&beside);
    assert_eq!(workspace.build_in(&beside).1.commit, fourth, "a commit in it");
    assert!(workspace.build_in(&beside).0.contains("Fresh release-info"));
    assert_eq!(
        workspace.built().commit,
        second,
        "the first one stays where it is"
    );
}

#[test]
fn a_release_is_clean_only_where_it_is_seen_to_be() {
    let mut workspace = Workspace::committed();
    assert_eq!(workspace.built().dirty, "true", "without --release nobody looks");

    workspace.release = true;
    assert_eq!(workspace.built().dirty, "false");
    workspace.write("docs/note.md", "goes into no program\n");
    assert_eq!(workspace.built().dirty, "false");

    workspace.write("crates/release-info/src/new.rs", "// nobody added it\n");
    assert_eq!(workspace.built().dirty, "true", "a file that git does not know");
    let commit = workspace.commit();
    assert_eq!(workspace.built(), said(&commit, "false", COMMITTED));
    workspace.write("crates/release-info/src/new.rs", "// changed\n");
    assert_eq!(workspace.built().dirty, "true", "a file that was changed");
    workspace.git(&["checkout", "--quiet", "."]);
    assert_eq!(workspace.built().dirty, "false", "taken back");
    fs::remove_file(workspace.root.join("crates/release-info/src/new.rs")).expect("removed");
    assert_eq!(workspace.built().dirty, "true", "a file that is gone");
}

#[test]
fn whoever_builds_may_say_it() {
    let mut workspace = Workspace::committed();
    let head = workspace.git(&["rev-parse", "HEAD"]);
    let word = "4110b38a1b2c99d1e2f3a4b5c6d7e8f901234567";

    workspace.set(&[("APP_RELEASE_COMMIT", word)]);
    assert_eq!(
        workspace.built(),
        said("4110b38a1b2c", "false", ""),
        "git does not know when that was"
    );
    workspace.set(&[("APP_RELEASE_COMMIT", word), ("SOURCE_DATE_EPOCH", "1600000000")]);
    assert_eq!(workspace.built(), said("4110b38a1b2c", "false", "1600000000"));
    workspace.set(&[("APP_RELEASE_COMMIT", ""), ("SOURCE_DATE_EPOCH", "")]);
    assert_eq!(
        workspace.built(),
        said(&head[..12], "true", COMMITTED),
        "empty is not set"
    );
    workspace.set(&[("SOURCE_DATE_EPOCH", "yesterday")]);
    assert_eq!(workspace.built(), said(&head[..12], "true", COMMITTED), "no time");

    for wrong in ["4110b38", "4110B38A1B2C", "main", "--all-the-branches"] {
        workspace.set(&[("APP_RELEASE_COMMIT", wrong)]);
        let (said_by_cargo, built) = workspace.build();
        assert_eq!(built, said("", "false", ""), "{wrong}");
        assert!(
            said_by_cargo.contains("APP_RELEASE_COMMIT is no commit"),
            "{said_by_cargo}"
        );
    }
}

#[test]
fn two_builds_of_one_commit_say_the_same() {
    let mut first = Workspace::committed();
    first.release = true;
    let built = first.built();
    let name = format!("vigie-api@0.1.0+{}", built.commit);
    assert_eq!(built.in_production(), Ok(name));

    // Elsewhere, later, by somebody who has cloned it.
    let mut second = Workspace::new();
    second.release = true;
    fs::remove_dir_all(&second.root).expect("removed");
    let (from, to) = (first.root.to_string_lossy(), second.root.to_string_lossy());
    git(
        first.root.parent().expect("a directory"),
        &["clone", "--quiet", &from, &to],
    );
    assert_eq!(second.built(), built);

    // And without the repository, by who says what it says.
    let head = second.git(&["rev-parse", "HEAD"]);
    fs::remove_dir_all(second.root.join(".git")).expect("removed");
    second.set(&[("APP_RELEASE_COMMIT", &head), ("SOURCE_DATE_EPOCH", COMMITTED)]);
    assert_eq!(second.built(), built);

    // Without either nobody knows, and where people rely on it the program says so and does not start.
    second.set(&[]);
    let nobody = second.built();
    assert_eq!(nobody, said("", "true", ""));
    let why = nobody.in_production().expect_err("a refusal");
    assert_eq!(
        why,
        "E511: APP_ENV is production, and nobody knows of which commit this program was built; \
         build with --release where everything is committed; without git, with APP_RELEASE_COMMIT"
    );
}

#[test]
fn without_a_repository_of_its_own_nobody_knows() {
    let mut workspace = Workspace::new();
    let above = workspace.root.parent().expect("a directory above").to_owned();
    git(&above, &["init", "--quiet", "--initial-branch=main"]);
    git(
        &above,
        &[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "somebody else's",
        ],
    );
    for release in [false, true] {
        workspace.release = release;
        assert_eq!(workspace.built(), said("", "true", ""));
    }
    workspace.git(&["init", "--quiet", "--initial-branch=main"]);
    assert_eq!(
        workspace.built(),
        said("", "true", ""),
        "nothing was committed yet"
    );
}

#[test]
fn a_hook_that_builds_speaks_of_another_repository() {
    let mut workspace = Workspace::committed();
    let head = workspace.git(&["rev-parse", "HEAD"])[..12].to_owned();
    workspace.set(&[("GIT_DIR", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere/index")]);
    workspace.release = true;
    assert_eq!(workspace.built(), said(&head, "false", COMMITTED));
}

#[test]
fn where_git_fails_nobody_knows() {
    let mut workspace = Workspace::committed();
    workspace.write("fails/git", "#!/bin/sh\nexit 1\n");
    let git = workspace.root.join("fails/git");
    fs::set_permissions(&git, Permissions::from_mode(0o755)).expect("a program");
    let (_, path) = std::env::vars().find(|(name, _)| name == "PATH").expect("a PATH");
    let path = format!("{}:{path}", workspace.root.join("fails").display());
    workspace.set(&[("PATH", &path)]);
    workspace.release = true;
    assert_eq!(workspace.built(), said("", "true", ""));
}
