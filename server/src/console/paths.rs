//! Where each page and file of the console lies. The router mounts the same places.

use roundsman_sync_core::ids::{DocumentId, PhotoHash, SignOffId};

/// The case list. `GET` with the fields of [`super::CaseFilter`].
pub const CASES: &str = "/";
/// The list of refused changes. `GET` with the fields of [`super::QuarantineFilter`].
pub const QUARANTINE: &str = "/quarantine";
/// The list of changes that wait. `GET` with `after`.
pub const WAITING: &str = "/quarantine/waiting";
/// The login form: `GET` shows it, `POST` takes `login`, `password`, `csrf`.
pub const LOGIN: &str = "/login";
/// Signing out: `POST` with `csrf`.
pub const LOGOUT: &str = "/logout";
/// Changing a password: `GET` shows it, `POST` takes `old`, `new`, `again`, `csrf`.
pub const PASSWORD: &str = "/password";
/// The language switch: `POST` with `lang`, `back`, `csrf`; answers with the cookie and a redirect.
pub const LANGUAGE: &str = "/language";
/// The description of the HTTP interface for people, and for programs.
pub const DOCS: &str = "/docs";
/// See [`DOCS`].
pub const OPENAPI: &str = "/openapi.json";

/// The page of a case.
pub fn case(case: DocumentId) -> String {
    format!("/cases/{case}")
}

/// The page of a refused change.
pub fn refused(change: &str) -> String {
    format!("{QUARANTINE}/{change}")
}

/// Taking over what a refused change meant: `POST` with `csrf`.
pub fn salvage(change: &str) -> String {
    format!("{QUARANTINE}/{change}/salvage")
}

/// Closing a refused change: `POST` with `note`, `csrf`.
pub fn close(change: &str) -> String {
    format!("{QUARANTINE}/{change}/close")
}

/// A copy of a photo to look at, in full size.
pub fn photo(hash: PhotoHash) -> String {
    format!("/photos/{hash}")
}

/// The bytes of a photo as its camera wrote them, as a file to keep.
pub fn original(hash: PhotoHash) -> String {
    format!("/photos/{hash}?original=1")
}

/// A copy of a photo at most 320 pixels wide and high, for lists.
pub fn thumbnail(hash: PhotoHash) -> String {
    format!("/photos/{hash}?size=320")
}

/// The drawn signature of a sign-off, which is personal data and so no ordinary photo.
pub fn signature(case: DocumentId, sign_off: SignOffId) -> String {
    format!("/cases/{case}/signatures/{sign_off}")
}

/// Where to go back to after the switch: the given place if it lies on this server, else the list.
///
/// A form field decides this, so it must not send anybody to another host: browsers read `//host`
/// and `/\host` as another host, and drop tabs and line ends inside an address.
pub fn back(asked: &str) -> &str {
    let local = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.contains('\\')
        && !asked.chars().any(char::is_control);
    if local { asked } else { CASES }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_never_leaves_this_server() {
        assert_eq!(back("/cases/1?x=2"), "/cases/1?x=2");
        for elsewhere in ["//evil", "/\\evil", "https://evil", "/\t/evil", "", "javascript:1"] {
            assert_eq!(back(elsewhere), CASES, "{elsewhere:?}");
        }
    }
}
