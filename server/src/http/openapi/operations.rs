//! What follows for an operation from the rule of its door.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Schema, Type};

use super::answers::name_of;
use super::{CSRF, KEY, SESSION, UPLOAD};
use crate::auth::answers::ONCE_KEY_CHARS_MAX;
use crate::http::doors::{Door, Rule};

/// Edits that answer with a secret. Their answers are not kept, so they take no `Idempotency-Key`.
const TOLD_ONCE: [&str; 2] = ["/v1/people/{person}/login", "/v1/people/{person}/invite"];

/// Adds what the door of an operation says of it. A door that nobody has described stays undescribed.
pub(super) fn complete(paths: &mut Paths, door: &Door) {
    let Some(operation) = paths.paths.get_mut(door.path).and_then(|item| behind(item, &door.method)) else {
        return;
    };
    operation.security = Some(who_may(door));
    tell_of_scope(operation, door.rule);
    if is_edit(door) && !TOLD_ONCE.contains(&door.path) {
        operation.parameters.get_or_insert_default().push(once().into());
    }
    if is_tagged(door) {
        operation.parameters.get_or_insert_default().push(known().into());
        let unchanged = ResponseBuilder::new().description("It is as the asker knows it.").build();
        operation.responses.responses.insert("304".to_owned(), unchanged.into());
        if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
            let text = ObjectBuilder::new().schema_type(Type::String);
            answer.headers.insert("ETag".to_owned(), HeaderBuilder::new().schema(Some(text)).build().into());
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        may_be_empty(parameter);
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(never_null);
    }
    for status in refusals(operation, door) {
        let refusal = RefOr::Ref(Ref::from_response_name(name_of(status)));
        operation.responses.responses.entry(status.as_str().to_owned()).or_insert(refusal);
    }
}

/// The operation of a path that takes a method.
pub(super) fn behind<'i>(item: &'i mut PathItem, method: &Method) -> Option<&'i mut Operation> {
    match method.as_str() {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "HEAD" => item.head.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        "OPTIONS" => item.options.as_mut(),
        _ => None,
    }
}

/// Forms send what nobody has filled in as an empty text, so that counts as absent wherever a word is asked for.
fn may_be_empty(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    if !matches!(parameter.parameter_in, ParameterIn::Query) || parameter.required == Required::True {
        return;
    }
    let is_text = |schema: &RefOr<Schema>| match schema {
        RefOr::T(Schema::Object(object)) => {
            object.format.is_none()
                && object.schema_type == SchemaType::new(Type::String)
                && object.enum_values.is_none()
        }
        RefOr::T(_) | RefOr::Ref(_) => false,
    };
    if let Some(schema) = parameter.schema.take_if(|schema| !is_text(schema)) {
        let empty = ObjectBuilder::new().schema_type(Type::String).max_length(Some(0));
        parameter.schema = Some(AnyOfBuilder::new().item(schema).item(empty).into());
    }
}

/// A body that can be left out is described as one that can be `null`, which it cannot.
fn never_null(content: &mut RefOr<Content>) {
    let RefOr::T(content) = content else { return };
    if let Some(RefOr::T(Schema::OneOf(one))) = &mut content.schema {
        one.items.retain(|item| matches!(item, RefOr::Ref(_)));
        if let [only] = one.items.as_slice() {
            content.schema = Some(only.clone());
        }
    }
}

fn is_edit(door: &Door) -> bool {
    door.method == Method::POST && matches!(door.rule, Rule::Office(_))
}

/// Whether an answer comes with an `ETag`.
fn is_tagged(door: &Door) -> bool {
    door.method == Method::GET
        && door.path.starts_with("/v1/")
        && matches!(door.rule, Rule::Office(_) | Rule::Account)
}

fn who_may(door: &Door) -> Vec<SecurityRequirement> {
    let nothing: [&str; 0] = [];
    let session = SecurityRequirement::new(SESSION, nothing);
    let session = if door.method == Method::POST { session.add(CSRF, nothing) } else { session };
    match door.rule {
        Rule::Office(scope) => vec![session, SecurityRequirement::new(KEY, [scope.as_str()])],
        Rule::Account => vec![session],
        Rule::Device if is_upload(door) => vec![SecurityRequirement::new(UPLOAD, nothing)],
        // Of a signature (RFC 9421) the description of an interface cannot speak.
        Rule::Device | Rule::Anybody | Rule::Page => Vec::new(),
    }
}

/// Whether a door takes upload tokens. `POST` to an upload stands for another method, and asks what that asks.
fn is_upload(door: &Door) -> bool {
    match door.path {
        "/v1/uploads" => door.method == Method::POST,
        "/v1/uploads/{id}" => ![Method::OPTIONS, Method::POST].contains(&door.method),
        _ => false,
    }
}

fn tell_of_scope(operation: &mut Operation, rule: Rule) {
    let told = match rule {
        Rule::Office(scope) => format!("With an API key: scope `{scope}`."),
        Rule::Account => "Not with an API key.".to_owned(),
        Rule::Anybody | Rule::Device | Rule::Page => return,
    };
    let before = operation.description.take().map(|text| text + "\n\n").unwrap_or_default();
    operation.description = Some(before + &told);
}

fn once() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(ONCE_KEY_CHARS_MAX))
        .pattern(Some("^[!-~]+$"));
    let what =
        "Chosen by the program: the same request with the same key is done once and answered the same.";
    header("Idempotency-Key", what).schema(Some(text)).build()
}

fn known() -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    header("If-None-Match", "The `ETag` of an earlier answer.").schema(Some(text)).build()
}

fn header(name: &str, what: &str) -> ParameterBuilder {
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    header.required(Required::False).description(Some(what))
}

fn refusals(operation: &Operation, door: &Door) -> BTreeSet<StatusCode> {
    use StatusCode as S;
    let parameters = operation.parameters.iter().flatten();
    let places: Vec<_> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .collect();
    let has_query = places.iter().any(|parameter| matches!(parameter.parameter_in, ParameterIn::Query));
    // An estate that is named in a query can be out of reach like anything that a path names.
    let names = places
        .iter()
        .any(|parameter| matches!(parameter.parameter_in, ParameterIn::Path) || parameter.name == "site");
    let has_body = operation.request_body.is_some();
    let mut found = BTreeSet::new();
    if has_query {
        found.extend([S::BAD_REQUEST, S::UNPROCESSABLE_ENTITY]);
    }
    if names || is_edit(door) {
        found.insert(S::NOT_FOUND);
    }
    if has_body {
        found.extend([
            S::BAD_REQUEST,
            S::PAYLOAD_TOO_LARGE,
            S::UNSUPPORTED_MEDIA_TYPE,
            S::UNPROCESSABLE_ENTITY,
        ]);
    }
    if is_edit(door) {
        found.insert(S::CONFLICT);
    }
    match door.rule {
        Rule::Office(_) | Rule::Account => found.extend([S::UNAUTHORIZED, S::FORBIDDEN]),
        Rule::Device => found.extend([S::BAD_REQUEST, S::UNAUTHORIZED, S::FORBIDDEN, S::PAYLOAD_TOO_LARGE]),
        Rule::Anybody if has_body => {
            found.insert(S::UNAUTHORIZED);
        }
        Rule::Anybody | Rule::Page => return found,
    }
    found.extend([S::TOO_MANY_REQUESTS, S::INTERNAL_SERVER_ERROR, S::SERVICE_UNAVAILABLE]);
    found
}
