//! Writing estates.

use automerge::ScalarValue;

use super::{Scribe, record};
use crate::document::DocumentKind;
use crate::error::Refusal;
use crate::ids::{AreaId, DocumentId, SiteId};
use crate::limits::{AREA_BUILDINGS_MAX, POLICY_CHARS_MAX};
use crate::model::checks;
use crate::model::command::SitePerson;
use crate::model::site::{AREA, Area};

impl Scribe<'_> {
    pub(super) fn name_site(&mut self, site: SiteId, name: &str) -> Result<(), Refusal> {
        checks::required_text("name of the estate", name)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, true, |edit, _| {
            edit.set(&["fields"], "document", site.as_bytes().to_vec())?;
            edit.set(&["fields"], "name", name)
        })
    }

    pub(super) fn put_person(&mut self, site: SiteId, person: &SitePerson) -> Result<(), Refusal> {
        checks::required_text("name of the person", &person.name)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            let mut fields = vec![
                ("name", ScalarValue::from(person.name.as_str())),
                ("role", ScalarValue::from(person.role.as_str())),
            ];
            fields.extend(person.department.map(|word| ("department", ScalarValue::from(word.as_str()))));
            edit.add(&["people"], &person.person.to_string(), fields)
        })
    }

    pub(super) fn write_policy(&mut self, site: SiteId, text: &str) -> Result<(), Refusal> {
        checks::long_text("policy", text, POLICY_CHARS_MAX)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            edit.set(&["fields"], "policy", text)
        })
    }

    pub(super) fn put_area(&mut self, site: SiteId, area: AreaId, new: &Area) -> Result<(), Refusal> {
        checks::required_text("name of the area", &new.name)?;
        if new.buildings.len() > AREA_BUILDINGS_MAX {
            let message = format!("an area has at most {AREA_BUILDINGS_MAX} buildings");
            return Err(checks::out_of_range(message));
        }
        new.buildings.iter().try_for_each(|building| checks::required_text("building", building))?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            edit.set(&["fields"], &format!("{AREA}{area}"), record(new))
        })
    }
}
