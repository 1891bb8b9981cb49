//! Tables as they travel: read from bodies, held as columns, written to bodies.

mod blocks;
pub(crate) mod cell;
pub(crate) mod column;
pub(crate) mod frame;
pub(crate) mod index;
pub(crate) mod json;
