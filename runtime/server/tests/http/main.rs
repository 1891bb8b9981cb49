//! The `doubling` example as its clients see it: a process that speaks HTTP.

#[cfg(test)]
mod connections;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod prediction;
#[cfg(test)]
mod process;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod support;
