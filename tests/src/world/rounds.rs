//! What somebody does on a round.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use roundsman_server::ingest::{OfficeError, Sitting};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{CheckpointId, RouteId, SiteId};
use roundsman_sync_core::model::{
    Answer, Ask, Checkpoint, Command, Item, ItemAnswer, Place, PlannedCheckpoint, Reading, RoundKind, Route,
    Schedule, SkipReason, Weekday,
};
use roundsman_sync_core::replica::{
    CaseFilter, NewResult, Picture, Replica, RoundFilter, RoundListItem, WalkFor,
};

use super::World;
use super::people::new_case;

impl World {
    /// Three points and a route for an estate, on every phone from the first sync on.
    pub(super) fn put_routes(&mut self, site: SiteId) {
        let desk = Sitting { person: self.server.service().unwrap().identity().desk, now: self.time.now() };
        let points = ["东门", "水泵房", "天台"].map(|name| (CheckpointId::keyed(site, name), name));
        let items = vec![
            Item { id: "state".into(), title: "状态".into(), ask: Ask::Condition },
            Item {
                id: "pressure".into(),
                title: "压力".into(),
                ask: Ask::Number { min_milli: Some(350), max_milli: Some(550), unit: "MPa".into() },
            },
        ];
        let put_point = |(checkpoint, name): (CheckpointId, &str)| {
            let (name, code) = (name.to_owned(), format!("RM-{name}"));
            let new = Checkpoint { name, place: Place::default(), code, items: items.clone() };
            Command::PutCheckpoint { site, checkpoint, new }
        };
        let mut commands = points.map(put_point).to_vec();
        let new = Route {
            name: "夜巡".into(),
            kind: RoundKind::GuardRound,
            checkpoints: points.map(|(id, _)| id).to_vec(),
            schedule: Some(Schedule {
                days: Weekday::ALL.to_vec(),
                minutes: vec![0, 8 * 60, 16 * 60],
                early_min: 30,
                late_min: 60,
            }),
            pace_ms_min: None,
        };
        commands.push(Command::PutRoute { site, route: RouteId::keyed(site, "夜巡"), new });
        let (service, rng) = self.server.office().unwrap();
        for command in commands {
            service
                .write::<_, OfficeError>(|batch, office| office.carry_out(batch, rng, desk, &command))
                .unwrap();
        }
        self.note(format!("estate {site} has a route"));
    }

    /// Sets out, visits a point, finds something, or comes to the end.
    pub(super) fn walk(&mut self, replica: &mut Replica) -> Result<(), Refusal> {
        let unfinished = RoundFilter { unfinished: true, ..RoundFilter::default() };
        let open = replica.rounds(&unfinished, 0, 10)?;
        let Some(found) = open.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.8)).cloned() else {
            return self.set_out(replica);
        };
        let left = found.round.plan.checkpoints.choose(&mut self.rng).cloned();
        let Some(point) = left.filter(|_| self.rng.random_bool(0.85)) else {
            return replica.finish_round(found.id, "回到岗亭");
        };
        self.visit(replica, &found, &point)
    }

    fn set_out(&mut self, replica: &mut Replica) -> Result<(), Refusal> {
        let sites: Vec<SiteId> = replica.roles().iter().map(|grant| grant.site).collect();
        let Some(&site) = sites.choose(&mut self.rng) else { return Ok(()) };
        let route = RouteId::keyed(site, "夜巡");
        if replica.site(site)?.is_none_or(|estate| estate.route(route).is_none()) {
            return Ok(());
        }
        let of_site = CaseFilter { site: Some(site), ..CaseFilter::default() };
        let cases = replica.cases(&of_site, 0, 10)?;
        match cases.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.3)) {
            Some(case) => replica.start_round_for_case(case.id, WalkFor::Route(route)).map(|_| ()),
            None => replica.start_round(route).map(|_| ()),
        }
    }

    fn visit(
        &mut self,
        replica: &mut Replica,
        found: &RoundListItem,
        point: &PlannedCheckpoint,
    ) -> Result<(), Refusal> {
        let mut bytes = vec![0; self.rng.random_range(1..2_000)];
        self.rng.fill_bytes(&mut bytes);
        let picture = Picture { bytes: &bytes, caption: "现场", preview: None };
        let earlier = found.round.checks.choose(&mut self.rng).map(|check| check.id);
        if let Some(check) = earlier.filter(|_| self.rng.random_bool(0.15)) {
            return replica.add_round_photo(found.id, Some(check), &picture).map(|_| ());
        }
        let code = point.checkpoint.code.clone();
        let reading = match self.rng.random_range(0..5) {
            0 | 1 => Reading::Nfc { code },
            2 => Reading::Qr { code, photo: picture.hash() },
            3 => Reading::Unreadable { photo: picture.hash() },
            _ => Reading::Skipped { reason: *SkipReason::ALL.choose(&mut self.rng).unwrap() },
        };
        let answers = if reading.is_visit() {
            vec![
                ItemAnswer { item: "state".into(), answer: Answer::Normal },
                ItemAnswer {
                    item: "pressure".into(),
                    answer: Answer::Number(self.rng.random_range(300..600)),
                },
            ]
        } else {
            Vec::new()
        };
        let result = NewResult {
            checkpoint: point.id,
            reading,
            answers,
            note: format!("巡查 {}", self.rng.random_range(0..1_000)),
            pictures: &[picture],
        };
        let site = found.round.site.filter(|_| self.rng.random_bool(0.2));
        if let Some(site) = site {
            let case = new_case(&mut self.rng, site);
            return replica.report_abnormal(found.id, &result, case).map(|_| ());
        }
        replica.check(found.id, &result).map(|_| ())
    }
}
