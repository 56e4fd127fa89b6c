//! Estates: their people, areas, points and routes; playbooks.

use roundsman_sync_core::ids::{AreaId, CheckpointId, PersonId, RouteId, SiteId};
use roundsman_sync_core::model as core;
use roundsman_sync_core::protocol::messages::RoleGrant as CoreRoleGrant;
use roundsman_sync_core::rules::playbook as books;

use crate::case::Place;
use crate::convert::{To, records};
use crate::words::{Department, Role, RoundKind, Weekday};

records! {
    /// Somebody who works at an estate.
    SitePerson = core::SitePerson {
        /// Who.
        person: PersonId,
        /// Their name, as colleagues know it.
        name: String,
        /// What they may see and do.
        role: Role,
        /// Where they work, for roles that belong to a department.
        department: Option<Department>,
    }
    /// A right of the person whose phone this is.
    RoleGrant = CoreRoleGrant {
        /// At which estate.
        site: SiteId,
        /// What they may see and do.
        role: Role,
        /// In which department.
        department: Option<Department>,
    }
    /// One thing to look at (检查项).
    Item = core::Item {
        /// By which its answers name it.
        id: String,
        /// What to look at.
        title: String,
        /// What is to be answered.
        ask: Ask,
    }
    /// One point on the spot (巡更点).
    Checkpoint = core::Checkpoint {
        /// Its name.
        name: String,
        /// Where it is.
        place: Place,
        /// What its tag or printed code says.
        code: String,
        /// What is looked at there.
        items: Vec<Item>,
    }
    /// When a route is to be walked, by the clocks on the estate's walls.
    Schedule = core::Schedule {
        /// On which days.
        days: Vec<Weekday>,
        /// When, in minutes after midnight.
        minutes: Vec<u16>,
        /// How many minutes before its time a point may be visited.
        early_min: u16,
        /// How many minutes after its time a point may be visited.
        late_min: u16,
    }
}

/// What kind of answer an item asks for.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Ask {
    /// Normal or abnormal.
    Condition,
    /// A figure read off, in thousandths of its unit. Outside its range it is abnormal.
    Number {
        /// The least that is normal, if there is one.
        min_milli: Option<i64>,
        /// The most that is normal, if there is one.
        max_milli: Option<i64>,
        /// MPa, °C, V.
        unit: String,
    },
    /// One of several answers.
    Choice {
        /// The answers to choose from.
        options: Vec<String>,
        /// Those of them that are abnormal.
        abnormal: Vec<String>,
    },
    /// A few words.
    Text,
    /// A photo, taken on the spot.
    Photo,
}

impl To<core::Ask> for Ask {
    fn to(self) -> core::Ask {
        match self {
            Self::Condition => core::Ask::Condition,
            Self::Number { min_milli, max_milli, unit } => core::Ask::Number { min_milli, max_milli, unit },
            Self::Choice { options, abnormal } => core::Ask::Choice { options, abnormal },
            Self::Text => core::Ask::Text,
            Self::Photo => core::Ask::Photo,
        }
    }
}

impl To<Ask> for core::Ask {
    fn to(self) -> Ask {
        match self {
            Self::Condition => Ask::Condition,
            Self::Number { min_milli, max_milli, unit } => Ask::Number { min_milli, max_milli, unit },
            Self::Choice { options, abnormal } => Ask::Choice { options, abnormal },
            Self::Text => Ask::Text,
            Self::Photo => Ask::Photo,
        }
    }
}

/// An estate (小区).
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Site {
    /// Which.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// The people who work there.
    pub people: Vec<SitePerson>,
    /// The policy in force, as TOML; absent where the built-in one holds.
    pub policy: Option<String>,
    /// Its areas (片区).
    pub areas: Vec<Area>,
    /// The points that rounds visit.
    pub checkpoints: Vec<SiteCheckpoint>,
    /// The routes that rounds walk.
    pub routes: Vec<Route>,
}

/// A part of the estate that one housekeeper looks after (片区).
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Area {
    /// Which.
    pub id: AreaId,
    /// Its name.
    pub name: String,
    /// Its buildings, as places name them.
    pub buildings: Vec<String>,
    /// Who looks after it (片区管家).
    pub housekeeper: Option<PersonId>,
}

/// A point of an estate.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SiteCheckpoint {
    /// Which.
    pub id: CheckpointId,
    /// What it is.
    pub checkpoint: Checkpoint,
}

/// A way over points (巡查路线).
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Route {
    /// Which.
    pub id: RouteId,
    /// Its name.
    pub name: String,
    /// What it is walked for.
    pub kind: RoundKind,
    /// Its points, in the order of the walk.
    pub checkpoints: Vec<CheckpointId>,
    /// When it is due; never by itself, if absent.
    pub schedule: Option<Schedule>,
}

/// An estate as an app reads it.
pub(crate) fn site(id: SiteId, of: core::Site) -> Site {
    let areas = of.areas.into_iter().filter_map(|(id, area)| {
        let core::Area { name, buildings, housekeeper } = area.shown()?.clone();
        Some(Area { id, name, buildings, housekeeper })
    });
    let checkpoints = of.checkpoints.into_iter().filter_map(|(id, checkpoint)| {
        Some(SiteCheckpoint { id, checkpoint: checkpoint.shown()?.clone().to() })
    });
    let routes = of.routes.into_iter().filter_map(|(id, route)| {
        let core::Route { name, kind, checkpoints, schedule, .. } = route.shown()?.clone();
        Some(Route { id, name, kind: kind.to(), checkpoints, schedule: schedule.to() })
    });
    Site {
        id,
        name: of.name,
        people: of.people.to(),
        policy: of.policy.shown().cloned(),
        areas: areas.collect(),
        checkpoints: checkpoints.collect(),
        routes: routes.collect(),
    }
}

/// How one type of case is dealt with (处理指引).
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Playbook {
    /// What `choose_playbook` takes.
    pub id: String,
    /// What it is called.
    pub title: Bilingual,
    /// When this one and not its neighbour, for whoever chooses.
    pub when: Option<Bilingual>,
    /// Whether people or property are in danger now (预案).
    pub emergency: bool,
    /// What the resident expects.
    pub expectation: Vec<Bilingual>,
    /// What to do, in order.
    pub steps: Vec<Bilingual>,
    /// What to say to the resident.
    pub words: Vec<Bilingual>,
    /// What to collect.
    pub evidence: Vec<Bilingual>,
    /// How the resident is kept informed.
    pub cadence: Vec<Bilingual>,
    /// What must not be promised or done.
    pub never: Vec<Bilingual>,
}

/// A text in both languages of the product.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Bilingual {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl To<Bilingual> for books::Both {
    fn to(self) -> Bilingual {
        Bilingual { zh: self.zh, en: self.en }
    }
}

/// The playbooks that suit a subject such as `equipment/lift`, the best first.
#[uniffi::export]
pub fn playbooks_for(subject: String) -> Vec<Playbook> {
    let playbook = |book: &books::Playbook| {
        let book = book.clone();
        Playbook {
            id: book.id,
            title: book.title.to(),
            when: book.when.to(),
            emergency: book.emergency,
            expectation: book.expectation.to(),
            steps: book.steps.into_iter().map(|step| step.text.to()).collect(),
            words: book.words.to(),
            evidence: book.evidence.to(),
            cadence: book.cadence.into_iter().map(|cadence| cadence.text.to()).collect(),
            never: book.never.to(),
        }
    };
    books::for_subject(&subject).into_iter().map(playbook).collect()
}
