//! `gordoc init`: a folder to start from.

pub mod demo;

use std::fs;

use super::cli::Init;
use super::{Failure, Level, Status, Streams};
use crate::{files, schema};

const STARTER: &str = include_str!("../../../templates/init/config.yaml");
const DEMO: &str = include_str!("../../../examples/quickstart/config.yaml");

/// Writes a config and the schema that editors check it by; what is there is left alone.
pub fn run(arguments: &Init, mut streams: Streams<'_>) -> Result<Status, Failure> {
    let mut written = vec![
        ("config.yaml", STARTER.to_owned()),
        ("gordoc.schema.json", format!("{:#}\n", schema::schema())),
    ];
    if arguments.demo {
        written[0].1 = format!("# yaml-language-server: $schema=gordoc.schema.json\n{DEMO}");
        written.push(("data/pump.csv", demo::pump()));
    }
    let folder = &arguments.folder;
    for (name, _) in &written {
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(Failure::new(format!("{} exists already", path.display()))
                .help("choose another folder, or move it away"));
        }
    }
    for (name, text) in &written {
        let path = folder.join(name);
        files::write_changed(&path, text.as_bytes()).map_err(|error| Failure::at(&path, &error))?;
    }
    let config = folder.join("config.yaml");
    let config = config.display();
    let out = folder.join("out");
    writeln!(
        streams.log(Level::Info),
        "wrote {config}. Try:\n\n  gordoc check {config}\n  gordoc compile {config} -o {} --run\n",
        out.display()
    )?;
    Ok(Status::Done)
}
