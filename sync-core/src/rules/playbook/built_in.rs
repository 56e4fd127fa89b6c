//! The playbooks that are built into the program.

use std::sync::LazyLock;

use super::{Playbook, parse_all};

macro_rules! files {
    ($( $path:literal, )*) => {
        &[ $( ($path, include_str!(concat!("../../../playbooks/", $path))), )* ]
    };
}

/// Every file of `sync-core/playbooks/`, by its path there, with its text. A test holds the list to the
/// folder.
pub const BUILT_IN: &[(&str, &str)] = files![
    "building/leak-between-flats.toml",
    "emergency/burglary.toml",
    "emergency/fire.toml",
    "emergency/food-poisoning.toml",
    "emergency/power-cut.toml",
    "emergency/vehicle-loss.toml",
    "emergency/water-cut.toml",
    "environment/greening.toml",
    "equipment/blocked-drain.toml",
    "equipment/burst-pipe.toml",
    "equipment/corridor-light.toml",
    "equipment/intercom-card.toml",
    "equipment/intercom-code.toml",
    "equipment/intercom-notice-missed.toml",
    "equipment/lift-not-repaired.toml",
    "equipment/lift-repeated-faults.toml",
    "equipment/lift-slipped.toml",
    "equipment/lift-trapped.toml",
    "equipment/meter-shaft-locked.toml",
    "equipment/smoke-detector-broken.toml",
    "equipment/smoke-detector-silent.toml",
    "equipment/trench-not-filled.toml",
    "equipment/unit-door.toml",
    "fees/apportioned.toml",
    "fees/not-transparent.toml",
    "general/complaint.toml",
    "nuisance/dogs.toml",
    "nuisance/noise.toml",
    "parking/barrier-faulty.toml",
    "parking/barrier-sound.toml",
    "parking/bay-occupied-believed-own.toml",
    "parking/bay-occupied-fixed.toml",
    "parking/bay-under-repair.toml",
    "parking/charging-point-impossible.toml",
    "parking/charging-point-own.toml",
    "parking/charging-point-power-company.toml",
    "parking/fee-raised.toml",
    "parking/sticker-company-fault.toml",
    "parking/sticker-parking-wrong.toml",
    "parking/vehicle-data-not-told.toml",
    "parking/vehicle-data-not-updated.toml",
    "renovation/nuisance.toml",
    "repair/compensation.toml",
    "repair/liability-disputed.toml",
    "repair/quality-rejected.toml",
    "security/e-bike-upstairs.toml",
    "security/object-from-height.toml",
    "service/attitude.toml",
    "service/packages.toml",
    "service/quality.toml",
];

/// The built-in playbooks, in the order of [`BUILT_IN`]. Read once, when first asked for; a test rules out
/// that one of them has a mistake and is left out.
pub fn playbooks() -> &'static [Playbook] {
    static BOOKS: LazyLock<Vec<Playbook>> = LazyLock::new(|| parse_all(BUILT_IN.iter().copied()).0);
    &BOOKS
}
