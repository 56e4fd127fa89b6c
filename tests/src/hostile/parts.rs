//! A change taken apart into what its bytes say, and put together again with a length and checksum that fit.

use sha2::{Digest, Sha256};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// What stands in a change chunk. Numbers are kept as they were spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What it builds on.
    pub deps: Vec<[u8; 32]>,
    /// Who made it.
    pub actor: Vec<u8>,
    /// Its place among the actor's own.
    pub seq: Vec<u8>,
    /// The number of its first operation.
    pub start_op: Vec<u8>,
    /// Time.
    pub time: Vec<u8>,
    /// Message.
    pub message: Vec<u8>,
    /// Whom else it names.
    pub others: Vec<Vec<u8>>,
    /// Specifications and bytes.
    pub columns: Vec<(u64, Vec<u8>)>,
    /// What stands after the columns.
    pub tail: Vec<u8>,
}

impl Parts {
    /// Takes an honest change apart.
    pub fn of(chunk: &[u8]) -> Self {
        let mut rest = &chunk[9..];
        take_number(&mut rest);
        let count = take_number(&mut rest);
        let deps = (0..count).map(|_| take(&mut rest, 32).try_into().unwrap()).collect();
        let actor = take_prefixed(&mut rest);
        let (seq, start_op, time) = (spelled(&mut rest), spelled(&mut rest), spelled(&mut rest));
        let message = take_prefixed(&mut rest);
        let count = take_number(&mut rest);
        let others = (0..count).map(|_| take_prefixed(&mut rest)).collect();
        let count = take_number(&mut rest);
        let heads: Vec<_> = (0..count).map(|_| (take_number(&mut rest), take_number(&mut rest))).collect();
        let columns = heads.into_iter().map(|(name, length)| (name, take(&mut rest, length))).collect();
        Self { deps, actor, seq, start_op, time, message, others, columns, tail: rest.to_vec() }
    }

    /// Puts it together.
    pub fn bytes(&self) -> Vec<u8> {
        let mut content = number(self.deps.len() as u64);
        self.deps.iter().for_each(|dep| content.extend(dep));
        content.extend(prefixed(&self.actor));
        content.extend([&self.seq[..], &self.start_op, &self.time].concat());
        content.extend(prefixed(&self.message));
        content.extend(number(self.others.len() as u64));
        self.others.iter().for_each(|other| content.extend(prefixed(other)));
        content.extend(number(self.columns.len() as u64));
        for (name, bytes) in &self.columns {
            content.extend([number(*name), number(bytes.len() as u64)].concat());
        }
        self.columns.iter().for_each(|(_, bytes)| content.extend(bytes));
        content.extend(&self.tail);
        chunk(&content)
    }

    /// The bytes of a column; empty if there is none.
    pub fn column(&self, name: u64) -> &[u8] {
        self.columns.iter().find(|column| column.0 == name).map_or(&[], |column| &column.1)
    }

    /// Puts bytes into a column, in its place among the others; none of them takes it away.
    pub fn set(&mut self, name: u64, bytes: &[u8]) -> &mut Self {
        self.columns.retain(|column| column.0 != name);
        if !bytes.is_empty() {
            self.columns.push((name, bytes.to_vec()));
            self.columns.sort();
        }
        self
    }
}

/// A change chunk of this content.
pub fn chunk(content: &[u8]) -> Vec<u8> {
    let named = [&[1][..], &prefixed(content)].concat();
    let digest = Sha256::digest(&named);
    [&MAGIC[..], &digest[..4], &named].concat()
}

/// The content of a chunk.
pub fn content(chunk: &[u8]) -> &[u8] {
    let mut rest = &chunk[9..];
    take_number(&mut rest);
    rest
}

/// The hash that a change goes by, whatever its bytes are.
pub fn hash(chunk: &[u8]) -> [u8; 32] {
    Sha256::digest(chunk.get(8..).unwrap_or_default()).into()
}

/// Unsigned LEB128.
pub fn number(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

/// Signed LEB128.
pub fn signed(mut number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !(-64..64).contains(&number) {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0] & 0x7f);
    bytes
}

/// Bytes after their length.
pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&number(bytes.len() as u64), bytes].concat()
}

fn take(rest: &mut &[u8], count: u64) -> Vec<u8> {
    let (taken, left) = rest.split_at(usize::try_from(count).unwrap());
    *rest = left;
    taken.to_vec()
}

fn spelled(rest: &mut &[u8]) -> Vec<u8> {
    let end = rest.iter().position(|byte| byte & 0x80 == 0).unwrap();
    take(rest, end as u64 + 1)
}

fn take_prefixed(rest: &mut &[u8]) -> Vec<u8> {
    let length = take_number(rest);
    take(rest, length)
}

/// The next unsigned number.
pub fn take_number(rest: &mut &[u8]) -> u64 {
    let bytes = spelled(rest);
    bytes.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f))
}

/// The next signed number.
pub fn take_signed(rest: &mut &[u8]) -> i64 {
    let bytes = spelled(rest);
    let value = bytes.iter().rev().fold(0i64, |value, byte| value << 7 | i64::from(byte & 0x7f));
    let unused = 64u32.saturating_sub(7 * u32::try_from(bytes.len()).unwrap());
    value << unused >> unused
}
