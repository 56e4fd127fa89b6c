//! The paths of phones. What their bodies hold is in `docs/protocol.md`; here they are bytes.

use http::StatusCode as S;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::SchemaFormat;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Required, Type};

use super::answers::name_of;
use crate::error::CHECKSUM_MISMATCH;

/// Bytes of a message.
const CBOR: &str = "application/cbor";
/// Bytes of a photo.
const PIECE: &str = "application/offset+octet-stream";

/// Describes them.
pub(super) fn add(paths: &mut Paths) {
    let enrol = about("enrol", "Makes a phone known, by a code that the office has handed out.")
        .request_body(Some(body(CBOR)))
        .response("200", answer("The phone's number and the keys of the server.", Some(CBOR)));
    let enrol = refused(enrol, &[S::NOT_FOUND, S::GONE]);
    let sync = about("sync", "Brings edits and takes what is new. Signed by the phone (RFC 9421).")
        .request_body(Some(body(CBOR)))
        .response("200", answer("Verdicts and pages.", Some(CBOR)));
    let events = about("events", "Tells that there is something new. Signed by the phone (RFC 9421).")
        .response("200", answer("Hints, for as long as the phone listens.", Some("text/event-stream")));
    paths.paths.insert("/v1/enrol".to_owned(), PathItem::new(HttpMethod::Post, enrol.build()));
    paths.paths.insert("/v1/sync".to_owned(), PathItem::new(HttpMethod::Post, sync.build()));
    paths.paths.insert("/v1/events".to_owned(), PathItem::new(HttpMethod::Get, events.build()));
    let create =
        upload("createUpload", "Begins an upload (tus 1.0).", S::CREATED).request_body(Some(body(PIECE)));
    let mut item = PathItem::new(HttpMethod::Post, create.build());
    item.options = Some(options("askUploads").build());
    paths.paths.insert("/v1/uploads".to_owned(), item);
    let send =
        upload("sendUpload", "Sends a piece (tus 1.0).", S::NO_CONTENT).request_body(Some(body(PIECE)));
    let stand_in =
        "Stands for the method that X-HTTP-Method-Override names, for clients that cannot send it.";
    let stand_in = upload("callUpload", stand_in, S::NO_CONTENT)
        .response("200", answer("Done, of HEAD; how far it is stands in Upload-Offset.", None))
        .request_body(Some(body(PIECE)));
    let read = upload("readUpload", "How far an upload is (tus 1.0).", S::OK);
    let end = upload("endUpload", "Ends an upload (tus 1.0).", S::NO_CONTENT);
    let mut item = PathItem::new(HttpMethod::Patch, under(send).build());
    item.post = Some(under(stand_in).build());
    item.head = Some(under(read).build());
    item.delete = Some(under(end).build());
    item.options = Some(under(options("askUpload")).build());
    paths.paths.insert("/v1/uploads/{id}".to_owned(), item);
}

fn about(id: &str, what: &str) -> OperationBuilder {
    OperationBuilder::new().tag("phones").operation_id(Some(id)).summary(Some(what))
}

fn upload(id: &str, what: &str, done: S) -> OperationBuilder {
    let done = (done.as_str(), answer("Done; how far it is stands in Upload-Offset.", None));
    let refusals = [
        S::NOT_FOUND,
        S::METHOD_NOT_ALLOWED,
        S::CONFLICT,
        S::PRECONDITION_FAILED,
        S::UNSUPPORTED_MEDIA_TYPE,
        S::UNPROCESSABLE_ENTITY,
        CHECKSUM_MISMATCH,
    ];
    refused(about(id, what).response(done.0, done.1), &refusals)
}

fn options(id: &str) -> OperationBuilder {
    let options = about(id, "What of tus the server knows.");
    options.response("204", answer("It is in the headers.", None))
}

/// An operation on one upload.
fn under(operation: OperationBuilder) -> OperationBuilder {
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
    let bytes = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("binary".to_owned())));
    ContentBuilder::new().schema(Some(bytes)).build()
}
