//! Packed files, known by the ends of their names as pandas knows them: what stands in them.
//!
//! Unpacked while it is read, so that memory does not grow with what a small file unpacks to.
//! Archives of several files are refused.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use bzip2::read::MultiBzDecoder;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use gordo_runtime::Excerpt;
use lzma_rust2::XzReader;
use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ZipArchive};

use super::error::ReadError;
use super::file;

/// Most memory that a packed file may ask for to be unpacked with: 128 MiB, in KiB.
///
/// `xz -9` asks for half of it; zstd refuses more by itself.
const MEMORY: u32 = 128 << 10;

/// The bytes of a file as they were before it was packed.
pub(super) type Unpacked = Box<dyn Read + Send>;

/// Opens a file to read, and unpacks it if its name says that it is packed.
pub(super) fn open(path: &Path) -> Result<Unpacked, ReadError> {
    let opened = file::open(path)?;
    unpacked(opened, Packing::of(path)).map_err(|error| file::refusal(path, &error))
}

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Not,
    Gzip,
    Zip,
    Bzip2,
    Xz,
    Zstd,
    /// Packed or not, an archive.
    Tar,
}

impl Packing {
    /// As the end of a name says, whatever its case.
    fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_ascii_lowercase();
        let tars = [".tar", ".tgz", ".tbz", ".tbz2", ".txz"];
        if name.contains(".tar.") || tars.iter().any(|end| name.ends_with(end)) {
            return Self::Tar;
        }
        match name.rsplit_once('.').map(|(_, end)| end) {
            Some("gz") => Self::Gzip,
            Some("zip") => Self::Zip,
            Some("bz2") => Self::Bzip2,
            Some("xz") => Self::Xz,
            Some("zst") => Self::Zstd,
            _ => Self::Not,
        }
    }
}

fn unpacked(file: File, packing: Packing) -> io::Result<Unpacked> {
    Ok(match packing {
        Packing::Not => Box::new(file),
        Packing::Gzip => Box::new(MultiGzDecoder::new(buffered(file))),
        Packing::Zip => return only_member(file),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(buffered(file))),
        Packing::Xz => Box::new(XzReader::new_mem_limit(buffered(file), true, MEMORY)),
        Packing::Zstd => Box::new(zstd::Decoder::new(file)?),
        Packing::Tar => {
            return Err(refused(
                "tar archives are not read; pack the file alone, as `.csv.gz`".to_owned(),
            ));
        }
    })
}

fn buffered(file: File) -> io::BufReader<File> {
    io::BufReader::with_capacity(1 << 16, file)
}

/// The one file in a ZIP archive.
fn only_member(file: File) -> io::Result<Unpacked> {
    let mut packed = file.try_clone()?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(broken)?;
    let mut entries = archive.entries(&mut buffer);
    let mut found = None;
    let mut names: Vec<String> = Vec::new();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        let name = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
        names.push(format!("`{}`", Excerpt(&name)));
        if names.len() > 3 {
            break;
        }
        let is_locked = entry.flags().is_encrypted();
        found = Some((entry.wayfinder(), entry.compression_method(), is_locked));
    }
    let Some((place, method, is_locked)) = found else {
        return Err(refused("the ZIP archive holds no file".to_owned()));
    };
    if names.len() > 1 {
        let more = if names.len() > 3 { " and more" } else { "" };
        names.truncate(3);
        return Err(refused(format!(
            "the ZIP archive holds {}{more}, and one file is read; pack it alone",
            names.join(", ")
        )));
    }
    if is_locked {
        return Err(refused(
            "the ZIP archive is locked by a password".to_owned(),
        ));
    }
    let entry = archive.get_entry(place).map_err(broken)?;
    let (start, end) = entry.compressed_data_range();
    packed.seek(SeekFrom::Start(start))?;
    let packed = buffered(packed).take(end - start);
    let unpacked: Unpacked = match method {
        CompressionMethod::STORE => Box::new(packed),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(packed)),
        CompressionMethod::BZIP2 => Box::new(MultiBzDecoder::new(packed)),
        CompressionMethod::ZSTD => Box::new(zstd::Decoder::new(packed)?),
        _ => {
            return Err(refused(
                "the ZIP archive is packed by a method that is not read; pack it by `deflate`"
                    .to_owned(),
            ));
        }
    };
    Ok(Box::new(entry.verifying_reader(unpacked)))
}

fn refused(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn broken(error: rawzip::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    const TEXT: &str = "time,value\n2024-01-01,1.5\n";

    /// A ZIP archive of some members.
    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
        for (name, text) in members {
            let file = archive.new_file(name);
            let (mut entry, config) = file
                .compression_method(CompressionMethod::DEFLATE)
                .start()
                .unwrap();
            let encoder =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
            let mut writer = config.wrap(encoder);
            writer.write_all(text).unwrap();
            let (encoder, output) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(output).unwrap();
        }
        archive.finish().unwrap()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstandard(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 1).unwrap()
    }

    /// What `xz` makes of [`TEXT`].
    const XZ: &[u8] = &[
        253, 55, 122, 88, 90, 0, 0, 4, 230, 214, 180, 70, 2, 0, 33, 1, 22, 0, 0, 0, 116, 47, 229,
        163, 1, 0, 25, 116, 105, 109, 101, 44, 118, 97, 108, 117, 101, 10, 50, 48, 50, 52, 45, 48,
        49, 45, 48, 49, 44, 49, 46, 53, 10, 0, 0, 0, 237, 198, 169, 206, 28, 147, 17, 165, 0, 1,
        50, 26, 32, 24, 148, 48, 31, 182, 243, 125, 1, 0, 0, 0, 0, 4, 89, 90,
    ];

    fn unpack(name: &str, bytes: &[u8]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let mut text = String::new();
        let mut unpacked = open(&path).map_err(|error| error.to_string())?;
        let read = unpacked.read_to_string(&mut text);
        read.map(|_| text).map_err(|error| error.to_string())
    }

    #[test]
    fn files_are_unpacked_by_the_end_of_their_name() {
        let text = TEXT.as_bytes();
        for (name, bytes) in [
            ("a.csv", text.to_vec()),
            ("a", text.to_vec()),
            ("a.csv.gz", gzip(text)),
            ("A.CSV.GZ", gzip(text)),
            // Members one after the other are one file.
            ("a.gz", [gzip(&text[..5]), gzip(&text[5..])].concat()),
            ("a.csv.bz2", bzip2(text)),
            ("a.bz2", [bzip2(&text[..5]), bzip2(&text[5..])].concat()),
            ("a.csv.zst", zstandard(text)),
            (
                "a.zst",
                [zstandard(&text[..5]), zstandard(&text[5..])].concat(),
            ),
            ("a.csv.xz", XZ.to_vec()),
            ("a.csv.zip", zip(&[("inside.csv", text)])),
        ] {
            assert_eq!(unpack(name, &bytes).as_deref(), Ok(TEXT), "{name}");
        }
        assert_eq!(unpack("a.csv.gz", &gzip(b"")).as_deref(), Ok(""));
    }

    #[test]
    fn archives_of_several_files_or_none_are_refused() {
        for (name, bytes, expect) in [
            ("a.zip", zip(&[]), "holds no file"),
            (
                "a.zip",
                zip(&[("a\u{7}", b"1"), ("b", b"2")]),
                "holds `a\\u{7}`, `b`, and one",
            ),
            (
                "a.zip",
                zip(&[("a", b""), ("b", b""), ("c", b""), ("d", b""), ("e", b"")]),
                "holds `a`, `b`, `c` and more, and one",
            ),
            ("a.tar", Vec::new(), "tar archives are not read"),
            ("a.csv.tar.gz", gzip(b""), "tar archives are not read"),
            ("a.tgz", gzip(b""), "tar archives are not read"),
        ] {
            let error = unpack(name, &bytes).unwrap_err();
            assert!(error.contains(expect), "{name}: {error}");
        }
    }

    /// A file that is cut off or damaged anywhere gives an error or the very text, never another.
    #[test]
    fn damage_is_never_read_as_something_else() {
        let text = "2024-01-01,1.5\n".repeat(40);
        let packed = [
            ("a.gz", gzip(text.as_bytes())),
            ("a.bz2", bzip2(text.as_bytes())),
            ("a.zip", zip(&[("a.csv", text.as_bytes())])),
            ("a.xz", XZ.to_vec()),
        ];
        let whole = |name: &str| if name == "a.xz" { TEXT } else { &text };
        for (name, bytes) in packed {
            for cut in 0..bytes.len() {
                if let Ok(read) = unpack(name, &bytes[..cut]) {
                    // Bytes behind the text's own check may lack.
                    assert!(
                        read == whole(name) || cut == 0,
                        "{name} cut at {cut}: {read:?}"
                    );
                }
            }
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << (at % 8);
                if let Ok(read) = unpack(name, &damaged) {
                    assert_eq!(read, whole(name), "{name} damaged at {at}");
                }
            }
        }
    }
}
