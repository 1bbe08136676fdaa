//! Tells cargo what is read while compiling, and lists the packs that are compiled in.

use std::{env, error::Error, fmt::Write as _, fs, io, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../sql/integrity-core");
    println!("cargo:rerun-if-changed=sqlx.toml");
    println!("cargo:rerun-if-changed=../../sql/packs");

    let packs = fs::canonicalize("../../sql/packs")?;
    let mut table = String::from(
        "/// Pack, file and contents, in the order of their names.\n\
         pub(super) static BUILTIN: &[(&str, &str, &[u8])] = &[\n",
    );
    for pack in names(&packs)? {
        for file in names(&packs.join(&pack))? {
            let is_read = ["pack.toml", "proved.toml"].contains(&file.as_str())
                || [".sql", ".test.toml"]
                    .iter()
                    .any(|ending| file.to_ascii_lowercase().ends_with(ending));
            if is_read {
                let path = packs.join(&pack).join(&file);
                writeln!(
                    table,
                    "({pack:?}, {file:?}, include_bytes!({:?})),",
                    path.display().to_string()
                )?;
            }
        }
    }
    table.push_str("];\n");
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo hands OUT_DIR to a build script in no other way"
    )]
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("builtin_packs.rs"), table)?;
    Ok(())
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}
