//! A depot's application on a server of its own, as Supabase sets one up; Vigie installed beside it; its web front.

use std::{fs, os::unix::fs::symlink};

use pg_sandbox::{Options, Sandbox};
use release_info::host::{Host, Site};
use serde_json::{Value, json};

use crate::{
    harness::{self, Answer, World},
    neighbour,
};

/// The application, whose tables nobody reads anonymously.
const APPLICATION: &str = concat!(
    include_str!("../../../../sql/packs/depot/schema.sql"),
    include_str!("../../../../sql/demo/data.sql"),
    "create table public.contracts (id int primary key, client text, price numeric);
     insert into public.contracts select n, 'client ' || n, 100 * n from generate_series(1, 25) as n;
     do $$ declare own regclass; begin
         for own in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
             execute format('alter table %s enable row level security', own);
         end loop;
         for own in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' loop
             execute format('alter view %s set (security_invoker = true)', own);
         end loop; end $$;"
);

/// Who works here, and who does the work for them.
const PEOPLE: &str = "
    insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca');
    alter role vigie_sync password 'x'; alter role vigie_eval password 'x';
    alter role vigie_api password 'x'; alter role vigie_ingest password 'x';
    create role auditor login password 'x' bypassrls in role anon, authenticated, pg_read_all_data";

/// How the front is told to serve another version.
const SWITCH: &str = "ln -sfn versions/{version} next && mv -T next current";

/// How often everything is looked at.
const EVERY: &str = "2s";

/// All of it. The database goes before its server does.
pub(crate) struct Cast {
    pub(crate) world: World,
    front: Host,
    _server: Sandbox,
}

impl Cast {
    /// Installs it, by the commands of the README.
    pub(crate) fn new() -> Self {
        let server = Sandbox::start(&Options::from_env()).expect("a private server");
        let world = World::empty_on(server.url("postgres"));
        world.sql(neighbour::DEFAULTS);
        world.sql(&format!("begin; {APPLICATION}; commit"));
        world.vigie(&["migrate"]).exits(0);
        let install = [
            "install",
            "--role-source",
            "members",
            "--compat",
            "--pack",
            "depot",
        ];
        world.vigie(&install).exits(0);
        world.sql(PEOPLE);
        world.file("access-key", "5a".repeat(32));
        world.file("audit-url", world.url_of("auditor"));
        world.file("eval-url", world.url_of("vigie_eval"));
        let front = Host::start(Site::default()).expect("a port");
        let cast = Self {
            world,
            front,
            _server: server,
        };
        cast.world.file("vigie.toml", cast.configuration());
        cast
    }

    /// What the programs are told, but where they listen.
    pub(crate) fn configuration(&self) -> String {
        format!(
            "packs = [\"depot\"]\neval_url_file = \"eval-url\"\nweb.version_url = \"{}\"\n{}[audit]\nevery = \"1m\"\nurl_file = \"audit-url\"\n\
             [access]\nkey_file = \"access-key\"\nexpected = [\"api\"]\nsensitive = [\"public.contracts\"]\n\
             [[release.host]]\nenvironment = \"production\"\ntarget = \"web\"\nswitch = \"{SWITCH}\"\n",
            self.front.url("/version.json"),
            self.turns(),
        )
    }

    fn turns(&self) -> String {
        let listed = self.world.vigie(&["checks", "list", "--pack", "depot", "--json"]);
        let listed = listed.exits(0).json();
        let checks = listed["checks"].as_array().expect("checks").iter();
        let turns = checks.filter(|check| check["pack"] == "depot").map(|check| {
            let code = check["code"].as_str().expect("a code");
            format!("[checks.{code}]\nevery = \"{EVERY}\"\n")
        });
        turns.collect::<Vec<_>>().concat()
    }

    fn release(&self, args: &str) -> Answer {
        let args: Vec<&str> = args.split(' ').collect();
        self.world.vigie(&[&["release"], &args[..]].concat())
    }

    /// Deploys a version of the front, and has it verified.
    pub(crate) fn deploys(&self, version: &str, release: &str) {
        let folder = self.world.directory.path().join("versions").join(version);
        fs::create_dir_all(&folder).expect("a folder");
        let manifest = json!({
            "schema": 1, "package": "depot-web", "release": release, "commit": release.split_once('+').expect("+").1,
            "environment": "production", "built_at": null, "min_schema": 0, "max_schema": i64::MAX,
        });
        fs::write(folder.join("version.json"), manifest.to_string()).expect("written");
        let place = format!("--env production --target web --release {release} --actor didier");
        let manifest = format!("--manifest versions/{version}/version.json");
        self.release(&format!("record started {place} {manifest}"))
            .exits(0);
        let current = self.world.directory.path().join("current");
        // The first time there is none.
        let _ = fs::remove_file(&current);
        symlink(format!("versions/{version}"), current).expect("a link");
        self.serves();
        self.release(&format!("record deployed {place} --provider-version {version}"))
            .exits(0);
        self.release(&format!(
            "verify --expect {release} --env production --target web --record --over 1 --actor didier"
        ))
        .exits(0);
    }

    /// The host reads what the link names.
    pub(crate) fn serves(&self) {
        let text = fs::read_to_string(self.world.directory.path().join("current/version.json"));
        let manifest: Value = serde_json::from_str(&text.expect("a manifest")).expect("JSON");
        self.front.deploy(Site::of(&manifest));
    }

    /// Takes in what the gateway tells, with the login that may record and read nothing.
    pub(crate) fn ingests(&self, log: &str) {
        self.world.file("edge.log", log);
        let mut vigie = harness::vigie(self.world.directory.path());
        let url = self.world.url_of("vigie_ingest");
        let args = ["access", "ingest", "--source", "supabase-edge", "edge.log"];
        Answer::of(vigie.env("VIGIE_DATABASE_URL", url).args(args)).exits(0);
    }

    /// What is decided about the release that is live.
    pub(crate) fn decision(&self) -> Value {
        self.release("decide --env production --json").json()
    }

    /// Goes back to the release before, by the commands of the plan as they are printed.
    pub(crate) fn goes_back(&self) {
        let plan = self.release("rollback-plan --env production --target web --actor amina --json");
        for step in plan.exits(0).json()["steps"].as_array().expect("steps") {
            self.world
                .executes(step["command"].as_str().expect("a command"))
                .exits(0);
            self.serves();
        }
    }
}
