//! Lines of a possibly compressed file, one at a time in one reused buffer, so that memory does
//! not grow with the file. Knows nothing of what the lines mean.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::VerifyError;

/// Longest line held in memory: a dense epoch of 4096 neurons takes about 0.4 GB.
const LINE_LIMIT_BYTES: usize = 1 << 30;

/// First bytes of every zstd frame.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Reads lines and counts them.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    source: Box<dyn BufRead + 'a>,
    buffer: Vec<u8>,
    number: u64,
}

impl<'a> Lines<'a> {
    /// Reads `source`, decompressing it when its first bytes are those of zstd or its name ends in
    /// `.zst`. `path` only names the source in errors.
    pub(crate) fn new(path: &'a Path, source: impl Read + 'a) -> Result<Self, VerifyError> {
        let failed = |source| VerifyError::Read { path: path.to_owned(), line: 1, source };
        let mut plain = BufReader::with_capacity(1 << 16, source);
        let named_zst = path.extension().is_some_and(|extension| extension == "zst");
        let magic = plain.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC);
        let source: Box<dyn BufRead + 'a> = if magic || named_zst {
            let decoder = zstd::Decoder::with_buffer(plain).map_err(failed)?;
            Box::new(BufReader::with_capacity(1 << 16, decoder))
        } else {
            Box::new(plain)
        };
        Ok(Self { path, source, buffer: Vec::new(), number: 0 })
    }

    /// The next line that is not blank with its number, without the line end; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &[u8])>, VerifyError> {
        loop {
            self.buffer.clear();
            self.number += 1;
            let limit = LINE_LIMIT_BYTES as u64 + 1;
            let read = self.source.by_ref().take(limit).read_until(b'\n', &mut self.buffer);
            if read.map_err(|source| self.failed(source))? == 0 {
                return Ok(None);
            }
            if self.buffer.len() > LINE_LIMIT_BYTES {
                return Err(VerifyError::LineTooLong {
                    path: self.path.to_owned(),
                    line: self.number,
                    limit_bytes: LINE_LIMIT_BYTES,
                });
            }
            if !self.buffer.trim_ascii().is_empty() {
                return Ok(Some((self.number, self.buffer.trim_ascii_end())));
            }
        }
    }

    fn failed(&self, source: io::Error) -> VerifyError {
        VerifyError::Read { path: self.path.to_owned(), line: self.number, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(name: &str, bytes: &[u8]) -> Result<Vec<(u64, String)>, VerifyError> {
        let mut lines = Lines::new(Path::new(name), bytes)?;
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next()? {
            found.push((number, String::from_utf8_lossy(line).into_owned()));
        }
        Ok(found)
    }

    #[test]
    fn blank_lines_are_counted_and_skipped() {
        let found = all("a.jsonl", b"\n one\r\n\n  \ntwo").expect("readable");
        assert_eq!(found, [(2, " one".to_owned()), (5, "two".to_owned())]);
    }

    #[test]
    fn zstd_is_recognised_by_content_and_by_name() {
        let packed = zstd::encode_all(&b"one\ntwo\n"[..], 3).expect("compresses");
        assert_eq!(all("a.jsonl", &packed).expect("readable").len(), 2);
        assert_eq!(all("a.jsonl.zst", &packed).expect("readable").len(), 2);
        let message = all("a.jsonl.zst", b"one\n").expect_err("not zstd").to_string();
        assert!(message.starts_with("a.jsonl.zst:1: cannot read on: "), "{message}");
    }

    #[test]
    fn a_cut_off_zstd_file_is_an_error() {
        let packed = zstd::encode_all(&b"one\ntwo\n"[..], 3).expect("compresses");
        let cut = &packed[..packed.len() - 3];
        assert!(matches!(all("a.zst", cut), Err(VerifyError::Read { .. })));
    }
}
