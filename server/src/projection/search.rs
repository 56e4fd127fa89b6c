//! Full text of cases, Chinese and other.

use rusqlite::{Connection, OptionalExtension};

use crate::database::DatabaseError;

/// Puts a space around each CJK character, so that each is a word of its own and a phrase of one or two
/// characters is found. (The trigram tokenizer finds nothing shorter than three.)
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    for c in text.chars() {
        if is_cjk(c) {
            out.push(' ');
            out.push(c);
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    out
}

/// Unified ideographs with their extensions and compatibility forms, kana, and Hangul syllables.
fn is_cjk(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x2fdf | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x2_0000..=0x3_134f)
}

/// Makes `text` what is found of the document. Most changes of a case leave it as it is, and looking costs a
/// tenth of indexing it again.
///
/// # Errors
/// If the database fails.
pub fn put(db: &Connection, document: i64, text: &str) -> Result<(), DatabaseError> {
    let text = spaced(text);
    let stands = db
        .prepare_cached("SELECT text FROM case_text WHERE rowid = ?1")?
        .query_row([document], |row| Ok(row.get_ref(0)?.as_str() == Ok(text.as_str())))
        .optional()?;
    if stands != Some(true) {
        db.prepare_cached("INSERT OR REPLACE INTO case_text (rowid, text) VALUES (?1, ?2)")?
            .execute((document, text))?;
    }
    Ok(())
}

/// What somebody typed, as an FTS5 query: every word must be there, a run of CJK characters as a
/// phrase, the last Latin word as a prefix. `None` if nothing in it can be searched for.
pub fn query(typed: &str) -> Option<String> {
    let phrases: Vec<String> = typed
        .split_whitespace()
        .map(|word| spaced(&word.replace('"', " ")))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| {
            let prefix = if word.chars().next_back().is_some_and(|c| c.is_alphanumeric()) { "*" } else { "" };
            format!("\"{}\"{prefix}", word.trim())
        })
        .collect();
    (!phrases.is_empty()).then(|| phrases.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn finds(text: &str, typed: &str) -> bool {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE VIRTUAL TABLE case_text USING fts5 (text, tokenize = 'unicode61')").unwrap();
        put(&db, 1, text).unwrap();
        let query = query(typed).unwrap();
        db.query_row("SELECT count(*) FROM case_text WHERE case_text MATCH ?1", [query], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap()
            == 1
    }

    #[test]
    fn one_and_two_characters_are_found_and_only_where_they_stand_together() {
        let text = "三号楼电梯停在两层之间, lift lobby R000017";
        for typed in ["梯", "电梯", "楼电", "lift", "LOB", "R000017", "电梯 lobby"] {
            assert!(finds(text, typed), "{typed}");
        }
        for typed in ["梯电", "garage", "电梯 garage"] {
            assert!(!finds(text, typed), "{typed}");
        }
    }

    #[test]
    fn whatever_is_typed_is_a_query_or_nothing() {
        for typed in ["\"", "a\" OR \"b", "NEAR(", "*", "-", "col:x", "", "'"] {
            if query(typed).is_some() {
                finds("a b", typed);
            }
        }
    }
}
