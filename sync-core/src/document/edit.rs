//! Writing one change.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};

use super::DocumentError;
use super::change::ChangeNote;

/// The writing half of a document: what is done through it becomes one change.
pub struct Edit<'a> {
    tx: Transaction<'a>,
}

impl<'a> Edit<'a> {
    pub(super) fn begin(doc: &'a mut automerge::Automerge) -> Self {
        Self { tx: doc.transaction() }
    }

    pub(super) fn abandon(self) {
        self.tx.rollback();
    }

    pub(super) fn commit(self, note: &ChangeNote) -> Option<automerge::ChangeHash> {
        // The claim travels in the message; Automerge's own seconds would only repeat it.
        self.tx.commit_with(CommitOptions::default().with_message(note.to_message()).with_time(0)).0
    }

    /// The container at the end of a path of map keys.
    fn container(&self, path: &[&str]) -> Result<ObjId, DocumentError> {
        path.iter().try_fold(ROOT, |parent, &key| match self.tx.get(&parent, key)? {
            Some((Value::Object(_), id)) => Ok(id),
            Some((Value::Scalar(_), _)) | None => Err(AutomergeError::InvalidObjId(key.to_owned()).into()),
        })
    }

    /// Sets a register. Setting the value that already stands there alone writes nothing.
    ///
    /// # Errors
    /// If there is no such container.
    pub fn set(
        &mut self,
        container: &[&str],
        key: &str,
        value: impl Into<ScalarValue>,
    ) -> Result<(), DocumentError> {
        let container = self.container(container)?;
        let value = value.into();
        let standing = self.tx.get_all(&container, key)?;
        if let [(Value::Scalar(only), _)] = standing.as_slice()
            && **only == value
        {
            return Ok(());
        }
        // Asked to write the value that shows among several, Automerge would only take the others away
        // and write nothing. Whoever set the field elsewhere at the same time would then hide this choice.
        if standing.len() > 1 {
            self.tx.put(&container, key, ScalarValue::Null)?;
        }
        Ok(self.tx.put(&container, key, value)?)
    }

    /// Adds a map of fields under a key of its own. Nothing in it is ever set again.
    ///
    /// # Errors
    /// If there is no such container.
    pub fn add(
        &mut self,
        container: &[&str],
        key: &str,
        fields: impl IntoIterator<Item = (&'static str, ScalarValue)>,
    ) -> Result<(), DocumentError> {
        let container = self.container(container)?;
        let map = self.tx.put_object(&container, key, ObjType::Map)?;
        for (name, value) in fields {
            self.tx.put(&map, name, value)?;
        }
        Ok(())
    }

    /// Whether nothing stands under a key yet.
    ///
    /// # Errors
    /// If there is no such container.
    pub fn is_free(&self, container: &[&str], key: &str) -> Result<bool, DocumentError> {
        Ok(self.tx.get(self.container(container)?, key)?.is_none())
    }

    /// Changes a text from what its writer saw to what they made of it, letter by letter, so that
    /// what others wrote meanwhile stays.
    ///
    /// # Errors
    /// If there is no such text.
    pub fn rewrite(&mut self, text: &str, base: &str, result: &str) -> Result<(), DocumentError> {
        let object = self.container(&[text])?;
        let standing = self.tx.text(&object)?;
        let wanted = if standing == base { result.to_owned() } else { merged_text(&standing, base, result)? };
        Ok(self.tx.update_text(&object, &wanted)?)
    }
}

/// The text in which both the way from `base` to `ours` and the way from `base` to `result` were gone.
///
/// Which of two words at one place stands first is decided by their writers' names. These are fixed, so
/// that the same edit made again gives the same text; Automerge would draw them at random.
fn merged_text(ours: &str, base: &str, result: &str) -> Result<String, DocumentError> {
    let named = |name: u8| automerge::ActorId::from([name].as_slice());
    let mut start = automerge::Automerge::new().with_actor(named(0));
    let text = write_text(&mut start, |tx| tx.put_object(ROOT, "text", ObjType::Text), base)?;
    let (mut left, mut right) = (start.fork().with_actor(named(1)), start.fork().with_actor(named(2)));
    write_text(&mut left, |_| Ok(text.clone()), ours)?;
    write_text(&mut right, |_| Ok(text.clone()), result)?;
    left.merge(&mut right)?;
    Ok(left.text(&text)?)
}

fn write_text(
    doc: &mut automerge::Automerge,
    find: impl FnOnce(&mut Transaction<'_>) -> Result<ObjId, AutomergeError>,
    content: &str,
) -> Result<ObjId, DocumentError> {
    let mut tx = doc.transaction();
    let text = find(&mut tx)?;
    tx.update_text(&text, content)?;
    tx.commit();
    Ok(text)
}
