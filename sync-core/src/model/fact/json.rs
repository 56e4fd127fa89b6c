//! Details of entries as JSON, for programs and tables: times in RFC 3339, sums in fen, ids as UUIDs.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::model::words::EntryKind;

/// A moment as JSON writes it.
pub(super) mod moment {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::clock::Timestamp;

    /// In UTC, as everywhere in the API.
    pub(in super::super) fn serialize<S: Serializer>(
        at: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    /// With any offset, which must be said.
    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        Timestamp::from_rfc3339(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "'{text}' is no time with its offset, such as 2026-11-23T18:00:00+08:00"
            ))
        })
    }
}

/// A moment that may be absent.
pub(super) mod moment_or_null {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::clock::Timestamp;

    /// See [`super::moment`].
    pub(in super::super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.collect_str(at),
            None => serializer.serialize_none(),
        }
    }

    /// See [`super::moment`].
    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        #[derive(Deserialize)]
        struct Moment(#[serde(with = "super::moment")] Timestamp);
        Ok(Option::<Moment>::deserialize(from)?.map(|moment| moment.0))
    }
}

/// Reads the details of a kind that has some.
pub(super) fn details<T: DeserializeOwned>(kind: EntryKind, given: &Value) -> Result<T, String> {
    // A record would also be read from a list of its fields in order; nobody means that.
    let record = match given {
        Value::Null => Value::Object(Map::new()),
        Value::Object(_) => given.clone(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(format!("the details of '{kind}' are an object of fields"));
        }
    };
    serde_path_to_error::deserialize(record).map_err(|error| {
        let (path, reason) = (error.path().to_string(), error.into_inner());
        // The path of a missing or unknown field is that of the whole; the reason names it.
        if path == "." {
            format!("details of '{kind}': {reason}")
        } else {
            format!("{path} of '{kind}': {reason}")
        }
    })
}

/// Makes sure that a kind without details gets none.
pub(super) fn nothing(kind: EntryKind, given: &Value) -> Result<(), String> {
    match given {
        Value::Null => Ok(()),
        Value::Object(fields) if fields.is_empty() => Ok(()),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(format!("'{kind}' has no details; what is to be said goes into the note"))
        }
    }
}
