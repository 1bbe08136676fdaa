//! Fixes as a file, and the matrix proved by real commands: both on a copy.

use std::fs;

use pg_sandbox::{Options, Sandbox};

use crate::harness::{Answer, World};

/// A database with an open table and one whose rows are their owner's; gone with its server. Roles belong to a whole server.
struct Shop {
    world: World,
    _server: Sandbox,
}

const SCHEMA: &str = r#"
create role anon nologin;
create role authenticated nologin;
create role auditor login noinherit password 'x';
grant anon, authenticated to auditor;
grant usage on schema public to anon, authenticated;
create table public."Stock ⛽" (id int primary key);
insert into public."Stock ⛽" values (1);
grant select on public."Stock ⛽" to anon;
create table public.carts (id int primary key, owner text, n int);
insert into public.carts values (1, 'a', 1);
alter table public.carts enable row level security;
create policy own on public.carts to authenticated
    using (owner = current_setting('request.jwt.claims', true)::jsonb ->> 'sub');
grant select, update on public.carts to authenticated;
"#;

impl Shop {
    fn new() -> Self {
        let server = Sandbox::start(&Options::from_env()).expect("a private server");
        let world = World::empty_on(server.url("postgres"));
        world.sql(SCHEMA);
        Self {
            world,
            _server: server,
        }
    }

    /// Another database of the same server; its URL, for who made it.
    fn beside(&self) -> String {
        let url = self.world.url();
        let (server, name) = url.rsplit_once('/').expect("a URL");
        self.world
            .sql_beside(&format!("create database beside template {name}"));
        format!("{server}/beside")
    }

    fn fix(&self, url: &str, more: &[&str]) -> Answer {
        let args = [&["audit", "rls", "--fix"], more].concat();
        Answer::of(&mut self.world.command(url, &args))
    }

    fn file(&self) -> String {
        fs::read_to_string(self.world.directory.path().join("fix.sql")).expect("the file")
    }
}

const CLOSING: &str = "\n-- anon SELECT on public.\"Stock ⛽\": all -> none\n\
    alter table public.\"Stock ⛽\" enable row level security;\n";

#[test]
fn what_is_written_mends_what_was_found() {
    let shop = Shop::new();
    let url = shop.world.url();
    shop.fix(&url, &[])
        .exits(1)
        .says("0 not proposed, 0 not simulated")
        .says("postgres is a superuser: ");
    let file = shop.file();
    assert!(file.contains(CLOSING), "{file}");

    shop.fix(&url, &["--copy-url", &url])
        .exits(2)
        .says("that is the audited database itself");
    let open = "select has_table_privilege('anon', 'public.\"Stock ⛽\"', 'select')::text";
    assert_eq!(shop.world.value(open), "true", "nothing was mended by itself");

    // One login may copy the schema, the other may not.
    let by_auditor = shop.world.url_of("auditor");
    shop.fix(&by_auditor, &[])
        .exits(3)
        .says("not simulated: no copy could be made");
    assert!(shop.file().contains("-- not simulated: no copy could be made: "));
    shop.fix(&by_auditor, &["--copy-url", &shop.beside()])
        .exits(2)
        .says("that is the audited server itself");
    let staging = Shop::new();
    shop.world.sql("create table public.only_here (id int)");
    shop.fix(&by_auditor, &["--copy-url", &staging.world.url()])
        .exits(3)
        .says("not proved: the copy lacks: ");
    assert!(shop.file().contains(CLOSING), "{}", shop.file());

    shop.world.sql(&file);
    shop.world.sql(&file);
    Answer::of(&mut shop.world.command(&url, &["audit", "rls"])).exits(0);
}

#[test]
fn the_matrix_is_proved_by_real_commands() {
    let shop = Shop::new();
    shop.world.sql(
        "create function public.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
         revoke execute on function public.refuse() from public;
         create trigger refuse before update on public.carts for each row execute function public.refuse()",
    );
    let mut command = shop
        .world
        .command(&shop.world.url(), &["audit", "matrix", "--shadow"]);
    let told = Answer::of(&mut command).exits(0);
    assert!(
        told.stdout
            .contains("Without triggers every cell comes to what the matrix says."),
        "{told:#?}"
    );
}
