//! What holds for all answers: which fields they have, and how a refusal looks.

use http::StatusCode;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AdditionalProperties, Components, Object, Schema};
use utoipa::openapi::{HeaderBuilder, ObjectBuilder, Ref, RefOr, Type};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::words::ErrorCode;
use crate::error::{Body, CHECKSUM_MISMATCH};

/// Every field of an answer is there, `null` where there is nothing to say; a field that a program may send can be
/// left out unless it says otherwise. What a program may send is what takes no further fields.
pub(super) fn always_whole(components: &mut Components) {
    for schema in components.schemas.values_mut() {
        complete(schema);
    }
}

fn complete(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => complete_object(object),
        Schema::AllOf(all) => all.items.iter_mut().for_each(complete),
        Schema::OneOf(one) => one.items.iter_mut().for_each(complete),
        // No type of ours is described by anything else.
        Schema::Array(_) | Schema::AnyOf(_) | _ => {}
    }
}

fn complete_object(object: &mut Object) {
    let is_sent =
        matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)));
    if is_sent {
        // That nothing is said if nothing is said need not be said.
        for property in object.properties.values_mut() {
            let default = match property {
                RefOr::T(Schema::Object(field)) => &mut field.default,
                RefOr::T(Schema::OneOf(field)) => &mut field.default,
                RefOr::Ref(field) => &mut field.default,
                RefOr::T(_) => continue,
            };
            default.take_if(|value| value.is_null());
        }
        return;
    }
    object.required = object.properties.keys().cloned().collect();
}

/// The form of every refusal.
pub(super) fn add_problem(components: &mut Components) {
    let mut problem = Body::schema();
    if let RefOr::T(Schema::Object(object)) = &mut problem {
        let code = Ref::from_schema_name(ErrorCode::name());
        object.properties.insert("code".to_owned(), code.into());
    }
    components.schemas.insert(Body::name().into_owned(), problem);
    for (status, _) in REFUSALS {
        components.responses.insert(name_of(status), refusal(status).into());
    }
}

/// How an operation can be refused, and what that means whatever the operation.
const REFUSALS: [(StatusCode, &str); 16] = [
    (StatusCode::BAD_REQUEST, "The request is not of the form that is asked for."),
    (StatusCode::UNAUTHORIZED, "Nobody has signed in, or the key is none."),
    (StatusCode::FORBIDDEN, "Whoever asks may not do this."),
    (StatusCode::NOT_FOUND, "There is nothing of that name, or it is not for the asker to see."),
    (StatusCode::CONFLICT, "Something stands against it."),
    (StatusCode::GONE, "It was there, and is not any more."),
    (StatusCode::PRECONDITION_FAILED, "The version of the protocol is not served."),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than this path takes."),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body does not say that it is of the type that is asked for."),
    (StatusCode::RANGE_NOT_SATISFIABLE, "The file has no such part."),
    (StatusCode::UNPROCESSABLE_ENTITY, "The form is right, and what it says is not."),
    (StatusCode::TOO_MANY_REQUESTS, "The asker is to wait; Retry-After says for how many seconds."),
    (CHECKSUM_MISMATCH, "The bytes do not have the checksum that came with them."),
    (StatusCode::INTERNAL_SERVER_ERROR, "The server failed, and nothing was changed."),
    (StatusCode::SERVICE_UNAVAILABLE, "The server cannot take this now."),
    (StatusCode::METHOD_NOT_ALLOWED, "The path is there, and not for this method."),
];

/// Under which name the refusals of a status are described.
pub(super) fn name_of(status: StatusCode) -> String {
    format!("Problem{}", status.as_u16())
}

fn refusal(status: StatusCode) -> Response {
    let meaning = REFUSALS.iter().find(|(of, _)| *of == status).map_or("", |(_, meaning)| meaning);
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name()))).build();
    let refusal = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
    if status != StatusCode::TOO_MANY_REQUESTS {
        return refusal.build();
    }
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    refusal.header("Retry-After", HeaderBuilder::new().schema(Some(seconds)).build()).build()
}
