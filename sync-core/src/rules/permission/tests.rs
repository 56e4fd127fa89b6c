#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::Level;

mod commands;
mod operations;

const GRID: &str = include_str!("table.txt");

/// The grid as a person wrote it: for each path and action, the roles with an `x`.
fn grid() -> BTreeMap<(String, String), BTreeSet<Role>> {
    let mut lines = GRID.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let roles: Vec<Role> = head[2..].iter().map(|role| role.parse().unwrap()).collect();
    assert_eq!(roles, Role::ALL, "the grid has a column for each role");
    let mut grid = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [path, action, marks @ ..] = cells.as_slice() else { panic!("{line}") };
        assert_eq!(marks.len(), roles.len(), "{line}");
        assert!(marks.iter().all(|mark| ["x", "-"].contains(mark)), "{line}");
        let may = roles.iter().zip(marks).filter(|(_, mark)| **mark == "x").map(|(role, _)| *role).collect();
        let earlier = grid.insert((path.to_string(), action.to_string()), may);
        assert_eq!(earlier, None, "twice in the grid: {line}");
    }
    grid
}

#[test]
fn each_role_may_do_with_each_path_just_what_the_grid_says() {
    let mut grid = grid();
    let mut wrong = Vec::new();
    for path in Path::all() {
        let rows = Action::ALL.map(|action| {
            // What the grid leaves out is nobody's.
            let expected = grid.remove(&(path.to_string(), action.to_string()));
            for role in Role::ALL {
                let says = expected.as_ref().is_some_and(|roles| roles.contains(role));
                if may(*role, path, action) != says {
                    wrong.push(format!("{role} {action} {path}: the grid says {says}"));
                }
            }
            expected.is_some()
        });
        assert!(rows.contains(&true), "{path} is not in the grid");
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(grid.into_keys().collect::<Vec<_>>(), [], "in the grid and nowhere else");
}

#[test]
fn no_path_stands_in_the_table_twice_and_none_outside_of_all() {
    let all: BTreeSet<_> = Path::all().into_iter().collect();
    let mut seen = BTreeSet::new();
    for (path, action, roles) in table::rows() {
        assert!(all.contains(path), "{path}");
        assert!(seen.insert((path, action)), "{action} {path} has two rows");
        assert!(!roles.is_empty(), "{action} {path} says nobody; leave it out");
    }
    assert_eq!(all.len(), Path::all().len());
}

#[test]
fn the_page_on_documents_shows_the_grid_as_it_is() {
    let page = include_str!("../../../../docs/data-model.md");
    assert!(page.contains(GRID), "copy sync-core/src/rules/permission/table.txt into docs/data-model.md");
}

#[test]
fn everybody_signs_as_what_they_are() {
    for role in Role::ALL {
        for level in Level::ALL {
            assert_eq!(may_sign_as(*role, *level), may(*role, Path::SignedAs(*level), Action::Add));
        }
    }
    assert!(may_sign_as(Role::SiteDirector, Level::SiteDirector));
    assert!(!may_sign_as(Role::SiteDirector, Level::GeneralManager));
    assert!(!may_sign_as(Role::Reception, Level::SiteDirector));
}

#[test]
fn whoever_can_settle_a_contradiction_may_say_that_it_is_settled() {
    for code in crate::rules::ContradictionCode::ALL {
        for role in code.settled_by() {
            assert!(
                may(*role, Path::Entry(crate::model::EntryKind::Settled), Action::Add),
                "{role} {code:?}"
            );
        }
    }
}
