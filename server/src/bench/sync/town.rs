//! An estate as `bench sync` wants it: whom it has, and who holds how much.

use std::path::{Path, PathBuf};

use roundsman_sync_core::ids::{DocumentId, OrderId, PersonId, SiteId};
use roundsman_sync_core::model::Role;

use crate::bench::estate::Estate;
use crate::bench::{BenchError, Run};

/// How many phones push at once.
pub(super) const PUSHING: usize = 64;
/// How many cases the person with few holds.
pub(super) const FEW: usize = 10;
/// How many the one with many holds.
pub(super) const MANY: usize = 1_000;

/// A closed data folder and what is in it.
pub(super) struct Town {
    path: PathBuf,
    site: SiteId,
    /// Who push: technicians, each with an equal share of the cases that nobody else here has.
    pub(super) technicians: Vec<PersonId>,
    /// Every case with its one order.
    pub(super) cases: Vec<(DocumentId, OrderId)>,
    /// A technician with [`FEW`] cases, the first ones.
    pub(super) with_few: PersonId,
    /// A technician with [`MANY`] cases, the next ones.
    pub(super) with_many: PersonId,
    /// A supervisor, who holds every case.
    pub(super) with_all: PersonId,
    /// An administrator, whose phone has one feed.
    pub(super) one_feed: PersonId,
    /// Somebody with rights at many estates, whose phone has thirty.
    pub(super) thirty_feeds: PersonId,
}

impl Town {
    /// Writes an estate with so many cases.
    pub(super) fn found(run: &mut Run<'_>, cases: usize) -> Result<Self, BenchError> {
        let path = run.fresh_folder();
        let mut estate = Estate::found(&path)?;
        let site = estate.site;
        let technicians = (0..PUSHING)
            .map(|n| estate.add_person(&format!("维修 {n}"), site, Role::Technician))
            .collect::<Result<Vec<_>, _>>()?;
        let with_few = estate.add_person("少", site, Role::Technician)?;
        let with_many = estate.add_person("多", site, Role::Technician)?;
        let with_all = estate.add_person("全", site, Role::Supervisor)?;
        let one_feed = estate.add_person("一", site, Role::Admin)?;
        let mut thirty_feeds = one_feed;
        for n in 0..8 {
            // A technician has four feeds at an estate, a guard three: six and two estates make thirty.
            let role = if n < 6 { Role::Technician } else { Role::Guard };
            let other = estate.add_site(&format!("园区 {n}"))?;
            thirty_feeds = estate.add_person("三十", other, role)?;
        }
        let small = cases < FEW + MANY;
        let assignee = |n: usize| match n {
            n if !small && n < FEW => with_few,
            n if !small && n < FEW + MANY => with_many,
            n => technicians[n % PUSHING],
        };
        let cases = estate.add_cases(cases, assignee, &mut |done| {
            if done % 1_000 == 0 {
                run.tell(&format!("{done} cases written"));
            }
        })?;
        Ok(Self { path, site, technicians, cases, with_few, with_many, with_all, one_feed, thirty_feeds })
    }

    /// The same town in another folder.
    pub(super) fn copy(&self, to: &Path) -> Result<Estate, BenchError> {
        Estate::copy(&self.path, to, self.site)
    }

    /// The cases of one of the technicians who push.
    pub(super) fn cases_of(&self, technician: usize) -> Vec<(DocumentId, OrderId)> {
        let first = if self.cases.len() < FEW + MANY { 0 } else { FEW + MANY };
        let own = self.cases.iter().enumerate().skip(first);
        own.filter(|(n, _)| n % PUSHING == technician).map(|(_, case)| *case).collect()
    }

    /// How many cases there are.
    pub(super) fn len(&self) -> u64 {
        self.cases.len() as u64
    }
}
