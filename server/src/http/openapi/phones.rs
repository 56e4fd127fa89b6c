//! The paths of phones. What their bodies hold is in `docs/protocol.md`; here they are bytes.

use http::StatusCode as S;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Required, Type};

use super::answers::name_of;
use crate::error::CHECKSUM_MISMATCH;

/// Bytes of a message.
const CBOR: &str = "application/cbor";
/// Bytes of a photo.
const PIECE: &str = "application/offset+octet-stream";

/// Describes them.
pub(super) fn add(paths: &mut Paths) {
    let enrol = post("enrol", "Makes a phone known, by a code that the office has handed out.")
        .request_body(Some(body(CBOR)))
        .response("200", answer("The phone's number and the keys of the server.", Some(CBOR)));
    let enrol = refused(enrol, &[S::NOT_FOUND, S::GONE]);
    let sync = post("sync", "Brings edits and takes what is new. Signed by the phone (RFC 9421).")
        .request_body(Some(body(CBOR)))
        .response("200", answer("Verdicts and pages.", Some(CBOR)));
    let events = about("events", "Tells that there is something new. Signed by the phone (RFC 9421).")
        .response("200", answer("Hints, for as long as the phone listens.", Some("text/event-stream")));
    paths.paths.insert("/v1/enrol".to_owned(), PathItem::new(HttpMethod::Post, enrol.build()));
    paths.paths.insert("/v1/sync".to_owned(), PathItem::new(HttpMethod::Post, sync.build()));
    paths.paths.insert("/v1/events".to_owned(), PathItem::new(HttpMethod::Get, events.build()));
    // One handler answers every method of tus at both addresses, and says at each which ones it takes.
    for (path, id) in [("/v1/uploads", ""), ("/v1/uploads/{id}", "Under")] {
        let mut item = PathItem::default();
        item.post = Some(upload(&format!("createUpload{id}"), "Begins an upload (tus 1.0).", id, Some(S::CREATED)));
        item.head = Some(upload(&format!("readUpload{id}"), "How far an upload is (tus 1.0).", id, Some(S::OK)));
        item.patch = Some(upload(&format!("sendUpload{id}"), "Sends a piece (tus 1.0).", id, Some(S::NO_CONTENT)));
        item.delete = Some(upload(&format!("endUpload{id}"), "Ends an upload (tus 1.0).", id, Some(S::NO_CONTENT)));
        let options = about(&format!("askUploads{id}"), "What of tus the server knows.");
        let options = options.response("204", answer("It is in the headers.", None));
        item.options = Some(under(options, id).build());
        paths.paths.insert(path.to_owned(), item);
    }
}

fn about(id: &str, what: &str) -> OperationBuilder {
    OperationBuilder::new().tag("phones").operation_id(Some(id)).summary(Some(what))
}

fn post(id: &str, what: &str) -> OperationBuilder {
    about(id, what)
}

fn upload(id: &str, what: &str, named: &str, done: Option<S>) -> Operation {
    let mut operation = about(id, what);
    if let Some(done) = done {
        operation = operation.response(done.as_str(), answer("Done; how far it is stands in Upload-Offset.", None));
    }
    if id.starts_with("createUpload") || id.starts_with("sendUpload") {
        operation = operation.request_body(Some(body(PIECE)));
    }
    let tus = [S::NOT_FOUND, S::METHOD_NOT_ALLOWED, S::CONFLICT, S::PRECONDITION_FAILED];
    let tus = refused(refused(operation, &tus), &[S::UNSUPPORTED_MEDIA_TYPE, S::UNPROCESSABLE_ENTITY, CHECKSUM_MISMATCH]);
    under(tus, named).build()
}

/// An operation on one upload, if it is one.
fn under(operation: OperationBuilder, named: &str) -> OperationBuilder {
    if named.is_empty() {
        return operation;
    }
    let text = ObjectBuilder::new().schema_type(Type::String);
    let id = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
    operation.parameter(id.description(Some("The id of an upload.")).schema(Some(text)))
}

fn refused(operation: OperationBuilder, how: &[S]) -> OperationBuilder {
    how.iter().fold(operation, |operation, status| {
        operation.response(status.as_str(), RefOr::Ref(Ref::from_response_name(name_of(*status))))
    })
}

fn body(kind: &str) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new().content(kind, bytes()).build()
}

fn answer(what: &str, kind: Option<&str>) -> utoipa::openapi::Response {
    let answer = ResponseBuilder::new().description(what);
    match kind {
        Some(kind) => answer.content(kind, bytes()).build(),
        None => answer.build(),
    }
}

fn bytes() -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(ObjectBuilder::new())).build()
}
