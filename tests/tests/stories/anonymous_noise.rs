//! 匿名噪声投诉: somebody who does not say who they are complains about noise, is handled with the same care,
//! is not satisfied, and complains again.

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::model::fact::{Arrival, Escalation, Link, Report, Review, Visit};
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, Department, Fact, Level, LinkRelation, Nature, NewEntry, Way,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, matter};

#[test]
fn an_anonymous_complaint_is_handled_with_the_same_care_and_its_second_is_tied_to_it() {
    let mut town = Town::new("2026-10-10 22:40");
    let mut new = matter(
        town.site,
        CaseKind::Complaint,
        Channel::Mailbox,
        "nuisance/noise/neighbour",
        "楼上深夜装修声、拖家具声，连续三晚。",
    );
    new.anonymous = Some(true);
    let first = town.receive(Who::Housekeeper, new.clone());
    let help = Classification { nature: Some(Nature::Help), ..Classification::default() };
    town.phone(Who::Housekeeper).classify(first, help).unwrap();
    let order = town.phone(Who::Housekeeper).dispatch(first, Department::Security, None).unwrap();
    town.meet();
    town.at("2026-10-10 22:47");
    town.phone(Who::Guard).take_order(first, order).unwrap();
    town.say(Who::Guard, first, Some(order), Fact::Arrived(Arrival::default()), "");
    town.at("2026-10-10 23:00");
    town.say(Who::Guard, first, Some(order), Fact::Completed, "801 移动家具，已劝止，住户表示配合。");
    town.meet();
    town.say(Who::Housekeeper, first, Some(order), Fact::Returned, "");
    // 'Not our fault' waits for the manager, and closing for the owner's answer.
    town.at("2026-10-11 09:00");
    let silent = town.phone(Who::Housekeeper).record(first, None, NewEntry::now(Fact::Closed, ""));
    assert_eq!(silent.unwrap_err().code, ErrorCode::CloseNotReady);
    let denial = || Fact::Reported(Report { way: Some(Way::Notice), denies_fault: Some(true) });
    let early = town.phone(Who::Housekeeper).record(first, None, NewEntry::now(denial(), ""));
    assert_eq!(early.unwrap_err().code, ErrorCode::ProcedureForbids);
    town.say(Who::Manager, first, None, Fact::DenialConfirmed, "邻里噪声，物业已履行劝止义务。");
    town.meet();
    town.say(Who::Housekeeper, first, None, denial(), "单元公示栏答复：已劝止，请继续反映。");

    // Whoever stays anonymous cannot be visited: once the result is told where they read it, the case ends.
    town.at("2026-10-14 09:00");
    town.say(Who::Housekeeper, first, None, Fact::Closed, "匿名，无法回访");
    town.meet();

    // A week later, the hotline: the same matter again.
    town.at("2026-10-18 10:00");
    new.channel = Channel::Hotline;
    new.external_number = Some("12345-202610180077".to_owned());
    new.description = "反映 3 栋楼上夜间噪声，物业处理后又犯。".to_owned();
    let second = town.receive(Who::Housekeeper, new);
    let link = Link { case: first, relation: LinkRelation::SecondComplaint };
    town.say(Who::Housekeeper, second, None, Fact::Linked(link), "");
    let deadline = roundsman_sync_core::model::fact::Deadline {
        authority: "12345".to_owned(),
        until: super::town::at("2026-10-23 18:00"),
    };
    town.say(Who::Housekeeper, second, None, Fact::DeadlineSet(deadline), "");
    town.say(
        Who::Housekeeper,
        second,
        None,
        Fact::Escalated(Escalation { to: Level::SiteDirector }),
        "二次投诉",
    );
    town.meet();
    town.at("2026-10-19 20:00");
    town.say(Who::Director, second, None, Fact::Investigated, "801 夜班人员作息特殊，与楼上楼下面谈。");
    town.say(
        Who::Director,
        second,
        None,
        Fact::PlanTold(Report { way: Some(Way::InPerson), denies_fault: None }),
        "铺地垫，22:30 后不拖家具；居委会见证。",
    );
    town.at("2026-10-21 10:00");
    town.say(
        Who::Housekeeper,
        second,
        None,
        Fact::Reported(Report { way: Some(Way::Phone), denies_fault: None }),
        "经 12345 转达",
    );
    town.at("2026-10-23 10:00");
    let visit = Visit { way: Some(Way::Phone), satisfaction: Some(4), accepts: Some(true) };
    town.say(Who::Housekeeper, second, None, Fact::Visited(visit), "三晚安静。");
    town.meet();
    town.say(Who::Housekeeper, second, None, Fact::Closed, "");
    let review = Review {
        keep: None,
        problem: Some("首次只劝止，未找原因".to_owned()),
        attempt: Some("噪声类首次即双方面谈".to_owned()),
    };
    town.say(Who::Director, second, None, Fact::Reviewed(review), "");

    for case in [first, second] {
        let read = town.case(case);
        assert_eq!(case_status(&read), CaseStatus::Closed);
        assert_eq!(contradictions(case, &read, &Default::default()), []);
        assert_eq!(read.anonymous.shown(), Some(&true));
    }
    assert_reads("anonymous_noise", &format!("{}\n\n{}", town.shown(first), town.shown(second)));
}
