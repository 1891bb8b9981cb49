//! How a command fetches readings, and what it tells of that.

use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, Level, Streams, cli};
use crate::dataset::{Cache, Options, Summary};

/// How readings are fetched for what is written to a folder, which may not be there yet.
pub(super) fn options(arguments: &cli::Fetching, output: &Path) -> Result<Options, Failure> {
    let cache = arguments.data_cache.as_deref().map(|folder| {
        Cache::open(folder).map_err(|error| {
            Failure::new(format!("--data-cache {}: {error}", folder.display()))
                .help("name a folder that can be written to")
        })
    });
    let above = output.ancestors().find(|folder| folder.is_dir());
    Ok(Options {
        jobs: arguments.fetch_jobs.map(usize::from),
        spool: above.map_or_else(|| PathBuf::from("."), Path::to_path_buf),
        cache: cache.transpose()?,
    })
}

/// Tells what was fetched, if it could have been kept, and what may surprise.
pub(super) fn tell(
    summary: &Summary,
    options: &Options,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    for warning in &summary.warnings {
        writeln!(streams.log(Level::Warning), "warning: {warning}")?;
    }
    if options.cache.is_none() {
        return Ok(());
    }
    let tags = |n: usize| format!("{n} tag{}", if n == 1 { "" } else { "s" });
    writeln!(
        streams.log(Level::Info),
        "{} fetched, {} from the cache",
        tags(summary.n_fetched),
        tags(summary.n_cached)
    )
}
