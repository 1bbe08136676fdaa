//! What it refuses to start with, and what it says then.

use crate::harness::{Answer, World};

const SECRET: &str = "a-secret-of-the-configuration-that-nobody-may-see";
const PASSWORD: &str = "a-password-in-a-url";

/// A configuration, the environment beside `APP_ENV=test`, and what is said about it.
struct Refused {
    config: &'static str,
    env: &'static [(&'static str, &'static str)],
    says: &'static str,
}

const JWT: &str = "[auth]\nsecret_file = \"secret\"\n";
const DEMO: &str = "[auth]\nmode = \"demo\"\n";

const REFUSED: &[Refused] = &[
    Refused {
        config: DEMO,
        env: &[("APP_ENV", "production")],
        says: "auth.mode = \"demo\" with APP_ENV=production",
    },
    Refused {
        config: DEMO,
        env: &[("APP_ENV", "staging")],
        says: "auth.mode = \"demo\" with APP_ENV=staging",
    },
    Refused {
        config: "[auth]\nmode = \"demo\"\n[api]\nlisten = \"0.0.0.0:8080\"\n",
        env: &[],
        says: "listens on this machine alone",
    },
    Refused {
        config: "[auth]\nmode = \"demo\"\n[api]\nlisten = \"[::]:8080\"\n",
        env: &[],
        says: "listens on this machine alone",
    },
    Refused {
        config: JWT,
        env: &[("APP_ENV", "")],
        says: "E501",
    },
    Refused {
        config: JWT,
        env: &[("APP_ENV", "prod")],
        says: "E50",
    },
    Refused {
        config: JWT,
        env: &[("APP_RELEASE", "vigie-api@9.9.9+111111111111")],
        says: "E504: APP_RELEASE is vigie-api@9.9.9",
    },
    Refused {
        config: "",
        env: &[],
        says: "nothing says who somebody is",
    },
    Refused {
        config: "[auth]\nsecret_file = \"nowhere\"\n",
        env: &[],
        says: "auth.secret_file",
    },
    Refused {
        config: "[auth]\nsecret_file = \"short\"\n",
        env: &[],
        says: "fewer than 32 bytes",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\njwks_url = \"https://keys.example.org/jwks.json\"\n",
        env: &[],
        says: "secret_file and jwks_url: give one",
    },
    Refused {
        config: "[auth]\njwks_url = \"http://keys.example.org/jwks.json\"\n",
        env: &[],
        says: "auth.jwks_url: https",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\nsign_in_url = \"http://auth.example.org\"\n",
        env: &[],
        says: "auth.sign_in_url: https",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\nsecret = \"x\"\n",
        env: &[],
        says: "secret",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\n[api]\norigin = \"vigie.example.org\"\n",
        env: &[],
        says: "is no origin",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\n[api]\ncors_origins = [\"*\"]\n",
        env: &[],
        says: "is no origin",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\n[api]\ntrusted_proxies = [\"10.0.0.1\", \"proxy.example.org\"]\n",
        env: &[],
        says: "api.trusted_proxies: \"proxy.example.org\" is no address and no network",
    },
    Refused {
        config: "[auth]\nsecret_file = \"secret\"\n[api]\nconnections = 1\n",
        env: &[],
        says: "api.connections",
    },
];

fn asked(world: &World, config: &str, env: &[(&str, &str)]) -> Answer {
    world.file("vigie.toml", format!("packs = [\"depot\"]\n{config}"));
    world.file("secret", SECRET);
    world.file("short", "only-thirty-one-bytes-are-here.");
    let url = format!("postgres://vigie_api:{PASSWORD}@db.example.org/main");
    let mut command = world.command(&url, &["--check-config"]);
    command.envs(env.iter().copied());
    let answer = Answer::of(&mut command);
    for secret in [SECRET, PASSWORD, "only-thirty-one"] {
        let said = format!("{}{}", answer.stdout, answer.stderr);
        assert!(!said.contains(secret), "{config}: {answer:#?}");
    }
    answer
}

#[test]
fn what_it_cannot_serve_with_is_refused_with_a_sentence() {
    let world = World::empty();
    for refused in REFUSED {
        let answer = asked(&world, refused.config, refused.env);
        let answer = answer.exits(2).says(refused.says);
        assert_eq!(answer.stdout, "", "{}", refused.config);
    }
    let mut without = world.command("postgres://db.example.org/main", &["--check-config"]);
    let registered = "[[environment]]\nname = \"production\"\nhosts = [\"db.example.org\"]\n";
    asked(&world, &format!("{JWT}{registered}"), &[])
        .exits(2)
        .says("E505: APP_ENV is test, and VIGIE_DATABASE_URL names db.example.org");
    world.file("vigie.toml", format!("packs = [\"depot\"]\n{JWT}"));
    Answer::of(without.env_remove("APP_ENV"))
        .exits(2)
        .says("E501")
        .says("APP_ENV");
}

#[test]
fn the_configuration_in_force_is_shown_without_its_secrets() {
    let world = World::empty();
    let effective = asked(&world, JWT, &[]).exits(0).json();
    assert_eq!(effective["auth"]["secret_file"], "set, not shown");
    assert_eq!(effective["environment"], "test");
    assert!(
        !effective["database"].to_string().contains("vigie_api:"),
        "{effective:#}"
    );
}
