//! The rows of all columns together: what each operation says must hold together.

use smallvec::SmallVec;

use super::ScanError;
use super::columns::Columns;
use super::reader::{Reader, is_text};
use super::runs::{Booleans, Differences, Runs};
use crate::limits::{
    CHANGE_DEPTH_MAX, CHANGE_MAP_OPERATIONS_MAX, CHANGE_OPERATIONS_MAX, OPERATION_NUMBER_MAX,
};

/// Who made the change, and whom else its operations name.
pub(super) struct Author<'a> {
    actor: &'a [u8],
    /// The others in order, and whether an operation has named them.
    others: SmallVec<[(&'a [u8], bool); 2]>,
    start_op: u64,
}

impl<'a> Author<'a> {
    /// Reads the names of the others.
    pub(super) fn read(reader: &mut Reader<'a>, actor: &'a [u8], start_op: u64) -> Result<Self, ScanError> {
        let mut others: SmallVec<[(&[u8], bool); 2]> = SmallVec::new();
        for _ in 0..reader.number("number of other actors")? {
            let other = reader.actor("other actor")?;
            if other == actor || others.last().is_some_and(|(before, _)| *before >= other) {
                return Err(reader.malformed("other actors in order, each once"));
            }
            others.push((other, false));
        }
        Ok(Self { actor, others, start_op })
    }

    /// An actor by its place: the author first, then the others.
    fn named(&mut self, place: u64) -> Option<&'a [u8]> {
        let Some(place) = place.checked_sub(1) else { return Some(self.actor) };
        let (name, is_used) = self.others.get_mut(usize::try_from(place).ok()?)?;
        *is_used = true;
        Some(name)
    }
}

/// What an operation does, of what our documents know. There are neither lists nor tables, counters nor marks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Make,
    Set,
    Delete,
}

impl Action {
    fn of(number: u64) -> Option<Self> {
        match number {
            // A map, a text.
            0 | 4 => Some(Self::Make),
            1 => Some(Self::Set),
            3 => Some(Self::Delete),
            _ => None,
        }
    }
}

/// What is written.
enum Written {
    Nothing,
    Letters,
    Other,
}

struct Rows<'a, 'b> {
    author: &'b mut Author<'a>,
    object_actor: Runs<'a, u64>,
    object_number: Runs<'a, u64>,
    key_actor: Runs<'a, u64>,
    key_number: Differences<'a>,
    key: Runs<'a, &'a [u8]>,
    inserted: Booleans<'a>,
    action: Runs<'a, u64>,
    value: Runs<'a, u64>,
    raw: Reader<'a>,
    replaced: Runs<'a, u64>,
    replaced_actor: Runs<'a, u64>,
    replaced_number: Differences<'a>,
    /// Objects made so far: the number of the operation, and how deep it lies as far as this change shows.
    made: SmallVec<[(u64, usize); 4]>,
    under_keys: u64,
    /// The number of the operation at hand.
    number: u64,
}

/// Checks every operation. Tells how many there are.
pub(super) fn check<'a>(columns: &Columns<'a>, author: &mut Author<'a>) -> Result<u64, ScanError> {
    let start_op = author.start_op;
    // One in 32 bits counts them in Automerge, and past the last the document takes no edit any more.
    if start_op > OPERATION_NUMBER_MAX - CHANGE_OPERATIONS_MAX {
        return Err(ScanError::Malformed { what: "operations numbered below 2^31", at: 0 });
    }
    let [.., Some(inserted), Some(action), _, _, _, _, _] = *columns else {
        return Err(ScanError::Malformed { what: "actions, and whether they insert", at: 0 });
    };
    let mut rows = Rows::new(columns, inserted, action, author);
    while rows.action.is_more() {
        rows.row()?;
        rows.number += 1;
    }
    if rows.number == start_op {
        return Err(rows.no("an operation"));
    }
    rows.finish()?;
    Ok(rows.number - start_op)
}

impl<'a, 'b> Rows<'a, 'b> {
    fn new(
        columns: &Columns<'a>,
        inserted: Reader<'a>,
        action: Reader<'a>,
        author: &'b mut Author<'a>,
    ) -> Self {
        let &[
            object_actor,
            object_number,
            key_actor,
            key_number,
            key,
            _,
            _,
            value,
            raw,
            replaced,
            replaced_actor,
            replaced_number,
        ] = columns;
        let nothing = Reader::new(&[]);
        Self {
            object_actor: Runs::new(object_actor),
            object_number: Runs::new(object_number),
            key_actor: Runs::new(key_actor),
            key_number: Differences::new(key_number),
            key: Runs::new(key),
            inserted: Booleans::new(inserted),
            action: Runs::new(Some(action)),
            value: Runs::new(value),
            raw: raw.unwrap_or(nothing),
            replaced: Runs::new(replaced),
            replaced_actor: Runs::new(replaced_actor),
            replaced_number: Differences::new(replaced_number),
            made: SmallVec::new(),
            under_keys: 0,
            number: author.start_op,
            author,
        }
    }

    fn no(&self, what: &'static str) -> ScanError {
        self.action.malformed(what)
    }

    fn row(&mut self) -> Result<(), ScanError> {
        let action = self.action.must("an action")?;
        let action = Action::of(action).ok_or_else(|| self.no("an action that documents know"))?;
        let depth = self.object()?;
        let is_inserted = self.inserted.next()?;
        let is_letter = self.key(is_inserted)?;
        let written = self.value()?;
        let replaced = self.replaced()?;
        let fits = match (action, is_letter) {
            // A letter takes at least a byte, so no few bytes make a text of very many.
            (Action::Set, true) => is_inserted && matches!(written, Written::Letters) && replaced == 0,
            (Action::Set, false) => true,
            (Action::Make, is_letter) => !is_letter && matches!(written, Written::Nothing),
            // One that takes nothing away is kept nowhere.
            (Action::Delete, _) => !is_inserted && matches!(written, Written::Nothing) && replaced > 0,
        };
        if !fits {
            return Err(self.no("an action that fits its key and value"));
        }
        if action == Action::Make {
            if depth > CHANGE_DEPTH_MAX {
                return Err(self.no("at most 8 objects within each other"));
            }
            self.made.push((self.number, depth));
        }
        Ok(())
    }

    /// Reads what is written into, and tells how deep something made in it would lie: what this change did not
    /// make may lie anywhere, and counts as the uppermost.
    fn object(&mut self) -> Result<usize, ScanError> {
        match (self.object_actor.next()?, self.object_number.next()?) {
            (None, None) => Ok(1),
            (Some(actor), Some(number)) => {
                self.earlier(actor, number)?;
                if actor > 0 || number < self.author.start_op {
                    return Ok(2);
                }
                let made = self.made.binary_search_by_key(&number, |(number, _)| *number);
                let depth = made.ok().and_then(|at| self.made.get(at)).map(|(_, depth)| depth + 1);
                depth.ok_or_else(|| self.no("an object that the change has made"))
            }
            _ => Err(self.no("an object with actor and number, or neither")),
        }
    }

    /// Reads where in the object it is written, and tells whether that is among letters.
    fn key(&mut self, is_inserted: bool) -> Result<bool, ScanError> {
        match (self.key.next()?, self.key_actor.next()?, self.key_number.next()?) {
            (Some(_), None, None) if !is_inserted => {
                self.under_keys += 1;
                if self.under_keys > CHANGE_MAP_OPERATIONS_MAX {
                    return Err(self.no("at most 1,000 operations under keys"));
                }
                Ok(false)
            }
            // Before the first letter.
            (None, None, Some(0)) if is_inserted => Ok(true),
            (None, Some(actor), Some(number)) => self.earlier(actor, number).map(|_| true),
            _ => Err(self.no("one key")),
        }
    }

    /// Reads what is written.
    fn value(&mut self) -> Result<Written, ScanError> {
        let said = self.value.must("a value")?;
        let length = usize::try_from(said >> 4).map_err(|_| self.no("a value"))?;
        let mut part = self.raw.part(said >> 4, "bytes of a value")?;
        let written = match (said & 0xf, length) {
            (0, 0) => Written::Nothing,
            // False, true.
            (1 | 2, 0) => Written::Other,
            (3, _) => part.number("a number").map(|_| Written::Other)?,
            // A number with a sign, a moment.
            (4 | 9, _) => part.signed("a number").map(|_| Written::Other)?,
            // A fraction, bytes.
            (5, 8) | (7, _) => part.take(length, "bytes of a value").map(|_| Written::Other)?,
            (6, 0) => Written::Other,
            (6, _) => {
                let text = part.take(length, "bytes of a value")?;
                if is_text(text) { Written::Letters } else { return Err(part.malformed("a text in UTF-8")) }
            }
            _ => return Err(self.no("a value of a type that documents know")),
        };
        if part.left() > 0 { Err(part.malformed("a value as long as it says")) } else { Ok(written) }
    }

    /// Reads what is replaced: earlier operations in order, each once. Tells how many.
    fn replaced(&mut self) -> Result<u64, ScanError> {
        let count = self.replaced.must("a number of replaced operations")?;
        let mut before: Option<(u64, &[u8])> = None;
        for _ in 0..count {
            let actor = self.replaced_actor.must("an actor")?;
            let number = self.replaced_number.next()?.ok_or_else(|| self.no("a number"))?;
            let next = (number, self.earlier(actor, number)?);
            if before.is_some_and(|before| before >= next) {
                return Err(self.no("replaced operations in order, each once"));
            }
            before = Some(next);
        }
        Ok(count)
    }

    /// Checks that an operation can have been there before this one, and tells whose it is. This change begins
    /// to count after everything that others did.
    fn earlier(&mut self, actor: u64, number: u64) -> Result<&'a [u8], ScanError> {
        let end = if actor == 0 { self.number } else { self.author.start_op };
        if number == 0 || number >= end {
            return Err(self.no("an operation that came before"));
        }
        self.author.named(actor).ok_or_else(|| self.no("an actor of the list"))
    }

    /// That nothing is left over.
    fn finish(&self) -> Result<(), ScanError> {
        for column in [
            &self.object_actor,
            &self.object_number,
            &self.key_actor,
            &self.action,
            &self.value,
            &self.replaced,
        ] {
            column.finish()?;
        }
        self.replaced_actor.finish()?;
        self.key_number.finish()?;
        self.replaced_number.finish()?;
        self.key.finish()?;
        self.inserted.finish()?;
        if self.raw.left() > 0 {
            return Err(self.no("as many bytes of values as are said"));
        }
        if self.author.others.iter().any(|(_, is_used)| !is_used) {
            return Err(self.no("no actor that no operation names"));
        }
        Ok(())
    }
}
