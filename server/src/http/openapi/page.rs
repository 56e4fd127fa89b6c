//! The description as people read it, made from that which programs read.

use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, Schema, SchemaType};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Required, Type};

use crate::console::{DocsField, DocsGroup, DocsOperation, DocsShape, DocsType, DocsView};

/// What the page shows.
pub(super) fn view(described: &OpenApi) -> DocsView {
    let groups = described.tags.iter().flatten().map(|tag| DocsGroup {
        name: tag.name.clone(),
        about: tag.description.clone().unwrap_or_default(),
        operations: described
            .paths
            .paths
            .iter()
            .flat_map(|(path, item)| of_path(path, item, &tag.name))
            .collect(),
    });
    let schemas = described.components.iter().flat_map(|components| &components.schemas);
    DocsView {
        version: described.info.version.clone(),
        about: described.info.description.clone().unwrap_or_default(),
        groups: groups.collect(),
        shapes: schemas.map(|(name, schema)| shape(name, schema)).collect(),
    }
}

fn of_path(path: &str, item: &PathItem, tag: &str) -> Vec<DocsOperation> {
    let methods = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("HEAD", &item.head),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
        ("OPTIONS", &item.options),
    ];
    let operations =
        methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)));
    operations
        .filter(|(_, operation)| operation.tags.iter().flatten().any(|of| of == tag))
        .map(|(method, operation)| of_operation(method, path, operation))
        .collect()
}

fn of_operation(method: &str, path: &str, operation: &Operation) -> DocsOperation {
    let mut shown = DocsOperation {
        id: operation.operation_id.clone().unwrap_or_default(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: operation.summary.as_deref().unwrap_or_default().replace('`', ""),
        parameters: operation.parameters.iter().flatten().filter_map(parameter).collect(),
        ..DocsOperation::default()
    };
    let more = operation.description.as_deref().unwrap_or_default().replace('`', "");
    shown.more = more.split("\n\n").filter(|text| !text.is_empty()).map(str::to_owned).collect();
    if let Some(RefOr::T(body)) = &operation.request_body {
        shown.body = body.content.iter().next().map(|(kind, content)| of_content(kind, content));
    }
    for (status, answer) in &operation.responses.responses {
        match answer {
            RefOr::T(answer) => {
                let body = answer.content.iter().next().map(|(kind, content)| of_content(kind, content));
                shown.answers.push((status.clone(), answer.description.clone(), body));
            }
            RefOr::Ref(_) => shown.refusals.push(status.clone()),
        }
    }
    shown
}

fn parameter(parameter: &RefOr<Parameter>) -> Option<DocsField> {
    let RefOr::T(parameter) = parameter else { return None };
    let place = serde_json::to_value(&parameter.parameter_in).ok();
    Some(DocsField {
        name: parameter.name.clone(),
        place: place.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        is_required: parameter.required == Required::True,
        holds: parameter.schema.as_ref().map(of_schema).unwrap_or_default(),
        about: parameter.description.as_deref().unwrap_or_default().replace('`', ""),
    })
}

fn of_content(kind: &str, content: &RefOr<Content>) -> DocsType {
    let RefOr::T(content) = content else { return DocsType::default() };
    match &content.schema {
        // What is no JSON is told by its type alone.
        Some(schema) if kind == "application/json" => of_schema(schema),
        Some(_) | None => DocsType { text: kind.to_owned(), shape: None },
    }
}

/// In words what a schema allows.
fn of_schema(schema: &RefOr<Schema>) -> DocsType {
    let schema = match schema {
        RefOr::Ref(named) => return of_name(named),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => of_schema(items).within("list of "),
            ArrayItems::False => DocsType::default(),
        },
        Schema::Object(object) => of_object(object),
        Schema::OneOf(one) => either(&one.items),
        Schema::AllOf(all) => either(&all.items),
        // The other is that it may be empty, which holds for all of them.
        Schema::AnyOf(any) => any.items.first().map(of_schema).unwrap_or_default(),
        _ => DocsType::default(),
    }
}

fn of_name(named: &Ref) -> DocsType {
    let name = named.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
    DocsType { text: name.clone(), shape: Some(name) }
}

impl DocsType {
    fn within(self, before: &str) -> Self {
        Self { text: format!("{before}{}", self.text), shape: self.shape }
    }
}

/// One of several, of which the first name leads on.
fn either(items: &[RefOr<Schema>]) -> DocsType {
    let all: Vec<_> = items.iter().map(of_schema).collect();
    let text = all.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join(" or ");
    DocsType { text, shape: all.into_iter().find_map(|one| one.shape) }
}

fn of_object(object: &Object) -> DocsType {
    if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref() {
        return of_schema(values).within("map of names to ");
    }
    let mut text = match &object.schema_type {
        SchemaType::Type(one) => word(one).to_owned(),
        SchemaType::Array(several) => several.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "anything".to_owned(),
    };
    if let Some(format) = object.format.as_ref().and_then(|format| serde_json::to_value(format).ok()) {
        text += &format!(", {}", format.as_str().unwrap_or_default());
    }
    if let Some(words) = &object.enum_values {
        let words: Vec<_> = words.iter().filter_map(serde_json::Value::as_str).collect();
        text += &format!(": {}", words.join(", "));
    }
    DocsType { text, shape: None }
}

const fn word(of: &Type) -> &'static str {
    match of {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "true or false",
        Type::Array => "list",
        Type::Null => "null",
    }
}

fn shape(name: &str, schema: &RefOr<Schema>) -> DocsShape {
    let mut shown = DocsShape { name: name.to_owned(), ..DocsShape::default() };
    let RefOr::T(schema) = schema else { return shown };
    match schema {
        Schema::Object(object) => {
            shown.about = object.description.clone().unwrap_or_default();
            let words = object.enum_values.iter().flatten();
            shown.words = words.filter_map(|word| word.as_str().map(str::to_owned)).collect();
            shown.fields = fields(object);
        }
        Schema::OneOf(one) => {
            shown.about = one.description.clone().unwrap_or_default();
            shown.forms = one.items.iter().map(form).collect();
        }
        Schema::AllOf(all) => {
            shown.about = all.description.clone().unwrap_or_default();
            for item in &all.items {
                match item {
                    RefOr::T(Schema::Object(object)) => shown.fields.extend(fields(object)),
                    other @ (RefOr::T(_) | RefOr::Ref(_)) => shown.forms.push(of_schema(other)),
                }
            }
        }
        Schema::Array(_) | Schema::AnyOf(_) | _ => {}
    }
    shown
}

/// One of several forms: an object is told by its fields.
fn form(schema: &RefOr<Schema>) -> DocsType {
    match schema {
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            let names: Vec<_> = object.properties.keys().map(String::as_str).collect();
            DocsType { text: format!("{{{}}}", names.join(", ")), shape: None }
        }
        other @ (RefOr::T(_) | RefOr::Ref(_)) => of_schema(other),
    }
}

fn fields(object: &Object) -> Vec<DocsField> {
    let field = |(name, schema): (&String, &RefOr<Schema>)| DocsField {
        name: name.clone(),
        place: String::new(),
        is_required: object.required.contains(name),
        holds: of_schema(schema),
        about: match schema {
            RefOr::T(Schema::Object(object)) => object.description.clone().unwrap_or_default(),
            RefOr::T(Schema::Array(array)) => array.description.clone().unwrap_or_default(),
            RefOr::T(Schema::OneOf(one)) => one.description.clone().unwrap_or_default(),
            RefOr::T(_) => String::new(),
            RefOr::Ref(named) => named.description.clone(),
        },
    };
    object.properties.iter().map(field).collect()
}
