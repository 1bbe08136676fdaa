//! What another program writes to have a database of its own for a while.
//!
//! `cargo run -p pg-sandbox --example embed`

use pg_sandbox::{Error, Options, Sandbox, Script};

fn main() -> Result<(), Error> {
    let sandbox = Sandbox::start(&Options::from_env().setting("work_mem", "8MB"))?;
    println!("PostgreSQL {} on 127.0.0.1:{}", sandbox.version(), sandbox.port());

    sandbox.create_database("shop")?;
    let answer = sandbox.psql(
        "shop",
        Script::Text(
            "create table orders (id int primary key, litres numeric not null);
             insert into orders values (1, 12000.5), (2, 8000);
             select count(*), sum(litres) from orders;",
        ),
    )?;
    println!("orders and litres: {}", answer.trim());

    sandbox.stop()
}
